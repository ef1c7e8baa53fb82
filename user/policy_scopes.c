// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Patterns to scopes. Sorted by their bytes, patterns stand in the order of a
 * walk through the tree of prefixes: whatever a pattern is a prefix of follows
 * it without a gap. So the tree needs no more than the end of each subtree.
 */
#include "policy_scopes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

void policy_scopes_clear(struct policy_scopes *scopes)
{
	free(scopes->nodes);
	free(scopes->entries);
	free(scopes->of_rule);
	free(scopes->rule_end);
	free(scopes->list);
	free(scopes->seen);
	*scopes = (struct policy_scopes){};
}

static const struct policy_patterns *patterns_of(const struct policy *policy, size_t rule,
						 size_t selector)
{
	return (const void *)((const char *)&policy->rules[rule] + selector);
}

static int compare_patterns(const struct policy_pattern *one, const struct policy_pattern *other)
{
	int order = memcmp(one->text, other->text, one->len < other->len ? one->len : other->len);

	if (order)
		return order;
	return one->len == other->len ? 0 : one->len < other->len ? -1 : 1;
}

static int compare_entries(const void *a, const void *b)
{
	const struct policy_scopes_entry *one = a, *other = b;
	int order = compare_patterns(one->pattern, other->pattern);

	if (order)
		return order;
	return one->rule == other->rule ? 0 : one->rule < other->rule ? -1 : 1;
}

static int collect_entries(struct policy_scopes *scopes, const struct policy *policy, time_t now,
			   size_t selector)
{
	size_t n = 0, i, j;

	for (i = 0; i < policy->n_rules; i++)
		n += patterns_of(policy, i, selector)->n;
	scopes->entries = calloc(n + 1, sizeof(*scopes->entries));
	if (!scopes->entries)
		return -ENOMEM;
	for (i = 0; i < policy->n_rules; i++) {
		const struct policy_patterns *patterns = patterns_of(policy, i, selector);

		if (policy_rule_expired(&policy->rules[i], now))
			continue;
		for (j = 0; j < patterns->n; j++) {
			if (patterns->items[j].len > sizeof(((struct rg_path_key *)0)->path))
				return -ENAMETOOLONG; /* the parser lets none through */
			scopes->entries[scopes->n_entries++] =
				(struct policy_scopes_entry){ .pattern = &patterns->items[j],
							      .rule = (uint32_t)i };
		}
	}
	qsort(scopes->entries, scopes->n_entries, sizeof(*scopes->entries), compare_entries);
	return 0;
}

static int make_nodes(struct policy_scopes *scopes)
{
	uint32_t i;

	scopes->nodes = calloc(scopes->n_entries + 1, sizeof(*scopes->nodes));
	if (!scopes->nodes)
		return -ENOMEM;
	for (i = 0; i < scopes->n_entries; i++) {
		struct policy_scopes_entry *entry = &scopes->entries[i];

		if (i == 0 || compare_patterns(entry[-1].pattern, entry->pattern) != 0)
			scopes->nodes[scopes->n_nodes++] =
				(struct policy_scopes_node){ .pattern = entry->pattern,
							     .first = i };
		entry->node = scopes->n_nodes - 1;
		scopes->nodes[entry->node].n++;
	}
	return 0;
}

/* Scopes by what they stand for: the scope above, and the rules that come in. */
struct interned {
	uint32_t above;
	uint32_t node;	/* the first one with this scope; its entries are the rules */
	uint32_t scope; /* 0: free */
};

struct table {
	struct interned *slots;
	size_t mask;
};

static bool same_rules(const struct policy_scopes *scopes, uint32_t a, uint32_t b)
{
	const struct policy_scopes_node *one = &scopes->nodes[a], *other = &scopes->nodes[b];
	uint32_t i;

	if (one->n != other->n)
		return false;
	for (i = 0; i < one->n; i++)
		if (scopes->entries[one->first + i].rule != scopes->entries[other->first + i].rule)
			return false;
	return true;
}

static uint64_t hash_node(const struct policy_scopes *scopes, uint32_t above, uint32_t node)
{
	const struct policy_scopes_node *n = &scopes->nodes[node];
	uint64_t hash = 0xcbf29ce484222325ULL ^ above; /* FNV-1a, by words */
	uint32_t i;

	for (i = 0; i < n->n; i++)
		hash = (hash * 0x100000001b3ULL) ^ scopes->entries[n->first + i].rule;
	hash *= 0x9e3779b97f4a7c15ULL; /* the low bits depend on all of them */
	return hash ^ hash >> 32;
}

static uint32_t intern(struct policy_scopes *scopes, const struct table *table, uint32_t above,
		       uint32_t node)
{
	size_t at = hash_node(scopes, above, node) & table->mask;

	for (;; at = (at + 1) & table->mask) {
		struct interned *slot = &table->slots[at];

		if (slot->scope == 0)
			*slot = (struct interned){ above, node, scopes->n_scopes++ };
		if (slot->above == above && same_rules(scopes, slot->node, node))
			return slot->scope;
	}
}

/*
 * Ends and scopes in one walk; the open nodes, each a prefix of the next, are a
 * stack. No deeper than a pattern has bytes, since each is longer than the one above.
 */
static int walk(struct policy_scopes *scopes)
{
	uint32_t stack[RG_PATH_MAX + 1], depth = 0, i;
	struct table table = { .mask = 1 };

	while (table.mask < (size_t)scopes->n_nodes * 2)
		table.mask *= 2;
	table.slots = calloc(table.mask, sizeof(*table.slots));
	if (!table.slots)
		return -ENOMEM;
	table.mask--;
	scopes->n_scopes = 1;
	for (i = 0; i < scopes->n_nodes; i++) {
		struct policy_scopes_node *node = &scopes->nodes[i];

		while (depth && !policy_pattern_covers(scopes->nodes[stack[depth - 1]].pattern,
						       node->pattern))
			scopes->nodes[stack[--depth]].end = i;
		node->scope = intern(scopes, &table,
				     depth ? scopes->nodes[stack[depth - 1]].scope : 0, i);
		stack[depth++] = i;
	}
	while (depth)
		scopes->nodes[stack[--depth]].end = scopes->n_nodes;
	free(table.slots);
	return 0;
}

/* Entries by rule, by counting: where each rule's end, then each into its place from the end. */
static int index_rules(struct policy_scopes *scopes, size_t n_rules)
{
	uint32_t i, sum = 0;

	scopes->of_rule = calloc(scopes->n_entries + 1, sizeof(*scopes->of_rule));
	scopes->rule_end = calloc(n_rules + 1, sizeof(*scopes->rule_end));
	scopes->list = calloc(scopes->n_scopes, sizeof(*scopes->list));
	scopes->seen = calloc(scopes->n_scopes, sizeof(*scopes->seen));
	if (!scopes->of_rule || !scopes->rule_end || !scopes->list || !scopes->seen)
		return -ENOMEM;
	for (i = 0; i < scopes->n_entries; i++)
		scopes->rule_end[scopes->entries[i].rule]++;
	for (i = 0; i < n_rules; i++) {
		uint32_t n = scopes->rule_end[i];

		scopes->rule_end[i] = sum; /* for now its first; moves to its end below */
		sum += n;
	}
	for (i = 0; i < scopes->n_entries; i++)
		scopes->of_rule[scopes->rule_end[scopes->entries[i].rule]++] = i;
	return 0;
}

int policy_scopes_build(struct policy_scopes *scopes, const struct policy *policy, time_t now,
			size_t selector)
{
	_cleanup_(policy_scopes_clear) struct policy_scopes built = {};
	int err = collect_entries(&built, policy, now, selector);

	if (!err)
		err = make_nodes(&built);
	if (!err)
		err = walk(&built);
	if (!err)
		err = index_rules(&built, policy->n_rules);
	if (err)
		return err;
	*scopes = built;
	built = (struct policy_scopes){};
	return 0;
}

const uint32_t *policy_scopes_of_rule(struct policy_scopes *scopes, uint32_t rule, uint32_t *n)
{
	uint32_t i = rule ? scopes->rule_end[rule - 1] : 0, at;

	*n = 0;
	if (i == scopes->rule_end[rule]) {
		while (*n < scopes->n_scopes) {
			scopes->list[*n] = *n;
			++*n;
		}
		return scopes->list;
	}
	for (; i < scopes->rule_end[rule]; i++) {
		uint32_t node = scopes->entries[scopes->of_rule[i]].node;

		for (at = node; at < scopes->nodes[node].end; at++) {
			uint32_t scope = scopes->nodes[at].scope;

			if (scopes->seen[scope] == rule + 1)
				continue;
			scopes->seen[scope] = rule + 1;
			scopes->list[(*n)++] = scope;
		}
	}
	return scopes->list;
}
