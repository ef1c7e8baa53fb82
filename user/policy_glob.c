// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The globs that rules ask of a container's identity, from their nodes. What they hold for is in
 * policy_identity.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"

#define GLOB_BYTES_MAX 512
#define LABELS_MAX     64

static const char expected[] = "text, in quotation marks where in doubt";

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (iscntrl((unsigned char)*s))
			return true;
	return false;
}

static int check_glob(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value)
{
	const char *open = strchr(value->text, '[');

	if (strlen(value->text) > GLOB_BYTES_MAX)
		return policy_error(parser, &value->place, "'%s' is longer than %d bytes",
				    field->name, GLOB_BYTES_MAX);
	if (has_control(value->text))
		return policy_error(parser, &value->place, "'%s' has a control character in it",
				    field->name);
	if (open && strchr(open, ']'))
		return policy_warning(
			parser, &value->place,
			"'[...]' stands for itself here; only '*' and '?' are wildcards");
	return 0;
}

static int warn_of_double(struct policy_parser *parser, const struct policy_globs *globs,
			  const struct policy_glob *added, const struct node *value)
{
	size_t i;

	/* Of a list that a machine wrote not all pairs are looked at. */
	for (i = 0; i < globs->n && i < 100; i++)
		if (policy_glob_covers(&globs->items[i], added))
			return policy_warning(
				parser, &value->place,
				"another entry of this list matches all that this one does");
	return 0;
}

static int keep_glob(struct policy_parser *parser, struct policy_globs *globs,
		     const struct policy_glob *added, const struct node *value)
{
	int err = warn_of_double(parser, globs, added, value);
	struct policy_glob *items;

	/* Room grows by doubling: it is full whenever the number is a power of two. */
	if (!err && (globs->n & (globs->n - 1)) == 0) {
		items = reallocarray(globs->items, globs->n ? globs->n * 2 : 1, sizeof(*items));
		if (items)
			globs->items = items;
		else
			err = -ENOMEM;
	}
	if (err)
		return err;
	globs->items[globs->n++] = *added;
	return 0;
}

static int add_glob(struct policy_parser *parser, const struct policy_field *field,
		    const struct node *value, struct policy_globs *globs, bool image)
{
	struct policy_glob added = {};
	int err = check_glob(parser, field, value);

	if (err)
		return err;
	added.text = strdup(value->text);
	err = added.text ? 0 : -ENOMEM;
	if (!err && image)
		err = policy_image_canonical(value->text, &added.canonical);
	if (!err)
		err = keep_glob(parser, globs, &added, value);
	if (err) {
		free(added.text);
		free(added.canonical);
	}
	return err;
}

/* A label may be there without a value; all else has one. */
static int add_label(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	int err = policy_expect_text(parser, field, value, expected);

	return err ? err : add_glob(parser, field, value, out, false);
}

static int expect_filled(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value)
{
	int err = policy_expect_text(parser, field, value, expected);

	if (!err && !*value->text)
		err = policy_error(parser, &value->place,
				   "'%s' is empty; leave it out, or fill it in", field->name);
	return err;
}

static int add_plain(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	int err = expect_filled(parser, field, value);

	return err ? err : add_glob(parser, field, value, out, false);
}

static int add_image(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	int err = expect_filled(parser, field, value);

	return err ? err : add_glob(parser, field, value, out, true);
}

int policy_read_globs(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, void *out)
{
	return policy_each(parser, field, value, add_plain, out);
}

int policy_read_images(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out)
{
	return policy_each(parser, field, value, add_image, out);
}

int policy_read_labels(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out)
{
	const struct node *key = &value[-1];
	struct policy_labels_globs *labels = out;
	struct policy_label_globs *items;
	struct policy_field named = *field;

	if (labels->n == LABELS_MAX)
		return policy_error(parser, &key->place,
				    "more than %d labels in one rule; leave some out", LABELS_MAX);
	if (strlen(key->text) > GLOB_BYTES_MAX || has_control(key->text))
		return policy_error(
			parser, &key->place,
			"the key of a label is at most %d bytes without control characters",
			GLOB_BYTES_MAX);
	items = reallocarray(labels->items, labels->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	labels->items = items;
	items[labels->n] =
		(struct policy_label_globs){ .key = strdup(key->text + strlen(field->name)) };
	if (!items[labels->n].key)
		return -ENOMEM;
	named.name = key->text;
	return policy_each(parser, &named, value, add_label, &items[labels->n++].values);
}
