// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The server's side. Whoever connects can at most hold one of a few places for two seconds: every
 * descriptor is non-blocking, a request has a size, and an answer fits into a socket's buffer.
 *
 * The file's mode keeps others than root away, but a container's root is root where it is not in a
 * user namespace, and somebody may have mounted the run folder into it. So the peer's PID namespace
 * counts as well. A process that started after its connection was accepted is another one
 * that got the PID of a peer that is gone.
 */
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "control_wire.h"
#include "listen.h"
#include "procfs.h"
#include "verb.h"

#define LISTENER CONTROL_PEERS_MAX
#define TIMER	 (CONTROL_PEERS_MAX + 1)

struct connection {
	int fd; /* -1: a free place */
	struct control_peer peer;
	uint64_t deadline; /* CLOCK_MONOTONIC, ns */
	size_t len;
	char buf[CONTROL_REQUEST_MAX];
};

struct control_server {
	struct control_ops ops;
	char path[STREAM_PATH_MAX];
	struct listen_file file;
	int listener;
	int epoll;
	int timer;
	struct connection connections[CONTROL_PEERS_MAX];
};

int control_path(char buf[STREAM_PATH_MAX])
{
	char path[STREAM_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/control", stream_run_dir());

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(buf, path, (size_t)n + 1);
	return 0;
}

bool control_admit(const struct control_peer *peer)
{
	struct stat base, theirs;
	uint64_t start;
	uint32_t parent;
	char path[64];

	if (peer->uid != 0 || peer->pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)peer->pid);
	if (stat("/proc/1/ns/pid", &base) || stat(path, &theirs))
		return false;
	if (base.st_ino != theirs.st_ino || base.st_dev != theirs.st_dev)
		return false;
	return procfs_stat((uint32_t)peer->pid, &start, &parent) == 0 && start <= peer->accepted;
}

static int watch(const struct control_server *server, int fd, uint32_t place)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = place };

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* The timer goes off at the earliest deadline. */
static void set_timer(const struct control_server *server)
{
	struct itimerspec spec = {};
	uint64_t first = 0;
	size_t i;

	for (i = 0; i < CONTROL_PEERS_MAX; i++) {
		const struct connection *connection = &server->connections[i];

		if (connection->fd >= 0 && (!first || connection->deadline < first))
			first = connection->deadline;
	}
	spec.it_value.tv_sec = (time_t)(first / 1000000000);
	spec.it_value.tv_nsec = (long)(first % 1000000000);
	timerfd_settime(server->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

/* Says it and hangs up; a peer that doesn't want to hear it is not waited for. */
static void answer(int fd, const struct control_answer *text)
{
	_cleanup_(freep) char *line = control_pack_answer(text);

	if (line && send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

static void hang_up(struct connection *connection)
{
	close(connection->fd);
	connection->fd = -1;
}

static void refuse(int fd, int code, const char *text)
{
	struct control_answer no = { .code = code };

	snprintf(no.text, sizeof(no.text), "%s", text);
	answer(fd, &no);
}

static void handle(struct control_server *server, struct connection *connection, size_t len)
{
	struct control_request request;
	struct control_answer reply = {};
	struct why why;

	if (len + 1 != connection->len) {
		refuse(connection->fd, EXIT_USAGE, "one request a connection");
		return;
	}
	if (control_parse_request(connection->buf, len, &request, &why)) {
		refuse(connection->fd, EXIT_USAGE, why.text);
		return;
	}
	server->ops.handle(server->ops.ctx, &connection->peer, &request, &reply);
	answer(connection->fd, &reply);
}

static void on_readable(struct control_server *server, struct connection *connection)
{
	ssize_t n = recv(connection->fd, connection->buf + connection->len,
			 sizeof(connection->buf) - connection->len, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(connection);
		return;
	}
	connection->len += (size_t)n;
	end = memchr(connection->buf, '\n', connection->len);
	if (end)
		handle(server, connection, (size_t)(end - connection->buf));
	else if (connection->len < sizeof(connection->buf))
		return;
	else
		refuse(connection->fd, EXIT_USAGE, "the request is too long");
	hang_up(connection);
}

static struct connection *free_place(struct control_server *server)
{
	size_t i;

	for (i = 0; i < CONTROL_PEERS_MAX; i++)
		if (server->connections[i].fd < 0)
			return &server->connections[i];
	return NULL;
}

static void on_connect(struct control_server *server)
{
	_cleanup_(closep) int fd =
		accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *connection = free_place(server);
	struct control_peer peer = { .accepted = clock_ns(CLOCK_BOOTTIME) };
	struct ucred ucred;
	socklen_t len = sizeof(ucred);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &len))
		return;
	peer.uid = ucred.uid;
	peer.pid = ucred.pid;
	if (!server->ops.admit(&peer)) {
		refuse(fd, EXIT_NOT_PERMITTED,
		       "refused: only root of the host may ask, in the host's PID namespace");
		return;
	}
	if (!connection) {
		refuse(fd, EXIT_FAILED, "the agent is busy; ask again in a second");
		return;
	}
	if (watch(server, fd, (uint32_t)(connection - server->connections)))
		return;
	connection->peer = peer;
	connection->deadline = clock_ns(CLOCK_MONOTONIC) + server->ops.patience;
	connection->len = 0;
	connection->fd = TAKE_FD(fd);
}

static void on_timer(struct control_server *server)
{
	uint64_t expired, now = clock_ns(CLOCK_MONOTONIC);
	size_t i;

	if (read(server->timer, &expired, sizeof(expired)) < 0)
		return;
	for (i = 0; i < CONTROL_PEERS_MAX; i++)
		if (server->connections[i].fd >= 0 && server->connections[i].deadline <= now) {
			refuse(server->connections[i].fd, EXIT_FAILED,
			       "the request did not come in time");
			hang_up(&server->connections[i]);
		}
}

void control_dispatch(struct control_server *server)
{
	struct epoll_event events[CONTROL_PEERS_MAX + 2];
	int n = epoll_wait(server->epoll, events, ARRAY_SIZE(events), 0), i;

	for (i = 0; i < n; i++) {
		uint32_t place = events[i].data.u32;

		if (place == LISTENER)
			on_connect(server);
		else if (place == TIMER)
			on_timer(server);
		else if (server->connections[place].fd >= 0)
			on_readable(server, &server->connections[place]);
	}
	set_timer(server);
}

int control_fd(const struct control_server *server)
{
	return server->epoll;
}

void control_close(struct control_server *server)
{
	size_t i;

	if (!server)
		return;
	for (i = 0; i < CONTROL_PEERS_MAX; i++)
		closep(&server->connections[i].fd);
	if (server->listener >= 0)
		listen_remove(server->path, &server->file);
	closep(&server->listener);
	closep(&server->timer);
	closep(&server->epoll);
	free(server);
}

static struct control_server *server_new(const struct control_ops *ops)
{
	struct control_server *server = calloc(1, sizeof(*server));
	size_t i;

	if (!server)
		return NULL;
	server->ops = *ops;
	server->ops.admit = ops->admit ? ops->admit : control_admit;
	server->ops.patience = ops->patience ? ops->patience : CONTROL_PATIENCE;
	server->listener = -1;
	for (i = 0; i < CONTROL_PEERS_MAX; i++)
		server->connections[i].fd = -1;
	server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	return server;
}

int control_open(const char *path, const struct control_ops *ops, struct control_server **out,
		 struct why *why)
{
	struct control_server *server = server_new(ops);
	int err = server ? 0 : -ENOMEM;

	if (!err && (server->timer < 0 || server->epoll < 0))
		err = -EMFILE;
	if (err) {
		why_set(why, "cannot open the control socket: %s", strerror(-err));
		control_close(server);
		return err;
	}
	err = listen_open(path, SOCK_STREAM, NULL, &server->listener, &server->file, why->text,
			  sizeof(why->text));
	if (!err) {
		snprintf(server->path, sizeof(server->path), "%s", path);
		err = watch(server, server->listener, LISTENER);
		err = err ?: watch(server, server->timer, TIMER);
		if (err)
			why_set(why, "cannot open the control socket: %s", strerror(-err));
	}
	if (err) {
		control_close(server);
		return err;
	}
	*out = server;
	return 0;
}
