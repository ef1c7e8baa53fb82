// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From facts to one word, a reason and a remedy. The worst that is true comes first. */
#include "state.h"

#include "when.h"

static const char *const state_names[] = {
	[STATE_ENFORCING] = "enforcing", [STATE_AUDIT] = "audit",
	[STATE_DEGRADED] = "degraded",	 [STATE_NOT_ENFORCING] = "not_enforcing",
	[STATE_NONE] = "none",
};
_Static_assert(ARRAY_SIZE(state_names) == STATE_COUNT, "a name for each state");

static const char *const counter_names[] = {
	[RG_COUNT_EXEC_ALLOW] = "exec_allow",
	[RG_COUNT_EXEC_AUDIT] = "exec_audit",
	[RG_COUNT_EXEC_DENY] = "exec_deny",
	[RG_COUNT_EXEC_KILL] = "exec_kill",
	[RG_COUNT_SETUID_ALLOW] = "setuid_allow",
	[RG_COUNT_SETUID_AUDIT] = "setuid_audit",
	[RG_COUNT_SETUID_DENY] = "setuid_deny",
	[RG_COUNT_SETUID_KILL] = "setuid_kill",
	[RG_COUNT_SETUP] = "setup",
	[RG_COUNT_EVENTS] = "events",
	[RG_COUNT_LOST_REFUSALS] = "lost_refusals",
	[RG_COUNT_LOST_REPORTS] = "lost_reports",
	[RG_COUNT_PIDS_FULL] = "pids_full",
	[RG_COUNT_NO_SCRATCH] = "no_scratch",
	[RG_COUNT_LATENT] = "latent",
	[RG_COUNT_PREEXISTING] = "preexisting",
	[RG_COUNT_GUARD] = "guard",
	[RG_COUNT_PIDS_REPAIRED] = "pids_repaired",
	[RG_COUNT_NEAR_ALLOW] = "near_allow",
	[RG_COUNT_NEAR_AUDIT] = "near_audit",
	[RG_COUNT_NEAR_DENY] = "near_deny",
	[RG_COUNT_NEAR_KILL] = "near_kill",
	[RG_COUNT_HELD] = "held",
	[RG_COUNT_UNIDENTIFIED] = "unidentified",
	[RG_COUNT_LOST_BIRTHS] = "lost_births",
	[RG_COUNT_TRIPWIRE] = "tripwire",
	[RG_COUNT_SKIPPED] = "skipped",
};
_Static_assert(ARRAY_SIZE(counter_names) == RG_COUNT_COUNT, "a name for each counter");

const char *state_name(enum state_kind kind)
{
	return kind < STATE_COUNT ? state_names[kind] : "unknown";
}

const char *state_counter_name(enum rg_count counter)
{
	return counter < RG_COUNT_COUNT ? counter_names[counter] : "unknown";
}

static void set(struct state *out, enum state_kind kind, const char *reason, const char *remedy)
{
	out->kind = kind;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
	out->remedy = remedy;
}

static void set_disabled(const struct state_facts *facts, struct state *out)
{
	char left[WHEN_DURATION_MAX];

	when_format_duration(left, facts->control.disabled_until - facts->now);
	set(out, STATE_DEGRADED, "", "rootgate enable");
	snprintf(out->reason, sizeof(out->reason), "disabled for %s more%s%s", left,
		 facts->disabled_reason ? ": " : "",
		 facts->disabled_reason ? facts->disabled_reason : "");
}

static void set_tripped(const struct state_facts *facts, struct state *out)
{
	set(out, STATE_DEGRADED, "", "mend the policy, then: rootgate enable");
	snprintf(out->reason, sizeof(out->reason),
		 "too many refusals: the circuit breaker has put %s into audit",
		 facts->tripped ? facts->tripped : "a part of the policy");
}

/* Without any heartbeat it is starting still. */
static bool is_silent(const struct state_facts *facts)
{
	const struct rg_control *control = &facts->control;

	return control->heartbeat && control->heartbeat < facts->now &&
	       facts->now - control->heartbeat > RG_HEARTBEAT_MAX;
}

static void set_silent(const struct state_facts *facts, struct state *out)
{
	char since[WHEN_DURATION_MAX];

	when_format_duration(since, facts->now - facts->control.heartbeat);
	set(out, STATE_DEGRADED, "",
	    "end it with SIGKILL, then start it: rootgate run; or take them away: rootgate detach");
	snprintf(out->reason, sizeof(out->reason),
		 "the agent has not answered for %s: its programs go on, unproved, and nobody "
		 "reads their events",
		 since);
}

void state_judge(const struct state_facts *facts, struct state *out)
{
	const struct rg_control *control = &facts->control;

	if (!facts->pinned)
		set(out, STATE_NONE, "no agent runs, and nothing is pinned",
		    "start it: rootgate run");
	else if (!facts->alive && !(control->word & RG_WORD_ARMED))
		set(out, STATE_NOT_ENFORCING,
		    "no agent runs, and the programs that one left are not armed",
		    "start it: rootgate run; or take them away: rootgate detach");
	else if (!facts->alive)
		set(out, STATE_DEGRADED,
		    "no agent runs: the programs that it left go on, unproved, and nobody reads "
		    "their events",
		    "start it: rootgate run; or take them away: rootgate detach");
	else if (!(control->word & RG_WORD_ARMED))
		set(out, STATE_NOT_ENFORCING, "the agent is starting, or ending",
		    "ask again in a second");
	else if (control->unproved)
		set(out, STATE_NOT_ENFORCING,
		    "the canary was not refused: the programs are attached but do not run",
		    "set kernel.ftrace_enabled to 1 (sysctl)");
	else if (control->disabled_until > facts->now)
		set_disabled(facts, out);
	else if (is_silent(facts))
		set_silent(facts, out);
	else if (control->attach == RG_ATTACH_AUDIT_ONLY)
		set(out,
		    rg_word_mode(control->word) == RG_MODE_AUDIT ? STATE_AUDIT : STATE_DEGRADED,
		    "audit only: this kernel runs no programs that could refuse; only what is "
		    "executed is reported",
		    "see rootgate probe, then start the agent anew");
	else if (control->tripped)
		set_tripped(facts, out);
	else if (rg_word_mode(control->word) == RG_MODE_AUDIT)
		set(out, STATE_AUDIT,
		    control->word & RG_WORD_REFUSES
			    ? "the mode is audit: only what a rule denies is refused"
			    : "the mode is audit: violations are reported, not refused",
		    "set mode: enforce in the policy");
	else if (control->attach == RG_ATTACH_FMOD_RET)
		set(out, STATE_ENFORCING, "best effort: 'bpf' is not an active security module",
		    "boot with bpf in the kernel parameter lsm=");
	else
		set(out, STATE_ENFORCING, "", NULL);
}
