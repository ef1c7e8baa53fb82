/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A first exec that waits: where a rule needs to know the container and nobody
 * knows it yet, the new image is stopped before its first instruction, and the
 * agent lets it go on or kills it. What the agent does belongs in
 * user/agent_hold.c.
 *
 * Only PID 1 at the hand-over is held: nobody else can be in the container who
 * would let it go on, and what calls from the outside is the host. SIGCONT is
 * refused to all but the agent all the same (guard.bpf.c). Only for an agent
 * that lives; and what can't be stopped, noted or told is refused. What is near
 * host root has its answer, which a rule could only make milder, and isn't held.
 */
#ifndef ROOTGATE_HOLD_BPF_H
#define ROOTGATE_HOLD_BPF_H

#include "event.bpf.h"

static __always_inline bool agent_lives(void)
{
	return control.agent && bpf_ktime_get_boot_ns() - control.heartbeat < RG_HEARTBEAT_MAX;
}

static __always_inline bool can_hold(const struct attempt *attempt)
{
	return control.unidentified[rg_word_slot(attempt->word)] == RG_UNIDENTIFIED_HOLD &&
	       attempt->type == RG_TYPE_EXEC && !attempt->answer &&
	       attempt->evidence == RG_EVIDENCE_PID_NAMESPACE && is_hand_over(attempt->task) &&
	       agent_lives();
}

/* Notes it and stops it; the agent has yet to be told. False: refuse it. */
static __always_inline bool hold(const struct attempt *attempt, const struct rg_scratch *scratch)
{
	struct task_struct *task = attempt->task;
	struct rg_held entry = { .since = bpf_ktime_get_boot_ns() };
	__u32 key = (__u32)READ(task, tgid);

	if (!scratch)
		return false;
	entry.start_time = READ(task, group_leader, start_boottime);
	entry.container = scratch->container;
	if (bpf_map_update_elem(&held, &key, &entry, BPF_ANY))
		return false;
	if (bpf_send_signal(SIGSTOP) == 0)
		return true;
	bpf_map_delete_elem(&held, &key);
	return false;
}

/* The agent can't be told, and nobody would ever let it go on. */
static __always_inline void give_up(const struct attempt *attempt)
{
	struct task_struct *task = attempt->task;
	__u32 key = (__u32)READ(task, tgid);

	bpf_send_signal(SIGKILL);
	bpf_map_delete_elem(&held, &key);
}

#endif
