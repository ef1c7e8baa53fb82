// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was there before the agent: contained processes that hold host root
 * already. No hook can refuse what has happened, so it is told; each later
 * exec or gain of theirs is judged like everybody's.
 */
#include "report.bpf.h"

/*
 * Whether a thread's process is told by its first one: a process is told once,
 * unless only others hold root. A first thread that has exited tells nothing.
 */
static __always_inline bool is_told(const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;
	struct rg_ids ids;

	if (task->pid == task->tgid || !leader->mm)
		return false;
	ids_of(leader->real_cred, &ids);
	return ids_hold_root(&ids);
}

/* Read by the agent once, after it has armed the hooks. */
SEC("iter/task")
int rg_sweep(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct attempt attempt;
	__u32 level;

	if (!task || !task->mm || is_host_floor(task, &level))
		return 0;
	attempt.new = attempt.old = task->real_cred;
	ids_of(attempt.new, &attempt.ids);
	if (!ids_hold_root(&attempt.ids) || is_told(task))
		return 0;
	attempt.evidence = forget(evidence_of(task, level));
	if (attempt.evidence == RG_EVIDENCE_NONE || is_canary(task))
		return 0;
	attempt.task = task;
	attempt.word = *(volatile __u64 *)&control.word;
	attempt.type = RG_TYPE_PREEXISTING;
	attempt.reason = RG_REASON_NONE;
	attempt.silent = 0;
	attempt.file = task->mm->exe_file;
	return report(&attempt, RG_ACTION_AUDIT);
}

char LICENSE[] SEC("license") = "GPL";
