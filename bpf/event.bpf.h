/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling: reserve room in a ring, fill it, submit it; count what found no
 * room. A refusal wakes its reader at once. An ordinary event wakes only a
 * reader that has caught up, and the agent then lets a batch gather.
 */
#ifndef ROOTGATE_EVENT_BPF_H
#define ROOTGATE_EVENT_BPF_H

#include "path.bpf.h"
#include "subject.bpf.h"

static __always_inline void event_fill_userns(struct rg_event *event, const struct cred *cred)
{
	struct user_namespace *ns = cred->user_ns;
	__u32 extents = ns->uid_map.nr_extents;

	event->userns = ns->ns.inum;
	event->userns_level = (__u32)ns->level;
	event->extents = extents;
	/* more lines than five are in memory of their own, and not copied */
	if (extents <= RG_EXTENTS_MAX)
		bpf_probe_read_kernel(event->map, sizeof(event->map), &ns->uid_map.extent);
}

static __always_inline void event_fill_task(struct rg_event *event, struct task_struct *task)
{
	event->time = bpf_ktime_get_boot_ns();
	event->sequence = event->time ^ (__u64)bpf_get_smp_processor_id() << 52;
	event->start_time = READ(task, group_leader, start_boottime);
	event->pid = (__u32)READ(task, tgid);
	event->tid = (__u32)READ(task, pid);
	event->ppid = (__u32)READ(task, real_parent, tgid);
	event->cgroup_id = READ(task, cgroups, dfl_cgrp, kn, id);
	event->levels = pids_of(task, event->pids);
	bpf_get_current_comm(event->comm, sizeof(event->comm));
}

static __always_inline void event_fill_paths(struct rg_event *event, struct rg_scratch *scratch)
{
	if (!scratch) {
		event->cgroup[0] = '\0';
		event->exe[0] = '\0';
		return;
	}
	bpf_probe_read_kernel(event->cgroup, PATH_ROOM, scratch->cgroup.key.path);
	bpf_probe_read_kernel(event->exe, PATH_ROOM, scratch->exe.key.path);
	event->cgroup[PATH_ROOM] = '\0';
	event->exe[PATH_ROOM] = '\0';
	if (!scratch->cgroup.len)
		event->cgroup[0] = '\0';
	if (!scratch->exe.len)
		event->exe[0] = '\0';
}

#endif
