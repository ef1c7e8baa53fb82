/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The circuit breaker's count: when refusals come at the policy's rate. Its scopes are what decides:
 * a rule, or, where none does, the mode. What follows from a trip is the agent's matter.
 */
#ifndef ROOTGATE_BREAKER_H
#define ROOTGATE_BREAKER_H

#include "policy.h"

struct breaker;

/* For a policy; NULL where it has no breaker, or memory is short (then errno says so). */
struct breaker *breaker_new(const struct policy *policy);
void breaker_free(struct breaker *breaker); /* NULL is fine */

/*
 * Which container an event is of: by its own cgroup, where that is an engine's, and else by the PID
 * namespace right below the host's.
 */
uint64_t breaker_container(const struct rg_event *event);

/*
 * Counts a refusal by a rule (its number, 0: the mode) at a time (ns) in a container (as above).
 * True: the rate is reached, and the scope begins to count anew. No container counts for more than
 * half of it, so that one in a loop trips nothing. Without memory nothing is counted.
 */
bool breaker_count(struct breaker *breaker, uint32_t rule, uint64_t time, uint64_t container);

#endif
