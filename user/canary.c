// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Proof that the hooks run. Links that look attached prove nothing: BPF LSM
 * programs attach and never run where "bpf" is not an active security module,
 * and kernel.ftrace_enabled=0 silences them all. So a child attempts the
 * forbidden, and the programs, which know its PID, must refuse it and say so,
 * armed or not, whatever the mode. Neither event nor count comes of it.
 */
#include "canary.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEN_EXEC   (1U << RG_TYPE_EXEC)
#define SEEN_SETUID (1U << RG_TYPE_SETUID)
#define CANNOT_TRY  64 /* exit code; otherwise a mask of what was refused */

/* In the child; a dead parent ends it. What it executes where it is let through does nothing. */
_Noreturn static void attempt(int self, int go)
{
	char *argv[] = { (char *)"rootgate", (char *)"--version", NULL };
	char *envp[] = { NULL };
	unsigned int refused = 0;
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(CANNOT_TRY);
	/* what is let through must not be heard */
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	/* the credential gives up root but for its saved uid, and wants it back */
	if (syscall(SYS_setresuid, -1, 65534, 0))
		_exit(CANNOT_TRY);
	if (syscall(SYS_setresuid, -1, 0, -1) && errno == EPERM)
		refused |= SEEN_SETUID;
	/* the real uid is still 0 */
	syscall(SYS_execveat, self, "", argv, envp, AT_EMPTY_PATH);
	if (errno == EPERM)
		refused |= SEEN_EXEC;
	_exit((int)refused);
}

/* Programs that only watch let it through; that they saw its exec is all that can be asked. */
static int outcome(int status, __u32 seen, enum rg_attach way, struct why *why)
{
	unsigned int refused;

	/* any other code is a mask, or that of the program it was let through to: seen tells */
	if (!WIFEXITED(status) || WEXITSTATUS(status) == CANNOT_TRY) {
		why_set(why, "the canary could not try (wait status %#x)", (unsigned int)status);
		return -ECHILD;
	}
	if (way == RG_ATTACH_AUDIT_ONLY) {
		why_set(why, "the canary's exec was not seen: the program is attached but does not "
			     "run");
		return seen & SEEN_EXEC ? 0 : -ENOTRECOVERABLE;
	}
	refused = (unsigned int)WEXITSTATUS(status) & seen;
	if (refused == (SEEN_EXEC | SEEN_SETUID))
		return 0;
	why_set(why,
		"the canary was not refused (exec %s, setuid %s): the programs are attached but do "
		"not run; "
		"look at kernel.ftrace_enabled (must be 1) and at /sys/kernel/security/lsm",
		refused & SEEN_EXEC ? "refused" : "let through",
		refused & SEEN_SETUID ? "refused" : "let through");
	return -ENOTRECOVERABLE;
}

int canary_prove(volatile struct rg_control *control, const struct takeover *before,
		 struct why *why)
{
	_cleanup_(closep) int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_(closep) int go_read = -1;
	_cleanup_(closep) int go_write = -1;
	int go[2], status, err;
	pid_t child;

	if (self < 0 || pipe2(go, O_CLOEXEC)) {
		err = -errno;
		why_set(why, "the canary could not start: %s", strerror(-err));
		return err;
	}
	go_read = go[0];
	go_write = go[1];
	child = (pid_t)syscall(SYS_clone, (unsigned long)(CLONE_NEWPID | SIGCHLD), NULL, NULL, NULL,
			       0UL);
	if (child == 0) {
		close(go_write);
		attempt(self, go_read);
	}
	if (child < 0) {
		err = -errno;
		why_set(why, "the canary could not get a PID namespace: %s", strerror(-err));
		return err;
	}
	control->canary_seen = 0;
	takeover_pass(before, child);
	__atomic_store_n(&control->canary, (__u32)child, __ATOMIC_SEQ_CST);
	err = write(go_write, "", 1) == 1 ? 0 : -errno;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	__atomic_store_n(&control->canary, 0, __ATOMIC_SEQ_CST);
	takeover_pass(before, 0);
	return err ? err : outcome(status, control->canary_seen, control->attach, why);
}
