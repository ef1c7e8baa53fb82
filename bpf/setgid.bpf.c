// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gains group 0 in a container by set*gid meets the policy's answer to it.
 *
 * The hook is task_fix_setgid, which setgid, setregid, setresgid and setfsgid
 * pass; as with uids only a gain counts, and setfsgid(2) discards the error.
 * Group 0 is near host root and not host root itself, so as fmod_ret one copy
 * has to do.
 *
 * Not covered: supplementary groups, for which 5.10 has no hook.
 */
#include "near.bpf.h"

#include <bpf/bpf_tracing.h>

static __always_inline int check_setgid(const struct cred *new, const struct cred *old)
{
	struct task_struct *task = current_task();
	__u32 level;
	struct attempt attempt;
	struct rg_ids gids;

	if (is_host_floor(task, &level))
		return 0;
	attempt = (struct attempt){ .new = new, .old = old, .type = RG_TYPE_SETUID };
	attempt.word = *(volatile __u64 *)&control.word;
	if (!near_of(&attempt)->to_group)
		return 0;
	gids_of(new, &gids);
	if (!is_near_by_group(&attempt, &gids))
		return 0;
	attempt.evidence = forget(evidence_of(task, level));
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	attempt.task = task;
	attempt.file = READ(task, mm, exe_file);
	forget_attempt(&attempt);
	return judge(&attempt) ? -EPERM : 0;
}

SEC("lsm/task_fix_setgid")
int BPF_PROG(rg_setgid_lsm, struct cred *new, const struct cred *old, int flags, int ret)
{
	if (ret)
		return ret;
	return check_setgid(new, old);
}

SEC("fmod_ret/security_task_fix_setgid")
int BPF_PROG(rg_setgid_fmod, struct cred *new, const struct cred *old, int flags, int ret)
{
	if (ret)
		return ret;
	return check_setgid(new, old);
}

char LICENSE[] SEC("license") = "GPL";
