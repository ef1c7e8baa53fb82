/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's records of contained processes, as they are pinned: read by host PID, by a PID
 * in a namespace, or all of them. It asks the kernel by bpf(2) alone, so that librootgate, of
 * which it is the body, needs no other library. What /proc adds is process's matter.
 */
#ifndef ROOTGATE_PIDMAP_H
#define ROOTGATE_PIDMAP_H

#include <stdint.h>

#include <rootgate/abi.h>

/* Descriptors of the maps, opened for reading only; -1: the agent that pinned them has no such map. */
struct pidmap {
	int processes;
	int pids;
	int exited;
};
#define PIDMAP_NONE                                                                                \
	{                                                                                          \
		-1, -1, -1                                                                         \
	}

/*
 * 0, -ENOENT (nothing is pinned), -EPROTO (pinned by another version), -EPERM or -EACCES, or
 * another negative errno; *out untouched on failure.
 */
int pidmap_open(struct pidmap *out);
void pidmap_closep(struct pidmap *map); /* for _cleanup_(pidmap_closep) */

/* The record of a host PID. 0, -ENOENT: there is none, or a negative errno. */
int pidmap_get(const struct pidmap *map, uint32_t pid, struct rg_process *out);

/* The process that is nr in the PID namespace with that inode. As above. */
int pidmap_find(const struct pidmap *map, uint32_t ns, uint32_t nr, uint32_t *pid,
		struct rg_process *out);

/*
 * Calls see() with each record, in no order. Each process that is there all the while is seen
 * once. 0, what see() returned where that is not 0 (it ends there), or a negative errno.
 */
typedef int (*pidmap_see)(uint32_t pid, const struct rg_process *process, void *arg);
int pidmap_each(const struct pidmap *map, pidmap_see see, void *arg);

/*
 * The last process that had this host PID, or was nr in namespace ns, and has exited lately.
 * 0, -ENOENT: none that is still known, or a negative errno.
 */
int pidmap_exited(const struct pidmap *map, uint32_t pid, struct rg_exited *out);
int pidmap_exited_in(const struct pidmap *map, uint32_t ns, uint32_t nr, struct rg_exited *out);

/* Whether a record has this number in this namespace, at any level. */
int pidmap_record_is(const struct rg_process *process, uint32_t ns, uint32_t nr);

#endif
