/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which containers there are, worked out from the records of their processes: those that an engine's
 * cgroup names are one each; what no engine names is one for each PID namespace right below the
 * host's. What an engine knows of a container comes from identity.
 */
#ifndef ROOTGATE_CONTAINERS_H
#define ROOTGATE_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container.h"
#include "identity.h"
#include "process.h"

struct container {
	struct container_ref ref;
	struct identity *identity; /* what its engine knows of it; NULL: nothing is known */
	char cgroup[RG_PATH_MAX];  /* of the process that was seen first */
	uint32_t pidns;		   /* inode of its PID namespace: the host's with --pid=host */
	uint32_t pid1; /* host PID of its PID 1; with --pid=host of its oldest process */
	bool is_pid1;  /* PID 1 itself */
	uint64_t pid1_start;
	uint32_t userns; /* that process's */
	uint32_t userns_level;
	struct rg_extent map[RG_EXTENTS_MAX];
	uint32_t extents;
	size_t processes;
	size_t host_root; /* of them: hold host root now */
};

struct containers {
	struct container *items;
	size_t count;
};

void containers_free(struct containers *containers); /* for _cleanup_(containers_free) */

/*
 * All containers, by PID 1's host PID. Without details user namespace, map and host_root are left
 * at 0, and /proc is read once for each cgroup only. 0 or a negative errno.
 */
int containers_read(const struct pidmap *map, bool details, struct containers *out);

/* Its name, its image, and its id for people; "" where it is not known. */
const char *containers_name(const struct container *container);
const char *containers_image(const struct container *container);
const char *containers_id(const struct container *container);

/* The one that a process is in; NULL where it is not among them. */
const struct container *containers_of_process(const struct containers *containers,
					      const struct process *process);

/*
 * The one that somebody means: by id, name, PID namespace's inode, or the beginning of an id.
 * How many that are; *out is the first of them.
 */
size_t containers_find(const struct containers *containers, const char *wanted,
		       const struct container **out);

/* Whether a beginning of an id means this one: for lists of those that it could mean. */
bool containers_match(const struct container *container, const char *wanted);

#endif
