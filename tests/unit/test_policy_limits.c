// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Policies as large as they may be, and larger: time, depth, and the words for too much. */
#include <time.h>

#include "policy_case.h"
#include "policy_image.h"
#include "policy_lookup.h"

static struct policy_image *build(const struct policy *policy, time_t now)
{
	struct policy_image *image = NULL;

	assert_int_equal(policy_image_build(policy, now, &image, NULL), 0);
	return image;
}

/* A policy of n rules, each the result of printf(form, i, i), and n_more of another form. */
static char *many_rules(uint32_t n, const char *form, uint32_t n_more, const char *more)
{
	static char *text; /* until fclose() the stream writes to it */
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	uint32_t i;

	assert_non_null(out);
	fputs("version: 1\nrules:\n", out);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	for (i = 0; i < n; i++)
		fprintf(out, form, i, i);
	for (i = 0; i < n_more; i++)
		fprintf(out, more, i, i);
#pragma GCC diagnostic pop
	fclose(out);
	return text;
}

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void check_many(const char *form, uint32_t n_cgroups, uint32_t n_exes, uint32_t n_scopes)
{
	_cleanup_(freep) char *text = many_rules(RG_RULES_MAX, form, 0, "");
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
	double start = seconds(), parsed;

	policy = policy_case_good(text);
	parsed = seconds();
	image = build(policy, POLICY_NOW);
	print_message("10,000 rules: parsed and reviewed in %.3f s, built in %.3f s\n",
		      parsed - start, seconds() - parsed);
	assert_true(seconds() - start < 10); /* under sanitizers, on a machine with other work */
	assert_int_equal(policy->n_rules, RG_RULES_MAX);
	assert_int_equal(image->n_cgroups, n_cgroups);
	assert_int_equal(image->n_exes, n_exes);
	assert_int_equal(image->n_scopes, n_scopes);
}

static void test_ten_thousand(void **state)
{
	(void)state;
	check_many("- { name: r%u, match: { cgroup: /docker/%05u* }, action: deny }\n", 10000, 0,
		   10000);
	check_many("- { name: r%u, match: { exe: /opt/%05u, cgroup: /docker/* }, action: deny }\n",
		   1, 10000, 10000);
	check_many("- { name: r%u, match: { cgroup: [/a/%05u, /b/*], exe: [/c, /d, /e/*] }, "
		   "action: deny }\n",
		   10001, 3, 10001);
}

/* Each in a cgroup below all those before it: the deepest trees there are. */
static void test_deep(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_new();
	_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
	char path[RG_PATH_MAX] = "/";
	uint32_t i;

	(void)state;
	assert_non_null(policy);
	policy->rules = calloc(253, sizeof(*policy->rules));
	assert_non_null(policy->rules);
	for (i = 0; i < 253; i++) {
		struct policy_rule *rule = &policy->rules[policy->n_rules++];

		rule->cgroup.items = calloc(1, sizeof(*rule->cgroup.items));
		assert_non_null(rule->cgroup.items);
		rule->cgroup.n = 1;
		rule->cgroup.items[0] = (struct policy_pattern){ strdup(path), strlen(path) };
		strcat(path, "a");
	}
	image = build(policy, POLICY_NOW);
	assert_int_equal(image->n_scopes, 253);
	assert_int_equal(policy_lookup_path(image->cgroups, image->n_cgroups, path),
			 image->cgroups[image->n_cgroups - 1].scope);
}

static void check_too_big(const char *text, const char *expected)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};

	policy_case_parse(text, strlen(text), &report, NULL);
	assert_int_equal(report.n_errors, 1);
	assert_string_equal(report.messages[0].text, expected);
}

static void test_too_many_rules(void **state)
{
	_cleanup_(freep) char *text =
		many_rules(RG_RULES_MAX + 1,
			   "- { name: r%u, match: { cgroup: /docker/%05u }, action: deny }\n", 0,
			   "");

	(void)state;
	check_too_big(text, "more than 10000 rules; the kernel side holds no more");
}

static void test_too_many_pairs(void **state)
{
	_cleanup_(freep) char *text =
		many_rules(400, "- { name: c%u, match: { cgroup: /c/%u }, action: deny }\n", 200,
			   "- { name: e%u, match: { exe: /e/%u }, action: deny }\n");

	(void)state;
	check_too_big(text, "too many combinations: 400 groups of paths in 'cgroup' and 200 in "
			    "'exe' make more than "
			    "65536 pairs that rules match; name fewer paths in 'exe', or give the "
			    "rules that have "
			    "only one of the two the other one as well");
}

static void test_too_many_paths(void **state)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	fputs("version: 1\nrules:\n- name: a\n  action: deny\n  match:\n    cgroup:\n", out);
	for (i = 0; i <= POLICY_PATHS_MAX; i++)
		fprintf(out, "    - /%zu\n", i);
	fclose(out);
	check_too_big(text, "the rules name 65537 different paths in 'cgroup'; the kernel side "
			    "holds 65536: use "
			    "prefixes with '*' at their end");
}

/* A model that no parser made: refused, not written past a key's end. */
static void test_too_long_pattern(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_new();
	struct policy_image *image = NULL;
	struct policy_patterns *patterns;

	(void)state;
	assert_non_null(policy);
	policy->rules = calloc(1, sizeof(*policy->rules));
	assert_non_null(policy->rules);
	policy->n_rules = 1;
	patterns = &policy->rules[0].exe;
	patterns->items = calloc(1, sizeof(*patterns->items));
	assert_non_null(patterns->items);
	patterns->n = 1;
	patterns->items[0].text = calloc(1, RG_PATH_MAX + 1);
	assert_non_null(patterns->items[0].text);
	memset(patterns->items[0].text, 'a', RG_PATH_MAX);
	patterns->items[0].len = RG_PATH_MAX;
	assert_int_equal(policy_image_build(policy, POLICY_NOW, &image, NULL), -ENAMETOOLONG);
	assert_null(image);
	patterns->items[0].len = RG_PATH_MAX - 1;
	assert_int_equal(policy_image_build(policy, POLICY_NOW, &image, NULL), 0);
	policy_image_free(image);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ten_thousand),   cmocka_unit_test(test_deep),
		cmocka_unit_test(test_too_many_rules), cmocka_unit_test(test_too_many_pairs),
		cmocka_unit_test(test_too_many_paths), cmocka_unit_test(test_too_long_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
