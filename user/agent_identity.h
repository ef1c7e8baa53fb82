/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container is which, as the agent keeps it: read once from what the engines leave on disk,
 * and remembered for as long as the container is there. What is in those files is identity's matter.
 */
#ifndef ROOTGATE_AGENT_IDENTITY_H
#define ROOTGATE_AGENT_IDENTITY_H

#include "agent_parts.h"
#include "identity.h"

/* Who the container of an event's process is; looks where nobody knows it yet. NULL: not known. */
const struct identity *agent_identity_of(struct agent *agent, const struct rg_event *event);

/* Forgets those that are gone. / All of them. */
void agent_identity_expire(struct agent *agent);
void agent_identity_free(struct agent *agent);

#endif
