// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Records and filters: what an event is before anybody formats it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"
#include "sample.h"

static void assert_records_equal(const struct record *a, const struct record *b)
{
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->wall_time, b->wall_time);
	assert_memory_equal(a->boot_id, b->boot_id, sizeof(a->boot_id));
	assert_memory_equal(&a->event, &b->event, offsetof(struct rg_event, pids));
	assert_memory_equal(a->event.pids, b->event.pids, a->event.levels * sizeof(struct rg_pid));
	assert_string_equal(a->event.comm, b->event.comm);
	assert_string_equal(a->event.cgroup, b->event.cgroup);
	assert_string_equal(a->event.exe, b->event.exe);
	assert_string_equal(a->rule, b->rule);
	assert_string_equal(a->container_name, b->container_name);
	assert_string_equal(a->image, b->image);
	assert_string_equal(a->pod_namespace, b->pod_namespace);
	assert_string_equal(a->pod_name, b->pod_name);
	assert_string_equal(a->node, b->node);
	assert_string_equal(a->note, b->note);
}

static void test_from_event(void **state)
{
	struct record record;
	size_t i;

	(void)state;
	sample_record(&record);
	assert_int_equal(record.size, sizeof(record));
	assert_int_equal(record.abi, RG_ABI_VERSION);
	assert_int_equal(record.wall_time, SAMPLE_WALL);
	assert_string_equal(record.node, "host1");
	assert_string_equal(record.event.exe, "/bin/id");
	assert_string_equal(record.rule, "");
	assert_string_equal(record.note, "");
	for (i = 1; i < RG_EXTENTS_MAX; i++) /* the kernel's leftovers stay behind */
		assert_int_equal(record.event.map[i].count, 0);
	assert_int_equal(record_vpid(&record.event), 10);
	assert_int_equal(record_start_time(&record), SAMPLE_WALL - 1000000000ULL);
	assert_false(record_is_note(&record));
	assert_true(record_has_action(&record));
}

static void test_from_event_hostile(void **state)
{
	struct rg_event event;
	struct record record;

	(void)state;
	memset(&event, 0xff, sizeof(event)); /* no NUL anywhere, every count too large */
	record_from_event(&record, &sample_origin, &event, 0);
	assert_int_equal(record.event.levels, RG_PIDS_MAX);
	assert_int_equal(strlen(record.event.exe), RG_PATH_MAX - 1);
	assert_int_equal(strlen(record.event.comm), RG_COMM_MAX - 1);
	assert_int_equal(record_vpid(&event), 0);
}

static void test_pack(void **state)
{
	char packed[RECORD_PACKED_MAX], again[RECORD_PACKED_MAX];
	struct record record, out;
	size_t len;

	(void)state;
	sample_record(&record);
	strcpy(record.rule, "nginx-low-port");
	strcpy(record.image, "docker.io/library/nginx:1.27");
	strcpy(record.pod_name, "web-1");
	len = record_pack(&record, packed);
	assert_in_range(len, 224, 512);
	assert_int_equal(record_unpack(packed, len, &out), 0);
	assert_records_equal(&record, &out);
	assert_int_equal(record_pack(&out, again), len);
	assert_memory_equal(packed, again, len);
}

static size_t pack_full(char packed[RECORD_PACKED_MAX])
{
	struct record record;

	memset(&record, 'x', sizeof(record));
	record.size = sizeof(record);
	record.abi = RG_ABI_VERSION;
	return record_pack(&record, packed);
}

/* The largest record there can be still fits its buffer. */
static void test_pack_full(void **state)
{
	char packed[RECORD_PACKED_MAX];
	struct record out;
	size_t len = pack_full(packed);

	(void)state;
	assert_true(len <= RECORD_PACKED_MAX);
	assert_int_equal(record_unpack(packed, len, &out), 0);
	assert_int_equal(out.event.levels, RG_PIDS_MAX);
	assert_int_equal(strlen(out.note), RECORD_NOTE_MAX - 1);
}

/* Whatever the bytes are, unpacking says no or gives strings that end. */
static void test_unpack_hostile(void **state)
{
	char packed[RECORD_PACKED_MAX], bad[RECORD_PACKED_MAX + 8];
	struct record record, out;
	uint32_t value;
	size_t len, i;
	int round;

	(void)state;
	sample_record(&record);
	len = record_pack(&record, packed);
	memset(&out, 0x5a, sizeof(out));
	for (i = 0; i < len; i++)
		assert_int_equal(record_unpack(packed, i, &out), -EBADMSG);
	memset(bad, 0, sizeof(bad));
	memcpy(bad, packed, len);
	assert_int_equal(record_unpack(bad, len + 1, &out), -EBADMSG);
	assert_int_equal(record_unpack(bad, sizeof(bad), &out), -EBADMSG);
	value = RG_ABI_VERSION + 1;
	memcpy(bad + offsetof(struct record, abi), &value, sizeof(value));
	assert_int_equal(record_unpack(bad, len, &out), -EPROTO);
	assert_int_equal(((unsigned char *)&out)[0], 0x5a); /* untouched */
	srand(7);
	for (round = 0; round < 20000; round++) {
		memcpy(bad, packed, len);
		for (i = 0; i < 4; i++)
			bad[8 + (size_t)rand() % (len - 8)] = (char)rand();
		if (record_unpack(bad, len, &out) == 0) {
			assert_true(out.event.levels <= RG_PIDS_MAX);
			assert_true(strlen(out.note) < RECORD_NOTE_MAX &&
				    strlen(out.event.exe) < RG_PATH_MAX);
		}
	}
}

static void set_u32(char *packed, size_t offset, size_t value)
{
	uint32_t n = (uint32_t)value;

	memcpy(packed + offset, &n, sizeof(n));
}

/* One lie each, everything else right. */
static void test_unpack_lies(void **state)
{
	const size_t pids = offsetof(struct record, event.pids),
		     size = offsetof(struct record, size);
	char packed[RECORD_PACKED_MAX], bad[RECORD_PACKED_MAX + 64] = { 0 };
	struct record record, out;
	size_t len, strings = pids + 2 * sizeof(struct rg_pid);

	(void)state;
	sample_record(&record);
	len = record_pack(&record, packed);

	memcpy(bad, packed, len); /* a byte behind the last string */
	set_u32(bad, size, len + 1);
	assert_int_equal(record_unpack(bad, len + 1, &out), -EBADMSG);

	memcpy(bad, packed, strings); /* one PID more than there can be */
	memset(bad + strings, 1, (RG_PIDS_MAX - 1) * sizeof(struct rg_pid));
	memcpy(bad + strings + (RG_PIDS_MAX - 1) * sizeof(struct rg_pid), packed + strings,
	       len - strings);
	set_u32(bad, offsetof(struct record, event.levels), RG_PIDS_MAX + 1);
	set_u32(bad, size, len + (RG_PIDS_MAX - 1) * sizeof(struct rg_pid));
	assert_int_equal(record_unpack(bad, len + (RG_PIDS_MAX - 1) * sizeof(struct rg_pid), &out),
			 -EBADMSG);

	memcpy(bad, packed, strings); /* a comm longer than a comm */
	memset(bad + strings, 'c', RG_COMM_MAX);
	memcpy(bad + strings + RG_COMM_MAX, packed + strings + 2,
	       len - strings - 2); /* behind "sh" */
	set_u32(bad, size, len + RG_COMM_MAX - 2);
	assert_int_equal(record_unpack(bad, len + RG_COMM_MAX - 2, &out), -EBADMSG);
	bad[strings + RG_COMM_MAX - 1] = '\0'; /* two strings of it: one too many */
	assert_int_equal(record_unpack(bad, len + RG_COMM_MAX - 2, &out), -EBADMSG);
}

static void test_note(void **state)
{
	char wide[400], first[RECORD_ID_MAX], second[RECORD_ID_MAX];
	struct record record;

	(void)state;
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	record_from_note(&record, &sample_origin, RG_TYPE_LOST, "%d of %s", 7, wide);
	assert_int_equal(strlen(record.note), RECORD_NOTE_MAX - 1);
	assert_memory_equal(record.note, "7 of www", 8);
	assert_true(record_is_note(&record));
	assert_false(record_has_action(&record));
	assert_true(record.wall_time > 1600000000000000000ULL);
	record_format_id(first, &record);
	record_from_note(&record, &sample_origin, RG_TYPE_LOST, "x");
	record_format_id(second, &record);
	assert_string_not_equal(first, second);
	assert_memory_equal(first, "7f3a9c04-ffff", 13);
}

static void test_formats(void **state)
{
	char id[RECORD_ID_MAX], entity[RECORD_ENTITY_MAX], text[RECORD_TIME_MAX],
		boot[RECORD_BOOT_MAX];
	struct record record;

	(void)state;
	sample_record(&record);
	record_format_id(id, &record);
	assert_string_equal(id, "7f3a9c04-2000000000017");
	record_format_entity(entity, record.boot_id, 30591, 0x1a2b3c4d5e);
	assert_string_equal(entity, "7f3a9c04-777f-1a2b3c4d5e");
	record_format_time(text, SAMPLE_WALL);
	assert_string_equal(text, "2026-11-23T12:00:00.123456789Z");
	record_format_time(text, 5);
	assert_string_equal(text, "1970-01-01T00:00:00.000000005Z");
	record_format_time(text, UINT64_MAX);
	assert_string_equal(text, "2554-07-21T23:34:33.709551615Z");
	record_format_boot(boot, record.boot_id);
	assert_string_equal(boot, "7f3a9c04-1122-4344-9566-778899aabbcc");
}

static void test_map_uid(void **state)
{
	struct rg_extent map[RG_EXTENTS_MAX] = { { 0, 100000, 1000 },
						 { 5000, 0, 1 },
						 { 6000, 4294967290U, 5 } };
	uint32_t uid = 7;

	(void)state;
	assert_int_equal(record_map_uid(100033, map, 3, &uid), 0);
	assert_int_equal(uid, 33);
	assert_int_equal(record_map_uid(0, map, 3, &uid), 0);
	assert_int_equal(uid, 5000);
	assert_int_equal(record_map_uid(4294967294U, map, 3, &uid), 0);
	assert_int_equal(uid, 6004);
	assert_int_equal(record_map_uid(101000, map, 3, &uid), 0);
	assert_int_equal(uid, 65534);
	assert_int_equal(record_map_uid(0, map, 1, &uid),
			 0); /* what is behind the count is no line */
	assert_int_equal(uid, 65534);
	assert_int_equal(record_map_uid(0, map, 0, &uid), 0);
	assert_int_equal(uid, 65534);
	uid = 7;
	assert_int_equal(record_map_uid(99, map, 340, &uid), -ENODATA);
	assert_int_equal(record_map_uid(99, map, UINT32_MAX, &uid), -ENODATA);
	assert_int_equal(uid, 7);
	assert_int_equal(record_map_uid(0, map, 340, &uid), 0);
	assert_int_equal(uid, 5000);
}

static void test_origin(void **state)
{
	struct origin origin;

	(void)state;
	assert_int_equal(origin_read(&origin), 0);
	assert_true(strlen(origin.node) > 0);
	assert_int_equal(origin.boot_id[6] >> 4, 4); /* a random UUID */
}

static void test_filter(void **state)
{
	struct record record, note;
	struct filter filter = { 0 };

	(void)state;
	sample_record(&record);
	strcpy(record.container_name, "web");
	strcpy(record.rule, "some-rule");
	record_from_note(&note, &sample_origin, RG_TYPE_STATE, "enforcing");
	assert_true(filter_is_empty(&filter));
	assert_true(filter_matches(&filter, &record) && filter_matches(&filter, &note));

	filter = (struct filter){ .types = 1U << RG_TYPE_EXEC | 1U << RG_TYPE_STATE };
	assert_false(filter_is_empty(&filter));
	assert_true(filter_matches(&filter, &record) && filter_matches(&filter, &note));
	filter = (struct filter){ .types = 1U << RG_TYPE_SETUID };
	assert_false(filter_matches(&filter, &record) || filter_matches(&filter, &note));
	filter = (struct filter){ .actions = 1U << RG_ACTION_DENY };
	assert_true(filter_matches(&filter, &record));
	filter = (struct filter){ .actions = 1U << RG_ACTION_ALLOW };
	assert_false(filter_matches(&filter, &record) || filter_matches(&filter, &note));
	filter = (struct filter){ .container = "web" };
	assert_true(filter_matches(&filter, &record) && !filter_matches(&filter, &note));
	filter = (struct filter){ .container = "3f0c2d" };
	assert_true(filter_matches(&filter, &record));
	filter = (struct filter){ .container = "db" };
	assert_false(filter_matches(&filter, &record));
	filter = (struct filter){ .pid = 30591 };
	assert_true(filter_matches(&filter, &record) && !filter_matches(&filter, &note));
	filter = (struct filter){ .pid = 10 };
	assert_false(filter_matches(&filter, &record));
	filter = (struct filter){ .rule = "some-rule" };
	assert_true(filter_matches(&filter, &record));
	filter = (struct filter){ .rule = "some" };
	assert_false(filter_matches(&filter, &record));
	filter = (struct filter){ .since = SAMPLE_WALL };
	assert_true(filter_matches(&filter, &record));
	filter = (struct filter){ .since = SAMPLE_WALL + 1 };
	assert_false(filter_matches(&filter, &record));
	record.event.type = 40; /* of a later version: no undefined shift */
	filter = (struct filter){ .types = UINT32_MAX };
	assert_false(filter_matches(&filter, &record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_event),     cmocka_unit_test(test_from_event_hostile),
		cmocka_unit_test(test_pack),	       cmocka_unit_test(test_pack_full),
		cmocka_unit_test(test_unpack_hostile), cmocka_unit_test(test_unpack_lies),
		cmocka_unit_test(test_note),	       cmocka_unit_test(test_formats),
		cmocka_unit_test(test_map_uid),	       cmocka_unit_test(test_origin),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
