/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * YAML as a tree of nodes, each with its place. Only the plain part of YAML: one
 * document, no anchors, no aliases, no tags. Which keys there are is not known here.
 */
#ifndef ROOTGATE_POLICY_YAML_H
#define ROOTGATE_POLICY_YAML_H

#include "policy_report.h"

/* Lists and maps within one another; the format itself needs five. */
#define YAML_DEPTH_MAX 16

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct policy_place place;
	bool plain; /* a scalar without quotation marks, which YAML may take for a number, say */
	char *text; /* of a scalar; ends in a NUL, and has none within */
	struct node *items; /* of a map: key, value, key, value … */
	size_t n;	    /* items */
};

/* What YAML makes of a scalar. */
enum node_type { NODE_STRING, NODE_NULL, NODE_BOOL, NODE_INT, NODE_FLOAT };

/*
 * Reads a text; file is for the places. 0, -EINVAL (reported) or -ENOMEM. On
 * success the tree is the caller's, to be given to node_clear(). A text without
 * a document (empty, or comments only) is an error as well.
 */
int yaml_parse(const char *file, const struct policy_source *source, struct policy_report *report,
	       struct node *root);
void node_clear(struct node *node); /* also for _cleanup_ */

enum node_type node_type(const struct node *node);

/*
 * "a list", "the number 12", "nothing", … for "not …" in a message; values are cut at a
 * bearable length.
 */
const char *node_describe(const struct node *node, char *buf, size_t size);

/* The value of a key of a map; NULL: none, or no map. */
const struct node *node_get(const struct node *map, const char *key);

#endif
