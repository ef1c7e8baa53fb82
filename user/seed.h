/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Setting the records of contained processes right: for those that ran before the programs, and
 * after a map was full or the kernel skipped a program. Writing them as processes come and go is
 * bpf/track.bpf.c's matter.
 */
#ifndef ROOTGATE_SEED_H
#define ROOTGATE_SEED_H

#include "loader.h"

/* Records all that run, and removes what is of none of them. 0 or a negative errno. */
int seed_run(struct loader *loader);

/* The same where it is needed since the last time. */
int seed_repair(struct loader *loader);

#endif
