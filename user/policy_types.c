// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of the types of a policy's values. Which key has which is in the parser's tables. */
#include "policy_types.h"

static const struct policy_type types[] = {
	{ policy_read_version, policy_show_version, policy_schema_version, NULL, 0 },
	{ policy_read_word, policy_show_word, policy_schema_word, NULL, 0 },
	{ policy_read_mask, policy_show_mask, policy_schema_mask, NULL, 0 },
	{ policy_read_text, policy_show_text, policy_schema_text, NULL, 0 },
	{ policy_read_rule_name, policy_show_text, policy_schema_name, NULL, 0 },
	{ policy_read_bool, policy_show_bool, policy_schema_bool, NULL, 0 },
	{ policy_read_duration, policy_show_duration, policy_schema_duration, NULL, 0 },
	{ policy_read_date, policy_show_date, policy_schema_date, NULL, 0 },
	{ policy_read_patterns, policy_show_paths, policy_schema_paths, NULL, 0 },
	{ policy_read_globs, policy_show_globs, policy_schema_globs, NULL, 0 },
	{ policy_read_images, policy_show_globs, policy_schema_globs, NULL, 0 },
	{ policy_read_labels, policy_show_labels, policy_schema_labels, NULL, 0 },
	{ policy_read_root_capabilities, policy_show_map, policy_schema_map,
	  &policy_capabilities_map, 1 },
	{ policy_read_refusals, policy_show_refusals, policy_schema_refusals, NULL, 0 },
	{ policy_read_per, policy_show_duration, policy_schema_duration, NULL, 0 },
	{ policy_read_breaker, policy_show_breaker, policy_schema_map, &policy_breaker_map, 3 },
	{ policy_read_match, policy_show_map, policy_schema_map, &policy_match_map, 0 },
	{ policy_read_rules, policy_show_rules, policy_schema_rules, &policy_rule_map, 3 },
};

const struct policy_type *policy_type_of(const struct policy_field *field)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].read == field->read)
			return &types[i];
	return NULL;
}
