// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody executes a file as host root in a container.
 *
 * The hook is bprm_creds_from_file: it runs once for each execve and execveat,
 * for the file that is finally run (an interpreter's, not its script's), when
 * the set-user-ID bit has been applied and before the point of no return, so an
 * error comes back cleanly. All ways to run a file pass through here, whatever
 * its path: memfd, descriptor, link, script, binfmt_misc. The credential is the
 * hook's argument, the one the image will run with, not what runs at the
 * moment, which overlayfs may have overridden.
 *
 * As a BPF LSM program it runs last, and commoncap's work is in the credential:
 * the saved and the filesystem uid follow the effective one. As fmod_ret it
 * runs before all security modules, so the same is done here by hand.
 *
 * Not covered: a program that never execs (a restored or only forked process).
 */
#include "judge.bpf.h"

#include <bpf/bpf_tracing.h>

static __always_inline int check_exec(struct linux_binprm *bprm, struct file *file, bool lsm,
				      bool silent)
{
	struct task_struct *task = current_task();
	struct attempt attempt;

	if (is_host_floor(task))
		return 0;
	attempt.new = bprm->cred;
	ids_of(attempt.new, &attempt.ids);
	if (!lsm)
		attempt.ids.suid = attempt.ids.fsuid = attempt.ids.euid;
	if (attempt.ids.uid && attempt.ids.euid && attempt.ids.suid && attempt.ids.fsuid)
		return 0;
	attempt.evidence = evidence_of(task);
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	attempt.task = task;
	attempt.old = READ(task, real_cred);
	attempt.word = *(volatile __u64 *)&control.word;
	attempt.type = RG_TYPE_EXEC;
	attempt.silent = silent;
	attempt.file = file;
	return judge(&attempt);
}

SEC("lsm/bprm_creds_from_file")
int BPF_PROG(rg_exec_lsm, struct linux_binprm *bprm, struct file *file, int ret)
{
	if (ret)
		return ret;
	return check_exec(bprm, file, true, false) ? -EPERM : 0;
}

#define RG_EXEC_COPY(n)                                                                            \
	SEC("fmod_ret/security_bprm_creds_from_file")                                              \
	int BPF_PROG(rg_exec_fmod_##n, struct linux_binprm *bprm, struct file *file, int ret)      \
	{                                                                                          \
		if (ret)                                                                           \
			return ret;                                                                \
		return check_exec(bprm, file, false, (n) > 0) ? -EPERM : 0;                        \
	}

/* A preempted fmod_ret program is skipped for other tasks of its CPU: hence eight of them. */
RG_EXEC_COPY(0)
RG_EXEC_COPY(1)
RG_EXEC_COPY(2)
RG_EXEC_COPY(3)
RG_EXEC_COPY(4)
RG_EXEC_COPY(5)
RG_EXEC_COPY(6)
RG_EXEC_COPY(7)

char LICENSE[] SEC("license") = "GPL";
