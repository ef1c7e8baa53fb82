// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Characters and lines of a policy file. YAML's own rules are libyaml's; what keys mean is
 * policy_parse.c's.
 */
#include "policy_text.h"

#include <stdbool.h>

#include "escape.h"
#include "util.h"

size_t policy_text_next(const char *s, size_t left, uint32_t *code)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *u = (const unsigned char *)s;
	size_t n = left ? utf8_length(u, left) : 0, i;
	uint32_t value;

	if (n == 0)
		return 0;
	value = u[0] & masks[n];
	for (i = 1; i < n; i++)
		value = value << 6 | (u[i] & 0x3f);
	*code = value;
	return n;
}

struct range {
	uint32_t first;
	uint32_t last;
};

static bool within(const struct range *ranges, size_t n, uint32_t code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* The blocks that matter, coarsely: a caret that is off by one in a rare script harms nobody. */
unsigned int policy_text_width(uint32_t code)
{
	static const struct range combining[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 },	  { 0x0591, 0x05bd }, { 0x064b, 0x065f },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },	  { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
		{ 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
		{ 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd },
	};

	if (code < 0x0300)
		return 1;
	if (within(combining, ARRAY_SIZE(combining), code))
		return 0;
	return within(wide, ARRAY_SIZE(wide), code) ? 2 : 1;
}

/* Bytes of the line's end at s: "\n", "\r\n" or "\r", as libyaml counts lines. */
static size_t line_end(const char *s, size_t left)
{
	if (left == 0)
		return 0;
	if (s[0] == '\r')
		return left > 1 && s[1] == '\n' ? 2 : 1;
	return s[0] == '\n';
}

void policy_text_line(const char *text, size_t len, unsigned int line, const char **start,
		      size_t *n)
{
	size_t at = 0, from = 0;
	unsigned int current = 1;

	while (at < len && current < line) {
		size_t end = line_end(text + at, len - at);

		at += end ? end : 1;
		if (end) {
			from = at;
			current++;
		}
	}
	for (at = from; at < len && line_end(text + at, len - at) == 0; at++)
		;
	*start = text + from;
	*n = at - from;
}

static const char *character_problem(uint32_t code)
{
	if (code == '\t' || code == '\n' || code == '\r')
		return NULL;
	if (code == 0)
		return "NUL byte";
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return "control character";
	if (escape_needed(code))
		return "invisible character";
	if (code == 0xfffe || code == 0xffff)
		return "not a character";
	return NULL;
}

const char *policy_text_check(const char *text, size_t len, uint32_t *code, unsigned int *line,
			      unsigned int *column)
{
	unsigned int lines = 1, columns = 1;
	size_t at = 0;

	while (at < len) {
		uint32_t c = (unsigned char)text[at];
		size_t n = policy_text_next(text + at, len - at, &c), end;
		const char *problem = n ? character_problem(c) : POLICY_TEXT_NO_UTF8;

		if (problem) {
			*code = c;
			*line = lines;
			*column = columns;
			return problem;
		}
		end = line_end(text + at, len - at);
		at += end ? end : n;
		lines += end != 0;
		columns = end ? 1 : columns + 1;
	}
	return NULL;
}
