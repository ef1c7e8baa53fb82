// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What metrics says of which facts. "test_metrics print" writes a full page, whose format
 * tests/cli/metrics.bats checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "metrics.h"

static void fill(struct metrics *metrics)
{
	int i;

	*metrics = (struct metrics){
		.facts = { .pinned = true,
			   .alive = true,
			   .now = 100000000000,
			   .control = { .word = rg_word(RG_MODE_ENFORCE, RG_WORD_ARMED, 7),
					.attach = RG_ATTACH_FMOD_RET,
					.heartbeat = 97500000000,
					.disabled_until = 160250000000 } },
	};
	for (i = 0; i < RG_COUNT_COUNT; i++)
		metrics->counters[i] = (__u64)(1000 + i);
	metrics->counters[RG_COUNT_GUARD] = UINT64_MAX;
	state_judge(&metrics->facts, &metrics->state);
}

static char *print(const struct metrics *metrics)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	metrics_print(out, metrics);
	fclose(out);
	return text;
}

/* The lines must be there as they are. */
static void expect(const char *text, const char *const *lines, size_t n)
{
	char line[256];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "\n%s\n", lines[i]);
		if (!strstr(text, line))
			fail_msg("missing: %s in:\n%s", lines[i], text);
	}
}

static void test_full(void **state)
{
	static const char *const lines[] = {
		"rootgate_verdicts_total{type=\"exec\",action=\"allow\"} 1000",
		"rootgate_verdicts_total{type=\"exec\",action=\"deny\"} 1002",
		"rootgate_verdicts_total{type=\"setuid\",action=\"kill\"} 1007",
		"rootgate_setup_total 1008",
		"rootgate_events_total 1009",
		"rootgate_events_lost_total{ring=\"refusals\"} 1010",
		"rootgate_events_lost_total{ring=\"reports\"} 1011",
		"rootgate_pid_records_lost_total 1012",
		"rootgate_no_scratch_total 1013",
		"rootgate_latent_total 1014",
		"rootgate_preexisting_total 1015",
		"rootgate_near_root_total{action=\"allow\"} 1018",
		"rootgate_near_root_total{action=\"kill\"} 1021",
		"rootgate_tripwire_total 1025",
		"rootgate_skipped_total 1026",
		"rootgate_guard_refusals_total 18446744073709551615",
		"rootgate_state{state=\"enforcing\"} 0",
		"rootgate_state{state=\"degraded\"} 1",
		"rootgate_agent_up 1",
		"rootgate_attach{way=\"lsm\"} 0",
		"rootgate_attach{way=\"fmod_ret\"} 1",
		"rootgate_policy_generation 7",
		"rootgate_disabled_seconds 60.250",
		"rootgate_heartbeat_age_seconds 2.500",
	};
	struct metrics metrics;
	char *text;

	(void)state;
	fill(&metrics);
	text = print(&metrics);
	expect(text, lines, ARRAY_SIZE(lines));
	free(text);
}

static void test_nothing(void **state)
{
	static const char *const lines[] = { "rootgate_state{state=\"none\"} 1",
					     "rootgate_agent_up 0" };
	struct metrics metrics = {};
	char *text;

	(void)state;
	state_judge(&metrics.facts, &metrics.state);
	text = print(&metrics);
	expect(text, lines, ARRAY_SIZE(lines));
	assert_null(strstr(text, "verdicts")); /* a zero would be a number that nobody counted */
	free(text);
}

/* A heartbeat that is newer than the moment, and a moment that is over. */
static void test_edges(void **state)
{
	static const char *const lines[] = { "rootgate_heartbeat_age_seconds 0.000",
					     "rootgate_disabled_seconds 0.000",
					     "rootgate_state{state=\"enforcing\"} 1" };
	struct metrics metrics;
	char *text;

	(void)state;
	fill(&metrics);
	metrics.facts.control.heartbeat = metrics.facts.now + 1;
	metrics.facts.control.disabled_until = metrics.facts.now - 1;
	state_judge(&metrics.facts, &metrics.state);
	text = print(&metrics);
	expect(text, lines, ARRAY_SIZE(lines));
	free(text);
	metrics.facts.control.heartbeat = 0;
	text = print(&metrics);
	assert_null(strstr(text, "heartbeat"));
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_edges),
	};
	struct metrics metrics;

	if (argc > 1 && strcmp(argv[1], "print") == 0) {
		fill(&metrics);
		metrics_print(stdout, &metrics);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
