// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What systemd wants to hear. libsystemd would be a larger dependency than the
 * protocol is, which is documented as stable and open to other implementations.
 */
#include "notify.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool address(struct sockaddr_un *addr, socklen_t *size)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len;

	if (!path || !path[0] || strlen(path) >= sizeof(addr->sun_path))
		return false;
	len = strlen(path);
	memcpy(addr->sun_path, path, len);
	if (addr->sun_path[0] == '@') /* the abstract namespace */
		addr->sun_path[0] = '\0';
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

void notify_with(const char *text, const int *fds, size_t n)
{
	union {
		char room[CMSG_SPACE(NOTIFY_FDS_MAX * sizeof(int))];
		struct cmsghdr first;
	} control = {};
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct iovec iov = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_name = &addr, .msg_iov = &iov, .msg_iovlen = 1 };
	_cleanup_(closep) int fd = -1;

	if (n > NOTIFY_FDS_MAX || !address(&addr, &message.msg_namelen))
		return;
	if (n) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.first.cmsg_level = SOL_SOCKET;
		control.first.cmsg_type = SCM_RIGHTS;
		control.first.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.first), fds, n * sizeof(int));
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		sendmsg(fd, &message, MSG_NOSIGNAL);
}

void notify(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	notify_with(text, NULL, 0);
}

uint64_t notify_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t value, owner;

	if (!usec || parse_u64(usec, UINT64_MAX / 1000, &value))
		return 0;
	if (pid && (parse_u64(pid, INT32_MAX, &owner) || owner != (uint64_t)getpid()))
		return 0;
	return value * 1000;
}
