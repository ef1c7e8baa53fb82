// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Text that processes in containers choose, made harmless for a terminal. */
#include "escape.h"

#include <string.h>

#include "util.h"

bool escape_needed(uint32_t code)
{
	return code < 0x20 ||
	       (code >= 0x7f && code <= 0x9f) || /* C0, DEL, C1 (U+009B starts a sequence, too) */
	       code == 0x061c ||
	       (code >= 0x200b && code <= 0x200f) || /* no width, or a direction */
	       (code >= 0x2028 && code <= 0x202e) || /* line ends, directions */
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) ||
	       (code >= 0xe0000 && code <= 0xe007f); /* tags */
}

static void write_code(FILE *out, uint32_t code)
{
	if (code == '\n')
		fputs("\\n", out);
	else if (code == '\t')
		fputs("\\t", out);
	else if (code == '\r')
		fputs("\\r", out);
	else if (code < 0x80)
		fprintf(out, "\\x%02x", code);
	else if (code < 0x10000)
		fprintf(out, "\\u%04x", code);
	else
		fprintf(out, "\\U%08x", code);
}

static void escape(FILE *out, const unsigned char *s, size_t len, bool quoted)
{
	size_t i = 0;

	while (i < len) {
		size_t n = utf8_length(s + i, len - i);

		if (n == 0) {
			fprintf(out, "\\x%02x", s[i++]);
			continue;
		}
		if (escape_needed(utf8_decode(s + i, n))) {
			write_code(out, utf8_decode(s + i, n));
		} else {
			if (s[i] == '\\' || (quoted && s[i] == '"'))
				fputc('\\', out);
			fwrite(s + i, 1, n, out);
		}
		i += n;
	}
}

void escape_text(FILE *out, const char *s, size_t len)
{
	escape(out, (const unsigned char *)s, strnlen(s, len), false);
}

void escape_word(FILE *out, const char *s, size_t len)
{
	size_t have = strnlen(s, len);
	bool quoted = have == 0 || memchr(s, ' ', have) || memchr(s, '"', have);

	if (quoted)
		fputc('"', out);
	escape(out, (const unsigned char *)s, have, quoted);
	if (quoted)
		fputc('"', out);
}
