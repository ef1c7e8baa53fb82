/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's records of contained processes, as they are pinned: read by host PID, by a PID
 * in a namespace, or all of them. It reads the map's memory and asks the kernel by bpf(2) alone, so
 * that librootgate, of which it is the body, needs no other library. What /proc adds is process's
 * matter.
 */
#ifndef ROOTGATE_PIDMAP_H
#define ROOTGATE_PIDMAP_H

#include <stdint.h>

#include <rootgate/abi.h>

/* A process as its record has it. */
struct pid_record {
	uint64_t start_time; /* CLOCK_BOOTTIME, ns */
	uint64_t exit_time;  /* the same; 0 while it lives */
	uint64_t cgroup_id;
	uint32_t pid; /* on the host */
	uint32_t ppid;
	uint32_t userns;
	uint32_t userns_level;
	struct rg_ids ids;
	uint32_t container_uid;
	uint32_t levels; /* entries of pids[], 1 to RG_PIDS_MAX */
	struct rg_pid pids[RG_PIDS_MAX];
	char comm[RG_COMM_MAX];
};

/* The maps: slots in memory, for reading, and a descriptor of what does not fit there. */
struct pidmap {
	const struct rg_slot *slots;
	uint32_t count;
	int deep; /* -1: it can't be had; deep processes are known by their first levels */
};
#define PIDMAP_NONE                                                                                \
	{                                                                                          \
		.deep = -1                                                                         \
	}

/*
 * 0, -ENOENT (nothing is pinned), -EPROTO (pinned by another version), -EPERM or -EACCES, or
 * another negative errno; *out untouched on failure.
 */
int pidmap_open(struct pidmap *out);
void pidmap_closep(struct pidmap *map); /* for _cleanup_(pidmap_closep) */

/* The same of maps whose descriptors are at hand; deep stays the caller's. 0 or a negative errno. */
int pidmap_map(int processes, int deep, struct pidmap *out);
void pidmap_unmap(struct pidmap *map);

/* The record of a host PID. 0, or -ENOENT: there is none. */
int pidmap_get(const struct pidmap *map, uint32_t pid, struct pid_record *out);

/* The process that is nr in the PID namespace with that inode. As above. */
int pidmap_find(const struct pidmap *map, uint32_t ns, uint32_t nr, struct pid_record *out);

/*
 * Calls see() with each record, in no order. Each process that is there all the while is seen
 * once. 0, or what see() returned where that is not 0: it ends there.
 */
typedef int (*pidmap_see)(const struct pid_record *record, void *arg);
int pidmap_each(const struct pidmap *map, pidmap_see see, void *arg);

/*
 * The last process that had this host PID, or was nr in namespace ns, and has exited lately.
 * 0, or -ENOENT: none that is still known.
 */
int pidmap_exited(const struct pidmap *map, uint32_t pid, struct pid_record *out);
int pidmap_exited_in(const struct pidmap *map, uint32_t ns, uint32_t nr, struct pid_record *out);

/* Whether a record has this number in this namespace, at any level. */
int pidmap_record_is(const struct pid_record *record, uint32_t ns, uint32_t nr);

#endif
