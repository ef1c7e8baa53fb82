// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate ps: contained processes, by their PIDs on the host and in the
 * container. The kernel's records say which there are and what they are called
 * at each level; /proc says what they are at this moment.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "container.h"
#include "jsonout.h"
#include "lock.h"
#include "log.h"
#include "pins.h"
#include "procfs.h"
#include "record.h"
#include "table.h"
#include "verb.h"

struct ps_options {
	const char *container;
	bool host_root;
	enum output output;
};

struct ps_row {
	uint32_t pid;
	struct rg_process process;
	struct rg_ids ids;
	struct rg_extent map[RG_EXTENTS_MAX];
	uint32_t extents;
	char cgroup[RG_PATH_MAX];
	struct container_ref container;
	char command[256];
};

static bool holds_host_root(const struct rg_ids *ids)
{
	return !ids->uid || !ids->euid || !ids->suid || !ids->fsuid;
}

/* Completes a row from /proc; false where the process is gone. */
static bool row_complete(struct ps_row *row)
{
	if (procfs_is_process(row->pid, row->process.start_time))
		return false;
	row->ids = row->process.ids;
	if (procfs_ids(row->pid, &row->ids))
		return false;
	if (procfs_cgroup(row->pid, row->cgroup, sizeof(row->cgroup)))
		row->cgroup[0] = '\0';
	if (procfs_uid_map(row->pid, row->map, &row->extents))
		row->extents = 0;
	if (procfs_command(row->pid, row->command, sizeof(row->command)))
		copy_utf8(row->command, sizeof(row->command), row->process.comm,
			  sizeof(row->process.comm));
	container_from_cgroup(row->cgroup, &row->container);
	return true;
}

static bool row_wanted(const struct ps_row *row, const struct ps_options *options)
{
	if (options->host_root && !holds_host_root(&row->ids))
		return false;
	return !options->container || container_matches(options->container, row->container.id, "");
}

static int compare_rows(const void *a, const void *b)
{
	const struct ps_row *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* All rows that are wanted, by host PID. 0 or a negative errno; *out untouched on failure. */
static int rows_read(const struct ps_options *options, struct ps_row **out, size_t *count)
{
	_cleanup_(closep) int fd = pins_open("processes", sizeof(struct rg_process));
	_cleanup_(freep) struct ps_row *rows = NULL;
	__u32 key, next;
	bool have = false;
	size_t n = 0, room = 0;

	if (fd < 0)
		return fd;
	while (bpf_map_get_next_key(fd, have ? &key : NULL, &next) == 0) {
		struct ps_row *row;

		key = next;
		have = true;
		if (n == room) {
			struct ps_row *bigger =
				realloc(rows, (room = room ? 2 * room : 64) * sizeof(*rows));

			if (!bigger)
				return -ENOMEM;
			rows = bigger;
		}
		row = &rows[n];
		memset(row, 0, sizeof(*row));
		row->pid = key;
		if (bpf_map_lookup_elem(fd, &key, &row->process) || !row_complete(row))
			continue;
		n += row_wanted(row, options);
	}
	if (n)
		qsort(rows, n, sizeof(*rows), compare_rows);
	*out = TAKE_PTR(rows);
	*count = n;
	return 0;
}

static uint32_t container_pid(const struct ps_row *row)
{
	return row->process.pids[row->process.levels - 1].nr;
}

static const char *userns_word(const struct ps_row *row)
{
	if (row->process.userns_level == 0)
		return "none";
	return holds_host_root(&row->ids) ? "identity" : "remapped";
}

static const char *verdict_word(const struct ps_row *row)
{
	return holds_host_root(&row->ids) ? "host-root" : "ok";
}

static int print_text(const struct ps_row *rows, size_t n)
{
	static const struct table_column columns[] = {
		{ .header = "CONTAINER" },
		{ .header = "HOST-PID", .right = true },
		{ .header = "PID", .right = true },
		{ .header = "HOST-UID", .right = true },
		{ .header = "UID", .right = true },
		{ .header = "USERNS" },
		{ .header = "VERDICT" },
		{ .header = "COMMAND", .flexible = true },
	};
	_cleanup_(table_freep) struct table *table = NULL;
	int err = table_new(columns, ARRAY_SIZE(columns), &table);
	size_t i;

	if (err)
		return err;
	for (i = 0; i < n; i++) {
		const struct ps_row *row = &rows[i];
		uint32_t uid;

		table_cell(table, "%.12s", row->container.id);
		table_cell(table, "%u", row->pid);
		table_cell(table, "%u", container_pid(row));
		table_cell(table, "%u", row->ids.euid);
		if (record_map_uid(row->ids.euid, row->map, row->extents, &uid))
			table_cell(table, "?");
		else
			table_cell(table, "%u", uid);
		table_cell(table, "%s", userns_word(row));
		table_cell(table, "%s", verdict_word(row));
		table_cell(table, "%s", row->command);
	}
	return table_print(table, stdout, table_width(1));
}

static struct json_object *pids_json(const struct rg_process *process, bool inodes)
{
	struct json_object *array = json_object_new_array();
	uint32_t i;

	for (i = 0; i < process->levels; i++)
		json_object_array_add(array, json_object_new_uint64(inodes ? process->pids[i].ns
									   : process->pids[i].nr));
	return array;
}

static struct json_object *row_json(const struct ps_row *row)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	uint32_t uid;
	int err = 0;

	err |= jsonout_add_text(object, "container", row->container.id, sizeof(row->container.id));
	err |= jsonout_add_text(object, "cgroup", row->cgroup, sizeof(row->cgroup));
	err |= jsonout_add_number(object, "pid", row->pid);
	err |= jsonout_add_number(object, "vpid", container_pid(row));
	err |= jsonout_add(object, "pids", pids_json(&row->process, false));
	err |= jsonout_add(object, "pid_namespaces", pids_json(&row->process, true));
	err |= jsonout_add_number(object, "ppid", row->process.ppid);
	err |= jsonout_add_number(object, "uid", row->ids.euid);
	if (record_map_uid(row->ids.euid, row->map, row->extents, &uid))
		err |= jsonout_add_null(object, "container_uid");
	else
		err |= jsonout_add_number(object, "container_uid", uid);
	err |= jsonout_add_number(object, "user_ns", row->process.userns);
	err |= jsonout_add_number(object, "user_ns_level", row->process.userns_level);
	err |= jsonout_add_text(object, "command", row->command, sizeof(row->command));
	err |= jsonout_add_bool(object, "host_root", holds_host_root(&row->ids));
	err |= jsonout_add_text(object, "verdict", verdict_word(row), 16);
	return err ? NULL : TAKE_PTR(object);
}

/* One array, an element a line. */
static int print_json(const struct ps_row *rows, size_t n)
{
	size_t i;

	if (!n)
		putchar('[');
	for (i = 0; i < n; i++) {
		_cleanup_(jsonout_freep) struct json_object *object = row_json(&rows[i]);
		int err = object ? 0 : -ENOMEM;

		putchar(i ? ',' : '[');
		err = err ?: jsonout_print(stdout, object);
		if (err)
			return err;
	}
	puts("]");
	return 0;
}

static int ps(const struct ps_options *options)
{
	_cleanup_(freep) struct ps_row *rows = NULL;
	size_t n;
	int err = rows_read(options, &rows, &n);

	if (err == -ENOENT)
		return log_exit(EXIT_NO_AGENT,
				"no agent runs, so nothing is recorded; start it: rootgate run");
	if (err == -EACCES || err == -EPERM)
		return log_exit(EXIT_NOT_PERMITTED, "ps needs root: use sudo");
	if (err == -EPROTO)
		return log_exit(EXIT_FAILED,
				"the agent is of another version than this command (%s)",
				ROOTGATE_VERSION);
	if (err)
		return log_exit(EXIT_FAILED, "cannot read the records: %s", strerror(-err));
	if (!lock_holder())
		log_warning(
			"no agent runs: these are the records that one left, and none is added");
	err = options->output == OUTPUT_JSON ? print_json(rows, n) : print_text(rows, n);
	return err ? log_exit(EXIT_FAILED, "cannot write the output: %s", strerror(-err))
		   : EXIT_DONE;
}

int cmd_ps(const struct verb *verb, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "container", required_argument, NULL, 'c' },
		{ "host-root", no_argument, NULL, 'r' },
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
		else if (c == 'h')
			return verb_help(verb);
		else if (c != 'o' || !verb_parse_output(optarg, &options.output))
			return verb_usage_error(verb);
	}
	if (optind < argc) {
		log_error("ps takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	return ps(&options);
}
