// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Plays the agent for tests/cli: serves a socket and publishes the records that its
 * arguments, then the lines of its standard input, describe.
 *
 *   stream_agent SOCKET [RECORD]...
 *
 * A record is a line of KEY=VALUE: type action reason pid vpid cgroup comm exe rule name image
 * note age (seconds) count (so many, with consecutive PIDs). \xNN in a value is that byte. The
 * line "quit" closes the socket as an agent does; a signal leaves it behind as a crash does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "names.h"
#include "stream.h"

#define HEX "3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5"

static struct origin origin;

static _Noreturn void die(const char *what, const char *detail)
{
	fprintf(stderr, "stream_agent: %s: %s\n", what, detail);
	exit(1);
}

/* Copies a value, \xNN turned to bytes. */
static void set_text(char *dst, size_t size, const char *value)
{
	size_t at = 0;

	while (*value && at + 1 < size) {
		char hex[3] = "";

		if (value[0] == '\\' && value[1] == 'x' && value[2] && value[3]) {
			memcpy(hex, value + 2, 2);
			dst[at++] = (char)strtoul(hex, NULL, 16);
			value += 4;
		} else {
			dst[at++] = *value++;
		}
	}
	dst[at] = '\0';
}

static uint32_t number(const char *value)
{
	uint64_t n;

	if (parse_u64(value, UINT32_MAX, &n) < 0)
		die("not a number", value);
	return (uint32_t)n;
}

static uint32_t word(const struct names *names, const char *value)
{
	uint32_t n;

	if (names_find(names, value, &n) < 0)
		die("no such word", value);
	return n;
}

/* Numbers; false where the key is none of these. */
static bool set_number(struct record *record, uint32_t *count, const char *key, const char *value)
{
	struct rg_event *event = &record->event;

	if (strcmp(key, "type") == 0)
		event->type = word(&names_type, value);
	else if (strcmp(key, "action") == 0)
		event->action = word(&names_action, value);
	else if (strcmp(key, "reason") == 0)
		event->reason = word(&names_reason, value);
	else if (strcmp(key, "pid") == 0)
		event->pid = event->pids[0].nr = number(value);
	else if (strcmp(key, "vpid") == 0)
		event->pids[1].nr = number(value);
	else if (strcmp(key, "age") == 0)
		record->wall_time -= number(value) * 1000000000ULL;
	else if (strcmp(key, "count") == 0)
		*count = number(value);
	else
		return false;
	return true;
}

static void set_field(struct record *record, uint32_t *count, const char *key, const char *value)
{
	const struct {
		const char *key;
		char *dst;
		size_t size;
	} texts[] = {
		{ "cgroup", record->event.cgroup, sizeof(record->event.cgroup) },
		{ "comm", record->event.comm, sizeof(record->event.comm) },
		{ "exe", record->event.exe, sizeof(record->event.exe) },
		{ "rule", record->rule, sizeof(record->rule) },
		{ "name", record->container_name, sizeof(record->container_name) },
		{ "image", record->image, sizeof(record->image) },
		{ "note", record->note, sizeof(record->note) },
	};
	size_t i;

	if (set_number(record, count, key, value))
		return;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strcmp(key, texts[i].key) == 0) {
			set_text(texts[i].dst, texts[i].size, value);
			return;
		}
	}
	die("no such key", key);
}

static void fill(struct record *record)
{
	struct rg_event event = {
		.time = clock_ns(CLOCK_BOOTTIME),
		.action = RG_ACTION_DENY,
		.reason = RG_REASON_NO_USER_NAMESPACE,
		.evidence = RG_EVIDENCE_PID_NAMESPACE,
		.mode = RG_MODE_ENFORCE,
		.generation = 1,
		.pid = 30591,
		.ppid = 30550,
		.userns = 4026531837U,
		.extents = 1,
		.map = { { 0, 0, UINT32_MAX } },
		.old = { 1000, 1000, 1000, 1000 },
		.new = { 1000, 0, 0, 0 },
		.levels = 2,
		.runtime = RG_RUNTIME_DOCKER,
		.pids = { { 30591, 4026531836U }, { 10, 4026532200U } },
		.comm = "sh",
		.cgroup = "/system.slice/docker-" HEX ".scope",
		.exe = "/bin/id",
	};

	event.start_time = event.time - 1000000000;
	record_from_event(record, &origin, &event, record_clock_offset());
}

static void publish(struct stream *stream, char *line)
{
	static uint64_t sequence;
	struct record record;
	char *save = NULL, *part;
	uint32_t count = 1;

	fill(&record);
	for (part = strtok_r(line, " \n", &save); part; part = strtok_r(NULL, " \n", &save)) {
		char *value = strchr(part, '=');

		if (!value)
			die("not KEY=VALUE", part);
		*value++ = '\0';
		set_field(&record, &count, part, value);
	}
	for (; count > 0; count--) {
		record.event.sequence = ++sequence;
		stream_publish(stream, &record);
		record.event.pid++;
	}
}

static void serve(struct stream *stream)
{
	struct pollfd fds[] = {
		{ .fd = stream_fd(stream), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	char line[4096];

	setvbuf(stdin, NULL, _IONBF, 0); /* what stdio holds back poll() would not see */
	while (poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		if (fds[0].revents && stream_dispatch(stream) < 0)
			die("stream_dispatch", strerror(errno));
		if (!fds[1].revents)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			fds[1].fd = -1; /* nothing more to say, but still there */
		else if (strcmp(line, "quit\n") == 0)
			return;
		else
			publish(stream, line);
	}
}

int main(int argc, char **argv)
{
	_cleanup_(stream_closep) struct stream *stream = NULL;
	char why[256];
	int i;

	if (argc < 2)
		die("usage", "stream_agent SOCKET [RECORD]...");
	if (origin_read(&origin) < 0)
		die("origin_read", strerror(errno));
	if (stream_open(argv[1], STREAM_GROUP, &origin, &stream, why, sizeof(why)) < 0)
		die("stream_open", why);
	for (i = 2; i < argc; i++)
		publish(stream, argv[i]);
	puts("ready");
	fflush(stdout);
	serve(stream);
	return 0;
}
