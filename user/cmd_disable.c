// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate disable, rootgate enable: break-glass. They ask the agent. Without one, or where it
 * does not answer, they do it themselves: the programs look at the pinned memory, and the
 * next agent reads the run folder's file.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control_client.h"
#include "control_wire.h"
#include "disabled.h"
#include "log.h"
#include "pins.h"
#include "tripped.h"
#include "verb.h"
#include "when.h"

/* Whether no agent will do it, and we must. */
static bool unanswered(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED || err == -ETIMEDOUT;
}

/* Nothing refuses now; but an agent that starts would go on with what was asked for once. */
static int forget(const struct control_request *request)
{
	_cleanup_(tripped_clear) struct tripped tripped = {};
	struct disabled disabled;
	bool kept = disabled_read(&disabled) == 0 || tripped_read(&tripped) == 0;

	if (request->verb != CONTROL_ENABLE || !kept || disabled_remove() || tripped_remove())
		return log_exit(EXIT_NO_AGENT,
				"no agent runs, and nothing is pinned: nothing is refused");
	puts("enabled: the next agent refuses from its start on");
	return EXIT_DONE;
}

static int do_it(const struct control_request *request)
{
	struct disabled disabled = { .uid = getuid(), .pid = getpid() };
	bool off = request->verb == CONTROL_DISABLE;
	int err, kept;

	if (off)
		disabled.until = clock_ns(CLOCK_BOOTTIME) + request->for_ns;
	snprintf(disabled.reason, sizeof(disabled.reason), "%s", request->reason);
	err = pins_write_disabled(disabled.until);
	if (err == -ENOENT)
		return forget(request);
	if (err == -EPERM && pins_owner())
		return log_exit(EXIT_NOT_PERMITTED,
				"while an agent lives, its guard lets nobody else write to its "
				"maps: 'kill -9 %d' and try again, or 'rootgate detach'",
				(int)pins_owner());
	if (err)
		return log_exit(err == -EPERM || err == -EACCES ? EXIT_NOT_PERMITTED : EXIT_FAILED,
				"cannot write to the map " PINS_DIR "/control: %s", strerror(-err));
	kept = off ? disabled_write(&disabled) : disabled_remove();
	if (!off)
		kept = tripped_remove() ?: kept;
	if (kept)
		log_warning("cannot %s in %s what the next agent reads: %s",
			    off ? "write" : "remove", stream_run_dir(), strerror(-kept));
	printf("%s, without the agent\n",
	       off ? "disabled: nothing is refused, only reported" : "enabled");
	return EXIT_DONE;
}

static int ask(const struct verb *verb, const struct control_request *request)
{
	struct control_answer answer;
	char path[STREAM_PATH_MAX];
	int err;

	if (geteuid() != 0)
		return log_exit(EXIT_NOT_PERMITTED, "%s needs root: use sudo", verb->name);
	err = control_path(path);
	err = err ?: control_ask(path, request, &answer);
	if (err == -ETIMEDOUT)
		log_warning("the agent does not answer");
	if (unanswered(err))
		return do_it(request);
	if (err)
		return log_exit(EXIT_FAILED, "cannot ask the agent: %s", strerror(-err));
	if (answer.code)
		return log_exit(answer.code, "%s", answer.text);
	puts(answer.text);
	return EXIT_DONE;
}

static bool parse_for(const char *text, uint64_t *out)
{
	uint64_t ns;

	if (when_parse_duration(text, &ns) || ns < CONTROL_FOR_MIN || ns > CONTROL_FOR_MAX) {
		log_error("--for: '%s' is no duration from 1s to 24h, like 10m or 1h30m", text);
		return false;
	}
	*out = ns;
	return true;
}

static bool parse_reason(const char *text, struct control_request *out)
{
	if (!control_reason_ok(text)) {
		log_error("--reason: a text of 1 to %d bytes without control characters",
			  CONTROL_REASON_MAX - 1);
		return false;
	}
	snprintf(out->reason, sizeof(out->reason), "%s", text);
	return true;
}

int cmd_disable(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{ "for", required_argument, NULL, 'f' },
		{ "reason", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct control_request request = { .verb = CONTROL_DISABLE };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return verb_help(verb);
		if (!(c == 'f' && parse_for(optarg, &request.for_ns)) &&
		    !(c == 'r' && parse_reason(optarg, &request)))
			return verb_usage_error(verb);
	}
	if (optind < argc) {
		log_error("disable takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	if (!request.for_ns || !request.reason[0]) {
		log_error("disable: %s is missing", request.for_ns ? "--reason" : "--for");
		return verb_usage_error(verb);
	}
	return ask(verb, &request);
}

int cmd_enable(const struct verb *verb, int argc, char **argv)
{
	const struct control_request request = { .verb = CONTROL_ENABLE };
	int code;

	if (!verb_parse_plain(verb, argc, argv, NULL, &code))
		return code;
	return ask(verb, &request);
}
