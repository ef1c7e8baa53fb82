// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The image of a policy, looked up as the kernel side does, against what the policy means
 * (policy_match).
 */
#include "policy_case.h"
#include "policy_image.h"
#include "policy_lookup.h"

/* xorshift64*: the same numbers everywhere. */
static uint64_t seed;

static uint32_t draw(uint32_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * 2685821657736338717ULL) >> 33) % below;
}

/* Few letters, so that patterns often are prefixes of others. */
static void draw_path(char *path, uint32_t max)
{
	uint32_t n = draw(max), i;

	*path++ = '/';
	for (i = 0; i < n; i++)
		*path++ = "ab/"[draw(3)];
	*path = '\0';
}

static void draw_patterns(struct policy_patterns *patterns, uint32_t max)
{
	uint32_t i;

	patterns->n = draw(3) ? draw(max + 1) : 0;
	patterns->items = calloc(patterns->n + 1, sizeof(*patterns->items));
	assert_non_null(patterns->items);
	for (i = 0; i < patterns->n; i++) {
		char path[16];

		draw_path(path, 6);
		patterns->items[i].text = strdup(path);
		assert_non_null(patterns->items[i].text);
		patterns->items[i].len = strlen(path) + draw(2);
	}
}

static uint64_t draw_mask(uint32_t n)
{
	return draw(2) ? 0 : draw(1U << n);
}

static void draw_name(struct policy_globs *globs)
{
	globs->items = calloc(1, sizeof(*globs->items));
	assert_non_null(globs->items);
	globs->items[0].text = strdup(draw(2) ? "a" : draw(2) ? "b" : "*");
	assert_non_null(globs->items[0].text);
	globs->n = 1;
}

static struct policy *draw_policy(uint32_t n_rules, uint32_t max_patterns)
{
	struct policy *policy = policy_new();
	uint32_t i;

	assert_non_null(policy);
	policy->rules = calloc(n_rules + 1, sizeof(*policy->rules));
	assert_non_null(policy->rules);
	policy->n_rules = n_rules;
	for (i = 0; i < n_rules; i++) {
		struct policy_rule *rule = &policy->rules[i];

		draw_patterns(&rule->cgroup, max_patterns);
		draw_patterns(&rule->exe, max_patterns);
		rule->action = draw(RG_ACTION_COUNT);
		rule->report = draw(2);
		rule->expires = draw(4) ? 0 : 1 + draw(100);
		rule->runtime = draw_mask(RG_RUNTIME_COUNT);
		rule->pidns = draw_mask(RG_PIDNS_COUNT);
		rule->userns = draw_mask(RG_USERNS_COUNT);
		rule->event = draw_mask(2);
		if (!draw(3))
			draw_name(&rule->who.name);
	}
	return policy;
}

/* The same for a container that is known, whose scopes replace the image's. */
static void check_known(const struct policy *policy, struct policy_image *image,
			struct policy_attempt *attempt)
{
	struct policy_image_scope *unknown = image->scopes, *scopes;
	const struct policy_identity identity = { .name = draw(2) ? "a" : draw(2) ? "b" : NULL };
	const struct policy_rule *rule;
	size_t n_unknown = image->n_scopes, n;

	assert_int_equal(policy_image_scopes_for(policy, image->now, &identity, &scopes, &n), 0);
	image->scopes = scopes;
	image->n_scopes = n;
	attempt->identity = &identity;
	rule = policy_match(policy, attempt);
	assert_int_equal(policy_lookup(image, attempt), rule ? rule - policy->rules + 1 : 0);
	attempt->identity = NULL;
	image->scopes = unknown;
	image->n_scopes = n_unknown;
	free(scopes);
}

static void check_paths(const struct policy_image_path *paths, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		assert_int_not_equal(paths[i].scope, 0);
		assert_int_equal(paths[i].key.slot, 0);
		assert_int_equal(paths[i].key.prefixlen % 8, 0);
		assert_in_range(paths[i].key.prefixlen / 8, 2, 1 + sizeof(paths[i].key.path));
	}
}

static void check_form(const struct policy *policy, const struct policy_image *image)
{
	static const struct rg_scope none = {};
	size_t i;

	assert_int_equal(image->n_rules, policy->n_rules);
	for (i = 0; i < image->n_rules; i++) {
		assert_int_equal(image->rules[i].action, policy->rules[i].action);
		assert_int_equal(image->rules[i].report, policy->rules[i].report);
	}
	for (i = 0; i < image->n_scopes; i++) {
		assert_int_equal(image->scopes[i].key.slot, 0);
		assert_int_not_equal(memcmp(&image->scopes[i].value, &none, sizeof(none)), 0);
	}
	check_paths(image->cgroups, image->n_cgroups);
	check_paths(image->exes, image->n_exes);
}

static void check_attempts(const struct policy *policy, struct policy_image *image, time_t now,
			   uint32_t attempts)
{
	char cgroup[16], exe[16];
	struct policy_attempt attempt = { .cgroup = cgroup, .exe = exe, .now = now };

	while (attempts-- > 0) {
		const struct policy_rule *rule;
		uint32_t found;

		draw_path(cgroup, 9);
		draw_path(exe, 9);
		attempt.runtime = draw(RG_RUNTIME_COUNT);
		attempt.pidns = draw(RG_PIDNS_COUNT);
		attempt.userns = draw(2);
		attempt.type = draw(2);
		rule = policy_match(policy, &attempt);
		found = policy_lookup(image, &attempt);
		if (rule && policy_rule_needs_identity(rule))
			assert_int_equal(found & RG_RULE_UNIDENTIFIED, RG_RULE_UNIDENTIFIED);
		else
			assert_int_equal(found, rule ? rule - policy->rules + 1 : 0);
		if (!draw(8))
			check_known(policy, image, &attempt);
	}
}

/* Whatever the policy, whatever the attempt: the image says what the policy says. */
static void test_random_policies(void **state)
{
	uint32_t round;

	(void)state;
	for (round = 1; round <= 2000; round++) {
		_cleanup_(policy_free_p) struct policy *policy = NULL;
		_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
		time_t now;

		seed = round * 0x9e3779b97f4a7c15ULL;
		policy = draw_policy(draw(12), 1 + draw(5));
		now = 1 + draw(100);
		assert_int_equal(policy_image_build(policy, now, &image, NULL), 0);
		check_form(policy, image);
		check_attempts(policy, image, now, 200);
	}
}

static struct policy_image *build(const struct policy *policy, time_t now)
{
	struct policy_image *image = NULL;

	assert_int_equal(policy_image_build(policy, now, &image, NULL), 0);
	return image;
}

static void test_empty(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy =
		policy_case_good("version: 1\nmode: kill\nsetup_timeout: 2s\n");
	_cleanup_(policy_image_free_p) struct policy_image *image = build(policy, POLICY_NOW);

	(void)state;
	assert_int_equal(image->mode, RG_MODE_KILL);
	assert_true(image->setup_timeout == 2000000000);
	assert_true(image->flags == 0);
	assert_int_equal(image->n_scopes + image->n_cgroups + image->n_exes + image->n_rules, 0);
	assert_int_equal(image->next_expiry, 0);
}

static void test_keys(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nrules:\n"
		"- { name: a, match: { cgroup: [/a, /b*], event: exec }, action: audit }\n");
	_cleanup_(policy_image_free_p) struct policy_image *image = build(policy, POLICY_NOW);

	(void)state;
	assert_true(image->flags == (RG_WORD_CGROUP | RG_WORD_RULES));
	assert_int_equal(image->n_cgroups, 2);
	assert_int_equal(image->cgroups[0].key.prefixlen, 8 * (1 + 3));
	assert_memory_equal(image->cgroups[0].key.path, "/a\0\0", 4);
	assert_int_equal(image->cgroups[1].key.prefixlen, 8 * (1 + 2));
	assert_memory_equal(image->cgroups[1].key.path, "/b\0\0", 4);
	assert_int_equal(image->cgroups[0].scope, 1); /* one rule, one scope */
	assert_int_equal(image->cgroups[1].scope, 1);
	assert_int_equal(image->n_scopes, 1);
	assert_int_equal(image->scopes[0].value.rule[rg_class(RG_TYPE_EXEC, 0, 0, 0)], 1);
	assert_int_equal(image->scopes[0].value.rule[rg_class(RG_TYPE_SETUID, 0, 0, 0)], 0);
}

/* Rules without paths hold in every pair, also where no other one does. */
static void test_everywhere(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy =
		policy_case_good("version: 1\nrules:\n"
				 "- { name: a, match: { cgroup: /a }, action: audit }\n"
				 "- { name: b, match: { exe: [/x/*, /x/y] }, action: deny }\n"
				 "- { name: c, match: { runtime: lxc }, action: kill }\n");
	_cleanup_(policy_image_free_p) struct policy_image *image = build(policy, POLICY_NOW);
	struct policy_attempt attempt = { .cgroup = "/b", .exe = "/y", .runtime = RG_RUNTIME_LXC };

	(void)state;
	assert_true(image->flags ==
		    (RG_WORD_CGROUP | RG_WORD_EXE | RG_WORD_RULES | RG_WORD_REFUSES));
	assert_int_equal(image->n_scopes, 2 * 3);
	assert_int_equal(policy_lookup(image, &attempt), 3);
	attempt.exe = "/x/y";
	assert_int_equal(policy_lookup(image, &attempt), 2);
	attempt.cgroup = "/a";
	assert_int_equal(policy_lookup(image, &attempt), 1);
}

static void test_expiry(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nrules:\n"
		"- { name: a, match: { cgroup: /a }, action: deny, expires: 2026-06-02 }\n"
		"- { name: b, match: { cgroup: /a* }, action: audit, expires: 2026-06-01 }\n");
	_cleanup_(policy_image_free_p) struct policy_image *first = build(policy, POLICY_NOW);
	_cleanup_(policy_image_free_p) struct policy_image *second =
		build(policy, POLICY_NOW + 86400);
	_cleanup_(policy_image_free_p) struct policy_image *third =
		build(policy, POLICY_NOW + 2 * 86400);

	(void)state;
	assert_int_equal(first->next_expiry, POLICY_NOW + 86400);
	assert_int_equal(first->n_cgroups, 2);
	assert_int_equal(second->next_expiry, POLICY_NOW + 2 * 86400);
	assert_int_equal(second->n_cgroups, 1);
	assert_int_equal(second->n_rules, 2); /* numbers stay what they are */
	assert_int_equal(third->next_expiry, 0);
	assert_true(third->flags == 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_policies),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_everywhere),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
