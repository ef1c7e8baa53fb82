/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Small helpers that every module may use: ownership, strings, files, numbers.
 * Nothing here knows what rootgate is.
 */
#ifndef ROOTGATE_UTIL_H
#define ROOTGATE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Ownership that can be checked inside one function. */
#define _cleanup_(f) __attribute__((cleanup(f)))
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__typeof__(p) _p = (p);                                                            \
		(p) = NULL;                                                                        \
		_p;                                                                                \
	})
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int _fd = (fd);                                                                    \
		(fd) = -1;                                                                         \
		_fd;                                                                               \
	})

#define ARRAY_SIZE(a)	     (sizeof(a) / sizeof((a)[0]))
#define STATIC_STRLEN(s)     (sizeof(s) - 1)
#define _printf_(fmt, first) __attribute__((format(printf, fmt, first)))
#define _unused_	     __attribute__((unused))

void freep(void *p);	    /* for _cleanup_(freep) */
void closep(const int *fd); /* for _cleanup_(closep); keeps errno */

/* Words for a failure: what, where, and the remedy. Filled by modules, printed by verbs. */
struct why {
	char text[1024];
};
_printf_(2, 3) void why_set(struct why *why, const char *fmt, ...);

/* True where a string starts with a prefix. */
bool starts_with(const char *s, const char *prefix);

/*
 * Reads a whole number in decimal from 0 to max; nothing may stand before or behind it.
 * 0, or -EINVAL (not a number), -ERANGE (above max); *out untouched on failure.
 */
int parse_u64(const char *s, uint64_t max, uint64_t *out);

/*
 * Reads at most max bytes, to the end, into a NUL-terminated buffer that the caller frees.
 * 0 or a negative errno (-EFBIG: there is more); outputs untouched on failure. len may be NULL.
 */
int read_fd(int fd, size_t max, char **out, size_t *len);
int read_file(const char *path, size_t max, char **out, size_t *len);

/*
 * Writes a file for its owner alone: the whole content is there at once, or the old one stays.
 * 0 or a negative errno.
 */
int replace_file(const char *path, const char *text, size_t len);

/*
 * Copies src into dst (size bytes with the NUL), cut where it does not fit, and
 * replaces what is not valid UTF-8 by U+FFFD. Control characters stay: the formats escape them.
 */
void copy_utf8(char *dst, size_t size, const char *src, size_t len);

/* Length of the valid UTF-8 sequence (RFC 3629) that s starts with, of at most left bytes; 0 where there is none. */
size_t utf8_length(const unsigned char *s, size_t left);
/* The code point of a valid sequence of that length (1 to 4; 0 for others). */
uint32_t utf8_decode(const unsigned char *s, size_t len);

/* The edit distance of two short strings, two neighbours swapped being one edit; for "did you mean". */
size_t edit_distance(const char *a, const char *b);

/* Nanoseconds of a clock. */
uint64_t clock_ns(int clock);

#endif
