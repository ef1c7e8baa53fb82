/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a violation to what the hook returns: is it judged at all, what does
 * the policy say, count it, tell it, refuse it. The verdict comes first and
 * depends on nothing that can be full; the rest may fail and is counted.
 */
#ifndef ROOTGATE_JUDGE_BPF_H
#define ROOTGATE_JUDGE_BPF_H

#include "hold.bpf.h"

/* What is near host root has an answer instead of the mode; a rule can only make it milder. */
static __always_inline void decide_on(const struct attempt *attempt, __u32 class,
				      struct rg_scratch *scratch, struct verdict *verdict)
{
	__u32 most = attempt->answer ?: RG_ACTION_KILL;
	__u64 word = attempt->word;

	if (attempt->answer)
		word = (word & ~0xffULL) | attempt->answer;
	most = forget(most);
	decide(word, class, scratch, verdict);
	verdict->action = forget(verdict->action);
	if (verdict->action > most)
		verdict->action = most;
}

/* Which id is 0, and which answer was found: the way here is no matter for the verifier. */
static __always_inline void forget_attempt(struct attempt *attempt)
{
	attempt->ids.uid = forget(attempt->ids.uid);
	attempt->ids.euid = forget(attempt->ids.euid);
	attempt->ids.suid = forget(attempt->ids.suid);
	attempt->ids.fsuid = forget(attempt->ids.fsuid);
	attempt->answer = forget(attempt->answer);
	attempt->reason = forget(attempt->reason);
}

static __always_inline __u32 count_of(const struct attempt *attempt, __u32 action)
{
	return attempt->answer ? RG_COUNT_NEAR_ALLOW + action
			       : rg_count_verdict(attempt->type, action);
}

/* Where nobody knows the container, the agent may be the one to decide. False: it has been asked. */
static __always_inline bool ask(const struct attempt *attempt, const struct rg_scratch *scratch,
				struct verdict *verdict)
{
	if (verdict->action < RG_ACTION_DENY || !can_hold(attempt))
		return true;
	if (is_held(attempt->task)) /* by another copy of a fmod_ret program */
		return false;
	verdict->held = hold(attempt, scratch);
	return true;
}

/* One verdict more by a rule. Global, as in path.bpf.h, and with a stack of its own. */
__weak __noinline int count_hit(__u32 slot, __u32 number)
{
	__u32 key = rg_rule_key(slot, number);
	struct rg_rule *rule = bpf_map_lookup_elem(&rules, &key);

	if (rule)
		__sync_fetch_and_add(&rule->hits, 1);
	return 0;
}

/* Counts and tells a verdict; one that is held is counted by the agent. */
static __always_inline void conclude(const struct attempt *attempt, struct verdict *verdict,
				     __u32 phase, __u32 runtime, __u32 at)
{
	__u32 which =
		phase == RG_PHASE_SETUP ? RG_COUNT_SETUP : count_of(attempt, verdict->action & 3);

	count(verdict->held ? RG_COUNT_HELD : which);
	if (verdict->rule)
		count_hit(rg_word_slot(attempt->word), verdict->rule);
	if (!verdict->report || tell(attempt, verdict, phase, runtime, at) || !verdict->held)
		return;
	give_up(attempt);
	verdict->held = 0;
	count(which);
}

/* Told to the tripwire: this credential has passed a hook. */
static __always_inline void let_pass(const struct cred *new)
{
	__u32 tgid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	__u64 key = (__u64) new;

	bpf_map_update_elem(&passes, &key, &tgid, BPF_ANY);
}

/* What is done about a violation, or what is near one: 0 or -EPERM. */
static __noinline int judge(struct attempt *attempt)
{
	__u32 phase, runtime = RG_RUNTIME_UNKNOWN, pidns, userns;
	struct verdict verdict = { .report = 1 };
	struct rg_scratch *scratch;
	__u32 at;

	if (is_canary(attempt->task)) {
		control.canary_seen |= 1u << attempt->type;
		return -EPERM;
	}
	if (!(attempt->word & RG_WORD_ARMED) || is_passed(attempt->task))
		return 0;

	scratch = paths_of(attempt, &at);
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
		decide_on(attempt, rg_class(attempt->type, runtime, pidns, userns), scratch,
			  &verdict);
		if (verdict.action >= RG_ACTION_DENY && !can_refuse())
			verdict.action = RG_ACTION_AUDIT;
		if (verdict.unidentified && !ask(attempt, scratch, &verdict)) {
			scratch_leave(at);
			return 0;
		}
	}
	verdict.action = forget(verdict.action);
	verdict.rule = forget(verdict.rule);
	verdict.report = forget(verdict.report);
	verdict.unidentified = forget(verdict.unidentified);
	verdict.held = forget(verdict.held);
	phase = forget(phase);
	runtime = forget(runtime);
	if (!attempt->silent || verdict.action >= RG_ACTION_DENY) {
		if (verdict.unidentified && !verdict.held)
			count(RG_COUNT_UNIDENTIFIED);
		conclude(attempt, &verdict, phase, runtime, at);
	}
	scratch_leave(at);
	if (verdict.held)
		return 0;
	if (verdict.action == RG_ACTION_KILL)
		bpf_send_signal(SIGKILL);
	return verdict.action >= RG_ACTION_DENY ? -EPERM : 0;
}

#endif
