// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a policy file. Nothing may be read or written out of
 * bounds or leak, an error must be told with its line, and of a policy that is
 * accepted the image must say what the policy says.
 *
 *   make fuzz FUZZ_SECONDS=300
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_image.h"
#include "policy_lookup.h"
#include "policy_parse.h"

#define NOW 1780272000 /* 2026-06-01T00:00:00Z */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void check_report(const struct policy_report *report)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < report->n_messages; i++)
		must(*report->messages[i].text, "a message has words");
	policy_report_print(out, report);
	fclose(out);
	must(!memchr(text, '\033', size), "nothing for the terminal to obey");
}

static void check_attempt(const struct policy *policy, const struct policy_image *image,
			  struct policy_attempt *attempt)
{
	const struct policy_rule *rule;
	uint32_t number, class;

	/* two kinds of user namespace and of event; RG_CLASSES has numbers that stand for nothing */
	for (class = 0; class < 4 * RG_PIDNS_COUNT * RG_RUNTIME_COUNT; class ++) {
		attempt->userns = class % 2;
		attempt->pidns = class / 2 % RG_PIDNS_COUNT;
		attempt->runtime = class / 2 / RG_PIDNS_COUNT % RG_RUNTIME_COUNT;
		attempt->type = class / 2 / RG_PIDNS_COUNT / RG_RUNTIME_COUNT;
		rule = policy_match(policy, attempt);
		number = rule ? (uint32_t)(rule - policy->rules) + 1 : 0;
		must(policy_lookup(image, attempt) == number,
		     "the image says what the policy says");
	}
}

/* Each path that a rule names, and one below it. */
static void check_image(const struct policy *policy, const struct policy_image *image)
{
	static const struct policy_identity nobody = {}; /* whose rules are not in the image */
	struct policy_attempt attempt = { .now = NOW, .identity = &nobody };
	char cgroup[RG_PATH_MAX + 8], exe[RG_PATH_MAX + 8];
	size_t i;

	for (i = 0; i < policy->n_rules && i < 16; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const struct policy_rule *next = &policy->rules[(i + 1) % policy->n_rules];

		snprintf(cgroup, sizeof(cgroup), "%s%s",
			 rule->cgroup.n ? rule->cgroup.items[0].text : "/x", i % 2 ? "/b" : "");
		snprintf(exe, sizeof(exe), "%s%s", next->exe.n ? next->exe.items[0].text : "/y",
			 i % 3 ? "" : "c");
		attempt.cgroup = cgroup;
		attempt.exe = exe;
		check_attempt(policy, image, &attempt);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_parser_clear) struct policy_parser parser;
	_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
	_cleanup_(freep) char *text = malloc(size + 1);
	int err, reviewed;

	/* A copy of its own, so that a byte too many is one out of bounds. */
	must(text && policy_parser_init(&parser, &report, NOW) == 0, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	err = policy_parse(&parser, "fuzz.yaml", text, size);
	must(err == 0 || err == -EINVAL, "errors of the parser");
	reviewed = policy_review(&parser);
	must(reviewed == 0 || reviewed == -EINVAL, "errors of the review");
	must(!err || report.n_errors, "an error is told");
	policy_report_sort(&report);
	check_report(&report);
	if (err || reviewed)
		return 0;
	must(policy_image_build(parser.policy, NOW, &image, &report) == 0,
	     "a good policy has an image");
	check_image(parser.policy, image);
	return 0;
}
