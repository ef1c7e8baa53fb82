// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A policy's image into the kernel's maps. Each key begins with a slot, the
 * lowest bit of the generation; the slot in force is never written, nor one that
 * a hook may still read, and one store of the policy word moves every hook from
 * one to the other.
 */
#include "policy_map.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "rootgate.skel.h"

static bool path_in_slot(const void *key, __u32 slot)
{
	return ((const struct rg_path_key *)key)->slot == slot;
}

static bool scope_in_slot(const void *key, __u32 slot)
{
	return ((const struct rg_scope_key *)key)->slot == slot;
}

/* Deletes a slot's keys. */
static int clear_slot(const struct bpf_map *map, bool (*in_slot)(const void *, __u32), __u32 slot)
{
	union {
		struct rg_path_key path;
		struct rg_scope_key scope;
	} key = {}, next;
	int fd = bpf_map__fd(map);
	bool have = false;

	while (bpf_map_get_next_key(fd, have ? &key : NULL, &next) == 0) {
		/* a key that is deleted cannot be the place to go on from */
		if (in_slot(&next, slot)) {
			if (bpf_map_delete_elem(fd, &next) && errno != ENOENT)
				return -errno;
			continue;
		}
		key = next;
		have = true;
	}
	return 0;
}

static int write_paths(const struct bpf_map *map, __u32 slot, const struct policy_image_path *paths,
		       size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct rg_path_key key = paths[i].key;

		key.slot = (__u8)slot;
		if (bpf_map_update_elem(bpf_map__fd(map), &key, &paths[i].scope, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int write_scopes(const struct bpf_map *map, __u32 slot, __u32 identity,
			const struct policy_image_scope *scopes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct rg_scope_key key = scopes[i].key;

		key.slot = slot;
		key.identity = identity;
		if (bpf_map_update_elem(bpf_map__fd(map), &key, &scopes[i].value, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* Wall time into time since boot, the kernel side's only clock; at the latest a moment ago. */
static __u64 boot_time(__u64 wall)
{
	__u64 offset = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);

	if (!wall)
		return 0;
	return wall > offset ? wall - offset : 1;
}

static int write_rules(const struct bpf_map *map, __u32 slot, const struct policy_image *image)
{
	size_t i;

	for (i = 0; i < image->n_rules; i++) {
		__u32 key = rg_rule_key(slot, (__u32)i + 1);
		struct rg_rule rule = image->rules[i];

		rule.expires = boot_time(rule.expires);
		if (bpf_map_update_elem(bpf_map__fd(map), &key, &rule, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int fill_slot(struct rootgate_bpf *bpf, __u32 slot, const struct policy_image *image)
{
	int err = clear_slot(bpf->maps.cgroup_scopes, path_in_slot, slot);

	if (!err)
		err = clear_slot(bpf->maps.exe_scopes, path_in_slot, slot);
	if (!err)
		err = clear_slot(bpf->maps.scopes, scope_in_slot, slot);
	if (!err)
		err = write_paths(bpf->maps.cgroup_scopes, slot, image->cgroups, image->n_cgroups);
	if (!err)
		err = write_paths(bpf->maps.exe_scopes, slot, image->exes, image->n_exes);
	if (!err)
		err = write_scopes(bpf->maps.scopes, slot, 0, image->scopes, image->n_scopes);
	if (!err)
		err = write_rules(bpf->maps.rules, slot, image);
	return err;
}

int policy_map_fill(struct loader *loader, const struct policy_image *image, __u32 *generation,
		    struct why *why)
{
	__u32 next = rg_word_generation(loader->bpf->bss->control.word) + 1;
	int err = fill_slot(loader->bpf, next & 1, image);

	if (err) {
		why_set(why, "cannot write the policy into the kernel's maps: %s", strerror(-err));
		return err;
	}
	*generation = next;
	return 0;
}

void policy_map_switch(struct loader *loader, const struct policy_image *image, __u32 generation)
{
	struct rg_control *control = &loader->bpf->bss->control;
	__u64 flags = image->flags | RG_WORD_ARMED;

	control->setup_timeout[generation & 1] = image->setup_timeout;
	control->unidentified[generation & 1] = image->unidentified;
	control->near[generation & 1] = image->near;
	__atomic_store_n(&control->word, rg_word(image->mode, flags, generation), __ATOMIC_SEQ_CST);
}

int policy_map_add_scopes(struct loader *loader, __u32 slot, __u32 identity,
			  const struct policy_image_scope *scopes, size_t n)
{
	const struct bpf_map *map = loader->bpf->maps.scopes;
	int err = write_scopes(map, slot, identity, scopes, n);
	size_t i;

	/* the number will be another container's, whose rules are others */
	for (i = 0; err && i < n; i++) {
		struct rg_scope_key key = scopes[i].key;

		key.slot = slot;
		key.identity = identity;
		bpf_map_delete_elem(bpf_map__fd(map), &key);
	}
	return err;
}

int policy_map_set_identity(struct loader *loader, const struct rg_identity_key *key,
			    const struct rg_identity *identity)
{
	int fd = bpf_map__fd(loader->bpf->maps.identities);

	if (bpf_map_update_elem(fd, key, identity, BPF_ANY) == 0)
		return 0;
	policy_map_forget_identity(loader, key);
	return -errno;
}

void policy_map_forget_identity(struct loader *loader, const struct rg_identity_key *key)
{
	int err = errno;

	bpf_map_delete_elem(bpf_map__fd(loader->bpf->maps.identities), key);
	errno = err;
}
