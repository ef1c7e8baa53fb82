/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a violation to what the hook returns: is it judged at all, what does
 * the policy say, count it, tell it, refuse it. The verdict comes first and
 * depends on nothing that can be full; the rest may fail and is counted.
 */
#ifndef ROOTGATE_JUDGE_BPF_H
#define ROOTGATE_JUDGE_BPF_H

#include "event.bpf.h"

/* Not while an operator has said so, nor where the programs only watch. */
static __always_inline bool can_refuse(void)
{
	return control.attach != RG_ATTACH_AUDIT_ONLY &&
	       (!control.disabled_until || bpf_ktime_get_boot_ns() >= control.disabled_until);
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
	if (!(attempt->word & RG_WORD_ARMED) || is_passed(attempt->task))
		return 0;

	scratch = paths_of(attempt, &key);
	if (scratch)
		runtime = scratch->cgroup.runtime;

	phase = RG_PHASE_RUNNING;
	pidns = RG_PIDNS_HOST;
	if (attempt->evidence == RG_EVIDENCE_PID_NAMESPACE) {
		pidns = RG_PIDNS_PRIVATE;
		phase = phase_of(attempt->task, control.setup_timeout[rg_word_slot(attempt->word)]);
	}
	if (phase == RG_PHASE_RUNNING) {
		userns = attempt->new->user_ns->level ? RG_USERNS_IDENTITY : RG_USERNS_NONE;
		decide(attempt->word, rg_class(attempt->type, runtime, pidns, userns), scratch,
		       &verdict);
		if (verdict.action >= RG_ACTION_DENY && !can_refuse())
			verdict.action = RG_ACTION_AUDIT;
	}
	verdict.action = forget(verdict.action);
	verdict.rule = forget(verdict.rule);
	verdict.report = forget(verdict.report);
	phase = forget(phase);
	runtime = forget(runtime);
	if (!attempt->silent || verdict.action >= RG_ACTION_DENY) {
		if (phase == RG_PHASE_SETUP)
			count(RG_COUNT_SETUP);
		else
			count(rg_count_verdict(attempt->type, verdict.action & 3));
		if (verdict.report)
			tell(attempt, &verdict, phase, runtime);
	}
	bpf_map_delete_elem(&scratches, &key);
	if (verdict.action == RG_ACTION_KILL)
		bpf_send_signal(SIGKILL);
	return verdict.action >= RG_ACTION_DENY ? -EPERM : 0;
}

#endif
