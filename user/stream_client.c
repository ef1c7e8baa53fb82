// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The reader's side of the stream, and where both sides meet. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "stream_wire.h"

#define RUN_DIR	       "/run/rootgate"
#define CONNECT_SECOND 5 /* an agent that is stopped (SIGSTOP, a debugger) accepts nobody */

const char *stream_run_dir(void)
{
	const char *dir = getenv("ROOTGATE_RUN_DIR");

	return dir && *dir ? dir : RUN_DIR;
}

int stream_path(char buf[STREAM_PATH_MAX])
{
	char path[STREAM_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/events.sock", stream_run_dir());

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(buf, path, (size_t)n + 1);
	return 0;
}

int stream_connect(const char *path, uint32_t lines, bool follow, int *out)
{
	const struct stream_request request = { .size = sizeof(request),
						.abi = RG_ABI_VERSION,
						.lines = lines,
						.flags = follow ? STREAM_FOLLOW : 0 };
	const struct timeval patience = { .tv_sec = CONNECT_SECOND };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	/* An agent that has hung up already has said why: stream_read() tells. */
	if (send(fd, &request, sizeof(request), MSG_NOSIGNAL) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		return -errno;
	*out = TAKE_FD(fd);
	return 0;
}

static int read_mark(const void *buf)
{
	struct stream_mark mark;

	memcpy(&mark, buf, sizeof(mark));
	if (mark.size != sizeof(mark))
		return -EBADMSG;
	if (mark.abi != RG_ABI_VERSION || mark.kind == STREAM_MARK_VERSION)
		return -EPROTO;
	if (mark.kind == STREAM_MARK_END)
		return STREAM_END;
	return mark.kind == STREAM_MARK_FULL ? -EUSERS : -EBADMSG;
}

int stream_read(int fd, struct record *out)
{
	char buf[RECORD_PACKED_MAX];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_TRUNC);

	/* The agent hung up before it read our request; what it said before that comes next. */
	if (n < 0 && errno == ECONNRESET)
		n = recv(fd, buf, sizeof(buf), MSG_TRUNC);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return -EPIPE;
	if (n < 0)
		return -errno;
	if ((size_t)n > sizeof(buf))
		return -EBADMSG;
	if (n == sizeof(struct stream_mark))
		return read_mark(buf);
	return record_unpack(buf, (size_t)n, out);
}
