// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The JSON Schema of policy files, for editors, along the parser's tables of keys. It knows the
 * form; what only all rules together show, rootgate policy check tells.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "jsonout.h"
#include "policy_types.h"

#define DRAFT "https://json-schema.org/draft/2020-12/schema"

/* What a schema is written as below; NULL only where memory is short. */
_printf_(1, 2) static struct json_object *parse(const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return NULL;
	}
	return json_tokener_parse(text);
}

/* {key: value}; takes the value over. */
static struct json_object *wrap(const char *key, struct json_object *value)
{
	struct json_object *object = json_object_new_object();

	if (object && jsonout_add(object, key, value) == 0)
		return object;
	json_object_put(object);
	return NULL;
}

/* One of them, or a list. */
static struct json_object *or_list(struct json_object *one)
{
	_cleanup_(jsonout_freep) struct json_object *list =
		parse("{\"type\":\"array\",\"minItems\":1}");
	_cleanup_(jsonout_freep) struct json_object *any = json_object_new_array();
	_cleanup_(jsonout_freep) struct json_object *single = one;

	if (!list || !any || !single || jsonout_add(list, "items", json_object_get(single)) ||
	    json_object_array_add(any, json_object_get(single)))
		return NULL;
	if (json_object_array_add(any, json_object_get(list))) {
		json_object_put(list);
		return NULL;
	}
	return wrap("anyOf", TAKE_PTR(any));
}

struct json_object *policy_schema_version(_unused_ const struct policy_field *field)
{
	return parse("{\"const\":%d}", POLICY_VERSION);
}

struct json_object *policy_schema_word(const struct policy_field *field)
{
	struct json_object *words = json_object_new_array();
	uint32_t i;

	for (i = 0; words && i < field->words->count; i++) {
		const char *word = names_get(field->words->names, field->words->first + i);

		json_object_array_add(words, json_object_new_string(word));
	}
	return wrap("enum", words);
}

struct json_object *policy_schema_mask(const struct policy_field *field)
{
	return or_list(policy_schema_word(field));
}

struct json_object *policy_schema_text(const struct policy_field *field)
{
	return parse("{\"type\":\"string\",\"minLength\":1,\"maxLength\":%zu,"
		     "\"pattern\":\"^[^\\\\u0000-\\\\u001f]*$\"}",
		     field->max);
}

struct json_object *policy_schema_name(const struct policy_field *field)
{
	return parse("{\"type\":\"string\",\"maxLength\":%zu,"
		     "\"pattern\":\"^[A-Za-z0-9][A-Za-z0-9._-]*$\"}",
		     field->max);
}

struct json_object *policy_schema_refusals(_unused_ const struct policy_field *field)
{
	return parse("{\"type\":\"integer\",\"minimum\":%d,\"maximum\":%d}", POLICY_BREAKER_MIN,
		     POLICY_BREAKER_MAX);
}

struct json_object *policy_schema_bool(_unused_ const struct policy_field *field)
{
	return parse("{\"type\":\"boolean\"}");
}

struct json_object *policy_schema_duration(_unused_ const struct policy_field *field)
{
	return parse("{\"type\":\"string\",\"pattern\":\"^[0-9]+(ms|s|m|h)$\"}");
}

struct json_object *policy_schema_date(_unused_ const struct policy_field *field)
{
	return parse("{\"type\":\"string\",\"format\":\"date\","
		     "\"pattern\":\"^(19[7-9]|2[01][0-9])[0-9]-[01][0-9]-[0-3][0-9]$\"}");
}

struct json_object *policy_schema_paths(_unused_ const struct policy_field *field)
{
	return or_list(parse("{\"type\":\"string\",\"maxLength\":254,"
			     "\"pattern\":\"^/([^*\\\\u0000-\\\\u001f]*[^*/"
			     "\\\\u0000-\\\\u001f])?$|^/[^*\\\\u0000-\\\\u001f]*\\\\*$\"}"));
}

struct json_object *policy_schema_globs(_unused_ const struct policy_field *field)
{
	return or_list(parse("{\"type\":\"string\",\"minLength\":1,\"maxLength\":512,"
			     "\"pattern\":\"^[^\\\\u0000-\\\\u001f]*$\"}"));
}

struct json_object *policy_schema_labels(_unused_ const struct policy_field *field)
{
	return or_list(parse("{\"type\":\"string\",\"maxLength\":512,"
			     "\"pattern\":\"^[^\\\\u0000-\\\\u001f]*$\"}"));
}

/* Names of open fields as a regular expression: their dots are meant. */
static int add_open(struct json_object *patterns, const char *name, struct json_object *schema)
{
	char pattern[64];
	size_t at = 0;

	pattern[at++] = '^';
	for (; *name && at + 4 < sizeof(pattern); name++) {
		if (*name == '.')
			pattern[at++] = '\\';
		pattern[at++] = *name;
	}
	pattern[at++] = '.';
	pattern[at] = '\0';
	return jsonout_add(patterns, pattern, schema);
}

static struct json_object *keys_of(const struct policy_map *map, size_t needed)
{
	_cleanup_(jsonout_freep) struct json_object *schema =
		parse("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{},"
		      "\"patternProperties\":{},\"minProperties\":1,\"required\":[]}");
	size_t i;

	if (!schema)
		return NULL;
	for (i = 0; i < map->n; i++) {
		const struct policy_field *field = &map->fields[i];
		const struct policy_type *type = policy_type_of(field);
		struct json_object *value = type ? type->schema(field) : parse("true");
		int err;

		if (policy_field_is_open(field))
			err = add_open(json_object_object_get(schema, "patternProperties"),
				       field->name, value);
		else
			err = jsonout_add(json_object_object_get(schema, "properties"), field->name,
					  value);
		if (!err && i < needed)
			err = json_object_array_add(json_object_object_get(schema, "required"),
						    json_object_new_string(field->name));
		if (err)
			return NULL;
	}
	return TAKE_PTR(schema);
}

struct json_object *policy_schema_map(const struct policy_field *field)
{
	const struct policy_type *type = policy_type_of(field);

	return keys_of(type->map, type->needed);
}

struct json_object *policy_schema_rules(const struct policy_field *field)
{
	struct json_object *schema = parse("{\"type\":\"array\",\"maxItems\":%d}", RG_RULES_MAX);

	if (schema && jsonout_add(schema, "items", policy_schema_map(field)) == 0)
		return schema;
	json_object_put(schema);
	return NULL;
}

int policy_schema(struct json_object **out)
{
	_cleanup_(jsonout_freep) struct json_object *schema = keys_of(&policy_top_map, 1);
	int err = schema ? 0 : -ENOMEM;

	err = err ?: jsonout_add(schema, "$schema", json_object_new_string(DRAFT));
	err = err ?: jsonout_add(schema, "title", json_object_new_string("rootgate policy"));
	if (err)
		return err;
	*out = TAKE_PTR(schema);
	return 0;
}
