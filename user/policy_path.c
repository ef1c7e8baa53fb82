// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The paths that rules name, and prefixes of paths. What matches what is in policy.c. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"

/*
 * One byte less than fits a key with its NUL: a path that the kernel side had
 * to cut can then never be taken for an exact path of a rule.
 */
#define PATH_BYTES_MAX 253
_Static_assert(PATH_BYTES_MAX + 1 < sizeof(((struct rg_path_key *)0)->path),
	       "a path and its NUL fit the key");

static const char expected[] = "an absolute path, or a prefix of one with '*' at its end";

/*
 * Has the path, from its start to its end or to the '*' of a prefix, a name that no path of
 * the kernel has?
 */
static bool has_odd_name(const char *path, size_t len, bool prefix)
{
	size_t at = 1;

	while (at < len) {
		const char *slash = memchr(path + at, '/', len - at);
		size_t n = slash ? (size_t)(slash - (path + at)) : len - at;

		if (!slash && prefix)
			return false; /* it goes on */
		if (n == 0 || (n == 1 && path[at] == '.') ||
		    (n == 2 && memcmp(path + at, "..", 2) == 0))
			return true;
		at += n + 1;
	}
	return false;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (iscntrl((unsigned char)*s))
			return true;
	return false;
}

static int check_pattern(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value)
{
	const char *path = value->text, *star = strchr(path, '*');
	bool prefix = star && !star[1];
	size_t len = star ? (size_t)(star - path) : strlen(path);
	char is[128];

	node_describe(value, is, sizeof(is));
	if (path[0] != '/')
		return policy_error(parser, &value->place,
				    "'%s' must be %s, not %s; it starts with '/'", field->name,
				    expected, is);
	if (star && !prefix)
		return policy_error(
			parser, &value->place,
			"'%s' is %s, but '*' has a meaning only at the end; end it there: '%.*s*'",
			field->name, is, (int)(len > 80 ? 80 : len), path);
	if (has_control(path))
		return policy_error(parser, &value->place, "'%s' has a control character in it",
				    field->name);
	if (len > PATH_BYTES_MAX)
		return policy_error(
			parser, &value->place,
			"'%s' is longer than the %d bytes that the kernel side compares; use a "
			"shorter prefix with '*' at its end",
			field->name, PATH_BYTES_MAX);
	if (!prefix && len > 1 && path[len - 1] == '/')
		return policy_error(
			parser, &value->place,
			"'%s' never matches: no path ends in '/'; leave it out, or add '*' for all "
			"below it",
			field->name);
	if (has_odd_name(path, len, prefix))
		return policy_error(
			parser, &value->place,
			"'%s' never matches: no path of the kernel has '//', '/./' or '/../' in it",
			field->name);
	return 0;
}

static int warn_of_glob(struct policy_parser *parser, const struct node *value)
{
	const char *open = strchr(value->text, '[');

	if (!strchr(value->text, '?') && !(open && strchr(open, ']')))
		return 0;
	return policy_warning(
		parser, &value->place,
		"'?' and '[...]' stand for themselves here; only a '*' at the end is a wildcard");
}

static int warn_of_double(struct policy_parser *parser, const struct policy_patterns *patterns,
			  const struct policy_pattern *added, const struct node *value)
{
	size_t i;

	/* Of a list that a machine wrote not all pairs are looked at. */
	for (i = 0; i < patterns->n && i < 100; i++)
		if (policy_pattern_covers(&patterns->items[i], added))
			return policy_warning(
				parser, &value->place,
				"another entry of this list matches all that this one does");
	return 0;
}

static int add_pattern(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out)
{
	struct policy_patterns *patterns = out;
	struct policy_pattern *items, added;
	size_t len;
	int err = policy_expect_text(parser, field, value, expected);

	if (!err)
		err = check_pattern(parser, field, value);
	if (!err)
		err = warn_of_glob(parser, value);
	if (err)
		return err;
	/* Room grows by doubling: it is full whenever the number is a power of two. */
	if ((patterns->n & (patterns->n - 1)) == 0) {
		items = reallocarray(patterns->items, patterns->n ? patterns->n * 2 : 1,
				     sizeof(*items));
		if (!items)
			return -ENOMEM;
		patterns->items = items;
	}
	len = strlen(value->text);
	added.text = strdup(value->text);
	if (!added.text)
		return -ENOMEM;
	added.len = len + 1; /* the NUL: this path and no longer one */
	if (added.text[len - 1] == '*') {
		added.len = len - 1;
		added.text[added.len] = '\0';
	}
	err = warn_of_double(parser, patterns, &added, value);
	patterns->items[patterns->n++] = added;
	return err;
}

int policy_read_patterns(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out)
{
	/*
	 * What is there already is of a key that was given twice; the rule is lost, and frees all
	 * of it.
	 */
	return policy_each(parser, field, value, add_pattern, out);
}
