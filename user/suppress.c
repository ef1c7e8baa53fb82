// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A few places for those who are refused at the moment; the one that was told longest ago gives way. */
#include "suppress.h"

#include <stdlib.h>
#include <string.h>

#define PLACES	 32
#define TOGETHER 1000000000ULL /* ns */

struct place {
	struct record last;
	uint64_t told; /* when one was; 0: a free place */
	uint32_t held; /* since then */
};

struct suppress {
	struct place places[PLACES];
};

struct suppress *suppress_new(void)
{
	return calloc(1, sizeof(struct suppress));
}

void suppress_free(struct suppress *suppress)
{
	free(suppress);
}

static bool equal(const struct rg_event *a, const struct rg_event *b)
{
	return a->pid == b->pid && a->start_time == b->start_time && a->type == b->type &&
	       a->action == b->action && a->reason == b->reason && a->phase == b->phase &&
	       a->rule == b->rule && a->generation == b->generation &&
	       memcmp(&a->old, &b->old, sizeof(a->old)) == 0 &&
	       memcmp(&a->new, &b->new, sizeof(a->new)) == 0 && strcmp(a->exe, b->exe) == 0;
}

/* The last one that was held back stands for the others. */
static void tell_held(struct place *place, suppress_tell tell, void *ctx)
{
	if (!place->held)
		return;
	place->last.event.suppressed = place->held - 1;
	place->held = 0;
	place->told = place->last.event.time;
	tell(ctx, &place->last);
}

bool suppress_take(struct suppress *suppress, struct record *record, suppress_tell tell, void *ctx)
{
	struct place *place = suppress->places;
	size_t i;

	for (i = 0; i < PLACES; i++) {
		struct place *other = &suppress->places[i];

		if (other->told && equal(&other->last.event, &record->event)) {
			place = other;
			break;
		}
		if (other->told < place->told)
			place = other;
	}
	if (i == PLACES) {
		tell_held(place, tell, ctx);
	} else if (record->event.time < place->told + TOGETHER) {
		place->last = *record;
		place->held++;
		return false;
	}
	record->event.suppressed = place->held;
	*place = (struct place){ .last = *record, .told = record->event.time };
	return true;
}

void suppress_flush(struct suppress *suppress, uint64_t now, suppress_tell tell, void *ctx)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (now >= suppress->places[i].told + TOGETHER)
			tell_held(&suppress->places[i], tell, ctx);
}
