/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The verbs of the command line: one file cmd_NAME.c each, one row in main.c's table.
 * Verbs call modules; modules never call verbs.
 */
#ifndef ROOTGATE_VERB_H
#define ROOTGATE_VERB_H

#include <stdbool.h>

/* Exit codes: the contract of rootgate(8). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_POLICY = 3,   /* policy invalid */
	EXIT_NO_AGENT = 4, /* no agent, or nothing pinned */
	EXIT_DEGRADED = 5, /* cannot give the guarantee that was asked for */
	EXIT_NOT_PERMITTED = 6,
};

struct verb {
	const char *name;
	const char *args;    /* behind the name in the usage line */
	const char *summary; /* one line, for the table of verbs */
	const char *
		help; /* the options, a line each; what `rootgate VERB --help` adds to the usage line */
	int (*run)(const struct verb *verb, int argc, char **argv);
};

int cmd_run(const struct verb *verb, int argc, char **argv);
int cmd_events(const struct verb *verb, int argc, char **argv);
int cmd_ps(const struct verb *verb, int argc, char **argv);
int cmd_pid(const struct verb *verb, int argc, char **argv);
int cmd_containers(const struct verb *verb, int argc, char **argv);
int cmd_status(const struct verb *verb, int argc, char **argv);
int cmd_detach(const struct verb *verb, int argc, char **argv);
int cmd_policy(const struct verb *verb, int argc, char **argv);
int cmd_probe(const struct verb *verb, int argc, char **argv);
int cmd_metrics(const struct verb *verb, int argc, char **argv);
int cmd_disable(const struct verb *verb, int argc, char **argv);
int cmd_enable(const struct verb *verb, int argc, char **argv);

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_COUNT };

/* "text" or "json"; false (and a message on stderr) for anything else. */
bool verb_parse_output(const char *arg, enum output *out);

/*
 * The command line of a verb that takes no operand, and no option but --help and, where output is
 * not NULL, -o. False where the verb has ended with that, with *code.
 */
bool verb_parse_plain(const struct verb *verb, int argc, char **argv, enum output *output,
		      int *code);

/* Usage and help of a verb on stdout; EXIT_DONE. */
int verb_help(const struct verb *verb);

/* After getopt or an operand went wrong: "Try 'rootgate VERB --help'." on stderr; EXIT_USAGE. */
int verb_usage_error(const struct verb *verb);

/* The records of contained processes can't be read: says why; the exit code. */
int verb_records_error(const struct verb *verb, int err);

/* Warns where no agent runs, so that the records are what one left. */
void verb_warn_stale(void);

#endif
