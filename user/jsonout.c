// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* JSON as all verbs write it. */
#include "jsonout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "util.h"

void jsonout_freep(struct json_object **object)
{
	json_object_put(*object);
}

struct json_object *jsonout_string(const char *s, size_t len)
{
	size_t have = strnlen(s, len), size = have * 3 + 1; /* U+FFFD has three bytes */
	_cleanup_(freep) char *clean = malloc(size);

	if (!clean)
		return NULL;
	copy_utf8(clean, size, s, have);
	return json_object_new_string(clean);
}

int jsonout_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

int jsonout_add_null(struct json_object *object, const char *key)
{
	return json_object_object_add(object, key, NULL) < 0 ? -ENOMEM : 0;
}

int jsonout_add_number(struct json_object *object, const char *key, uint64_t value)
{
	return jsonout_add(object, key, json_object_new_uint64(value));
}

int jsonout_add_bool(struct json_object *object, const char *key, bool value)
{
	return jsonout_add(object, key, json_object_new_boolean(value));
}

int jsonout_add_text(struct json_object *object, const char *key, const char *s, size_t len)
{
	if (strnlen(s, len) == 0)
		return jsonout_add_null(object, key);
	return jsonout_add(object, key, jsonout_string(s, len));
}

/*
 * json-c escapes what JSON demands. The rest of what a terminal obeys (DEL, C1, directions) is
 * escaped here: outside of strings JSON is ASCII without control characters, so every one that is
 * found is in a string.
 */
static void print_escaped(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = strlen(text), plain = 0, i = 0;

	while (i < len) {
		size_t n = utf8_length(s + i, len - i);
		uint32_t code = utf8_decode(s + i, n);

		if (n && escape_needed(code)) {
			fwrite(s + plain, 1, i - plain, out);
			if (code >= 0x10000)
				fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10),
					0xdc00 + (code & 0x3ff));
			else
				fprintf(out, "\\u%04x", code);
			plain = i + n;
		}
		i += n ? n : 1;
	}
	fwrite(s + plain, 1, len - plain, out);
}

int jsonout_print(FILE *out, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		return -ENOMEM;
	errno = 0;
	print_escaped(out, text);
	fputc('\n', out);
	if (ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
