/* SPDX-License-Identifier: GPL-2.0-only */
/* What nobody attempts and nothing refuses, but operators should know: latent and preexisting host root. */
#ifndef ROOTGATE_REPORT_BPF_H
#define ROOTGATE_REPORT_BPF_H

#include "event.bpf.h"

/* Counts and tells it, as attempt->type. */
static __noinline int report(struct attempt *attempt)
{
	struct verdict verdict = { .action = RG_ACTION_AUDIT };
	struct rg_scratch *scratch;
	__u64 key;

	scratch = paths_of(attempt, &key);
	count(attempt->type == RG_TYPE_LATENT ? RG_COUNT_LATENT : RG_COUNT_PREEXISTING);
	tell(attempt, &verdict, RG_PHASE_RUNNING,
	     forget(scratch ? scratch->cgroup.runtime : RG_RUNTIME_UNKNOWN));
	bpf_map_delete_elem(&scratches, &key);
	return 0;
}

#endif
