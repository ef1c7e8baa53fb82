/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container a cgroup's path names, by the engines' ways to name cgroups.
 * Names only: it decorates events and narrows rules. Whether a task is contained
 * is the kernel side's verdict; what an engine knows of an id is identity's.
 */
#ifndef ROOTGATE_CONTAINER_H
#define ROOTGATE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootgate/abi.h>

struct container_ref {
	char id[RG_PATH_MAX]; /* 64 hex digits, a machine's name, the leaf's name; "": the root */
	uint32_t runtime;     /* enum rg_runtime */
	uint32_t length;      /* bytes of the path up to and with the container's own cgroup */
	bool known;	      /* false: no engine's way of naming, id is the leaf's name */
};

/* The outermost container that the path (at most RG_PATH_MAX bytes are read) names. */
void container_from_cgroup(const char *cgroup, struct container_ref *out);

/*
 * True where wanted (an operator's word) means this container: its name,
 * its id or a prefix of the id.
 */
bool container_matches(const char *wanted, const char *id, const char *name);

#endif
