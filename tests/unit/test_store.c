// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What systemd is given to keep, and what of it is found at the next start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"
#include "store.h"
#include "util.h"

/* A socket like systemd's, named in the environment. */
static int listen_as_systemd(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char name[64];

	snprintf(name, sizeof(name), "@rootgate-store-%d", (int)getpid());
	memcpy(addr.sun_path, name, strlen(name));
	addr.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

/* The next datagram must have that text; its descriptors are closed. Returns how many there were. */
static size_t expect(int fd, const char *text)
{
	char buf[256] = "", room[CMSG_SPACE(NOTIFY_FDS_MAX * sizeof(int))];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) - 1 };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *header;
	size_t n = 0, i;
	int got;

	assert_true(recvmsg(fd, &message, 0) > 0);
	assert_string_equal(buf, text);
	header = CMSG_FIRSTHDR(&message);
	if (header)
		n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < n; i++) {
		memcpy(&got, CMSG_DATA(header) + i * sizeof(int), sizeof(got));
		close(got);
	}
	return n;
}

static void test_put(void **state)
{
	int fd = listen_as_systemd(), fds[NOTIFY_FDS_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = fd;
	store_put(3, "control", fds, 1);
	assert_int_equal(expect(fd, "FDSTORE=1\nFDPOLL=0\nFDNAME=3_control"), 1);
	store_put(3, "link", fds, ARRAY_SIZE(fds));
	assert_int_equal(expect(fd, "FDSTORE=1\nFDPOLL=0\nFDNAME=3_link"), ARRAY_SIZE(fds));
	store_remove(3, "link");
	assert_int_equal(expect(fd, "FDSTOREREMOVE=1\nFDNAME=3_link"), 0);
	close(fd);
	unsetenv("NOTIFY_SOCKET");
}

static void expect_handed_over(void)
{
	unsigned int sets[4] = { 4, 9 };
	_cleanup_(closep) int fd = -1;
	struct stat a, b;
	size_t n = store_list(sets, 2, ARRAY_SIZE(sets));

	if (n != 4 || sets[0] != 2 || sets[1] != 4 || sets[2] != 7 || sets[3] != 9)
		_exit(1);
	if (store_list(sets, 4, 4) != 4 || store_open(2, "counters") != -ENOENT)
		_exit(2);
	if (fcntl(6, F_GETFD) != -1) /* nobody's: closed */
		_exit(4);
	fd = store_open(7, "control");
	if (fd < 0 || fstat(fd, &a) || fstat(4, &b) || a.st_ino != b.st_ino)
		_exit(3);
	store_remove(7, "control");
	if (store_open(7, "control") != -ENOENT || fcntl(4, F_GETFD) != -1 ||
	    fcntl(3, F_GETFD) != FD_CLOEXEC)
		_exit(5);
}

/* As systemd starts a process: four descriptors from the third on, and their names. */
static void hand_over(const char *owner)
{
	int fd;

	for (fd = 3; fd < 7; fd++) {
		int pipes[2];

		if (pipe(pipes) || (pipes[0] != fd && dup2(pipes[0], fd) != fd))
			_exit(10);
	}
	setenv("LISTEN_PID", owner, 1);
	setenv("LISTEN_FDS", "4", 1);
	setenv("LISTEN_FDNAMES", "2_control:7_control:7_link:stored", 1);
}

static int in_child(bool ours)
{
	unsigned int sets[4];
	char owner[16];
	int status;
	pid_t child = fork();

	if (child == 0) {
		snprintf(owner, sizeof(owner), "%d", ours ? (int)getpid() : 1);
		hand_over(owner);
		if (ours)
			expect_handed_over();
		else if (store_list(sets, 0, ARRAY_SIZE(sets)) != 0)
			_exit(1);
		_exit(getenv("LISTEN_FDS") ? 6 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_handed_over(void **state)
{
	(void)state;
	assert_int_equal(in_child(true), 0);
}

static void test_meant_for_another(void **state)
{
	(void)state;
	assert_int_equal(in_child(false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_handed_over),
		cmocka_unit_test(test_meant_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
