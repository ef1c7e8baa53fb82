// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Act: recvtty=SOCKET takes the terminals that OCI runtimes hand over (their option
 * --console-socket), and copies to stdout what comes from each.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int receive_fd(int connection)
{
	char name[4096], room[CMSG_SPACE(sizeof(int))];
	struct iovec data = { .iov_base = name, .iov_len = sizeof(name) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *head;
	int fd = -1;

	if (recvmsg(connection, &message, 0) < 0)
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* Until its other side is closed. */
static void copy(int terminal)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(terminal, buffer, sizeof(buffer))) > 0)
		if (write(STDOUT_FILENO, buffer, (size_t)n) != n)
			break;
}

int act_recvtty(const struct word *word)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), connection;

	if (!word->value || strlen(word->value) >= sizeof(address.sun_path))
		return malformed(word->value);
	strcpy(address.sun_path, word->value);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 16))
		return could_not(word->value);
	while ((connection = accept(listener, NULL, NULL)) >= 0) {
		pid_t child = fork();

		if (child < 0)
			return could_not("fork");
		if (!child) {
			copy(receive_fd(connection));
			_exit(ALLOWED);
		}
		close(connection);
	}
	return could_not("accept");
}
