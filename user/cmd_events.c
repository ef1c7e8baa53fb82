// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate events: reads the agent's socket, filters, formats, prints. The agent does none of this.
 *
 * With -f it outlives the agent: whoever watches a host wants to see what the next agent says, and
 * a tail that ended while an agent was replaced would look like silence.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "backlog.h"
#include "cmd_events_options.h"
#include "format.h"
#include "log.h"
#include "stream.h"
#include "verb.h"

#define RETRY_MS 500 /* between two looks for an agent that is gone */

struct events {
	struct events_options options;
	bool colour;
	char path[STREAM_PATH_MAX];
	int signals; /* signalfd: SIGINT, SIGTERM */
	int socket;
	bool live;	     /* what was there so far is printed: the rest is printed as it comes */
	struct backlog tail; /* the last that match of those so far; unused where none are wanted */
};

/* How a step ended; the steps below return one of these or go on with GO_ON. */
enum outcome {
	GO_ON = EVENTS_GO_ON,
	/* otherwise an enum exit_code, or: */
	AGENT_GONE = 100,
};

/* The exit code for a reader that never got in; the words on stderr. */
static int refused(const struct events *events, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
	case -ECONNREFUSED:
	case -EPIPE:
		return log_exit(EXIT_NO_AGENT,
				"no agent is running (socket %s): start it with `rootgate run`",
				events->path);
	case -ETIMEDOUT:
		return log_exit(
			EXIT_NO_AGENT,
			"the agent does not answer (socket %s): see `systemctl status rootgate`",
			events->path);
	case -EACCES:
	case -EPERM:
		return log_exit(EXIT_NOT_PERMITTED,
				"not permitted to read events (socket %s): be root or in the "
				"group " STREAM_GROUP,
				events->path);
	case -EUSERS:
		return log_exit(EXIT_FAILED, "the agent has %d readers already: end one of them",
				STREAM_READERS_MAX);
	case -EPROTO:
		return log_exit(
			EXIT_FAILED,
			"the agent is of another version than this rootgate: restart the agent");
	default:
		return log_exit(EXIT_FAILED, "can't read events (socket %s): %s", events->path,
				strerror(-err));
	}
}

/*
 * A reader of ours that went away (`| head`) is no failure; what was not written is dropped here,
 * or exit would try again.
 */
static int output_failed(int err)
{
	__fpurge(stdout);
	clearerr(stdout);
	if (err == -EPIPE)
		return EXIT_DONE;
	return log_exit(EXIT_FAILED, "can't write the output: %s", strerror(-err));
}

static int print(const struct events *events, const struct record *record)
{
	int err;

	if (events->options.output == OUTPUT_JSON)
		err = format_json(stdout, record);
	else
		err = format_text(stdout, record, events->colour);
	return err ? output_failed(err) : GO_ON;
}

/* Prints the last of those so far that match. */
static int print_tail(struct events *events)
{
	uint64_t number;
	int outcome = GO_ON;

	for (number = events->tail.first; number < events->tail.next && outcome == GO_ON;
	     number++) {
		struct record record;
		size_t len = 0;
		const void *packed = backlog_get(&events->tail, number, &len);

		if (packed && record_unpack(packed, len, &record) == 0)
			outcome = print(events, &record);
	}
	events->tail.first = events->tail.next;
	return outcome;
}

static int take_record(struct events *events, const struct record *record)
{
	if (!filter_matches(&events->options.filter, record)) {
		/* Who sees only some events must still learn that some are missing. */
		if (record->event.type == RG_TYPE_LOST &&
		    record->wall_time >= events->options.filter.since)
			log_warning("lost: %s", record->note);
		return GO_ON;
	}
	if (events->live)
		return print(events, record);
	if (events->options.lines)
		backlog_add(&events->tail, record);
	return GO_ON;
}

/* One answer of the agent. */
static int take_answer(struct events *events)
{
	struct record record;
	int answer = stream_read(events->socket, &record), outcome;

	if (answer == STREAM_RECORD)
		return take_record(events, &record);
	if (answer == STREAM_END) {
		events->live = true;
		outcome = print_tail(events);
		return outcome == GO_ON && !events->options.follow ? EXIT_DONE : outcome;
	}
	if (answer == -EINTR)
		return GO_ON;
	return answer == -EPIPE ? AGENT_GONE : refused(events, answer);
}

/* Until the agent says something, a signal ends us, or whoever reads our output goes away. */
static int wait_for_answer(const struct events *events)
{
	struct pollfd fds[] = {
		{ .fd = events->signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* POLLERR, POLLHUP */
		{ .fd = events->socket, .events = POLLIN },
	};

	for (;;) {
		int n = poll(fds, ARRAY_SIZE(fds), -1);

		if (n < 0 && errno != EINTR)
			return log_exit(EXIT_FAILED, "can't wait for events: %s", strerror(errno));
		if (n <= 0)
			continue;
		if (fds[0].revents || fds[1].revents & (POLLERR | POLLHUP))
			return EXIT_DONE;
		if (fds[2].revents)
			return GO_ON;
	}
}

/* From the request to the end of the connection. An exit code or AGENT_GONE. */
static int read_events(struct events *events)
{
	int outcome;

	do {
		outcome = wait_for_answer(events);
		if (outcome == GO_ON)
			outcome = take_answer(events);
	} while (outcome == GO_ON);
	closep(&events->socket);
	events->socket = -1;
	return outcome;
}

/* Waits for another agent. GO_ON: connected. */
static int reconnect(struct events *events)
{
	struct pollfd fds[] = { { .fd = events->signals, .events = POLLIN },
				{ .fd = STDOUT_FILENO } };

	log_notice("the agent is gone; waiting for its return");
	for (;;) {
		int n = poll(fds, ARRAY_SIZE(fds), RETRY_MS);

		if (n > 0)
			return EXIT_DONE;
		/* All it has: what a new agent has said so far was said while we were away. */
		if (n == 0 &&
		    stream_connect(events->path, STREAM_ALL, true, &events->socket) == 0) {
			log_notice("connected to the agent again");
			return GO_ON;
		}
	}
}

static int follow_events(struct events *events)
{
	int outcome;

	for (;;) {
		outcome = read_events(events);
		if (outcome != AGENT_GONE)
			return outcome;
		if (!events->options.follow)
			return log_exit(EXIT_NO_AGENT,
					"the agent went away before it had sent all events");
		outcome = reconnect(events);
		if (outcome != GO_ON)
			return outcome;
	}
}

/* Signals are read like events, so that none can fall between a look and a wait. */
static int take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int start(struct events *events)
{
	uint32_t kept = events->options.lines < STREAM_RECORDS_MAX ? events->options.lines
								   : STREAM_RECORDS_MAX;
	int err = stream_path(events->path);

	if (err)
		return log_exit(EXIT_FAILED, "the path of the folder %s is too long for a socket",
				stream_run_dir());
	if (events->options.lines && backlog_init(&events->tail, kept, STREAM_BYTES_MAX) < 0)
		return log_exit(EXIT_FAILED, "out of memory");
	/* With a filter the last N that match may be anywhere in what there is. */
	err = stream_connect(events->path,
			     filter_is_empty(&events->options.filter) ? events->options.lines
								      : STREAM_ALL,
			     events->options.follow, &events->socket);
	if (err)
		return refused(events, err);
	events->signals = take_signals();
	if (events->signals < 0)
		return log_exit(EXIT_FAILED, "can't wait for signals: %s", strerror(errno));
	if (events->options.follow)
		setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	return GO_ON;
}

int cmd_events(const struct verb *verb, int argc, char **argv)
{
	struct events events = { .signals = -1, .socket = -1 };
	int outcome = events_options_parse(verb, argc, argv, &events.options);

	if (outcome != GO_ON)
		return outcome;
	events.colour = format_wants_colour(STDOUT_FILENO);
	outcome = start(&events);
	if (outcome == GO_ON)
		outcome = follow_events(&events);
	closep(&events.socket);
	closep(&events.signals);
	backlog_free(&events.tail);
	return outcome;
}
