// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The record of an event: how it is made, packed and unpacked, and what follows from its fields. */
#include "record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S     1000000000ULL
#define OVERFLOW_UID 65534 /* what getuid(2) says of an id without a line in the map */

/* No CPU has this number: the agent's own records never share a sequence with the kernel's. */
#define AGENT_CPU 0xffffULL

/* The packed form starts with everything before the PIDs, as it is in the struct. */
#define FIXED_SIZE (offsetof(struct record, event) + offsetof(struct rg_event, pids))

/* ... and ends with the strings, in this order. */
#define STRING(member)                                                                             \
	{                                                                                          \
		offsetof(struct record, member), sizeof(((struct record *)0)->member)              \
	}
static const struct {
	size_t offset;
	size_t size;
} strings[] = {
	STRING(event.comm),	STRING(event.cgroup), STRING(event.exe),     STRING(rule),
	STRING(container_name), STRING(image),	      STRING(pod_namespace), STRING(pod_name),
	STRING(node),		STRING(note),
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* 16 bytes from 32 hex digits with any dashes between them. */
static int parse_boot_id(const char *text, uint8_t out[16])
{
	uint8_t id[16] = { 0 };
	size_t digits = 0;

	for (; *text && *text != '\n'; text++) {
		int digit = hex_digit(*text);

		if (*text == '-')
			continue;
		if (digit < 0 || digits == 32)
			return -EINVAL;
		id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | digit);
		digits++;
	}
	if (digits != 32)
		return -EINVAL;
	memcpy(out, id, sizeof(id));
	return 0;
}

int origin_read(struct origin *out)
{
	struct origin origin = { 0 };
	_cleanup_(freep) char *text = NULL;
	int err = read_file("/proc/sys/kernel/random/boot_id", 64, &text, NULL);

	if (err)
		return err;
	err = parse_boot_id(text, origin.boot_id);
	if (err)
		return err;
	if (gethostname(origin.node, sizeof(origin.node) - 1) < 0)
		return -errno;
	*out = origin;
	return 0;
}

static void copy_string(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	dst[len] = '\0';
}

/* Everything but event: no names, no note. */
static void clear_names(struct record *record, const struct origin *origin)
{
	size_t i;

	record->size = sizeof(*record);
	record->abi = RG_ABI_VERSION;
	memcpy(record->boot_id, origin->boot_id, sizeof(record->boot_id));
	for (i = 0; i < ARRAY_SIZE(strings); i++)
		((char *)record)[strings[i].offset] = '\0';
	copy_string(record->node, origin->node, sizeof(record->node));
}

static uint32_t held(uint32_t count, uint32_t max)
{
	return count < max ? count : max;
}

void record_from_event(struct record *record, const struct origin *origin,
		       const struct rg_event *event, int64_t offset)
{
	struct rg_event *to = &record->event;
	uint32_t levels = held(event->levels, RG_PIDS_MAX), i;

	clear_names(record, origin);
	record->wall_time = event->time + (uint64_t)offset;
	memcpy(to, event, offsetof(struct rg_event, pids));
	for (i = held(event->extents, RG_EXTENTS_MAX); i < RG_EXTENTS_MAX; i++)
		to->map[i] = (struct rg_extent){ 0 };
	to->levels = levels;
	memcpy(to->pids, event->pids, levels * sizeof(event->pids[0]));
	copy_string(to->comm, event->comm, sizeof(to->comm));
	copy_string(to->cgroup, event->cgroup, sizeof(to->cgroup));
	copy_string(to->exe, event->exe, sizeof(to->exe));
}

int64_t record_clock_offset(void)
{
	return (int64_t)(clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME));
}

/*
 * Unique since boot over restarts of the agent, too: it starts at the time since boot, in µs (48
 * bits: 8 years).
 */
static uint64_t next_sequence(uint64_t boottime)
{
	static uint64_t last;
	uint64_t now = boottime / 1000;

	last = now > last ? now : last + 1;
	return AGENT_CPU << 48 | (last & ((1ULL << 48) - 1));
}

void record_from_note(struct record *record, const struct origin *origin, uint32_t type,
		      const char *fmt, ...)
{
	va_list ap;

	clear_names(record, origin);
	memset(&record->event, 0, sizeof(record->event));
	record->event.type = type;
	record->event.time = clock_ns(CLOCK_BOOTTIME);
	record->event.sequence = next_sequence(record->event.time);
	record->wall_time = clock_ns(CLOCK_REALTIME);
	va_start(ap, fmt);
	vsnprintf(record->note, sizeof(record->note), fmt, ap);
	va_end(ap);
}

size_t record_pack(const struct record *record, void *buf)
{
	uint32_t levels = held(record->event.levels, RG_PIDS_MAX);
	size_t at = FIXED_SIZE, i;
	uint32_t size;
	char *to = buf;

	memcpy(to, record, FIXED_SIZE);
	memcpy(to + offsetof(struct record, event.levels), &levels, sizeof(levels));
	memcpy(to + at, record->event.pids, levels * sizeof(struct rg_pid));
	at += levels * sizeof(struct rg_pid);
	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		copy_string(to + at, (const char *)record + strings[i].offset, strings[i].size);
		at += strlen(to + at) + 1;
	}
	size = (uint32_t)at;
	memcpy(to + offsetof(struct record, size), &size, sizeof(size));
	return at;
}

/* The strings of a packed record; nothing may be left over. */
static int unpack_strings(const char *from, size_t len, struct record *record)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		size_t n = strnlen(from, len);

		if (n == len || n >= strings[i].size)
			return -EBADMSG;
		memcpy((char *)record + strings[i].offset, from, n + 1);
		from += n + 1;
		len -= n + 1;
	}
	return len ? -EBADMSG : 0;
}

int record_unpack(const void *buf, size_t len, struct record *out)
{
	struct record record;
	size_t pids;
	int err;

	if (len < FIXED_SIZE || len > RECORD_PACKED_MAX)
		return -EBADMSG;
	memcpy(&record, buf, FIXED_SIZE);
	if (record.abi != RG_ABI_VERSION)
		return -EPROTO;
	if (record.size != len || record.event.levels > RG_PIDS_MAX)
		return -EBADMSG;
	pids = record.event.levels * sizeof(struct rg_pid);
	if (FIXED_SIZE + pids > len)
		return -EBADMSG;
	memcpy(record.event.pids, (const char *)buf + FIXED_SIZE, pids);
	err = unpack_strings((const char *)buf + FIXED_SIZE + pids, len - FIXED_SIZE - pids,
			     &record);
	if (err)
		return err;
	record.size = sizeof(record);
	*out = record;
	return 0;
}

uint32_t record_vpid(const struct rg_event *event)
{
	if (event->levels == 0 || event->levels > RG_PIDS_MAX)
		return 0;
	return event->pids[event->levels - 1].nr;
}

uint64_t record_start_time(const struct record *record)
{
	if (record->event.start_time == 0)
		return 0;
	return record->event.start_time + (record->wall_time - record->event.time);
}

int record_map_uid(uint32_t kuid, const struct rg_extent *map, uint32_t extents, uint32_t *out)
{
	uint32_t i;

	for (i = 0; i < held(extents, RG_EXTENTS_MAX); i++) {
		if (kuid >= map[i].lower && kuid - map[i].lower < map[i].count) {
			*out = map[i].first + (kuid - map[i].lower);
			return 0;
		}
	}
	if (extents > RG_EXTENTS_MAX)
		return -ENODATA;
	*out = OVERFLOW_UID;
	return 0;
}

int record_container_uid(const struct rg_event *event, uint32_t *out)
{
	return record_map_uid(event->new.euid, event->map, event->extents, out);
}

static uint32_t boot_prefix(const uint8_t id[16])
{
	return (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
}

void record_format_id(char buf[RECORD_ID_MAX], const struct record *record)
{
	snprintf(buf, RECORD_ID_MAX, "%08x-%llx", boot_prefix(record->boot_id),
		 (unsigned long long)record->event.sequence);
}

void record_format_entity(char buf[RECORD_ENTITY_MAX], const uint8_t boot_id[16], uint32_t pid,
			  uint64_t start_time)
{
	snprintf(buf, RECORD_ENTITY_MAX, "%08x-%x-%llx", boot_prefix(boot_id), pid,
		 (unsigned long long)start_time);
}

void record_format_time(char buf[RECORD_TIME_MAX], uint64_t wall_time)
{
	time_t seconds = (time_t)(wall_time / NS_PER_S);
	struct tm tm = { 0 };
	size_t at;

	gmtime_r(&seconds, &tm);
	at = strftime(buf, RECORD_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + at, RECORD_TIME_MAX - at, ".%09lluZ",
		 (unsigned long long)(wall_time % NS_PER_S));
}

void record_format_boot(char buf[RECORD_BOOT_MAX], const uint8_t boot_id[16])
{
	size_t i, at = 0;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf[at++] = '-';
		snprintf(buf + at, RECORD_BOOT_MAX - at, "%02x", boot_id[i]);
		at += 2;
	}
}
