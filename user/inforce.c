// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The file "policy.json" of the run folder. What it shows is policy_show.c's matter. */
#include "inforce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jsonout.h"
#include "listen.h"
#include "names.h"
#include "policy_types.h"
#include "stream.h"

/* Ten thousand rules with all that one may have. */
#define BYTES_MAX (64U << 20)

static int path_of(char path[STREAM_PATH_MAX])
{
	int n = snprintf(path, STREAM_PATH_MAX, "%s/policy.json", stream_run_dir());

	return n < 0 || n >= STREAM_PATH_MAX ? -ENAMETOOLONG : 0;
}

static int put(const char *path, const struct policy *policy, enum rg_mode mode, __u32 generation,
	       time_t now)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	_cleanup_(jsonout_freep) struct json_object *shown = NULL;
	const char *word = names_get(&names_mode, mode), *text;
	int err = policy_show(policy, now, &shown);

	err = err ?: jsonout_add_text(shown, "mode", word, strlen(word));
	err = err ?: jsonout_add_number(object, "generation", generation);
	err = err ?: jsonout_add(object, "policy", TAKE_PTR(shown));
	if (err)
		return err;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	if (!text)
		return -ENOMEM;
	err = listen_make_folder(stream_run_dir());
	return err ?: replace_file(path, text, strlen(text));
}

int inforce_write(const struct policy *policy, enum rg_mode mode, __u32 generation, time_t now)
{
	char path[STREAM_PATH_MAX];
	int err = path_of(path);

	if (err)
		return err;
	err = put(path, policy, mode, generation, now);
	if (err)
		unlink(path); /* the one before is no longer in force */
	return err;
}

int inforce_read(struct json_object **out, __u32 *generation)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	_cleanup_(freep) char *text = NULL;
	struct json_object *number, *rules;
	char path[STREAM_PATH_MAX];
	int err = path_of(path);

	err = err ?: read_file(path, BYTES_MAX, &text, NULL);
	if (err)
		return err;
	object = json_tokener_parse(text);
	number = json_object_object_get(object, "generation");
	rules = json_object_object_get(json_object_object_get(object, "policy"), "rules");
	if (!json_object_is_type(number, json_type_int) ||
	    !json_object_is_type(rules, json_type_array))
		return -EBADMSG;
	*generation = (__u32)json_object_get_int64(number);
	*out = TAKE_PTR(object);
	return 0;
}

int inforce_names(struct policy **out, __u32 *generation)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_new();
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	struct json_object *rules;
	size_t n, i;
	int err = policy ? inforce_read(&object, generation) : -ENOMEM;

	if (err)
		return err;
	rules = json_object_object_get(json_object_object_get(object, "policy"), "rules");
	n = json_object_array_length(rules);
	policy->rules = calloc(n + 1, sizeof(*policy->rules));
	if (!policy->rules)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct json_object *rule = json_object_array_get_idx(rules, i);
		const char *name = json_object_get_string(json_object_object_get(rule, "name"));

		policy->rules[i].name = strdup(name ? name : "");
		if (!policy->rules[i].name)
			return -ENOMEM;
		policy->n_rules++;
	}
	*out = TAKE_PTR(policy);
	return 0;
}
