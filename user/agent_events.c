// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The agent's events: from the rings to the readers, and what it says itself. How they look is format's matter. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "agent_identity.h"
#include "format.h"
#include "log.h"
#include "names.h"
#include "pins.h"
#include "rootgate.skel.h"
#include "skips.h"

#define REFUSALS_A_SECOND 10 /* lines of the log */

/* Records that are read in one go: no ring has room for more, so that all is read that was there. */
#define RECORDS_AT_A_TIME 512

static const char *rule_name(const struct agent *agent, const struct rg_event *event)
{
	const struct policy *policy = agent->policies[event->generation & 1];

	/* two policies are kept: the one in force, and for what is still in the rings the one before */
	if (!event->rule || !policy || event->generation + 1 < agent->generation)
		return "";
	if (event->rule > policy->n_rules)
		return "";
	return policy->rules[event->rule - 1].name;
}

/* Refusals belong into the log, too; a loop of them does not. */
static void log_refusal(struct agent *agent, const struct record *record)
{
	struct journal *journal = &agent->journal;
	time_t now = (time_t)(record->wall_time / 1000000000);
	char *line = NULL;
	size_t size;
	FILE *out;

	if (now != journal->second) {
		if (journal->left_out)
			log_notice("%u more refusals in that second: rootgate events",
				   journal->left_out);
		*journal = (struct journal){ .second = now };
	}
	if (journal->written++ >= REFUSALS_A_SECOND) {
		journal->left_out++;
		return;
	}
	out = open_memstream(&line, &size);
	if (!out)
		return;
	format_text(out, record, false);
	if (fclose(out) == 0) {
		line[strcspn(line, "\n")] = '\0';
		log_notice("%s", line);
	}
	free(line);
}

/* What the container's engine calls it. */
static void add_names(struct agent *agent, struct record *record)
{
	const struct identity *identity = agent_identity_of(agent, &record->event);

	if (!identity)
		return;
	copy_utf8(record->container_name, sizeof(record->container_name), identity->name, SIZE_MAX);
	copy_utf8(record->image, sizeof(record->image), identity->image, SIZE_MAX);
	copy_utf8(record->pod_namespace, sizeof(record->pod_namespace), identity->pod_namespace,
		  SIZE_MAX);
	copy_utf8(record->pod_name, sizeof(record->pod_name), identity->pod_name, SIZE_MAX);
}

static void tell(void *ctx, const struct record *record)
{
	struct agent *agent = ctx;

	stream_publish(agent->stream, record);
	if (record->event.action >= RG_ACTION_DENY)
		log_refusal(agent, record);
}

void agent_flush_events(struct agent *agent, uint64_t now)
{
	if (agent->suppress)
		suppress_flush(agent->suppress, now, tell, agent);
}

void agent_publish(struct agent *agent, const struct rg_event *event)
{
	struct record record;

	record_from_event(&record, &agent->origin, event, record_clock_offset());
	snprintf(record.rule, sizeof(record.rule), "%s", rule_name(agent, event));
	add_names(agent, &record);
	if (record.event.action < RG_ACTION_DENY || !agent->suppress ||
	    suppress_take(agent->suppress, &record, tell, agent))
		tell(agent, &record);
	agent_breaker_count(agent, event);
}

int agent_on_event(void *ctx, void *data, size_t size)
{
	const struct rg_event *event = data;

	if (size < sizeof(*event))
		return agent_read_on(ctx);
	if (event->held == RG_HELD_NOW)
		agent_hold(ctx, event);
	else
		agent_publish(ctx, event);
	return agent_read_on(ctx);
}

/* A negative answer ends the reading; the record has been read all the same. */
int agent_read_on(struct agent *agent)
{
	return ++agent->records < RECORDS_AT_A_TIME ? 0 : -EAGAIN;
}

/* By itself libbpf ends where the ring is empty, which a loop in a container can keep it from. */
bool agent_read_ring(struct agent *agent, struct ring_buffer *ring)
{
	bool more;

	if (agent->reading)
		return false;
	agent->reading = true;
	agent->records = 0;
	more = ring_buffer__consume(ring) < 0;
	agent->reading = false;
	return more;
}

void agent_note(struct agent *agent, enum rg_type type, const char *fmt, ...)
{
	struct record record;
	char note[RECORD_NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
	record_from_note(&record, &agent->origin, type, "%s", note);
	record.event.mode = agent->mode;
	record.event.generation = agent->generation;
	if (agent->stream)
		stream_publish(agent->stream, &record);
	log_notice("%s: %s", names_get(&names_type, type), note);
}

/* What was told is kept with the counters, so that the next agent does not tell it again. */
void agent_tell_lost(struct agent *agent)
{
	static const char *const which[] = { "refusals", "reports" };
	__u64 *told = agent->loader.bpf->bss->control.lost_told;
	__u64 counters[RG_COUNT_COUNT];
	size_t i;

	if (pins_read_counters(counters))
		return;
	for (i = 0; i < ARRAY_SIZE(which); i++) {
		__u64 now = counters[RG_COUNT_LOST_REFUSALS + i];

		if (now > told[i])
			agent_note(agent, RG_TYPE_LOST,
				   "%llu events of the ring '%s' found no room; every verdict "
				   "stood and was counted",
				   now - told[i], which[i]);
		told[i] = now;
	}
}

void agent_tell_skipped(struct agent *agent)
{
	__u64 *told = &agent->loader.unjudged, now = skips_of_verdicts(&agent->loader), more;

	if (now <= *told)
		return;
	more = now - *told;
	*told = now;
	loader_count(&agent->loader, RG_COUNT_SKIPPED, more);
	agent_note(agent, RG_TYPE_STATE,
		   "of all execs and set*uid calls %llu at most passed unjudged: tasks were "
		   "preempted inside all copies of the fmod_ret programs; booting with bpf in the "
		   "kernel parameter lsm= rules that out",
		   more);
}
