// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate ps: contained processes, by their PIDs on the host and in the container. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "containers.h"
#include "jsonout.h"
#include "log.h"
#include "process.h"
#include "show.h"
#include "verb.h"

#define WATCH_SECONDS 2

struct ps_options {
	const char *container;
	bool host_root;
	bool tree;
	bool all_levels;
	bool watch;
	enum output output;
};

/* Takes over what the container's engine knows, so that it is shown. */
static bool wanted(struct process *process, const struct containers *containers,
		   const struct ps_options *options)
{
	const struct container *container = containers_of_process(containers, process);
	const char *id = container ? containers_id(container) : process->container.id;
	const char *name = container ? containers_name(container) : "";

	copy_utf8(process->container_name, sizeof(process->container_name), name, SIZE_MAX);
	if (options->host_root && !process_holds_host_root(&process->ids))
		return false;
	return !options->container || container_matches(options->container, id, name);
}

/* All that are wanted, in the order that is wanted. 0 or a negative errno. */
static int rows_read(const struct ps_options *options, struct process **out, size_t *count)
{
	_cleanup_(pidmap_closep) struct pidmap map = PIDMAP_NONE;
	_cleanup_(containers_free) struct containers containers = {};
	_cleanup_(freep) struct process *rows = NULL;
	size_t n, i, kept = 0;
	int err = pidmap_open(&map);

	err = err ?: process_list(&map, &rows, &n);
	err = err ?: containers_read(&map, false, &containers);
	if (err)
		return err;
	for (i = 0; i < n; i++)
		if (wanted(&rows[i], &containers, options))
			rows[kept++] = rows[i];
	if (options->tree)
		err = process_tree(rows, kept);
	if (err)
		return err;
	*out = TAKE_PTR(rows);
	*count = kept;
	return 0;
}

static int print_text(const struct process *rows, size_t n, const struct ps_options *options)
{
	_cleanup_(table_freep) struct table *table = NULL;
	int err = show_processes(rows, n, options->all_levels, &table);

	return err ?: table_print(table, stdout, table_width(1));
}

/* One array, an element a line. */
static int print_json(const struct process *rows, size_t n)
{
	struct origin origin;
	size_t i;
	int err = origin_read(&origin);

	if (err)
		return err;
	if (!n)
		putchar('[');
	for (i = 0; i < n; i++) {
		_cleanup_(jsonout_freep) struct json_object *object =
			process_json(&rows[i], &origin);

		putchar(i ? ',' : '[');
		err = object ? jsonout_print(stdout, object) : -ENOMEM;
		if (err)
			return err;
	}
	puts("]");
	return 0;
}

static int ps(const struct verb *verb, const struct ps_options *options)
{
	_cleanup_(freep) struct process *rows = NULL;
	size_t n;
	int err = rows_read(options, &rows, &n);

	if (err)
		return verb_records_error(verb, err);
	if (options->watch && isatty(1))
		fputs("\033[H\033[2J", stdout);
	verb_warn_stale();
	err = options->output == OUTPUT_JSON ? print_json(rows, n) : print_text(rows, n, options);
	return err ? log_exit(EXIT_FAILED, "cannot write the output: %s", strerror(-err))
		   : EXIT_DONE;
}

/* Again and again, until somebody has seen enough: then it is done, and did not fail. */
static int watch(const struct verb *verb, const struct ps_options *options)
{
	const struct timespec pause = { .tv_sec = WATCH_SECONDS };
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	for (;;) {
		int code = ps(verb, options);

		if (code)
			return code;
		if (fflush(stdout))
			return EXIT_DONE; /* the pipe's reader has gone; main tells other reasons */
		if (sigtimedwait(&ends, NULL, &pause) >= 0)
			return EXIT_DONE;
		if (!isatty(1) && options->output == OUTPUT_TEXT)
			putchar('\n');
	}
}

int cmd_ps(const struct verb *verb, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "container", required_argument, NULL, 'c' },
		{ "host-root", no_argument, NULL, 'r' },
		{ "tree", no_argument, NULL, 't' },
		{ "all-levels", no_argument, NULL, 'l' },
		{ "watch", no_argument, NULL, 'w' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct ps_options options = {};
	int c;

	while ((c = getopt_long(argc, argv, "o:", long_options, NULL)) != -1) {
		if (c == 'c')
			options.container = optarg;
		else if (c == 'r')
			options.host_root = true;
		else if (c == 't')
			options.tree = true;
		else if (c == 'l')
			options.all_levels = true;
		else if (c == 'w')
			options.watch = true;
		else if (c == 'h')
			return verb_help(verb);
		else if (c != 'o' || !verb_parse_output(optarg, &options.output))
			return verb_usage_error(verb);
	}
	if (optind < argc) {
		log_error("ps takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	return options.watch ? watch(verb, &options) : ps(verb, &options);
}
