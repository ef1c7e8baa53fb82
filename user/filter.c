// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which records somebody wants to see: all wishes must be met. */
#include "filter.h"

#include <string.h>

#include "container.h"

bool filter_is_empty(const struct filter *filter)
{
	return !filter->types && !filter->actions && !filter->container && !filter->rule &&
	       !filter->pid && !filter->since;
}

static bool has_bit(uint32_t set, uint32_t bit)
{
	return bit < 32 && (set & 1U << bit);
}

static bool in_container(const struct record *record, const char *wanted)
{
	struct container_ref ref;

	if (record_is_note(record) || record->event.evidence == RG_EVIDENCE_NONE)
		return false;
	container_from_cgroup(record->event.cgroup, &ref);
	return container_matches(wanted, ref.id, record->container_name);
}

bool filter_matches(const struct filter *filter, const struct record *record)
{
	const struct rg_event *event = &record->event;

	if (record->wall_time < filter->since)
		return false;
	if (filter->types && !has_bit(filter->types, event->type))
		return false;
	if (filter->actions &&
	    (!record_has_action(record) || !has_bit(filter->actions, event->action)))
		return false;
	if (filter->pid && (record_is_note(record) || event->pid != filter->pid))
		return false;
	if (filter->rule && strcmp(record->rule, filter->rule) != 0)
		return false;
	return !filter->container || in_container(record, filter->container);
}
