/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as the kernel's maps hold it: a pure function of the model and the
 * time, as plain arrays. How they get into the maps is not known here.
 */
#ifndef ROOTGATE_POLICY_IMAGE_H
#define ROOTGATE_POLICY_IMAGE_H

#include "policy.h"
#include "policy_report.h"

/* Entries of one slot of a map: "cgroup_scopes" and "exe_scopes" each; "scopes". */
#define POLICY_PATHS_MAX  65536
#define POLICY_SCOPES_MAX 65536

/* An entry of "cgroup_scopes" or "exe_scopes". */
struct policy_image_path {
	struct rg_path_key
		key;	/* slot 0; the writer sets its own. prefixlen counts the slot's byte */
	uint32_t scope; /* the value */
};

/* An entry of "scopes". */
struct policy_image_scope {
	struct rg_scope_key key; /* slot 0; the writer sets its own */
	struct rg_scope value;
};

struct policy_image {
	enum rg_mode mode;
	uint64_t
		flags; /* RG_WORD_CGROUP, RG_WORD_EXE, RG_WORD_RULES, RG_WORD_REFUSES, RG_WORD_IDENTITY */
	uint64_t setup_timeout; /* ns */
	struct rg_near near;
	enum rg_unidentified unidentified;
	time_t now; /* at which it was worked out */
	struct policy_image_path *cgroups;
	size_t n_cgroups;
	struct policy_image_path *exes;
	size_t n_exes;
	struct policy_image_scope *scopes;
	size_t n_scopes;
	/* rules[i] is number i + 1: the policy's rules[i], expired or not; expires is wall time yet */
	struct rg_rule *rules;
	bool *decides; /* by index: whether there is an attempt that the rule decides */
	size_t n_rules;
	time_t next_expiry; /* build it again then; 0: never */
};

/*
 * Works out the image, for containers that nobody knows yet: where a rule that
 * needs an identity may match, RG_RULE_UNIDENTIFIED is set beside the number of
 * the first one that matches for sure. Rules that have expired at now match
 * nothing in it. 0, -ENOMEM, or -E2BIG with the reason in the report (which may
 * be NULL): more entries than a map holds. *out untouched on failure.
 */
int policy_image_build(const struct policy *policy, time_t now, struct policy_image **out,
		       struct policy_report *report);

/*
 * The scopes for a container that is known: now as of the image, whose paths they go with. To be
 * freed. 0, -ENOMEM or -E2BIG.
 */
int policy_image_scopes_for(const struct policy *policy, time_t now,
			    const struct policy_identity *identity, struct policy_image_scope **out,
			    size_t *n);
void policy_image_free(struct policy_image *image); /* NULL is fine */
void policy_image_free_p(struct policy_image **image);

#endif
