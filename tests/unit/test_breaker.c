// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The circuit breaker: at which refusals it trips, and what is remembered of that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "breaker.h"
#include "tripped.h"
#include "util.h"

#define S 1000000000ULL

static struct breaker *breaker(uint32_t refusals, size_t n_rules)
{
	struct policy policy = { .breaker = { .refusals = refusals, .per = 10 * S },
				 .n_rules = n_rules };

	return breaker_new(&policy);
}

/* The number of the refusal, from 1, at which it trips; 0: at none of n. */
static unsigned int trips_at(struct breaker *breaker, unsigned int n, uint64_t every,
			     unsigned int containers)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (breaker_count(breaker, 0, S + i * every, i % containers))
			return i + 1;
	return 0;
}

static void test_rate(void **state)
{
	static const struct {
		uint32_t refusals;
		uint64_t every;
		unsigned int containers;
		unsigned int at;
	} rows[] = {
		{ 20, 0, 20, 20 },
		{ 20, 0, 2, 20 },
		{ 20, 10 * S / 19, 2, 20 },    /* the first is ten seconds old, just */
		{ 20, 10 * S / 19 + 1, 2, 0 }, /* and a little older */
		{ 20, 0, 1, 0 },	       /* one in a loop */
		{ 2, 0, 2, 2 },
		{ 2, 0, 1, 0 },
		{ 3, 0, 2, 3 },
		{ 1000, 0, 7, 1000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct breaker *b = breaker(rows[i].refusals, 0);

		assert_non_null(b);
		assert_int_equal(trips_at(b, 5000, rows[i].every, rows[i].containers), rows[i].at);
		breaker_free(b);
	}
	assert_null(breaker(0, 3));
	breaker_free(NULL);
}

/* A loop neither trips it nor keeps others from doing so. */
static void test_loop(void **state)
{
	struct breaker *b = breaker(4, 0);

	(void)state;
	assert_int_equal(trips_at(b, 1000, 1, 1), 0);
	assert_false(breaker_count(b, 0, S + 1000, 7));
	assert_true(breaker_count(b, 0, S + 1001, 8));
	/* and it begins anew */
	assert_false(breaker_count(b, 0, S + 1002, 9));
	breaker_free(b);
}

static void test_scopes(void **state)
{
	struct breaker *b = breaker(2, 2);

	(void)state;
	assert_false(breaker_count(b, 0, S, 1));
	assert_false(breaker_count(b, 1, S, 2));
	assert_false(breaker_count(b, 2, S, 3));
	assert_false(breaker_count(b, 3, S, 4)); /* there is none */
	assert_true(breaker_count(b, 2, S, 5));
	assert_true(breaker_count(b, 0, S - 5, 6)); /* a little out of order */
	breaker_free(b);
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static uint64_t container(const char *cgroup, uint32_t levels, uint32_t ns, uint64_t cgroup_id)
{
	struct rg_event event = { .levels = levels, .cgroup_id = cgroup_id };

	event.pids[1].ns = ns;
	snprintf(event.cgroup, sizeof(event.cgroup), "%s", cgroup);
	return breaker_container(&event);
}

/* Neither cgroups nor PID namespaces of its own make several of one container. */
static void test_container(void **state)
{
	const uint64_t docker = container("/system.slice/docker-" HEX ".scope", 2, 7, 1);

	(void)state;
	assert_int_equal(container("/system.slice/docker-" HEX ".scope/a", 2, 7, 2), docker);
	assert_int_equal(container("/system.slice/docker-" HEX ".scope/a/b", 3, 8, 3), docker);
	assert_int_equal(container("/system.slice/docker-" HEX ".scope", 1, 0, 1), docker);
	assert_int_not_equal(container("/system.slice/libpod-" HEX ".scope", 2, 7, 1), docker);
	/* without a name, and where there is one hierarchy for each controller */
	assert_int_equal(container("/some/a", 2, 7, 1), container("/some/a/b", 3, 7, 2));
	assert_int_not_equal(container("/", 2, 7, 1), container("/", 2, 8, 1));
	assert_int_equal(container("", 2, 7, 1), container("/", 2, 7, 1));
	assert_int_not_equal(container("", 1, 0, 1), container("", 1, 0, 2));
}

static void test_names(void **state)
{
	_cleanup_(tripped_clear) struct tripped tripped = {};
	char text[64];

	(void)state;
	tripped_describe(&tripped, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(tripped_add(&tripped, "a"), 0);
	assert_int_equal(tripped_add(&tripped, "a"), 0);
	tripped_describe(&tripped, text, sizeof(text));
	assert_string_equal(text, "the rule a");
	assert_int_equal(tripped_add(&tripped, NULL), 0);
	assert_int_equal(tripped_add(&tripped, "b"), 0);
	tripped_describe(&tripped, text, sizeof(text));
	assert_string_equal(text, "the mode, the rules a, b");
	tripped_describe(&tripped, text, 12);
	assert_string_equal(text, "the mode, t");
	tripped_drop(&tripped, "a");
	tripped_drop(&tripped, "x");
	tripped_drop(&tripped, NULL);
	assert_false(tripped_has(&tripped, "a") || tripped_has(&tripped, NULL));
	assert_true(tripped_has(&tripped, "b"));
}

static void test_file(void **state)
{
	_cleanup_(tripped_clear) struct tripped in = {}, out = {};
	char dir[] = "/tmp/rootgate-tripped.XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("ROOTGATE_RUN_DIR", dir, 1);
	snprintf(path, sizeof(path), "%s/tripped", dir);
	assert_int_equal(tripped_read(&out), -ENOENT);
	assert_int_equal(tripped_add(&in, "x-1"), 0);
	assert_int_equal(tripped_add(&in, NULL), 0);
	assert_int_equal(tripped_write(&in), 0);
	assert_int_equal(tripped_read(&out), 0);
	assert_true(out.mode && out.n_rules == 1 && tripped_has(&out, "x-1"));
	assert_int_equal(chmod(path, 0622), 0);
	assert_int_equal(tripped_read(&out), -EBADMSG);
	assert_int_equal(tripped_remove(), 0);
	assert_int_equal(tripped_remove(), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),   cmocka_unit_test(test_loop),
		cmocka_unit_test(test_scopes), cmocka_unit_test(test_names),
		cmocka_unit_test(test_file),   cmocka_unit_test(test_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
