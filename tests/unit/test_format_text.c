// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What people read: the line of text, on a terminal that must not be attacked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "format_case.h"

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static void assert_line(const struct record *record, bool colour, const char *expected)
{
	char *line = line_of(record, false, colour);

	line[strlen(line) - 1] = '\0';
	assert_string_equal(line, expected);
	free(line);
}

static void test_text(void **state)
{
	struct record record;
	char *line;

	(void)state;
	set_zone("UTC-1");
	sample_record(&record);
	assert_line(
		&record, false,
		"11-23 13:00:00 deny exec   30591/10 docker:3f0c2d9a1b7e 1000→0 /bin/id no userns");
	line = line_of(&record, false, false);
	assert_int_equal(strlen(line) - 1 - 2, 80); /* the arrow has three bytes */
	free(line);
	assert_line(&record, true,
		    "11-23 13:00:00 \x1b[31mdeny\x1b[0m exec   30591/10 docker:3f0c2d9a1b7e 1000→0 "
		    "/bin/id no userns");
	strcpy(record.container_name, "nginx");
	strcpy(record.rule, "low port");
	record.event.type = RG_TYPE_SETUID;
	record.event.action = RG_ACTION_AUDIT;
	record.event.phase = RG_PHASE_SETUP;
	record.event.reason = RG_REASON_USERNS_MAPS_HOST_ROOT;
	record.event.suppressed = 3;
	record.event.held = 1500000;
	record.event.old = (struct rg_ids){ 7, 8, 9, 8 };
	record.event.new = (struct rg_ids){ 7, 8, 0, 8 };
	assert_line(
		&record, false,
		"11-23 13:00:00 audit setuid 30591/10 docker:3f0c2d9a1b7e(nginx) suid 9→0 /bin/id "
		"userns maps host root rule \"low port\" (set-up) (held 1500 ms) "
		"(+3 more)");
	sample_record(&record);
	record.event.reason = RG_REASON_ROOT_GROUP;
	assert_line(&record, false,
		    "11-23 13:00:00 deny exec   30591/10 docker:3f0c2d9a1b7e egid 1000→0 /bin/id "
		    "group 0");
}

static void test_text_others(void **state)
{
	struct record record;

	(void)state;
	set_zone("UTC");
	sample_record(&record);
	record.event.type = RG_TYPE_CONTAINER_START;
	record.event.reason = RG_REASON_NONE;
	record.event.runtime = RG_RUNTIME_UNKNOWN;
	record.event.levels = 1; /* --pid=host */
	strcpy(record.event.cgroup, "/batch/job 7");
	record.event.exe[0] = '\0';
	assert_line(&record, false, "11-23 12:00:00 container_start    30591 \"job 7\" sh");
	record_from_note(&record, &sample_origin, RG_TYPE_LOST, "7 events\x1b[2J");
	record.wall_time = SAMPLE_WALL;
	assert_line(&record, true, "11-23 12:00:00 lost        7 events\\x1b[2J");
	memset(&record.event, 0xff,
	       offsetof(struct rg_event, pids)); /* numbers that mean nothing */
	record.event.type = RG_TYPE_EXEC;
	record.event.levels = 2;
	free(line_of(&record, false, true));
	free(line_of(&record, true, false));
}

static void test_text_hostile(void **state)
{
	struct record record;
	char *line;

	(void)state;
	sample_record(&record);
	strcpy(record.event.exe, HARM);
	memset(record.container_name, '\n', sizeof(record.container_name));
	strcpy(record.event.cgroup, "/x/\x1b]0;owned\x07");
	strcpy(record.rule, "\xe2\x80\xae");
	line = line_of(&record, false, false);
	assert_harmless(line);
	assert_non_null(strstr(
		line, "\"a\\n\\x1b[2J\\x7f\\\"\\\\\\t/ \\u009b\\u202e\\U000e0041\\xff\\xc3(\""));
	assert_non_null(strstr(line, "\\x1b]0;owned\\x07"));
	free(line);
}

static void test_colour(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_false(format_wants_colour(-1)); /* no terminal */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_others),
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
