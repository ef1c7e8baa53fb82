/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A record as a line, and what no line may have in it. Included after cmocka.h. */
#ifndef ROOTGATE_TEST_FORMAT_CASE_H
#define ROOTGATE_TEST_FORMAT_CASE_H

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "format.h"
#include "sample.h"

static inline char *line_of(const struct record *record, bool json, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(json ? format_json(out, record) : format_text(out, record, colour), 0);
	fclose(out);
	assert_true(len > 0 && text[len - 1] == '\n');
	assert_ptr_equal(strchr(text, '\n'), text + len - 1); /* one line, whatever is in it */
	return text;
}

#define HARM "a\n\x1b[2J\x7f\"\\\t/ \xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81\xff\xc3("

/* No byte of a line may be one that a terminal obeys. */
static inline void assert_harmless(const char *line)
{
	const unsigned char *s = (const unsigned char *)line;
	size_t len = strlen(line) - 1, i = 0;

	while (i < len) {
		size_t n = utf8_length(s + i, len - i);

		assert_true(n > 0);
		assert_false(escape_needed(utf8_decode(s + i, n)));
		i += n;
	}
}

#endif
