// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which host PID is which PID in the container: a record of each contained
 * process from fork to exit.
 *
 * Written at fork (the PID is attached by then, and the task does not run yet),
 * again at exec, and for all that ran before by an iterator that the agent
 * reads once. Removed when the last thread begins to exit, which is not when
 * the leader does: a process whose leader has gone lives on. Threads have no
 * record of their own.
 *
 * Nothing here decides. A record that finds no room is counted.
 */
#include "subject.bpf.h"

#include <bpf/bpf_tracing.h>

/* The uid that a kuid has in a user namespace; 65534 where it has none there, or its map is long. */
static __always_inline __u32 uid_inside(struct user_namespace *ns, __u32 kuid)
{
	__u32 extents = ns->uid_map.nr_extents, i;

	if (extents > RG_EXTENTS_MAX)
		return 65534;
	for (i = 0; i < RG_EXTENTS_MAX; i++) {
		struct uid_gid_extent extent;

		if (i >= extents)
			break;
		if (bpf_probe_read_kernel(&extent, sizeof(extent), &ns->uid_map.extent[i]))
			break;
		if (kuid - extent.lower_first < extent.count)
			return extent.first + (kuid - extent.lower_first);
	}
	return 65534;
}

static __noinline int record(struct task_struct *task, enum rg_evidence evidence)
{
	struct task_struct *leader = task->group_leader;
	const struct cred *cred = task->real_cred;
	struct rg_process process = {};
	__u32 key = (__u32)task->tgid;

	process.start_time = leader->start_boottime;
	process.cgroup_id = READ(task, cgroups, dfl_cgrp, kn, id);
	process.ppid = (__u32)task->real_parent->tgid;
	process.userns = cred->user_ns->ns.inum;
	process.userns_level = (__u32)cred->user_ns->level;
	process.evidence = evidence;
	ids_of(cred, &process.ids);
	process.container_uid = uid_inside(cred->user_ns, process.ids.euid);
	process.levels = pids_of(task, process.pids);
	bpf_probe_read_kernel_str(process.comm, sizeof(process.comm), task->comm);
	if (bpf_map_update_elem(&processes, &key, &process, BPF_ANY))
		count(RG_COUNT_PIDS_FULL);
	return 0;
}

/* The evidence comes first, since its work space and the record's together are more than a stack. */
static __always_inline int record_contained(struct task_struct *task)
{
	enum rg_evidence evidence;

	if (is_host_floor(task))
		return 0;
	evidence = evidence_of(task);
	return evidence == RG_EVIDENCE_NONE ? 0 : record(task, evidence);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(rg_newtask, struct task_struct *task, __u64 clone_flags)
{
	return clone_flags & CLONE_THREAD ? 0 : record_contained(task);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(rg_exec, struct task_struct *task)
{
	return record_contained(task);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(rg_exit, struct task_struct *task)
{
	__u32 key = (__u32)task->tgid;

	if (key == control.agent && !task->signal->live.counter)
		control.agent = 0;
	if (is_host_floor(task) || task->signal->live.counter)
		return 0;
	bpf_map_delete_elem(&processes, &key);
	return 0;
}

/* kthreadd has the boot's nsproxy and never leaves it; see is_host_floor(). */
static __always_inline void learn_floor(struct task_struct *task)
{
	if (task->pid != KTHREADD || !(task->flags & PF_KTHREAD) || config.base_level)
		return;
	if (task->nsproxy->mnt_ns->ns.inum == config.base_mntns)
		control.floor = (__u64)task->nsproxy;
}

/*
 * Read by the agent once at start, after the others are attached: a process
 * that forks meanwhile is recorded twice, alike; one that exits meanwhile is
 * looked at again after its record was written.
 */
SEC("iter/task")
int rg_seed(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 key;

	if (!task || task->pid != task->tgid)
		return 0;
	learn_floor(task);
	if (!task->mm)
		return 0;
	record_contained(task);
	key = (__u32)task->tgid;
	if (!task->signal->live.counter)
		bpf_map_delete_elem(&processes, &key);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
