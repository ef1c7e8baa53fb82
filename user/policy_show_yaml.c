// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A shown policy as YAML. What is shown is not decided here. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "policy_text.h"
#include "policy_types.h"

/* Is it the same to YAML with and without quotation marks, wherever it stands? */
static bool is_plain(const char *text)
{
	const struct node node = { .kind = NODE_SCALAR, .plain = true, .text = (char *)text };
	size_t len = strlen(text);

	return len && (isalnum((unsigned char)text[0]) || text[0] == '/') &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_./@+*:-") == len &&
	       text[len - 1] != ':' && node_type(&node) == NODE_STRING;
}

static void print_text(FILE *out, const char *text)
{
	size_t left = strlen(text), n;

	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; left; left -= n, text += n) {
		uint32_t code = 0;

		n = policy_text_next(text, left, &code);
		n = n ? n : 1;
		if (code == '"' || code == '\\')
			putc('\\', out);
		if (escape_needed(code))
			fprintf(out, "\\U%08x", code);
		else
			fwrite(text, 1, n, out);
	}
	putc('"', out);
}

static void print_scalar(FILE *out, struct json_object *value)
{
	if (json_object_is_type(value, json_type_string))
		print_text(out, json_object_get_string(value));
	else
		fputs(json_object_to_json_string(value), out);
}

static void print_list(FILE *out, struct json_object *list)
{
	size_t i, n = json_object_array_length(list);

	putc('[', out);
	for (i = 0; i < n; i++) {
		fputs(i ? ", " : "", out);
		print_scalar(out, json_object_array_get_idx(list, i));
	}
	putc(']', out);
}

static bool is_remark(const char *key)
{
	return strcmp(key, "source") == 0 || strcmp(key, "expired") == 0 ||
	       strcmp(key, "hits") == 0;
}

/* Maps within maps, each deeper by one step; first is what stands before the first key. */
static void print_map(FILE *out, struct json_object *map, int indent, const char *first)
{
	struct json_object_iterator at = json_object_iter_begin(map),
				    end = json_object_iter_end(map);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *value = json_object_iter_peek_value(&at);

		if (is_remark(json_object_iter_peek_name(&at)))
			continue;
		fprintf(out, "%*s", indent, first);
		first = "";
		print_text(out, json_object_iter_peek_name(&at));
		putc(':', out);
		if (json_object_is_type(value, json_type_object)) {
			putc('\n', out);
			print_map(out, value, indent + 2, "");
			continue;
		}
		putc(' ', out);
		if (json_object_is_type(value, json_type_array))
			print_list(out, value);
		else
			print_scalar(out, value);
		putc('\n', out);
	}
}

static void print_rule(FILE *out, struct json_object *rule)
{
	const char *source = json_object_get_string(json_object_object_get(rule, "source"));
	struct json_object *hits;

	fputs("  # ", out);
	escape_text(out, source, strlen(source));
	if (json_object_object_get(rule, "expired"))
		fputs(", expired", out);
	if (json_object_object_get_ex(rule, "hits", &hits))
		fprintf(out, ", hits: %" PRId64, json_object_get_int64(hits));
	putc('\n', out);
	print_map(out, rule, 4, "  - ");
}

void policy_show_yaml(FILE *out, struct json_object *shown)
{
	struct json_object_iterator at = json_object_iter_begin(shown),
				    end = json_object_iter_end(shown);
	struct json_object *rules = json_object_object_get(shown, "rules");
	size_t i, n = rules ? json_object_array_length(rules) : 0;

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *key = json_object_iter_peek_name(&at);
		struct json_object *value = json_object_iter_peek_value(&at);

		if (value == rules)
			continue;
		fprintf(out, "%s:", key);
		if (json_object_is_type(value, json_type_object)) {
			putc('\n', out);
			print_map(out, value, 2, "");
			continue;
		}
		putc(' ', out);
		print_scalar(out, value);
		putc('\n', out);
	}
	fputs(n ? "rules:\n" : "rules: []\n", out);
	for (i = 0; i < n; i++)
		print_rule(out, json_object_array_get_idx(rules, i));
}
