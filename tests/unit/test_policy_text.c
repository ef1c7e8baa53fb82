// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Policy files as text and at their top level: what is no policy at all, and how errors look. */
#include "policy_case.h"

static const struct policy_case text_cases[] = {
	{ "", "1:1 error: the file is empty; a policy starts with 'version: 1'\n" },
	{ "# a comment only\n",
	  "1:1 error: the file is empty; a policy starts with 'version: 1'\n" },
	{ "---\n", "2:1 error: a policy must be a map of keys and values, not nothing\n" },
	{ "version: 1\nmode: a\001\n", "2:8 error: control character (U+0001); leave it out\n" },
	{ "version: 1\nmode: \177\n", "2:7 error: control character (U+007F); leave it out\n" },
	{ "version: 1\nmode: \377\n",
	  "2:7 error: byte that is not UTF-8 (0xff); a policy is text in UTF-8\n" },
	{ "version: 1\nmode: \342\200\256\n",
	  "2:7 error: invisible character (U+202E); leave it out\n" },
	{ "version: 1\nmode: \355\240\200\n",
	  "2:7 error: byte that is not UTF-8 (0xed); a policy is text in UTF-8\n" },
	{ "version: 1\r\nmode: \303\251\303\251 \377\r\n",
	  "2:10 error: byte that is not UTF-8 (0xff); a policy is text in UTF-8\n" },
	{ "\357\273\277mode: audit\n",
	  "1:1 error: the key 'version' is missing; write 'version: 1'\n" },
	{ "version: 1\nmode: [audit, enforce\nrules: []\n",
	  "3:6 error: not valid YAML: while parsing a flow sequence, did not find "
	  "expected ',' or ']'\n" },
	{ "version: 1\n\tmode: audit\n",
	  "2:1 error: not valid YAML: while scanning a plain scalar, found a tab "
	  "character that violates indentation; indent with spaces, not with tabs\n" },
	{ "version: 1\nmode: 'audit\n",
	  "3:1 error: not valid YAML: while scanning a quoted scalar, found unexpected "
	  "end of stream\n" },
	{ "version: 1\n mode: audit\n",
	  "2:6 error: not valid YAML: mapping values are not allowed in this context; "
	  "check the indentation, and put text with ': ' in it in quotation marks\n" },
	{ "version: 1\nrules:\n- name: a\n  match:\n    cgroup: /x\n   exe: /y\n",
	  "6:4 error: not valid YAML: while parsing a block mapping, did not find "
	  "expected key; check the indentation of this line\n" },
	{ "version: 1\nmode: @audit\n",
	  "2:7 error: not valid YAML: while scanning for the next token, found "
	  "character that cannot start any token; put text that starts with this "
	  "character in quotation marks\n" },
	{ "version: 1\nmode: *\n",
	  "2:8 error: not valid YAML: while scanning an alias, did not find expected "
	  "alphabetic or numeric character; put text that starts with '*' or '&' in "
	  "quotation marks\n" },
	{ "version: 1\nmode: *audit\n",
	  "2:7 error: an alias ('*audit') has no place in a policy; write out what it "
	  "stands for, or put it in quotation marks if a '*' is meant\n" },
	{ "version: 1\nmode: &a audit\n",
	  "2:7 error: an anchor ('&a') has no place in a policy; leave it out\n" },
	{ "version: 1\nmode: !!str audit\n",
	  "2:7 error: a tag ('tag:yaml.org,2002:str') has no place in a policy; leave "
	  "it out\n" },
	{ "version: 1\nrules: &a []\n",
	  "2:8 error: an anchor ('&a') has no place in a policy; leave it out\n" },
	{ "version: 1\nrules: ! []\n",
	  "2:8 error: a tag ('!') has no place in a policy; leave it out\n" },
	{ "version: 1\nmode: \"\\d\"\n",
	  "2:8 error: not valid YAML: while parsing a quoted scalar, found unknown "
	  "escape character; a backslash stands for itself only without quotation "
	  "marks, or between '...'\n" },
	{ "version: 1\nmode: \"a\\0b\"\n",
	  "2:7 error: text with a NUL byte in it; leave it out\n" },
	{ "version: 1\n---\nversion: 1\n",
	  "3:1 error: a second YAML document; one file holds one policy: leave out the "
	  "'---'\n" },
	{ "version: 1\n...\nfoo\n",
	  "3:1 error: not valid YAML: did not find expected <document start>\n" },
	{ "version: 1\nrules: [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\n",
	  "2:23 error: lists and maps within one another, more than 16 deep\n" },
	{ "- version: 1\n", "1:1 error: a policy must be a map of keys and values, not a list\n" },
	{ "text\n", "1:1 error: a policy must be a map of keys and values, not 'text'\n" },
	{ "version: 1\n? [mode]\n: audit\n",
	  "2:3 error: a key of a policy must be a word, not a list\n" },
	{ "version: 1\n{a: b}: audit\n",
	  "2:1 error: a key of a policy must be a word, not a map\n" },
	{ "version: 1\nmode: \"\\e[31mred\\u202e\"\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not "
	  "'\357\277\275[31mred\357\277\275'\n" },
};

static const struct policy_case top_cases[] = {
	{ "mode: enforce\n", "1:1 error: the key 'version' is missing; write 'version: 1'\n" },
	{ "version: 2\nfoo: bar\n",
	  "1:10 error: 'version' is the number 2; this rootgate reads version 1\n" },
	{ "version: '1'\n", "1:10 error: 'version' must be the number 1, not '1'\n" },
	{ "version: one\n", "1:10 error: 'version' must be the number 1, not 'one'\n" },
	{ "version:\n", "1:9 error: 'version' must be the number 1, not nothing\n" },
	{ "version: [1]\n", "1:10 error: 'version' must be the number 1, not a list\n" },
	{ "version: 1.0\n", "1:10 error: 'version' must be the number 1, not the number 1.0\n" },
	{ "version: 1\nmod: enforce\n",
	  "2:1 error: unknown key 'mod' in a policy; did you mean 'mode'?\n" },
	{ "version: 1\nMode: enforce\n",
	  "2:1 error: unknown key 'Mode' in a policy; did you mean 'mode'?\n" },
	{ "version: 1\ncolour: blue\n",
	  "2:1 error: unknown key 'colour' in a policy; it may have version, mode, "
	  "unidentified, setup_timeout, hold_timeout, root_capabilities, root_group, breaker, "
	  "rules\n" },
	{ "version: 1\nmode: enforced\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not 'enforced'; did you "
	  "mean 'enforce'?\n" },
	{ "version: 1\nmode: block\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not 'block'\n" },
	{ "version: 1\nmode: none\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not 'none'\n" },
	{ "version: 1\nmode: 1\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not the number 1\n" },
	{ "version: 1\nmode: [audit]\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not a list\n" },
	{ "version: 1\nmode: {a: b}\n",
	  "2:7 error: 'mode' must be audit, enforce or kill, not a map\n" },
	{ "version: 1\nmode:\n",
	  "2:6 error: 'mode' must be audit, enforce or kill, not nothing\n" },
	{ "version: 1\nmode: audit\nmode: audit\n",
	  "3:1 error: 'mode' is already given in line 2; keep one of the two\n" },
	{ "version: 1\nversion: 1\n",
	  "2:1 error: 'version' is already given in line 1; keep one of the two\n" },
	{ "version: 1\nunidentified: hold\nroot_group: ignore\nroot_capabilities: { "
	  "action: ignore, set: [CAP_BPF] }\n",
	  "" },
	{ "version: 1\nunidentified: deny\n", "" },
	{ "version: 1\nunidentified: drop\n",
	  "2:15 error: 'unidentified' must be hold, deny or allow, not 'drop'\n" },
	{ "version: 1\nroot_group: audit\n", "" },
	{ "version: 1\nroot_group: deny\n", "" },
	{ "version: 1\nroot_group: kill\n",
	  "2:13 error: 'root_group' must be ignore, audit or deny, not 'kill'\n" },
	{ "version: 1\nroot_capabilities: { action: audit }\n", "" },
	{ "version: 1\nroot_capabilities: { action: kill }\n", "" },
	{ "version: 1\nroot_capabilities: { action: allow }\n",
	  "2:30 error: 'action' must be ignore, audit, deny or kill, not 'allow'\n" },
	{ "version: 1\nroot_capabilities: { set: [CAP_BPF] }\n",
	  "2:20 error: 'root_capabilities' has no 'action'; add ignore, audit, deny or "
	  "kill\n" },
	{ "version: 1\nroot_capabilities: { action: ignore, set: [] }\n",
	  "2:43 error: 'set' is an empty list; name something, or leave it out\n" },
	{ "version: 1\nroot_capabilities: { action: ignore, set: [CAP_SYS_ADMN, "
	  "sys_admin] }\n",
	  "2:44 error: 'set' must be a name like CAP_CHOWN, not 'CAP_SYS_ADMN'; did you "
	  "mean 'CAP_SYS_ADMIN'?\n"
	  "2:58 error: 'set' must be a name like CAP_CHOWN, not 'sys_admin'; did you "
	  "mean 'CAP_SYS_ADMIN'?\n" },
	{ "version: 1\nroot_capabilities: ignore\n",
	  "2:20 error: 'root_capabilities' must be a map of keys and values, not "
	  "'ignore'\n" },
	{ "version: 1\nroot_capabilities: { action: ignore, sets: [CAP_BPF] }\n",
	  "2:38 error: unknown key 'sets' in 'root_capabilities'; did you mean 'set'?\n" },
	{ "version: 1\nbreaker: { refusals: 20, per: 10s, then: audit }\n", "" },
	{ "version: 1\nbreaker: 20\n",
	  "2:10 error: 'breaker' must be a map of keys and values, not the number 20\n" },
	{ "version: 1\nbreaker: { refusals: 20, per: 10s }\n",
	  "2:10 error: 'breaker' has no 'then'; write it like { refusals: 20, per: 10s, then: "
	  "audit }\n" },
	{ "version: 1\nbreaker: { refusals: 1, per: 999ms, then: deny }\n",
	  "2:22 error: 'refusals' must be a number from 2 to 1000, not the number 1\n"
	  "2:30 error: 'per' must be 1s at least, not '999ms'\n"
	  "2:43 error: 'then' must be audit, not 'deny'\n" },
	{ "version: 1\nbreaker: { refusals: 1001, per: 2h, then: audit }\n",
	  "2:22 error: 'refusals' must be a number from 2 to 1000, not the number 1001\n"
	  "2:33 error: 'per' must be 1h at most, not '2h'\n" },
	{ "version: 1\nbreaker: { refusal: 20, per: 10s, then: audit }\n",
	  "2:12 error: unknown key 'refusal' in 'breaker'; did you mean 'refusals'?\n" },
	{ "version: 1\nsetup_timeout: 10\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not the number 10\n" },
	{ "version: 1\nsetup_timeout: 10 s\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not '10 s'\n" },
	{ "version: 1\nsetup_timeout: -1s\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not '-1s'\n" },
	{ "version: 1\nsetup_timeout: s\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not 's'\n" },
	{ "version: 1\nsetup_timeout: 1.5s\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not '1.5s'\n" },
	{ "version: 1\nsetup_timeout: 61m\n",
	  "2:16 error: 'setup_timeout' must be 1h at most, not '61m'\n" },
	{ "version: 1\nsetup_timeout: 99999999999999999999999999s\n",
	  "2:16 error: 'setup_timeout' must be 1h at most, not "
	  "'99999999999999999999999999s'\n" },
	{ "version: 1\nsetup_timeout: [1s]\n",
	  "2:16 error: 'setup_timeout' must be a duration like 500ms, 10s, 2m or 1h, "
	  "not a list\n" },
	{ "version: 1\nrules:\n",
	  "2:7 error: 'rules' must be a list of rules, not nothing; leave it out, or "
	  "write '[]' for none\n" },
	{ "version: 1\nrules: {}\n",
	  "2:8 error: 'rules' must be a list of rules, not a map; leave it out, or "
	  "write '[]' for none\n" },
	{ "version: 1\nrules: [a]\n",
	  "2:9 error: a rule must be a map of keys and values, not 'a'\n" },
	{ "version: 1\nrules:\n- [a]\n",
	  "3:3 error: a rule must be a map of keys and values, not a list\n" },
};

static void test_text(void **state)
{
	static const char nul[] = "version: 1\nmo\0de: audit\n";

	(void)state;
	policy_case_check_all("", text_cases, ARRAY_SIZE(text_cases));
	policy_case_check(nul, STATIC_STRLEN(nul), "2:3 error: NUL byte (U+0000); leave it out\n");
}

static void test_top(void **state)
{
	(void)state;
	policy_case_check_all("", top_cases, ARRAY_SIZE(top_cases));
}

static char *printed(const char *text)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	char *said = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&said, &size);

	assert_non_null(out);
	policy_case_parse(text, strlen(text), &report, NULL);
	policy_report_print(out, &report);
	fclose(out);
	return said;
}

static void test_print(void **state)
{
	static const struct policy_case cases[] = {
		{ "version: 1\nmode: {}\n",
		  "p.yaml:2:7: error: 'mode' must be audit, enforce or kill, not a map\n"
		  "mode: {}\n"
		  "      ^\n" },
		/*
		 * a tab above the caret is one below it; CR LF and no end of line are ends of a
		 * line
		 */
		{ "version:\t1\r\nmode:\t {}\r\nroot_group:\tx",
		  "p.yaml:2:8: error: 'mode' must be audit, enforce or kill, not a map\n"
		  "mode:\t {}\n"
		  "     \t ^\n"
		  "p.yaml:3:13: error: 'root_group' must be ignore, audit or deny, not 'x'\n"
		  "root_group:\tx\n"
		  "           \t^\n" },
		/* two columns each, one column, and none (a combining accent) */
		{ "{ version: 1, \"\346\227\245\346\234\254\303\251e\314\201\": 1, mode: x }\n",
		  "p.yaml:1:15: error: unknown key '\346\227\245\346\234\254\303\251e\314\201' in "
		  "a policy; it "
		  "may have version, mode, unidentified, setup_timeout, hold_timeout, "
		  "root_capabilities, "
		  "root_group, breaker, rules\n"
		  "{ version: 1, \"\346\227\245\346\234\254\303\251e\314\201\": 1, mode: x }\n"
		  "              ^\n"
		  "p.yaml:1:33: error: 'mode' must be audit, enforce or kill, not 'x'\n"
		  "{ version: 1, \"\346\227\245\346\234\254\303\251e\314\201\": 1, mode: x }\n"
		  "                                 ^\n" },
		/* what a terminal acts on is replaced, in the line and in the message */
		{ "version: 1\n\033[31mode: x\n",
		  "p.yaml:2:1: error: control character (U+001B); leave it out\n"
		  "\357\277\275[31mode: x\n"
		  "^\n" },
		/* at the end of the file there is no line left to show */
		{ "version: 1\nmode: 'a\n", "p.yaml:3:1: error: not valid YAML: while scanning a "
					    "quoted scalar, found unexpected end of "
					    "stream\n"
					    "\n"
					    "^\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *said = printed(cases[i].text);

		assert_string_equal(said, cases[i].expected);
	}
}

/* Of a long line what is near the place is shown, and the caret is still below it. */
static void test_print_long_line(void **state)
{
	_cleanup_(freep) char *text = NULL, *said = NULL;
	char *line, *caret;

	(void)state;
	assert_true(asprintf(&text, "{ version: 1, %300s mode: x, %300s unidentified: hold }", "",
			     "") >= 0);
	said = printed(text);
	line = strchr(said, '\n');
	assert_non_null(line);
	caret = strchr(++line, '\n');
	assert_non_null(caret);
	assert_true(starts_with(line, "\342\200\246"));
	assert_true(starts_with(caret - 3, "\342\200\246"));
	assert_int_equal(caret - line, 160 + 6);
	/* the ellipsis takes three bytes and one column */
	assert_int_equal(strchr(line, 'x') - line - 2, strchr(caret, '^') - (caret + 1));
}

static void test_many_errors(void **state)
{
	_cleanup_(freep) char *text = calloc(1, 4000), *said = NULL;
	size_t i;

	(void)state;
	assert_non_null(text);
	strcpy(text, "version: 1\n");
	for (i = 0; i < 103; i++)
		sprintf(text + strlen(text), "key%zu: 1\n", i);
	said = printed(text);
	assert_non_null(strstr(said, "p.yaml:101:1: error: unknown key 'key99'"));
	assert_null(strstr(said, "key100"));
	assert_non_null(strstr(said, "\n3 more errors are not shown\n"));
}

/* A file that is no policy at all takes no time. */
static void test_no_policy(void **state)
{
	_cleanup_(freep) char *text = calloc(1, 20000), *said = NULL;
	size_t i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 2000; i++)
		sprintf(text + strlen(text), "k%zu: 1\n", i);
	said = printed(text);
	assert_non_null(strstr(said, "\n901 more errors are not shown\n")); /* and no version */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),	    cmocka_unit_test(test_top),
		cmocka_unit_test(test_print),	    cmocka_unit_test(test_print_long_line),
		cmocka_unit_test(test_many_errors), cmocka_unit_test(test_no_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
