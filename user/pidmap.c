// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pinned records of contained processes. Nothing is written, nothing is asked of the agent.
 */
#include "pidmap.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

#define PINNED "/sys/fs/bpf/rootgate/current/"
#define TRIES  1000 /* to read a slot that is just being filled */

/* What an older kernel does not know of the attributes is 0, which it accepts. */
static int bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

static int open_map(const char *path, uint32_t flags)
{
	union bpf_attr attr = {};

	attr.pathname = (uint64_t)(uintptr_t)path;
	attr.file_flags = flags;
	return bpf_call(BPF_OBJ_GET, &attr);
}

/* How many elements a map has; -EPROTO where it isn't one of such values by number. */
static int size_of_map(int fd, uint32_t type, uint32_t value_size, uint32_t *out)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = {};
	int err;

	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	err = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (err)
		return err;
	if (info.type != type || info.key_size != sizeof(uint32_t) || info.value_size != value_size)
		return -EPROTO;
	*out = info.max_entries;
	return 0;
}

int pidmap_map(int processes, int deep, struct pidmap *out)
{
	uint32_t count;
	void *slots;
	int err = size_of_map(processes, BPF_MAP_TYPE_ARRAY, sizeof(struct rg_slot), &count);

	if (err)
		return err;
	slots = mmap(NULL, count * sizeof(struct rg_slot), PROT_READ, MAP_SHARED, processes, 0);
	if (slots == MAP_FAILED)
		return -errno;
	*out = (struct pidmap){ slots, count, deep };
	return 0;
}

void pidmap_unmap(struct pidmap *map)
{
	if (map->slots)
		munmap((void *)map->slots, map->count * sizeof(struct rg_slot));
	*map = (struct pidmap)PIDMAP_NONE;
}

int pidmap_open(struct pidmap *out)
{
	_cleanup_(closep) int processes = -1, deep = -1;
	uint32_t count;
	int err;

	/* to map its memory for reading it must be open for writing; it is frozen */
	processes = open_map(PINNED "processes", 0);
	if (processes < 0)
		return processes;
	deep = open_map(PINNED "deep_pids", BPF_F_RDONLY);
	if (deep >= 0 && size_of_map(deep, BPF_MAP_TYPE_HASH, sizeof(struct rg_levels), &count) < 0)
		closep(&deep);
	err = pidmap_map(processes, deep, out);
	if (!err)
		deep = -1;
	return err;
}

void pidmap_closep(struct pidmap *map)
{
	int deep = map->deep;

	pidmap_unmap(map);
	closep(&deep);
}

/* ---- a slot ---- */

/* All levels of a slot whose process has more than fit there; else it keeps those. */
static void read_deep(const struct pidmap *map, uint32_t at, struct pid_record *record)
{
	struct rg_levels levels;
	union bpf_attr attr = {};

	attr.map_fd = (uint32_t)map->deep;
	attr.key = (uint64_t)(uintptr_t)&at;
	attr.value = (uint64_t)(uintptr_t)&levels;
	if (map->deep < 0 || bpf_call(BPF_MAP_LOOKUP_ELEM, &attr) ||
	    levels.pids[0].nr != record->pid)
		record->levels = RG_SLOT_PIDS + 1;
	else
		memcpy(record->pids, levels.pids, sizeof(record->pids));
}

static void convert(const struct rg_slot *slot, struct pid_record *record)
{
	memset(record, 0, sizeof(*record));
	record->start_time = slot->start_time;
	record->exit_time = slot->used ? 0 : slot->exit_time;
	record->cgroup_id = slot->cgroup_id;
	record->pid = slot->pid;
	record->ppid = slot->ppid;
	record->userns = slot->userns;
	record->userns_level = slot->userns_level;
	record->ids = slot->ids;
	record->container_uid = slot->container_uid;
	record->levels = slot->levels;
	record->pids[0] = (struct rg_pid){ slot->pid, RG_PIDNS_INIT };
	memcpy(&record->pids[1], slot->pids, sizeof(slot->pids));
	memcpy(record->comm, slot->comm, sizeof(record->comm));
}

static uint64_t start_of(const struct rg_slot *slot)
{
	return __atomic_load_n(&slot->start_time, __ATOMIC_ACQUIRE);
}

static bool is_used(const struct rg_slot *slot)
{
	return __atomic_load_n(&slot->used, __ATOMIC_ACQUIRE);
}

/* What is in a slot; false where nothing is, or something comes just now. */
static bool read_slot(const struct pidmap *map, uint32_t at, struct pid_record *out)
{
	const struct rg_slot *slot = &map->slots[at];
	struct rg_slot copy;
	uint64_t start;
	int i;

	for (i = 0; i < TRIES; i++) {
		start = start_of(slot);
		if (!start)
			continue;
		memcpy(&copy, slot, sizeof(copy));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (start_of(slot) == start)
			break;
	}
	if (i == TRIES || !copy.pid || copy.pid == RG_SLOT_VOID || !copy.levels ||
	    copy.levels > RG_PIDS_MAX)
		return false;
	convert(&copy, out);
	if (out->levels > RG_SLOT_PIDS + 1)
		read_deep(map, at, out);
	return true;
}

/* ---- which ---- */

int pidmap_record_is(const struct pid_record *record, uint32_t ns, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < record->levels && i < RG_PIDS_MAX; i++)
		if (record->pids[i].ns == ns)
			return record->pids[i].nr == nr;
	return 0;
}

/* Looks where a PID's records can be, for the last of those that live, or that have exited. */
static int search_by_pid(const struct pidmap *map, uint32_t pid, bool lives, struct pid_record *out)
{
	uint32_t at = pid % map->count, i;
	struct pid_record record;
	bool found = false;

	for (i = 0; i < RG_PROBES && map->slots[at].pid; i++) {
		if (map->slots[at].pid == pid && is_used(&map->slots[at]) == lives &&
		    read_slot(map, at, &record) && record.pid == pid &&
		    !record.exit_time == lives && (!found || record.start_time > out->start_time)) {
			*out = record;
			found = true;
		}
		at = at + 1 < map->count ? at + 1 : 0;
	}
	return found ? 0 : -ENOENT;
}

int pidmap_get(const struct pidmap *map, uint32_t pid, struct pid_record *out)
{
	return search_by_pid(map, pid, true, out);
}

int pidmap_exited(const struct pidmap *map, uint32_t pid, struct pid_record *out)
{
	return search_by_pid(map, pid, false, out);
}

/* Whether a slot may be of such a process, before it is read: most are not. */
static bool may_be(const struct rg_slot *slot, uint32_t ns, uint32_t nr)
{
	uint32_t i;

	if (slot->levels > RG_SLOT_PIDS + 1 || ns == RG_PIDNS_INIT)
		return true;
	for (i = 0; i < RG_SLOT_PIDS; i++)
		if (slot->pids[i].ns == ns && slot->pids[i].nr == nr)
			return true;
	return false;
}

static int search_by_ns(const struct pidmap *map, const struct rg_pid *wanted, bool lives,
			struct pid_record *out)
{
	struct pid_record record;
	bool found = false;
	uint32_t at;

	for (at = 0; at < map->count; at++) {
		if (is_used(&map->slots[at]) != lives ||
		    !may_be(&map->slots[at], wanted->ns, wanted->nr) ||
		    !read_slot(map, at, &record) || !record.exit_time != lives ||
		    !pidmap_record_is(&record, wanted->ns, wanted->nr))
			continue;
		if (!found || record.start_time > out->start_time)
			*out = record;
		found = true;
	}
	return found ? 0 : -ENOENT;
}

int pidmap_find(const struct pidmap *map, uint32_t ns, uint32_t nr, struct pid_record *out)
{
	return search_by_ns(map, &(struct rg_pid){ nr, ns }, true, out);
}

int pidmap_exited_in(const struct pidmap *map, uint32_t ns, uint32_t nr, struct pid_record *out)
{
	return search_by_ns(map, &(struct rg_pid){ nr, ns }, false, out);
}

int pidmap_each(const struct pidmap *map, pidmap_see see, void *arg)
{
	struct pid_record record;
	uint32_t at;
	int ret = 0;

	for (at = 0; at < map->count && !ret; at++)
		if (is_used(&map->slots[at]) && read_slot(map, at, &record) && !record.exit_time)
			ret = see(&record, arg);
	return ret;
}
