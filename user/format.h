/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a record looks: JSON for machines, a line for people. Where it goes is the caller's matter.
 */
#ifndef ROOTGATE_FORMAT_H
#define ROOTGATE_FORMAT_H

#include <stdbool.h>
#include <stdio.h>

#include "record.h"

struct json_object;

/* One object and a newline. 0 or a negative errno. */
int format_json(FILE *out, const struct record *record);

/* The object alone, for those who put it into something larger; NULL: out of memory. */
struct json_object *format_json_object(const struct record *record);

/* One line, local time. 0 or a negative errno. */
int format_text(FILE *out, const struct record *record, bool colour);

/* Whether colours belong there: a terminal that knows them, and NO_COLOR is not set. */
bool format_wants_colour(int fd);

#endif
