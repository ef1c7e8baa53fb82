// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who may ask the agent for something: root, in PID 1's PID namespace, and nobody in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"

static void test_admit(void **state)
{
	struct control_peer peer = { .uid = 0, .pid = getpid(), .accepted = UINT64_MAX };
	struct stat st;
	bool base = getuid() == 0 && stat("/proc/1/ns/pid", &st) == 0;

	(void)state;
	assert_int_equal(control_admit(&peer), base);
	peer.uid = 1000;
	assert_false(control_admit(&peer));
	peer.uid = 0;
	peer.pid = 0;
	assert_false(control_admit(&peer));
	peer.pid = -1;
	assert_false(control_admit(&peer));
	/* a process that is younger than its connection */
	peer.pid = getpid();
	peer.accepted = 1;
	assert_false(control_admit(&peer));
}

static void test_admit_namespace(void **state)
{
	struct control_peer peer = { .accepted = UINT64_MAX };
	pid_t child;

	(void)state;
	if (getuid() != 0)
		skip();
	if (unshare(CLONE_NEWPID))
		skip();
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	assert_true(child > 0);
	peer.pid = child;
	assert_false(control_admit(&peer));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admit),
		cmocka_unit_test(test_admit_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
