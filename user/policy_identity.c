// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What rules ask of a container's identity, and whether it holds. Nothing is read here. */
#include "policy_identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define REGISTRY "docker.io"
#define ALIAS	 "index.docker.io" /* the same registry's other name */

/*
 * Goes back to the last '*' only: what an earlier one could take more, that one can as well. In
 * a text that is a glob itself a '*' is more than one byte, which '?' does not hold for.
 */
static bool matches(const char *glob, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			from = text;
		} else if (*glob == *text || (*glob == '?' && *text != '*')) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return glob[strspn(glob, "*")] == '\0';
}

static bool forms_match(const struct policy_glob *glob, const char *text)
{
	return matches(glob->text, text) || (glob->canonical && matches(glob->canonical, text));
}

bool policy_glob_covers(const struct policy_glob *glob, const struct policy_glob *other)
{
	/* what has no wildcard is one image, and both names are always its own */
	if (other->canonical && !other->text[strcspn(other->text, "*?")] &&
	    forms_match(glob, other->canonical))
		return true;
	return forms_match(glob, other->text) &&
	       (!other->canonical || forms_match(glob, other->canonical));
}

static bool globs_match(const struct policy_globs *globs, const char *text)
{
	size_t i;

	if (globs->n == 0)
		return true;
	for (i = 0; text && i < globs->n; i++)
		if (forms_match(&globs->items[i], text))
			return true;
	return false;
}

static bool globs_cover(const struct policy_globs *globs, const struct policy_globs *others)
{
	size_t i, j;

	if (globs->n == 0)
		return true;
	for (i = 0; i < others->n; i++) {
		for (j = 0; j < globs->n; j++)
			if (policy_glob_covers(&globs->items[j], &others->items[i]))
				break;
		if (j == globs->n)
			return false;
	}
	return others->n > 0;
}

static bool labels_match(const struct policy_labels_globs *globs,
			 const struct policy_labels *labels)
{
	size_t i, j;

	for (i = 0; i < globs->n; i++) {
		for (j = 0; j < labels->n; j++)
			if (strcmp(labels->items[j].key, globs->items[i].key) == 0 &&
			    globs_match(&globs->items[i].values, labels->items[j].value))
				break;
		if (j == labels->n)
			return false;
	}
	return true;
}

static bool labels_cover(const struct policy_labels_globs *globs,
			 const struct policy_labels_globs *others)
{
	size_t i, j;

	for (i = 0; i < globs->n; i++) {
		for (j = 0; j < others->n; j++)
			if (strcmp(others->items[j].key, globs->items[i].key) == 0 &&
			    globs_cover(&globs->items[i].values, &others->items[j].values))
				break;
		if (j == others->n)
			return false;
	}
	return true;
}

/* By each of the names that an image has. */
static bool image_matches(const struct policy_globs *globs, const char *image)
{
	_cleanup_(freep) char *canonical = NULL;

	if (globs_match(globs, image))
		return true;
	/* without memory no rule is said to match */
	return image && policy_image_canonical(image, &canonical) == 0 && canonical &&
	       globs_match(globs, canonical);
}

bool policy_who_is_any(const struct policy_who *who)
{
	return !who->id.n && !who->name.n && !who->image.n && !who->pod_namespace.n &&
	       !who->pod_name.n && !who->label.n && !who->pod_label.n;
}

bool policy_who_matches(const struct policy_who *who, const struct policy_identity *identity)
{
	return globs_match(&who->id, identity->id) && globs_match(&who->name, identity->name) &&
	       globs_match(&who->pod_namespace, identity->pod_namespace) &&
	       globs_match(&who->pod_name, identity->pod_name) &&
	       labels_match(&who->label, &identity->labels) &&
	       labels_match(&who->pod_label, &identity->pod_labels) &&
	       image_matches(&who->image, identity->image);
}

bool policy_who_covers(const struct policy_who *who, const struct policy_who *other)
{
	return globs_cover(&who->id, &other->id) && globs_cover(&who->name, &other->name) &&
	       globs_cover(&who->image, &other->image) &&
	       globs_cover(&who->pod_namespace, &other->pod_namespace) &&
	       globs_cover(&who->pod_name, &other->pod_name) &&
	       labels_cover(&who->label, &other->label) &&
	       labels_cover(&who->pod_label, &other->pod_label);
}

void policy_globs_clear(struct policy_globs *globs)
{
	size_t i;

	for (i = 0; i < globs->n; i++) {
		free(globs->items[i].text);
		free(globs->items[i].canonical);
	}
	free(globs->items);
	*globs = (struct policy_globs){};
}

static void labels_clear(struct policy_labels_globs *labels)
{
	size_t i;

	for (i = 0; i < labels->n; i++) {
		free(labels->items[i].key);
		policy_globs_clear(&labels->items[i].values);
	}
	free(labels->items);
	*labels = (struct policy_labels_globs){};
}

void policy_who_clear(struct policy_who *who)
{
	policy_globs_clear(&who->id);
	policy_globs_clear(&who->name);
	policy_globs_clear(&who->image);
	policy_globs_clear(&who->pod_namespace);
	policy_globs_clear(&who->pod_name);
	labels_clear(&who->label);
	labels_clear(&who->pod_label);
}

/* Is the first part of a name, of len bytes before a '/', a registry's? */
static bool is_registry(const char *name, size_t len)
{
	return memchr(name, '.', len) || memchr(name, ':', len) ||
	       (len == STATIC_STRLEN("localhost") && strncmp(name, "localhost", len) == 0);
}

/* Is it known to be a name of one part? Who leaves it open may mean one with a '/' in it. */
static bool is_single(const char *name)
{
	char end = name[strcspn(name, "/:@*?")];

	return !end || end == ':' || end == '@';
}

int policy_image_canonical(const char *image, char **out)
{
	const char *slash = strchr(image, '/'), *last = strrchr(image, '/'), *name = image;
	size_t first = slash ? (size_t)(slash - image) : strcspn(image, ":@");
	const char *registry = REGISTRY "/", *library = "", *tag = "";
	size_t domain = slash && is_registry(image, first) ? first + 1 : 0;
	char *canonical;

	*out = NULL;
	if (!*image || strcspn(image, "*?") < first)
		return 0;
	name += domain;
	if (starts_with(image, ALIAS "/"))
		domain = 0; /* the registry's name takes its place */
	else if (domain)
		registry = "";
	if ((*registry || starts_with(image, REGISTRY "/")) && is_single(name))
		library = "library/";
	last = last ? last + 1 : image;
	if (!last[strcspn(last, ":@*?")])
		tag = ":latest";
	if (!*registry && !*library && !*tag)
		return 0;
	if (asprintf(&canonical, "%s%.*s%s%s%s", registry, (int)domain, image, library, name, tag) <
	    0)
		return -ENOMEM;
	*out = canonical;
	return 0;
}
