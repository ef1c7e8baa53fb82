// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about who a container is: globs, names of images, labels, and an identity nobody knows. */
#include "policy_case.h"

static void test_canonical(void **state)
{
	static const struct {
		const char *image;
		const char *canonical; /* NULL: it is that already, or open */
	} cases[] = {
		{ "nginx", "docker.io/library/nginx:latest" },
		{ "nginx:1.27", "docker.io/library/nginx:1.27" },
		{ "nginx@sha256:ab", "docker.io/library/nginx@sha256:ab" },
		{ "nginx:1@sha256:ab", "docker.io/library/nginx:1@sha256:ab" },
		{ "web/nginx", "docker.io/web/nginx:latest" },
		{ "docker.io/nginx:1", "docker.io/library/nginx:1" },
		{ "index.docker.io/nginx", "docker.io/library/nginx:latest" },
		{ "index.docker.io/a/b:1", "docker.io/a/b:1" },
		{ "docker.io/library/nginx:1", NULL },
		{ "quay.io/nginx", "quay.io/nginx:latest" },
		{ "quay.io/nginx:1", NULL },
		{ "localhost/nginx:1", NULL },
		{ "localhost:5000/nginx", "localhost:5000/nginx:latest" },
		{ "hub:5000/a/b:1", NULL },
		{ "", NULL },
		{ "nginx:*", "docker.io/library/nginx:*" },
		{ "nginx*", NULL },
		{ "*", NULL },
		{ "web/*", "docker.io/web/*" },
		{ "*/nginx", NULL },
		{ "docker.io/*", NULL },
		{ "docker.io/nginx:*", "docker.io/library/nginx:*" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *canonical = NULL;

		assert_int_equal(policy_image_canonical(cases[i].image, &canonical), 0);
		assert_string_equal(canonical ? canonical : "-",
				    cases[i].canonical ? cases[i].canonical : "-");
	}
}

/* Is a container of this identity one that a rule with these selectors is for? */
static bool matches(const char *selectors, const struct policy_identity *identity)
{
	const struct policy_attempt attempt = { .cgroup = "/", .exe = "/", .identity = identity };
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	_cleanup_(freep) char *text = NULL;

	assert_true(asprintf(&text,
			     "version: 1\nrules:\n- { name: r, match: { %s }, action: deny }\n",
			     selectors) > 0);
	policy = policy_case_good(text);
	assert_true(policy_rule_needs_identity(policy->rules));
	return policy_match(policy, &attempt);
}

static void test_globs(void **state)
{
	static const struct {
		const char *glob;
		const char *name;
		bool matches;
	} cases[] = {
		{ "web", "web", true },	      { "web", "webs", false }, { "web*", "web", true },
		{ "*", "web", true },	      { "w?b", "web", true },	{ "w?b", "wb", false },
		{ "?", "", false },	      { "*b*b", "abcb", true }, { "*b*b", "abc", false },
		{ "a*b*c", "a1b2b3c", true }, { "a**", "a", true },	{ "WEB", "web", false },
		{ "a\\\\*", "a\\x", true },   { "*a", "aXa", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct policy_identity identity = { .name = cases[i].name };
		char selectors[64];

		snprintf(selectors, sizeof(selectors), "name: \"%s\"", cases[i].glob);
		if (matches(selectors, &identity) != cases[i].matches)
			fail_msg("%s, %s", cases[i].glob, cases[i].name);
	}
}

static void test_selectors(void **state)
{
	static const struct policy_label labels[] = { { "app", "db" }, { "app.kind", "" } };
	static const struct policy_label pod_labels[] = { { "app", "web" } };
	static const struct policy_identity nobody = {};
	static const struct policy_identity web = {
		.id = "4f1d",
		.name = "web-1",
		.image = "nginx:1.27",
		.pod_namespace = "prod",
		.pod_name = "web-1-x2",
		.labels = { labels, ARRAY_SIZE(labels) },
		.pod_labels = { pod_labels, ARRAY_SIZE(pod_labels) },
	};
	static const struct policy_identity full = { .image = "docker.io/library/nginx:1.27" };
	static const struct {
		const char *selectors;
		bool web, full;
	} cases[] = {
		{ "id: 4f*", true, false },
		{ "name: [web-2, web-1]", true, false },
		{ "name: [web-2, web-3]", false, false },
		{ "image: nginx:1.27", true, true },
		{ "image: docker.io/library/nginx:*", true, true },
		{ "image: nginx:*", true, true },
		{ "image: nginx", false, false },
		{ "image: '*nginx*'", true, true },
		{ "image: quay.io/library/nginx:*", false, false },
		{ "pod.namespace: prod, pod.name: web-*", true, false },
		{ "pod.namespace: test, pod.name: web-*", false, false },
		{ "label.app: db", true, false },
		{ "label.app: web", false, false },
		{ "label.app.kind: ''", true, false },
		{ "label.app.kind: '*', label.app: '*'", true, false },
		{ "label.other: '*'", false, false },
		{ "pod.label.app: [x, web]", true, false },
		{ "pod.label.app: db", false, false },
		{ "image: nginx:*, name: other", false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (matches(cases[i].selectors, &web) != cases[i].web ||
		    matches(cases[i].selectors, &full) != cases[i].full)
			fail_msg("%s", cases[i].selectors);
		assert_false(matches(cases[i].selectors, &nobody));
	}
}

/* Whoever is not known yet may be who a rule is about: then no rule behind it decides. */
static void test_unknown(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy =
		policy_case_good("version: 1\nunidentified: deny\nrules:\n"
				 "- { name: a, match: { cgroup: /a }, action: deny }\n"
				 "- { name: b, match: { image: x, event: exec }, action: deny }\n"
				 "- { name: c, match: { runtime: docker }, action: deny }\n");
	struct policy_attempt attempt = { .cgroup = "/a",
					  .exe = "/",
					  .runtime = RG_RUNTIME_DOCKER };
	const struct policy_identity y = { .image = "y" };

	(void)state;
	assert_int_equal(policy->unidentified, POLICY_UNIDENTIFIED_DENY);
	assert_ptr_equal(policy_match(policy, &attempt), &policy->rules[0]);
	attempt.cgroup = "/b";
	assert_ptr_equal(policy_match(policy, &attempt), &policy->rules[1]);
	attempt.type = RG_TYPE_SETUID;
	assert_ptr_equal(policy_match(policy, &attempt), &policy->rules[2]);
	attempt.type = RG_TYPE_EXEC;
	attempt.identity = &y;
	assert_ptr_equal(policy_match(policy, &attempt), &policy->rules[2]);
}

#define A   "- { name: a, match: { "
#define B   " }, action: deny }\n- { name: b, match: { "
#define END " }, action: deny }\n"
#define COVERED                                                                                    \
	"4:3 warning: rule 'b' never decides: rule 'a' at p.yaml:3:3 comes before it and matches " \
	"all that it does; put it before that one, or remove it\n"

static const struct policy_case cover_cases[] = {
	{ A "image: nginx:*" B "image: nginx:1.27" END, COVERED },
	{ A "image: docker.io/library/*" B "image: nginx" END, COVERED },
	{ A "image: 'nginx*'" B "image: nginx" END, "" },
	{ A "image: nginx" B "image: nginx:*" END, "" },
	{ A "name: 'w?b'" B "name: 'w*b'" END, "" },
	{ A "name: 'w*b'" B "name: 'w?b'" END, COVERED },
	{ A "label.a: x" B "label.a: x, label.b: y" END, COVERED },
	{ A "label.a: x, label.b: y" B "label.a: x" END, "" },
	{ A "label.a: [x, y]" B "label.a: y" END, COVERED },
	{ A "pod.name: x" B "label.name: x" END, "" },
	{ A "pod.name: x" B "pod.name: x, event: exec" END, COVERED },
	{ A "pod.name: x, event: exec" B "pod.name: x" END, "" },
	{ A "pod.name: x" B "cgroup: /a" END, "" },
	{ A "cgroup: /a*" B "cgroup: /ab, pod.name: x" END, COVERED },
};

static void test_covers(void **state)
{
	(void)state;
	policy_case_check_all("version: 1\nrules:\n", cover_cases, ARRAY_SIZE(cover_cases));
}

/* Labels are many keys of one field: each is there once, and there is an end to them. */
static void test_many_labels(void **state)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fputs("version: 1\nrules:\n- name: a\n  action: deny\n  match:\n", out);
	for (i = 0; i < 65; i++)
		fprintf(out, "    label.k%zu: x\n", i);
	fclose(out);
	policy_case_check(text, size,
			  "70:5 error: more than 64 labels in one rule; leave some out\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical), cmocka_unit_test(test_globs),
		cmocka_unit_test(test_selectors), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_covers),	  cmocka_unit_test(test_many_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
