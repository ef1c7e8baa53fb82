/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kinds of values the keys of a policy have, beside how they are read: how each is shown, and
 * what a JSON Schema says of it. The keys are those of the parser's tables.
 */
#ifndef ROOTGATE_POLICY_TYPES_H
#define ROOTGATE_POLICY_TYPES_H

#include <json-c/json.h>
#include <string.h>

#include "policy_parse.h"

struct policy_type {
	/* The reader of policy_parse.h by which a field is known to have this type. */
	int (*read)(struct policy_parser *parser, const struct policy_field *field,
		    const struct node *value, void *out);
	/* 0 or -ENOMEM; *out stays NULL where the policy doesn't say anything. */
	int (*show)(const struct policy_field *field, const void *value, struct json_object **out);
	/* NULL: out of memory */
	struct json_object *(*schema)(const struct policy_field *field);
	const struct policy_map *map; /* of a map: its keys */
	size_t needed;		      /* of them: the first so many must be there */
};

/* NULL: a key that can be read, but not shown; tests see to it that there is none. */
const struct policy_type *policy_type_of(const struct policy_field *field);

/* Does the name of the field go on with the rest of a key ("label.")? */
static inline bool policy_field_is_open(const struct policy_field *field)
{
	return field->name[strlen(field->name) - 1] == '.';
}

/* How each type is shown (policy_show.c), and its schema (policy_schema.c). */
#define POLICY_TYPE(name)                                                                          \
	int policy_show_##name(const struct policy_field *field, const void *value,                \
			       struct json_object **out);                                          \
	struct json_object *policy_schema_##name(const struct policy_field *field)

POLICY_TYPE(version);
POLICY_TYPE(word);
POLICY_TYPE(mask);
POLICY_TYPE(text);
POLICY_TYPE(name);
POLICY_TYPE(bool);
POLICY_TYPE(duration);
POLICY_TYPE(date);
POLICY_TYPE(paths);
POLICY_TYPE(globs);
POLICY_TYPE(labels);
POLICY_TYPE(refusals);
int policy_show_breaker(const struct policy_field *field, const void *value,
			struct json_object **out);
POLICY_TYPE(map);
POLICY_TYPE(rules);

/* The whole, from the top (policy_schema.c). 0 or -ENOMEM. */
int policy_schema(struct json_object **out);

/*
 * A policy as it is meant: defaults filled in, drop-ins in their place (policy_show.c). Each rule
 * has "source" and where it applies "expired": true, which are no keys of the format. 0 or -ENOMEM.
 */
int policy_show(const struct policy *policy, time_t now, struct json_object **out);

/* The same as YAML that is a policy again; what is no key of the format stands in comments. */
void policy_show_yaml(FILE *out, struct json_object *shown);

#endif
