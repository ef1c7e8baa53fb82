// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What systemd wants to hear. libsystemd would be a larger dependency than the
 * protocol is, which is documented as stable and open to other implementations.
 */
#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify(const char *fmt, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	_cleanup_(closep) int fd = -1;
	char text[512];
	size_t len;
	va_list ap;

	if (!path || !path[0] || strlen(path) >= sizeof(addr.sun_path))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(path);
	memcpy(addr.sun_path, path, len);
	if (addr.sun_path[0] == '@') /* the abstract namespace */
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&addr,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
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
