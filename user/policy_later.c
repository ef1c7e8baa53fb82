// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the format has and this version cannot carry out. A policy that says
 * such a thing is refused: it would not do what its reader thinks. When the
 * feature comes, its row here goes; when all have come, this file does.
 */
#include <errno.h>
#include <string.h>

#include "policy_parse.h"

/*
 * Selectors that need the container's identity; a name that ends in '.' has the rest of the
 * key as its own.
 */
static const char *const selectors[] = {
	"id", "name", "image", "label.", "pod.namespace", "pod.name", "pod.label.",
};

/* Keys with a default that is built, and what the others need. */
static const struct {
	const char *key;
	const char *built;
	const char *needs;
} values[] = {
	{ "unidentified", "hold", "the container's identity" },
	{ "root_capabilities.action", "ignore", "the check of capabilities" },
	{ "root_group", "ignore", "the check of groups" },
};

int policy_later_selector(struct policy_parser *parser, const struct node *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(selectors); i++) {
		size_t len = strlen(selectors[i]);
		bool open = selectors[i][len - 1] == '.';

		if (open ? strncmp(key->text, selectors[i], len) || !key->text[len]
			 : strcmp(key->text, selectors[i]))
			continue;
		return policy_error(
			parser, &key->place,
			"rule '%s': selector '%.64s' needs the container's identity, which this "
			"version does not have; use cgroup, runtime, pid_namespace or "
			"user_namespace",
			parser->rule, key->text);
	}
	return 1;
}

int policy_later_value(struct policy_parser *parser, const char *key, const struct node *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		if (strcmp(key, values[i].key) == 0 && strcmp(value->text, values[i].built) != 0)
			return policy_error(parser, &value->place,
					    "'%s: %s' needs %s, which this version does not have; "
					    "it knows only "
					    "'%s': leave the key out, or write that",
					    key, value->text, values[i].needs, values[i].built);
	return 0;
}

void policy_later_names(struct policy_nearest *nearest)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(selectors); i++)
		if (selectors[i][strlen(selectors[i]) - 1] != '.')
			policy_nearest_try(nearest, selectors[i]);
}
