/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The same refusal in a loop is one event a second, which says how many equal ones were left out.
 * Equal: of one process, of the same kind, file and ids, by the same rule. Counters know of all.
 */
#ifndef ROOTGATE_SUPPRESS_H
#define ROOTGATE_SUPPRESS_H

#include "record.h"

struct suppress;

/* NULL where memory is short. */
struct suppress *suppress_new(void);
void suppress_free(struct suppress *suppress); /* NULL is fine */

/* Where what was held back goes in the end. */
typedef void (*suppress_tell)(void *ctx, const struct record *record);

/*
 * A refusal: true, it is to be told now, and has the number of those left out before it; false, it
 * is held back. Where there is no place for it, what another place has held is told first.
 */
bool suppress_take(struct suppress *suppress, struct record *record, suppress_tell tell, void *ctx);

/* Tells what was held back and is older than a second by that time (CLOCK_BOOTTIME, ns). */
void suppress_flush(struct suppress *suppress, uint64_t now, suppress_tell tell, void *ctx);

#endif
