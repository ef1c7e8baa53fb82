/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy's image into the kernel's maps, in force at once for every hook. */
#ifndef ROOTGATE_POLICY_MAP_H
#define ROOTGATE_POLICY_MAP_H

#include "loader.h"
#include "policy_image.h"
#include "util.h"

/*
 * Writes the image into the slot that is not in force, for the generation behind the one that is.
 * 0, or a negative errno with the words for it; the policy in force stays as it was either way.
 */
int policy_map_fill(struct loader *loader, const struct policy_image *image, __u32 *generation,
		    struct why *why);

/* Puts what was filled in force, and arms. */
void policy_map_switch(struct loader *loader, const struct policy_image *image, __u32 generation);

/* The scopes of an identity's, in a slot. 0 or a negative errno. */
int policy_map_add_scopes(struct loader *loader, __u32 slot, __u32 identity,
			  const struct policy_image_scope *scopes, size_t n);

/* Makes a container known, in both slots, or unknown. 0, or a negative errno: it is unknown then. */
int policy_map_set_identity(struct loader *loader, const struct rg_identity_key *key,
			    const struct rg_identity *identity);
void policy_map_forget_identity(struct loader *loader, const struct rg_identity_key *key);

#endif
