// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The pinned records of contained processes, read by bpf(2). Nothing is written, nothing is asked of the agent. */
#include "pidmap.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

#define PINNED "/sys/fs/bpf/rootgate/current/"

/* What an older kernel does not know of the attributes is 0, which it accepts. */
static int bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

/* A map's descriptor for reading; -EPROTO where keys or values have other sizes. */
static int open_map(const char *path, uint32_t key_size, uint32_t value_size)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = {};
	_cleanup_(closep) int fd = -1;
	int err;

	attr.pathname = (uint64_t)(uintptr_t)path;
	attr.file_flags = BPF_F_RDONLY;
	fd = bpf_call(BPF_OBJ_GET, &attr);
	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	err = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (err)
		return err;
	if (info.key_size != key_size || info.value_size != value_size)
		return -EPROTO;
	return TAKE_FD(fd);
}

static int lookup(int fd, const void *key, void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = (uint32_t)fd;
	attr.key = (uint64_t)(uintptr_t)key;
	attr.value = (uint64_t)(uintptr_t)value;
	return bpf_call(BPF_MAP_LOOKUP_ELEM, &attr);
}

/* What a walk over a map calls with each element. */
typedef int (*see_element)(const void *key, const void *value, void *arg);

struct walk {
	int fd;
	size_t key_size;
	size_t value_size;
	see_element see;
	void *arg;
};

static int see_all(const struct walk *walk, const char *keys, const char *values, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		int ret = walk->see(keys + i * walk->key_size, values + i * walk->value_size,
				    walk->arg);

		if (ret)
			return ret;
	}
	return 0;
}

/*
 * One batch, from the bucket *at on. Whole buckets are read: no process that stays is missed or
 * seen twice, as it would be by going from key to key, where the key itself may have gone.
 * 0: there is more; 1: that was all; -ENOSPC: a bucket holds more than room.
 */
static int walk_batch(const struct walk *walk, uint32_t *at, bool first, uint32_t room)
{
	_cleanup_(freep) char *keys = calloc(room, walk->key_size);
	_cleanup_(freep) char *values = calloc(room, walk->value_size);
	union bpf_attr attr = {};
	uint32_t next = 0;
	int err, ret;

	if (!keys || !values)
		return -ENOMEM;
	attr.batch.in_batch = first ? 0 : (uint64_t)(uintptr_t)at;
	attr.batch.out_batch = (uint64_t)(uintptr_t)&next;
	attr.batch.keys = (uint64_t)(uintptr_t)keys;
	attr.batch.values = (uint64_t)(uintptr_t)values;
	attr.batch.count = room;
	attr.batch.map_fd = (uint32_t)walk->fd;
	err = bpf_call(BPF_MAP_LOOKUP_BATCH, &attr);
	if (err && err != -ENOENT)
		return err;
	ret = see_all(walk, keys, values, attr.batch.count);
	*at = next;
	return ret ? ret : err == -ENOENT;
}

static int walk_map(const struct walk *walk)
{
	uint32_t at = 0, room = 1024;
	bool first = true;
	int ret;

	for (;;) {
		ret = walk_batch(walk, &at, first, room);
		if (ret == -ENOSPC && room < 1U << 20) {
			room *= 2;
			continue;
		}
		first = false;
		if (ret)
			return ret == 1 ? 0 : ret;
	}
}

int pidmap_open(struct pidmap *out)
{
	struct pidmap map;

	map.processes = open_map(PINNED "processes", sizeof(uint32_t), sizeof(struct rg_process));
	if (map.processes < 0)
		return map.processes;
	/* of an agent that has none, or another version's: the answers come from the records */
	map.pids = open_map(PINNED "pids", sizeof(struct rg_pid), sizeof(uint32_t));
	map.exited =
		open_map(PINNED "exited", sizeof(struct rg_exited_key), sizeof(struct rg_exited));
	*out = map;
	return 0;
}

void pidmap_closep(struct pidmap *map)
{
	closep(&map->processes);
	closep(&map->pids);
	closep(&map->exited);
}

int pidmap_get(const struct pidmap *map, uint32_t pid, struct rg_process *out)
{
	struct rg_process process;
	int err = lookup(map->processes, &pid, &process);

	if (err)
		return err;
	if (process.levels == 0 || process.levels > RG_PIDS_MAX)
		return -EPROTO;
	*out = process;
	return 0;
}

int pidmap_record_is(const struct rg_process *process, uint32_t ns, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < process->levels && i < RG_PIDS_MAX; i++)
		if (process->pids[i].ns == ns)
			return process->pids[i].nr == nr;
	return 0;
}

struct each {
	pidmap_see see;
	void *arg;
};

static int see_process(const void *key, const void *value, void *arg)
{
	const struct each *each = arg;
	const struct rg_process *process = value;
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	if (process->levels == 0 || process->levels > RG_PIDS_MAX)
		return -EPROTO;
	return each->see(pid, process, each->arg);
}

int pidmap_each(const struct pidmap *map, pidmap_see see, void *arg)
{
	struct each each = { see, arg };
	struct walk walk = { map->processes, sizeof(uint32_t), sizeof(struct rg_process),
			     see_process, &each };

	return walk_map(&walk);
}

struct search {
	struct rg_pid wanted;
	uint32_t pid;
	bool found;
	union {
		struct rg_process process;
		struct rg_exited exited;
	};
};

static int match_process(uint32_t pid, const struct rg_process *process, void *arg)
{
	struct search *search = arg;

	if (!pidmap_record_is(process, search->wanted.ns, search->wanted.nr))
		return 0;
	search->pid = pid;
	search->process = *process;
	search->found = true;
	return 1;
}

int pidmap_find(const struct pidmap *map, uint32_t ns, uint32_t nr, uint32_t *pid,
		struct rg_process *out)
{
	struct search search = { .wanted = { nr, ns } };
	struct rg_process process;
	uint32_t host;
	int err;

	if (map->pids >= 0 && lookup(map->pids, &search.wanted, &host) == 0 &&
	    pidmap_get(map, host, &process) == 0 && pidmap_record_is(&process, ns, nr)) {
		*pid = host;
		*out = process;
		return 0;
	}
	/* the map may be missing, or have been full */
	err = pidmap_each(map, match_process, &search);
	if (err < 0)
		return err;
	if (!search.found)
		return -ENOENT;
	*pid = search.pid;
	*out = search.process;
	return 0;
}

/* By host PID where ns is 0. The last one that exited wins. */
static int match_exited(const void *key, const void *value, void *arg)
{
	const struct rg_exited *exited = value;
	const struct rg_exited_key *id = key;
	struct search *search = arg;
	bool is = search->wanted.ns
			  ? pidmap_record_is(&exited->process, search->wanted.ns, search->wanted.nr)
			  : id->pid == search->wanted.nr;

	if (is && (!search->found || exited->exit_time > search->exited.exit_time)) {
		search->exited = *exited;
		search->found = true;
	}
	return 0;
}

static int exited_search(const struct pidmap *map, struct rg_pid wanted, struct rg_exited *out)
{
	struct search search = { .wanted = wanted };
	struct walk walk = { map->exited, sizeof(struct rg_exited_key), sizeof(struct rg_exited),
			     match_exited, &search };
	int err = map->exited < 0 ? 0 : walk_map(&walk);

	if (err)
		return err;
	if (!search.found || search.exited.process.levels == 0 ||
	    search.exited.process.levels > RG_PIDS_MAX)
		return -ENOENT;
	*out = search.exited;
	return 0;
}

int pidmap_exited(const struct pidmap *map, uint32_t pid, struct rg_exited *out)
{
	return exited_search(map, (struct rg_pid){ pid, 0 }, out);
}

int pidmap_exited_in(const struct pidmap *map, uint32_t ns, uint32_t nr, struct rg_exited *out)
{
	return exited_search(map, (struct rg_pid){ nr, ns }, out);
}
