/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who a container is, and what rules ask of it: ids, names, images, labels, pods. Where an
 * identity comes from is not known here, nor how rules are written.
 */
#ifndef ROOTGATE_POLICY_IDENTITY_H
#define ROOTGATE_POLICY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

struct policy_label {
	const char *key;
	const char *value;
};

struct policy_labels {
	const struct policy_label *items;
	size_t n;
};

/* What is known of a container; NULL: it has none, and no glob holds. The strings are the caller's. */
struct policy_identity {
	const char *id;
	const char *name;
	const char *image; /* as its engine wrote it */
	const char *pod_namespace;
	const char *pod_name;
	struct policy_labels labels;
	struct policy_labels pod_labels;
};

/* '*' holds for any text, also none, '?' for one byte; all others stand for themselves. */
struct policy_glob {
	char *text;
	char *canonical; /* the same of an image's canonical name; NULL: there is no other */
};

struct policy_globs {
	struct policy_glob *items; /* alternatives */
	size_t n;		   /* 0: any */
};

struct policy_label_globs {
	char *key;
	struct policy_globs values;
};

struct policy_labels_globs {
	struct policy_label_globs *items; /* all must hold */
	size_t n;
};

/* The selectors of a rule that need the container's identity: all must hold. */
struct policy_who {
	struct policy_globs id;
	struct policy_globs name;
	struct policy_globs image;
	struct policy_globs pod_namespace;
	struct policy_globs pod_name;
	struct policy_labels_globs label;
	struct policy_labels_globs pod_label;
};

bool policy_who_is_any(const struct policy_who *who);
bool policy_who_matches(const struct policy_who *who, const struct policy_identity *identity);
/* Does the first one hold wherever the second one does? Where that is hard to tell, no. */
bool policy_who_covers(const struct policy_who *who, const struct policy_who *other);
void policy_who_clear(struct policy_who *who);

/* Is all that other holds for also held for by glob? */
bool policy_glob_covers(const struct policy_glob *glob, const struct policy_glob *other);
void policy_globs_clear(struct policy_globs *globs);

/*
 * The canonical name of an image, or of a glob of images: "nginx" is
 * "docker.io/library/nginx:latest". *out is NULL where it is that already, or where a wildcard
 * leaves its registry open; to be freed. 0 or -ENOMEM.
 */
int policy_image_canonical(const char *image, char **out);

#endif
