/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel side's way through the maps (bpf/decide.bpf.h), over the image's arrays. */
#ifndef ROOTGATE_TEST_POLICY_LOOKUP_H
#define ROOTGATE_TEST_POLICY_LOOKUP_H

#include <string.h>

#include "policy_image.h"

/* The longest prefix, as an LPM trie finds it; here by looking at all of them. */
static inline uint32_t policy_lookup_path(const struct policy_image_path *paths, size_t n,
					  const char *path)
{
	size_t i, len = strlen(path) + 1, best = 0;
	uint32_t scope = 0;

	for (i = 0; i < n; i++) {
		size_t bytes = paths[i].key.prefixlen / 8 - 1;

		if (bytes <= len && memcmp(paths[i].key.path, path, bytes) == 0 && bytes > best) {
			best = bytes;
			scope = paths[i].scope;
		}
	}
	return scope;
}

/* What bpf/decide.bpf.h does. */
static inline uint32_t policy_lookup(const struct policy_image *image,
				     const struct policy_attempt *attempt)
{
	struct rg_scope_key key = {};
	size_t i;

	if (!(image->flags & RG_WORD_RULES))
		return 0;
	if (image->flags & RG_WORD_CGROUP)
		key.cgroup = policy_lookup_path(image->cgroups, image->n_cgroups, attempt->cgroup);
	if (image->flags & RG_WORD_EXE)
		key.exe = policy_lookup_path(image->exes, image->n_exes, attempt->exe);
	for (i = 0; i < image->n_scopes; i++)
		if (memcmp(&image->scopes[i].key, &key, sizeof(key)) == 0)
			return image->scopes[i].value.rule[rg_class(
				attempt->type, attempt->runtime, attempt->pidns, attempt->userns)];
	return 0;
}

#endif
