/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A small table for people: columns as wide as what is in them, fitted to the terminal by
 * cutting some, and leaving some out. Cells are escaped (escape.h); a code point is taken for one column.
 */
#ifndef ROOTGATE_TABLE_H
#define ROOTGATE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util.h"

struct table_column {
	const char *header;
	bool right;    /* numbers */
	bool flexible; /* to be cut, the widest first; none: the last */
	bool optional; /* left out where cutting is not enough; never the last */
};

struct table;

/* The columns must outlive the table. 0 or -ENOMEM. */
int table_new(const struct table_column *columns, size_t count, struct table **out);
void table_freep(struct table **table); /* for _cleanup_(table_freep) */

/*
 * The next cell, row by row; an empty one is shown as "-". An out of memory is kept and
 * returned by table_print(), so that callers need not look at every cell.
 */
_printf_(2, 3) void table_cell(struct table *table, const char *fmt, ...);

/* Headers and rows in at most width columns (0: as wide as they are). 0 or a negative errno. */
int table_print(const struct table *table, FILE *out, size_t width);

/*
 * The width for table_print(): of the terminal, else $COLUMNS, else 80; 0 where fd is no terminal.
 */
size_t table_width(int fd);

#endif
