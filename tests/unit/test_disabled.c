// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The run folder's memory of a disable: what is written is read, and what cannot be true is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "disabled.h"

static void test_round(void **state)
{
	struct disabled in = { .until = clock_ns(CLOCK_BOOTTIME) + 5000000000,
			       .reason = "why \"not\"",
			       .uid = 7,
			       .pid = 8 };
	struct disabled out = { .uid = 99 };
	char dir[] = "/tmp/rootgate-disabled.XXXXXX";
	char path[128];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("ROOTGATE_RUN_DIR", dir, 1);
	snprintf(path, sizeof(path), "%s/disabled", dir);
	assert_int_equal(disabled_read(&out), -ENOENT);
	assert_int_equal(disabled_write(&in), 0);
	assert_int_equal(disabled_read(&out), 0);
	assert_int_equal(out.until, in.until);
	assert_string_equal(out.reason, in.reason);
	assert_int_equal(out.uid, 7);
	assert_int_equal(out.pid, 8);
	in.until = 1; /* over */
	assert_int_equal(disabled_write(&in), 0);
	assert_int_equal(disabled_read(&out), -ENOENT);
	in.until = clock_ns(CLOCK_BOOTTIME) + 2 * CONTROL_FOR_MAX;
	assert_int_equal(disabled_write(&in), 0);
	assert_int_equal(disabled_read(&out), -EBADMSG);
	in.until = clock_ns(CLOCK_BOOTTIME) + 5000000000;
	assert_int_equal(disabled_write(&in), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(disabled_read(&out), -EBADMSG);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("{\"until_boottime_ns\":", file);
	fclose(file);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(disabled_read(&out), -EBADMSG);
	assert_int_equal(out.uid, 7);
	assert_int_equal(disabled_remove(), 0);
	assert_int_equal(disabled_remove(), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_another_boot(void **state)
{
	char dir[] = "/tmp/rootgate-disabled.XXXXXX";
	struct disabled out;
	char path[128];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("ROOTGATE_RUN_DIR", dir, 1);
	snprintf(path, sizeof(path), "%s/disabled", dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "{\"until_boottime_ns\":%llu,\"boot_id\":\"%s\",\"reason\":\"x\",\"by\":1}",
		(unsigned long long)clock_ns(CLOCK_BOOTTIME) + 5000000000ULL,
		"00000000-0000-0000-0000-000000000000");
	fclose(file);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(disabled_read(&out), -ENOENT);
	assert_int_equal(disabled_remove(), 0);
	/* a name that another root has left for it */
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(disabled_read(&out), -ELOOP);
	assert_int_equal(disabled_remove(), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_another_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
