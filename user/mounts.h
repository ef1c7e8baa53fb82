/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The agent's mount namespace, and the host's: what is pinned lies in the host's /sys/fs/bpf, which
 * the agent may see read-only, or not any more.
 */
#ifndef ROOTGATE_MOUNTS_H
#define ROOTGATE_MOUNTS_H

#include "util.h"

/*
 * A mount namespace of its own, which follows the host's, where the host lets mounts propagate (as
 * systemd does); elsewhere the agent would hold on to what is unmounted, and stays. 0 or a negative
 * errno and its words.
 */
int mounts_unshare(struct why *why);

/* Where to go back to; of zeros where the agent is in the host's mount namespace all the time. */
struct mounts_view {
	int own;     /* its mount namespace, and */
	int folder;  /* the folder it was in */
	bool inside; /* the host's */
};

/* Into PID 1's mount namespace, and out of it. Where that cannot be, it stays where it is. */
struct mounts_view mounts_enter(void);
void mounts_leave(struct mounts_view *view); /* also for _cleanup_ */

#endif
