// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A policy that is shown is the same policy again; and every key can be shown, and has a schema. */
#include "policy_case.h"

#include <sys/stat.h>
#include <unistd.h>

#include "inforce.h"
#include "jsonout.h"
#include "policy_types.h"

static char *show(const struct policy *policy)
{
	_cleanup_(jsonout_freep) struct json_object *shown = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(policy_show(policy, POLICY_NOW, &shown), 0);
	policy_show_yaml(out, shown);
	fclose(out);
	return text;
}

/* The places in the comments are others the second time. */
static void drop_comments(char *text)
{
	char *at = text;

	while ((at = strstr(at, "  # "))) {
		char *end = strchr(at, '\n') + 1;

		memmove(at, end, strlen(end) + 1);
	}
}

static void check_again(const char *text)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(text), *again = NULL;
	_cleanup_(freep) char *shown = show(policy), *second = NULL;

	again = policy_case_good(shown);
	assert_int_equal(again->n_rules, policy->n_rules);
	second = show(again);
	drop_comments(shown);
	drop_comments(second);
	assert_string_equal(second, shown);
}

static void test_again(void **state)
{
	_cleanup_(freep) char *complete = NULL;

	(void)state;
	assert_int_equal(read_file("tests/data/policy/complete.yaml", 1 << 20, &complete, NULL), 0);
	check_again(complete);
	check_again("version: 1\n");
	check_again("version: 1\nsetup_timeout: 0s\n");
	check_again("version: 1\nsetup_timeout: 90s\n");
	check_again("version: 1\nsetup_timeout: 1500ms\n");
	check_again("version: 1\nrules:\n- name: 'a'\n  action: deny\n"
		    "  reason: \"'no', \\\"yes\\\": \\\\x # - \\u202e {\"\n"
		    "  match: { label.a b: ['', '*', ': ', 'no', '1', \"\\\\\"], exe: /* }\n");
}

static void test_text(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nmode: enforce\nrules:\n"
		"- { name: a, match: { cgroup: [/b*, /a], image: nginx }, action: deny, "
		"expires: 2026-05-31 }\n");
	_cleanup_(freep) char *shown = show(policy);

	(void)state;
	assert_non_null(strstr(shown, "rules:\n"
				      "  # p.yaml:4:3, expired\n"
				      "  - name: a\n"
				      "    match:\n"
				      "      image: nginx\n"
				      "      cgroup: [/b*, /a]\n"
				      "    action: deny\n"
				      "    expires: 2026-05-31\n"));
}

static void check_types(const struct policy_map *map)
{
	size_t i;

	for (i = 0; i < map->n; i++) {
		const struct policy_type *type = policy_type_of(&map->fields[i]);

		if (!type)
			fail_msg("'%s' of %s: policy_types.c does not know its type",
				 map->fields[i].name, map->what);
		assert_true(type->needed == 0 || type->map);
		if (type->map)
			check_types(type->map);
	}
}

static void test_types(void **state)
{
	(void)state;
	check_types(&policy_top_map);
}

/* The schema's keys are the parser's. */
static void test_schema(void **state)
{
	_cleanup_(jsonout_freep) struct json_object *schema = NULL;
	struct json_object *keys, *rule, *match;
	size_t i;

	(void)state;
	assert_int_equal(policy_schema(&schema), 0);
	keys = json_object_object_get(schema, "properties");
	assert_int_equal(json_object_object_length(keys), policy_top_map.n);
	for (i = 0; i < policy_top_map.n; i++)
		assert_true(json_object_object_get_ex(keys, policy_top_map.fields[i].name, NULL));
	rule = json_object_object_get(json_object_object_get(keys, "rules"), "items");
	assert_int_equal(json_object_array_length(json_object_object_get(rule, "required")), 3);
	match = json_object_object_get(json_object_object_get(rule, "properties"), "match");
	assert_true(json_object_object_get_ex(json_object_object_get(match, "patternProperties"),
					      "^pod\\.label\\..", NULL));
}

/* What could not be written must not leave the one before as the one in force. */
static void test_in_force(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nrules:\n- { name: a, match: { cgroup: /a }, action: deny }\n"
		"- { name: b, match: { cgroup: /b }, action: deny }\n");
	_cleanup_(policy_free_p) struct policy *names = NULL;
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	char dir[] = "/tmp/rootgate-inforce-XXXXXX", busy[64];
	__u32 generation;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("ROOTGATE_RUN_DIR", dir, 1);
	snprintf(busy, sizeof(busy), "%s/policy.json.new", dir);
	assert_int_equal(inforce_read(&object, &generation), -ENOENT);
	assert_int_equal(inforce_write(policy, RG_MODE_ENFORCE, 7, POLICY_NOW), 0);
	assert_int_equal(inforce_read(&object, &generation), 0);
	assert_int_equal(generation, 7);
	assert_int_equal(inforce_names(&names, &generation), 0);
	assert_int_equal(names->n_rules, 2);
	assert_string_equal(names->rules[1].name, "b");

	assert_int_equal(mkdir(busy, 0700), 0);
	assert_true(inforce_write(policy, RG_MODE_ENFORCE, 8, POLICY_NOW) < 0);
	assert_int_equal(inforce_read(&object, &generation), -ENOENT);
	assert_int_equal(rmdir(busy) || rmdir(dir), 0);
	unsetenv("ROOTGATE_RUN_DIR");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),	 cmocka_unit_test(test_text),
		cmocka_unit_test(test_types),	 cmocka_unit_test(test_schema),
		cmocka_unit_test(test_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
