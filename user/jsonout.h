/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON as all verbs write it: valid UTF-8 whatever the bytes were, control characters escaped, null
 * for unknown.
 */
#ifndef ROOTGATE_JSONOUT_H
#define ROOTGATE_JSONOUT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

void jsonout_freep(struct json_object **object); /* for _cleanup_(jsonout_freep) */

/* Bytes up to a NUL or len; what is not UTF-8 becomes U+FFFD. NULL: out of memory. */
struct json_object *jsonout_string(const char *s, size_t len);

/*
 * Adders: 0, or -ENOMEM. jsonout_add() takes the value over, also on failure; a NULL value is
 * an out of memory that its maker did not look at. jsonout_add_text() writes null for "".
 */
int jsonout_add(struct json_object *object, const char *key, struct json_object *value);
int jsonout_add_null(struct json_object *object, const char *key);
int jsonout_add_number(struct json_object *object, const char *key, uint64_t value);
int jsonout_add_bool(struct json_object *object, const char *key, bool value);
int jsonout_add_text(struct json_object *object, const char *key, const char *s, size_t len);

/* The object on one line, with its newline. 0 or a negative errno. */
int jsonout_print(FILE *out, struct json_object *object);

#endif
