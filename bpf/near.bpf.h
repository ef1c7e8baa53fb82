/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Near host root: no uid is 0, but capabilities lead there, or group 0 is
 * gained. That is no violation by itself; the policy has an answer of its own
 * to each, and rules can only make it milder (judge.bpf.h).
 */
#ifndef ROOTGATE_NEAR_BPF_H
#define ROOTGATE_NEAR_BPF_H

#include "judge.bpf.h"

static __always_inline const struct rg_near *near_of(const struct attempt *attempt)
{
	return &control.near[rg_word_slot(attempt->word)];
}

/* Takes an answer over where it is a stronger one than there was. */
static __always_inline bool is_answered(struct attempt *attempt, __u32 answer, __u32 reason)
{
	if (answer <= attempt->answer)
		return false;
	attempt->answer = answer;
	attempt->reason = reason;
	return true;
}

/* Capabilities of a user namespace of one's own reach no further than that. */
static __always_inline bool is_near_by_capabilities(struct attempt *attempt)
{
	const struct rg_near *near = near_of(attempt);

	if (attempt->new->user_ns->level)
		return false;
	if (!(capabilities_of(attempt->new) & near->capabilities))
		return false;
	return is_answered(attempt, near->to_capabilities, RG_REASON_ROOT_CAPABILITIES);
}

/* attempt->ids are gids where it is so. */
static __always_inline bool is_near_by_group(struct attempt *attempt, const struct rg_ids *new)
{
	const struct rg_near *near = near_of(attempt);
	struct rg_ids old;

	gids_read(attempt->old, &old);
	if (!gains_zero(new, &old) || !is_answered(attempt, near->to_group, RG_REASON_ROOT_GROUP))
		return false;
	attempt->ids = *new;
	return true;
}

/* An exec that leaves no id host root's: by a setgid file, or by capabilities. */
static __always_inline bool is_near(struct attempt *attempt, enum rg_attach way)
{
	bool is = way != RG_ATTACH_FMOD_RET && is_near_by_capabilities(attempt);
	struct rg_ids new;

	if (!near_of(attempt)->to_group)
		return is;
	gids_of(attempt->new, &new);
	if (way == RG_ATTACH_FMOD_RET)
		new.suid = new.fsuid = new.euid; /* as commoncap will have it */
	return is_near_by_group(attempt, &new) || is;
}

#endif
