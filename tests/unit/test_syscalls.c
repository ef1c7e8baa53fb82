// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The agent's seccomp filter, in a child: what it refuses, and what it must not touch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscalls.h"

#define CANNOT 99

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

/* The number of the first line that is not as it should be; 0: all are. */
static int attempt(void)
{
	char *argv[] = { NULL };
	struct why why;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscalls_restrict(&why))
		return CANNOT;
	if (!refused(syscall(SYS_execve, "/nowhere", argv, argv)))
		return 1;
	if (syscall(SYS_execveat, -1, "/nowhere", argv, argv, 0) != -1 || errno != ENOENT)
		return 2;
	if (!refused(socket(AF_INET, SOCK_STREAM, 0)) || !refused(socket(AF_NETLINK, SOCK_RAW, 0)))
		return 3;
	if (socket(AF_UNIX, SOCK_SEQPACKET, 0) < 0)
		return 4;
	if (!refused(syscall(SYS_personality, 0xffffffff)))
		return 5;
		/* the last of the list */
#ifdef __x86_64__
	if (!refused(syscall(SYS_modify_ldt, 0, NULL, 0)))
		return 6;
	if (!refused(syscall(0x40000000 | SYS_getpid))) /* of x32 */
		return 7;
#endif
	if (getpid() <= 0 || open("/dev/null", O_RDONLY) < 0 || fork() < 0)
		return 8;
	return 0;
}

static void test_filter(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0)
		_exit(attempt());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
