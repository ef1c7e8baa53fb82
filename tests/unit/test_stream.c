// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The stream and its readers: those that keep up, those that don't, those that go. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "stream_world.h"

static void test_backlog_then_live(void **state)
{
	const struct world *world = *state;
	int fd;

	publish_many(world, 1, 5);
	fd = join(world, 2, true);
	expect_pid(fd, 4);
	expect_pid(fd, 5);
	expect(fd, STREAM_END);
	expect(fd, -EAGAIN);
	publish(world, 6);
	expect_pid(fd, 6);
	expect(fd, -EAGAIN);
	close(fd);
	pump(world);
	publish(world, 7); /* to nobody */
}

static void test_without_follow(void **state)
{
	const struct world *world = *state;
	struct stream_stats stats;
	int fd, none;

	publish_many(world, 1, 3);
	fd = join(world, STREAM_ALL, false);
	none = join(world, 0, false);
	publish(world, 4);
	expect_pid(fd, 1);
	expect_pid(fd, 2);
	expect_pid(fd, 3);
	expect(fd, STREAM_END);
	expect(fd, -EPIPE);
	expect(none, STREAM_END);
	expect(none, -EPIPE);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.readers, 0);
	assert_int_equal(stats.published, 4);
	close(fd);
	close(none);
}

/* Reads on where the socket has run dry: then the agent has room for more. */
static void read_pid(const struct world *world, int fd, uint32_t pid)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (poll(&ready, 1, 0) == 0)
		pump(world);
	expect_pid(fd, pid);
}

/* The whole backlog is more than a socket holds: the rest comes as the reader reads. */
static void test_long_backlog(void **state)
{
	const struct world *world = *state;
	uint32_t pid;
	int fd;

	publish_many(world, 1, 1500);
	fd = join(world, STREAM_ALL, false);
	for (pid = 1; pid <= 1500; pid++)
		read_pid(world, fd, pid);
	pump(world);
	expect(fd, STREAM_END);
	close(fd);
}

/*
 * Wherever the socket gets full, at a record or at the mark: nothing is
 * left out, nothing comes twice.
 */
static void test_full_anywhere(void **state)
{
	const struct world *world = *state;
	uint32_t lines, pid;

	publish_many(world, 1, 600);
	for (lines = 50; lines <= 600; lines++) {
		int fd = join(world, lines, true);

		for (pid = 601 - lines; pid <= 600; pid++) {
			expect_pid(fd, pid);
			pump(world); /* as soon as there is some room, so that it does get full */
		}
		expect(fd, STREAM_END);
		expect(fd, -EAGAIN);
		close(fd);
		pump(world);
	}
}

static uint32_t told_lost(const struct record *record)
{
	assert_int_equal(record->event.type, RG_TYPE_LOST);
	assert_non_null(strstr(record->note, "too slow"));
	return (uint32_t)strtoul(record->note, NULL, 10);
}

/*
 * Who does not read loses what the backlog has no room for, is told how
 * many, and misses nothing else.
 */
static void test_slow_reader(void **state)
{
	const struct world *world = *state;
	struct stream_stats stats;
	struct record record;
	uint32_t got = 0, lost = 0, next = 1;
	int slow = join(world, 0, true), quick = join(world, 0, true), answer;

	expect(slow, STREAM_END);
	expect(quick, STREAM_END);
	for (next = 1; next <= 20000; next++) {
		publish(world, next);
		expect_pid(quick, next);
	}
	next = 1;
	while ((answer = stream_read(slow, &record)) == STREAM_RECORD) {
		if (record.event.pid == 0) {
			uint32_t n = told_lost(&record);

			lost += n;
			next += n;
		} else {
			assert_int_equal(record.event.pid, next);
			got++;
			next++;
		}
		pump(world);
	}
	assert_int_equal(answer, -EAGAIN);
	assert_int_equal(got + lost, 20000);
	assert_in_range(lost, 1, 20000 - STREAM_RECORDS_MAX);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.lost, lost);
	publish(world, 20001); /* and it keeps up again */
	expect_pid(slow, 20001);
	close(slow);
	close(quick);
}

static void test_reader_gone(void **state)
{
	const struct world *world = *state;
	struct stream_stats stats;
	int fd = join(world, 0, true), half;

	close(fd);
	publish_many(world, 1, 10); /* no SIGPIPE */
	pump(world);
	half = join(world, 0, true);
	publish_many(world, 1, 1000); /* gone while the agent waits for room */
	close(half);
	pump(world);
	publish(world, 1001);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.readers, 0);
	assert_int_equal(stats.refused, 0);
}

static void test_many_readers(void **state)
{
	const struct world *world = *state;
	struct stream_stats stats;
	int fds[STREAM_READERS_MAX], late = -1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = join(world, 0, true);
	late = join(world, 0, true);
	expect(late, -EUSERS);
	expect(late, -EPIPE);
	close(late);
	publish(world, 9);
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		expect(fds[i], STREAM_END);
		expect_pid(fds[i], 9);
	}
	close(fds[5]);
	pump(world);
	fds[5] = join(world, 1, true);
	expect_pid(fds[5], 9);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.readers, STREAM_READERS_MAX);
	assert_int_equal(stats.refused, 1);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	pump(world);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.readers, 0);
}

/* Who says nothing gets nothing, and holds nobody up. */
static void test_silent_reader(void **state)
{
	const struct world *world = *state;
	struct record record;
	int fd = raw_connect(world);

	pump(world);
	publish(world, 1);
	assert_int_equal(stream_read(fd, &record), -EAGAIN);
	close(fd);
	pump(world);
}

static void test_agent_gone(void **state)
{
	struct world *world = *state;
	int fd = join(world, 0, true), out = -7;
	struct stat st;

	publish(world, 1);
	stream_close(world->stream);
	world->stream = NULL;
	assert_int_equal(stat(world->path, &st), -1);
	expect(fd, STREAM_END);
	expect_pid(fd, 1); /* what was said before is not lost */
	expect(fd, -EPIPE);
	expect(fd, -EPIPE);
	close(fd);
	assert_int_equal(stream_connect(world->path, 0, false, &out), -ENOENT);
	assert_int_equal(out, -7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_backlog_then_live), TEST(test_without_follow), TEST(test_long_backlog),
		TEST(test_slow_reader),	      TEST(test_reader_gone),	 TEST(test_many_readers),
		TEST(test_silent_reader),     TEST(test_agent_gone),	 TEST(test_full_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
