/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling: reserve room in a ring, fill it, submit it; count what found no
 * room. A refusal wakes its reader at once. An ordinary event wakes only a
 * reader that has caught up, and the agent then lets a batch gather.
 */
#ifndef ROOTGATE_EVENT_BPF_H
#define ROOTGATE_EVENT_BPF_H

#include "decide.bpf.h"
#include "identity.bpf.h"

/* One attempt to hold or gain host root, or what is told like one. */
struct attempt {
	struct task_struct *task;
	const struct cred *old;
	const struct cred *new;
	__u64 word;	   /* the policy word, as read once by the hook */
	__u32 type;	   /* RG_TYPE_EXEC or RG_TYPE_SETUID */
	__u32 reason;	   /* enum rg_reason; RG_REASON_NONE: the user namespace tells */
	__u32 answer;	   /* of the policy to what is near host root; 0: the mode's */
	__u16 evidence;	   /* enum rg_evidence */
	__u16 silent;	   /* a further copy of a fmod_ret program: only its refusal counts */
	struct rg_ids ids; /* what new comes to */
	struct file *file; /* that is executed, or runs */
};

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

/*
 * PID and namespace at each level, from the initial namespace inwards. How many
 * there are is read from the event each time: memory of which the verifier
 * knows nothing, so that all ends of the loop look the same to it.
 */
static __always_inline void event_fill_pids(struct rg_event *event, struct task_struct *task)
{
	struct pid *pid = READ(task, group_leader, thread_pid);
	__u32 levels = READ(pid, level) + 1, i;

	event->levels = levels < RG_PIDS_MAX ? levels : RG_PIDS_MAX;
	for (i = 0; i < RG_PIDS_MAX; i++) {
		struct upid upid;

		if (i >= *(volatile __u32 *)&event->levels)
			break;
		upid = upid_at(pid, i);
		event->pids[i].nr = (__u32)upid.nr;
		event->pids[i].ns = BPF_CORE_READ(upid.ns, ns.inum);
	}
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
	event_fill_pids(event, task);
	BPF_CORE_READ_STR_INTO(&event->comm, task, comm);
}

static __always_inline void event_fill_path(char *to, const struct rg_path *path)
{
	__u32 len = path->len & PATH_ROOM; /* a truncated path's is without the NUL */

	bpf_probe_read_kernel(to, len, path->key.path);
	to[len] = '\0';
}

static __always_inline void event_fill_paths(struct rg_event *event, __u32 at)
{
	struct rg_scratch *scratch = scratch_at(at);

	if (!scratch) {
		event->cgroup[0] = '\0';
		event->exe[0] = '\0';
		return;
	}
	event_fill_path(event->cgroup, &scratch->cgroup);
	event_fill_path(event->exe, &scratch->exe);
}

#define NO_SCRATCH     0xffffffffU
#define SCRATCHES_NEAR 4 /* to begin with, for a CPU */
#define SCRATCH_TRIES                                                                              \
	64 /* before there is none: so many judgements of a CPU would have been preempted */

/* Takes a work space: its number, or NO_SCRATCH, which is counted. As slots are (record.bpf.h). */
__weak __noinline __u32 scratch_take(void)
{
	__u32 at = bpf_get_smp_processor_id() * SCRATCHES_NEAR, i;

	for (i = 0; i < SCRATCH_TRIES; i++) {
		struct rg_scratch *scratch = scratch_at(at % RG_SCRATCHES);
		bool mine;

		if (!scratch)
			break;
		__sync_fetch_and_add(&scratch->tries, 1);
		mine = *(volatile __u32 *)&scratch->tries == 1 &&
		       !*(volatile __u32 *)&scratch->used;
		if (mine)
			*(volatile __u32 *)&scratch->used = 1;
		__sync_fetch_and_add(&scratch->tries, -1);
		if (mine)
			return at % RG_SCRATCHES;
		at++;
	}
	count(RG_COUNT_NO_SCRATCH);
	return NO_SCRATCH;
}

static __always_inline void scratch_leave(__u32 at)
{
	struct rg_scratch *scratch = scratch_at(at);

	if (scratch)
		*(volatile __u32 *)&scratch->used = 0;
}

/*
 * Finds the paths of an attempt, and whose container it is in where a rule asks.
 * Into the work space that *at says then, to be left in the end; NULL: there is none.
 */
static __always_inline struct rg_scratch *paths_of(const struct attempt *attempt, __u32 *at)
{
	struct task_struct *task = attempt->task; /* or READ would relocate attempt as well */
	struct rg_scratch *scratch;

	*at = scratch_take();
	scratch = scratch_at(*at);
	if (scratch) {
		scratch->of_cgroup = (void *)cgroup_of(task);
		scratch->of_file = attempt->file;
		path_of_cgroup(*at);
		path_of_file(*at);
		if (attempt->word & RG_WORD_IDENTITY) {
			scratch->of_pid = READ(task, thread_pid);
			find_identity(scratch, *at);
		}
	}
	return scratch;
}

/* Read anew each time, so that the verifier does not follow the rest of tell() for both answers. */
static __always_inline bool is_refused(const struct verdict *verdict)
{
	return *(const volatile __u32 *)&verdict->action >= RG_ACTION_DENY;
}

/* False where it found no room. The paths are those in that work space. */
static __noinline bool tell(const struct attempt *attempt, struct verdict *verdict, __u32 phase,
			    __u32 runtime, __u32 at)
{
	struct rg_event *event;

	if (is_refused(verdict))
		event = bpf_ringbuf_reserve(&refusals, sizeof(*event), 0);
	else
		event = bpf_ringbuf_reserve(&reports, sizeof(*event), 0);
	if (!event) {
		count(is_refused(verdict) ? RG_COUNT_LOST_REFUSALS : RG_COUNT_LOST_REPORTS);
		return false;
	}
	event_fill_paths(event, at);
	event_fill_task(event, attempt->task);
	event_fill_userns(event, attempt->new);
	if (attempt->reason == RG_REASON_ROOT_GROUP)
		gids_read(attempt->old, &event->old);
	else
		ids_read(attempt->old, &event->old);
	event->new = attempt->ids;
	event->type = attempt->type;
	event->action = verdict->action;
	event->reason = attempt->reason
				?: event->userns_level ? RG_REASON_USERNS_MAPS_HOST_ROOT
						       : RG_REASON_NO_USER_NAMESPACE;
	event->phase = phase;
	event->evidence = attempt->evidence;
	event->mode = rg_word_mode(attempt->word);
	event->generation = rg_word_generation(attempt->word);
	event->rule = verdict->rule;
	event->suppressed = 0;
	event->attach = control.attach;
	event->held = verdict->held ? RG_HELD_NOW : 0;
	event->runtime = runtime;
	if (!verdict->held)
		count(RG_COUNT_EVENTS);
	bpf_ringbuf_submit(event, is_refused(verdict) ? BPF_RB_FORCE_WAKEUP : 0);
	return true;
}

#endif
