/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was counted, in the text format that Prometheus reads. Where the numbers come from is
 * the caller's matter.
 */
#ifndef ROOTGATE_METRICS_H
#define ROOTGATE_METRICS_H

#include "state.h"

struct metrics {
	struct state_facts facts;
	struct state state;
	__u64 counters[RG_COUNT_COUNT]; /* zero where nothing is pinned */
};

void metrics_print(FILE *out, const struct metrics *metrics);

#endif
