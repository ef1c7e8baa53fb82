// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate policy: questions about policies. The answers come from the policy modules, or the
 * agent; a row of the table each.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_policy.h"
#include "control_client.h"
#include "escape.h"
#include "log.h"
#include "names.h"

struct subverb {
	const char *name;
	int (*run)(const struct verb *verb, int argc, char **argv);
};

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* A file's name as a terminal may see it; NULL: out of memory. */
static char *show_path(const char *path)
{
	char *shown = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&shown, &size);

	if (!out)
		return NULL;
	escape_text(out, path, strlen(path));
	if (fclose(out) == 0)
		return shown;
	free(shown);
	return NULL;
}

static int tell_failure(const char *path, int err, const struct policy_report *report)
{
	if (err == -ENOENT)
		return log_exit(EXIT_FAILED,
				"%s: there is no policy: no such file, or a folder without one",
				path);
	if (err != -EINVAL)
		return log_exit(EXIT_FAILED, "%s: cannot be checked: %s", path, strerror(-err));
	return log_exit(EXIT_POLICY, "%s: invalid: %zu error%s, %zu warning%s", path,
			report->n_errors, plural(report->n_errors), report->n_warnings,
			plural(report->n_warnings));
}

int cmd_policy_load(const char *path, struct policy **out, struct policy_report *report)
{
	_cleanup_(freep) char *shown = show_path(path);
	int err = shown ? policy_load(path, out, report) : -ENOMEM;

	policy_report_print(stderr, report);
	return err ? tell_failure(shown ? shown : "", err, report) : EXIT_DONE;
}

static int check_file(const char *path)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	int code = cmd_policy_load(path, &policy, &report);

	if (code)
		return code;
	escape_text(stdout, path, strlen(path));
	printf(": ok, mode %s, %zu rule%s", names_get(&names_mode, policy->mode), policy->n_rules,
	       plural(policy->n_rules));
	if (report.n_warnings)
		printf(", %zu warning%s", report.n_warnings, plural(report.n_warnings));
	putchar('\n');
	return EXIT_DONE;
}

/* All files are checked; an invalid one is worse than one that cannot be read. */
static int run_check(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, {} };
	int code = EXIT_DONE, opt, i;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return opt == 'h' ? verb_help(verb) : verb_usage_error(verb);
	if (optind == argc) {
		log_error("policy check: no FILE is given");
		return verb_usage_error(verb);
	}
	for (i = optind; i < argc; i++) {
		int one = check_file(argv[i]);

		if (one == EXIT_POLICY || code == EXIT_DONE)
			code = one;
	}
	return code;
}

/* The agent reads its own policy, so there is nothing to name. */
static int run_reload(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, {} };
	const struct control_request request = { .verb = CONTROL_RELOAD };
	struct control_answer answer;
	char path[STREAM_PATH_MAX];
	int opt, err;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return opt == 'h' ? verb_help(verb) : verb_usage_error(verb);
	if (optind < argc) {
		log_error("policy reload takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	if (geteuid() != 0)
		return log_exit(EXIT_NOT_PERMITTED, "policy reload needs root: use sudo");
	err = control_path(path);
	err = err ?: control_ask(path, &request, &answer);
	if (err == -ENOENT || err == -ECONNREFUSED)
		return log_exit(EXIT_NO_AGENT, "no agent runs: rootgate run");
	if (err)
		return log_exit(EXIT_FAILED, "cannot ask the agent: %s", strerror(-err));
	fprintf(answer.code ? stderr : stdout, "%s\n", answer.text);
	return answer.code;
}

static const struct subverb subverbs[] = {
	{ "check", run_check },	  { "show", cmd_policy_show },	   { "test", cmd_policy_test },
	{ "reload", run_reload }, { "schema", cmd_policy_schema },
};

static int unknown_subverb(const struct verb *verb, const char *name)
{
	const char *best = NULL;
	size_t i, best_distance = 3;

	for (i = 0; i < ARRAY_SIZE(subverbs); i++) {
		size_t distance = edit_distance(name, subverbs[i].name);

		if (distance < best_distance) {
			best_distance = distance;
			best = subverbs[i].name;
		}
	}
	if (best)
		log_error("unknown command 'policy %s'; did you mean 'policy %s'?", name, best);
	else
		log_error("unknown command 'policy %s'", name);
	return verb_usage_error(verb);
}

int cmd_policy(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, {} };
	int opt;
	size_t i;

	/* "+": options behind the subverb are its own */
	while ((opt = getopt_long(argc, argv, "+h", options, NULL)) != -1)
		return opt == 'h' ? verb_help(verb) : verb_usage_error(verb);
	if (optind == argc) {
		log_error("policy: what about it?");
		return verb_usage_error(verb);
	}
	argc -= optind;
	argv += optind;
	for (i = 0; i < ARRAY_SIZE(subverbs); i++) {
		if (strcmp(argv[0], subverbs[i].name) != 0)
			continue;
		optind = 0; /* glibc: start over, with an argv of its own */
		return subverbs[i].run(verb, argc, argv);
	}
	return unknown_subverb(verb, argv[0]);
}
