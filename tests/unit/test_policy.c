// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Policies as wholes: what the model is, what it means, and what only all rules together get
 * wrong.
 */
#include "policy_case.h"

static const struct policy_case list_cases[] = {
	{ "- { name: a, match: { cgroup: /a }, action: allow }\n",
	  "3:3 warning: rule 'a' allows without a 'reason'; say why for those who come "
	  "after\n" },
	{ "- { name: a, match: { cgroup: /a } }\n",
	  "3:3 error: rule 'a' has no 'action'; add allow, audit, deny or kill\n" },
	{ "- { match: { cgroup: /a }, action: deny }\n",
	  "3:3 error: rule '?' has no 'name'; add a name that no other rule has\n" },
	{ "- { name: a b, match: { cgroup: /a }, action: deny }\n",
	  "3:11 error: 'name' must be made of letters, digits, '.', '_' and '-', and "
	  "start with a letter or a digit, not 'a b'\n" },
	{ "- { name: -a, match: { cgroup: /a }, action: deny }\n",
	  "3:11 error: 'name' must be made of letters, digits, '.', '_' and '-', and "
	  "start with a letter or a digit, not '-a'\n" },
	{ "- { name: '', match: { cgroup: /a }, action: deny }\n",
	  "3:11 error: 'name' must be made of letters, digits, '.', '_' and '-', and "
	  "start with a letter or a digit, not ''\n" },
	{ "- { name: 12, match: { cgroup: /a }, action: deny }\n",
	  "3:11 error: 'name' must be text, in quotation marks where in doubt, not the "
	  "number 12\n" },
	{ "- { name: [a], match: { cgroup: /a }, action: deny }\n",
	  "3:11 error: 'name' must be text, in quotation marks where in doubt, not a "
	  "list\n" },
	{ "- { name: a, match: { cgroup: /a }, action: permit }\n",
	  "3:45 error: 'action' must be allow, audit, deny or kill, not 'permit'\n" },
	{ "- { name: a, match: { cgroup: /a }, action: deny }\n- { name: a, match: { "
	  "cgroup: /b }, action: deny }\n- { name: a, match: { cgroup: /c }, action: "
	  "dny }\n",
	  "4:3 error: the name 'a' is already that of the rule at p.yaml:3:3; each rule "
	  "needs its own\n"
	  "5:3 error: the name 'a' is already that of the rule at p.yaml:3:3; each rule "
	  "needs its own\n"
	  "5:45 error: 'action' must be allow, audit, deny or kill, not 'dny'; did you "
	  "mean 'deny'?\n" },
	{ "- { name: a, match: { cgroup: /a* }, action: deny }\n- { name: b, match: { "
	  "cgroup: [/ab, /ac*] }, action: deny }\n",
	  "4:3 warning: rule 'b' never decides: rule 'a' at p.yaml:3:3 comes before it "
	  "and matches all that it does; put it before that one, or remove it\n" },
	{ "- { name: a, match: { cgroup: /a* }, action: deny }\n- { name: b, match: { "
	  "cgroup: [/ab, /b] }, action: deny }\n",
	  "" },
	{ "- { name: a, match: { cgroup: /a }, action: deny }\n- { name: b, match: { "
	  "cgroup: /a* }, action: deny }\n",
	  "" },
	{ "- { name: a, match: { event: exec }, action: deny }\n- { name: b, match: { "
	  "event: exec, runtime: lxc, exe: /a }, action: deny }\n",
	  "4:3 warning: rule 'b' never decides: rule 'a' at p.yaml:3:3 comes before it "
	  "and matches all that it does; put it before that one, or remove it\n" },
	{ "- { name: a, match: { event: exec }, action: deny }\n- { name: b, match: { "
	  "event: setuid }, action: deny }\n- { name: c, match: { cgroup: /a }, action: "
	  "deny }\n",
	  "5:3 warning: rule 'c' never decides: the rules before it together match all "
	  "that it does; put it before them, or remove it\n" },
	{ "- { name: a, match: { user_namespace: none, cgroup: /a }, action: deny }\n- "
	  "{ name: b, match: { user_namespace: identity, cgroup: /a }, action: deny "
	  "}\n- { name: c, match: { user_namespace: [none, identity, remapped], cgroup: "
	  "/a }, action: deny }\n",
	  "5:3 warning: rule 'c' never decides: the rules before it together match all "
	  "that it does; put it before them, or remove it\n"
	  "5:39 warning: 'remapped' has no effect: root of a remapped user namespace is "
	  "not host root\n"
	  "5:39 warning: 'user_namespace' names all there is; leave it out for any\n" },
	{ "- { name: a, match: { cgroup: /a* }, action: deny, expires: 2026-07-01 }\n- "
	  "{ name: b, match: { cgroup: /ab }, action: deny }\n",
	  "" },
	{ "- { name: a, match: { cgroup: /a* }, action: deny, expires: 2026-07-01 }\n- "
	  "{ name: b, match: { cgroup: /ab }, action: deny, expires: 2026-07-01 }\n",
	  "4:3 warning: rule 'b' never decides: rule 'a' at p.yaml:3:3 comes before it "
	  "and matches all that it does; put it before that one, or remove it\n" },
	{ "- { name: a, match: { cgroup: /a* }, action: deny, expires: 2026-07-02 }\n- "
	  "{ name: b, match: { cgroup: /ab }, action: deny, expires: 2026-07-01 }\n",
	  "4:3 warning: rule 'b' never decides: rule 'a' at p.yaml:3:3 comes before it "
	  "and matches all that it does; put it before that one, or remove it\n" },
	{ "- { name: a, match: { event: exec }, action: deny, expires: 2026-07-02 }\n- "
	  "{ name: b, match: { event: setuid }, action: deny }\n- { name: c, match: { "
	  "cgroup: /a }, action: deny }\n",
	  "" },
};

static const struct policy_case allow_cases[] = {
	{ "match: { cgroup: /a }\n  report: true\n", "" },
	{ "match: { exe: /bin/a }\n",
	  "6:12 error: rule 'r' allows by 'exe' alone, and a container has any file it "
	  "likes at any path; add another selector, like cgroup or runtime\n" },
	{ "match: { exe: /bin/a, event: [exec, setuid] }\n",
	  "6:12 error: rule 'r' allows by 'exe' alone, and a container has any file it "
	  "likes at any path; add another selector, like cgroup or runtime\n"
	  "6:32 warning: 'event' names all there is; leave it out for any\n" },
	{ "match: { exe: /bin/a, pid_namespace: host }\n",
	  "6:12 warning: rule 'r' allows by what a process in a container can choose "
	  "for itself; add cgroup or runtime\n" },
	{ "match: { exe: /bin/a, runtime: docker }\n", "" },
	{ "match: { exe: /bin/a, cgroup: /a/* }\n", "" },
	{ "match: { exe: /bin/a, cgroup: /a/*, image: x }\n", "" },
	{ "match: { exe: /bin/a, label.x: x }\n", "" },
};

static void test_lists(void **state)
{
	(void)state;
	policy_case_check_all("version: 1\nrules:\n", list_cases, ARRAY_SIZE(list_cases));
}

static void test_allow(void **state)
{
	(void)state;
	policy_case_check_all("version: 1\nrules:\n- name: r\n  action: allow\n  reason: why\n  ",
			      allow_cases, ARRAY_SIZE(allow_cases));
}

/* What a file need not say. */
static void test_defaults(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good("version: 1\n");

	(void)state;
	assert_int_equal(policy->mode, RG_MODE_AUDIT);
	assert_int_equal(policy->unidentified, POLICY_UNIDENTIFIED_HOLD);
	assert_int_equal(policy->root_group, POLICY_EXTRA_IGNORE);
	assert_int_equal(policy->root_capabilities.action, POLICY_EXTRA_AUDIT);
	assert_true(policy->root_capabilities.set == POLICY_ROOT_CAPABILITIES);
	assert_true(policy->setup_timeout == 10000000000ULL);
	assert_int_equal(policy->breaker.refusals, 0);
	assert_int_equal(policy->n_rules, 0);
}

static void test_model(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\n"
		"mode: kill\n"
		"setup_timeout: 500ms\n"
		"breaker: { refusals: 20, per: 10s, then: audit }\n"
		"root_capabilities: { action: ignore, set: [CAP_BPF, CAP_CHOWN] }\n"
		"rules:\n"
		"  - name: first-1.x_y\n"
		"    match:\n"
		"      cgroup: [/kubepods.slice/*, \"/docker/a\\x20b\", "
		"'/system.slice/a\\x2db.scope']\n"
		"      exe: /bin/su\n"
		"      runtime: [docker, crio]\n"
		"      pid_namespace: host\n"
		"      user_namespace: identity\n"
		"      event: setuid\n"
		"    action: allow\n"
		"    report: true\n"
		"    reason: \"why: because\"\n"
		"    owner: web-team\n"
		"    expires: 2027-01-31\n");
	const struct policy_rule *rule = policy->rules;

	(void)state;
	assert_int_equal(policy->mode, RG_MODE_KILL);
	assert_true(policy->setup_timeout == 500000000);
	assert_int_equal(policy->breaker.refusals, 20);
	assert_true(policy->breaker.per == 10000000000ULL);
	assert_true(policy->root_capabilities.set == (1ULL << 39 | 1ULL << 0));
	assert_int_equal(policy->n_rules, 1);
	assert_string_equal(rule->name, "first-1.x_y");
	assert_string_equal(rule->reason, "why: because");
	assert_string_equal(rule->owner, "web-team");
	assert_int_equal(rule->action, RG_ACTION_ALLOW);
	assert_true(rule->report);
	assert_int_equal(rule->expires, 1801440000); /* 2027-02-01T00:00:00Z */
	assert_string_equal(rule->place.file, "p.yaml");
	assert_int_equal(rule->place.line, 7);
	assert_int_equal(rule->place.column, 5);
	assert_int_equal(rule->cgroup.n, 3);
	assert_string_equal(rule->cgroup.items[0].text, "/kubepods.slice/");
	assert_int_equal(rule->cgroup.items[0].len, 16);
	assert_string_equal(rule->cgroup.items[1].text, "/docker/a b");
	assert_int_equal(rule->cgroup.items[1].len, 12); /* with its NUL */
	assert_string_equal(rule->cgroup.items[2].text, "/system.slice/a\\x2db.scope");
	assert_int_equal(rule->exe.n, 1);
	assert_true(rule->runtime == (1U << RG_RUNTIME_DOCKER | 1U << RG_RUNTIME_CRIO));
	assert_true(rule->pidns == 1U << RG_PIDNS_HOST);
	assert_true(rule->userns == 1U << RG_USERNS_IDENTITY);
	assert_true(rule->event == 1U << RG_TYPE_SETUID);
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = { { "0s", 0 },
		      { "1ms", 1000000 },
		      { "10s", 10000000000 },
		      { "2m", 120000000000 },
		      { "60m", 3600000000000 },
		      { "1h", 3600000000000 },
		      { "'5s'", 5000000000 },
		      { "007s", 7000000000 },
		      { "3600000ms", 3600000000000 } };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(policy_free_p) struct policy *policy = NULL;
		char text[64];

		snprintf(text, sizeof(text), "version: 1\nsetup_timeout: %s\n", cases[i].text);
		policy = policy_case_good(text);
		assert_true(policy->setup_timeout == cases[i].ns);
	}
}

static void test_pattern(void **state)
{
	static char a[] = "/a", ab[] = "/ab";
	const struct policy_pattern exact_a = { a, 3 }, prefix_a = { a, 2 }, exact_ab = { ab, 4 };

	(void)state;
	assert_true(policy_pattern_matches(&exact_a, "/a"));
	assert_false(policy_pattern_matches(&exact_a, "/ab"));
	assert_false(policy_pattern_matches(&exact_a, "/"));
	assert_true(policy_pattern_matches(&prefix_a, "/a"));
	assert_true(policy_pattern_matches(&prefix_a, "/ab"));
	assert_false(policy_pattern_matches(&prefix_a, "/"));
	assert_false(policy_pattern_matches(&prefix_a, ""));
	assert_true(policy_pattern_covers(&prefix_a, &exact_a));
	assert_true(policy_pattern_covers(&prefix_a, &exact_ab));
	assert_true(policy_pattern_covers(&exact_a, &exact_a));
	assert_false(policy_pattern_covers(&exact_a, &prefix_a));
	assert_false(policy_pattern_covers(&exact_a, &exact_ab));
}

static void test_covers(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nrules:\n"
		"- { name: a, match: { cgroup: [/a, /b/*], runtime: lxc }, action: deny }\n"
		"- { name: b, match: { cgroup: [/b/*, /a, /c], runtime: [lxc, crio] }, action: "
		"deny }\n"
		"- { name: c, match: { runtime: lxc }, action: deny, expires: 2027-01-31 }\n"
		"- { name: d, match: { runtime: lxc, exe: /a }, action: deny }\n"
		"- { name: e, match: { event: exec }, action: deny }\n");
	/* of the rule in the row: does it cover the one in the column? */
	static const bool covers[5][5] = {
		{ true, false, false, false, false }, { true, true, false, false, false },
		{ false, false, true, false, false }, { false, false, false, true, false },
		{ false, false, false, false, true },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < 5; i++)
		for (j = 0; j < 5; j++)
			assert_int_equal(policy_rule_covers(&policy->rules[i], &policy->rules[j]),
					 covers[i][j]);
	policy->rules[2].expires = 0;
	assert_true(policy_rule_covers(&policy->rules[2], &policy->rules[0]));
	assert_true(policy_rule_covers(&policy->rules[2], &policy->rules[3]));
	assert_false(policy_rule_covers(&policy->rules[0], &policy->rules[2]));
}

/* The number of the rule that decides, from 1; 0: none. */
static size_t decide(const struct policy *policy, const struct policy_attempt *attempt)
{
	const struct policy_rule *rule = policy_match(policy, attempt);

	return rule ? (size_t)(rule - policy->rules) + 1 : 0;
}

static void test_match(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\n"
		"rules:\n"
		"- { name: a, match: { cgroup: /a/*, runtime: [docker, podman] }, action: audit, "
		"expires: 2026-06-01 }\n"
		"- { name: b, match: { exe: [/bin/x, /sbin/*], event: exec }, action: deny }\n"
		"- { name: c, match: { cgroup: /a/b, pid_namespace: host, user_namespace: identity "
		"}, action: kill }\n");
	struct policy_attempt attempt = { .cgroup = "/a/b",
					  .exe = "/bin/x",
					  .runtime = RG_RUNTIME_PODMAN };

	(void)state;
	assert_int_equal(decide(policy, &attempt), 1);
	attempt.now = POLICY_NOW + 86399;
	assert_int_equal(decide(policy, &attempt), 1);
	attempt.now = POLICY_NOW + 86400; /* the day is over */
	assert_int_equal(decide(policy, &attempt), 2);
	attempt.exe = "/bin/xy";
	assert_int_equal(decide(policy, &attempt), 0);
	attempt.exe = "/sbin/xy";
	assert_int_equal(decide(policy, &attempt), 2);
	attempt.type = RG_TYPE_SETUID;
	assert_int_equal(decide(policy, &attempt), 0);
	attempt.pidns = RG_PIDNS_HOST;
	assert_int_equal(decide(policy, &attempt), 0);
	attempt.userns = RG_USERNS_IDENTITY;
	assert_int_equal(decide(policy, &attempt), 3);
	attempt.cgroup = NULL;
	assert_int_equal(decide(policy, &attempt), 0);
	attempt.now = 0;
	attempt.cgroup = "/a/";
	assert_int_equal(decide(policy, &attempt), 1);
	attempt.runtime = RG_RUNTIME_LXC;
	assert_int_equal(decide(policy, &attempt), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),	  cmocka_unit_test(test_allow),
		cmocka_unit_test(test_defaults),  cmocka_unit_test(test_model),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_match),	  cmocka_unit_test(test_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
