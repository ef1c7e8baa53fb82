// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* YAML text to a tree of nodes, by libyaml's events. Keys and values have no meaning here. */
#include "policy_yaml.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "policy_text.h"

struct reader {
	yaml_parser_t parser;
	const char *file;
	const struct policy_source *source;
	struct policy_report *report;
};

void node_clear(struct node *node)
{
	size_t i;

	for (i = 0; i < node->n; i++)
		node_clear(&node->items[i]);
	free(node->items);
	free(node->text);
	*node = (struct node){};
}

static struct policy_place place_of(const struct reader *reader, const yaml_mark_t *mark)
{
	return (struct policy_place){ .file = reader->file,
				      .line = (unsigned int)mark->line + 1,
				      .column = (unsigned int)mark->column + 1 };
}

#define reject(reader, place, ...)                                                                 \
	policy_report_add((reader)->report, POLICY_ERROR, place, (reader)->source, __VA_ARGS__)

/* What people usually meant where libyaml stumbles; both texts are its own. */
static const char *syntax_hint(const char *problem, const char *context, char at)
{
	if (strstr(context, "scanning an alias") || strstr(context, "scanning an anchor"))
		return "; put text that starts with '*' or '&' in quotation marks";
	if (strstr(problem, "tab character") ||
	    (strstr(problem, "cannot start any token") && at == '\t'))
		return "; indent with spaces, not with tabs";
	if (strstr(problem, "cannot start any token"))
		return "; put text that starts with this character in quotation marks";
	if (strstr(problem, "mapping values are not allowed"))
		return "; check the indentation, and put text with ': ' in it in quotation marks";
	if (strstr(problem, "unknown escape character"))
		return "; a backslash stands for itself only without quotation marks, or between "
		       "'...'";
	if (strstr(problem, "did not find expected key"))
		return "; check the indentation of this line";
	return "";
}

static int syntax_error(const struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem ? parser->problem : "not YAML";
	const char *context = parser->context ? parser->context : "";
	struct policy_place place = place_of(reader, &parser->problem_mark);
	const char *line;
	size_t len;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	policy_text_line(reader->source->text, reader->source->len, place.line, &line, &len);
	return reject(
		reader, &place, "not valid YAML: %s%s%s%s", context, *context ? ", " : "", problem,
		syntax_hint(problem, context,
			    parser->problem_mark.column < len ? line[parser->problem_mark.column]
							      : 0));
}

static int next_event(struct reader *reader, yaml_event_t *event)
{
	return yaml_parser_parse(&reader->parser, event) ? 0 : syntax_error(reader);
}

static struct node *add_item(struct node *node)
{
	/* Room grows by doubling: it is full whenever n is a power of two. */
	if ((node->n & (node->n - 1)) == 0) {
		struct node *items =
			reallocarray(node->items, node->n ? node->n * 2 : 1, sizeof(*items));

		if (!items)
			return NULL;
		node->items = items;
	}
	node->items[node->n] = (struct node){};
	return &node->items[node->n++];
}

static int read_scalar(const struct reader *reader, const yaml_event_t *event, struct node *out)
{
	const char *value = (const char *)event->data.scalar.value;

	if (strlen(value) != event->data.scalar.length)
		return reject(reader, &out->place, "text with a NUL byte in it; leave it out");
	out->kind = NODE_SCALAR;
	out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	out->text = strdup(value);
	return out->text ? 0 : -ENOMEM;
}

/* Anchors and tags are ways to make a text mean something else than it shows. */
static int check_plain_yaml(const struct reader *reader, const yaml_event_t *event,
			    const struct policy_place *place)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return reject(reader, place,
			      "an alias ('*%s') has no place in a policy; write out what it stands "
			      "for, or put "
			      "it in quotation marks if a '*' is meant",
			      event->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		return reject(reader, place,
			      "an anchor ('&%s') has no place in a policy; leave it out", anchor);
	if (tag)
		return reject(reader, place, "a tag ('%s') has no place in a policy; leave it out",
			      tag);
	return 0;
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned int depth,
		     struct node *out);

/* The items of a list or a map up to its end; libyaml gives a map's keys and values in pairs. */
static int read_items(struct reader *reader, yaml_event_type_t end, unsigned int depth,
		      struct node *out)
{
	bool done = false;
	int err = 0;

	if (depth > YAML_DEPTH_MAX)
		return reject(reader, &out->place,
			      "lists and maps within one another, more than %d deep",
			      YAML_DEPTH_MAX);
	while (!err && !done) {
		struct node *item;
		yaml_event_t event;

		err = next_event(reader, &event);
		if (err)
			return err;
		done = event.type == end;
		if (!done) {
			item = add_item(out);
			err = item ? read_node(reader, &event, depth, item) : -ENOMEM;
		}
		yaml_event_delete(&event);
	}
	return err;
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned int depth,
		     struct node *out)
{
	int err;

	out->place = place_of(reader, &event->start_mark);
	err = check_plain_yaml(reader, event, &out->place);
	if (err)
		return err;
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
		out->kind = NODE_LIST;
		return read_items(reader, YAML_SEQUENCE_END_EVENT, depth + 1, out);
	case YAML_MAPPING_START_EVENT:
		out->kind = NODE_MAP;
		return read_items(reader, YAML_MAPPING_END_EVENT, depth + 1, out);
	default:
		return read_scalar(reader, event, out);
	}
}

/* The first event inside a document, or the end of the stream; *type says which. */
static int skip_to_content(struct reader *reader, yaml_event_t *event)
{
	for (;;) {
		int err = next_event(reader, event);

		if (err)
			return err;
		if (event->type != YAML_STREAM_START_EVENT &&
		    event->type != YAML_DOCUMENT_START_EVENT &&
		    event->type != YAML_DOCUMENT_END_EVENT)
			return 0;
		yaml_event_delete(event);
	}
}

static int read_document(struct reader *reader, struct node *root)
{
	struct policy_place place = { reader->file, 1, 1 };
	yaml_event_t event;
	int err = skip_to_content(reader, &event);

	if (err)
		return err;
	if (event.type == YAML_STREAM_END_EVENT)
		err = reject(reader, &place,
			     "the file is empty; a policy starts with 'version: %d'",
			     POLICY_VERSION);
	else
		err = read_node(reader, &event, 0, root);
	yaml_event_delete(&event);
	if (err)
		return err;
	err = skip_to_content(reader, &event);
	if (err)
		return err;
	if (event.type != YAML_STREAM_END_EVENT) {
		place = place_of(reader, &event.start_mark);
		err = reject(
			reader, &place,
			"a second YAML document; one file holds one policy: leave out the '---'");
	}
	yaml_event_delete(&event);
	return err;
}

static int check_text(const struct reader *reader)
{
	struct policy_place place = { .file = reader->file };
	uint32_t code;
	const char *problem;

	problem = policy_text_check(reader->source->text, reader->source->len, &code, &place.line,
				    &place.column);
	if (!problem)
		return 0;
	if (strcmp(problem, POLICY_TEXT_NO_UTF8) == 0)
		return reject(reader, &place, "%s (0x%02x); a policy is text in UTF-8", problem,
			      code);
	return reject(reader, &place, "%s (U+%04X); leave it out", problem, code);
}

int yaml_parse(const char *file, const struct policy_source *source, struct policy_report *report,
	       struct node *root)
{
	struct reader reader = { .file = file, .source = source, .report = report };
	_cleanup_(node_clear) struct node tree = {};
	int err = check_text(&reader);

	if (err)
		return err;
	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)source->text,
				     source->len);
	err = read_document(&reader, &tree);
	yaml_parser_delete(&reader.parser);
	if (err)
		return err;
	*root = tree;
	tree = (struct node){};
	return 0;
}
