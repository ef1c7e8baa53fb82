/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of cgroups and of files, for events and for rules that name them. Only
 * a violation pays for this. bpf_d_path() is not open to our hooks before 5.16,
 * nor to fmod_ret programs, so the names are gathered by hand: upwards first,
 * then written downwards.
 *
 * A path of more bytes than a key holds is cut at its end: prefixes of it still
 * match, an exact pattern never does. A path of more names than the bounds is
 * unknown (length 0), since its beginning is what counts: who may nest cgroups
 * must not choose what theirs seems to start with.
 */
#ifndef ROOTGATE_PATH_BPF_H
#define ROOTGATE_PATH_BPF_H

#include "cgroup.bpf.h"

#define STEPS_MAX 48		    /* names of a file's path and mounts on its way */
#define PATH_ROOM (RG_PATH_MAX - 1) /* bytes of rg_path_key.path */

/* Ends a path: a whole one counts its NUL, so that an exact pattern can match. */
static __always_inline void path_end(struct rg_path *path)
{
	path->len = path->len < PATH_ROOM ? path->len + 1 : PATH_ROOM - 1;
	path->key.path[PATH_ROOM - 1] = '\0';
}

/* Appends "/name", the how-manieth from within; false where the path is full. */
static __always_inline bool path_append(struct rg_path *path, const void *name, __u32 number)
{
	__u32 at = path->len, tells;
	long n;

	if (at > PATH_ROOM - 2)
		return false;
	path->key.path[at] = '/';
	n = bpf_probe_read_kernel_str(&path->key.path[at + 1], RG_PATH_MAX - 1, name);
	if (n < 1)
		return false;
	path->len = at + (__u32)n; /* with the slash, without the NUL */
	if (!path->teller) {
		tells = runtime_of_name(head_of(&path->key.path[at + 1]),
					head_of(&path->key.path[at + 9]), (__u32)n, path->parent);
		path->runtime = ~EVIDENCE & tells;
		if (tells)
			path->teller = number;
	}
	path->parent = head_of(&path->key.path[at + 1]);
	return true;
}

/*
 * Writes the gathered names as a path, from the outermost on. They and their
 * number are in the map's memory, of which the verifier knows nothing: so all
 * ways through an iteration look the same to it, and it follows just one.
 */
static __always_inline void names_join(struct rg_scratch *scratch, struct rg_path *path)
{
	int i;

	path->len = 0;
	path->runtime = RG_RUNTIME_UNKNOWN;
	path->parent = 0;
	path->teller = 0;
	for (i = RG_NAMES_MAX - 1; i >= 0; i--)
		if (i < scratch->names && !path_append(path, scratch->name[i], (__u32)i + 1))
			break;
	if (!path->len)
		path_append(path, "", 0);
	path_end(path);
}

/* A work space by its number; NULL for NO_SCRATCH. */
static __always_inline struct rg_scratch *scratch_at(__u32 at)
{
	return bpf_map_lookup_elem(&scratches, &at);
}

/* Not inlined: out of a loop the compiler would take what this kernel may not have. */
static __noinline struct kernfs_node *further_out(struct kernfs_node *kn)
{
	return kernfs_parent(kn);
}

/* Whether others than root may make cgroups in a cgroup, by its folder's owner and mode. */
static __always_inline bool is_delegated(struct kernfs_node *kn)
{
	struct kernfs_iattrs *attributes = BPF_CORE_READ(kn, iattr);

	return (BPF_CORE_READ(kn, mode) & 0022) ||
	       (attributes && BPF_CORE_READ(attributes, ia_uid.val));
}

/*
 * The cgroup whose name tells of a container. Where others than root could have
 * made it, an engine's name says nothing: below a cgroup that is a container's
 * own, whoever is in there makes what names he likes.
 */
static __always_inline void find_teller(struct rg_scratch *scratch)
{
	struct kernfs_node *kn = (struct kernfs_node *)scratch->of_cgroup;
	__u32 i;

	scratch->teller = NULL;
	if (!scratch->cgroup.teller)
		return;
	for (i = 1; i < RG_NAMES_MAX && i < scratch->cgroup.teller; i++)
		kn = further_out(kn);
	scratch->teller = kn;
	if (is_delegated(further_out(kn)))
		scratch->cgroup.runtime = RG_RUNTIME_UNKNOWN;
}

/*
 * Into a work space: the path of a cgroup in its hierarchy; "/" is
 * the root. This and the next are global, as runtime_of_name() is: the verifier
 * reads them once a program, and not once for each way that leads to them. Such a
 * function takes no kernel pointer, so that is in the work space, too.
 */
__weak __noinline int path_of_cgroup(__u32 at)
{
	struct rg_scratch *scratch = scratch_at(at);
	struct kernfs_node *kn;
	int i;

	if (!scratch)
		return 0;
	kn = (struct kernfs_node *)scratch->of_cgroup;
	scratch->names = 0;
	for (i = 0; i < RG_NAMES_MAX; i++) {
		struct kernfs_node *parent = kernfs_parent(kn);

		if (!parent)
			break;
		scratch->name[i] = BPF_CORE_READ(kn, name);
		scratch->names = i + 1;
		kn = parent;
	}
	names_join(scratch, &scratch->cgroup);
	find_teller(scratch);
	if (kernfs_parent(kn)) {
		scratch->cgroup.len = 0;
		scratch->teller = NULL;
	}
	return 0;
}

/*
 * A file's path in its mount namespace: across mounts, up to that namespace's
 * root, whichever are on the root of one another.
 */
__weak __noinline int path_of_file(__u32 at)
{
	struct rg_scratch *scratch = scratch_at(at);
	struct dentry *dentry, *parent;
	struct mount *mnt;
	struct file *file;
	int i, n;

	if (!scratch)
		return 0;
	file = (struct file *)scratch->of_file;
	mnt = (void *)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);
	dentry = BPF_CORE_READ(file, f_path.dentry);
	scratch->names = 0;
	for (i = 0; i < STEPS_MAX; i++) {
		if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
			struct mount *up = BPF_CORE_READ(mnt, mnt_parent);

			if (up == mnt)
				goto top;
			dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
			mnt = up;
			continue;
		}
		n = *(volatile __s32 *)&scratch->names;
		if (n < 0 || n >= RG_NAMES_MAX)
			break;
		scratch->name[n] = BPF_CORE_READ(dentry, d_name.name);
		scratch->names = n + 1;
		parent = BPF_CORE_READ(dentry, d_parent);
		if (parent == dentry) /* no name in any directory: a memfd */
			goto top;
		dentry = parent;
	}
	scratch->exe.len = 0;
	return 0;
top:
	names_join(scratch, &scratch->exe);
	return 0;
}

#endif
