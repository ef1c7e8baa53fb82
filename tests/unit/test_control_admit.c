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

/* A process in a PID namespace of its own, begun by a child: the test itself must stay where it is. */
static pid_t start_contained(pid_t *starter)
{
	pid_t inside = -1;
	int told[2];

	assert_int_equal(pipe(told), 0);
	*starter = fork();
	if (*starter == 0) {
		inside = unshare(CLONE_NEWPID) ? -1 : fork();
		if (inside && write(told[1], &inside, sizeof(inside)) != sizeof(inside))
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(told[0], &inside, sizeof(inside)), sizeof(inside));
	close(told[0]);
	close(told[1]);
	return inside;
}

static void test_admit_namespace(void **state)
{
	struct control_peer peer = { .accepted = UINT64_MAX };
	pid_t starter;

	(void)state;
	if (getuid() != 0)
		skip();
	peer.pid = start_contained(&starter);
	if (peer.pid > 0) {
		assert_false(control_admit(&peer));
		kill(peer.pid, SIGKILL);
	}
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	if (peer.pid <= 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admit),
		cmocka_unit_test(test_admit_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
