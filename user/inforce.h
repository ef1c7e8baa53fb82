/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The policy in force, as the agent leaves it in its run folder for who asks: what the kernel
 * holds has no names, and the files may have changed since.
 */
#ifndef ROOTGATE_INFORCE_H
#define ROOTGATE_INFORCE_H

#include <json-c/json.h>

#include "policy.h"

/*
 * Writes the policy, with the mode that holds, for root to read. 0, or a negative errno: there is
 * none then.
 */
int inforce_write(const struct policy *policy, enum rg_mode mode, __u32 generation, time_t now);

/* {"generation": ..., "policy": ...}; -ENOENT: none was written; -EBADMSG: it is something else. */
int inforce_read(struct json_object **out, __u32 *generation);

/* The names of its rules, as a policy that has nothing else; as above. */
int inforce_names(struct policy **out, __u32 *generation);

#endif
