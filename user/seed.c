// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A pass over all tasks, in the kernel, gives each record of a living process the pass's number; so
 * do the programs with those that they write meanwhile. What has another number afterwards is of a
 * process whose end the kernel did not let the programs see.
 */
#include "seed.h"

#include <time.h>

#include <bpf/libbpf.h>

#include "rootgate.skel.h"
#include "skips.h"

int seed_run(struct loader *loader)
{
	struct rg_control *control = &loader->bpf->bss->control;
	__u32 pass = (__u32)(clock_ns(CLOCK_BOOTTIME) / 1000000); /* no agent's before had it */
	int missing, stale, err;

	loader->full = loader_count(loader, RG_COUNT_PIDS_FULL, 0);
	loader->skipped = skips_of_tracking(loader);
	__atomic_store_n(&control->pass_number, pass, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->seeding, 1, __ATOMIC_SEQ_CST);
	err = loader_wait(); /* all programs that run know it */
	missing = err ?: loader_iterate(loader->bpf->progs.rg_seed, -1);
	__atomic_store_n(&control->seeding, 0, __ATOMIC_SEQ_CST);
	if (missing < 0)
		return missing;
	loader->missing = missing > 0;
	stale = loader_iterate(loader->bpf->progs.rg_free_stale,
			       bpf_map__fd(loader->bpf->maps.processes));
	if (stale > 0 && control->heartbeat) /* an agent that starts repairs nothing of its own */
		loader_count(loader, RG_COUNT_PIDS_REPAIRED, (__u64)stale);
	return stale < 0 ? stale : 0;
}

int seed_repair(struct loader *loader)
{
	if (!loader->missing && loader_count(loader, RG_COUNT_PIDS_FULL, 0) == loader->full &&
	    skips_of_tracking(loader) == loader->skipped)
		return 0;
	return seed_run(loader);
}
