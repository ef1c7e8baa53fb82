// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Refusals in a loop: which are told, and that told and left out are all there were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "suppress.h"

#define MS 1000000ULL

/* What was told late, and how many that stands for. */
static unsigned int late, late_sum;

static void tell_late(void *ctx, const struct record *record)
{
	(void)ctx;
	late++;
	late_sum += record->event.suppressed + 1;
}

/* -1: held back; else the number of those left out before it. */
static int take(struct suppress *suppress, uint32_t pid, uint64_t at, const char *exe)
{
	struct record record = { .event = { .time = at, .pid = pid, .action = RG_ACTION_DENY } };

	strcpy(record.event.exe, exe);
	return suppress_take(suppress, &record, tell_late, NULL) ? (int)record.event.suppressed
								 : -1;
}

static void test_loop(void **state)
{
	struct suppress *s = suppress_new();

	(void)state;
	late = late_sum = 0;
	assert_int_equal(take(s, 1, 1000 * MS, "/a"), 0);
	assert_int_equal(take(s, 1, 1001 * MS, "/a"), -1);
	assert_int_equal(take(s, 1, 1999 * MS, "/a"), -1);
	assert_int_equal(take(s, 1, 2000 * MS, "/a"), 2);
	assert_int_equal(take(s, 1, 2001 * MS, "/a"), -1);
	suppress_flush(s, 2999 * MS, tell_late, NULL);
	assert_int_equal(late, 0);
	suppress_flush(s, 3000 * MS, tell_late, NULL);
	assert_int_equal(late, 1);
	assert_int_equal(late_sum, 1);
	suppress_flush(s, 9000 * MS, tell_late, NULL);
	assert_int_equal(late, 1);
	suppress_free(s);
}

/* Another process, another file: the first of each is told. */
static void test_others(void **state)
{
	struct suppress *s = suppress_new();

	(void)state;
	assert_int_equal(take(s, 1, 1000 * MS, "/a"), 0);
	assert_int_equal(take(s, 2, 1000 * MS, "/a"), 0);
	assert_int_equal(take(s, 1, 1000 * MS, "/b"), 0);
	assert_int_equal(take(s, 1, 1001 * MS, "/a"), -1);
	suppress_free(s);
}

/* More processes than places: nothing is lost of it. */
static void test_full(void **state)
{
	struct suppress *s = suppress_new();
	unsigned int told = 0, i;

	(void)state;
	late = late_sum = 0;
	for (i = 0; i < 1000; i++) {
		int left_out = take(s, i % 5 ? 7 : i + 10, 1000 * MS + i * MS, "/a");

		told += left_out < 0 ? 0 : (unsigned int)left_out + 1;
	}
	suppress_flush(s, 9000 * MS, tell_late, NULL);
	assert_int_equal(told + late_sum, 1000);
	assert_true(late > 0);
	suppress_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
