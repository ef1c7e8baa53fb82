/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A contained process's record and its way back: written whole at its fork, in
 * part while it lives, removed at its end. When that is belongs in track.bpf.c
 * and setuid.bpf.c.
 *
 * The way back ("pids") is never there without the record, which names all of
 * it: so one lookup is enough to remove both. Only a process itself changes its
 * record (at exec its only thread, at set*uid its leader), and nobody removes
 * it meanwhile: that is safe in place. A reader in user space can see half of
 * such a change, but never of the PIDs and the start time, which do not change:
 * not even when a thread's exec makes that thread the leader.
 *
 * Inlined: a record, and the evidence's work space, are most of a stack each.
 */
#ifndef ROOTGATE_RECORD_BPF_H
#define ROOTGATE_RECORD_BPF_H

#include "subject.bpf.h"

/* The uid that a kuid has in a user namespace; 65534 where it has none there, or its map is long. */
static __noinline __u32 uid_inside(struct user_namespace *ns, __u32 kuid)
{
	__u32 extents = ns->uid_map.nr_extents, i;

	if (extents > RG_EXTENTS_MAX)
		return 65534;
	for (i = 0; i < RG_EXTENTS_MAX && i < extents; i++) {
		struct uid_gid_extent extent;

		if (bpf_probe_read_kernel(&extent, sizeof(extent), &ns->uid_map.extent[i]))
			break;
		if (kuid - extent.lower_first < extent.count)
			return extent.first + (kuid - extent.lower_first);
	}
	return 65534;
}

/* What a set*uid changes. */
static __always_inline void record_ids(struct rg_process *process, const struct cred *cred)
{
	ids_of(cred, &process->ids);
	process->container_uid = uid_inside(cred->user_ns, cred->euid.val);
}

/* What an exec can change. The task is one whose fields the verifier knows, on all kernels. */
static __always_inline void record_change(struct rg_process *process, struct task_struct *task,
					  enum rg_evidence evidence)
{
	const struct cred *cred = task->real_cred;

	process->cgroup_id = READ(task, cgroups, dfl_cgrp, kn, id);
	process->ppid = (__u32)task->real_parent->tgid;
	process->userns = cred->user_ns->ns.inum;
	process->userns_level = (__u32)cred->user_ns->level;
	process->evidence = evidence;
	record_ids(process, cred);
	bpf_probe_read_kernel_str(process->comm, sizeof(process->comm), task->comm);
}

/* PID and namespace at each level; the first, which all have, without a helper. */
static __always_inline void record_pids(struct rg_process *process, struct task_struct *task)
{
	struct pid *pid = task->group_leader->thread_pid;
	__u32 level = pid->level, i;

	process->levels = forget(level < RG_PIDS_MAX ? level + 1 : RG_PIDS_MAX);
	process->pids[0].nr = (__u32)pid->numbers[0].nr;
	process->pids[0].ns = pid->numbers[0].ns->ns.inum;
	for (i = 1; i < RG_PIDS_MAX; i++) {
		struct upid upid;

		if (i >= *(volatile __u32 *)&process->levels)
			break;
		upid = upid_at(pid, i);
		process->pids[i].nr = (__u32)upid.nr;
		process->pids[i].ns = BPF_CORE_READ(upid.ns, ns.inum);
	}
}

/* The way back from each level below the base; false where one found no room. */
static __always_inline bool back_add(const struct rg_process *process, __u32 host, __u64 flags)
{
	__u32 i;

	for (i = 1; i < RG_PIDS_MAX; i++) {
		struct rg_pid key;
		int err; /* no more: before 6.4 the upper half of what the helper returns is undefined */

		if (i >= *(const volatile __u32 *)&process->levels)
			break;
		if (i <= config.base_level)
			continue;
		key = process->pids[i];
		err = (int)bpf_map_update_elem(&pids, &key, &host, flags);
		if (err && err != -EEXIST)
			return false;
	}
	return true;
}

/* Removes a process's record and its way back. */
static __always_inline void record_remove(const struct rg_process *process, __u32 host)
{
	__u32 i;

	for (i = 1; i < RG_PIDS_MAX; i++) {
		struct rg_pid key;

		if (i >= *(const volatile __u32 *)&process->levels)
			break;
		if (i <= config.base_level)
			continue;
		key = process->pids[i];
		bpf_map_delete_elem(&pids, &key);
	}
	bpf_map_delete_elem(&processes, &host);
}

#endif
