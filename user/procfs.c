// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What /proc says of one process (proc(5)). */
#include "procfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

#define PROC_MAX 65536

static int read_proc(uint32_t pid, const char *name, char **out, size_t *len)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	return read_file(path, PROC_MAX, out, len);
}

int procfs_ids(uint32_t pid, uint32_t tid, struct rg_ids *out)
{
	_cleanup_(freep) char *text = NULL;
	struct rg_ids ids;
	const char *line;
	char name[32];
	int err;

	snprintf(name, sizeof(name), "task/%u/status", tid);
	err = read_proc(pid, name, &text, NULL);
	if (err)
		return err;
	line = strstr(text, "\nUid:");
	if (!line ||
	    sscanf(line, "\nUid: %u %u %u %u", &ids.uid, &ids.euid, &ids.suid, &ids.fsuid) != 4)
		return -EPROTO;
	*out = ids;
	return 0;
}

int procfs_cgroup(uint32_t pid, char *buf, size_t size)
{
	_cleanup_(freep) char *text = NULL;
	const char *line;
	int err = read_proc(pid, "cgroup", &text, NULL);

	if (err)
		return err;
	line = starts_with(text, "0::") ? text : strstr(text, "\n0::");
	if (!line)
		return -EPROTO;
	line = strchr(line, '/');
	if (!line)
		return -EPROTO;
	snprintf(buf, size, "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

int procfs_uid_map(uint32_t pid, struct rg_extent map[RG_EXTENTS_MAX], uint32_t *extents)
{
	_cleanup_(freep) char *text = NULL;
	uint32_t n = 0;
	char *line, *rest;
	int err = read_proc(pid, "uid_map", &text, NULL);

	if (err)
		return err;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), n++)
		if (n < RG_EXTENTS_MAX &&
		    sscanf(line, "%u %u %u", &map[n].first, &map[n].lower, &map[n].count) != 3)
			return -EPROTO;
	*extents = n;
	return 0;
}

int procfs_command(uint32_t pid, char *buf, size_t size)
{
	_cleanup_(freep) char *text = NULL;
	size_t len, i;
	int err = read_proc(pid, "cmdline", &text, &len);

	if (err && err != -EFBIG)
		return err;
	if (!err && len) {
		for (i = 0; i + 1 < len; i++)
			if (!text[i])
				text[i] = ' ';
		copy_utf8(buf, size, text, len);
		return 0;
	}
	freep(&text);
	text = NULL;
	err = read_proc(pid, "comm", &text, &len);
	if (err)
		return err;
	snprintf(buf, size, "[%.*s]", (int)strcspn(text, "\n"), text);
	return 0;
}

int procfs_stat(uint32_t pid, uint64_t *start_time, uint32_t *ppid)
{
	_cleanup_(freep) char *text = NULL;
	unsigned long long ticks;
	unsigned int parent;
	const char *at;
	int err = read_proc(pid, "stat", &text, NULL), field;

	if (err)
		return err;
	at = strrchr(text, ')'); /* the comm before it may hold anything */
	if (!at || sscanf(at, ") %*c %u", &parent) != 1)
		return -EPROTO;
	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1)
		return -EPROTO;
	*start_time = ticks * PROCFS_TICK_NS;
	*ppid = parent;
	return 0;
}

char procfs_state(uint32_t pid)
{
	_cleanup_(freep) char *text = NULL;
	const char *at = read_proc(pid, "stat", &text, NULL) ? NULL : strrchr(text, ')');

	if (!at || at[1] != ' ')
		return '\0';
	return at[2];
}

bool procfs_same_start(uint64_t start_time, uint64_t by_proc)
{
	return start_time >= by_proc && start_time - by_proc < 2 * PROCFS_TICK_NS;
}

int procfs_is_process(uint32_t pid, uint64_t start_time)
{
	uint64_t by_proc;
	uint32_t ppid;
	int err = procfs_stat(pid, &by_proc, &ppid);

	if (err)
		return err;
	return procfs_same_start(start_time, by_proc) ? 0 : -ESTALE;
}
