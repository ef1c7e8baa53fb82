/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container is which, as the agent keeps it for the kernel side, for its events and for
 * those that wait: agent_identity.c (who is known), agent_births.c (when it is looked),
 * agent_scopes.c (as rules see them), agent_hold.c (who waits). What the engines leave on disk is
 * identity's matter.
 */
#ifndef ROOTGATE_AGENT_IDENTITY_H
#define ROOTGATE_AGENT_IDENTITY_H

#include "agent_parts.h"
#include "identity.h"
#include "policy_image.h"

/* The scopes of one generation; number n is items[n - 1]. policy NULL: no rule needs an identity. */
struct identity_scopes {
	const struct policy *policy;
	time_t now; /* of its image */
	struct scope *items;
	size_t n;
};
void scopes_clear(struct identity_scopes *scopes);

/* The number of a container's scope, which is written into the slot where it is new. 0 or a negative errno. */
int scopes_number(struct loader *loader, __u32 slot, struct identity_scopes *scopes,
		  const struct identity *identity, __u32 *number);

/* An identity for the policy model; borrows its texts. 0 or -ENOMEM. */
int identity_as_rules_see(const struct identity *identity, struct policy_identity *out);
void identity_as_rules_see_clear(struct policy_identity *identity);

/* --- agent_identity.c --------------------------------------------------------- */

/* Who the container of an event's process is; looks where nobody knows it yet. NULL: not known. */
const struct identity *agent_identity_of(struct agent *agent, const struct rg_event *event);

/*
 * Who that container is, for whom somebody waits. pid1: where it is a PID namespace; cgroup: of a
 * process in it.
 */
const struct identity *agent_identity_now(struct agent *agent, const struct rg_identity_key *key,
					  uint32_t pid1, const char *cgroup);

/* A container has begun; cgroup: its own, "" where it is a PID namespace. */
void agent_identity_begin(struct agent *agent, const struct rg_identity_key *key, uint32_t pid1,
			  const char *cgroup);

/*
 * Looks again for those that are not known, whose time has come, or for all. When to look the next
 * time (CLOCK_MONOTONIC, ns); 0: for nobody.
 */
uint64_t agent_identity_look(struct agent *agent, bool all);

/*
 * Before a policy is in force, whose image has been filled in for that generation: makes known in
 * its slot who is.
 */
void agent_identity_prepare(struct agent *agent, const struct policy *policy,
			    const struct policy_image *image, __u32 generation);

/* Forgets those that are gone. / All of them. */
void agent_identity_expire(struct agent *agent);
void agent_identity_free(struct agent *agent);

/* --- agent_births.c ------------------------------------------------------------- */

/* The timer and the watch. / The ring, or that of another set of programs. 0 or a negative errno. */
int agent_births_open(struct agent *agent);
int agent_births_listen(struct agent *agent);
void agent_births_close(struct agent *agent);

/* Something has happened there: looks, and decides about those who wait. */
void agent_on_births(struct agent *agent);

/* All that have processes now, since nobody has told of their beginning. */
void agent_births_catch_up(struct agent *agent);

/* Somebody is looked for, or waits: looks again at that time of CLOCK_MONOTONIC, or earlier. */
void agent_look_at(struct agent *agent, uint64_t when);

/* --- agent_hold.c: what waits for a verdict --------------------------------------- */

void agent_hold(struct agent *agent, const struct rg_event *event);
void agent_hold_check(struct agent *agent);

/* Kills what an agent before this one has left stopped, and nobody has told of since. */
void agent_hold_sweep(struct agent *agent);

/* Decides about all that wait, for nothing may wait for an agent that ends; from now on nothing is held. */
void agent_hold_end(struct agent *agent);

#endif
