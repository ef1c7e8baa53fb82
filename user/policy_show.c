// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A policy from the model to what people and machines read, along the parser's tables of keys. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "jsonout.h"
#include "policy_types.h"

static int give(struct json_object *object, struct json_object **out)
{
	*out = object;
	return object ? 0 : -ENOMEM;
}

static int give_text(const char *text, struct json_object **out)
{
	return give(jsonout_string(text, strlen(text)), out);
}

/* One value by itself, several as a list. */
static int add_one(struct json_object **list, struct json_object *value)
{
	struct json_object *array = *list;

	if (!value)
		return -ENOMEM;
	if (!array) {
		*list = value;
		return 0;
	}
	if (!json_object_is_type(array, json_type_array)) {
		array = json_object_new_array();
		if (!array || json_object_array_add(array, *list)) {
			json_object_put(array);
			json_object_put(value);
			return -ENOMEM;
		}
		*list = array;
	}
	if (json_object_array_add(array, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int policy_show_version(_unused_ const struct policy_field *field, _unused_ const void *value,
			struct json_object **out)
{
	return give(json_object_new_int(POLICY_VERSION), out);
}

int policy_show_word(const struct policy_field *field, const void *value, struct json_object **out)
{
	return give_text(names_get(field->words->names, *(const uint32_t *)value), out);
}

int policy_show_mask(const struct policy_field *field, const void *value, struct json_object **out)
{
	uint64_t mask = *(const uint64_t *)value;
	int err = 0;

	for (; !err && mask; mask &= mask - 1) {
		const char *word = names_get(field->words->names, (uint32_t)__builtin_ctzll(mask));

		err = add_one(out, jsonout_string(word, strlen(word)));
	}
	return err;
}

int policy_show_text(_unused_ const struct policy_field *field, const void *value,
		     struct json_object **out)
{
	const char *text = *(char *const *)value;

	return text ? give_text(text, out) : 0;
}

int policy_show_bool(_unused_ const struct policy_field *field, const void *value,
		     struct json_object **out)
{
	return *(const bool *)value ? give(json_object_new_boolean(true), out) : 0;
}

int policy_show_duration(_unused_ const struct policy_field *field, const void *value,
			 struct json_object **out)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "h", 3600000000000 }, { "m", 60000000000 }, { "s", 1000000000 }, { "ms", 1000000 }
	};
	uint64_t ns = *(const uint64_t *)value;
	char text[32] = "0s";
	size_t i;

	for (i = 0; ns && i < ARRAY_SIZE(units); i++) {
		if (ns % units[i].ns)
			continue;
		snprintf(text, sizeof(text), "%" PRIu64 "%s", ns / units[i].ns, units[i].name);
		break;
	}
	return give_text(text, out);
}

int policy_show_date(_unused_ const struct policy_field *field, const void *value,
		     struct json_object **out)
{
	time_t day = *(const time_t *)value - 1; /* in its last second */
	char text[16];
	struct tm tm;

	if (day < 0 || !gmtime_r(&day, &tm))
		return 0;
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return give_text(text, out);
}

int policy_show_paths(_unused_ const struct policy_field *field, const void *value,
		      struct json_object **out)
{
	const struct policy_patterns *patterns = value;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < patterns->n; i++) {
		const struct policy_pattern *pattern = &patterns->items[i];
		bool prefix = pattern->len == strlen(pattern->text);
		char text[RG_PATH_MAX + 1];

		snprintf(text, sizeof(text), "%s%s", pattern->text, prefix ? "*" : "");
		err = add_one(out, jsonout_string(text, strlen(text)));
	}
	return err;
}

int policy_show_globs(_unused_ const struct policy_field *field, const void *value,
		      struct json_object **out)
{
	const struct policy_globs *globs = value;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < globs->n; i++)
		err = add_one(out,
			      jsonout_string(globs->items[i].text, strlen(globs->items[i].text)));
	return err;
}

/* A map of the rest of each key; policy_show_map() puts the name before it. */
int policy_show_labels(const struct policy_field *field, const void *value,
		       struct json_object **out)
{
	const struct policy_labels_globs *labels = value;
	int err = 0;
	size_t i;

	if (labels->n)
		err = give(json_object_new_object(), out);
	for (i = 0; !err && i < labels->n; i++) {
		struct json_object *globs = NULL;

		err = policy_show_globs(field, &labels->items[i].values, &globs);
		err = err ?: jsonout_add(*out, labels->items[i].key, globs);
	}
	return err;
}

static int add_open(struct json_object *map, const char *name, struct json_object *rest)
{
	struct json_object_iterator at = json_object_iter_begin(rest),
				    end = json_object_iter_end(rest);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		_cleanup_(freep) char *key = NULL;

		if (asprintf(&key, "%s%s", name, json_object_iter_peek_name(&at)) < 0)
			return -ENOMEM;
		if (jsonout_add(map, key, json_object_get(json_object_iter_peek_value(&at))))
			return -ENOMEM;
	}
	return 0;
}

static int show_field(const struct policy_field *field, const void *from, struct json_object *map)
{
	_cleanup_(jsonout_freep) struct json_object *value = NULL;
	const struct policy_type *type = policy_type_of(field);
	int err = type ? type->show(field, (const char *)from + field->offset, &value) : 0;

	if (err || !value)
		return err;
	if (policy_field_is_open(field))
		return add_open(map, field->name, value);
	return jsonout_add(map, field->name, TAKE_PTR(value));
}

static int show_fields(const struct policy_map *map, const void *from, struct json_object **out)
{
	int err = give(json_object_new_object(), out);
	size_t i;

	for (i = 0; !err && i < map->n; i++)
		err = show_field(&map->fields[i], from, *out);
	return err;
}

int policy_show_map(const struct policy_field *field, const void *value, struct json_object **out)
{
	return show_fields(policy_type_of(field)->map, value, out);
}

int policy_show_refusals(_unused_ const struct policy_field *field, const void *value,
			 struct json_object **out)
{
	return give(json_object_new_int64(*(const uint32_t *)value), out);
}

/* There is none unless it was asked for. */
int policy_show_breaker(const struct policy_field *field, const void *value,
			struct json_object **out)
{
	return ((const struct policy_breaker *)value)->refusals ? policy_show_map(field, value, out)
								: 0;
}

static int show_rule(const struct policy_field *field, const struct policy_rule *rule,
		     struct json_object **out)
{
	_cleanup_(freep) char *source = NULL;
	int err = policy_show_map(field, rule, out);

	if (!err && asprintf(&source, "%s:%u:%u", rule->place.file, rule->place.line,
			     rule->place.column) < 0) {
		source = NULL;
		err = -ENOMEM;
	}
	return err ?: jsonout_add_text(*out, "source", source, strlen(source));
}

int policy_show_rules(const struct policy_field *field, const void *value, struct json_object **out)
{
	const struct policy *policy = value;
	int err = give(json_object_new_array(), out);
	size_t i;

	for (i = 0; !err && i < policy->n_rules; i++) {
		struct json_object *rule = NULL;

		err = show_rule(field, &policy->rules[i], &rule);
		if (!err && json_object_array_add(*out, rule) == 0)
			continue;
		json_object_put(rule);
		err = -ENOMEM;
	}
	return err;
}

int policy_show(const struct policy *policy, time_t now, struct json_object **out)
{
	_cleanup_(jsonout_freep) struct json_object *shown = NULL;
	struct json_object *rules;
	int err = show_fields(&policy_top_map, policy, &shown);
	size_t i;

	if (err)
		return err;
	rules = json_object_object_get(shown, "rules");
	for (i = 0; !err && i < policy->n_rules; i++)
		if (policy_rule_expired(&policy->rules[i], now))
			err = jsonout_add_bool(json_object_array_get_idx(rules, i), "expired",
					       true);
	if (err)
		return err;
	*out = TAKE_PTR(shown);
	return 0;
}
