// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes and containers as rows of a table. */
#include "show.h"

#include "names.h"

static void put_process(struct table *table, const struct process *row, bool all_levels)
{
	const bool host_root = process_holds_host_root(&row->ids);
	char levels[RG_PIDS_MAX * 11];
	uint32_t uid;

	if (row->container_name[0])
		table_cell(table, "%s", row->container_name);
	else
		table_cell(table, "%.12s", row->container.id);
	table_cell(table, "%u", row->pid);
	if (all_levels) {
		process_format_levels(levels, sizeof(levels), &row->record);
		table_cell(table, "%s", levels);
	} else {
		table_cell(table, "%u", process_vpid(row));
	}
	table_cell(table, "%u", row->ids.euid);
	if (process_container_uid(row, &uid))
		table_cell(table, "%u", uid);
	else
		table_cell(table, "?");
	table_cell(table, "%s",
		   process_userns_word(row->record.userns_level, row->map, row->extents,
				       host_root));
	table_cell(table, "%s", process_verdict_word(host_root));
	if (row->depth)
		table_cell(table, "%*s└─ %s", (int)(row->depth - 1) * 2, "", row->command);
	else
		table_cell(table, "%s", row->command);
}

int show_processes(const struct process *rows, size_t n, bool all_levels, struct table **out)
{
	static const struct table_column innermost[] = {
		{ .header = "CONTAINER", .flexible = true },
		{ .header = "HOST-PID", .right = true },
		{ .header = "PID", .right = true },
		{ .header = "HOST-UID", .right = true },
		{ .header = "UID", .right = true },
		{ .header = "USERNS" },
		{ .header = "VERDICT" },
		{ .header = "COMMAND", .flexible = true },
	};
	static const struct table_column levels[] = {
		{ .header = "CONTAINER", .flexible = true },
		{ .header = "HOST-PID", .right = true },
		{ .header = "PIDS" },
		{ .header = "HOST-UID", .right = true },
		{ .header = "UID", .right = true },
		{ .header = "USERNS" },
		{ .header = "VERDICT" },
		{ .header = "COMMAND", .flexible = true },
	};
	int err = table_new(all_levels ? levels : innermost, ARRAY_SIZE(innermost), out);
	size_t i;

	for (i = 0; !err && i < n; i++)
		put_process(*out, &rows[i], all_levels);
	return err;
}

/* "0:100000:65536", lines separated by a comma. */
static void format_map(char *buf, size_t size, const struct container *container)
{
	size_t at = 0;
	uint32_t i;

	buf[0] = '\0';
	if (container->userns_level == 0)
		return; /* the host's: it maps nothing */
	for (i = 0; i < container->extents && i < RG_EXTENTS_MAX && at < size; i++) {
		const struct rg_extent *line = &container->map[i];

		at += (size_t)snprintf(buf + at, size - at, "%s%u:%u:%u", i ? "," : "", line->first,
				       line->lower, line->count);
	}
	if (container->extents > RG_EXTENTS_MAX && at < size)
		snprintf(buf + at, size - at, ",...");
}

static void put_container(struct table *table, const struct container *container)
{
	char map[RG_EXTENTS_MAX * 36];

	format_map(map, sizeof(map), container);
	/* what has no id of any kind is known by its namespace: pid container takes that */
	if (containers_id(container)[0])
		table_cell(table, "%.12s", containers_id(container));
	else
		table_cell(table, "%u", container->pidns);
	table_cell(table, "%s", containers_name(container));
	table_cell(table, "%s", containers_image(container));
	table_cell(table, "%s", names_get(&names_runtime, container->ref.runtime));
	table_cell(table, "%u", container->pid1);
	table_cell(table, "%s",
		   process_userns_word(container->userns_level, container->map, container->extents,
				       container->host_root));
	table_cell(table, "%s", map);
	table_cell(table, "%s", process_verdict_word(container->host_root));
	table_cell(table, "%zu", container->processes);
}

int show_containers(const struct containers *containers, struct table **out)
{
	static const struct table_column columns[] = {
		{ .header = "CONTAINER" },
		{ .header = "NAME", .flexible = true },
		{ .header = "IMAGE", .flexible = true },
		{ .header = "RUNTIME" },
		{ .header = "HOST-PID", .right = true },
		{ .header = "USERNS" },
		{ .header = "MAP", .optional = true },
		{ .header = "VERDICT" },
		{ .header = "PROCS", .right = true },
	};
	int err = table_new(columns, ARRAY_SIZE(columns), out);
	size_t i;

	for (i = 0; !err && i < containers->count; i++)
		put_container(*out, &containers->items[i]);
	return err;
}
