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

#define CGROUPS_MAX    32 /* levels that are looked at */
#define SERVICE_LEVELS 12 /* the same for a service: of its slices and what it makes itself */

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

/* How a cgroup's name begins. One word is pointer and answer: stacks are small. */
static __always_inline __u64 head_of_name(struct kernfs_node *kn)
{
	const char *name;
	__u64 word;

	bpf_core_read(&word, sizeof(word), &kn->name);
	name = (void *)word;
	word = 0;
	bpf_probe_read_kernel_str(&word, sizeof(word), name);
	return word;
}

/*
 * A cgroup's name as container_above() looks at it: by its beginning and its
 * length, of which 86 is the longest that tells. Stacks are small.
 */
struct name_head {
	__u64 head;
	__u64 next;
	char rest[72];
};

/*
 * Whether a cgroup, or one above it, is a container's. A task that is nested
 * deeper than can be looked at is taken for contained: who hides there is not
 * the host. Global, for the verifier, to which an address is a number.
 */
__weak __noinline int container_above(__u64 cgroup)
{
	struct name_head name = {};
	struct kernfs_node *kn = (void *)cgroup, *parent;
	int i;

	for (i = 0; i < CGROUPS_MAX; i++) {
		long len = bpf_probe_read_kernel_str(&name, sizeof(name), BPF_CORE_READ(kn, name));
		__u64 above;

		parent = kernfs_parent(kn);
		if (!parent)
			return 0;
		above = head_of_name(parent);
		if (runtime_of_name(name.head, name.next, (__u32)len, above) & EVIDENCE)
			return 1;
		kn = parent;
	}
	return 1;
}

/* A task's cgroup in the hierarchy of a controller, where that is one of v1. Global, for its stack. */
__weak __noinline __u64 cgroup_in(__u64 css_set, __u32 controller)
{
	struct css_set *set = (void *)css_set;
	struct cgroup_subsys_state *state = NULL;
	struct cgroup *cgroup;

	bpf_probe_read_kernel(&state, sizeof(state),
			      (void *)&set->subsys[0] + controller * sizeof(state));
	cgroup = state ? BPF_CORE_READ(state, cgroup) : NULL;
	if (!cgroup || BPF_CORE_READ(cgroup, root) == BPF_CORE_READ(set, dfl_cgrp, root))
		return 0;
	return (__u64)BPF_CORE_READ(cgroup, kn);
}

/*
 * The same in v1's hierarchies, of which engines use all; NULL where there are
 * none. One of two is looked at, for kernels that have memory in v2 only.
 */
static __always_inline __u64 cgroup_v1_of(__u64 css_set)
{
	__u64 kn = 0;

	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		kn = cgroup_in(css_set, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
	if (!kn && bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
		kn = cgroup_in(css_set, bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id));
	return kn;
}

/*
 * The cgroup that counts: in the unified hierarchy, unless only the one in v1's
 * tells something. On a hybrid host engines may leave a container where it was
 * in the unified one.
 */
__weak __noinline __u64 cgroup_that_counts(__u64 css_set)
{
	struct css_set *set = (void *)css_set;
	struct kernfs_node *kn = BPF_CORE_READ(set, dfl_cgrp, kn);
	struct kernfs_node *v1 = (void *)cgroup_v1_of(css_set);

	if (!v1 || (kernfs_parent(kn) && container_above((__u64)kn)))
		return (__u64)kn;
	return !kernfs_parent(kn) || container_above((__u64)v1) ? (__u64)v1 : (__u64)kn;
}

static __always_inline __u64 cgroup_of(struct task_struct *task)
{
	return cgroup_that_counts((__u64)BPF_CORE_READ(task, cgroups));
}

/*
 * Whether a cgroup is that of a service of systemd's, or below one's: of the
 * names that are no slices the outermost is a service's, and none is a
 * container's, as the ones of nspawn's services are. A name that is too long to
 * be known whole is no service's.
 */
__weak __noinline int service_above(__u64 cgroup)
{
	struct kernfs_node *kn = (void *)cgroup, *parent;
	__u32 found = 0;
	int i;

	for (i = 0; i < SERVICE_LEVELS; i++) {
		const char *text = BPF_CORE_READ(kn, name);
		struct name_head name = {};
		__u64 tail = 0;
		long len;

		parent = kernfs_parent(kn);
		if (!parent)
			return (int)found;
		len = bpf_probe_read_kernel_str(&name, sizeof(name), text); /* with the NUL */
		if (runtime_of_name(name.head, name.next, (__u32)len, head_of_name(parent)))
			return 0;
		if (len > 8 && len < (long)sizeof(name))
			bpf_probe_read_kernel(&tail, sizeof(tail), text + len - 9);
		if (tail == HEAD('.', 's', 'e', 'r', 'v', 'i', 'c', 'e'))
			found = 1;
		else if (tail >> 16 != HEAD('.', 's', 'l', 'i', 'c', 'e', 0, 0))
			found = 0;
		found = forget(found);
		kn = parent;
	}
	return 0;
}

#endif
