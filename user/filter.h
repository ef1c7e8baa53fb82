/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which records somebody wants to see. Where the wishes come from is the caller's matter. */
#ifndef ROOTGATE_FILTER_H
#define ROOTGATE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

/* All zero: everything. Strings are lent. */
struct filter {
	uint32_t types;	       /* bit 1 << enum rg_type each; 0 any */
	uint32_t actions;      /* bit 1 << enum rg_action each; 0 any */
	const char *container; /* a name, an id, a prefix of an id; NULL any */
	const char *rule;
	uint32_t pid;	/* on the host; 0 any */
	uint64_t since; /* ns since 1970 */
};

bool filter_is_empty(const struct filter *filter);
bool filter_matches(const struct filter *filter, const struct record *record);

#endif
