// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which host PID is which PID in the container: a record of each contained
 * process from fork to exit.
 *
 * Written at fork (the PID is attached by then, and the task does not run yet),
 * changed at exec and at set*uid (setuid.bpf.c), and for all that ran before
 * written by an iterator. It is over when the last thread begins to exit, which
 * is not when the leader does: a process whose leader has gone lives on, and so
 * is known to the iterator. Threads have no record of their own.
 *
 * Where tracepoints can be preempted (7.0 on), a task that is preempted inside a
 * program makes the kernel skip that program for all others of its CPU until it
 * runs again. So there are two more of each, which have little left to do where
 * one before them ran; elsewhere the agent leaves them out. On a CPU with a long
 * queue that makes it rare and no more: the kernel counts what it skips, and by
 * that the agent knows when to look at all tasks again.
 *
 * Nothing here decides. What finds no room is counted. Then, and where something
 * was skipped, the agent lets the iterator run again, and removes what it did not
 * come to; so does an exec of the process itself try again.
 */
#include "record.bpf.h"

#include <bpf/bpf_tracing.h>

/* Of two records of one process the iterator's gives way: to be called with either. */
static __always_inline void settle(struct rg_slot *slot, __u32 at, bool iterated)
{
	int other = slot_find_far(slot->pid, slot->start_time, (int)at);

	if (other < 0)
		return;
	if (!iterated)
		slot = slot_at((__u32)other);
	if (slot)
		slot_void(slot);
}

/* Writes a process's record; false where it finds no room. */
static __always_inline bool record_add(const struct leader *leader, bool iterated)
{
	struct rg_slot *slot;
	__u32 at;

	slot = slot_claim(leader->home, leader->pid,
			  iterated ? bpf_ktime_get_boot_ns() : leader->start_time, &at);
	if (!slot)
		return false;
	record_change(slot, leader->task, leader->evidence);
	if (control.agent && slot->ppid == control.agent) { /* see is_of_agent() */
		slot_void(slot);
		return true;
	}
	if (!record_begin(slot, at, leader)) {
		slot_void(slot);
		return false;
	}
	barrier(); /* readers, and other CPUs, see it whole or not at all */
	*(volatile __u64 *)&slot->start_time = leader->start_time;
	if (iterated || *(volatile __u32 *)&control.seeding)
		settle(slot, at, iterated);
	return true;
}

/* What its record is searched by. */
static __always_inline void leader_name(struct leader *leader, struct task_struct *task)
{
	leader->pid = (__u32)task->tgid;
	leader->start_time = task->start_boottime;
	leader->home = slot_home(leader->pid);
}

/* Once a process, however many copies have tried. */
static __always_inline void count_full(bool room, __u32 copy)
{
	if (!room && copy == config.last_copy)
		count(RG_COUNT_PIDS_FULL);
}

/* The canary: nobody's container, and its namespaces' numbers are soon another's. */
static __always_inline bool is_of_agent(struct task_struct *task)
{
	return control.agent && (__u32)task->real_parent->tgid == control.agent;
}

/*
 * A container begins: the agent looks at once what its engine has left about it,
 * so that nobody need wait at its first exec. Only where a rule asks for that.
 */
static __always_inline struct rg_birth *birth_begin(void)
{
	struct rg_birth *birth;

	if (!(control.word & RG_WORD_IDENTITY) || !control.agent)
		return NULL;
	birth = bpf_ringbuf_reserve(&births, sizeof(*birth), 0);
	if (!birth)
		count(RG_COUNT_LOST_BIRTHS);
	return birth;
}

/* PID 1 of a PID namespace right below the base. */
static __always_inline void tell_pidns(struct task_struct *task)
{
	struct pid *pid = task->group_leader->thread_pid;
	struct rg_birth *birth;
	struct upid upid;

	if (!(control.word & RG_WORD_IDENTITY) || pid->level != config.base_level + 1 ||
	    is_of_agent(task))
		return;
	upid = upid_at(pid, config.base_level + 1);
	if (upid.nr != 1)
		return;
	birth = birth_begin();
	if (!birth)
		return;
	birth->container.id = BPF_CORE_READ(upid.ns, ns.inum);
	birth->container.start = task->group_leader->start_boottime;
	birth->pid = (__u32)task->tgid;
	birth->pad = 0;
	birth->cgroup[0] = '\0';
	bpf_ringbuf_submit(birth, 0);
}

/* A cgroup whose name tells of an engine; of any hierarchy, which the agent sees. */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(rg_cgroup_mkdir, struct cgroup *cgroup, const char *path)
{
	struct name_head name = {};
	struct kernfs_node *kn = cgroup->kn;
	struct rg_birth *birth;
	long len;

	if (!(control.word & RG_WORD_IDENTITY))
		return 0;
	len = bpf_probe_read_kernel_str(&name, sizeof(name), BPF_CORE_READ(kn, name));
	if (!runtime_of_name(name.head, name.next, (__u32)len, head_of_name(kernfs_parent(kn))))
		return 0;
	birth = birth_begin();
	if (!birth)
		return 0;
	birth->container.id = BPF_CORE_READ(kn, id);
	birth->container.start = 0;
	birth->pid = 0;
	birth->pad = 0;
	bpf_probe_read_kernel_str(birth->cgroup, sizeof(birth->cgroup), path);
	bpf_ringbuf_submit(birth, 0);
	return 0;
}

/* Not inlined, so that the host's forks do not pay for its registers. */
static __noinline int begin(struct task_struct *task, __u32 level, __u32 copy)
{
	struct leader leader = { .task = task, .level = level };
	struct rg_slot *slot;

	leader_name(&leader, task);
	slot = slot_find(leader.home, leader.pid, leader.start_time);
	if (slot) { /* a copy of this was here, or another agent's programs */
		if (is_older_pass(slot->pass))
			slot->pass = control.pass_number;
		return 0;
	}
	leader.evidence = forget(evidence_of(task, leader.level));
	if (leader.evidence == RG_EVIDENCE_NONE)
		return 0;
	leader.pidns = task->nsproxy->pid_ns_for_children->ns.inum;
	count_full(record_add(&leader, false), copy);
	if (leader.evidence == RG_EVIDENCE_PID_NAMESPACE)
		tell_pidns(task);
	return 0;
}

static __always_inline int on_newtask(struct task_struct *task, __u64 clone_flags, __u32 copy)
{
	__u32 level;

	if (clone_flags & CLONE_THREAD || is_host_floor(task, &level))
		return 0;
	return begin(task, level, copy);
}

/*
 * Also of a thread that is not the leader: it is by now, with the PID and the
 * start time of the one before. A process can have come to the host's floor
 * since its fork, then its record goes.
 */
static __always_inline int on_exec(struct task_struct *task, __u32 copy)
{
	struct leader leader = { .task = task };
	struct rg_slot *slot;

	if (is_of_boot(task->nsproxy))
		return 0;
	if (!is_host_floor(task, &leader.level))
		leader.evidence = forget(evidence_of(task, leader.level));
	leader_name(&leader, task);
	slot = slot_find(leader.home, leader.pid, leader.start_time);
	if (leader.evidence == RG_EVIDENCE_NONE) {
		if (slot)
			slot_void(slot);
	} else if (slot) {
		record_change(slot, task, leader.evidence);
	} else {
		count_full(record_add(&leader, false), copy);
	}
	return 0;
}

/* Not inlined, as begin() is not. */
static __noinline int end(struct task_struct *task)
{
	__u32 pid = (__u32)task->tgid;
	struct rg_slot *slot;

	if (task->signal->live.counter)
		return 0;
	/* a canary, whose agent may have been killed before it took that back */
	if (pid == control.pass)
		control.pass = 0;
	if (pid == control.canary)
		control.canary = 0;
	slot = slot_find(slot_home(pid), pid, task->group_leader->start_boottime);
	if (slot)
		slot_free(slot);
	return 0;
}

static __always_inline int on_exit(struct task_struct *task)
{
	if ((__u32)task->tgid == control.agent && !task->signal->live.counter)
		control.agent = 0;
	return is_of_boot(task->nsproxy) ? 0 : end(task);
}

#define RG_TRACK(name, copy)                                                                       \
	SEC("tp_btf/task_newtask")                                                                 \
	int BPF_PROG(rg_newtask##name, struct task_struct *task, __u64 clone_flags)                \
	{                                                                                          \
		return on_newtask(task, clone_flags, copy);                                        \
	}                                                                                          \
	SEC("tp_btf/sched_process_exec")                                                           \
	int BPF_PROG(rg_exec##name, struct task_struct *task)                                      \
	{                                                                                          \
		return on_exec(task, copy);                                                        \
	}                                                                                          \
	SEC("tp_btf/sched_process_exit")                                                           \
	int BPF_PROG(rg_exit##name, struct task_struct *task)                                      \
	{                                                                                          \
		return on_exit(task);                                                              \
	}

RG_TRACK(, 0)
RG_TRACK(_copy1, 1)
RG_TRACK(_copy2, 2)

/*
 * kthreadd has the boot's nsproxy and never leaves it; see is_host_floor(). PID 1
 * has the host's root; see is_private_service().
 */
static __always_inline void learn_host(struct task_struct *task)
{
	if (config.base_level)
		return;
	if (task->pid == 1)
		control.root = (__u64)task->fs->root.dentry;
	if (task->pid == KTHREADD && task->flags & PF_KTHREAD &&
	    task->nsproxy->mnt_ns->ns.inum == config.base_mntns)
		control.floor = (__u64)task->nsproxy;
}

/*
 * A record of a process whose exec may have been skipped. It may change its ids
 * meanwhile: then they are read again.
 */
static __always_inline void refresh(struct rg_slot *slot, struct task_struct *task,
				    enum rg_evidence evidence)
{
	const struct cred *cred = task->real_cred;

	slot->pass = control.pass_number;
	record_change(slot, task, evidence);
	if (*(const struct cred *volatile *)&task->real_cred != cred)
		record_ids(slot, task->real_cred, task->real_cred->user_ns);
}

/*
 * Records a process that the iterator has come to. It may fork, exec or exit at
 * the same time: a record of its own wins, and what was written of one that has
 * begun to exit meanwhile is over. False where it found no room.
 */
static __always_inline bool seed(const struct leader *leader)
{
	struct task_struct *task = leader->task;
	struct rg_slot *slot = slot_find(leader->home, leader->pid, leader->start_time);
	bool room = true;

	if (slot) {
		refresh(slot, task, leader->evidence);
	} else {
		room = record_add(leader, true);
		if (room && control.heartbeat)
			count(RG_COUNT_PIDS_REPAIRED);
	}
	if (task->signal->live.counter)
		return room;
	slot = slot_find(leader->home, leader->pid, leader->start_time);
	if (slot)
		slot_free(slot);
	return true;
}

/*
 * Read by the agent at its start, after the others are attached, and again after
 * a map was full or a program skipped; writes a byte for each process that found no room. Which
 * counts once, at the start: later it was counted at its fork.
 */
SEC("iter/task")
int rg_seed(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct leader leader = { .task = task };

	if (!task || task->pid != task->tgid)
		return 0;
	learn_host(task);
	if (!task->signal->live.counter || is_host_floor(task, &leader.level))
		return 0;
	/* a leader that exited before its threads has no namespaces but that of its PID */
	if (!task->nsproxy && leader.level == config.base_level)
		return 0;
	leader.evidence = forget(evidence_of(task, leader.level));
	leader_name(&leader, task);
	if (leader.evidence == RG_EVIDENCE_NONE || seed(&leader))
		return 0;
	if (!control.heartbeat)
		count(RG_COUNT_PIDS_FULL);
	bpf_seq_write(ctx->meta->seq, "", 1);
	return 0;
}

/*
 * Read by the agent after such a pass, over the slots: those in use to which it
 * did not come are of processes whose exit no program saw. Writes a byte for
 * each. While a slot is being filled its pass is still that of the one before.
 */
SEC("iter/bpf_map_elem")
int rg_free_stale(struct bpf_iter__bpf_map_elem *ctx)
{
	__u32 *at = ctx->key;
	volatile struct rg_slot *slot;
	__u64 start_time;

	if (!at)
		return 0;
	slot = slot_at(*at);
	if (!slot)
		return 0;
	start_time = slot->start_time;
	if (!start_time || !slot->used || !is_older_pass(slot->pass) ||
	    slot->start_time != start_time)
		return 0;
	slot_free((struct rg_slot *)slot);
	bpf_seq_write(ctx->meta->seq, "", 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
