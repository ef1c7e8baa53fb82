/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The facts of state.h, from the pinned maps, the agent's lock and the run folder. */
#ifndef ROOTGATE_STATE_READ_H
#define ROOTGATE_STATE_READ_H

#include "disabled.h"
#include "state.h"

struct state_reading {
	struct state_facts facts;
	struct state state;
	struct disabled disabled; /* facts.disabled_reason points into it */
	char tripped[128];	  /* and facts.tripped here */
	__u64 counters[RG_COUNT_COUNT];
};

/*
 * 0, also where nothing is pinned; -EACCES or -EPERM: it takes root; -EPROTO: the agent is
 * of another version; another negative errno. *out is for the caller to keep, not to copy.
 */
int state_read(struct state_reading *out);

#endif
