/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A stream in a folder of its own, for the unit tests. Both ends are in one process, so
 * neither may ever wait for the other. Included after cmocka.h.
 */
#ifndef ROOTGATE_TEST_STREAM_WORLD_H
#define ROOTGATE_TEST_STREAM_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sample.h"
#include "stream.h"

#define GROUP "no-such-group-here"

struct world {
	char folder[64];
	char path[STREAM_PATH_MAX];
	char why[256];
	struct stream *stream;
};

static inline void open_stream(struct world *world)
{
	assert_int_equal(stream_open(world->path, GROUP, &sample_origin, &world->stream, world->why,
				     sizeof(world->why)),
			 0);
}

static inline int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		return -1;
	strcpy(world->folder, "/tmp/rootgate-test-XXXXXX");
	if (!mkdtemp(world->folder))
		return -1;
	snprintf(world->path, sizeof(world->path), "%s/run/events.sock", world->folder);
	*state = world;
	open_stream(world);
	return 0;
}

static inline int teardown(void **state)
{
	struct world *world = *state;
	char run[128];

	stream_close(world->stream);
	unlink(world->path);
	snprintf(run, sizeof(run), "%s/run", world->folder);
	rmdir(run);
	rmdir(world->folder);
	free(world);
	return 0;
}

/* The agent's loop: as long as the stream has something to do. */
static inline void pump(const struct world *world)
{
	struct pollfd fd = { .fd = stream_fd(world->stream), .events = POLLIN };
	int rounds = 0;

	while (poll(&fd, 1, 0) == 1) {
		assert_int_equal(stream_dispatch(world->stream), 0);
		assert_true(rounds++ <
			    10000); /* a level that is never served would spin the agent */
	}
}

static inline void publish(const struct world *world, uint32_t pid)
{
	struct record record;

	sample_record(&record);
	record.event.pid = pid;
	stream_publish(world->stream, &record);
}

static inline void publish_many(const struct world *world, uint32_t first, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		publish(world, first + i);
}

static inline int join(const struct world *world, uint32_t lines, bool follow)
{
	int fd = -1;

	assert_int_equal(stream_connect(world->path, lines, follow, &fd), 0);
	assert_true(fd >= 0);
	pump(world);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0); /* a test never waits */
	return fd;
}

static inline void expect_pid(int fd, uint32_t pid)
{
	struct record record;

	assert_int_equal(stream_read(fd, &record), STREAM_RECORD);
	assert_int_equal(record.event.pid, pid);
	assert_string_equal(record.event.exe, "/bin/id");
}

static inline void expect(int fd, int answer)
{
	struct record record;

	assert_int_equal(stream_read(fd, &record), answer);
}

static inline int raw_connect(const struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, world->path, sizeof(world->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
