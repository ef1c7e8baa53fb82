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
 * runs before all security modules, so the same is done here by hand. What a
 * file's capabilities come to can't be known then: they are looked at behind
 * the security modules, where nothing can be refused any more.
 *
 * Not covered: a program that never execs (a restored or only forked process;
 * where its credential is put on, tripwire.bpf.c sees it).
 */
#include "near.bpf.h"
#include "report.bpf.h"

#include <bpf/bpf_tracing.h>

/*
 * A container whose user namespace covers kuid 0 has host root within reach:
 * told at its hand-over, while its PID 1 is somebody else. Of a map with
 * hundreds of lines the first ones are looked at.
 */
static __noinline int is_latent(struct attempt *attempt)
{
	struct uid_gid_map *map = (struct uid_gid_map *)&attempt->new->user_ns->uid_map;
	__u32 extents = map->nr_extents, i;
	struct uid_gid_extent *from = map->extent;

	if (attempt->silent || attempt->evidence != RG_EVIDENCE_PID_NAMESPACE ||
	    !is_hand_over(attempt->task) || !(attempt->word & RG_WORD_ARMED))
		return 0;
	if (extents > RG_EXTENTS_MAX)
		from = BPF_CORE_READ(map, forward);
	for (i = 0; i < 32; i++) {
		struct uid_gid_extent extent = { .lower_first = 1 };

		if (i >= extents)
			break;
		bpf_probe_read_kernel(&extent, sizeof(extent), from + i);
		if (extent.lower_first == 0)
			return 1;
	}
	return 0;
}

/* Of a task that isn't on the host's floor: nothing is read before that is known. */
static __always_inline int check_exec(struct task_struct *task, const struct cred *new,
				      struct file *file, enum rg_attach way, bool silent)
{
	struct attempt attempt;
	bool is_judged;

	attempt = (struct attempt){ .new = new, .silent = silent, .file = file };
	ids_of(attempt.new, &attempt.ids);
	if (way == RG_ATTACH_FMOD_RET)
		attempt.ids.suid = attempt.ids.fsuid = attempt.ids.euid;
	attempt.old = READ(task, real_cred);
	attempt.word = *(volatile __u64 *)&control.word;
	is_judged = ids_hold_root(&attempt.ids) || is_near(&attempt, way);
	if (!is_judged && !attempt.new->user_ns->level)
		return 0;
	attempt.evidence = forget(evidence_of(task, level_of(task)));
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	attempt.task = task;
	attempt.type = forget(is_judged ? RG_TYPE_EXEC : RG_TYPE_LATENT);
	if (!is_judged)
		return is_latent(&attempt) ? report(&attempt, RG_ACTION_AUDIT) : 0;
	forget_attempt(&attempt);
	if (judge(&attempt))
		return -EPERM;
	if (way != RG_ATTACH_AUDIT_ONLY && !attempt.answer)
		let_pass(attempt.new);
	return 0;
}

static __always_inline int on_exec(struct linux_binprm *bprm, struct file *file, enum rg_attach way,
				   int ret)
{
	struct task_struct *task = current_task();
	__u32 level;

	if (ret || is_host_floor(task, &level))
		return ret;
	return check_exec(task, bprm->cred, file, way, false) ? -EPERM : 0;
}

SEC("lsm/bprm_creds_from_file")
int BPF_PROG(rg_exec_lsm, struct linux_binprm *bprm, struct file *file, int ret)
{
	return on_exec(bprm, file, RG_ATTACH_LSM, ret);
}

SEC("fmod_ret/security_bprm_creds_from_file")
int BPF_PROG(rg_exec_fmod, struct linux_binprm *bprm, struct file *file, int ret)
{
	return on_exec(bprm, file, RG_ATTACH_FMOD_RET, ret);
}

/* What the copies below call. Refuses as the first does, and tells nothing. */
SEC("fmod_ret/security_bprm_creds_from_file")
int BPF_PROG(rg_exec_fmod_again, struct linux_binprm *bprm, struct file *file, int ret)
{
	have_no_private_stack(ctx, &exec_again);
	return check_exec(current_task(), bprm->cred, file, RG_ATTACH_FMOD_RET, true) ? -EPERM : 0;
}

#define RG_EXEC_COPY(n)                                                                            \
	SEC("fmod_ret/security_bprm_creds_from_file")                                              \
	int BPF_PROG(rg_exec_fmod_##n, struct linux_binprm *bprm, struct file *file, int ret)      \
	{                                                                                          \
		__u32 level;                                                                       \
                                                                                                   \
		if (ret || is_host_floor(current_task(), &level))                                  \
			return ret;                                                                \
		bpf_tail_call(ctx, &exec_again, 0);                                                \
		return 0;                                                                          \
	}

/* A preempted fmod_ret program is skipped for other tasks of its CPU: hence eight, with the first. */
RG_EXEC_COPY(1)
RG_EXEC_COPY(2)
RG_EXEC_COPY(3)
RG_EXEC_COPY(4)
RG_EXEC_COPY(5)
RG_EXEC_COPY(6)
RG_EXEC_COPY(7)

/* Capabilities, too late for a refusal but not for a kill; uids and groups were judged before. */
SEC("fexit/security_bprm_creds_from_file")
int BPF_PROG(rg_exec_late, struct linux_binprm *bprm, struct file *file, int ret)
{
	struct task_struct *task = current_task();
	struct attempt attempt;
	__u32 level;

	if (ret || is_host_floor(task, &level))
		return 0;
	attempt = (struct attempt){ .new = bprm->cred, .file = file, .type = RG_TYPE_EXEC };
	ids_of(attempt.new, &attempt.ids);
	attempt.word = *(volatile __u64 *)&control.word;
	if (ids_hold_root(&attempt.ids) || !is_near_by_capabilities(&attempt))
		return 0;
	attempt.evidence = forget(evidence_of(task, level));
	if (attempt.evidence == RG_EVIDENCE_NONE)
		return 0;
	if (attempt.answer == RG_ACTION_DENY)
		attempt.answer = RG_ACTION_AUDIT;
	attempt.task = task;
	attempt.old = READ(task, real_cred);
	judge(&attempt);
	return 0;
}

/*
 * Where the kernel runs neither, the image is told when it runs already: its
 * credential is the task's by then, and what was before is gone. A tracepoint
 * needs no ftrace. set*uid has none, and a hand-over can't be known any more, so
 * gains by set*uid and latent root aren't seen.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(rg_exec_watch, struct task_struct *task)
{
	__u32 level;

	if (!is_host_floor(task, &level))
		check_exec(task, task->real_cred, task->mm->exe_file, RG_ATTACH_AUDIT_ONLY, false);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
