/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An event on its way from the agent to its readers: the kernel's bytes and what the agent
 * adds (wall clock, names). It stays binary until a reader formats it, so that an event costs
 * the agent little. Here: the struct, its packed form, and the facts that follow from it.
 * How it looks is format's matter, how it travels is stream's.
 */
#ifndef ROOTGATE_RECORD_H
#define ROOTGATE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootgate/abi.h>

#include "util.h"

#define RECORD_NAME_MAX	 128 /* of rules, containers, nodes; with the NUL */
#define RECORD_IMAGE_MAX 256
#define RECORD_POD_MAX	 256
#define RECORD_NOTE_MAX	 256

/* Strings end in a NUL; bytes behind it, and entries behind a count, are undefined. */
struct record {
	uint32_t size;	    /* sizeof(struct record) */
	uint32_t abi;	    /* RG_ABI_VERSION */
	uint64_t wall_time; /* ns since 1970, UTC */
	uint8_t boot_id[16];
	struct rg_event event;
	char rule[RECORD_NAME_MAX];	      /* name of event.rule; "" none */
	char container_name[RECORD_NAME_MAX]; /* here and below: "" where not known */
	char image[RECORD_IMAGE_MAX];
	char pod_namespace[RECORD_NAME_MAX];
	char pod_name[RECORD_POD_MAX];
	char node[RECORD_NAME_MAX];
	char note[RECORD_NOTE_MAX]; /* the text of the agent's own types, from RG_TYPE_POLICY on */
};
_Static_assert(sizeof(struct record) == 32 + 992 + 4 * 128 + 3 * 256, "struct record");

/* What is the same in all records of one boot of one node. */
struct origin {
	uint8_t boot_id[16];
	char node[RECORD_NAME_MAX];
};

/* This machine's. 0 or a negative errno; *out untouched on failure. */
int origin_read(struct origin *out);

/*
 * A record of a kernel event: copies only what is defined and clears the names.
 * offset: CLOCK_REALTIME - CLOCK_BOOTTIME in ns (record_clock_offset()), so that one reading
 * serves a batch.
 */
void record_from_event(struct record *record, const struct origin *origin,
		       const struct rg_event *event, int64_t offset);
int64_t record_clock_offset(void);

/* A record that the agent makes itself: type RG_TYPE_POLICY or later, note by printf. */
_printf_(4, 5) void record_from_note(struct record *record, const struct origin *origin,
				     uint32_t type, const char *fmt, ...);

/*
 * The packed form (sockets, backlog): the fixed fields, the PIDs in use and the strings up
 * to their NULs; a third of the struct's size. Only between programs of one RG_ABI_VERSION.
 */
#define RECORD_PACKED_MAX sizeof(struct record)
/*
 * Packs into RECORD_PACKED_MAX bytes; the length. Counts out of bounds are
 * cut to the arrays' sizes.
 */
size_t record_pack(const struct record *record, void *buf);
/* 0, -EPROTO (another version) or -EBADMSG (not a record); *out untouched on failure. */
int record_unpack(const void *buf, size_t len, struct record *out);

/* The agent's own: no process, no container, the note is all. */
static inline bool record_is_note(const struct record *record)
{
	return record->event.type >= RG_TYPE_POLICY;
}

/* Whether event.action means anything: not for starts and exits of containers, nor for notes. */
static inline bool record_has_action(const struct record *record)
{
	return record->event.type < RG_TYPE_CONTAINER_START;
}

/* Facts that follow from the fields. */
uint32_t
record_vpid(const struct rg_event *event); /* the number in the innermost PID namespace; 0 none */
uint64_t
record_start_time(const struct record *record); /* of the process, ns since 1970; 0 not known */

/*
 * uid in the user namespace that has this map: 0 and *out (65534, the overflow uid, where the
 * map has no line for it), or -ENODATA: the map has more lines than are held here.
 */
int record_map_uid(uint32_t kuid, const struct rg_extent *map, uint32_t extents, uint32_t *out);
int record_container_uid(const struct rg_event *event, uint32_t *out); /* the new euid's */

#define RECORD_ID_MAX	  32 /* the buffers of the four below, with the NUL */
#define RECORD_ENTITY_MAX 40
#define RECORD_TIME_MAX	  40
#define RECORD_BOOT_MAX	  40

/* "7f3a9c04-2000000000017": 8 digits of the boot id, the sequence; unique for the node, in hex. */
void record_format_id(char buf[RECORD_ID_MAX], const struct record *record);
/*
 * "7f3a9c04-777f-1a2b3c4d5e": 8 digits of the boot id, PID, start time;
 * the same process, the same text.
 */
void record_format_entity(char buf[RECORD_ENTITY_MAX], const uint8_t boot_id[16], uint32_t pid,
			  uint64_t start_time);
/* RFC 3339 with nanoseconds, UTC. */
void record_format_time(char buf[RECORD_TIME_MAX], uint64_t wall_time);
/* The boot id as the kernel writes it, with dashes. */
void record_format_boot(char buf[RECORD_BOOT_MAX], const uint8_t boot_id[16]);

#endif
