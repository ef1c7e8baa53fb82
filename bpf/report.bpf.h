/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nothing refuses, but operators should know: latent and preexisting host
 * root, and gains that passed no hook.
 */
#ifndef ROOTGATE_REPORT_BPF_H
#define ROOTGATE_REPORT_BPF_H

#include "event.bpf.h"

static __always_inline __u32 count_of_report(__u32 type)
{
	if (type == RG_TYPE_TRIPWIRE)
		return RG_COUNT_TRIPWIRE;
	return type == RG_TYPE_LATENT ? RG_COUNT_LATENT : RG_COUNT_PREEXISTING;
}

/* Counts and tells it, as attempt->type. */
static __noinline int report(struct attempt *attempt, __u32 action)
{
	struct verdict verdict = { .action = action };
	struct rg_scratch *scratch;
	__u32 at;

	scratch = paths_of(attempt, &at);
	count(count_of_report(attempt->type));
	tell(attempt, &verdict, RG_PHASE_RUNNING,
	     forget(scratch ? scratch->cgroup.runtime : RG_RUNTIME_UNKNOWN), at);
	scratch_leave(at);
	return 0;
}

#endif
