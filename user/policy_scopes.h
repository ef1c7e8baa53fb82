/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The patterns of one selector (cgroup or exe) of all rules, as the tree of
 * prefixes that they form, and the scopes that come out of it: a scope is what
 * a longest-prefix match of a path tells, and stands for all patterns that hold.
 * Pairs of scopes are worked out in policy_image.c.
 */
#ifndef ROOTGATE_POLICY_SCOPES_H
#define ROOTGATE_POLICY_SCOPES_H

#include "policy.h"

/* One pattern, whichever rules it is in. */
struct policy_scopes_node {
	const struct policy_pattern *pattern; /* of one of them */
	uint32_t end; /* behind the last node of which this one is a prefix */
	uint32_t scope;
	uint32_t first; /* its entries: of which rules it is a pattern */
	uint32_t n;
};

/* A pattern of a rule. */
struct policy_scopes_entry {
	const struct policy_pattern *pattern;
	uint32_t rule; /* index */
	uint32_t node;
};

struct policy_scopes {
	struct policy_scopes_node *nodes; /* a prefix before what it is a prefix of */
	uint32_t n_nodes;
	struct policy_scopes_entry *entries; /* in the order of the nodes */
	uint32_t n_entries;
	uint32_t n_scopes;  /* 0, where no pattern holds, is one of them */
	uint32_t *of_rule;  /* entries, in the order of the rules */
	uint32_t *rule_end; /* behind a rule's last one in of_rule */
	uint32_t *list;	    /* room for what policy_scopes_of_rule() gives */
	uint32_t *seen;	    /* by scope: 1 + the rule for which it was last put into the list */
};

/* selector: the offset of a struct policy_patterns in a rule. 0, -ENOMEM or -ENAMETOOLONG. */
int policy_scopes_build(struct policy_scopes *scopes, const struct policy *policy, time_t now,
			size_t selector);
void policy_scopes_clear(struct policy_scopes *scopes); /* also for _cleanup_ */

/*
 * The scopes in which a rule's patterns hold, each once; all where it has none. Valid until
 * the next call.
 */
const uint32_t *policy_scopes_of_rule(struct policy_scopes *scopes, uint32_t rule, uint32_t *n);

#endif
