// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The model to the maps' contents. The kernel looks up one pair of scopes
 * (cgroup, exe) and finds the rule for each class of attempt there; so each
 * rule, first to last, is put into all pairs that it matches, wherever no rule
 * before it was. Writing maps is policy_map.c's.
 */
#include "policy_image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_scopes.h"
#include "util.h"

_Static_assert(RG_CLASSES <= 64, "classes fit the bits of a word");
_Static_assert(RG_RULES_MAX <= UINT16_MAX, "numbers of rules fit rg_scope");

_Static_assert(POLICY_UNIDENTIFIED_HOLD == (int)RG_UNIDENTIFIED_HOLD &&
		       POLICY_UNIDENTIFIED_DENY == (int)RG_UNIDENTIFIED_DENY &&
		       POLICY_UNIDENTIFIED_ALLOW == (int)RG_UNIDENTIFIED_ALLOW,
	       "the policy's answers are the kernel side's");

struct builder {
	const struct policy *policy;
	time_t now;
	const struct policy_identity
		*identity; /* of the container that it is for; NULL: not known */
	struct policy_scopes cgroup;
	struct policy_scopes exe;
	struct policy_image *image;
	size_t room;	  /* for pairs; a power of two, or 0 */
	uint64_t *filled; /* by pair: the classes that have their rule */
	uint32_t *table;  /* of twice as many: 1 + index of the pair; 0: free */
};

void policy_image_free(struct policy_image *image)
{
	if (!image)
		return;
	free(image->cgroups);
	free(image->exes);
	free(image->scopes);
	free(image->rules);
	free(image->decides);
	free(image);
}

void policy_image_free_p(struct policy_image **image)
{
	policy_image_free(*image);
}

static void builder_clear(struct builder *builder)
{
	policy_scopes_clear(&builder->cgroup);
	policy_scopes_clear(&builder->exe);
	policy_image_free(builder->image);
	free(builder->filled);
	free(builder->table);
}

static bool selects(uint64_t mask, uint32_t value)
{
	return mask == 0 || mask & 1ULL << value;
}

static uint64_t classes_of(const struct policy_rule *rule)
{
	uint32_t type, runtime, pidns, userns;
	uint64_t classes = 0;

	for (type = RG_TYPE_EXEC; type <= RG_TYPE_SETUID; type++)
		for (runtime = 0; runtime < RG_RUNTIME_COUNT; runtime++)
			for (pidns = 0; pidns < RG_PIDNS_COUNT; pidns++)
				for (userns = RG_USERNS_NONE; userns <= RG_USERNS_IDENTITY;
				     userns++)
					if (selects(rule->event, type) &&
					    selects(rule->runtime, runtime) &&
					    selects(rule->pidns, pidns) &&
					    selects(rule->userns, userns))
						classes |= 1ULL << rg_class(type, runtime, pidns,
									    userns);
	return classes;
}

/* The place of a pair in the table, or the free one where it belongs. */
static uint32_t *find_slot(const struct builder *builder, const struct rg_scope_key *key)
{
	uint64_t hash = ((uint64_t)key->cgroup << 32 | key->exe) * 0x9e3779b97f4a7c15ULL;
	size_t mask = builder->room * 2 - 1, at = (hash >> 32) & mask;

	for (; builder->table[at]; at = (at + 1) & mask) {
		const struct rg_scope_key *other =
			&builder->image->scopes[builder->table[at] - 1].key;

		if (other->cgroup == key->cgroup && other->exe == key->exe)
			break;
	}
	return &builder->table[at];
}

static int make_room(struct builder *builder)
{
	struct policy_image *image = builder->image;
	size_t room = builder->room ? builder->room * 2 : 64, i;
	struct policy_image_scope *scopes = reallocarray(image->scopes, room, sizeof(*scopes));
	uint64_t *filled;

	if (!scopes)
		return -ENOMEM;
	image->scopes = scopes;
	filled = reallocarray(builder->filled, room, sizeof(*filled));
	if (!filled)
		return -ENOMEM;
	builder->filled = filled;
	free(builder->table);
	builder->table = calloc(room * 2, sizeof(*builder->table));
	if (!builder->table)
		return -ENOMEM;
	builder->room = room;
	for (i = 0; i < image->n_scopes; i++)
		*find_slot(builder, &scopes[i].key) = (uint32_t)i + 1;
	return 0;
}

/* The index of a pair, which is made where it is new; -E2BIG or -ENOMEM. */
static int64_t find_pair(struct builder *builder, uint32_t cgroup, uint32_t exe)
{
	const struct rg_scope_key key = { .cgroup = cgroup, .exe = exe };
	struct policy_image *image = builder->image;
	uint32_t *slot;

	if (image->n_scopes == builder->room && builder->room < POLICY_SCOPES_MAX) {
		int err = make_room(builder);

		if (err)
			return err;
	}
	slot = find_slot(builder, &key);
	if (*slot)
		return *slot - 1;
	if (image->n_scopes == POLICY_SCOPES_MAX)
		return -E2BIG;
	builder->filled[image->n_scopes] = 0;
	image->scopes[image->n_scopes] = (struct policy_image_scope){ .key = key };
	*slot = (uint32_t)++image->n_scopes;
	return *slot - 1;
}

static void fill_pair(struct builder *builder, size_t pair, uint32_t rule, uint64_t classes)
{
	uint64_t open = classes & ~builder->filled[pair];

	__u16 *rules = builder->image->scopes[pair].value.rule;
	bool perhaps =
		!builder->identity && policy_rule_needs_identity(&builder->policy->rules[rule]);

	if (builder->image->decides)
		builder->image->decides[rule] = builder->image->decides[rule] || open;
	/* for some containers only: the rules behind it decide for others */
	if (!perhaps)
		builder->filled[pair] |= open;
	for (; open; open &= open - 1)
		rules[__builtin_ctzll(open)] |= perhaps ? RG_RULE_UNIDENTIFIED : (__u16)(rule + 1);
}

static int place_rule(struct builder *builder, uint32_t rule)
{
	uint64_t classes = classes_of(&builder->policy->rules[rule]);
	uint32_t n_cgroups, n_exes, i, j;
	const uint32_t *cgroups = policy_scopes_of_rule(&builder->cgroup, rule, &n_cgroups);
	const uint32_t *exes = policy_scopes_of_rule(&builder->exe, rule, &n_exes);

	for (i = 0; classes && i < n_cgroups; i++) {
		for (j = 0; j < n_exes; j++) {
			int64_t pair = find_pair(builder, cgroups[i], exes[j]);

			if (pair < 0)
				return (int)pair;
			fill_pair(builder, (size_t)pair, rule, classes);
		}
	}
	return 0;
}

static int place_rules(struct builder *builder)
{
	struct policy_image *image = builder->image;
	uint32_t i;

	for (i = 0; i < builder->policy->n_rules; i++) {
		const struct policy_rule *rule = &builder->policy->rules[i];
		int err;

		if (policy_rule_expired(rule, builder->now))
			continue;
		if (builder->identity && !policy_who_matches(&rule->who, builder->identity))
			continue;
		if (policy_rule_needs_identity(rule))
			image->flags |= RG_WORD_IDENTITY;
		if (rule->expires && (!image->next_expiry || rule->expires < image->next_expiry))
			image->next_expiry = rule->expires;
		if (rule->action >= RG_ACTION_DENY)
			image->flags |= RG_WORD_REFUSES;
		err = place_rule(builder, i);
		if (err)
			return err;
	}
	return 0;
}

static int take_paths(const struct policy_scopes *scopes, struct policy_image_path **out, size_t *n)
{
	struct policy_image_path *paths = calloc(scopes->n_nodes + 1, sizeof(*paths));
	uint32_t i;

	if (!paths)
		return -ENOMEM;
	for (i = 0; i < scopes->n_nodes; i++) {
		const struct policy_pattern *pattern = scopes->nodes[i].pattern;

		paths[i].key.prefixlen = 8 * (uint32_t)(sizeof(paths[i].key.slot) + pattern->len);
		memcpy(paths[i].key.path, pattern->text, pattern->len);
		paths[i].scope = scopes->nodes[i].scope;
	}
	*out = paths;
	*n = scopes->n_nodes;
	return 0;
}

static int take_rules(const struct policy *policy, struct policy_image *image)
{
	size_t i;

	image->rules = calloc(policy->n_rules + 1, sizeof(*image->rules));
	image->decides = calloc(policy->n_rules + 1, sizeof(*image->decides));
	if (!image->rules || !image->decides)
		return -ENOMEM;
	for (i = 0; i < policy->n_rules; i++)
		image->rules[i] = (struct rg_rule){ .action = policy->rules[i].action,
						    .report = policy->rules[i].report,
						    .expires = (uint64_t)policy->rules[i].expires *
							       1000000000 };
	image->n_rules = policy->n_rules;
	return 0;
}

_printf_(3, 4) static int too_big(const struct builder *builder, struct policy_report *report,
				  const char *fmt, ...)
{
	struct policy_place place = { .file = builder->policy->n_files ? builder->policy->files[0]
								       : "policy" };
	_cleanup_(freep) char *text = NULL;
	va_list args;
	int n, err;

	if (!report)
		return -E2BIG;
	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	err = policy_report_add(report, POLICY_ERROR, &place, NULL, "%s", text);
	return err == -ENOMEM ? err : -E2BIG;
}

/* Pairs are products: what there is less of costs more of them each. */
static int too_many_pairs(const struct builder *builder, struct policy_report *report)
{
	uint32_t cgroups = builder->cgroup.n_scopes, exes = builder->exe.n_scopes;

	return too_big(builder, report,
		       "too many combinations: %u groups of paths in 'cgroup' and %u in 'exe' make "
		       "more than %d "
		       "pairs that rules match; name fewer paths in '%s', or give the rules that "
		       "have only one "
		       "of the two the other one as well",
		       cgroups - 1, exes - 1, POLICY_SCOPES_MAX, exes < cgroups ? "exe" : "cgroup");
}

static int check_paths(const struct builder *builder, struct policy_report *report)
{
	uint32_t cgroups = builder->cgroup.n_nodes, exes = builder->exe.n_nodes;

	if (cgroups <= POLICY_PATHS_MAX && exes <= POLICY_PATHS_MAX)
		return 0;
	return too_big(builder, report,
		       "the rules name %u different paths in '%s'; the kernel side holds %d: use "
		       "prefixes with "
		       "'*' at their end",
		       cgroups > exes ? cgroups : exes, cgroups > exes ? "cgroup" : "exe",
		       POLICY_PATHS_MAX);
}

/* What is ignored has no capabilities to look for. */
static struct rg_near near_of(const struct policy *policy)
{
	const struct policy_root_capabilities *capabilities = &policy->root_capabilities;

	return (struct rg_near){
		.capabilities = capabilities->action ? capabilities->set : 0,
		.to_capabilities = capabilities->action,
		.to_group = policy->root_group,
	};
}

static int build(struct builder *builder, struct policy_report *report)
{
	const struct policy *policy = builder->policy;
	struct policy_image *image = builder->image;
	int err;

	if (policy->n_rules > RG_RULES_MAX)
		return too_big(builder, report, "more than %d rules; the kernel side holds no more",
			       RG_RULES_MAX);
	err = policy_scopes_build(&builder->cgroup, policy, builder->now,
				  offsetof(struct policy_rule, cgroup));
	if (!err)
		err = policy_scopes_build(&builder->exe, policy, builder->now,
					  offsetof(struct policy_rule, exe));
	if (!err)
		err = check_paths(builder, report);
	if (err)
		return err;
	err = take_rules(policy, image);
	if (!err)
		err = place_rules(builder);
	if (err == -E2BIG)
		return too_many_pairs(builder, report);
	if (!err)
		err = take_paths(&builder->cgroup, &image->cgroups, &image->n_cgroups);
	if (!err)
		err = take_paths(&builder->exe, &image->exes, &image->n_exes);
	if (err)
		return err;
	image->mode = policy->mode;
	image->setup_timeout = policy->setup_timeout;
	image->near = near_of(policy);
	image->unidentified = (enum rg_unidentified)policy->unidentified;
	image->now = builder->now;
	image->flags |= (image->n_cgroups ? RG_WORD_CGROUP : 0) |
			(image->n_exes ? RG_WORD_EXE : 0) | (image->n_scopes ? RG_WORD_RULES : 0);
	return 0;
}

int policy_image_scopes_for(const struct policy *policy, time_t now,
			    const struct policy_identity *identity, struct policy_image_scope **out,
			    size_t *n)
{
	_cleanup_(builder_clear) struct builder builder = { .policy = policy,
							    .now = now,
							    .identity = identity };
	int err;

	builder.image = calloc(1, sizeof(*builder.image));
	if (!builder.image)
		return -ENOMEM;
	err = policy_scopes_build(&builder.cgroup, policy, now,
				  offsetof(struct policy_rule, cgroup));
	err = err
		      ?: policy_scopes_build(&builder.exe, policy, now,
					     offsetof(struct policy_rule, exe));
	err = err ?: place_rules(&builder);
	if (err)
		return err;
	*out = TAKE_PTR(builder.image->scopes);
	*n = builder.image->n_scopes;
	return 0;
}

int policy_image_build(const struct policy *policy, time_t now, struct policy_image **out,
		       struct policy_report *report)
{
	_cleanup_(builder_clear) struct builder builder = { .policy = policy, .now = now };
	int err;

	builder.image = calloc(1, sizeof(*builder.image));
	if (!builder.image)
		return -ENOMEM;
	err = build(&builder, report);
	if (err)
		return err;
	*out = TAKE_PTR(builder.image);
	return 0;
}
