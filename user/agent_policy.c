// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which policy is in force: at the start, at a reload, when a rule expires. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent_identity.h"
#include "inforce.h"
#include "log.h"
#include "names.h"
#include "notify.h"
#include "policy_load.h"
#include "policy_map.h"
#include "rootgate.skel.h"
#include "verb.h"
#include "when.h"

#define DAY 86400

const char *agent_policy_path(const struct agent *agent)
{
	return agent->options->policy ? agent->options->policy : AGENT_POLICY;
}

/* What is wrong with a policy, for the log, and for who waits for the outcome. */
static void tell_report(const struct agent *agent, const struct policy_report *report)
{
	policy_report_print(stderr, report);
	if (agent->told)
		policy_report_print(agent->told, report);
}

_printf_(3, 4) static int tell_exit(const struct agent *agent, int code, const char *fmt, ...)
{
	struct why why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	if (agent->told)
		fprintf(agent->told, "%s\n", why.text);
	return log_exit(code, "%s", why.text);
}

int agent_read_policy(struct agent *agent, struct policy **out)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	const struct agent_options *options = agent->options;
	const char *path = agent_policy_path(agent);
	int err = policy_load(path, &policy, &report);

	tell_report(agent, &report);
	if (err == -ENOENT && options->policy && !report.n_errors) {
		tell_exit(agent, EXIT_POLICY,
			  "no policy at %s: name a policy file, or a folder with policy.yaml",
			  path);
		return EXIT_POLICY;
	}
	if (err == -ENOENT && !report.n_errors) {
		*out = policy_new();
		if (!*out) {
			tell_exit(agent, EXIT_FAILED, "out of memory");
			return EXIT_FAILED;
		}
		log_notice(
			"no policy in %s: mode audit, nothing is refused; see rootgate-policy(5)",
			path);
		return EXIT_DONE;
	}
	if (err || !policy) {
		tell_exit(agent, EXIT_POLICY, "the policy in %s cannot be used", path);
		return err == -ENOMEM ? EXIT_FAILED : EXIT_POLICY;
	}
	*out = TAKE_PTR(policy);
	return EXIT_DONE;
}

static void keep(struct agent *agent, struct policy *policy)
{
	struct policy **slot = &agent->policies[agent->generation & 1];

	/* a rule that expires leaves one policy in both places */
	if (agent->policies[0] != agent->policies[1])
		policy_free(*slot);
	*slot = policy;
}

/* The rules by which what waits in the rings was judged before this agent, for their names. */
static void recall(struct agent *agent, __u32 generation)
{
	_cleanup_(policy_free_p) struct policy *names = NULL;
	__u32 written;

	if (inforce_names(&names, &written) == 0 && written == generation)
		agent->policies[generation & 1] = TAKE_PTR(names);
}

/* Writes a policy into the kernel, as it is at this time, and keeps it for the names of its rules. */
static int put_in_force(struct agent *agent, struct policy *policy)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_image_free_p) struct policy_image *image = NULL;
	struct why why;
	__u32 relaxed, generation;
	int err = loader_wait();

	if (err)
		return tell_exit(agent, EXIT_FAILED, "cannot wait for the policy before: %s",
				 strerror(-err));
	/* its events, while the names of its rules are there; those of an agent before have time */
	if (agent->policies[agent->generation & 1]) {
		agent_read_ring(agent, agent->refusals);
		agent_read_ring(agent, agent->reports);
	}
	if (policy_image_build(policy, time(NULL), &image, &report)) {
		tell_report(agent, &report);
		return tell_exit(agent, EXIT_POLICY,
				 "the policy does not fit into the kernel's maps");
	}
	if (agent->options->mode != RG_MODE_NONE)
		image->mode = agent->options->mode;
	relaxed = agent_breaker_relax(agent, policy, image);
	if (policy_map_fill(&agent->loader, image, &generation, &why))
		return tell_exit(agent, EXIT_FAILED, "%s", why.text);
	/* nobody has told who began, as long as no rule asked: known before any is judged by this one */
	if (image->flags & RG_WORD_IDENTITY &&
	    !(agent->loader.bpf->bss->control.word & RG_WORD_IDENTITY))
		agent_births_catch_up(agent);
	agent_identity_prepare(agent, policy, image, generation);
	policy_map_switch(&agent->loader, image, generation);
	agent->loader.bpf->bss->control.tripped = relaxed;
	if (!agent->generation)
		recall(agent, generation - 1);
	agent->generation = generation;
	if (image->near.to_capabilities == RG_ACTION_DENY &&
	    agent->loader.attach == RG_ATTACH_FMOD_RET)
		log_warning("root_capabilities: 'deny' only reports here: fmod_ret programs see "
			    "capabilities too late to refuse; 'kill' kills");
	keep(agent, policy);
	/* those that began meanwhile; and who is not known is looked for from now on */
	if (image->flags & RG_WORD_IDENTITY)
		agent_births_catch_up(agent);
	agent->mode = image->mode;
	agent->expiry = image->next_expiry;
	err = inforce_write(policy, image->mode, agent->generation, time(NULL));
	if (err)
		log_warning("cannot write the policy in force into %s: %s; 'policy show' has none",
			    stream_run_dir(), strerror(-err));
	agent_note(agent, RG_TYPE_POLICY, "generation %u in force: mode %s, %zu rule%s",
		   agent->generation, names_get(&names_mode, image->mode), image->n_rules,
		   image->n_rules == 1 ? "" : "s");
	return EXIT_DONE;
}

/* Each once, when its last day begins; of a policy that comes in force on that day, then. */
static void tell_expiring(struct agent *agent, const struct policy *policy, time_t now)
{
	size_t i;

	for (i = 0; i < policy->n_rules; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		char left[WHEN_DURATION_MAX];

		if (!rule->expires || policy_rule_expired(rule, now) || rule->expires - DAY > now ||
		    rule->expires - DAY <= agent->looked)
			continue;
		when_format_duration(left, (uint64_t)(rule->expires - now) * 1000000000);
		agent_note(agent, RG_TYPE_POLICY, "rule %s expires in %s%s%s", rule->name, left,
			   rule->owner ? "; owner: " : "", rule->owner ? rule->owner : "");
	}
	agent->looked = now;
}

int agent_apply_policy(struct agent *agent, struct policy **policy)
{
	int code = put_in_force(agent, *policy);

	if (code)
		return code;
	agent->looked = 0;
	tell_expiring(agent, *policy, time(NULL));
	*policy = NULL;
	agent_breaker_renew(agent);
	return EXIT_DONE;
}

int agent_apply_again(struct agent *agent)
{
	return put_in_force(agent, agent->policies[agent->generation & 1]);
}

void agent_expire(struct agent *agent)
{
	struct policy *policy = agent->policies[agent->generation & 1];
	time_t now = time(NULL), then = agent->expiry;
	size_t i;

	if (now != agent->looked)
		tell_expiring(agent, policy, now);
	if (!then || now < then)
		return;
	for (i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].expires && policy->rules[i].expires >= then &&
		    policy_rule_expired(&policy->rules[i], now))
			agent_note(agent, RG_TYPE_POLICY,
				   "rule %s has expired: it no longer matches",
				   policy->rules[i].name);
	agent_apply_again(agent);
}

/* What a start would refuse, a reload does. */
static int too_much(const struct agent *agent, const struct policy *policy)
{
	if (agent->loader.attach != RG_ATTACH_AUDIT_ONLY || agent_may_watch_only(agent, policy))
		return EXIT_DONE;
	return tell_exit(agent, EXIT_DEGRADED,
			 "the policy refuses, which these programs can't (audit only): see "
			 "'rootgate probe'; --allow-degraded takes it all the same");
}

void agent_free_policies(struct agent *agent)
{
	if (agent->policies[0] != agent->policies[1])
		policy_free(agent->policies[0]);
	policy_free(agent->policies[1]);
}

/* Files that were there must not end enforcement by being gone. */
static int vanished(const struct agent *agent, const struct policy *policy)
{
	if (policy->n_files || !agent->policies[agent->generation & 1]->n_files)
		return EXIT_DONE;
	return tell_exit(agent, EXIT_POLICY,
			 "the policy's files are gone; to enforce nothing, leave one with "
			 "mode: audit");
}

int agent_reload(struct agent *agent)
{
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	int code;

	notify("RELOADING=1\nMONOTONIC_USEC=%llu",
	       (unsigned long long)(clock_ns(CLOCK_MONOTONIC) / 1000));
	agent_watch_forget(agent);
	code = agent_read_policy(agent, &policy);
	code = code ?: vanished(agent, policy);
	code = code ?: too_much(agent, policy);
	code = code ?: agent_apply_policy(agent, &policy);
	if (code)
		agent_note(agent, RG_TYPE_POLICY,
			   "the new policy was refused; generation %u stays in force",
			   agent->generation);
	notify("READY=1\nSTATUS=mode %s, generation %u", names_get(&names_mode, agent->mode),
	       agent->generation);
	return code;
}
