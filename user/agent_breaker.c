// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The circuit breaker: what refuses at the policy's rate goes to audit, until root enables it again.
 * It counts events, so that a refusal whose event found no room, or that no agent has seen, trips
 * nothing: where it errs, it refuses on.
 */
#include <string.h>

#include "agent_parts.h"
#include "breaker.h"
#include "log.h"
#include "notify.h"
#include "rootgate.skel.h"
#include "verb.h"
#include "when.h"

void agent_breaker_renew(struct agent *agent)
{
	const struct policy *policy = agent->policies[agent->generation & 1];

	breaker_free(agent->breaker);
	agent->breaker = breaker_new(policy);
	if (policy->breaker.refusals && !agent->breaker)
		log_warning("the circuit breaker is off: out of memory");
}

/* What "policy_image" made refuse refuses no longer where the breaker has tripped. */
__u32 agent_breaker_relax(const struct agent *agent, const struct policy *policy,
			  struct policy_image *image)
{
	bool refuses = false;
	__u32 relaxed = 0;
	size_t i;

	for (i = 0; i < image->n_rules; i++) {
		if (image->rules[i].action < RG_ACTION_DENY)
			continue;
		if (tripped_has(&agent->tripped, policy->rules[i].name)) {
			image->rules[i].action = RG_ACTION_AUDIT;
			relaxed++;
		} else {
			refuses = true;
		}
	}
	if (relaxed && !refuses)
		image->flags &= ~RG_WORD_REFUSES;
	if (image->mode > RG_MODE_AUDIT && tripped_has(&agent->tripped, NULL)) {
		image->mode = RG_MODE_AUDIT;
		relaxed++;
	}
	return relaxed;
}

static void tell(struct agent *agent, const char *what, const char *name)
{
	const struct policy_breaker *breaker = &agent->policies[agent->generation & 1]->breaker;
	char per[WHEN_DURATION_MAX];
	int err = tripped_write(&agent->tripped);

	when_format_duration(per, breaker->per);
	agent_note(agent, RG_TYPE_STATE,
		   "degraded: the circuit breaker has put %s%s into audit after %u refusals "
		   "within %s; 'rootgate enable' ends it",
		   what, name, breaker->refusals, per);
	notify("STATUS=degraded: the circuit breaker has put %s%s into audit", what, name);
	if (err)
		log_warning("cannot write %s/tripped: %s; a restart of the agent ends it",
			    stream_run_dir(), strerror(-err));
}

static void trip(struct agent *agent, __u32 rule)
{
	const struct policy *policy = agent->policies[agent->generation & 1];
	const char *name = rule ? policy->rules[rule - 1].name : NULL;

	if (tripped_has(&agent->tripped, name))
		return; /* an event from before */
	if (tripped_add(&agent->tripped, name) || agent_apply_again(agent)) {
		tripped_drop(&agent->tripped, name);
		agent_note(agent, RG_TYPE_STATE,
			   "the circuit breaker could not put %s%s into audit: it refuses on",
			   name ? "the rule " : "the mode", name ? name : "");
		return;
	}
	tell(agent, name ? "the rule " : "the mode", name ? name : "");
}

void agent_breaker_count(struct agent *agent, const struct rg_event *event)
{
	const struct policy *policy = agent->policies[event->generation & 1];

	if (!agent->breaker || event->action < RG_ACTION_DENY || event->type > RG_TYPE_SETUID)
		return;
	/* no mode and no rule of the policy refuses what is near host root */
	if (event->reason >= RG_REASON_ROOT_CAPABILITIES)
		return;
	/* what another policy has refused is none of this one's rate */
	if (policy != agent->policies[agent->generation & 1] ||
	    event->generation + 1 < agent->generation)
		return;
	if (breaker_count(agent->breaker, event->rule, event->time, breaker_container(event)))
		trip(agent, event->rule);
}

void agent_breaker_restore(struct agent *agent)
{
	char what[128];
	int err = tripped_read(&agent->tripped);

	if (err && err != -ENOENT)
		log_warning("%s/tripped is passed over: %s; all rules refuse", stream_run_dir(),
			    strerror(-err));
	if (err) {
		tripped_remove();
		return;
	}
	tripped_describe(&agent->tripped, what, sizeof(what));
	agent_note(agent, RG_TYPE_STATE, "the circuit breaker still has in audit: %s", what);
}

bool agent_breaker_reset(struct agent *agent)
{
	bool was = agent->tripped.mode || agent->tripped.n_rules;
	int err = tripped_remove();

	if (err)
		log_warning("cannot remove %s/tripped: %s", stream_run_dir(), strerror(-err));
	if (!was)
		return false;
	tripped_clear(&agent->tripped);
	agent_apply_again(agent);
	return true;
}

void agent_breaker_free(struct agent *agent)
{
	breaker_free(agent->breaker);
	tripped_clear(&agent->tripped);
}
