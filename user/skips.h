/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How often the kernel skipped our programs, which it does for a task whose CPU has another one that was
 * preempted inside them. Since Linux 5.12 it counts that (recursion_misses of struct bpf_prog_info); 5.10
 * skips none.
 */
#ifndef ROOTGATE_SKIPS_H
#define ROOTGATE_SKIPS_H

#include "loader.h"

/* Calls of programs that track processes; a copy of it may have stood in. */
__u64 skips_of_tracking(const struct loader *loader);

/*
 * Calls of exec and set*uid that no copy of a fmod_ret program has judged: at most so many, since that of
 * the copies that was skipped least need not have been skipped together with all others. 0 with BPF LSM.
 */
__u64 skips_of_verdicts(const struct loader *loader);

#endif
