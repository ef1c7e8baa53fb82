/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which container a task is in, as the agent and the kernel side call it
 * (struct rg_identity_key). Nobody in a container chooses that: the host named
 * its cgroup, and what it makes below that comes further in, and its PID
 * namespace it can't leave. Who the container is, only the agent knows.
 *
 * Where no engine names cgroups of its own (runc by itself), a process may make
 * one with an engine's name below the container's. Nobody knows that cgroup, so
 * the PID namespace counts as before. Where PID 1 has a cgroup of an engine's, and
 * the process an unknown one, it may as well be of another container that shares
 * the namespace, and is nobody's yet.
 */
#ifndef ROOTGATE_IDENTITY_BPF_H
#define ROOTGATE_IDENTITY_BPF_H

#include "path.bpf.h"
#include "subject.bpf.h"

/* The outermost PID namespace below the base; 0, 0 where there is none. */
static __always_inline void own_pidns(struct rg_scratch *scratch, struct rg_identity_key *key)
{
	struct pid *pid = (struct pid *)scratch->of_pid;
	struct task_struct *reaper;
	struct upid outermost;

	scratch->reaper = NULL;
	if (BPF_CORE_READ(pid, level) <= config.base_level)
		return;
	reaper = reaper_of(pid, &outermost);
	key->start = BPF_CORE_READ(reaper, start_boottime);
	if (key->start)
		key->id = BPF_CORE_READ(outermost.ns, ns.inum);
	scratch->reaper = reaper;
}

/*
 * Into a work space, once its cgroup's path is there. True where only the PID
 * namespace is known, and who has made the cgroup is yet to be asked. Global: see
 * path.bpf.h.
 */
__weak __noinline int find_container(__u32 at)
{
	struct rg_identity_key pidns = {}, cgroup = {};
	struct rg_scratch *scratch = scratch_at(at);
	struct kernfs_node *teller;

	if (!scratch)
		return 0;
	teller = (struct kernfs_node *)scratch->teller;
	if (teller)
		cgroup.id = BPF_CORE_READ(teller, id);
	own_pidns(scratch, &pidns);
	scratch->pidns = pidns;
	scratch->container = cgroup.id ? cgroup : pidns;
	return cgroup.id && !bpf_map_lookup_elem(&identities, &cgroup) &&
	       bpf_map_lookup_elem(&identities, &pidns);
}

/* Not in find_container(), for its stack. */
static __always_inline void find_identity(struct rg_scratch *scratch, __u32 at)
{
	struct task_struct *reaper;

	if (!find_container(at))
		return;
	reaper = (struct task_struct *)scratch->reaper;
	if (!container_above(cgroup_that_counts((__u64)BPF_CORE_READ(reaper, cgroups))))
		scratch->container = scratch->pidns;
}

#endif
