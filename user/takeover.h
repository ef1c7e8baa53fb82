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
	__u64 unpinned; /* CLOCK_BOOTTIME, ns: their pins went, and they are still armed; 0: not yet */
	unsigned int next; /* a number for the set to come: higher than all of these */
	const struct takeover_set *from; /* the set to go on from: armed, and known; or NULL */
	struct loader_map maps[TAKEOVER_MAPS]; /* of that set */
};

/* Finds what is there. 0, or a negative errno and its words. */
int takeover_find(struct takeover *out, struct why *why);

/* Tells all of them that the process is another agent's canary, and not for them to refuse; 0: nobody is. */
void takeover_pass(const struct takeover *takeover, pid_t canary);

/* The generation of the policy in force; 0 none. */
__u32 takeover_generation(const struct takeover *takeover);

/*
 * Takes their pins away, with which they are gone, unless somebody holds their links. Returns how many
 * there were. They stay armed: an exec may have passed the new set's programs before that was armed,
 * and have those of the old one still before it. takeover_disarm() has to follow, a while later.
 */
size_t takeover_unpin(struct takeover *takeover);

/* The same of a set that is no agent's from before, whose pins are gone; control: its map. */
void takeover_add(struct takeover *takeover, unsigned int number, int control);

/*
 * Disarms those whose pins went some seconds ago, or now where that is wanted, in case that somebody
 * holds their links, and forgets them.
 */
void takeover_disarm(struct takeover *takeover, bool now);

/* Forgets them; they stay as they are. Fine for one of zeros. */
void takeover_forget(struct takeover *takeover);

#endif
