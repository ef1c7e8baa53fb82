// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate run: the agent, in the foreground. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "log.h"
#include "names.h"
#include "verb.h"

static bool parse_mode(const char *word, enum rg_mode *out)
{
	uint32_t mode;

	if (names_find(&names_mode, word, &mode) || mode == RG_MODE_NONE) {
		log_error("unknown mode '%s': audit, enforce or kill", word);
		return false;
	}
	*out = mode;
	return true;
}

static bool parse_on_exit(const char *word, bool *detach)
{
	if (strcmp(word, "keep") && strcmp(word, "detach")) {
		log_error("unknown end '%s': keep or detach", word);
		return false;
	}
	*detach = strcmp(word, "detach") == 0;
	return true;
}

/* A number from 1 on; with twice as many ways back the kernel's limit is far. */
static bool parse_max(const char *word, __u32 *out)
{
	char *end;
	long n = strtol(word, &end, 10);

	if (end == word || *end || n < 1 || n > 1 << 22) {
		log_error("'%s' is no number of processes: 1 to %d", word, 1 << 22);
		return false;
	}
	*out = (__u32)n;
	return true;
}

int cmd_run(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "mode", required_argument, NULL, 'm' },
		{ "on-exit", required_argument, NULL, 'e' },
		{ "allow-degraded", no_argument, NULL, 'd' },
		{ "no-guard", no_argument, NULL, 'g' },
		{ "no-ftrace-guard", no_argument, NULL, 'f' },
		{ "max-processes", required_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct agent_options agent = {};
	int c;

	while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			agent.policy = optarg;
			break;
		case 'm':
			if (!parse_mode(optarg, &agent.mode))
				return verb_usage_error(verb);
			break;
		case 'e':
			if (!parse_on_exit(optarg, &agent.detach_on_exit))
				return verb_usage_error(verb);
			break;
		case 'd':
			agent.allow_degraded = true;
			break;
		case 'g':
			agent.no_guard = true;
			break;
		case 'f':
			agent.no_ftrace_guard = true;
			break;
		case 'n':
			if (!parse_max(optarg, &agent.max_processes))
				return verb_usage_error(verb);
			break;
		case 'v':
			log_set_verbose(true);
			break;
		case 'h':
			return verb_help(verb);
		default:
			return verb_usage_error(verb);
		}
	}
	if (optind < argc) {
		log_error("run takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	return agent_run(&agent);
}
