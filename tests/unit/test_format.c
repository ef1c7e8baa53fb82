// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What machines read: every field of the JSON, and bytes that mean harm. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>

#include "format_case.h"
#include "jsonout.h"

static struct json_object *json_of(const struct record *record)
{
	char *text = line_of(record, true, false);
	struct json_object *root = json_tokener_parse(text);

	assert_non_null(root);
	free(text);
	return root;
}

/* A key that must be there: "process.old.uid". */
static struct json_object *at(struct json_object *root, const char *path)
{
	char copy[64], *save = NULL, *part;

	snprintf(copy, sizeof(copy), "%s", path);
	for (part = strtok_r(copy, ".", &save); part; part = strtok_r(NULL, ".", &save))
		assert_true(json_object_object_get_ex(root, part, &root));
	return root;
}

static void assert_text(struct json_object *root, const char *path, const char *expected)
{
	struct json_object *value = at(root, path);

	if (!expected) {
		assert_null(value);
		return;
	}
	assert_true(json_object_is_type(value, json_type_string));
	assert_string_equal(json_object_get_string(value), expected);
}

static void assert_number(struct json_object *root, const char *path, int64_t expected)
{
	assert_true(json_object_is_type(at(root, path), json_type_int));
	assert_int_equal(json_object_get_int64(at(root, path)), expected);
}

static void assert_json(struct json_object *root, const char *path, const char *expected)
{
	assert_string_equal(json_object_to_json_string_ext(at(root, path), JSON_C_TO_STRING_PLAIN),
			    expected);
}

/* The exact keys, in their order: more would be a format of which the manual says nothing. */
static void assert_keys(struct json_object *object, const char *expected)
{
	char keys[256] = "";
	size_t used = 0;

	json_object_object_foreach(object, key, value)
	{
		(void)value;
		used += (size_t)snprintf(keys + used, sizeof(keys) - used, "%s ", key);
		assert_true(used < sizeof(keys));
	}
	assert_string_equal(keys, expected);
}

static void test_json_fields(void **state)
{
	struct record record;
	struct json_object *root;

	(void)state;
	sample_record(&record);
	strcpy(record.container_name, "nginx");
	strcpy(record.image, "docker.io/library/nginx:1.27");
	root = json_of(&record);
	assert_keys(root, "time id type action reason phase process container user_ns policy "
			  "held_ms suppressed node note ");
	assert_keys(at(root, "process"),
		    "pid vpid pids ppid start_time entity_id comm exe old new container_uid ");
	assert_keys(at(root, "container"), "id name image runtime evidence cgroup pod ");
	assert_keys(at(root, "user_ns"), "inum level is_host map ");
	assert_keys(at(root, "policy"), "mode rule generation guarantee ");
	assert_text(root, "time", "2026-11-23T12:00:00.123456789Z");
	assert_text(root, "id", "7f3a9c04-2000000000017");
	assert_text(root, "type", "exec");
	assert_text(root, "action", "deny");
	assert_text(root, "reason", "no_user_namespace");
	assert_text(root, "phase", "running");
	assert_number(root, "process.pid", 30591);
	assert_number(root, "process.vpid", 10);
	assert_json(root, "process.pids", "[30591,10]");
	assert_number(root, "process.ppid", 30550);
	assert_text(root, "process.start_time", "2026-11-23T11:59:59.123456789Z");
	assert_text(root, "process.entity_id", "7f3a9c04-777f-48beb9e8600");
	assert_text(root, "process.comm", "sh");
	assert_text(root, "process.exe", "/bin/id");
	assert_json(root, "process.old",
		    "{\"uid\":1000,\"euid\":1000,\"suid\":1000,\"fsuid\":1000}");
	assert_json(root, "process.new", "{\"uid\":1000,\"euid\":0,\"suid\":0,\"fsuid\":0}");
	assert_number(root, "process.container_uid", 0);
	assert_text(root, "container.id", SAMPLE_HEX);
	assert_text(root, "container.name", "nginx");
	assert_text(root, "container.image", "docker.io/library/nginx:1.27");
	assert_text(root, "container.runtime", "docker");
	assert_text(root, "container.evidence", "pid_namespace");
	assert_text(root, "container.cgroup", "/system.slice/docker-" SAMPLE_HEX ".scope");
	assert_text(root, "container.pod", NULL);
	assert_number(root, "user_ns.inum", 4026531837);
	assert_number(root, "user_ns.level", 0);
	assert_json(root, "user_ns.is_host", "true");
	assert_json(root, "user_ns.map", "[[0,0,4294967295]]");
	assert_text(root, "policy.mode", "enforce");
	assert_text(root, "policy.rule", NULL);
	assert_number(root, "policy.generation", 3);
	assert_text(root, "node", "host1");
	assert_text(root, "note", NULL);
	json_object_put(root);
}

static void test_json_group(void **state)
{
	struct record record;
	struct json_object *root;

	(void)state;
	sample_record(&record);
	record.event.reason = RG_REASON_ROOT_GROUP;
	root = json_of(&record);
	assert_text(root, "reason", "root_group");
	assert_json(root, "process.new", "{\"gid\":1000,\"egid\":0,\"sgid\":0,\"fsgid\":0}");
	assert_text(root, "process.container_uid", NULL);
	json_object_put(root);
}

static void test_json_userns(void **state)
{
	struct record record;
	struct json_object *root;

	(void)state;
	sample_record(&record);
	record.event.reason = RG_REASON_USERNS_MAPS_HOST_ROOT;
	record.event.type = RG_TYPE_SETUID;
	record.event.userns_level = 1;
	record.event.extents = 2;
	record.event.map[0] = (struct rg_extent){ 0, 100000, 5 };
	record.event.map[1] = (struct rg_extent){ 33, 0, 1 };
	strcpy(record.rule, "r");
	strcpy(record.pod_namespace, "web");
	strcpy(record.pod_name, "web-1");
	record.event.suppressed = 12;
	record.event.held = 12346;
	root = json_of(&record);
	assert_text(root, "reason", "userns_maps_host_root");
	assert_number(root, "process.container_uid", 33);
	assert_json(root, "user_ns.map", "[[0,100000,5],[33,0,1]]");
	assert_json(root, "user_ns.is_host", "false");
	assert_json(root, "container.pod", "{\"namespace\":\"web\",\"name\":\"web-1\"}");
	assert_text(root, "policy.rule", "r");
	assert_number(root, "suppressed", 12);
	assert_true(json_object_get_double(json_object_object_get(root, "held_ms")) == 12.346);
	json_object_put(root);

	record.event.extents = 340;
	record.event.map[1] = (struct rg_extent){ 0 };
	root = json_of(&record);
	assert_text(root, "process.container_uid", NULL);
	assert_text(root, "user_ns.map", NULL);
	json_object_put(root);
}

static void test_json_unknown(void **state)
{
	struct record record;
	struct json_object *root;

	(void)state;
	sample_record(&record);
	record.event.type = 99;
	record.event.mode = RG_MODE_NONE;
	record.event.generation = 0;
	root = json_of(&record); /* from RG_TYPE_POLICY on: a note */
	assert_text(root, "type", "unknown");
	assert_text(root, "process", NULL);
	json_object_put(root);

	record.event.type = RG_TYPE_CONTAINER_START;
	record.event.reason = RG_REASON_NONE;
	record.event.runtime = RG_RUNTIME_UNKNOWN; /* no rule of the kernel knew the name */
	record.event.levels = 0;
	record.event.start_time = 0;
	record.event.userns = 0;
	record.event.exe[0] = record.event.comm[0] = '\0';
	root = json_of(&record);
	assert_text(root, "action", NULL);
	assert_text(root, "reason", NULL);
	assert_text(root, "container.runtime", "unknown");
	assert_text(root, "process.vpid", NULL);
	assert_json(root, "process.pids", "[]");
	assert_text(root, "process.start_time", NULL);
	assert_text(root, "process.exe", NULL);
	assert_text(root, "process.comm", NULL);
	assert_text(root, "user_ns", NULL);
	assert_text(root, "policy.mode", NULL);
	assert_text(root, "policy.generation", NULL);
	json_object_put(root);
}

static void test_json_note(void **state)
{
	struct record record;
	struct json_object *root;

	(void)state;
	record_from_note(&record, &sample_origin, RG_TYPE_STATE, "not enforcing: \"x\"\n");
	root = json_of(&record);
	assert_keys(root, "time id type action reason phase process container user_ns policy "
			  "held_ms suppressed node note ");
	assert_text(root, "type", "state");
	assert_text(root, "action", NULL);
	assert_text(root, "phase", NULL);
	assert_text(root, "process", NULL);
	assert_text(root, "container", NULL);
	assert_text(root, "user_ns", NULL);
	assert_text(root, "note", "not enforcing: \"x\"\n");
	assert_text(root, "node", "host1");
	json_object_put(root);
}

static void test_json_hostile(void **state)
{
	struct record record;
	struct json_object *root;
	char *line;

	(void)state;
	sample_record(&record);
	strcpy(record.event.exe, HARM);
	memset(record.event.comm, 0xfe, sizeof(record.event.comm)); /* no NUL either */
	memset(record.image, '\x1b', sizeof(record.image));
	line = line_of(&record, true, false);
	assert_harmless(line);
	assert_non_null(strstr(line, "\\u009b\\u202e\\udb40\\udc41"));
	assert_null(strstr(line, "\\/"));
	free(line);
	root = json_of(&record); /* what is valid comes back as it was, the rest as U+FFFD */
	assert_text(root, "process.exe",
		    "a\n\x1b[2J\x7f\"\\\t/ "
		    "\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81\xef\xbf\xbd\xef\xbf\xbd(");
	assert_int_equal(strlen(json_object_get_string(at(root, "process.comm"))), 16 * 3);
	assert_int_equal(strlen(json_object_get_string(at(root, "container.image"))),
			 RECORD_IMAGE_MAX);
	json_object_put(root);
}

static void test_full_disk(void **state)
{
	struct record record;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	setvbuf(out, NULL, _IONBF, 0);
	sample_record(&record);
	assert_int_equal(format_json(out, &record), -ENOSPC);
	clearerr(out);
	assert_int_equal(format_text(out, &record, false), -ENOSPC);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_fields), cmocka_unit_test(test_json_userns),
		cmocka_unit_test(test_json_group),  cmocka_unit_test(test_json_unknown),
		cmocka_unit_test(test_json_note),   cmocka_unit_test(test_json_hostile),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
