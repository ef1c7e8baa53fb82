// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules of a policy: each way in which one can be wrong, and where and how that is told. */
#include "policy_case.h"

#define RULE "version: 1\nrules:\n- name: r\n  action: deny\n  "

static const struct policy_case rule_cases[] = {
	{ "match: { cgroup: /a }\n", "" },
	{ "", "3:3 error: rule 'r' has no 'match'; add the selectors that must hold\n" },
	{ "match:\n", "5:9 error: 'match' must be a map of keys and values, not nothing\n" },
	{ "match: {}\n", "5:10 error: 'match' has no selector; what holds for every attempt is the "
			 "policy's 'mode'\n" },
	{ "match: /a\n", "5:10 error: 'match' must be a map of keys and values, not '/a'\n" },
	{ "match: { cgroups: /a }\n",
	  "5:12 error: unknown key 'cgroups' in 'match'; did you mean 'cgroup'?\n" },
	{ "match: { comm: sh }\n",
	  "5:12 error: unknown key 'comm' in 'match'; it may have id, name, image, "
	  "label.<key>, pod.namespace, pod.name, pod.label.<key>, cgroup, exe, runtime, "
	  "pid_namespace, user_namespace, event\n" },
	{ "cgroup: /a\n  match: { cgroup: /a }\n",
	  "5:3 error: unknown key 'cgroup' in a rule; it belongs in 'match'\n" },
	{ "match: { cgroup: /a }\n  match: { cgroup: /b }\n",
	  "6:3 error: 'match' is already given in line 5; keep one of the two\n" },
	{ "match: { cgroup: /a, cgroup: /b }\n",
	  "5:24 error: 'cgroup' is already given in line 5; keep one of the two\n" },
	{ "match: { cgroup: [] }\n",
	  "5:20 error: 'cgroup' is an empty list; name something, or leave it out\n" },
	{ "match: { cgroup: }\n",
	  "5:20 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not nothing\n" },
	{ "match: { cgroup: 1 }\n",
	  "5:20 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not the number 1\n" },
	{ "match: { cgroup: [[/a]] }\n",
	  "5:21 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not a list\n" },
	{ "match: { cgroup: a/b }\n",
	  "5:20 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not 'a/b'; it starts with '/'\n" },
	{ "match: { cgroup: '*' }\n",
	  "5:20 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not '*'; it starts with '/'\n" },
	{ "match: { cgroup: '' }\n",
	  "5:20 error: 'cgroup' must be an absolute path, or a prefix of one with '*' "
	  "at its end, not ''; it starts with '/'\n" },
	{ "match: { cgroup: /a* }\n", "" },
	{ "match: { cgroup: /*/a }\n",
	  "5:20 error: 'cgroup' is '/*/a', but '*' has a meaning only at the end; end "
	  "it there: '/*'\n" },
	{ "match: { cgroup: /a** }\n",
	  "5:20 error: 'cgroup' is '/a**', but '*' has a meaning only at the end; end "
	  "it there: '/a*'\n" },
	{ "match: { cgroup: /a/ }\n",
	  "5:20 error: 'cgroup' never matches: no path ends in '/'; leave it out, or "
	  "add '*' for all below it\n" },
	{ "match: { cgroup: / }\n", "" },
	{ "match: { cgroup: /a//b }\n",
	  "5:20 error: 'cgroup' never matches: no path of the kernel has '//', '/./' or "
	  "'/../' in it\n" },
	{ "match: { cgroup: /a/./b }\n",
	  "5:20 error: 'cgroup' never matches: no path of the kernel has '//', '/./' or "
	  "'/../' in it\n" },
	{ "match: { cgroup: /a/../* }\n",
	  "5:20 error: 'cgroup' never matches: no path of the kernel has '//', '/./' or "
	  "'/../' in it\n" },
	{ "match: { cgroup: /a/..* }\n", "" },
	{ "match: { cgroup: '/a/..' }\n",
	  "5:20 error: 'cgroup' never matches: no path of the kernel has '//', '/./' or "
	  "'/../' in it\n" },
	{ "match: { cgroup: \"/a\\tb\" }\n",
	  "5:20 error: 'cgroup' has a control character in it\n" },
	{ "match: { cgroup: '/a?' }\n",
	  "5:20 warning: '?' and '[...]' stand for themselves here; only a '*' at the "
	  "end is a wildcard\n" },
	{ "match: { cgroup: '/a[bc]d' }\n",
	  "5:20 warning: '?' and '[...]' stand for themselves here; only a '*' at the "
	  "end is a wildcard\n" },
	{ "match: { exe: '/usr/bin/[' }\n", "" },
	{ "match: { cgroup: [/a*, /ab] }\n",
	  "5:26 warning: another entry of this list matches all that this one does\n" },
	{ "match: { runtime: dockr }\n",
	  "5:21 error: 'runtime' must be unknown, docker, podman, containerd, crio, lxc "
	  "or nspawn, not 'dockr'; did you mean 'docker'?\n" },
	{ "match: { runtime: [docker, Podman] }\n",
	  "5:30 error: 'runtime' must be unknown, docker, podman, containerd, crio, lxc "
	  "or nspawn, not 'Podman'; did you mean 'podman'?\n" },
	{ "match: { runtime: [docker, docker] }\n",
	  "5:30 warning: 'docker' is in this list twice\n" },
	{ "match: { runtime: [unknown, docker, podman, containerd, crio, lxc, nspawn] "
	  "}\n",
	  "5:21 warning: 'runtime' names all there is; leave it out for any\n" },
	{ "match: { pid_namespace: shared }\n",
	  "5:27 error: 'pid_namespace' must be private or host, not 'shared'\n" },
	{ "match: { user_namespace: remapped }\n",
	  "5:28 warning: rule 'r' never matches: root of a remapped user namespace is not "
	  "host root, and never a violation; remove the rule\n" },
	{ "match: { user_namespace: [none, remapped] }\n",
	  "5:28 warning: 'remapped' has no effect: root of a remapped user namespace is "
	  "not host root\n" },
	{ "match: { user_namespace: [none, identity] }\n",
	  "5:28 warning: 'user_namespace' names all there is; leave it out for any\n" },
	{ "match: { event: tripwire }\n",
	  "5:19 error: 'event' must be exec or setuid, not 'tripwire'\n" },
	{ "match: { event: [exec, setuid] }\n",
	  "5:19 warning: 'event' names all there is; leave it out for any\n" },
	{ "match: { image: 'nginx:*', id: abc, name: [x, 'y*'], label.app: x, label.b: '', "
	  "pod.namespace: x, pod.name: x, pod.label.app: [x, z?] }\n",
	  "" },
	{ "match: { runtime: [lxc, docker], image: x, label.a: x }\n", "" },
	{ "match: { runtime: [nspawn, containerd], image: x, pod.namespace: x, pod.name: x }\n",
	  "" },
	{ "match: { runtime: [docker, unknown, crio], pod.name: x, pod.label.a: x }\n", "" },
	{ "match: { runtime: lxc, image: x }\n",
	  "5:21 warning: rule 'r' never matches: rootgate knows no 'image' of a container of that "
	  "runtime; leave out one of the two\n" },
	{ "match: { label.a: x, runtime: [lxc, nspawn] }\n",
	  "5:33 warning: rule 'r' never matches: rootgate knows no 'label' of a container of that "
	  "runtime; leave out one of the two\n" },
	{ "match: { runtime: [docker, podman], pod.namespace: x }\n",
	  "5:21 warning: rule 'r' never matches: rootgate knows no 'pod.namespace' of a container "
	  "of that runtime; leave out one of the two\n" },
	{ "match: { runtime: lxc, pod.name: x }\n",
	  "5:21 warning: rule 'r' never matches: rootgate knows no 'pod.name' of a container of "
	  "that runtime; leave out one of the two\n" },
	{ "match: { runtime: containerd, pod.label.a: x }\n",
	  "5:21 warning: rule 'r' never matches: rootgate knows no 'pod.label' of a container of "
	  "that runtime; leave out one of the two\n" },
	{ "match: { image: '' }\n", "5:19 error: 'image' is empty; leave it out, or fill it in\n" },
	{ "match: { label.v: 1, name: [no, []] }\n",
	  "5:21 error: 'label.v' must be text, in quotation marks where in doubt, not the number "
	  "1\n"
	  "5:31 error: 'name' must be text, in quotation marks where in doubt, not the truth value "
	  "no\n"
	  "5:35 error: 'name' must be text, in quotation marks where in doubt, not a list\n" },
	{ "match: { label.a: x, label.a: y }\n",
	  "5:24 error: 'label.a' is already given in line 5; keep one of the two\n" },
	{ "match: { name: \"a\\tb\" }\n", "5:18 error: 'name' has a control character in it\n" },
	{ "match: { \"label.a\\tb\": x }\n",
	  "5:12 error: the key of a label is at most 512 bytes without control characters\n" },
	{ "match: { name: '[ab]' }\n",
	  "5:18 warning: '[...]' stands for itself here; only '*' and '?' are wildcards\n" },
	{ "match: { name: ['a*', ab] }\n",
	  "5:25 warning: another entry of this list matches all that this one does\n" },
	{ "match: { image: [nginx, 'docker.io/library/nginx:latest'] }\n",
	  "5:27 warning: another entry of this list matches all that this one does\n" },
	{ "match: { lable.app: x, pod.labels.app: x, pod.nam: x }\n",
	  "5:12 error: unknown key 'lable.app' in 'match'; did you mean 'label.app'?\n"
	  "5:26 error: unknown key 'pod.labels.app' in 'match'; did you mean 'pod.label.app'?\n"
	  "5:45 error: unknown key 'pod.nam' in 'match'; did you mean 'pod.name'?\n" },
	{ "match: { label.: x, label: x, pods: x }\n",
	  "5:12 error: unknown key 'label.' in 'match'; did you mean 'label.<key>'?\n"
	  "5:23 error: unknown key 'label' in 'match'; did you mean 'label.<key>'?\n"
	  "5:33 error: unknown key 'pods' in 'match'; it may have id, name, image, label.<key>, "
	  "pod.namespace, pod.name, pod.label.<key>, cgroup, exe, runtime, pid_namespace, "
	  "user_namespace, event\n" },
	{ "match: { cgroup: /a }\n  expires: 2026-06-02\n", "" },
	{ "match: { cgroup: /a }\n  expires: 2026-06-01\n", "" },
	{ "match: { cgroup: /a }\n  expires: 2026-05-31\n",
	  "6:12 warning: rule 'r' expired on 2026-05-31 and no longer matches; renew the "
	  "date, or remove the rule\n" },
	{ "match: { cgroup: /a }\n  expires: 2027-02-29\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not '2027-02-29'\n" },
	{ "match: { cgroup: /a }\n  expires: 2028-02-29\n", "" },
	{ "match: { cgroup: /a }\n  expires: 2027-1-31\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not '2027-1-31'\n" },
	{ "match: { cgroup: /a }\n  expires: 2027-13-01\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not '2027-13-01'\n" },
	{ "match: { cgroup: /a }\n  expires: 20270131\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not the number "
	  "20270131\n" },
	{ "match: { cgroup: /a }\n  expires: 2027-01-31T00:00:00Z\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not "
	  "'2027-01-31T00:00:00Z'\n" },
	{ "match: { cgroup: /a }\n  expires: never\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not 'never'\n" },
	{ "match: { cgroup: /a }\n  expires: 0000-01-01\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not '0000-01-01'\n" },
	{ "match: { cgroup: /a }\n  expires: 2199-12-31\n", "" },
	{ "match: { cgroup: /a }\n  expires: 2200-01-01\n",
	  "6:12 error: 'expires' must be 2199-12-31 at the latest, not '2200-01-01'; a rule "
	  "without it never expires\n" },
	{ "match: { cgroup: /a }\n  reason: ''\n",
	  "6:11 error: 'reason' is empty; leave it out, or fill it in\n" },
	{ "match: { cgroup: /a }\n  reason: no\n",
	  "6:11 error: 'reason' must be text, in quotation marks where in doubt, not "
	  "the truth value no\n" },
	{ "match: { cgroup: /a }\n  reason: TRUE\n  owner: Null\n",
	  "6:11 error: 'reason' must be text, in quotation marks where in doubt, not the truth "
	  "value "
	  "TRUE\n"
	  "7:10 error: 'owner' must be text, in quotation marks where in doubt, not nothing\n" },
	{ "match: { cgroup: /a }\n  expires: 2027-01-00\n",
	  "6:12 error: 'expires' must be a date like 2027-01-31, not '2027-01-00'\n" },
	{ "match: { cgroup: /a }\n  reason: [x]\n",
	  "6:11 error: 'reason' must be text, in quotation marks where in doubt, not a "
	  "list\n" },
	{ "match: { cgroup: /a }\n  reason: |\n    one\n    two\n",
	  "6:11 error: 'reason' must be one line without control characters ('>-' folds "
	  "several lines into one)\n" },
	{ "match: { cgroup: /a }\n  reason: >-\n    one\n    two\n", "" },
	{ "match: { cgroup: /a }\n  owner: 12\n",
	  "6:10 error: 'owner' must be text, in quotation marks where in doubt, not the "
	  "number 12\n" },
	{ "match: { cgroup: /a }\n  report: yes\n",
	  "6:11 error: 'report' must be true or false, not the truth value yes\n" },
	{ "match: { cgroup: /a }\n  report: 'true'\n",
	  "6:11 error: 'report' must be true or false, not 'true'\n" },
	{ "match: { cgroup: /a }\n  report: true\n",
	  "6:3 warning: 'report' has no effect with 'action: deny', whose events are "
	  "always told\n" },
	{ "match: { cgroup: /a }\n  reasons: x\n",
	  "6:3 error: unknown key 'reasons' in a rule; did you mean 'reason'?\n" },
};

static void test_rule_keys(void **state)
{
	(void)state;
	policy_case_check_all(RULE, rule_cases, ARRAY_SIZE(rule_cases));
}

/* The error is at line 5, column 20, where the value stands. */
static void check_path(const char *selector, size_t len, char last, const char *expected)
{
	_cleanup_(freep) char *text = NULL;
	char path[512] = "/";

	memset(path + 1, 'a', len - 1);
	path[len] = last;
	assert_true(asprintf(&text, RULE "match: { %s: %s }\n", selector, path) >= 0);
	policy_case_check(text, strlen(text), expected);
}

static void test_path_length(void **state)
{
	static const char cgroup[] =
		"5:20 error: 'cgroup' is longer than the 253 bytes that the kernel side "
		"compares; use a shorter prefix with '*' at its end\n";
	static const char exe[] =
		"5:17 error: 'exe' is longer than the 253 bytes that the kernel side compares; "
		"use a shorter prefix with '*' at its end\n";

	(void)state;
	check_path("cgroup", 253, '\0', "");
	check_path("cgroup", 253, '*', "");
	check_path("cgroup", 254, '\0', cgroup);
	check_path("cgroup", 254, '*', cgroup);
	check_path("exe", 254, '\0', exe);
}

/* Of a value in a message only so much is shown that the message stays readable. */
static void test_long_value(void **state)
{
	static const char text[] =
		RULE "match: { runtime: "
		     "0123456789012345678901234567890123456789012345678901234567890123456789 }\n";

	(void)state;
	policy_case_check(
		text, STATIC_STRLEN(text),
		"5:21 error: 'runtime' must be unknown, docker, podman, containerd, crio, lxc or "
		"nspawn, "
		"not the number 012345678901234567890123456789012345678901234567890123456789012\n");
}

static void check_text_length(const char *key, size_t len, const char *expected)
{
	_cleanup_(freep) char *text = NULL;
	char value[1024] = "";

	memset(value, 'a', len);
	assert_true(asprintf(&text, RULE "match: { cgroup: /a }\n  %s: %s\n", key, value) >= 0);
	policy_case_check(text, strlen(text), expected);
}

static void test_text_length(void **state)
{
	(void)state;
	check_text_length("reason", 512, "");
	check_text_length("reason", 513, "6:11 error: 'reason' is longer than 512 bytes\n");
	check_text_length("owner", 128, "");
	check_text_length("owner", 129, "6:10 error: 'owner' is longer than 128 bytes\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_keys),
		cmocka_unit_test(test_path_length),
		cmocka_unit_test(test_long_value),
		cmocka_unit_test(test_text_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
