/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text of a policy file as characters and lines: what may stand in it, and
 * where. What it means is no matter of this file.
 */
#ifndef ROOTGATE_POLICY_TEXT_H
#define ROOTGATE_POLICY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at s, and its code point; 0: not UTF-8. */
size_t policy_text_next(const char *s, size_t left, uint32_t *code);

/* Columns that a character takes on a terminal: 0, 1 or 2. A tab is the caller's matter. */
unsigned int policy_text_width(uint32_t code);

/* Finds a line, from 1, without its end; the last one where there are fewer. */
void policy_text_line(const char *text, size_t len, unsigned int line, const char **start,
		      size_t *n);

#define POLICY_TEXT_NO_UTF8 "byte that is not UTF-8"

/*
 * Looks for what has no place in a policy: bytes that are not UTF-8, control
 * characters, and characters that cannot be seen but change what is seen.
 * NULL: none, or the words for it and where it is.
 */
const char *policy_text_check(const char *text, size_t len, uint32_t *code, unsigned int *line,
			      unsigned int *column);

#endif
