/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words for the numbers of abi.h, as events, policies and options spell them.
 * What a word means is no matter of this file.
 */
#ifndef ROOTGATE_NAMES_H
#define ROOTGATE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names {
	const char *const *words; /* the index is the number */
	size_t count;
};

extern const struct names names_mode;
extern const struct names names_action;
extern const struct names names_type;
extern const struct names names_reason;
extern const struct names names_phase;
extern const struct names names_evidence;
extern const struct names names_runtime;
extern const struct names names_userns;
extern const struct names names_pidns;
extern const struct names names_attach;
extern const struct names names_guarantee; /* by enum rg_attach: what it is good for */

/* The word of a number; "unknown" where there is none, never NULL. */
const char *names_get(const struct names *names, uint32_t number);

/* The number of a word: 0, or -ENOENT and *out untouched. */
int names_find(const struct names *names, const char *word, uint32_t *out);

/* All words, "a, b, c", for messages; cut where they do not fit. */
void names_list(const struct names *names, char *buf, size_t size);

#endif
