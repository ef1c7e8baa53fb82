/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last records, packed, in memory of a fixed size that is touched only as far as it is
 * needed. Records have numbers, 0, 1, …, that never come again. Who reads them is stream's
 * matter.
 */
#ifndef ROOTGATE_BACKLOG_H
#define ROOTGATE_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct backlog {
	struct backlog_entry *entries; /* a ring: number % max */
	char *bytes;
	uint64_t first; /* number of the oldest record that is kept */
	uint64_t next;	/* number of the next one: next - first are kept */
	size_t max;
	size_t size; /* of bytes */
	size_t head; /* where the next record is put, if it fits before the end */
};

/* At most max records in at most size bytes, size >= RECORD_PACKED_MAX. 0, -EINVAL or -ENOMEM. */
int backlog_init(struct backlog *backlog, size_t max, size_t size);
void backlog_free(struct backlog *backlog);

/* The oldest records make room. */
void backlog_add(struct backlog *backlog, const struct record *record);

/* A record, packed, until the next backlog_add(); NULL where it is not kept. */
const void *backlog_get(const struct backlog *backlog, uint64_t number, size_t *len);

#endif
