/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision: what the policy makes of a violation. It reads and never
 * writes; counting, telling and refusing belong to judge.bpf.h.
 *
 * First match is worked out by the agent: for each pair of scopes (which of
 * the policy's cgroup prefixes and exe prefixes hold), and each identity that
 * makes a difference, there is one table that names the rule for each class of
 * attempt. So one rule and ten thousand cost the same, but for the depth of the
 * two trees of prefixes, and everything is read from the slot of one generation.
 *
 * Where a bound runs out (no work space, a path nested too deep to be known),
 * no rule can be said to match. Then a mode or a policy that refuses anything
 * refuses this. The same where the rule that matches has expired meanwhile.
 */
#ifndef ROOTGATE_DECIDE_BPF_H
#define ROOTGATE_DECIDE_BPF_H

#include "maps.bpf.h"

struct verdict {
	__u32 action; /* enum rg_action */
	__u32 rule;   /* number from 1; 0: the mode decided */
	__u32 report;
	__u32 unidentified; /* 1: a rule needs the container's identity, and nobody knows it */
	__u32 held;	    /* 1: the process is stopped, and the agent will decide */
};

/* Not while an operator has said so, nor where the programs only watch. */
static __always_inline bool can_refuse(void)
{
	return control.attach != RG_ATTACH_AUDIT_ONLY &&
	       (!control.disabled_until || bpf_ktime_get_boot_ns() >= control.disabled_until);
}

static __always_inline __u32 mode_action(__u32 mode)
{
	if (mode == RG_MODE_KILL)
		return RG_ACTION_KILL;
	return mode == RG_MODE_AUDIT ? RG_ACTION_AUDIT : RG_ACTION_DENY;
}

static __always_inline __u32 scope_of(void *trie, struct rg_path *path, __u32 slot)
{
	__u32 *scope;

	path->key.slot = (__u8)slot;
	path->key.prefixlen = (1 + path->len) * 8;
	scope = bpf_map_lookup_elem(trie, &path->key);
	return scope ? *scope : 0;
}

/* The verdict where rules need what could not be found out. */
static __always_inline void decide_unknown(__u64 word, struct verdict *verdict)
{
	verdict->action = mode_action(rg_word_mode(word));
	if (verdict->action == RG_ACTION_AUDIT && (word & RG_WORD_REFUSES))
		verdict->action = RG_ACTION_DENY;
}

/* The same where a rule needs an identity that is not known; to be held is no answer yet. */
static __always_inline void decide_unidentified(__u64 word, struct verdict *verdict)
{
	verdict->unidentified = 1;
	if (control.unidentified[rg_word_slot(word)] == RG_UNIDENTIFIED_ALLOW)
		verdict->action = RG_ACTION_ALLOW;
	else
		decide_unknown(word, verdict);
}

static __always_inline __u32 identity_scope(const struct rg_identity_key *container, __u32 slot)
{
	struct rg_identity *identity = bpf_map_lookup_elem(&identities, container);

	return identity ? identity->scope[slot & 1] : 0;
}

static __always_inline void decide(__u64 word, __u32 class, struct rg_scratch *scratch,
				   struct verdict *verdict)
{
	struct rg_scope_key key = { .slot = rg_word_slot(word) };
	struct rg_scope *scope;
	struct rg_rule *rule;
	__u32 index;

	verdict->action = mode_action(rg_word_mode(word));
	verdict->rule = 0;
	verdict->report = 1;
	if (!(word & RG_WORD_RULES))
		return;
	if (!scratch || ((word & RG_WORD_CGROUP) && !scratch->cgroup.len) ||
	    ((word & RG_WORD_EXE) && !scratch->exe.len)) {
		decide_unknown(word, verdict);
		return;
	}
	if (word & RG_WORD_CGROUP)
		key.cgroup = scope_of(&cgroup_scopes, &scratch->cgroup, key.slot);
	if (word & RG_WORD_EXE)
		key.exe = scope_of(&exe_scopes, &scratch->exe, key.slot);
	if (word & RG_WORD_IDENTITY)
		key.identity = identity_scope(&scratch->container, key.slot);
	scope = bpf_map_lookup_elem(&scopes, &key);
	if (!scope)
		return;
	barrier_var(
		class); /* or a clever compiler leaves the mask out, which the verifier wants to see */
	index = scope->rule[class % RG_CLASSES];
	if (index & RG_RULE_UNIDENTIFIED) {
		decide_unidentified(word, verdict);
		return;
	}
	if (!index)
		return;
	verdict->rule = index;
	index = rg_rule_key(key.slot, index);
	rule = bpf_map_lookup_elem(&rules, &index);
	if (!rule)
		return;
	if (rule->expires && bpf_ktime_get_boot_ns() >= rule->expires) {
		/* the agent, which would work out what matches then, has not done so yet, or is gone */
		verdict->rule = 0;
		decide_unknown(word, verdict);
		return;
	}
	verdict->action = rule->action;
	verdict->report = rule->report || rule->action != RG_ACTION_ALLOW;
}

#endif
