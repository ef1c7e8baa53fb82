// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The options of rootgate events: words to numbers, and what is known where a word is not. */
#include "cmd_events_options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "names.h"
#include "stream.h"
#include "when.h"

#define DEFAULT_LINES 100

static int parse_word(const struct names *names, const char *what, const char *word, uint32_t *set)
{
	char known[256];
	uint32_t number;

	if (names_find(names, word, &number) == 0) {
		*set |= 1U << number;
		return 0;
	}
	names_list(names, known, sizeof(known));
	log_error("unknown %s '%s': one of %s", what, word, known);
	return -EINVAL;
}

static int parse_number(const char *what, const char *text, uint64_t min, uint32_t *out)
{
	uint64_t value;

	if (parse_u64(text, UINT32_MAX, &value) < 0 || value < min) {
		log_error("bad %s '%s': a whole number from %u on", what, text, (unsigned int)min);
		return -EINVAL;
	}
	*out = (uint32_t)value;
	return 0;
}

static int parse_since(struct events_options *options, const char *text)
{
	if (when_parse_since(text, clock_ns(CLOCK_REALTIME), &options->filter.since) == 0)
		return 0;
	log_error(
		"bad time '%s': a duration like 10m or 1h30m, or a time like 2026-11-23T12:00:00Z",
		text);
	return -EINVAL;
}

static int parse_lines(struct events_options *options, const char *text)
{
	options->has_lines = true;
	return parse_number("number of lines", text, 0, &options->lines);
}

enum { OPT_TYPE = 256, OPT_ACTION, OPT_CONTAINER, OPT_PID, OPT_RULE, OPT_SINCE, OPT_HELP };

static const struct option long_options[] = {
	{ "follow", no_argument, NULL, 'f' },
	{ "lines", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "action", required_argument, NULL, OPT_ACTION },
	{ "container", required_argument, NULL, OPT_CONTAINER },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "rule", required_argument, NULL, OPT_RULE },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

/* One option's argument. 0, or -EINVAL after a message. */
static int take_option(struct events_options *options, int option)
{
	switch (option) {
	case 'f':
		options->follow = true;
		return 0;
	case 'n':
		return parse_lines(options, optarg);
	case 'o':
		return verb_parse_output(optarg, &options->output) ? 0 : -EINVAL;
	case OPT_TYPE:
		return parse_word(&names_type, "type", optarg, &options->filter.types);
	case OPT_ACTION:
		return parse_word(&names_action, "action", optarg, &options->filter.actions);
	case OPT_CONTAINER:
		options->filter.container = optarg;
		return 0;
	case OPT_PID:
		return parse_number("PID", optarg, 1, &options->filter.pid);
	case OPT_RULE:
		options->filter.rule = optarg;
		return 0;
	default:
		return parse_since(options, optarg);
	}
}

static void log_option_error(int result, char **argv)
{
	const char *given = argv[optind - 1];

	if (result == ':')
		log_error("option '%s' wants an argument", given);
	else if (optopt && optopt < 256)
		log_error("unknown option '-%c'", optopt);
	else
		log_error("unknown option '%s'", given);
}

int events_options_parse(const struct verb *verb, int argc, char **argv,
			 struct events_options *options)
{
	int option;

	opterr = 0;
	optind = 0; /* glibc: start anew */
	while ((option = getopt_long(argc, argv, ":fn:o:h", long_options, NULL)) != -1) {
		if (option == 'h' || option == OPT_HELP)
			return verb_help(verb);
		if (option == ':' || option == '?') {
			log_option_error(option, argv);
			return verb_usage_error(verb);
		}
		if (take_option(options, option) < 0)
			return verb_usage_error(verb);
	}
	if (optind < argc) {
		log_error("'%s' is one argument too many", argv[optind]);
		return verb_usage_error(verb);
	}
	if (!options->has_lines)
		options->lines = options->filter.since ? STREAM_ALL : DEFAULT_LINES;
	return EVENTS_GO_ON;
}
