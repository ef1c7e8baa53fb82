// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The agent's side of the stream: one backlog, and a place in it for every reader.
 *
 * Nothing here waits for a reader. What a reader's socket does not take is sent when epoll says
 * that it takes more, from the backlog; what the backlog has dropped by then is lost for that
 * reader, counted, and told to it in a record of type lost, in the place where the gap is.
 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backlog.h"
#include "listen.h"
#include "stream_wire.h"

/*
 * Datagrams for one reader at a time: one that asks for the whole backlog may not hold up a
 * refusal's event.
 */
#define BURST	 128
#define LISTENER STREAM_READERS_MAX /* in an epoll event, where readers have their index */

struct reader {
	int fd; /* -1: a free place */
	bool asked;
	bool follow;
	bool ended;    /* the mark behind the backlog has been sent */
	bool waiting;  /* for room in its socket: stream_publish() leaves it alone */
	uint64_t at;   /* number of the next record for it */
	uint64_t end;  /* where the mark goes */
	uint64_t lost; /* not told yet */
};

struct stream {
	int epoll_fd;
	int listen_fd;
	int spare_fd; /* given up for a moment to turn a caller away where no descriptor is left */
	char *path;
	struct listen_file file;
	struct origin origin;
	struct backlog backlog;
	struct reader readers[STREAM_READERS_MAX];
	struct stream_stats stats;
};

/* How sending went. */
enum sent { SENT, SENT_LATER, SENT_NEVER };

static enum sent send_datagram(int fd, const void *data, size_t len)
{
	if (send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return SENT;
	/* No memory for it is no fault of the reader's either. */
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM)
		return SENT_LATER;
	return SENT_NEVER;
}

static enum sent send_mark(int fd, uint32_t kind)
{
	struct stream_mark mark = { .size = sizeof(mark), .abi = RG_ABI_VERSION, .kind = kind };

	return send_datagram(fd, &mark, sizeof(mark));
}

static enum sent send_lost(struct stream *stream, struct reader *reader)
{
	struct record record;
	char packed[RECORD_PACKED_MAX];
	enum sent sent;

	record_from_note(&record, &stream->origin, RG_TYPE_LOST,
			 "%llu events: this reader was too slow for them",
			 (unsigned long long)reader->lost);
	sent = send_datagram(reader->fd, packed, record_pack(&record, packed));
	if (sent == SENT)
		reader->lost = 0;
	return sent;
}

/* A shutdown before the close: a child that is being forked may still hold the descriptor. */
static void hang_up(int fd)
{
	shutdown(fd, SHUT_RDWR);
	close(fd);
}

static void reader_drop(struct stream *stream, struct reader *reader)
{
	epoll_ctl(stream->epoll_fd, EPOLL_CTL_DEL, reader->fd, NULL);
	hang_up(reader->fd);
	*reader = (struct reader){ .fd = -1 };
	stream->stats.readers--;
}

/* The gap between a reader's place and the oldest record that is kept. */
static void reader_skip(struct stream *stream, struct reader *reader)
{
	uint64_t gap;

	if (reader->at >= stream->backlog.first)
		return;
	gap = stream->backlog.first - reader->at;
	reader->at = stream->backlog.first;
	reader->lost += gap;
	stream->stats.lost += gap;
}

/* The next datagram for a reader; *done where there is none. */
static enum sent reader_step(struct stream *stream, struct reader *reader, bool *done)
{
	const void *packed;
	enum sent sent;
	size_t len;

	reader_skip(stream, reader);
	if (reader->lost)
		return send_lost(stream, reader);
	if (!reader->ended && reader->at >= reader->end) {
		sent = send_mark(reader->fd, STREAM_MARK_END);
		reader->ended = sent == SENT;
		if (sent == SENT && !reader->follow)
			return SENT_NEVER; /* it has all it asked for */
		return sent;
	}
	packed = backlog_get(&stream->backlog, reader->at, &len);
	if (!packed) {
		*done = true;
		return SENT;
	}
	sent = send_datagram(reader->fd, packed, len);
	if (sent == SENT)
		reader->at++;
	return sent;
}

static void reader_watch(struct stream *stream, struct reader *reader, bool waiting)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | (waiting ? EPOLLOUT : 0U) };

	if (reader->waiting == waiting)
		return;
	event.data.u32 = (uint32_t)(reader - stream->readers);
	if (epoll_ctl(stream->epoll_fd, EPOLL_CTL_MOD, reader->fd, &event) == 0)
		reader->waiting = waiting;
}

/* Sends what a reader has not got yet, as far as it goes now. */
static void reader_feed(struct stream *stream, struct reader *reader)
{
	bool done = false;
	int i;

	for (i = 0; i < BURST && !done; i++) {
		enum sent sent = reader_step(stream, reader, &done);

		if (sent == SENT_NEVER) {
			reader_drop(stream, reader);
			return;
		}
		if (sent == SENT_LATER)
			break;
	}
	reader_watch(stream, reader, !done);
}

static void reader_start(struct stream *stream, struct reader *reader,
			 const struct stream_request *request)
{
	uint64_t kept = stream->backlog.next - stream->backlog.first;

	reader->asked = true;
	reader->follow = request->flags & STREAM_FOLLOW;
	reader->end = stream->backlog.next;
	reader->at = reader->end - (request->lines < kept ? request->lines : kept);
	reader_feed(stream, reader);
}

/* The one thing a reader says is its request; anything else, or more, and it is gone. */
static void reader_hear(struct stream *stream, struct reader *reader)
{
	struct stream_request request = { 0 };
	ssize_t n = recv(reader->fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && !reader->asked && n == sizeof(request) && request.size == sizeof(request)) {
		if (request.abi == RG_ABI_VERSION && (request.flags & ~STREAM_FOLLOW) == 0) {
			reader_start(stream, reader, &request);
			return;
		}
		if (request.abi != RG_ABI_VERSION)
			send_mark(reader->fd, STREAM_MARK_VERSION);
	}
	if (n > 0)
		stream->stats.refused++;
	reader_drop(stream, reader);
}

static struct reader *free_place(struct stream *stream)
{
	size_t i;

	for (i = 0; i < STREAM_READERS_MAX; i++)
		if (stream->readers[i].fd < 0)
			return &stream->readers[i];
	return NULL;
}

static void welcome(struct stream *stream, int fd)
{
	struct reader *reader = free_place(stream);
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP };

	if (reader) {
		event.data.u32 = (uint32_t)(reader - stream->readers);
		if (epoll_ctl(stream->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0) {
			*reader = (struct reader){ .fd = fd };
			stream->stats.readers++;
			return;
		}
	}
	stream->stats.refused++;
	send_mark(fd, STREAM_MARK_FULL);
	hang_up(fd);
}

/*
 * Without a free descriptor a caller could not even be turned away, and the listener would stay
 * readable for ever.
 */
static void turn_away(struct stream *stream)
{
	int fd;

	if (stream->spare_fd < 0)
		return;
	close(stream->spare_fd);
	fd = accept4(stream->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		stream->stats.refused++;
		send_mark(fd, STREAM_MARK_FULL);
		hang_up(fd);
	}
	stream->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void accept_readers(struct stream *stream)
{
	int i;

	for (i = 0; i < BURST; i++) {
		int fd = accept4(stream->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			welcome(stream, fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE)
			turn_away(stream);
		else if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

int stream_dispatch(struct stream *stream)
{
	struct epoll_event events[STREAM_READERS_MAX + 1];
	int n = epoll_wait(stream->epoll_fd, events, (int)ARRAY_SIZE(events), 0), i;
	bool calling = false;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < n; i++) {
		struct reader *reader = &stream->readers[events[i].data.u32 % STREAM_READERS_MAX];

		if (events[i].data.u32 == LISTENER)
			calling = true;
		else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))
			reader_hear(stream, reader);
		else if (reader->asked)
			reader_feed(stream, reader);
	}
	/* Last: a new reader may get the place of one that has just gone, and that one's event. */
	if (calling)
		accept_readers(stream);
	return 0;
}

void stream_publish(struct stream *stream, const struct record *record)
{
	size_t i;

	backlog_add(&stream->backlog, record);
	stream->stats.published++;
	for (i = 0; i < STREAM_READERS_MAX; i++) {
		struct reader *reader = &stream->readers[i];

		if (reader->fd >= 0 && reader->asked && !reader->waiting)
			reader_feed(stream, reader);
	}
}

int stream_fd(const struct stream *stream)
{
	return stream->epoll_fd;
}

void stream_stats(const struct stream *stream, struct stream_stats *out)
{
	*out = stream->stats;
}

/* All but the socket. */
static int stream_new(const char *path, const struct origin *origin, struct stream **out)
{
	_cleanup_(stream_closep) struct stream *stream = calloc(1, sizeof(*stream));
	size_t i;
	int err;

	if (!stream)
		return -ENOMEM;
	stream->listen_fd = stream->spare_fd = -1;
	for (i = 0; i < STREAM_READERS_MAX; i++)
		stream->readers[i].fd = -1;
	stream->origin = *origin;
	stream->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (stream->epoll_fd < 0)
		return -errno;
	stream->path = strdup(path);
	if (!stream->path)
		return -ENOMEM;
	stream->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (stream->spare_fd < 0)
		return -errno;
	err = backlog_init(&stream->backlog, STREAM_RECORDS_MAX, STREAM_BYTES_MAX);
	if (err)
		return err;
	*out = TAKE_PTR(stream);
	return 0;
}

int stream_open(const char *path, const char *group, const struct origin *origin,
		struct stream **out, char *why, size_t why_size)
{
	_cleanup_(stream_closep) struct stream *stream = NULL;
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = LISTENER };
	int err = stream_new(path, origin, &stream);

	if (err) {
		snprintf(why, why_size, "no room for events: %s", strerror(-err));
		return err;
	}
	err = listen_open(path, SOCK_SEQPACKET, group, &stream->listen_fd, &stream->file, why,
			  why_size);
	if (err)
		return err;
	if (epoll_ctl(stream->epoll_fd, EPOLL_CTL_ADD, stream->listen_fd, &event) < 0) {
		err = -errno;
		snprintf(why, why_size, "can't wait for readers: %s", strerror(-err));
		return err;
	}
	*out = TAKE_PTR(stream);
	return 0;
}

void stream_close(struct stream *stream)
{
	size_t i;

	if (!stream)
		return;
	for (i = 0; i < STREAM_READERS_MAX; i++)
		if (stream->readers[i].fd >= 0)
			hang_up(stream->readers[i].fd);
	if (stream->listen_fd >= 0) {
		listen_remove(stream->path, &stream->file);
		hang_up(stream->listen_fd);
	}
	closep(&stream->spare_fd);
	closep(&stream->epoll_fd);
	backlog_free(&stream->backlog);
	free(stream->path);
	free(stream);
}

void stream_closep(struct stream **stream)
{
	stream_close(*stream);
}
