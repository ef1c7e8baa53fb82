/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text that processes in containers choose (comm, paths, names), made harmless for a terminal:
 * control characters, what turns the direction of writing, and bytes that are no UTF-8 are
 * shown as \n, \x1b, \u202e. Nothing that a terminal obeys gets through.
 */
#ifndef ROOTGATE_ESCAPE_H
#define ROOTGATE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes s, up to its NUL or len bytes; a backslash is doubled, so that nothing is ambiguous. */
void escape_text(FILE *out, const char *s, size_t len);

/*
 * The same as one word of a line: in quotation marks where it is empty or
 * has spaces or quotation marks.
 */
void escape_word(FILE *out, const char *s, size_t len);

/* True for code points that are never written as they are. */
bool escape_needed(uint32_t code);

#endif
