/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A contained process as verbs show it. The kernel's record says what it is called at each level;
 * /proc says what it is at this moment. Where the records come from is pidmap's matter.
 */
#ifndef ROOTGATE_PROCESS_H
#define ROOTGATE_PROCESS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container.h"
#include "pidmap.h"
#include "record.h"
#include "util.h"

struct process {
	uint32_t pid;  /* on the host */
	uint32_t ppid; /* there */
	struct pid_record record;
	struct rg_ids ids;
	struct rg_extent map[RG_EXTENTS_MAX];
	uint32_t extents;
	char cgroup[RG_PATH_MAX]; /* "": not known */
	struct container_ref container;
	char container_name[64]; /* "": not known, or not looked for; cut where it is longer */
	char command[256];
	uint32_t depth; /* in a tree; else 0 */
};

/* Some id is host root's. */
bool process_holds_host_root(const struct rg_ids *ids);

/*
 * A process's ids, which the kernel keeps for each thread: those of its first one, or of one that holds
 * host root where that doesn't. 0 or a negative errno.
 */
int process_ids(uint32_t pid, struct rg_ids *out);

/*
 * Completes pid and record from /proc. 0, -ESTALE: the PID is another process's by now; -ENOENT or
 * -ESRCH: the process is gone; or another negative errno.
 */
int process_complete(struct process *process);

/* A process that has exited, from its record alone. */
void process_from_exited(struct process *process, const struct pid_record *record);

/* All that live, by host PID. 0 or a negative errno; outputs untouched on failure. */
int process_list(const struct pidmap *map, struct process **out, size_t *count);

/* Its number in the innermost PID namespace. */
uint32_t process_vpid(const struct process *process);

/* The effective uid in its user namespace; false where that is not known. */
bool process_container_uid(const struct process *process, uint32_t *out);

/*
 * "none", "identity" or "remapped": by the map, and where there is none by whether somebody holds
 * host root. / "host-root" or "ok".
 */
const char *process_userns_word(uint32_t userns_level, const struct rg_extent *map,
				uint32_t extents, bool host_root);
const char *process_verdict_word(bool host_root);

/* "30591,10", from the host inwards; cut where it does not fit. */
void process_format_levels(char *buf, size_t size, const struct pid_record *record);

/* What -o json says of it; NULL: out of memory. */
struct json_object *process_json(const struct process *process, const struct origin *origin);

/*
 * Reads a PID as somebody typed it. 0, or -EINVAL and the words for it; max: pid_max - 1.
 */
int process_parse_pid(const char *text, uint32_t max, uint32_t *out, struct why *why);

/* The largest PID of this host: kernel.pid_max - 1. */
uint32_t process_pid_max(void);

/*
 * Puts the processes in the order of a tree, parents before their children and siblings by host
 * PID, and sets depth: 0 where the parent is not among them. 0 or -ENOMEM.
 */
int process_tree(struct process *processes, size_t count);

#endif
