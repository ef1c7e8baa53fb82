// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody gains host root in a container by set*uid.
 *
 * The hook is task_fix_setuid, which setuid, setreuid, setresuid and setfsuid
 * pass, of any thread and of any syscall ABI. Only a gain is a violation: an id
 * that comes to kuid 0 and did not before. runc calls setuid(0), root to root,
 * in every container that it starts, and a drop that is refused leaves more
 * privilege, not less. A saved uid of 0 counts as held, not as gained: but
 * making another id of it is a gain, and refused.
 *
 * setfsuid(2) discards the error; the old fsuid stays all the same. commoncap
 * changes capabilities here and no ids, so both ways to attach see the same.
 *
 * Not covered: credentials that change without this hook (tripwire.bpf.c).
 */
#include "judge.bpf.h"
#include "record.bpf.h"

#include <bpf/bpf_tracing.h>

static __always_inline int check_setuid(struct task_struct *task, __u32 level, struct cred *new,
					const struct cred *old, bool silent)
{
	struct attempt attempt;
	struct rg_ids was;

	ids_of(new, &attempt.ids);
	ids_of(old, &was);
	if (!gains_zero(&attempt.ids, &was))
		return 0;
	attempt.evidence = forget(evidence_of(task, level));
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	attempt.task = task;
	attempt.old = old;
	attempt.new = new;
	attempt.word = *(volatile __u64 *)&control.word;
	attempt.type = RG_TYPE_SETUID;
	attempt.reason = RG_REASON_NONE;
	attempt.answer = 0;
	attempt.silent = silent;
	attempt.file = READ(task, mm, exe_file);
	if (judge(&attempt))
		return -EPERM;
	let_pass(new);
	return 0;
}

static __always_inline bool changes_ids(const struct cred *new, const struct cred *old)
{
	return new->uid.val != old->uid.val || new->euid.val != old->euid.val ||
	       new->suid.val != old->suid.val || new->fsuid.val != old->fsuid.val;
}

/*
 * The record follows what is not refused. It has the leader's credential, as
 * /proc/PID/status has. What is not exact: the hook comes just before the
 * commit, which another security module or a lack of memory can still prevent,
 * and a copy of a fmod_ret program can be skipped; the next exec sets it right.
 * A tap behind the commit would know, but every commit on the host would pay.
 */
static __always_inline void follow(struct task_struct *task, const struct cred *new,
				   const struct cred *old)
{
	__u32 pid = (__u32)READ(task, tgid);
	struct rg_slot *slot;

	if (!changes_ids(new, old) || (__u32)READ(task, pid) != pid)
		return;
	slot = slot_find(slot_home(pid), pid, READ(task, start_boottime));
	if (slot)
		record_ids(slot, new, new->user_ns);
}

static __always_inline int on_setuid(struct task_struct *task, struct cred *new,
				     const struct cred *old)
{
	__u32 level;

	if (is_host_floor(task, &level))
		return 0;
	if (check_setuid(task, level, new, old, false))
		return -EPERM;
	follow(task, new, old);
	return 0;
}

SEC("lsm/task_fix_setuid")
int BPF_PROG(rg_setuid_lsm, struct cred *new, const struct cred *old, int flags, int ret)
{
	return ret ?: on_setuid(current_task(), new, old);
}

SEC("fmod_ret/security_task_fix_setuid")
int BPF_PROG(rg_setuid_fmod, struct cred *new, const struct cred *old, int flags, int ret)
{
	return ret ?: on_setuid(current_task(), new, old);
}

/* What the copies below call, as in exec.bpf.c. */
SEC("fmod_ret/security_task_fix_setuid")
int BPF_PROG(rg_setuid_fmod_again, struct cred *new, const struct cred *old, int flags, int ret)
{
	struct task_struct *task = current_task();

	have_no_private_stack(ctx, &setuid_again);
	return check_setuid(task, level_of(task), new, old, true);
}

#define RG_SETUID_COPY(n)                                                                          \
	SEC("fmod_ret/security_task_fix_setuid")                                                   \
	int BPF_PROG(rg_setuid_fmod_##n, struct cred *new, const struct cred *old, int flags,      \
		     int ret)                                                                      \
	{                                                                                          \
		__u32 level;                                                                       \
                                                                                                   \
		if (ret || is_host_floor(current_task(), &level))                                  \
			return ret;                                                                \
		bpf_tail_call(ctx, &setuid_again, 0);                                              \
		return 0;                                                                          \
	}

/* As in exec.bpf.c: eight with the first, since one can be skipped. */
RG_SETUID_COPY(1)
RG_SETUID_COPY(2)
RG_SETUID_COPY(3)
RG_SETUID_COPY(4)
RG_SETUID_COPY(5)
RG_SETUID_COPY(6)
RG_SETUID_COPY(7)

char LICENSE[] SEC("license") = "GPL";
