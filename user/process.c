// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A contained process as verbs show it: the kernel's record, completed from /proc. */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jsonout.h"
#include "procfs.h"

bool process_holds_host_root(const struct rg_ids *ids)
{
	return !ids->uid || !ids->euid || !ids->suid || !ids->fsuid;
}

int process_ids(uint32_t pid, struct rg_ids *out)
{
	int err = procfs_ids(pid, pid, out);
	struct dirent *entry;
	char path[32];
	DIR *threads;

	if (err || process_holds_host_root(out))
		return err;
	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		uint32_t tid = (uint32_t)strtoul(entry->d_name, NULL, 10);
		struct rg_ids ids;

		if (!tid || tid == pid || procfs_ids(pid, tid, &ids) ||
		    !process_holds_host_root(&ids))
			continue;
		*out = ids;
		break;
	}
	if (threads)
		closedir(threads);
	return 0;
}

int process_complete(struct process *process)
{
	const struct pid_record *record = &process->record;
	uint64_t started;
	int err = procfs_stat(process->pid, &started, &process->ppid);

	if (err)
		return err;
	if (!procfs_same_start(record->start_time, started))
		return -ESTALE;
	err = process_ids(process->pid, &process->ids);
	if (err)
		return err;
	if (procfs_cgroup(process->pid, process->cgroup, sizeof(process->cgroup)))
		process->cgroup[0] = '\0';
	if (procfs_uid_map(process->pid, process->map, &process->extents))
		process->extents = 0;
	if (procfs_command(process->pid, process->command, sizeof(process->command)))
		copy_utf8(process->command, sizeof(process->command), record->comm,
			  sizeof(record->comm));
	container_from_cgroup(process->cgroup, &process->container);
	return 0;
}

void process_from_exited(struct process *process, const struct pid_record *record)
{
	memset(process, 0, sizeof(*process));
	process->record = *record;
	process->pid = record->pid;
	process->ppid = record->ppid;
	process->ids = record->ids;
	copy_utf8(process->command, sizeof(process->command), record->comm, sizeof(record->comm));
}

struct list {
	struct process *processes;
	size_t count;
	size_t room;
};

static int add_process(const struct pid_record *record, void *arg)
{
	struct list *list = arg;
	struct process *process;

	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct process *bigger = reallocarray(list->processes, room, sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		list->processes = bigger;
		list->room = room;
	}
	process = &list->processes[list->count];
	memset(process, 0, sizeof(*process));
	process->pid = record->pid;
	process->record = *record;
	list->count += process_complete(process) == 0;
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

int process_list(const struct pidmap *map, struct process **out, size_t *count)
{
	struct list list = {};
	int err = pidmap_each(map, add_process, &list);

	if (err) {
		free(list.processes);
		return err;
	}
	if (list.count)
		qsort(list.processes, list.count, sizeof(*list.processes), compare_pids);
	*out = list.processes;
	*count = list.count;
	return 0;
}

uint32_t process_vpid(const struct process *process)
{
	return process->record.pids[process->record.levels - 1].nr;
}

bool process_container_uid(const struct process *process, uint32_t *out)
{
	if (process->record.exit_time) {
		*out = process->record.container_uid;
		return true;
	}
	return record_map_uid(process->ids.euid, process->map, process->extents, out) == 0;
}

const char *process_userns_word(uint32_t userns_level, const struct rg_extent *map,
				uint32_t extents, bool host_root)
{
	bool identity = !extents && host_root;
	uint32_t i;

	if (userns_level == 0)
		return "none";
	for (i = 0; i < extents && i < RG_EXTENTS_MAX; i++)
		identity = identity || (map[i].lower == 0 && map[i].count);
	return identity ? "identity" : "remapped";
}

const char *process_verdict_word(bool host_root)
{
	return host_root ? "host-root" : "ok";
}

void process_format_levels(char *buf, size_t size, const struct pid_record *record)
{
	size_t at = 0;
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; i < record->levels && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%u", i ? "," : "",
				       record->pids[i].nr);
}

static struct json_object *levels_json(const struct pid_record *record, bool inodes)
{
	struct json_object *array = json_object_new_array();
	uint32_t i;

	for (i = 0; array && i < record->levels; i++)
		json_object_array_add(array, json_object_new_uint64(inodes ? record->pids[i].ns
									   : record->pids[i].nr));
	return array;
}

static int add_identity(struct json_object *object, const struct process *process,
			const struct origin *origin)
{
	char entity[RECORD_ENTITY_MAX], time[RECORD_TIME_MAX];
	const uint64_t offset = (uint64_t)record_clock_offset();
	int err = 0;

	record_format_entity(entity, origin->boot_id, process->pid, process->record.start_time);
	err |= jsonout_add_text(object, "entity_id", entity, sizeof(entity));
	record_format_time(time, process->record.start_time + offset);
	err |= jsonout_add_text(object, "start_time", time, sizeof(time));
	if (!process->record.exit_time)
		return err | jsonout_add_null(object, "exit_time");
	record_format_time(time, process->record.exit_time + offset);
	return err | jsonout_add_text(object, "exit_time", time, sizeof(time));
}

struct json_object *process_json(const struct process *process, const struct origin *origin)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	const bool host_root = process_holds_host_root(&process->ids);
	uint32_t uid;
	int err = 0;

	err |= jsonout_add_text(object, "container", process->container.id,
				sizeof(process->container.id));
	err |= jsonout_add_text(object, "container_name", process->container_name,
				sizeof(process->container_name));
	err |= jsonout_add_text(object, "cgroup", process->cgroup, sizeof(process->cgroup));
	err |= jsonout_add_number(object, "pid", process->pid);
	err |= jsonout_add_number(object, "vpid", process_vpid(process));
	err |= jsonout_add(object, "pids", levels_json(&process->record, false));
	err |= jsonout_add(object, "pid_namespaces", levels_json(&process->record, true));
	err |= jsonout_add_number(object, "ppid", process->ppid);
	err |= jsonout_add_number(object, "uid", process->ids.euid);
	if (process_container_uid(process, &uid))
		err |= jsonout_add_number(object, "container_uid", uid);
	else
		err |= jsonout_add_null(object, "container_uid");
	err |= jsonout_add_number(object, "user_ns", process->record.userns);
	err |= jsonout_add_number(object, "user_ns_level", process->record.userns_level);
	err |= jsonout_add_text(object, "command", process->command, sizeof(process->command));
	err |= jsonout_add_bool(object, "host_root", host_root);
	err |= jsonout_add_text(object, "verdict", process_verdict_word(host_root), 16);
	err |= add_identity(object, process, origin);
	return err ? NULL : TAKE_PTR(object);
}

int process_parse_pid(const char *text, uint32_t max, uint32_t *out, struct why *why)
{
	const char *digits = *text == '-' ? text + 1 : text;
	uint64_t value = 0;
	int err = parse_u64(digits, max, &value);

	if (err == -EINVAL)
		why_set(why, "'%s' is no PID: it takes a number", text);
	else if (*text == '-')
		why_set(why, "'%s' is no PID: it is negative", text);
	else if (err)
		why_set(why, "'%s' is no PID: the largest one here is %u (kernel.pid_max)", text,
			max);
	else if (!value)
		why_set(why, "0 is no PID: the first one is 1");
	else
		*out = (uint32_t)value;
	return err || *text == '-' || !value ? -EINVAL : 0;
}

uint32_t process_pid_max(void)
{
	_cleanup_(freep) char *text = NULL;
	uint64_t max;

	if (read_file("/proc/sys/kernel/pid_max", 64, &text, NULL) == 0) {
		text[strcspn(text, "\n")] = '\0';
		if (parse_u64(text, 1U << 22, &max) == 0 && max > 1)
			return (uint32_t)max - 1;
	}
	return (1U << 22) - 1; /* PID_MAX_LIMIT, linux/threads.h */
}
