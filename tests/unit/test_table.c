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
#include "show.h"
#include "table.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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
		     "CONTAINER    PID  COMMAND  VERDICT\n"
		     "web        30591  /usr/s…  deny\n"
		     "-              7  sh       -\n");
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

/* The widest is cut first, and what is optional goes where that is not enough. */
static void test_cut_many(void **state)
{
	static const struct table_column three[] = { { .header = "A", .flexible = true },
						     { .header = "MAP", .optional = true },
						     { .header = "B", .flexible = true },
						     { .header = "C", .right = true } };
	_cleanup_(table_freep) struct table *table = NULL;

	(void)state;
	assert_int_equal(table_new(three, ARRAY_SIZE(three), &table), 0);
	table_cell(table, "ten letters");
	table_cell(table, "0:1:2");
	table_cell(table, "some twenty letters.");
	table_cell(table, "1");
	assert_table(table, 34,
		     "A            MAP    B            C\n"
		     "ten letters  0:1:2  some twent…  1\n");
	assert_table(table, 26,
		     "A        MAP    B        C\n"
		     "ten le…  0:1:2  some t…  1\n");
	assert_table(table, 25,
		     "A           B           C\n"
		     "ten lette…  some twen…  1\n");
}

/* No line is wider, in code points. */
static void assert_fits(const struct table *table, size_t width, bool map)
{
	char *text = NULL, *line, *rest;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(table_print(table, out, width), 0);
	fclose(out);
	assert_int_equal(strstr(text, " MAP ") != NULL, map);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t n = 0;
		const char *c;

		for (c = line; *c; c++)
			n += ((unsigned char)*c & 0xc0) != 0x80;
		if (n > width)
			fail_msg("%zu: %s", n, line);
	}
	free(text);
}

/* What ps and containers show of all that is as long as it gets on a terminal of the usual width. */
static void test_real(void **state)
{
	struct identity identity = { .id = HEX,
				     .name = "a-name-of-twenty-four-by",
				     .image = "registry.example.com/team/image:1.27.3-alpine" };
	struct container items[] = {
		{ .identity = &identity,
		  .ref = { .id = HEX, .runtime = RG_RUNTIME_DOCKER },
		  .pid1 = 30591,
		  .processes = 12,
		  .host_root = 12 },
		{ .identity = &identity,
		  .ref = { .id = HEX, .runtime = RG_RUNTIME_CONTAINERD },
		  .pid1 = 4194303,
		  .userns_level = 1,
		  .map = { { 0, 100000, 65536 } },
		  .extents = 1,
		  .processes = 32768 },
	};
	struct containers containers = { items, ARRAY_SIZE(items) };
	struct process processes[] = {
		{ .pid = 4194303,
		  .record = { .levels = 2,
			      .userns_level = 1,
			      .pids = { { 4194303, 1 }, { 4194303, 2 } } },
		  .ids = { 2147483647, 2147483647, 2147483647, 2147483647 },
		  .map = { { 0, 2147400000, 100000 } },
		  .extents = 1,
		  .container_name = "a-name-of-twenty-four-by",
		  .command = "/usr/sbin/nginx -g daemon off; and whatever else there is" },
		{ .pid = 30591,
		  .record = { .levels = 2, .pids = { { 30591, 1 }, { 1, 2 } } },
		  .container = { .id = HEX },
		  .command = "sh" },
	};
	_cleanup_(table_freep) struct table *table = NULL, *few = NULL, *ps = NULL;

	(void)state;
	assert_int_equal(show_containers(&containers, &table), 0);
	assert_fits(table, 80, false);
	assert_fits(table, 160, true);
	containers.count = 1;
	assert_int_equal(show_containers(&containers, &few), 0);
	assert_fits(few, 80, true);
	assert_fits(few, 79, false);
	assert_int_equal(show_processes(processes, ARRAY_SIZE(processes), false, &ps), 0);
	assert_fits(ps, 80, false);
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
		cmocka_unit_test(test_escape_long), cmocka_unit_test(test_cut_many),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
