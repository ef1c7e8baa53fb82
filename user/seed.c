// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A pass over all tasks, in the kernel, gives each record of a living process the pass's number; so
 * do the programs with those that they write meanwhile. What has another number afterwards is of a
 * process whose end the kernel did not let the programs see.
 */
#include "seed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "rootgate.skel.h"

/* A counter's sum, and where add is not 0, that much more of it. */
static __u64 counter(const struct loader *loader, __u32 which, __u64 add)
{
	int fd = bpf_map__fd(loader->bpf->maps.counters), cpus = libbpf_num_possible_cpus(), cpu;
	_cleanup_(freep) __u64 *values = calloc((size_t)(cpus > 0 ? cpus : 1), sizeof(*values));
	__u64 sum = 0;

	if (!values || cpus < 0 || bpf_map_lookup_elem(fd, &which, values))
		return 0;
	for (cpu = 0; cpu < cpus; cpu++)
		sum += values[cpu];
	values[0] += add;
	if (add)
		bpf_map_update_elem(fd, &which, values, BPF_ANY);
	return sum;
}

/* How often the kernel skipped a program that tracks; a copy of it may have stood in. */
static __u64 skipped(const struct loader *loader)
{
	struct bpf_program *prog;
	__u64 sum = 0;

	bpf_object__for_each_program(prog, loader->bpf->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (starts_with(bpf_program__section_name(prog), "tp_btf/") &&
		    bpf_program__fd(prog) >= 0 &&
		    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) == 0)
			sum += info.recursion_misses;
	}
	return sum;
}

int seed_run(struct loader *loader)
{
	struct rg_control *control = &loader->bpf->bss->control;
	__u32 pass = (__u32)(clock_ns(CLOCK_BOOTTIME) / 1000000); /* no agent's before had it */
	int missing, stale, err;

	loader->full = counter(loader, RG_COUNT_PIDS_FULL, 0);
	loader->skipped = skipped(loader);
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
		counter(loader, RG_COUNT_PIDS_REPAIRED, (__u64)stale);
	return stale < 0 ? stale : 0;
}

int seed_repair(struct loader *loader)
{
	if (!loader->missing && counter(loader, RG_COUNT_PIDS_FULL, 0) == loader->full &&
	    skipped(loader) == loader->skipped)
		return 0;
	return seed_run(loader);
}
