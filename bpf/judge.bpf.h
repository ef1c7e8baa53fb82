/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a violation to what the hook returns: is it judged at all, what does
 * the policy say, count it, tell it, refuse it. The verdict comes first and
 * depends on nothing that can be full; the rest may fail and is counted.
 */
#ifndef ROOTGATE_JUDGE_BPF_H
#define ROOTGATE_JUDGE_BPF_H

#include "decide.bpf.h"
#include "event.bpf.h"

/* One attempt to hold or gain host root. */
struct attempt {
	struct task_struct *task;
	const struct cred *old;
	const struct cred *new;
	__u64 word;	   /* the policy word, as read once by the hook */
	__u32 type;	   /* RG_TYPE_EXEC or RG_TYPE_SETUID */
	__u32 evidence;	   /* enum rg_evidence */
	__u32 silent;	   /* a further copy of a fmod_ret program: only its refusal counts */
	struct rg_ids ids; /* what new comes to */
	struct file *file; /* that is executed, or runs */
};

/* The agent's own child, which must be refused so that the hook is proved. */
static __always_inline bool is_canary(struct task_struct *task)
{
	return control.canary && (__u32)READ(task, tgid) == control.canary;
}

static __always_inline struct rg_scratch *scratch_get(__u64 *key)
{
	static const struct rg_scratch empty;
	struct rg_scratch *scratch;

	*key = bpf_get_current_pid_tgid();
	if (bpf_map_update_elem(&scratches, key, &empty, BPF_ANY))
		return NULL;
	scratch = bpf_map_lookup_elem(&scratches, key);
	return scratch;
}

static __always_inline void tell(const struct attempt *attempt, struct verdict *verdict,
				 __u32 phase, __u32 runtime, struct rg_scratch *scratch)
{
	bool refused = verdict->action >= RG_ACTION_DENY;
	struct rg_event *event;

	if (refused)
		event = bpf_ringbuf_reserve(&refusals, sizeof(*event), 0);
	else
		event = bpf_ringbuf_reserve(&reports, sizeof(*event), 0);
	if (!event) {
		count(refused ? RG_COUNT_LOST_REFUSALS : RG_COUNT_LOST_REPORTS);
		return;
	}
	event_fill_task(event, attempt->task);
	event_fill_userns(event, attempt->new);
	event_fill_paths(event, scratch);
	ids_read(attempt->old, &event->old);
	event->new = attempt->ids;
	event->type = attempt->type;
	event->action = verdict->action;
	event->reason =
		event->userns_level ? RG_REASON_USERNS_MAPS_HOST_ROOT : RG_REASON_NO_USER_NAMESPACE;
	event->phase = phase;
	event->evidence = attempt->evidence;
	event->mode = rg_word_mode(attempt->word);
	event->generation = rg_word_generation(attempt->word);
	event->rule = verdict->rule;
	event->suppressed = 0;
	event->runtime = runtime;
	count(RG_COUNT_EVENTS);
	bpf_ringbuf_submit(event, refused ? BPF_RB_FORCE_WAKEUP : 0);
}

/* What is done about a violation: 0 or -EPERM. */
static __noinline int judge(struct attempt *attempt)
{
	__u32 phase, runtime = RG_RUNTIME_UNKNOWN, pidns, userns;
	struct verdict verdict = { .report = 1 };
	struct rg_scratch *scratch;
	__u64 key;

	if (is_canary(attempt->task)) {
		control.canary_seen |= 1u << attempt->type;
		return -EPERM;
	}
	if (!(attempt->word & RG_WORD_ARMED))
		return 0;

	scratch = scratch_get(&key);
	if (scratch) {
		struct task_struct *task = attempt->task;
		struct file *file = attempt->file;

		path_of_cgroup(scratch, cgroup_of(task));
		runtime = scratch->cgroup.runtime;
		path_of_file(scratch, BPF_CORE_READ(file, f_path.mnt),
			     BPF_CORE_READ(file, f_path.dentry));
	} else {
		count(RG_COUNT_NO_SCRATCH);
	}

	phase = RG_PHASE_RUNNING;
	pidns = RG_PIDNS_HOST;
	if (attempt->evidence == RG_EVIDENCE_PID_NAMESPACE) {
		pidns = RG_PIDNS_PRIVATE;
		phase = phase_of(attempt->task, control.setup_timeout[rg_word_slot(attempt->word)]);
	}
	if (phase == RG_PHASE_RUNNING) {
		userns = attempt->new->user_ns->level ? RG_USERNS_IDENTITY : RG_USERNS_NONE;
		if (runtime >= RG_RUNTIME_COUNT)
			runtime = RG_RUNTIME_UNKNOWN;
		decide(attempt->word, rg_class(attempt->type, runtime, pidns, userns), scratch,
		       &verdict);
	}
	if (!attempt->silent || verdict.action >= RG_ACTION_DENY) {
		if (phase == RG_PHASE_SETUP)
			count(RG_COUNT_SETUP);
		else
			count(rg_count_verdict(attempt->type, verdict.action & 3));
		if (verdict.report)
			tell(attempt, &verdict, phase, runtime, scratch);
	}
	if (scratch)
		bpf_map_delete_elem(&scratches, &key);
	if (verdict.action == RG_ACTION_KILL)
		bpf_send_signal(SIGKILL);
	return verdict.action >= RG_ACTION_DENY ? -EPERM : 0;
}

#endif
