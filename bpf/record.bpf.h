/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A contained process's record: in a slot of its own from its fork to its exit,
 * and there to be read until another process needs the slot (struct rg_slot
 * says how it is found). When that is belongs in track.bpf.c and setuid.bpf.c.
 *
 * Only a process itself changes its record (at exec its only thread, at set*uid
 * its leader), and nobody removes it meanwhile: that is safe in place. The
 * iterator and a process that begins may write a record of it at the same time:
 * each looks for the other's when its own is there, and the iterator's goes.
 *
 * No program waits for another, and 5.10 has no atomic instruction that answers:
 * who comes to a free slot adds 1 to its tries and is alone where that made it
 * 1; where two meet there both go on to the next.
 */
#ifndef ROOTGATE_RECORD_BPF_H
#define ROOTGATE_RECORD_BPF_H

#include "subject.bpf.h"

/*
 * A process whose leader the task is. What has been read of it is handed on: a step through the
 * kernel's memory costs some ten instructions.
 */
struct leader {
	struct task_struct *task;
	__u64 start_time;
	__u32 pid;
	__u32 level; /* of its PID namespace */
	__u32 pidns; /* inode of that, where it is known; else 0 */
	enum rg_evidence evidence;
	struct rg_slot *home; /* where the search for its record begins */
};

#define NO_SLOT	  (-1)
#define WAIT_FREE 1000000000ULL /* ns: a late thread of what exited may still look at its slot */

static __always_inline struct rg_slot *slot_at(__u32 at)
{
	return bpf_map_lookup_elem(&processes, &at);
}

/* Without a branch, so that the verifier follows one way only. */
static __always_inline __u32 slot_behind(__u32 at)
{
	return (at + 1) & config.slot_mask;
}

static __always_inline bool slot_is_of(const struct rg_slot *slot, __u32 pid, __u64 start_time)
{
	return slot->pid == pid && slot->start_time == start_time && slot->used;
}

/* The slot in use of a process, but not the one called except; NO_SLOT. Global, for the verifier. */
__weak __noinline int slot_find_far(__u32 pid, __u64 start_time, int except)
{
	__u32 at = pid & config.slot_mask, i;

	for (i = 0; i < RG_PROBES; i++) {
		struct rg_slot *slot = slot_at(at);

		if (!slot || !slot->pid)
			return NO_SLOT;
		if (slot_is_of(slot, pid, start_time) && (int)at != except)
			return (int)at;
		at = slot_behind(at);
	}
	return NO_SLOT;
}

static __always_inline struct rg_slot *slot_home(__u32 pid)
{
	return slot_at(pid & config.slot_mask);
}

/* A process's own; NULL. Most are at home, and nearly all others nowhere. */
static __always_inline struct rg_slot *slot_find(struct rg_slot *home, __u32 pid, __u64 start_time)
{
	int at;

	if (!home || slot_is_of(home, pid, start_time))
		return home;
	if (!home->far)
		return NULL;
	at = slot_find_far(pid, start_time, NO_SLOT);
	return at < 0 ? NULL : slot_at((__u32)at);
}

/* Makes a slot that seems to be free this process's; false where it isn't, or where another tries. */
static __always_inline bool slot_take(struct rg_slot *slot, __u32 at, __u32 pid)
{
	bool mine;

	__sync_fetch_and_add(&slot->tries, 1);
	mine = *(volatile __u32 *)&slot->tries == 1 && !*(volatile __u32 *)&slot->used;
	if (mine) {
		*(volatile __u64 *)&slot->start_time = 0;
		*(volatile __u32 *)&slot->pid = pid;
		*(volatile __u32 *)&slot->used = 1;
	}
	__sync_fetch_and_add(&slot->tries, -1);
	if (mine && slot->levels > RG_SLOT_PIDS + 1)
		bpf_map_delete_elem(&deep_pids, &at);
	return mine;
}

/* Free for so long that nobody looks at what was there before. */
static __always_inline bool slot_is_free(const struct rg_slot *slot, __u64 now)
{
	return !slot->used && (!slot->exit_time || slot->exit_time + WAIT_FREE <= now);
}

/* A slot for a process: one that was free for a while, or else any that is free; NO_SLOT. */
__weak __noinline int slot_claim_far(__u32 pid, __u64 now)
{
	__u32 at = pid & config.slot_mask, i;
	int lately = NO_SLOT;
	struct rg_slot *slot;

	for (i = 0; i < RG_PROBES; i++) {
		slot = slot_at(at);
		if (!slot)
			return NO_SLOT;
		if (!slot_is_free(slot, now))
			lately = (int)forget((__u32)(lately < 0 && !slot->used ? (int)at : lately));
		else if (slot_take(slot, at, pid))
			return (int)at;
		at = slot_behind(at);
	}
	if (lately < 0)
		return NO_SLOT;
	at = (__u32)lately;
	slot = slot_at(at);
	return slot && slot_take(slot, at, pid) ? (int)at : NO_SLOT;
}

/*
 * The same, and its number. Most find it at home; where they do not, that is told there, for those
 * who will search. NULL.
 */
static __always_inline struct rg_slot *slot_claim(struct rg_slot *home, __u32 pid, __u64 now,
						  __u32 *at)
{
	int far;

	if (!home)
		return NULL;
	*at = pid & config.slot_mask;
	if (slot_is_free(home, now) && slot_take(home, *at, pid))
		return home;
	far = slot_claim_far(pid, now);
	if (far < 0)
		return NULL;
	if ((__u32)far != *at)
		home->far = 1;
	*at = (__u32)far;
	return slot_at(*at);
}

/* The process has exited. By each of its threads that was among the last. */
static __always_inline void slot_free(struct rg_slot *slot)
{
	slot->exit_time = bpf_ktime_get_boot_ns();
	*(volatile __u32 *)&slot->used = 0;
}

/* There never was this process: another slot has it. */
static __always_inline void slot_void(struct rg_slot *slot)
{
	slot->pid = RG_SLOT_VOID;
	slot_free(slot);
}

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

/* What a set*uid changes; a credential's user namespace is handed on. */
static __always_inline void record_ids(struct rg_slot *slot, const struct cred *cred,
				       struct user_namespace *ns)
{
	__u8 level = (__u8)ns->level;
	__u32 euid = cred->euid.val;

	ids_of(cred, &slot->ids);
	slot->userns_level = level;
	slot->container_uid = level ? uid_inside(ns, euid) : euid;
}

/* What an exec can change. The task is one whose fields the verifier knows, on all kernels. */
static __always_inline void record_change(struct rg_slot *slot, struct task_struct *task,
					  enum rg_evidence evidence)
{
	const struct cred *cred = task->real_cred;
	struct user_namespace *userns = cred->user_ns;

	slot->cgroup_id = READ(task, cgroups, dfl_cgrp, kn, id);
	slot->ppid = (__u32)task->real_parent->tgid;
	slot->userns = userns->ns.inum;
	slot->evidence = (__u8)evidence;
	record_ids(slot, cred, userns);
	/* two loads, where a helper would be a hundred instructions (TASK_COMM_LEN) */
	((__u64 *)slot->comm)[0] = ((const __u64 *)task->comm)[0];
	((__u64 *)slot->comm)[1] = ((const __u64 *)task->comm)[1];
}

/* The number and the namespace that a PID has at a level. */
static __always_inline void read_pid(struct rg_pid *to, struct pid *pid, __u32 level)
{
	struct upid upid = upid_at(pid, level);

	to->nr = (__u32)upid.nr;
	to->ns = BPF_CORE_READ(upid.ns, ns.inum);
}

/* All levels of a deep one; false where there is no room. */
__weak __noinline int record_levels(__u32 at, __u64 address)
{
	static const struct rg_levels none;
	struct pid *pid = (void *)address;
	__u32 level = BPF_CORE_READ(pid, level), i;
	struct rg_levels *all;

	if (bpf_map_update_elem(&deep_pids, &at, &none, BPF_ANY))
		return false;
	all = bpf_map_lookup_elem(&deep_pids, &at);
	if (!all)
		return false;
	for (i = 0; i < RG_PIDS_MAX; i++) {
		if (i > level)
			break;
		read_pid(&all->pids[i], pid, i);
	}
	return true;
}

/* A pass that began before this set's last one. They are numbered by the milliseconds since the boot. */
static __always_inline bool is_older_pass(__u32 pass)
{
	return (__s32)(pass - control.pass_number) < 0;
}

/* What stays as it is; false where deep levels find no room. */
static __always_inline bool record_begin(struct rg_slot *slot, __u32 at,
					 const struct leader *leader)
{
	struct task_struct *task = leader->task;
	struct pid *pid = task->thread_pid;
	__u32 level = leader->level, i;

	slot->exit_time = 0;
	slot->levels = (__u8)(level < RG_PIDS_MAX ? level + 1 : RG_PIDS_MAX);
	slot->pass = control.pass_number;
	if (level == 1 && leader->pidns) {
		slot->pids[0].nr = (__u32)upid_at(pid, 1).nr;
		slot->pids[0].ns = leader->pidns;
		return true;
	}
	for (i = 0; i < RG_SLOT_PIDS; i++) {
		if (i + 1 >= *(volatile __u8 *)&slot->levels)
			break;
		read_pid(&slot->pids[i], pid, i + 1);
	}
	return *(volatile __u8 *)&slot->levels <= RG_SLOT_PIDS + 1 ||
	       record_levels(at, (__u64)BPF_CORE_READ(task, thread_pid));
}

#endif
