/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One agent a host: a lock in the run folder that dies with its holder. */
#ifndef ROOTGATE_LOCK_H
#define ROOTGATE_LOCK_H

#include <sys/types.h>

#include "util.h"

/* Takes the lock. 0 and a descriptor to keep; -EBUSY: an agent holds it; both negative ones with words. */
int lock_take(int *out, struct why *why);

/* The PID of the agent that runs; 0: none does, or nobody may know. Takes nothing. */
pid_t lock_holder(void);

#endif
