// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Containers that are known, as the policy's rules see them. All for which the
 * same rules' selectors of identity hold share a scope; its rules are worked out
 * and written when the first one comes. Where identities come from is
 * agent_identity.c's matter.
 */
#include "agent_identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "policy_map.h"

struct scope {
	uint16_t *rules; /* indices of those that need an identity, and hold */
	size_t n;
};

void scopes_clear(struct identity_scopes *scopes)
{
	size_t i;

	for (i = 0; i < scopes->n; i++)
		free(scopes->items[i].rules);
	free(scopes->items);
	*scopes = (struct identity_scopes){};
}

static bool copy_labels(const struct identity_labels *from, struct policy_labels *to)
{
	struct policy_label *items = calloc(from->n + 1, sizeof(*items));
	size_t i;

	if (!items)
		return false;
	for (i = 0; i < from->n; i++)
		items[i] = (struct policy_label){ from->items[i].key, from->items[i].value };
	*to = (struct policy_labels){ items, from->n };
	return true;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

int identity_as_rules_see(const struct identity *identity, struct policy_identity *out)
{
	*out = (struct policy_identity){
		.id = or_null(identity->id),
		.name = or_null(identity->name),
		.image = or_null(identity->image),
		.pod_namespace = or_null(identity->pod_namespace),
		.pod_name = or_null(identity->pod_name),
	};
	if (copy_labels(&identity->labels, &out->labels) &&
	    copy_labels(&identity->pod_labels, &out->pod_labels))
		return 0;
	identity_as_rules_see_clear(out);
	return -ENOMEM;
}

void identity_as_rules_see_clear(struct policy_identity *identity)
{
	free((void *)identity->labels.items);
	free((void *)identity->pod_labels.items);
}

/* The rules that hold for it; *out is to be freed. */
static int rules_of(const struct policy *policy, const struct policy_identity *identity,
		    struct scope *out)
{
	size_t i;

	out->n = 0;
	out->rules = calloc(policy->n_rules + 1, sizeof(*out->rules));
	if (!out->rules)
		return -ENOMEM;
	for (i = 0; i < policy->n_rules; i++)
		if (policy_rule_needs_identity(&policy->rules[i]) &&
		    policy_who_matches(&policy->rules[i].who, identity))
			out->rules[out->n++] = (uint16_t)i;
	return 0;
}

static bool find(const struct identity_scopes *scopes, const struct scope *scope, __u32 *number)
{
	size_t i;

	for (i = 0; i < scopes->n; i++) {
		if (scopes->items[i].n != scope->n ||
		    memcmp(scopes->items[i].rules, scope->rules, scope->n * sizeof(*scope->rules)))
			continue;
		*number = (__u32)i + 1;
		return true;
	}
	return false;
}

static int add(struct loader *loader, __u32 slot, struct identity_scopes *scopes,
	       struct scope *scope, const struct policy_identity *identity)
{
	struct scope *items = reallocarray(scopes->items, scopes->n + 1, sizeof(*items));
	_cleanup_(freep) struct policy_image_scope *image = NULL;
	size_t n;
	int err;

	if (!items)
		return -ENOMEM;
	scopes->items = items;
	err = policy_image_scopes_for(scopes->policy, scopes->now, identity, &image, &n);
	err = err ?: policy_map_add_scopes(loader, slot, (__u32)scopes->n + 1, image, n);
	if (err)
		return err;
	items[scopes->n++] = *scope;
	scope->rules = NULL;
	return 0;
}

int scopes_number(struct loader *loader, __u32 slot, struct identity_scopes *scopes,
		  const struct identity *identity, __u32 *number)
{
	struct policy_identity seen;
	struct scope scope = {};
	int err = identity_as_rules_see(identity, &seen);

	if (err)
		return err;
	err = rules_of(scopes->policy, &seen, &scope);
	if (!err && !find(scopes, &scope, number)) {
		err = add(loader, slot, scopes, &scope, &seen);
		if (!err)
			*number = (__u32)scopes->n;
	}
	free(scope.rules);
	identity_as_rules_see_clear(&seen);
	return err;
}
