/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc says of one process, as far as verbs show it. A process may end at any moment: -ENOENT, -ESRCH. */
#ifndef ROOTGATE_PROCFS_H
#define ROOTGATE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootgate/abi.h"

/* The four uids of one of its threads, as this user namespace sees them. 0 or a negative errno. */
int procfs_ids(uint32_t pid, uint32_t tid, struct rg_ids *out);

/* The path of its cgroup in the unified hierarchy. 0 or a negative errno. */
int procfs_cgroup(uint32_t pid, char *buf, size_t size);

/* The uid map of its user namespace: at most RG_EXTENTS_MAX lines; *extents is how many there are. */
int procfs_uid_map(uint32_t pid, struct rg_extent map[RG_EXTENTS_MAX], uint32_t *extents);

/* Its command line, arguments separated by a space; for a process without one, "[comm]". */
int procfs_command(uint32_t pid, char *buf, size_t size);

#define PROCFS_TICK_NS 10000000ULL /* USER_HZ is 100 */

/*
 * Its start (ns of CLOCK_BOOTTIME, in the clock ticks that /proc counts: rounded down), and its
 * parent now, 0 for one of the host's first.
 */
int procfs_stat(uint32_t pid, uint64_t *start_time, uint32_t *ppid);

/* One letter, as ps has it: 'T' stopped, 'Z' it has ended. '\0': there is no such process. */
char procfs_state(uint32_t pid);

/* Whether a start in ns is the one that /proc rounded down to ticks. */
bool procfs_same_start(uint64_t start_time, uint64_t by_proc);

/* 0: this PID is the process that started then; -ESTALE: another one; else a negative errno. */
int procfs_is_process(uint32_t pid, uint64_t start_time);

#endif
