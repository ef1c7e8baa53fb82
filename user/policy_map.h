/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy's image into the kernel's maps, in force at once for every hook. */
#ifndef ROOTGATE_POLICY_MAP_H
#define ROOTGATE_POLICY_MAP_H

#include "loader.h"
#include "policy_image.h"
#include "util.h"

/*
 * Returns when no hook runs any more that began before: a hook that was preempted may still read the
 * slot that policy_map_write() would write. 0 or a negative errno.
 */
int policy_map_wait(void);

/*
 * Writes the image into the slot that is not in force, then switches over and arms, with the
 * generation behind the one in force. 0, or a negative errno with the words for it; then the
 * policy in force stays as it was. *generation is untouched on failure.
 */
int policy_map_write(struct loader *loader, const struct policy_image *image, __u32 *generation,
		     struct why *why);

#endif
