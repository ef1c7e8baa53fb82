// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names only: what a rule or the mode does is none of this file's business. */
#include "tripped.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runfile.h"
#include "util.h"

#define NAME "tripped"

/* Its place, or n_rules. */
static size_t find(const struct tripped *tripped, const char *rule)
{
	size_t i;

	for (i = 0; i < tripped->n_rules; i++)
		if (strcmp(tripped->rules[i], rule) == 0)
			break;
	return i;
}

int tripped_add(struct tripped *tripped, const char *rule)
{
	char **rules, *name;

	if (!rule) {
		tripped->mode = true;
		return 0;
	}
	if (find(tripped, rule) < tripped->n_rules)
		return 0;
	rules = reallocarray(tripped->rules, tripped->n_rules + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	tripped->rules = rules;
	name = strdup(rule);
	if (!name)
		return -ENOMEM;
	rules[tripped->n_rules++] = name;
	return 0;
}

void tripped_drop(struct tripped *tripped, const char *rule)
{
	size_t at;

	if (!rule) {
		tripped->mode = false;
		return;
	}
	at = find(tripped, rule);
	if (at == tripped->n_rules)
		return;
	free(tripped->rules[at]);
	tripped->rules[at] = tripped->rules[--tripped->n_rules];
}

bool tripped_has(const struct tripped *tripped, const char *rule)
{
	return rule ? find(tripped, rule) < tripped->n_rules : tripped->mode;
}

void tripped_clear(struct tripped *tripped)
{
	size_t i;

	for (i = 0; i < tripped->n_rules; i++)
		free(tripped->rules[i]);
	free(tripped->rules);
	*tripped = (struct tripped){};
}

void tripped_describe(const struct tripped *tripped, char *buf, size_t size)
{
	const char *before = tripped->n_rules == 1 ? "the rule " : "the rules ";
	int at = snprintf(buf, size, "%s", tripped->mode ? "the mode" : "");
	size_t i;

	for (i = 0; i < tripped->n_rules && (size_t)at < size; i++)
		at += snprintf(buf + at, size - (size_t)at, "%s%s%s", at ? ", " : "",
			       i ? "" : before, tripped->rules[i]);
}

int tripped_write(const struct tripped *tripped)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	struct json_object *rules = json_object_new_array();
	int err = rules ? jsonout_add_bool(object, "mode", tripped->mode) : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < tripped->n_rules; i++)
		err = json_object_array_add(rules, json_object_new_string(tripped->rules[i]))
			      ? -ENOMEM
			      : 0;
	if (err) {
		json_object_put(rules);
		return err;
	}
	err = jsonout_add(object, "rules", rules);
	return err ?: runfile_write(NAME, object);
}

static int take(struct json_object *object, struct tripped *out)
{
	struct json_object *mode = json_object_object_get(object, "mode");
	struct json_object *rules = json_object_object_get(object, "rules");
	size_t i;
	int err = 0;

	if (!json_object_is_type(mode, json_type_boolean) ||
	    !json_object_is_type(rules, json_type_array))
		return -EBADMSG;
	out->mode = json_object_get_boolean(mode);
	for (i = 0; !err && i < json_object_array_length(rules); i++) {
		struct json_object *name = json_object_array_get_idx(rules, i);

		err = json_object_is_type(name, json_type_string)
			      ? tripped_add(out, json_object_get_string(name))
			      : -EBADMSG;
	}
	return err;
}

int tripped_read(struct tripped *out)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	_cleanup_(tripped_clear) struct tripped tripped = {};
	int err = runfile_read(NAME, &object);

	err = err ?: take(object, &tripped);
	if (err)
		return err;
	*out = tripped;
	tripped = (struct tripped){};
	return 0;
}

int tripped_remove(void)
{
	return runfile_remove(NAME);
}
