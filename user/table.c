// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A small table for people. */
#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "escape.h"

#define GAP 2 /* spaces between columns */
#define FLEXIBLE_MIN                                                                               \
	7 /* a column is not cut to less; the line gets longer than the terminal instead */
#define DEFAULT_WIDTH 80 /* where a terminal does not say */

struct table {
	const struct table_column *columns;
	size_t count;
	char **cells; /* escaped, row by row */
	size_t used;
	size_t room;
	int err; /* the first failure */
};

int table_new(const struct table_column *columns, size_t count, struct table **out)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->columns = columns;
	table->count = count;
	*out = table;
	return 0;
}

void table_freep(struct table **table)
{
	struct table *t = *table;
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->used; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

static char *escaped(const char *text)
{
	char *buf = NULL;
	size_t len;
	FILE *out = open_memstream(&buf, &len);
	bool failed;

	if (!out)
		return NULL;
	if (*text)
		escape_text(out, text, SIZE_MAX);
	else
		fputc('-', out);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(buf);
		return NULL;
	}
	return buf;
}

static int make_room(struct table *table)
{
	size_t room = table->room ? table->room * 2 : 64;
	char **cells;

	if (table->used < table->room)
		return 0;
	cells = reallocarray(table->cells, room, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	table->cells = cells;
	table->room = room;
	return 0;
}

void table_cell(struct table *table, const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;
	int n;

	if (table->err)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL; /* undefined after a failure */
		table->err = -ENOMEM;
		return;
	}
	table->err = make_room(table);
	if (table->err)
		return;
	table->cells[table->used] = escaped(text);
	if (table->cells[table->used])
		table->used++;
	else
		table->err = -ENOMEM;
}

/* Code points; the text is escaped, so it is valid UTF-8. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* Bytes of the first so many code points. */
static int text_bytes(const char *text, size_t width)
{
	const char *at = text;

	while (*at) {
		if (((unsigned char)*at & 0xc0) != 0x80 && width-- == 0)
			break;
		at++;
	}
	return (int)(at - text);
}

static bool is_flexible(const struct table *table, size_t column)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->columns[i].flexible)
			return table->columns[column].flexible;
	return column + 1 == table->count;
}

/* The widths that the contents ask for, and all together. */
static size_t ask(const struct table *table, size_t *widths)
{
	size_t total = 0, i;

	for (i = 0; i < table->count; i++)
		widths[i] = text_width(table->columns[i].header);
	for (i = 0; i < table->used; i++) {
		size_t cell = text_width(table->cells[i]);

		if (cell > widths[i % table->count])
			widths[i % table->count] = cell;
	}
	for (i = 0; i < table->count; i++)
		total += widths[i] + (i ? GAP : 0);
	return total;
}

/* What all flexible columns can give of their own. */
static size_t spare(const struct table *table, const size_t *widths)
{
	size_t sum = 0, i;

	for (i = 0; i < table->count; i++)
		if (is_flexible(table, i) && widths[i] > FLEXIBLE_MIN)
			sum += widths[i] - FLEXIBLE_MIN;
	return sum;
}

/* Cuts what is widest first; a column that is left out has no width. */
static void fit(const struct table *table, size_t width, size_t *widths)
{
	size_t total = ask(table, widths), over, i;

	if (width == 0)
		return;
	for (i = 0; i < table->count && total > width + spare(table, widths); i++) {
		if (!table->columns[i].optional)
			continue;
		total -= widths[i] + GAP;
		widths[i] = 0;
	}
	over = total > width ? total - width : 0;
	if (over > spare(table, widths))
		over = spare(table, widths);
	while (over--) {
		size_t widest = table->count;

		for (i = 0; i < table->count; i++)
			if (is_flexible(table, i) &&
			    (widest == table->count || widths[i] > widths[widest]))
				widest = i;
		widths[widest]--;
	}
}

static void spaces(FILE *out, size_t n)
{
	while (n-- > 0)
		fputc(' ', out);
}

/* One cell; no spaces behind the last one. */
static void put_cell(FILE *out, const struct table_column *column, const char *text, size_t width,
		     bool last)
{
	size_t have = text_width(text);

	if (have > width) {
		fprintf(out, "%.*s…", text_bytes(text, width - 1), text);
		have = width;
	} else {
		if (column->right)
			spaces(out, width - have);
		fputs(text, out);
	}
	if (!column->right && !last)
		spaces(out, width - have);
	if (!last)
		spaces(out, GAP);
}

static void put_row(const struct table *table, FILE *out, const size_t *widths, size_t row)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		bool last = i + 1 == table->count;
		size_t at = row * table->count + i;
		const char *text = at < table->used ? table->cells[at] : "-";

		if (widths[i])
			put_cell(out, &table->columns[i], text, widths[i], last);
	}
	fputc('\n', out);
}

int table_print(const struct table *table, FILE *out, size_t width)
{
	_cleanup_(freep) size_t *widths = calloc(table->count + 1, sizeof(*widths));
	size_t i;

	if (table->err)
		return table->err;
	if (!widths)
		return -ENOMEM;
	if (table->count == 0)
		return 0;
	fit(table, width, widths);
	errno = 0;
	for (i = 0; i < table->count; i++)
		if (widths[i])
			put_cell(out, &table->columns[i], table->columns[i].header, widths[i],
				 i + 1 == table->count);
	fputc('\n', out);
	for (i = 0; i * table->count < table->used; i++)
		put_row(table, out, widths, i);
	if (ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

size_t table_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns && parse_u64(columns, 10000, &width) == 0 && width > 0)
		return (size_t)width;
	return DEFAULT_WIDTH;
}
