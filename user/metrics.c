// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Each family is its HELP, its TYPE and its samples, all together, as the format wants it. */
#include "metrics.h"

#include "names.h"

/* A counter of the kernel side that is a family, or a sample of one, by itself. */
struct family {
	const char *name;
	const char *help;
	const char *label; /* NULL: one sample without labels */
	struct {
		const char *value;
		enum rg_count counter;
	} samples[RG_ACTION_COUNT];
};

static const struct family families[] = {
	{ "rootgate_near_root_total",
	  "Capabilities that lead to host root, and gains of group 0, by what was done about them.",
	  "action",
	  { { "allow", RG_COUNT_NEAR_ALLOW },
	    { "audit", RG_COUNT_NEAR_AUDIT },
	    { "deny", RG_COUNT_NEAR_DENY },
	    { "kill", RG_COUNT_NEAR_KILL } } },
	{ "rootgate_events_total",
	  "Events that found room on their way to the agent.",
	  NULL,
	  { { "", RG_COUNT_EVENTS } } },
	{ "rootgate_events_lost_total",
	  "Events that found none; their verdicts stood and were counted.",
	  "ring",
	  { { "refusals", RG_COUNT_LOST_REFUSALS }, { "reports", RG_COUNT_LOST_REPORTS } } },
	{ "rootgate_setup_total",
	  "Violations before a container's hand-over, which are not judged.",
	  NULL,
	  { { "", RG_COUNT_SETUP } } },
	{ "rootgate_latent_total",
	  "Containers whose user namespace reaches host root.",
	  NULL,
	  { { "", RG_COUNT_LATENT } } },
	{ "rootgate_preexisting_total",
	  "Contained processes that held host root when the agent came.",
	  NULL,
	  { { "", RG_COUNT_PREEXISTING } } },
	{ "rootgate_tripwire_total",
	  "Gains of host root in containers that passed no hook.",
	  NULL,
	  { { "", RG_COUNT_TRIPWIRE } } },
	{ "rootgate_skipped_total",
	  "Calls that the kernel may have let pass unjudged: fmod_ret programs were preempted.",
	  NULL,
	  { { "", RG_COUNT_SKIPPED } } },
	{ "rootgate_pid_records_lost_total",
	  "Contained processes whose PIDs found no room to be recorded.",
	  NULL,
	  { { "", RG_COUNT_PIDS_FULL } } },
	{ "rootgate_pid_records_repaired_total",
	  "PID records that the kernel had left wrong and the agent set right.",
	  NULL,
	  { { "", RG_COUNT_PIDS_REPAIRED } } },
	{ "rootgate_no_scratch_total",
	  "Verdicts for which memory was short.",
	  NULL,
	  { { "", RG_COUNT_NO_SCRATCH } } },
	{ "rootgate_held_total",
	  "First execs that waited until the agent knew their container.",
	  NULL,
	  { { "", RG_COUNT_HELD } } },
	{ "rootgate_unidentified_total",
	  "Verdicts for which nobody knew the container.",
	  NULL,
	  { { "", RG_COUNT_UNIDENTIFIED } } },
	{ "rootgate_births_lost_total",
	  "Containers whose beginning found no room to be told to the agent.",
	  NULL,
	  { { "", RG_COUNT_LOST_BIRTHS } } },
	{ "rootgate_guard_refusals_total",
	  "Refused attempts on rootgate's own objects.",
	  NULL,
	  { { "", RG_COUNT_GUARD } } },
};

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_verdicts(FILE *out, const __u64 *counters)
{
	__u32 type, action;

	head(out, "rootgate_verdicts_total", "counter",
	     "Violations, by what was attempted and what was done about them.");
	for (type = RG_TYPE_EXEC; type <= RG_TYPE_SETUID; type++)
		for (action = 0; action < RG_ACTION_COUNT; action++)
			fprintf(out, "rootgate_verdicts_total{type=\"%s\",action=\"%s\"} %llu\n",
				names_get(&names_type, type), names_get(&names_action, action),
				counters[rg_count_verdict(type, action)]);
}

static void print_family(FILE *out, const struct family *family, const __u64 *counters)
{
	size_t i;

	head(out, family->name, "counter", family->help);
	for (i = 0; i < ARRAY_SIZE(family->samples) && family->samples[i].value; i++)
		if (family->label)
			fprintf(out, "%s{%s=\"%s\"} %llu\n", family->name, family->label,
				family->samples[i].value, counters[family->samples[i].counter]);
		else
			fprintf(out, "%s %llu\n", family->name,
				counters[family->samples[i].counter]);
}

static void print_state(FILE *out, const struct metrics *metrics)
{
	int kind;

	head(out, "rootgate_state", "gauge",
	     "1 for the state that holds, as rootgate status has it.");
	for (kind = 0; kind < STATE_COUNT; kind++)
		fprintf(out, "rootgate_state{state=\"%s\"} %d\n", state_name((enum state_kind)kind),
			metrics->state.kind == (unsigned)kind);
	head(out, "rootgate_agent_up", "gauge", "1 where an agent runs.");
	fprintf(out, "rootgate_agent_up %d\n", metrics->facts.alive);
}

/* What only means something where there is something: absent otherwise, as Prometheus wants it. */
static void print_control(FILE *out, const struct state_facts *facts)
{
	const struct rg_control *control = &facts->control;
	__u64 until = control->disabled_until > facts->now ? control->disabled_until : facts->now;
	__u32 way;

	head(out, "rootgate_attach", "gauge", "1 for the way in which the programs are attached.");
	for (way = RG_ATTACH_LSM; way < RG_ATTACH_COUNT; way++)
		fprintf(out, "rootgate_attach{way=\"%s\"} %d\n", names_get(&names_attach, way),
			control->attach == way);
	head(out, "rootgate_policy_generation", "gauge", "Of the policy in force.");
	fprintf(out, "rootgate_policy_generation %u\n", rg_word_generation(control->word));
	head(out, "rootgate_disabled_seconds", "gauge", "Until refusal comes back; 0: it is on.");
	fprintf(out, "rootgate_disabled_seconds %.3f\n", (double)(until - facts->now) / 1e9);
	head(out, "rootgate_breaker_tripped", "gauge",
	     "Rules, and the mode, that the circuit breaker has put into audit.");
	fprintf(out, "rootgate_breaker_tripped %u\n", control->tripped);
	if (!control->heartbeat)
		return;
	head(out, "rootgate_heartbeat_age_seconds", "gauge",
	     "Since the agent's last sign of life.");
	fprintf(out, "rootgate_heartbeat_age_seconds %.3f\n",
		facts->now > control->heartbeat ? (double)(facts->now - control->heartbeat) / 1e9
						: 0.0);
}

void metrics_print(FILE *out, const struct metrics *metrics)
{
	size_t i;

	print_state(out, metrics);
	if (!metrics->facts.pinned)
		return;
	print_control(out, &metrics->facts);
	print_verdicts(out, metrics->counters);
	for (i = 0; i < ARRAY_SIZE(families); i++)
		print_family(out, &families[i], metrics->counters);
}
