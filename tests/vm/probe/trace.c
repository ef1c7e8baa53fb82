// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Acts on another process's system calls: one of a kind that fails, and one that it never meant to
 * make. x86-64 only.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__

static const struct kind {
	const char *name;
	int calls[3];
} kinds[] = {
	{ "bpf", { SYS_bpf, SYS_bpf, SYS_bpf } },
	{ "mount", { SYS_mount, SYS_mount, SYS_mount } },
	{ "open", { SYS_open, SYS_openat, SYS_openat2 } },
	{ "socket", { SYS_socket, SYS_socketpair, SYS_socket } },
};

/* Those calls stop for the tracer, in this process and in all that it starts. */
static int stop_at(const struct kind *kind)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)kind->calls[0], 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)kind->calls[1], 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)kind->calls[2], 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

_Noreturn static void start(const struct kind *kind, char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP) || stop_at(kind))
		_exit(NOT_TRIED);
	execv(argv[0], argv);
	_exit(NOT_TRIED);
}

static void fail_call(pid_t pid, long error)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	printf("failed: %lld(%lld)\n", (long long)regs.orig_rax, (long long)regs.rdi);
	regs.orig_rax = (unsigned long long)-1; /* skipped */
	regs.rax = (unsigned long long)-error;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

/* Until the first child ends; its wait status. Counts the calls, and lets one of them fail. */
static int follow(pid_t child, long which, long error, long *calls)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0, event = status >> 16;

		if (!WIFSTOPPED(status)) {
			if (pid == child)
				return status;
			continue;
		}
		if (event == PTRACE_EVENT_SECCOMP && ++*calls == which)
			fail_call(pid, error);
		/* events, and the stop with which what it has started begins */
		if (event || signal == SIGSTOP || signal == SIGTRAP)
			signal = 0;
		ptrace(PTRACE_CONT, pid, NULL, (long)signal);
	}
	return -1;
}

int act_inject(const struct word *word)
{
	char *argv[ARGS_MAX] = { 0 }, *text = word->value ? strdup(word->value) : NULL,
	     *rest = text;
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	const char *name = strsep(&rest, ",");
	const struct kind *kind = NULL;
	long numbers_of[2], calls = 0;
	int status, n = 0;
	pid_t child;

	for (size_t i = 0; name && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			kind = &kinds[i];
	if (!kind || numbers(strsep(&rest, ","), &numbers_of[0], 1) != 1 ||
	    numbers(strsep(&rest, ","), &numbers_of[1], 1) != 1)
		return malformed(word->value);
	while (rest && n < ARGS_MAX - 1)
		argv[n++] = strsep(&rest, ",");
	child = fork();
	if (child == 0)
		start(kind, argv);
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL, options) ||
	    ptrace(PTRACE_CONT, child, NULL, NULL))
		return could_not("ptrace");
	status = follow(child, numbers_of[0], numbers_of[1], &calls);
	printf("calls: %ld\n", calls);
	fflush(stdout);
	free(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Lets a stopped process make one call; its result. */
static long call_inside(pid_t pid, const long *words, int n)
{
	struct user_regs_struct saved, regs;
	int status;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &saved))
		return -ESRCH;
	regs = saved;
	/* it waits in a system call: the instruction before is the one */
	regs.rip -= 2;
	regs.rax = (unsigned long long)words[0];
	regs.orig_rax = (unsigned long long)-1; /* none to start again */
	regs.rdi = n > 1 ? (unsigned long long)words[1] : 0;
	regs.rsi = n > 2 ? (unsigned long long)words[2] : 0;
	regs.rdx = n > 3 ? (unsigned long long)words[3] : 0;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) ||
	    ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
	    !WIFSTOPPED(status) || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return -ESRCH;
	/* the call that it was waiting in begins again */
	ptrace(PTRACE_SETREGS, pid, NULL, &saved);
	return (long)regs.rax;
}

/* =PID,NR[,ARG[,ARG[,ARG]]] the call is made in that process, which must wait in another one. */
int act_inside(const struct word *word)
{
	long words[5], result;
	int n = numbers(word->value, words, 5), status;
	pid_t pid = (pid_t)words[0];

	if (n < 2)
		return malformed(word->value);
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return could_not("attach");
	if (waitpid(pid, &status, 0) != pid)
		return could_not("wait");
	result = call_inside(pid, words + 1, n - 1);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return judge(result < 0 ? (int)-result : 0);
}

#else

int act_inject(const struct word *word)
{
	(void)word;
	return UNSUPPORTED;
}

int act_inside(const struct word *word)
{
	(void)word;
	return UNSUPPORTED;
}

#endif
