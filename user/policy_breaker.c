// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The policy's key "breaker": its text to the model. When it trips is breaker.c's matter. */
#include <errno.h>
#include <string.h>

#include "policy_parse.h"

#define PER_MIN 1000000000ULL

static const char *const then_words[] = { "audit" };
static const struct names then_names = { then_words, ARRAY_SIZE(then_words) };
static const struct policy_words all_then = { &then_names, 0, ARRAY_SIZE(then_words) };

int policy_read_refusals(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out)
{
	uint64_t number;
	char is[128];

	if (value->kind != NODE_SCALAR || node_type(value) != NODE_INT ||
	    parse_u64(value->text, POLICY_BREAKER_MAX, &number) || number < POLICY_BREAKER_MIN)
		return policy_error(parser, &value->place,
				    "'%s' must be a number from %d to %d, not %s", field->name,
				    POLICY_BREAKER_MIN, POLICY_BREAKER_MAX,
				    node_describe(value, is, sizeof(is)));
	*(uint32_t *)out = (uint32_t)number;
	return 0;
}

int policy_read_per(struct policy_parser *parser, const struct policy_field *field,
		    const struct node *value, void *out)
{
	uint64_t per;
	int err = policy_read_duration(parser, field, value, &per);

	if (err)
		return err;
	if (per < PER_MIN)
		return policy_error(parser, &value->place, "'%s' must be 1s at least, not '%s'",
				    field->name, value->text);
	*(uint64_t *)out = per;
	return 0;
}

static const struct policy_field fields[] = {
	{ "refusals", policy_read_refusals, offsetof(struct policy_breaker, refusals), NULL, 0 },
	{ "per", policy_read_per, offsetof(struct policy_breaker, per), NULL, 0 },
	{ "then", policy_read_word, offsetof(struct policy_breaker, then), &all_then, 0 },
};

const struct policy_map policy_breaker_map = { "'breaker'", fields, ARRAY_SIZE(fields), NULL };

int policy_read_breaker(struct policy_parser *parser, _unused_ const struct policy_field *field,
			const struct node *value, void *out)
{
	struct policy_breaker breaker = {};
	uint64_t given;
	int err = policy_read_map(parser, &policy_breaker_map, value, &breaker, &given);
	size_t i;

	if (err || value->kind != NODE_MAP)
		return err;
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (!(given & 1ULL << i))
			return policy_error(parser, &value->place,
					    "'breaker' has no '%s'; write it like "
					    "{ refusals: 20, per: 10s, then: audit }",
					    fields[i].name);
	*(struct policy_breaker *)out = breaker;
	return 0;
}
