// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of verbs, and what is common to them on the command line. What a verb does is in cmd_NAME.c. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock.h"
#include "log.h"
#include "util.h"
#include "verb.h"

static const struct verb verbs[] = {
	{ "run", "[OPTION]...", "guard this host by the policy, tell the events; in the foreground",
	  "  --policy PATH       policy file, or folder with policy.yaml and policy.d/\n"
	  "                      (default /etc/rootgate)\n"
	  "  --mode MODE         audit, enforce or kill, whatever the policy's own mode\n"
	  "  --on-exit WHAT      keep (the programs refuse on, the default) or detach\n"
	  "  --allow-degraded    start even where this kernel can refuse nothing\n"
	  "  --no-guard          for debugging: leave our own objects unguarded\n"
	  "  --no-ftrace-guard   kernel.ftrace_enabled may be set to 0\n"
	  "  --max-processes N   contained processes that are recorded (default 32768)\n"
	  "  -v, --verbose       tell every step\n",
	  cmd_run },
	{ "events", "[OPTION]...", "events so far, and following",
	  "  -f, --follow        go on as they come; wait for the agent where it goes away\n"
	  "  -n, --lines N       the last N of those so far (default 100; with --since all)\n"
	  "  -o, --output FORMAT text or json\n"
	  "      --type TYPE     only this type: exec, setuid, ...; can be repeated\n"
	  "      --action ACTION only this action: allow, audit, deny, kill; likewise\n"
	  "      --container C   only of the container with this id, or prefix of an id\n"
	  "      --pid PID       only of the process with this PID on the host\n"
	  "      --rule NAME     only what this rule decided\n"
	  "      --since TIME    only from then on: 10m (ago), 1h30m, 2026-11-23T12:00:00Z\n",
	  cmd_events },
	{ "ps", "[OPTION]...",
	  "contained processes, by their PIDs on the host and in the container",
	  "  --container C       only of the container with this id, or prefix of an id\n"
	  "  --host-root         only processes that hold host root\n"
	  "  --tree              children below their parents\n"
	  "  --all-levels        the PID at each level, from the host inwards\n"
	  "  --watch             again every 2 seconds, until Ctrl-C\n"
	  "  -o, --output FORMAT text or json\n",
	  cmd_ps },
	{ "pid", "host N | container CONTAINER N | ns INODE N",
	  "one process, by its PID on the host or in a container",
	  "  host N              by its PID on the host\n"
	  "  container C N       by its PID in the container with this id, prefix of an id,\n"
	  "                      name, or inode of its PID namespace\n"
	  "  ns INODE N          by its PID in that PID namespace, at any level\n"
	  "  -o, --output FORMAT text or json\n",
	  cmd_pid },
	{ "containers", "[OPTION]...", "containers, and whether their root is the host's",
	  "  -o, --output FORMAT text or json\n", cmd_containers },
	{ "status", "[OPTION]...", "what is enforced at this moment, and what was counted",
	  "  -o, --output FORMAT text or json\n", cmd_status },
	{ "probe", "[OPTION]...", "what this kernel can do, and what it would take to do better",
	  "  -o, --output FORMAT text or json\n", cmd_probe },
	{ "metrics", "", "what status says, in Prometheus' text format", "", cmd_metrics },
	{ "detach", "", "take the programs out of the kernel, and end the agent", "", cmd_detach },
	{ "policy", "check FILE... | show [PATH] | test PATH | reload | schema",
	  "check, show and try out policies; have the agent read its own again",
	  "  check FILE...       errors with file:line:column; exit 3 where one is invalid\n"
	  "  show [PATH]         the policy in force, with the source of each rule; or that\n"
	  "                      of a file or folder\n"
	  "  test PATH           who would be judged how, and by which rule:\n"
	  "    --id, --name, --image, --pod-namespace, --pod-name TEXT, --label KEY=VALUE,\n"
	  "    --pod-label KEY=VALUE, --cgroup, --exe PATH, --runtime, --pid-namespace,\n"
	  "    --user-namespace, --event WORD, --uid UID on the host (0), --gid 0 that is\n"
	  "    gained, --capability CAP_NAME\n"
	  "  schema              the JSON Schema of policy files, for editors\n"
	  "  -o, --output FORMAT text or json, of show and test\n"
	  "  reload              the agent's policy: all of it in force at once, or none\n",
	  cmd_policy },
	{ "disable", "--for DURATION --reason TEXT", "refuse nothing for a while, only report",
	  "  --for DURATION      1s to 24h: 90s, 10m, 1h30m; refusal comes back by itself\n"
	  "  --reason TEXT       why; told in an event and by status\n",
	  cmd_disable },
	{ "enable", "", "refuse again, after a disable", "", cmd_enable },
};

static void usage_table(FILE *out)
{
	size_t i;

	fputs("Usage: rootgate VERB [OPTION]...\n"
	      "Refuses host root in containers, in the kernel.\n\n",
	      out);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
	fputs("\n  --help     this page; also after a verb\n"
	      "  --version  the version\n\n"
	      "Exit codes: 0 done, 1 failed, 2 usage, 3 policy invalid, 4 no agent,\n"
	      "5 degraded, 6 not permitted. Manual: rootgate(8).\n",
	      out);
}

bool verb_parse_output(const char *arg, enum output *out)
{
	if (strcmp(arg, "text") == 0)
		*out = OUTPUT_TEXT;
	else if (strcmp(arg, "json") == 0)
		*out = OUTPUT_JSON;
	else
		return log_error("unknown output format '%s': text or json", arg), false;
	return true;
}

int verb_help(const struct verb *verb)
{
	printf("Usage: rootgate %s %s\n%s.\n\n%s      --help          this page\n", verb->name,
	       verb->args, verb->summary, verb->help);
	return EXIT_DONE;
}

int verb_usage_error(const struct verb *verb)
{
	fprintf(stderr, "Try 'rootgate %s --help'.\n", verb->name);
	return EXIT_USAGE;
}

bool verb_parse_plain(const struct verb *verb, int argc, char **argv, enum output *output,
		      int *code)
{
	/* from the second on for a verb without -o */
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int c;

	while ((c = getopt_long(argc, argv, output ? "o:" : "", options + !output, NULL)) != -1) {
		if (c == 'o' && output && verb_parse_output(optarg, output))
			continue;
		*code = c == 'h' ? verb_help(verb) : verb_usage_error(verb);
		return false;
	}
	if (optind == argc)
		return true;
	log_error("%s takes no operand: '%s'", verb->name, argv[optind]);
	*code = verb_usage_error(verb);
	return false;
}

int verb_records_error(const struct verb *verb, int err)
{
	if (err == -ENOENT)
		return log_exit(EXIT_NO_AGENT,
				"no agent runs, so nothing is recorded; start it: rootgate run");
	if (err == -EACCES || err == -EPERM)
		return log_exit(EXIT_NOT_PERMITTED, "%s needs root: use sudo", verb->name);
	if (err == -EPROTO)
		return log_exit(EXIT_FAILED,
				"the agent is of another version than this command (%s)",
				ROOTGATE_VERSION);
	return log_exit(EXIT_FAILED, "cannot read the records: %s", strerror(-err));
}

void verb_warn_stale(void)
{
	if (!lock_holder())
		log_warning(
			"no agent runs: these are the records that one left, and none is added");
}

static const struct verb *nearest_verb(const char *name)
{
	const struct verb *best = NULL;
	size_t i, best_distance = 3;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		size_t distance = edit_distance(name, verbs[i].name);

		if (distance < best_distance) {
			best_distance = distance;
			best = &verbs[i];
		}
	}
	return best;
}

static int unknown_verb(const char *name)
{
	const struct verb *near = nearest_verb(name);

	if (name[0] == '-')
		log_error("unknown option '%s'", name);
	else if (near)
		log_error("unknown verb '%s'; did you mean '%s'?", name, near->name);
	else
		log_error("unknown verb '%s'", name);
	fputs("Try 'rootgate --help'.\n", stderr);
	return EXIT_USAGE;
}

/* What was written to stdout and did not arrive (a full disk) is a failure, whatever the verb thinks. */
static int flush_stdout(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	return log_exit(EXIT_FAILED, "cannot write the output: %s", strerror(errno));
}

static bool wants_version(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--version") == 0)
			return true;
	return false;
}

/* getopt's messages begin with the first word. */
static int run_verb(const struct verb *verb, int argc, char **argv)
{
	static char name[] = "rootgate";

	argv[0] = name;
	return verb->run(verb, argc, argv);
}

static int run(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage_table(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage_table(stdout);
		return EXIT_DONE;
	}
	if (wants_version(argc, argv)) {
		puts("rootgate " ROOTGATE_VERSION);
		return EXIT_DONE;
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return run_verb(&verbs[i], argc - 1, argv + 1);
	return unknown_verb(argv[1]);
}

int main(int argc, char **argv)
{
	return flush_stdout(run(argc, argv));
}
