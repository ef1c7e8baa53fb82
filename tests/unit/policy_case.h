/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy's text, and all that is said about it: "line:column error: text", a line each. */
#ifndef ROOTGATE_TEST_POLICY_CASE_H
#define ROOTGATE_TEST_POLICY_CASE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"

#define POLICY_NOW 1780272000 /* 2026-06-01T00:00:00Z */

struct policy_case {
	const char *text; /* behind the prefix of its table */
	const char *expected;
};

/*
 * Parses a text of len bytes as a file p.yaml; policy may be NULL, and is NULL where there
 * are errors.
 */
static inline void policy_case_parse(const char *text, size_t len, struct policy_report *report,
				     struct policy **policy)
{
	_cleanup_(policy_parser_clear) struct policy_parser parser;
	int err, reviewed;

	assert_int_equal(policy_parser_init(&parser, report, POLICY_NOW), 0);
	err = policy_parse(&parser, "p.yaml", text, len);
	reviewed = policy_review(&parser);
	policy_report_sort(report);
	assert_true(err == 0 || err == -EINVAL);
	assert_true(reviewed == 0 || reviewed == -EINVAL);
	assert_true(report->n_errors > 0 || (!err && !reviewed));
	if (policy)
		*policy = report->n_errors ? NULL : TAKE_PTR(parser.policy);
}

/* What the report says; to be freed. */
static inline char *policy_case_said(const struct policy_report *report)
{
	char *said = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&said, &size);

	assert_non_null(out);
	for (i = 0; i < report->n_messages; i++)
		fprintf(out, "%u:%u %s: %s\n", report->messages[i].line, report->messages[i].column,
			report->messages[i].severity == POLICY_ERROR ? "error" : "warning",
			report->messages[i].text);
	fclose(out);
	return said;
}

static inline void policy_case_check(const char *text, size_t len, const char *expected)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(freep) char *said = NULL;

	policy_case_parse(text, len, &report, NULL);
	said = policy_case_said(&report);
	if (strcmp(said, expected) != 0)
		fail_msg("policy:\n%s\nsaid:\n%sexpected:\n%s", text, said, expected);
}

static inline void policy_case_check_all(const char *prefix, const struct policy_case *cases,
					 size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		_cleanup_(freep) char *text = NULL;

		assert_true(asprintf(&text, "%s%s", prefix, cases[i].text) >= 0);
		policy_case_check(text, strlen(text), cases[i].expected);
	}
}

/* A policy without errors; to be freed. */
static inline struct policy *policy_case_good(const char *text)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	struct policy *policy = NULL;

	policy_case_parse(text, strlen(text), &report, &policy);
	if (!policy)
		fail_msg("policy:\n%s\nsaid: %s", text, report.messages[0].text);
	return policy;
}

#endif
