// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the format has and this version cannot carry out. A policy that says
 * such a thing is refused: it would not do what its reader thinks. When the
 * feature comes, its row here goes; when all have come, this file does.
 */
#include <errno.h>
#include <string.h>

#include "policy_parse.h"

/* Keys with a default that is built, and what the others need. */
static const struct {
	const char *key;
	const char *built;
	const char *needs;
} values[] = {
	{ "root_capabilities.action", "ignore", "the check of capabilities" },
	{ "root_group", "ignore", "the check of groups" },
};

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
