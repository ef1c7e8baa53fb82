// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * First execs that wait: the kernel side has stopped a container's PID 1 before its first
 * instruction, since a rule needs to know the container (bpf/hold.bpf.h). Here it is let go on or
 * killed, as the same rules say, or as 'unidentified' says once the time is over.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent_identity.h"
#include "log.h"
#include "procfs.h"
#include "rootgate.skel.h"

#define AGAIN 10000000ULL /* ns: when to look again for one that waits */

struct waiting {
	struct rg_event event;
	struct rg_identity_key container;
	int pidfd;    /* -1: it is gone */
	bool stopped; /* has been seen to be */
};

static struct policy *policy_in_force(const struct agent *agent)
{
	return agent->policies[agent->generation & 1];
}

/* The process itself, not one that has its PID by now. -1: it is gone. */
static int open_process(uint32_t pid, uint64_t start_time)
{
	_cleanup_(closep) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0 || procfs_is_process(pid, start_time))
		return -1;
	return TAKE_FD(pidfd);
}

/* From here on SIGCONT is nobody's secret any more, so the note goes before the signal. */
static void signal_process(const struct agent *agent, uint32_t pid, int pidfd, int signal)
{
	bpf_map_delete_elem(bpf_map__fd(agent->loader.bpf->maps.held), &pid);
	if (pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) && errno != ESRCH)
		log_error("cannot signal the process %u, which waits for a verdict: %s", pid,
			  strerror(errno));
}

static const struct policy_rule *match(const struct agent *agent, const struct rg_event *event,
				       const struct identity *identity)
{
	struct policy_identity seen;
	struct policy_attempt attempt = {
		.cgroup = event->cgroup[0] ? event->cgroup : NULL,
		.exe = event->exe[0] ? event->exe : NULL,
		.runtime = event->runtime,
		.pidns = RG_PIDNS_PRIVATE,
		.userns = event->userns_level ? RG_USERNS_IDENTITY : RG_USERNS_NONE,
		.type = event->type,
		.now = time(NULL),
		.identity = &seen,
	};
	const struct policy_rule *rule;

	if (identity_as_rules_see(identity, &seen))
		return NULL;
	rule = policy_match(policy_in_force(agent), &attempt);
	identity_as_rules_see_clear(&seen);
	return rule;
}

/* How long it has been held, as its event tells. */
static uint32_t held_us(const struct rg_event *event)
{
	uint64_t us = (clock_ns(CLOCK_BOOTTIME) - event->time) / 1000;

	return us == 0 ? 1 : us < RG_HELD_NOW ? (uint32_t)us : RG_HELD_NOW - 1;
}

/* A verdict more by its rule; one of the kernel side at the same moment may be lost. */
static void count_hit(const struct agent *agent, const struct rg_event *event)
{
	int fd = bpf_map__fd(agent->loader.bpf->maps.rules);
	__u32 key = rg_rule_key(event->generation & 1, event->rule);
	struct rg_rule rule;

	if (!event->rule || bpf_map_lookup_elem(fd, &key, &rule))
		return;
	rule.hits++;
	bpf_map_update_elem(fd, &key, &rule, BPF_EXIST);
}

/* The verdict, and what follows from it. Nobody in time: refused, as the kernel side would. */
static void decide(struct agent *agent, struct waiting *waiting, const struct identity *identity)
{
	struct rg_event *event = &waiting->event;
	const struct policy *policy = policy_in_force(agent);
	const struct policy_rule *rule = identity ? match(agent, event, identity) : NULL;
	struct rg_control *control = &agent->loader.bpf->bss->control;
	bool report = true;

	event->action = policy_mode_action(agent->mode);
	if (rule)
		event->action = rule->action;
	if (rule && event->action >= RG_ACTION_DENY && tripped_has(&agent->tripped, rule->name))
		event->action = RG_ACTION_AUDIT;
	else if (!identity && event->action == RG_ACTION_AUDIT)
		event->action = RG_ACTION_DENY;
	if (event->action >= RG_ACTION_DENY && agent_is_disabled(agent))
		event->action = RG_ACTION_AUDIT;
	if (event->action == RG_ACTION_ALLOW)
		report = rule && rule->report;
	signal_process(agent, event->pid, waiting->pidfd,
		       event->action >= RG_ACTION_DENY ? SIGKILL : SIGCONT);
	event->rule = rule ? (uint32_t)(rule - policy->rules) + 1 : 0;
	event->generation = agent->generation;
	event->mode = agent->mode;
	event->held = held_us(event);
	control->held[event->action]++;
	count_hit(agent, event);
	if (report) {
		control->held_events++;
		agent_publish(agent, event);
	}
	closep(&waiting->pidfd);
}

/* True where there is a verdict. */
static bool try_one(struct agent *agent, struct waiting *waiting, bool last)
{
	const struct rg_event *event = &waiting->event;
	uint64_t waited = clock_ns(CLOCK_BOOTTIME) - event->time;
	const struct identity *identity;
	char state = procfs_state(event->pid);
	bool gone_on = waiting->stopped && state != 'T' && state != 't';

	if (state == 'Z' || procfs_is_process(event->pid, event->start_time)) {
		signal_process(agent, event->pid, -1, 0);
		closep(&waiting->pidfd);
		return true; /* killed by somebody else */
	}
	/* the kernel itself lets it go on, where its session's last parent ends: no verdict, no life */
	if (gone_on) {
		decide(agent, waiting, NULL);
		return true;
	}
	waiting->stopped = state == 'T' || state == 't';
	identity = agent_identity_now(agent, &waiting->container, event->pid, event->cgroup);
	if (!identity && !last && waited < policy_in_force(agent)->hold_timeout)
		return false;
	decide(agent, waiting, identity);
	return true;
}

static void check(struct agent *agent, bool last)
{
	bool reading = agent->reading;
	size_t i, kept = 0;

	/* a verdict can trip the circuit breaker, which would read of more that wait */
	agent->reading = true;
	for (i = 0; i < agent->n_waiting; i++) {
		struct waiting *waiting = &agent->waiting[i];

		if (try_one(agent, waiting, last))
			continue;
		if (kept != i)
			agent->waiting[kept] = *waiting;
		kept++;
	}
	agent->reading = reading;
	agent->n_waiting = kept;
	if (kept)
		agent_look_at(agent, clock_ns(CLOCK_MONOTONIC) + AGAIN);
}

void agent_hold_check(struct agent *agent)
{
	check(agent, false);
}

void agent_hold(struct agent *agent, const struct rg_event *event)
{
	struct waiting new = { .event = *event }, *items;
	struct rg_held held;

	/* where the note is gone, so is the process, and nobody is asked about it */
	if (bpf_map_lookup_elem(bpf_map__fd(agent->loader.bpf->maps.held), &event->pid, &held) ||
	    held.start_time != event->start_time)
		return;
	items = reallocarray(agent->waiting, agent->n_waiting + 1, sizeof(*items));
	new.container = held.container;
	new.pidfd = open_process(event->pid, event->start_time);
	if (items)
		agent->waiting = items;
	if (!items) {
		signal_process(agent, event->pid, new.pidfd, SIGKILL);
		closep(&new.pidfd);
		return;
	}
	items[agent->n_waiting++] = new;
	check(agent, false);
}

/* One may have been held a moment ago, by a clock that is ahead of this one. 0: none is too young. */
static bool is_younger(const struct rg_held *held, uint64_t timeout)
{
	return timeout && clock_ns(CLOCK_BOOTTIME) < held->since + timeout;
}

/* Kills those that are older and that nobody decides about. */
static void sweep(struct agent *agent, uint64_t timeout)
{
	int fd = bpf_map__fd(agent->loader.bpf->maps.held);
	__u32 pid, before;
	bool have = false;

	while (bpf_map_get_next_key(fd, have ? &before : NULL, &pid) == 0) {
		_cleanup_(closep) int pidfd = -1;
		struct rg_held held;

		before = pid;
		have = true;
		if (bpf_map_lookup_elem(fd, &pid, &held) || is_younger(&held, timeout))
			continue;
		pidfd = open_process(pid, held.start_time);
		signal_process(agent, pid, pidfd, SIGKILL);
		have = false; /* the key that one goes on from is gone */
		if (pidfd >= 0)
			agent_note(agent, RG_TYPE_STATE,
				   "killed process %u, which waited for a verdict of an agent that "
				   "is gone",
				   pid);
	}
}

/* An agent that had no turn for long looks first at what has come meanwhile. */
void agent_hold_sweep(struct agent *agent)
{
	if (agent_read_ring(agent, agent->refusals))
		return;
	check(agent, false);
	sweep(agent, policy_in_force(agent)->hold_timeout + 1000000000);
}

void agent_hold_end(struct agent *agent)
{
	agent->loader.bpf->bss->control.agent = 0;
	agent_read_ring(agent, agent->refusals);
	check(agent, true);
	sweep(agent, 0);
	free(agent->waiting);
	agent->waiting = NULL;
}
