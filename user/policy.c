// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policy model: its life, and what it means. Neither its syntax nor the kernel's maps
 * belong here.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

/* The bits that a selector stands for; 0 is written for "any". */
static uint64_t effective(uint64_t mask, uint64_t all)
{
	return (mask ? mask : all) & all;
}

struct policy *policy_new(void)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return NULL;
	policy->mode = RG_MODE_AUDIT;
	policy->setup_timeout = POLICY_SETUP_TIMEOUT;
	policy->root_capabilities.action = POLICY_EXTRA_AUDIT;
	policy->root_capabilities.set = POLICY_ROOT_CAPABILITIES;
	policy->hold_timeout = POLICY_HOLD_TIMEOUT;
	return policy;
}

static void patterns_clear(struct policy_patterns *patterns)
{
	size_t i;

	for (i = 0; i < patterns->n; i++)
		free(patterns->items[i].text);
	free(patterns->items);
	*patterns = (struct policy_patterns){};
}

void policy_rule_clear(struct policy_rule *rule)
{
	free(rule->name);
	free(rule->reason);
	free(rule->owner);
	patterns_clear(&rule->cgroup);
	patterns_clear(&rule->exe);
	policy_who_clear(&rule->who);
	*rule = (struct policy_rule){};
}

void policy_free(struct policy *policy)
{
	size_t i;

	if (!policy)
		return;
	for (i = 0; i < policy->n_rules; i++)
		policy_rule_clear(&policy->rules[i]);
	for (i = 0; i < policy->n_files; i++)
		free(policy->files[i]);
	free(policy->rules);
	free(policy->files);
	free(policy);
}

void policy_free_p(struct policy **policy)
{
	policy_free(*policy);
}

bool policy_rule_expired(const struct policy_rule *rule, time_t now)
{
	return rule->expires && now >= rule->expires;
}

enum rg_action policy_mode_action(enum rg_mode mode)
{
	if (mode == RG_MODE_KILL)
		return RG_ACTION_KILL;
	return mode == RG_MODE_AUDIT ? RG_ACTION_AUDIT : RG_ACTION_DENY;
}

bool policy_rules_refuse(const struct policy *policy, time_t now)
{
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].action >= RG_ACTION_DENY &&
		    !policy_rule_expired(&policy->rules[i], now))
			return true;
	return false;
}

bool policy_refuses(const struct policy *policy, time_t now)
{
	return policy->mode != RG_MODE_AUDIT || policy->root_group >= POLICY_EXTRA_DENY ||
	       policy->root_capabilities.action >= POLICY_EXTRA_DENY ||
	       policy_rules_refuse(policy, now);
}

bool policy_rule_needs_identity(const struct policy_rule *rule)
{
	return !policy_who_is_any(&rule->who);
}

bool policy_pattern_matches(const struct policy_pattern *pattern, const char *path)
{
	return strncmp(pattern->text, path, pattern->len) == 0;
}

bool policy_pattern_covers(const struct policy_pattern *pattern, const struct policy_pattern *other)
{
	return pattern->len <= other->len && memcmp(pattern->text, other->text, pattern->len) == 0;
}

static bool patterns_match(const struct policy_patterns *patterns, const char *path)
{
	size_t i;

	if (patterns->n == 0)
		return true;
	for (i = 0; path && i < patterns->n; i++)
		if (policy_pattern_matches(&patterns->items[i], path))
			return true;
	return false;
}

static bool patterns_cover(const struct policy_patterns *patterns,
			   const struct policy_patterns *others)
{
	size_t i, j;

	if (patterns->n == 0)
		return true;
	for (i = 0; i < others->n; i++) {
		for (j = 0; j < patterns->n; j++)
			if (policy_pattern_covers(&patterns->items[j], &others->items[i]))
				break;
		if (j == patterns->n)
			return false;
	}
	return others->n > 0;
}

static bool mask_covers(uint64_t mask, uint64_t other, uint64_t all)
{
	return (effective(other, all) & ~effective(mask, all)) == 0;
}

bool policy_rule_covers(const struct policy_rule *rule, const struct policy_rule *other)
{
	if (rule->expires && (!other->expires || rule->expires < other->expires))
		return false;
	return mask_covers(rule->event, other->event, POLICY_ALL_EVENTS) &&
	       mask_covers(rule->userns, other->userns, POLICY_ALL_USERNS) &&
	       mask_covers(rule->pidns, other->pidns, POLICY_ALL_PIDNS) &&
	       mask_covers(rule->runtime, other->runtime, POLICY_ALL_RUNTIMES) &&
	       patterns_cover(&rule->cgroup, &other->cgroup) &&
	       patterns_cover(&rule->exe, &other->exe) &&
	       policy_who_covers(&rule->who, &other->who);
}

static bool mask_matches(uint64_t mask, unsigned int value)
{
	return mask == 0 || mask & 1ULL << value;
}

static bool rule_matches(const struct policy_rule *rule, const struct policy_attempt *attempt)
{
	return !policy_rule_expired(rule, attempt->now) &&
	       mask_matches(rule->event, attempt->type) &&
	       mask_matches(rule->userns, attempt->userns) &&
	       mask_matches(rule->pidns, attempt->pidns) &&
	       mask_matches(rule->runtime, attempt->runtime) &&
	       patterns_match(&rule->cgroup, attempt->cgroup) &&
	       patterns_match(&rule->exe, attempt->exe) &&
	       (!attempt->identity || policy_who_matches(&rule->who, attempt->identity));
}

const struct policy_rule *policy_match(const struct policy *policy,
				       const struct policy_attempt *attempt)
{
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		if (rule_matches(&policy->rules[i], attempt))
			return &policy->rules[i];
	return NULL;
}
