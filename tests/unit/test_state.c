// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The state that status and metrics tell: a table of facts and what follows from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "state.h"
#include "when.h"

#define S	    1000000000ULL
#define ARMED(mode) ((__u64)(mode) | RG_WORD_ARMED | 3ULL << 32)

struct row {
	struct state_facts facts;
	enum state_kind kind;
	const char *reason; /* a part of it */
	const char *remedy; /* likewise; NULL: none */
};

/* All that is bad at once: the worst comes first. */
#define ALL_BAD .unproved = 1, .disabled_until = 1000 * S, .attach = RG_ATTACH_FMOD_RET

static const struct row rows[] = {
	{ { .now = 100 * S }, STATE_NONE, "nothing is pinned", "rootgate run" },
	{ { .alive = true }, STATE_NONE, "nothing is pinned", "rootgate run" },
	{ { .pinned = true, .control = { .word = ARMED(RG_MODE_ENFORCE), ALL_BAD } },
	  STATE_DEGRADED,
	  "no agent runs",
	  "rootgate detach" },
	{ { .pinned = true, .control = { ALL_BAD } },
	  STATE_NOT_ENFORCING,
	  "not armed",
	  "rootgate detach" },
	{ { .pinned = true, .alive = true, .control = { ALL_BAD } },
	  STATE_NOT_ENFORCING,
	  "starting, or ending",
	  "in a second" },
	{ { .pinned = true, .alive = true, .control = { .word = ARMED(RG_MODE_AUDIT), ALL_BAD } },
	  STATE_NOT_ENFORCING,
	  "canary",
	  "kernel.ftrace_enabled" },
	{ { .pinned = true,
	    .alive = true,
	    .now = 100 * S,
	    .disabled_reason = "for a test",
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .disabled_until = 611 * S } },
	  STATE_DEGRADED,
	  "disabled for 8m31s more: for a test",
	  "rootgate enable" },
	{ { .pinned = true,
	    .alive = true,
	    .now = 100 * S,
	    .control = { .word = ARMED(RG_MODE_AUDIT), .disabled_until = 101 * S } },
	  STATE_DEGRADED,
	  "disabled for 1s more",
	  "rootgate enable" },
	{ { .pinned = true,
	    .alive = true,
	    .now = 100 * S,
	    .disabled_reason = "over",
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .disabled_until = 100 * S } },
	  STATE_ENFORCING,
	  "",
	  NULL },
	{ { .pinned = true,
	    .alive = true,
	    .now = 100 * S,
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .heartbeat = 80 * S } },
	  STATE_ENFORCING,
	  "",
	  NULL },
	{ { .pinned = true,
	    .alive = true,
	    .now = 100 * S + 1,
	    .tripped = "the rule x",
	    .control = { .word = ARMED(RG_MODE_ENFORCE),
			 .heartbeat = 80 * S,
			 .attach = RG_ATTACH_AUDIT_ONLY,
			 .tripped = 1 } },
	  STATE_DEGRADED,
	  "the agent has not answered for 20s",
	  "SIGKILL" },
	{ { .pinned = true,
	    .alive = true,
	    .now = 3700 * S,
	    .control = { .word = ARMED(RG_MODE_AUDIT), .heartbeat = 100 * S } },
	  STATE_DEGRADED,
	  "not answered for 1h",
	  "rootgate run" },
	{ { .pinned = true, /* it beats while its map is read */
	    .alive = true,
	    .now = 100 * S,
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .heartbeat = 100 * S + 1 } },
	  STATE_ENFORCING,
	  "",
	  NULL },
	{ { .pinned = true, /* it has yet to beat */
	    .alive = true,
	    .now = 100 * S,
	    .control = { .word = ARMED(RG_MODE_ENFORCE) } },
	  STATE_ENFORCING,
	  "",
	  NULL },
	{ { .pinned = true,
	    .alive = true,
	    .tripped = "the rule x",
	    .control = { .word = ARMED(RG_MODE_AUDIT), .tripped = 1 } },
	  STATE_DEGRADED,
	  "circuit breaker has put the rule x into audit",
	  "rootgate enable" },
	{ { .pinned = true, .alive = true, .control = { .word = ARMED(RG_MODE_AUDIT) } },
	  STATE_AUDIT,
	  "reported, not refused",
	  "mode: enforce" },
	{ { .pinned = true,
	    .alive = true,
	    .control = { .word = ARMED(RG_MODE_AUDIT) | RG_WORD_REFUSES } },
	  STATE_AUDIT,
	  "only what a rule denies",
	  "mode: enforce" },
	{ { .pinned = true,
	    .alive = true,
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .attach = RG_ATTACH_AUDIT_ONLY } },
	  STATE_DEGRADED,
	  "audit only",
	  "rootgate probe" },
	{ { .pinned = true,
	    .alive = true,
	    .control = { .word = ARMED(RG_MODE_AUDIT), .attach = RG_ATTACH_AUDIT_ONLY } },
	  STATE_AUDIT,
	  "audit only",
	  "rootgate probe" },
	{ { .pinned = true,
	    .alive = true,
	    .control = { .word = ARMED(RG_MODE_KILL), .attach = RG_ATTACH_FMOD_RET } },
	  STATE_ENFORCING,
	  "best effort",
	  "lsm=" },
	{ { .pinned = true,
	    .alive = true,
	    .control = { .word = ARMED(RG_MODE_ENFORCE), .attach = RG_ATTACH_LSM } },
	  STATE_ENFORCING,
	  "",
	  NULL },
};

static void test_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct state got = { .remedy = "untouched" };

		state_judge(&rows[i].facts, &got);
		if (got.kind != rows[i].kind || !strstr(got.reason, rows[i].reason))
			fail_msg("row %zu: %s: %s", i, state_name(got.kind), got.reason);
		if (!rows[i].reason[0])
			assert_string_equal(got.reason, "");
		if (rows[i].remedy)
			assert_non_null(strstr(got.remedy, rows[i].remedy));
		else
			assert_null(got.remedy);
	}
}

static void test_long_reason(void **state)
{
	char reason[1000];
	struct state_facts facts = { .pinned = true,
				     .alive = true,
				     .control = { .word = ARMED(RG_MODE_ENFORCE),
						  .disabled_until = 86400 * S },
				     .disabled_reason = reason };
	struct state got;

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	state_judge(&facts, &got);
	assert_int_equal(strlen(got.reason), sizeof(got.reason) - 1);
}

static void test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < RG_COUNT_COUNT; i++)
		assert_non_null(state_counter_name((enum rg_count)i));
	assert_string_equal(state_name(STATE_NOT_ENFORCING), "not_enforcing");
	assert_string_equal(state_name(STATE_COUNT), "unknown");
	assert_string_equal(state_counter_name(RG_COUNT_COUNT), "unknown");
}

static void test_durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0s" },	      { 499999999, "0s" }, { 500000000, "1s" },
		{ 511 * S, "8m31s" }, { 600 * S, "10m" },  { 86400 * S, "24h" },
		{ 3601 * S, "1h1s" },
	};
	char buf[WHEN_DURATION_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		when_format_duration(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].text);
	}
	when_format_duration(buf, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_long_reason),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
