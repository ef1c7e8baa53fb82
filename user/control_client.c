// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The verbs' side: connect, ask, hear, hang up. */
#include "control_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_wire.h"

#define SEND_SECONDS   5  /* an agent that is stopped (SIGSTOP, a debugger) accepts nobody */
#define ANSWER_SECONDS 5  /* whoever breaks the glass is in a hurry, */
#define RELOAD_SECONDS 30 /* and a policy of ten thousand rules takes a while */

static int connect_to(const char *path, time_t answer_seconds, int *out)
{
	const struct timeval send_limit = { .tv_sec = SEND_SECONDS };
	const struct timeval answer_limit = { .tv_sec = answer_seconds };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof(send_limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer_limit, sizeof(answer_limit)))
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	*out = TAKE_FD(fd);
	return 0;
}

/* To the end, or as much as an answer may have. */
static int hear(int fd, char *buf, size_t size, size_t *out)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size) {
		n = recv(fd, buf + len, size - len, 0);
		if (n > 0)
			len += (size_t)n;
	}
	if (n < 0 && errno == EAGAIN)
		return -ETIMEDOUT;
	/* ECONNRESET: it hung up before it had read all, and may have said why */
	if (n < 0 && errno != ECONNRESET)
		return -errno;
	*out = len;
	return 0;
}

int control_ask(const char *path, const struct control_request *request, struct control_answer *out)
{
	_cleanup_(freep) char *line = control_pack_request(request);
	_cleanup_(freep) char *buf = malloc(CONTROL_ANSWER_MAX);
	_cleanup_(closep) int fd = -1;
	size_t len = 0;
	bool reload = request->verb == CONTROL_RELOAD;
	int err = line && buf ? connect_to(path, reload ? RELOAD_SECONDS : ANSWER_SECONDS, &fd)
			      : -ENOMEM;

	if (err)
		return err;
	/* an agent that refuses us has hung up already, and has said why */
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	err = hear(fd, buf, CONTROL_ANSWER_MAX, &len);
	if (err)
		return err;
	if (!len || buf[len - 1] != '\n')
		return -EBADMSG;
	return control_parse_answer(buf, len - 1, out);
}
