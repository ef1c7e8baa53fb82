// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The ring of the last records, against a plain list of what was put in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "backlog.h"
#include "sample.h"

static void add(struct backlog *backlog, uint32_t pid, size_t length)
{
	struct record record;

	sample_record(&record);
	record.event.pid = pid;
	memset(record.note, 'n', length);
	record.note[length] = '\0';
	backlog_add(backlog, &record);
}

/* Every record that is kept is whole, and the one that was put in under its number. */
static void check(const struct backlog *backlog)
{
	uint64_t number;
	size_t len;

	assert_true(backlog->first < backlog->next);
	assert_true(backlog->next - backlog->first <= backlog->max);
	for (number = backlog->first; number < backlog->next; number++) {
		const void *packed = backlog_get(backlog, number, &len);
		struct record record;

		assert_non_null(packed);
		assert_int_equal(record_unpack(packed, len, &record), 0);
		assert_int_equal(record.event.pid, number);
		assert_int_equal(strspn(record.note, "n"), strlen(record.note));
	}
	assert_null(backlog_get(backlog, backlog->next, &len));
	if (backlog->first)
		assert_null(backlog_get(backlog, backlog->first - 1, &len));
}

static void run(size_t max, size_t size, uint32_t rounds)
{
	struct backlog backlog;
	uint32_t i;

	assert_int_equal(backlog_init(&backlog, max, size), 0);
	for (i = 0; i < rounds; i++) {
		add(&backlog, i, (size_t)rand() % RECORD_NOTE_MAX);
		check(&backlog);
	}
	backlog_free(&backlog);
}

static void test_bounds(void **state)
{
	(void)state;
	srand(3);
	run(1, RECORD_PACKED_MAX, 200);
	run(4, 100000, 200);		    /* records run out first */
	run(1000, RECORD_PACKED_MAX, 2000); /* bytes do */
	run(1000, RECORD_PACKED_MAX + 1, 2000);
	run(16, 7001, 5000); /* both do */
}

static void test_keeps_as_many(void **state)
{
	struct backlog backlog;
	uint32_t i;

	(void)state;
	assert_int_equal(backlog_init(&backlog, 8, 100000), 0);
	for (i = 0; i < 100; i++)
		add(&backlog, i, 10);
	assert_int_equal(backlog.next - backlog.first, 8);
	backlog_free(&backlog);
	assert_int_equal(backlog_init(&backlog, 1000, 10000), 0);
	for (i = 0; i < 100; i++)
		add(&backlog, i, 10);
	assert_in_range(backlog.next - backlog.first, 20, 30); /* of some 370 bytes each */
	backlog_free(&backlog);
}

static void test_bad_sizes(void **state)
{
	struct backlog backlog;

	(void)state;
	assert_int_equal(backlog_init(&backlog, 0, 100000), -EINVAL);
	assert_int_equal(backlog_init(&backlog, 4, RECORD_PACKED_MAX - 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_keeps_as_many),
		cmocka_unit_test(test_bad_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
