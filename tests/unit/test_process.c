// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PIDs as they are typed, processes as they are shown, trees, and the containers that a word means. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "containers.h"
#include "jsonout.h"
#include "process.h"
#include "sample.h"

static void assert_no_pid(const char *text, const char *words)
{
	struct why why = { "" };
	uint32_t pid = 4711;

	assert_int_equal(process_parse_pid(text, 32767, &pid, &why), -EINVAL);
	assert_int_equal(pid, 4711);
	if (!strstr(why.text, words))
		fail_msg("%s: %s", text, why.text);
}

static void test_parse_pid(void **state)
{
	struct why why;
	uint32_t pid;

	(void)state;
	assert_int_equal(process_parse_pid("1", 32767, &pid, &why), 0);
	assert_int_equal(pid, 1);
	assert_int_equal(process_parse_pid("32767", 32767, &pid, &why), 0);
	assert_int_equal(pid, 32767);
	assert_no_pid("", "takes a number");
	assert_no_pid("x", "takes a number");
	assert_no_pid("1x", "takes a number");
	assert_no_pid(" 1", "takes a number");
	assert_no_pid("+1", "takes a number");
	assert_no_pid("0x10", "takes a number");
	assert_no_pid("-", "takes a number");
	assert_no_pid("--1", "takes a number");
	assert_no_pid("0", "first one is 1");
	assert_no_pid("-1", "negative");
	assert_no_pid("-0", "negative");
	assert_no_pid("-99999999999999999999", "negative");
	assert_no_pid("32768", "largest one here is 32767");
	assert_no_pid("18446744073709551617", "largest one here is 32767");
	assert_true(process_pid_max() >= 300);
}

static void sample_process(struct process *process)
{
	memset(process, 0, sizeof(*process));
	process->pid = 30591;
	process->ppid = 30550;
	process->record.start_time = 4999000000000ULL;
	process->record.levels = 2;
	process->record.pids[0] = (struct rg_pid){ 30591, 4026531836U };
	process->record.pids[1] = (struct rg_pid){ 10, 4026532200U };
	process->record.userns = 4026531837U;
	process->record.container_uid = 7;
	process->ids = (struct rg_ids){ 1000, 1000, 1000, 1000 };
	process->map[0] = (struct rg_extent){ 0, 0, 4294967295U };
	process->extents = 1;
	strcpy(process->command, "sleep 1000");
	strcpy(process->container.id, SAMPLE_HEX);
}

static void test_levels(void **state)
{
	struct process process;
	char buf[RG_PIDS_MAX * 11], few[8];
	uint32_t i;

	(void)state;
	sample_process(&process);
	process_format_levels(buf, sizeof(buf), &process.record);
	assert_string_equal(buf, "30591,10");
	assert_int_equal(process_vpid(&process), 10);
	process.record.levels = RG_PIDS_MAX;
	for (i = 0; i < RG_PIDS_MAX; i++)
		process.record.pids[i].nr = 4294967295U;
	process_format_levels(buf, sizeof(buf), &process.record);
	assert_int_equal(strlen(buf), RG_PIDS_MAX * 11 - 1);
	process_format_levels(few, sizeof(few), &process.record);
	assert_string_equal(few, "4294967");
}

static void assert_json(const struct process *process, const char *key, const char *expected)
{
	struct json_object *object = process_json(process, &sample_origin), *value;

	assert_non_null(object);
	assert_true(json_object_object_get_ex(object, key, &value));
	assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
			    expected);
	json_object_put(object);
}

static void test_json(void **state)
{
	struct process process;
	struct pid_record exited;

	(void)state;
	sample_process(&process);
	assert_json(&process, "pids", "[30591,10]");
	assert_json(&process, "pid_namespaces", "[4026531836,4026532200]");
	assert_json(&process, "entity_id", "\"7f3a9c04-777f-48beb9e8600\"");
	assert_json(&process, "container_uid", "1000");
	assert_json(&process, "host_root", "false");
	assert_json(&process, "exit_time", "null");
	process.ids.fsuid = 0;
	assert_json(&process, "verdict", "\"host-root\"");
	process.map[0].count = 1;
	process.extents = 340;
	assert_json(&process, "container_uid", "null");

	exited = process.record;
	exited.exit_time = 5000000000000ULL;
	exited.pid = 30591;
	exited.ids = (struct rg_ids){ 100007, 100007, 100007, 100007 };
	strcpy(exited.comm, "sh");
	process_from_exited(&process, &exited);
	assert_json(&process, "pid", "30591");
	assert_json(&process, "uid", "100007");
	assert_json(&process, "container_uid", "7");
	assert_json(&process, "container", "null");
	assert_json(&process, "command", "\"sh\"");
}

static void test_words(void **state)
{
	static const struct rg_extent whole[] = { { 0, 0, 4294967295U } };
	static const struct rg_extent mapped[] = { { 0, 100000, 65536 }, { 65536, 0, 1 } };

	(void)state;
	assert_string_equal(process_userns_word(0, whole, 1, true), "none");
	/* whoever is in it: by the map, as far as there is one */
	assert_string_equal(process_userns_word(1, whole, 1, false), "identity");
	assert_string_equal(process_userns_word(1, mapped, 2, false), "identity");
	assert_string_equal(process_userns_word(1, mapped, 1, true), "remapped");
	assert_string_equal(process_userns_word(1, NULL, 0, true), "identity");
	assert_string_equal(process_userns_word(1, NULL, 0, false), "remapped");
}

/* "pid:depth ..." of a tree made of pairs of PID and parent. */
static void assert_tree(const uint32_t (*pairs)[2], size_t count, const char *expected)
{
	struct process *processes = calloc(count + 1, sizeof(*processes));
	char text[512] = "";
	size_t i, at = 0;

	assert_non_null(processes);
	for (i = 0; i < count; i++) {
		processes[i].pid = pairs[i][0];
		processes[i].ppid = pairs[i][1];
	}
	assert_int_equal(process_tree(processes, count), 0);
	for (i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u:%u", i ? " " : "",
				       processes[i].pid, processes[i].depth);
	assert_string_equal(text, expected);
	free(processes);
}

static void test_tree(void **state)
{
	static const uint32_t plain[][2] = { { 30, 20 }, { 10, 1 },  { 20, 10 }, { 40, 10 },
					     { 15, 1 },	 { 50, 15 }, { 25, 20 } };
	/* a child whose PID is lower than its parent's; a circle and a parent of its own */
	static const uint32_t odd[][2] = { { 5, 9 }, { 9, 1 }, { 6, 7 }, { 7, 6 }, { 8, 8 } };

	(void)state;
	assert_tree(plain, 0, "");
	assert_tree(plain, 1, "30:0");
	assert_tree(plain, 7, "10:0 20:1 25:2 30:2 40:1 15:0 50:1");
	assert_tree(odd, 5, "8:0 9:0 5:1 6:0 7:1");
}

/* As deep as there are processes. */
static void test_deep_tree(void **state)
{
	enum { COUNT = 2000 };
	struct process *processes = calloc(COUNT, sizeof(*processes));
	uint32_t i;

	(void)state;
	assert_non_null(processes);
	for (i = 0; i < COUNT; i++) {
		processes[i].pid = COUNT - i;
		processes[i].ppid = COUNT - i - 1;
	}
	assert_int_equal(process_tree(processes, COUNT), 0);
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(processes[i].pid, i + 1);
		assert_int_equal(processes[i].depth, i);
	}
	free(processes);
}

static size_t found(const struct containers *containers, const char *wanted, uint32_t *pid1)
{
	const struct container *container = NULL;
	size_t n = containers_find(containers, wanted, &container);

	*pid1 = container ? container->pid1 : 0;
	return n;
}

static void test_find_container(void **state)
{
	struct identity app = { .id = "3f0c", .name = "app", .image = "app:1" };
	struct container items[] = {
		{ .ref = { .id = "4026532200aa", .known = true }, .pidns = 1, .pid1 = 1 },
		{ .ref = { .id = "40265bb", .known = true },
		  .pidns = 4026532200U,
		  .pid1 = 2,
		  .is_pid1 = true },
		{ .ref = { .id = "web", .known = true, .runtime = RG_RUNTIME_LXC }, .pid1 = 3 },
		{ .ref = { .id = "web-2", .known = true, .runtime = RG_RUNTIME_LXC }, .pid1 = 4 },
		{ .ref = { .id = "" }, .pidns = 4026531836U, .pid1 = 5 },
		{ .ref = { .id = "3f0c", .known = true }, .identity = &app, .pid1 = 6 },
	};
	const struct containers containers = { items, ARRAY_SIZE(items) };
	uint32_t pid1;

	(void)state;
	assert_int_equal(found(&containers, "40265", &pid1), 2); /* ambiguous */
	assert_int_equal(found(&containers, "40265b", &pid1), 1);
	assert_int_equal(pid1, 2);
	assert_int_equal(found(&containers, "4026532200", &pid1), 1); /* an inode before a prefix */
	assert_int_equal(pid1, 2);
	assert_int_equal(found(&containers, "4026532200a", &pid1), 1);
	assert_int_equal(pid1, 1);
	assert_int_equal(found(&containers, "web", &pid1), 1); /* a whole id before a prefix */
	assert_int_equal(pid1, 3);
	assert_int_equal(found(&containers, "we", &pid1), 2);
	assert_int_equal(found(&containers, "4026531836", &pid1), 0); /* the host's own */
	assert_int_equal(found(&containers, "", &pid1), 0);
	assert_int_equal(found(&containers, "nosuch", &pid1), 0);
	assert_int_equal(found(&containers, "app", &pid1), 1);
	assert_int_equal(pid1, 6);
	assert_string_equal(containers_name(&items[5]), "app");
	assert_string_equal(containers_image(&items[5]), "app:1");
	assert_string_equal(containers_name(&items[1]), "");
}

static void test_record_is(void **state)
{
	struct process process;

	(void)state;
	sample_process(&process);
	assert_true(pidmap_record_is(&process.record, 4026532200U, 10));
	assert_true(pidmap_record_is(&process.record, 4026531836U, 30591));
	assert_false(pidmap_record_is(&process.record, 4026532200U, 30591));
	assert_false(pidmap_record_is(&process.record, 1, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_pid),      cmocka_unit_test(test_levels),
		cmocka_unit_test(test_json),	       cmocka_unit_test(test_words),
		cmocka_unit_test(test_tree),	       cmocka_unit_test(test_deep_tree),
		cmocka_unit_test(test_find_container), cmocka_unit_test(test_record_is),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
