// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tables for people, and the escaping that they rest on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "table.h"

static const struct table_column columns[] = {
	{ .header = "CONTAINER" },
	{ .header = "PID", .right = true },
	{ .header = "COMMAND", .flexible = true },
	{ .header = "VERDICT" },
};

static void assert_table(const struct table *table, size_t width, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(table_print(table, out, width), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void fill(struct table *table)
{
	table_cell(table, "%s", "web");
	table_cell(table, "%d", 30591);
	table_cell(table, "%s", "/usr/sbin/nginx -g daemon");
	table_cell(table, "%s", "deny");
	table_cell(table, "%s", "");
	table_cell(table, "%d", 7);
	table_cell(table, "%s", "sh");
	table_cell(table, "%s", "");
}

static void test_widths(void **state)
{
	_cleanup_(table_freep) struct table *table = NULL;

	(void)state;
	assert_int_equal(table_new(columns, ARRAY_SIZE(columns), &table), 0);
	assert_table(table, 0, "CONTAINER  PID  COMMAND  VERDICT\n");
	fill(table);
	assert_table(table, 0,
		     "CONTAINER    PID  COMMAND                    VERDICT\n"
		     "web        30591  /usr/sbin/nginx -g daemon  deny\n"
		     "-              7  sh                         -\n");
	table_cell(table, "%s", "half a row");
	assert_table(table, 0,
		     "CONTAINER     PID  COMMAND                    VERDICT\n"
		     "web         30591  /usr/sbin/nginx -g daemon  deny\n"
		     "-               7  sh                         -\n"
		     "half a row      -  -                          -\n");
}

static void test_cut(void **state)
{
	_cleanup_(table_freep) struct table *table = NULL;

	(void)state;
	assert_int_equal(table_new(columns, ARRAY_SIZE(columns), &table), 0);
	fill(table);
	assert_table(table, 52,
		     "CONTAINER    PID  COMMAND                    VERDICT\n"
		     "web        30591  /usr/sbin/nginx -g daemon  deny\n"
		     "-              7  sh                         -\n");
	assert_table(table, 40,
		     "CONTAINER    PID  COMMAND        VERDICT\n"
		     "web        30591  /usr/sbin/ng…  deny\n"
		     "-              7  sh             -\n");
	assert_table(table, 1, /* as little as it goes, and no less */
		     "CONTAINER    PID  COMMAND   VERDICT\n"
		     "web        30591  /usr/sb…  deny\n"
		     "-              7  sh        -\n");
}

/* Without a flexible column the last one is cut; code points are never split. */
static void test_cut_last(void **state)
{
	static const struct table_column two[] = { { .header = "A" }, { .header = "B" } };
	_cleanup_(table_freep) struct table *table = NULL;

	(void)state;
	assert_int_equal(table_new(two, ARRAY_SIZE(two), &table), 0);
	table_cell(table, "x");
	table_cell(table, "ärger über öfen");
	assert_table(table, 12, "A  B\nx  ärger üb…\n");
}

static void test_hostile(void **state)
{
	static char name[4096];
	_cleanup_(table_freep) struct table *table = NULL;
	char *text = NULL;
	size_t len, i;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	memset(name, 0x1b, sizeof(name) - 1);
	assert_int_equal(table_new(columns, ARRAY_SIZE(columns), &table), 0);
	table_cell(table, "%s", "a\nb\xff");
	table_cell(table, "%s", "\xe2\x80\xae");
	table_cell(table, "%s", name);
	table_cell(table, "%s", "\x1b[31m");
	assert_int_equal(table_print(table, out, 60), 0);
	fclose(out);
	assert_string_equal(
		text, "CONTAINER     PID  COMMAND                          VERDICT\n"
		      "a\\nb\\xff   \\u202e  \\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x…  \\x1b[31m\n");
	for (i = 0; i < len; i++)
		assert_true(text[i] == '\n' || (unsigned char)text[i] >= 0x20);
	free(text);
}

static void test_many_rows(void **state)
{
	_cleanup_(table_freep) struct table *table = NULL;
	FILE *out = fopen("/dev/full", "w");
	int i;

	(void)state;
	assert_non_null(out);
	assert_int_equal(table_new(columns, ARRAY_SIZE(columns), &table), 0);
	for (i = 0; i < 10000; i++)
		fill(table);
	assert_int_equal(table_print(table, out, 80), -ENOSPC);
	fclose(out);
}

static void test_no_terminal(void **state)
{
	(void)state;
	setenv("COLUMNS", "40", 1);
	assert_int_equal(table_width(-1), 0);
}

/* A name as long as the kernel allows a path, of the worst bytes. */
static void test_escape_long(void **state)
{
	static char name[4096], *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	memset(name, 0x1b, sizeof(name) - 1);
	escape_text(out, name, sizeof(name));
	escape_word(out, "", 0);
	escape_word(out, "plain", 3);
	fclose(out);
	assert_int_equal(len, 4095 * 4 + 2 + 3);
	assert_string_equal(text + 4095 * 4, "\"\"pla");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),	    cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_last),    cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_rows),   cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_escape_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
