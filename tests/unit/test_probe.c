// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The way that the agent would take, and what it would take to do better: a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probe.h"

#define LSM_HOST	 .host = { .lsm_bpf = true, .btf = true }
#define FMOD_HOST	 .host = { .btf = true, .lsm_wanted = "capability,yama,bpf" }
#define LOADS(lsm, fmod) .loads = { [RG_ATTACH_LSM] = (lsm), [RG_ATTACH_FMOD_RET] = (fmod) }

static const struct row {
	struct probe_facts facts;
	enum rg_attach way;
	const char *guarantee;
	const char *reason; /* a part; "": none */
	const char *remedy;
} rows[] = {
	{ { LSM_HOST, .ftrace_enabled = 1 }, RG_ATTACH_LSM, "blocked", "", "" },
	{ { LSM_HOST, .ftrace_enabled = -1 }, RG_ATTACH_LSM, "blocked", "", "" },
	{ { FMOD_HOST, .ftrace_enabled = 1 },
	  RG_ATTACH_FMOD_RET,
	  "blocked, best effort",
	  "not an active security module",
	  "lsm=capability,yama,bpf" },
	/* what is not needed may fail; the other way is no way out */
	{ { FMOD_HOST, .ftrace_enabled = 1, LOADS(-EINVAL, 0) },
	  RG_ATTACH_FMOD_RET,
	  "blocked, best effort",
	  "active",
	  "lsm=" },
	{ { LSM_HOST, .ftrace_enabled = 1, LOADS(-EINVAL, 0) },
	  RG_ATTACH_NONE,
	  "audit only",
	  "Invalid argument",
	  "CONFIG_BPF_LSM" },
	{ { FMOD_HOST, .ftrace_enabled = 1, LOADS(0, -EPERM) },
	  RG_ATTACH_NONE,
	  "audit only",
	  "Operation not permitted",
	  "on the host itself" },
	{ { FMOD_HOST, .ftrace_enabled = 1, LOADS(0, -EPERM), .lockdown = "confidentiality" },
	  RG_ATTACH_NONE,
	  "audit only",
	  "Operation not permitted",
	  "lockdown=confidentiality" },
	{ { LSM_HOST, .ftrace_enabled = 0 },
	  RG_ATTACH_NONE,
	  "audit only",
	  "ftrace_enabled is 0",
	  "sysctl kernel.ftrace_enabled=1" },
	{ { .host = { .lsm_bpf = true }, .ftrace_enabled = 1 },
	  RG_ATTACH_NONE,
	  "audit only",
	  "no BTF",
	  "CONFIG_DEBUG_INFO_BTF" },
	{ { LSM_HOST, .ftrace_enabled = 1, .host_err = -EINVAL, .host_why = { "not the host" } },
	  RG_ATTACH_NONE,
	  "audit only",
	  "not the host",
	  "on the host itself" },
};

static void test_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct probe_verdict got;

		probe_judge(&row->facts, &got);
		if (got.way != row->way || strcmp(got.guarantee, row->guarantee) != 0 ||
		    !strstr(got.reason, row->reason) || !strstr(got.remedy, row->remedy))
			fail_msg("row %zu: %d %s: %s; %s", i, (int)got.way, got.guarantee,
				 got.reason, got.remedy);
		assert_int_equal(!got.reason[0], !row->reason[0]);
		assert_int_equal(!got.remedy[0], !row->remedy[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
