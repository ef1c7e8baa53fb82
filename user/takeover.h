/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sets of programs that an agent before this one left attached. They refuse on
 * until the new set is attached, proved and armed; only then are they taken away.
 */
#ifndef ROOTGATE_TAKEOVER_H
#define ROOTGATE_TAKEOVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "pins.h"

/* Maps that a new set goes on with: counts, records, and events that nobody has read yet. */
#define TAKEOVER_MAPS 6
extern const char *const takeover_map_names[TAKEOVER_MAPS];

struct takeover_set {
	unsigned int number;
	volatile struct rg_control *control; /* mapped memory; NULL where it cannot be had */
	bool known; /* of this version's ABI: all of its control is known, not only the head */
};

struct takeover {
	struct takeover_set sets[PINS_SETS_MAX];
	size_t n;
	unsigned int next; /* a number for the set to come: higher than all of these */
	const struct takeover_set *from; /* the set to go on from: armed, and known; or NULL */
	struct loader_map maps[TAKEOVER_MAPS]; /* of that set */
};

/* Finds what is there. 0, or a negative errno and its words. */
int takeover_find(struct takeover *out, struct why *why);

/*
 * Takes away those that never came to be armed, since a hook has room for so many programs only.
 * The current one stays. Returns how many there were.
 */
size_t takeover_clear(struct takeover *takeover);

/* Tells all of them that the process is another agent's canary, and not for them to refuse; 0: nobody is. */
void takeover_pass(const struct takeover *takeover, pid_t canary);

/* The generation of the policy in force; 0 none. */
__u32 takeover_generation(const struct takeover *takeover);

/*
 * To be called between the arming of a new set and the end of old ones: a task that is preempted
 * between two programs of a hook may have passed the new one's before that was armed, and must meet
 * the old one's armed. It has 200 ms to go on in.
 */
void takeover_grace(void);

/* Disarms them all and takes them away. Returns how many there were. */
size_t takeover_end(struct takeover *takeover);

/* Forgets them; they stay as they are. Fine for one of zeros. */
void takeover_forget(struct takeover *takeover);

#endif
