// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is shown to people must be right: the examples of rootgate-policy(5), the policy that is
 * installed, and its example. Runs from the top of the repository.
 */
#include "policy_case.h"

static char *read_all(const char *path)
{
	char *text = NULL;

	if (read_file(path, 1 << 20, &text, NULL))
		fail_msg("cannot read %s: run this from the top of the repository", path);
	return text;
}

/* Neither errors nor warnings. */
static struct policy *spotless(const char *text)
{
	policy_case_check(text, strlen(text), "");
	return policy_case_good(text);
}

/* Of roff only the backslash matters in these examples. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\') {
			assert_int_equal(text[1], 'e');
			text++;
			*to++ = '\\';
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static void test_manual(void **state)
{
	static const char begin[] = "\n.Bd -literal -offset indent\n", end[] = "\n.Ed\n";
	_cleanup_(freep) char *manual = read_all("user/man/rootgate-policy.5");
	char *at = manual;
	size_t n = 0;

	(void)state;
	while ((at = strstr(at, begin))) {
		char *example = at + STATIC_STRLEN(begin), *behind = strstr(example, end);

		assert_non_null(behind);
		behind[0] = '\n';
		behind[1] = '\0';
		unescape(example);
		policy_free(spotless(example));
		at = behind + 2;
		n++;
	}
	assert_int_equal(n, 4);
}

/* The commented example of the installed policy works when it is uncommented. */
static void test_installed(void **state)
{
	_cleanup_(freep) char *text = read_all("user/deploy/policy.yaml");
	_cleanup_(policy_free_p) struct policy *policy = spotless(text), *example = NULL;
	char *line = strstr(text, "# rules:\n"), *none = strstr(text, "rules: []\n");

	(void)state;
	assert_int_equal(policy->mode, RG_MODE_AUDIT);
	assert_int_equal(policy->n_rules, 0);
	assert_true(policy->setup_timeout == POLICY_SETUP_TIMEOUT);
	assert_non_null(line);
	assert_non_null(none);
	*none = '\0';
	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (starts_with(line, "# "))
			memmove(line, line + 2, strlen(line + 2) + 1);
	}
	example = spotless(text);
	assert_int_equal(example->n_rules, 1);
}

static void test_data(void **state)
{
	_cleanup_(freep) char *complete = read_all("tests/data/policy/complete.yaml");
	_cleanup_(freep) char *minimal = read_all("tests/data/policy/minimal.yaml");
	_cleanup_(policy_free_p) struct policy *policy = spotless(complete);

	(void)state;
	assert_int_equal(policy->n_rules, 5);
	policy_free(spotless(minimal));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
