// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody comes to host root in a container unseen, whatever way was taken.
 *
 * Every credential that a task puts on goes through commit_creds(). A contained
 * task's that gains host root must have passed the exec or the set*uid hook
 * just before: the hooks note each one that they let pass, by its address, and
 * they do so also where nothing is gained yet, since commoncap can still turn an
 * effective uid into the real one after fmod_ret programs (no_new_privs). A
 * gain without such a note came by a way that has no hook: a hook that is gone
 * or was skipped, or a hole in the kernel. It can't be refused any more, so it
 * is told, and killed where the mode is kill.
 *
 * Every exec on the host comes by here: a task of the boot's namespaces leaves
 * at the first comparison.
 *
 * Not covered: a credential that is overwritten in place, without
 * commit_creds(). The next exec is judged all the same.
 */
#include "report.bpf.h"

#include <bpf/bpf_tracing.h>

/* Whether a hook let this credential pass; the note is used up. */
static __always_inline bool has_passed(const struct cred *new)
{
	__u64 key = (__u64) new;
	__u32 *noted = bpf_map_lookup_elem(&passes, &key);
	bool same = noted && *noted == (__u32)(bpf_get_current_pid_tgid() >> 32);

	if (noted)
		bpf_map_delete_elem(&passes, &key);
	return same;
}

SEC("fentry/commit_creds")
int BPF_PROG(rg_tripwire, struct cred *new)
{
	struct task_struct *task = current_task();
	struct attempt attempt;
	struct rg_ids was;
	__u32 action = RG_ACTION_AUDIT, level;

	if (is_of_boot(READ(task, nsproxy)))
		return 0;
	attempt = (struct attempt){ .new = new, .type = RG_TYPE_TRIPWIRE };
	ids_of(new, &attempt.ids);
	if (!ids_hold_root(&attempt.ids) || is_host_floor(task, &level) || has_passed(new))
		return 0;
	attempt.old = READ(task, real_cred);
	ids_read(attempt.old, &was);
	attempt.word = *(volatile __u64 *)&control.word;
	if (!gains_zero(&attempt.ids, &was) || !(attempt.word & RG_WORD_ARMED))
		return 0;
	attempt.evidence = forget(evidence_of(task, level));
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	attempt.task = task;
	attempt.file = READ(task, mm, exe_file);
	if (rg_word_mode(attempt.word) == RG_MODE_KILL && can_refuse())
		action = RG_ACTION_KILL;
	report(&attempt, action);
	if (action == RG_ACTION_KILL)
		bpf_send_signal(SIGKILL);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
