/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What rootgate does on this host at a moment, judged from what the kernel says: for status,
 * metrics, and whoever else asks. Where the facts come from is the asker's matter.
 */
#ifndef ROOTGATE_STATE_H
#define ROOTGATE_STATE_H

#include <stdbool.h>

#include "rootgate/abi.h"
#include "util.h"

enum state_kind {
	STATE_ENFORCING,
	STATE_AUDIT,
	STATE_DEGRADED,
	STATE_NOT_ENFORCING,
	STATE_NONE,
	STATE_COUNT
};

struct state_facts {
	bool pinned; /* control is what the pinned map holds */
	bool alive;  /* an agent holds its lock */
	struct rg_control control;
	uint64_t now;		     /* CLOCK_BOOTTIME, ns */
	const char *disabled_reason; /* of control.disabled_until; NULL: not known */
	const char *tripped;	     /* what control.tripped stands for; NULL: not known */
};

struct state {
	enum state_kind kind;
	char reason[256];   /* "": nothing to say */
	const char *remedy; /* NULL with it */
};

void state_judge(const struct state_facts *facts, struct state *out);

/* "enforcing", "not_enforcing", ... */
const char *state_name(enum state_kind kind);

/* A counter's name, as status spells it. */
const char *state_counter_name(enum rg_count counter);

#endif
