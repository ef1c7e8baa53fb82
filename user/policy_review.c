// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is wrong with a policy although each of its rules is right. Single rules are
 * policy_rule.c's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_image.h"
#include "policy_parse.h"

/* Of more rules than that not all pairs are looked at, where nothing says that it is worth it. */
#define COVERS_MAX 1000

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct policy_name *)a)->name, ((const struct policy_name *)b)->name);
}

/* Files come in the order in which they were read. */
static bool is_before(const struct policy_parser *parser, const struct policy_place *place,
		      const struct policy_place *other)
{
	size_t i;

	for (i = 0; place->file != other->file && i < parser->policy->n_files; i++) {
		if (parser->policy->files[i] == place->file)
			return true;
		if (parser->policy->files[i] == other->file)
			return false;
	}
	if (place->line != other->line)
		return place->line < other->line;
	return place->column < other->column;
}

/* Of those with one name, each but the first is told. */
static int check_names(struct policy_parser *parser)
{
	struct policy_name *names = parser->names, *first;
	size_t i, j, end;
	int result = 0;

	if (parser->n_names)
		qsort(names, parser->n_names, sizeof(*names), compare_names);
	for (i = 0; i < parser->n_names; i = end) {
		first = &names[i];
		for (end = i; end < parser->n_names && strcmp(names[i].name, names[end].name) == 0;
		     end++)
			if (is_before(parser, &names[end].place, &first->place))
				first = &names[end];
		for (j = i; j < end; j++) {
			if (&names[j] == first)
				continue;
			result = policy_error(
				parser, &names[j].place,
				"the name '%s' is already that of the rule at %s:%u:%u; each rule "
				"needs its own",
				first->name, first->place.file, first->place.line,
				first->place.column);
			if (result == -ENOMEM)
				return result;
		}
	}
	return result;
}

/* One of the rules before it that matches all that it does; NULL: none does so alone. */
static const struct policy_rule *find_cover(const struct policy_parser *parser,
					    const struct policy_rule *own)
{
	const struct policy_rule *rule;

	for (rule = parser->policy->rules; rule < own; rule++)
		if (!policy_rule_expired(rule, parser->now) && policy_rule_covers(rule, own))
			return rule;
	return NULL;
}

/* Will some rule before it expire while it still holds? Then its time may come. */
static bool may_come(const struct policy_parser *parser, const struct policy_rule *own)
{
	const struct policy_rule *rule;

	for (rule = parser->policy->rules; rule < own; rule++)
		if (rule->expires && !policy_rule_expired(rule, parser->now) &&
		    (!own->expires || rule->expires < own->expires))
			return true;
	return false;
}

static int tell_unreachable(struct policy_parser *parser, const struct policy_rule *own,
			    const struct policy_rule *cover)
{
	if (cover)
		return policy_warning(parser, &own->place,
				      "rule '%s' never decides: rule '%s' at %s:%u:%u comes before "
				      "it and matches "
				      "all that it does; put it before that one, or remove it",
				      own->name, cover->name, cover->place.file, cover->place.line,
				      cover->place.column);
	if (may_come(parser, own))
		return 0;
	return policy_warning(
		parser, &own->place,
		"rule '%s' never decides: the rules before it together match all that it does; put "
		"it before them, or remove it",
		own->name);
}

/*
 * The image knows for every attempt there can be which rule decides, but not for which containers
 * a rule that needs their identity matches: of such rules only one alone can cover another.
 */
static int check_rule_reachable(struct policy_parser *parser, const struct policy_image *image,
				size_t at)
{
	const struct policy_rule *rule = &parser->policy->rules[at], *cover = NULL;
	bool decides = image->decides[at];

	/* an expired rule, and one that never matches, is told as such */
	if (policy_rule_expired(rule, parser->now) ||
	    (rule->userns && !(rule->userns & POLICY_ALL_USERNS)) ||
	    (decides && !(policy_rule_needs_identity(rule) && at < COVERS_MAX)))
		return 0;
	cover = find_cover(parser, rule);
	return decides && !cover ? 0 : tell_unreachable(parser, rule, cover);
}

static int check_reachable(struct policy_parser *parser, const struct policy_image *image)
{
	const struct policy *policy = parser->policy;
	const struct policy_report *report = parser->report;
	size_t i;
	int err = 0;

	if (!policy->rules)
		return 0;
	/* Looking for the cover of each takes its time; nobody reads a thousand of them. */
	for (i = 0; !err && i < policy->n_rules && report->n_warnings < POLICY_MESSAGES_MAX; i++)
		err = check_rule_reachable(parser, image, i);
	return err;
}

int policy_review(struct policy_parser *parser)
{
	_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
	int names = check_names(parser), err;

	if (names == -ENOMEM)
		return names;
	err = policy_image_build(parser->policy, parser->now, &image, parser->report);
	if (err)
		return err == -E2BIG ? -EINVAL : err;
	err = check_reachable(parser, image);
	return err ? err : names;
}
