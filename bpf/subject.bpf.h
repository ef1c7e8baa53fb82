/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is this task: of the host or contained, by which evidence, and in which
 * phase of its container's life. Everything is read from the task itself and
 * its namespaces, nothing is remembered, so there is no race and no map to
 * fill. What is done about it belongs in decide.bpf.h.
 */
#ifndef ROOTGATE_SUBJECT_BPF_H
#define ROOTGATE_SUBJECT_BPF_H

#include "cgroup.bpf.h"

#define ROOTS_MAX 4 /* mounts on the root of one another that are looked at */

/* The task's namespace at a level, 0 where it has none; to be read with BPF_CORE_READ. */
static __always_inline struct upid upid_at(struct pid *pid, __u32 level)
{
	struct upid upid = {};

	bpf_probe_read_kernel(&upid, sizeof(upid),
			      (void *)&pid->numbers[0] + level * sizeof(struct upid));
	return upid;
}

/*
 * Tasks that share the boot's nsproxy have the boot's namespaces, and always
 * had. It is static memory of the kernel (init_nsproxy), so its address is
 * never another's; whoever enters another namespace gets an nsproxy of its own,
 * and a child's active PID namespace is the one that its nsproxy has at the
 * fork.
 */
static __always_inline bool is_of_boot(struct nsproxy *nsproxy)
{
	return (__u64)nsproxy == control.floor;
}

/*
 * How deep the PID namespace is that a task is active in: thread_pid's, never the one it has set
 * aside for its children.
 */
static __always_inline __u32 level_of(struct task_struct *task)
{
	return READ(task, thread_pid, level);
}

/*
 * The host's floor, and the cheapest test: in the base PID namespace and the
 * base mount namespace, whatever the cgroup. Most of all calls end here, and
 * most of those at the first comparison. Where they do not, *level is the task's.
 */
static __always_inline bool is_host_floor(struct task_struct *task, __u32 *level)
{
	struct nsproxy *nsproxy = READ(task, nsproxy);

	if (is_of_boot(nsproxy))
		return true;
	*level = level_of(task);
	return *level == config.base_level && READ(nsproxy, mnt_ns, ns.inum) == config.base_mntns;
}

/* The agent's own child, which must be refused so that the hook is proved. */
static __always_inline bool is_canary(struct task_struct *task)
{
	return control.canary && (__u32)READ(task, tgid) == control.canary;
}

/* The child of an agent that takes over: it is for the new programs to refuse. */
static __always_inline bool is_passed(struct task_struct *task)
{
	return control.pass && (__u32)READ(task, tgid) == control.pass;
}

/* Whether it waits for the agent's verdict on its exec. */
static __always_inline bool is_held(struct task_struct *task)
{
	__u32 key = (__u32)READ(task, tgid);
	struct rg_held *entry = bpf_map_lookup_elem(&held, &key);

	return entry && entry->start_time == READ(task, group_leader, start_boottime);
}

/* Whether the root of the task's files is at the very top of its mount namespace. */
static __noinline int has_root_on_top(struct task_struct *task)
{
	struct dentry *dentry = READ(task, fs, root.dentry);
	struct mount *mnt, *up;
	int i;

	mnt = (void *)READ(task, fs, root.mnt) - bpf_core_field_offset(struct mount, mnt);
	for (i = 0; i < ROOTS_MAX && dentry == BPF_CORE_READ(mnt, mnt.mnt_root); i++) {
		up = BPF_CORE_READ(mnt, mnt_parent);
		if (up == mnt)
			return 1;
		dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
		mnt = up;
	}
	return 0;
}

/*
 * A service of systemd's with PrivatePIDs=: one PID namespace below the base,
 * the host's root, and a service's cgroup. It is of the host. The host's root
 * mounted below another one, as containers have it, is not enough. The agent's
 * canary looks like one where the agent is a service.
 */
static __always_inline bool is_private_service(struct task_struct *task)
{
	return (__u64)READ(task, fs, root.dentry) == control.root && control.root &&
	       has_root_on_top(task) && service_above(cgroup_of(task)) && !is_canary(task);
}

/*
 * Which evidence shows that a task is contained, which is not on the host's
 * floor. It is its PID namespace; in the base PID namespace (--pid=host) it is the
 * cgroup: there are services and helpers of the engines that have a mount
 * namespace of their own and are no containers.
 */
static __always_inline enum rg_evidence evidence_of(struct task_struct *task, __u32 level)
{
	if (level < config.base_level)
		return RG_EVIDENCE_NONE;
	if (config.base_level) {
		struct upid base = upid_at(READ(task, thread_pid), config.base_level);

		if (BPF_CORE_READ(base.ns, ns.inum) != config.base_pidns)
			return RG_EVIDENCE_NONE; /* beside the base, not below it */
	}
	if (level == config.base_level + 1 && is_private_service(task))
		return RG_EVIDENCE_NONE;
	if (level > config.base_level)
		return RG_EVIDENCE_PID_NAMESPACE;
	return container_above(cgroup_of(task)) ? RG_EVIDENCE_CGROUP : RG_EVIDENCE_NONE;
}

/*
 * The outermost PID namespace below the base on a chain, and the leader of its
 * PID 1: where that has exited before other threads, one of them is the reaper,
 * and looks as if it had been forked just now.
 */
static __always_inline struct task_struct *reaper_of(struct pid *pid, struct upid *outermost)
{
	*outermost = upid_at(pid, config.base_level + 1);
	return BPF_CORE_READ(outermost->ns, child_reaper, group_leader);
}

static __always_inline struct task_struct *outermost_reaper(struct task_struct *task)
{
	struct upid outermost;

	return reaper_of(READ(task, thread_pid), &outermost);
}

/*
 * Whether a process that never executed anything is nevertheless somebody else's
 * program by now: CRIU makes it one, which it restores from the container's own
 * files. A runtime's PID 1 still is the runtime, of the mounts that it came from.
 */
static __always_inline bool is_restored(struct task_struct *reaper)
{
	struct file *exe = BPF_CORE_READ(reaper, mm, exe_file);
	struct mount *mnt;

	mnt = (void *)BPF_CORE_READ(exe, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);
	return BPF_CORE_READ(mnt, mnt_ns) == BPF_CORE_READ(reaper, nsproxy, mnt_ns);
}

/*
 * Set-up ends with the first exec of PID 1 of the outermost PID namespace below
 * the base, or a while after that PID 1's start. Of no other namespace: whoever
 * has CAP_SYS_ADMIN in a container could nest one whose PID 1 never execs.
 * PID 1 itself is never in set-up: its first exec is the hand-over, and judged.
 * In the base PID namespace there is no set-up. What cannot be read counts as
 * handed over, and so does a PID 1 that is about to exec: a thread of one that
 * has done so before is its leader then, and has not. One that CRIU restores has
 * been through all that.
 */
static __always_inline enum rg_phase phase_of(struct task_struct *task, __u64 timeout)
{
	struct task_struct *reaper = outermost_reaper(task);

	if (!reaper || reaper == READ(task, group_leader))
		return RG_PHASE_RUNNING;
	if (!(BPF_CORE_READ(reaper, flags) & PF_FORKNOEXEC) ||
	    BPF_CORE_READ_BITFIELD_PROBED(reaper, in_execve) || is_restored(reaper))
		return RG_PHASE_RUNNING;
	if (bpf_ktime_get_boot_ns() - BPF_CORE_READ(reaper, start_boottime) > timeout)
		return RG_PHASE_RUNNING;
	return RG_PHASE_SETUP;
}

/* PID 1's first exec, by whichever thread, which ends the set-up of its container. */
static __always_inline bool is_hand_over(struct task_struct *task)
{
	return READ(task, group_leader, flags) & PF_FORKNOEXEC &&
	       outermost_reaper(task) == READ(task, group_leader);
}

/* A credential's uids: of a hook's argument directly, of a task's by READ. */
static __always_inline void ids_of(const struct cred *cred, struct rg_ids *ids)
{
	ids->uid = cred->uid.val;
	ids->euid = cred->euid.val;
	ids->suid = cred->suid.val;
	ids->fsuid = cred->fsuid.val;
}

/* Some id is host root's, kuid 0. */
static __always_inline bool ids_hold_root(const struct rg_ids *ids)
{
	return !ids->uid || !ids->euid || !ids->suid || !ids->fsuid;
}

/* Some id of new is 0 that is not of old: of uids it is host root's, of gids its group's. */
static __always_inline bool gains_zero(const struct rg_ids *new, const struct rg_ids *old)
{
	return (!new->uid && old->uid) || (!new->euid && old->euid) || (!new->suid && old->suid) ||
	       (!new->fsuid && old->fsuid);
}

static __always_inline void ids_read(const struct cred *cred, struct rg_ids *ids)
{
	ids->uid = READ(cred, uid.val);
	ids->euid = READ(cred, euid.val);
	ids->suid = READ(cred, suid.val);
	ids->fsuid = READ(cred, fsuid.val);
}

/* The same of groups. */
static __always_inline void gids_of(const struct cred *cred, struct rg_ids *ids)
{
	ids->uid = cred->gid.val;
	ids->euid = cred->egid.val;
	ids->suid = cred->sgid.val;
	ids->fsuid = cred->fsgid.val;
}

static __always_inline void gids_read(const struct cred *cred, struct rg_ids *ids)
{
	ids->uid = READ(cred, gid.val);
	ids->euid = READ(cred, egid.val);
	ids->suid = READ(cred, sgid.val);
	ids->fsuid = READ(cred, fsgid.val);
}

/* Permitted and effective capabilities of a hook's argument, as one set. */
static __always_inline __u64 capabilities_of(const struct cred *cred)
{
	const struct cred___6_3 *new = (const void *)cred;
	const struct cred___5_10 *old = (const void *)cred;

	if (bpf_core_field_exists(new->cap_permitted.val))
		return new->cap_permitted.val | new->cap_effective.val;
	return old->cap_permitted.cap[0] | old->cap_effective.cap[0] |
	       (__u64)(old->cap_permitted.cap[1] | old->cap_effective.cap[1]) << 32;
}

#endif
