// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* For each scope the last refusals that count, in a ring as long as it takes of them. */
#include "breaker.h"

#include <errno.h>
#include <stdlib.h>

#include "container.h"
#include "util.h"

struct refusal {
	uint64_t time; /* 0: none yet */
	uint64_t container;
};

struct window {
	uint32_t next;
	struct refusal last[];
};

struct breaker {
	uint32_t refusals;
	uint64_t per;
	size_t n_rules;
	struct window *windows[]; /* by a rule's number; made when they are needed */
};

struct breaker *breaker_new(const struct policy *policy)
{
	struct breaker *breaker;

	errno = 0;
	if (!policy->breaker.refusals)
		return NULL;
	breaker = calloc(1, sizeof(*breaker) + (policy->n_rules + 1) * sizeof(struct window *));
	if (!breaker)
		return NULL;
	breaker->refusals = policy->breaker.refusals;
	breaker->per = policy->breaker.per;
	breaker->n_rules = policy->n_rules;
	return breaker;
}

void breaker_free(struct breaker *breaker)
{
	size_t i;

	for (i = 0; breaker && i <= breaker->n_rules; i++)
		free(breaker->windows[i]);
	free(breaker);
}

uint64_t breaker_container(const struct rg_event *event)
{
	uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a */
	struct container_ref ref;
	uint32_t i;

	container_from_cgroup(event->cgroup, &ref);
	/* a container may make, and name, cgroups below its own */
	if (!ref.known)
		return event->levels > 1 ? event->pids[1].ns : event->cgroup_id;
	for (i = 0; i < ref.length; i++)
		hash = (hash ^ (unsigned char)event->cgroup[i]) * 0x100000001b3ULL;
	return hash;
}

static bool recent(const struct breaker *breaker, const struct refusal *refusal, uint64_t now)
{
	/* refusals of several processors come in no strict order */
	return refusal->time && (refusal->time >= now || now - refusal->time <= breaker->per);
}

bool breaker_count(struct breaker *breaker, uint32_t rule, uint64_t time, uint64_t container)
{
	uint32_t n = breaker->refusals, own = 0, all = 1, i;
	struct window *window;

	if (rule > breaker->n_rules)
		return false;
	if (!breaker->windows[rule])
		breaker->windows[rule] =
			calloc(1, sizeof(struct window) + n * sizeof(struct refusal));
	window = breaker->windows[rule];
	for (i = 0; window && i < n; i++) {
		if (!recent(breaker, &window->last[i], time))
			continue;
		all++;
		own += window->last[i].container == container;
	}
	if (!window || own >= (n + 1) / 2)
		return false;
	if (all >= n) {
		free(window);
		breaker->windows[rule] = NULL;
		return true;
	}
	window->last[window->next] = (struct refusal){ time, container };
	window->next = (window->next + 1) % n;
	return false;
}
