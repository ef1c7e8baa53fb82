/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an engine knows of a container: name, image, labels, pod. It is read from the files that
 * engines leave on disk, which only root of the host writes; no engine is asked. When it is read,
 * and what follows from it, is not known here.
 */
#ifndef ROOTGATE_IDENTITY_H
#define ROOTGATE_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "container.h"

struct identity_label {
	char *key;
	char *value;
};

struct identity_labels {
	struct identity_label *items;
	size_t n;
};

/* Texts are never NULL in what identity_read() gives; "": the engine has none, or does not tell. */
struct identity {
	uint32_t runtime; /* enum rg_runtime */
	char *id;
	char *name;
	char *image; /* as the engine wrote it */
	char *pod_namespace;
	char *pod_name;
	struct identity_labels labels;
	struct identity_labels pod_labels;
};

/* Which container it is about, as the kernel sees it. */
struct identity_subject {
	const char *root;   /* "": this host; a folder, for tests */
	const char *cgroup; /* the path in the unified hierarchy of a process in it */
	uint32_t pid1; /* host PID of PID 1 of its PID namespace; 0: not known, or the host's */
	uint64_t pid1_start; /* CLOCK_BOOTTIME, ns */
};

/*
 * Reads it. 0; -ENOENT: no engine has left anything about it, yet or ever; -EAGAIN: a file is half
 * written; -ENOMEM; or another negative errno. *out untouched on failure.
 *
 * That a cgroup bears a container's name proves nothing, since a container may name cgroups below
 * its own: the engine's files must say that this cgroup, or this PID 1, is that container.
 */
int identity_read(const struct identity_subject *subject, struct identity **out);

void identity_free(struct identity *identity); /* NULL is fine */
void identity_freep(struct identity **identity);

/* The value of a label; NULL: it has none. */
const char *identity_label(const struct identity_labels *labels, const char *key);

#endif
