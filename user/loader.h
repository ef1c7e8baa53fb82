/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loading and attaching the kernel side: all of it, or nothing of it. */
#ifndef ROOTGATE_LOADER_H
#define ROOTGATE_LOADER_H

#include "host.h"
#include "pidmap.h"
#include "util.h"

struct bpf_program;
struct rootgate_bpf;

/* In the names of further copies of a tracking program (track.bpf.c), and how many they are. */
#define LOADER_COPY	 "_copy"
#define LOADER_LAST_COPY 2

/* In the names of programs that others call, and that are not attached (maps.bpf.h, exec_again). */
#define LOADER_CALLED "_again"

struct loader {
	struct rootgate_bpf *bpf;
	struct pidmap records; /* of processes, as the programs write them */
	enum rg_attach attach;
	__u64 full;	      /* of seed.c: RG_COUNT_PIDS_FULL before the last pass */
	__u64 skipped;	      /* likewise: skips_of_tracking() */
	__u64 unjudged;	      /* skips_of_verdicts(), as it was told */
	bool missing;	      /* the last pass found no room for some process */
	bool copies;	      /* a tracking program can be skipped: there are copies of it */
	__u32 max_processes;  /* set before the start: that the maps have room for; 0: as usual */
	bool no_guard;	      /* likewise: without the guard of our own objects */
	bool no_ftrace_guard; /* and that of kernel.ftrace_enabled */
};

/* A map of an earlier set of programs, which a new set goes on with where it has the same size. */
struct loader_map {
	const char *name;
	int fd; /* negative: not to be had, a new one is made */
};

/*
 * Loads the programs for a way to attach and attaches them, disarmed: nothing is
 * judged before the policy word says so. 0, or a negative errno with the words
 * for it (-EPERM: this kernel refuses the programs); nothing stays on failure. The
 * switches of *out must be set.
 */
int loader_start(const struct host *host, enum rg_attach attach, const struct loader_map *maps,
		 size_t n_maps, struct loader *out, struct why *why);

/*
 * Runs an iterator's program over all tasks, or where map is not negative over all elements of that
 * map. How many bytes it wrote, or a negative errno.
 */
int loader_iterate(struct bpf_program *prog, int map);

/*
 * Returns when no program runs any more that began before: one that was preempted may still go by
 * what it has read, a slot of the policy that is about to be written, or a switch. 0 or a negative
 * errno.
 */
int loader_wait(void);

/* A counter's sum, and where add is not 0, that much more of it. */
__u64 loader_count(const struct loader *loader, enum rg_count which, __u64 add);

/* Tells the contained processes that hold host root already. 0 or a negative errno. */
int loader_sweep(struct loader *loader);

/* Disarms, detaches and unloads all of it. */
void loader_stop(struct loader *loader);

/* Lets go of it; what is pinned stays attached, armed and at work. */
void loader_leave(struct loader *loader);

#endif
