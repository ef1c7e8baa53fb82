/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the names of a task's cgroups betray: that it is in a container, and
 * whose. The host made the names from the root down to the container's own
 * cgroup, and a process inside can only add some below it; so a name counts
 * wherever it stands above the task, and the outermost one that tells is
 * believed.
 */
#ifndef ROOTGATE_CGROUP_BPF_H
#define ROOTGATE_CGROUP_BPF_H

#include "maps.bpf.h"
#include "read.bpf.h"

#define CGROUPS_MAX 32 /* levels that are looked at */

/* The first bytes of a name as a number, as the kernel reads them at once. */
#define HEAD(a, b, c, d, e, f, g, h)                                                               \
	((__u64)(__u8)(a) | (__u64)(__u8)(b) << 8 | (__u64)(__u8)(c) << 16 |                       \
	 (__u64)(__u8)(d) << 24 | (__u64)(__u8)(e) << 32 | (__u64)(__u8)(f) << 40 |                \
	 (__u64)(__u8)(g) << 48 | (__u64)(__u8)(h) << 56)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "HEAD");
#define FIRST(head, n) ((head) & (~0ULL >> (64 - 8 * (n))))

/* Of a string in a map: on the stack it would have to be aligned. */
static __always_inline __u64 head_of(const void *s)
{
	return *(const __u64 *)s;
}

/* Beside a runtime: the name is evidence that what is in this cgroup is contained. */
#define EVIDENCE (1u << 8)

static __always_inline bool is_hex(__u64 head)
{
	int i;

	for (i = 0; i < 8; i++, head >>= 8) {
		__u8 c = head & 0xff;

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

/*
 * Whose container a cgroup of this name is, as the engines name them: a prefix,
 * 64 hex digits, a suffix, where the length stands for all but the prefix.
 * Without a prefix (the cgroupfs drivers of Docker and of the kubelet) the
 * parent's name may tell whose; a container it is under any parent. No evidence
 * are machine- scopes, which may be virtual machines: nspawn's containers have
 * a PID namespace. len counts the NUL. A function of its own for the verifier
 * (global): the loops that call it need not follow each answer.
 */
__weak __noinline __u32 runtime_of_name(__u64 head, __u64 next, __u32 len, __u64 parent)
{
	const __u32 id = 64 + 1, scope = id + 6;

	if (FIRST(head, 7) == HEAD('d', 'o', 'c', 'k', 'e', 'r', '-', 0))
		return len == 7 + scope ? RG_RUNTIME_DOCKER | EVIDENCE : 0;
	if (FIRST(head, 7) == HEAD('l', 'i', 'b', 'p', 'o', 'd', '-', 0))
		return len == 7 + scope || len == 7 + id || len == 15 + id
			       ? RG_RUNTIME_PODMAN | EVIDENCE
			       : 0;
	if (head == HEAD('c', 'r', 'i', '-', 'c', 'o', 'n', 't'))
		return len == 15 + scope ? RG_RUNTIME_CONTAINERD | EVIDENCE : 0;
	if (head == HEAD('n', 'e', 'r', 'd', 'c', 't', 'l', '-'))
		return len == 8 + scope ? RG_RUNTIME_CONTAINERD | EVIDENCE : 0;
	if (FIRST(head, 5) == HEAD('c', 'r', 'i', 'o', '-', 0, 0, 0))
		return len == 5 + scope || len == 5 + id ? RG_RUNTIME_CRIO | EVIDENCE : 0;
	if (head == HEAD('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
	    FIRST(next, 4) == HEAD('o', 'a', 'd', '.', 0, 0, 0, 0))
		return RG_RUNTIME_LXC | EVIDENCE;
	if (head == HEAD('m', 'a', 'c', 'h', 'i', 'n', 'e', '-') ||
	    (head == HEAD('s', 'y', 's', 't', 'e', 'm', 'd', '-') &&
	     FIRST(next, 7) == HEAD('n', 's', 'p', 'a', 'w', 'n', '@', 0)))
		return RG_RUNTIME_NSPAWN;
	if (len != id || !is_hex(head))
		return 0;
	if (FIRST(parent, 7) == HEAD('d', 'o', 'c', 'k', 'e', 'r', 0, 0))
		return RG_RUNTIME_DOCKER | EVIDENCE;
	if (FIRST(parent, 3) == HEAD('p', 'o', 'd', 0, 0, 0, 0, 0))
		return RG_RUNTIME_CONTAINERD | EVIDENCE;
	return RG_RUNTIME_UNKNOWN | EVIDENCE;
}

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *kn)
{
	struct kernfs_node___6_15 *new = (void *)kn;
	struct kernfs_node___5_10 *old = (void *)kn;

	if (bpf_core_field_exists(new->__parent))
		return BPF_CORE_READ(new, __parent);
	return BPF_CORE_READ(old, parent);
}

/* The cgroup that a task is in: in the unified hierarchy, or, where that holds nothing, in v1's. */
static __always_inline struct kernfs_node *cgroup_of(struct task_struct *task)
{
	struct kernfs_node *kn = READ(task, cgroups, dfl_cgrp, kn);
	struct cgroup_subsys_state *state = NULL;
	struct css_set *set = READ(task, cgroups);
	__u32 memory;

	if (kernfs_parent(kn) || !bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return kn;
	memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	bpf_probe_read_kernel(&state, sizeof(state),
			      (void *)&set->subsys[0] + memory * sizeof(state));
	return state ? BPF_CORE_READ(state, cgroup, kn) : kn;
}

/* A cgroup's name as container_above() looks at it. */
struct name_head {
	__u64 head;
	__u64 next;
	char rest[80];
};

/*
 * Whether a cgroup, or one above it, is a container's. A task that is nested
 * deeper than can be looked at is taken for contained: who hides there is not
 * the host.
 */
static __noinline int container_above(struct kernfs_node *kn)
{
	struct name_head name = {}, parent_name = {};
	struct kernfs_node *parent;
	int i;

	for (i = 0; i < CGROUPS_MAX; i++) {
		long len = bpf_probe_read_kernel_str(&name, sizeof(name), BPF_CORE_READ(kn, name));

		parent = kernfs_parent(kn);
		if (!parent)
			return 0;
		bpf_probe_read_kernel_str(&parent_name, 16, BPF_CORE_READ(parent, name));
		if (runtime_of_name(name.head, name.next, (__u32)len, parent_name.head) & EVIDENCE)
			return 1;
		kn = parent;
	}
	return 1;
}

#endif
