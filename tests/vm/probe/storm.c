// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Act: containers=COUNT:DEPTH:FORKS[:SURVIVORS]: that many PID namespaces, nested to levels 1 to
 * DEPTH in turn, and in the innermost of each so many forks of all kinds at the same time as in the
 * others. Of eight kinds of SURVIVORS (12) forks each, one fork stays, and so do all PID 1s. When all is still it prints
 * "storm: over" and waits for a signal, with which everything ends.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct storm {
	long count;
	long depth;
	long forks;
	long survivors;
	int done; /* a pipe: a byte for each container that is through */
};

static void stay(void)
{
	do {
		pause();
	} while (true);
}

static void become(const char *act)
{
	execl("/proc/self/exe", "probe", act, NULL);
	_exit(NOT_TRIED);
}

static void *thread_become(void *act)
{
	become(act);
	return NULL;
}

/* The ids of this thread alone. */
static void *thread_ids(void *unused)
{
	syscall(SYS_setresuid, 1002, 1000, 1001);
	stay();
	return unused;
}

static void *thread_leave(void *lives)
{
	if (lives)
		stay();
	return NULL;
}

static void go_on_in_thread(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, argument))
		_exit(NOT_TRIED);
}

static void kind_exec(bool lives)
{
	become(lives ? "pause" : "true");
}

static void kind_fork(bool lives)
{
	if (lives)
		stay();
}

/* The orphan goes to PID 1. */
static void kind_double_fork(bool lives)
{
	if (fork() == 0 && lives)
		stay();
}

static void kind_thread_exec(bool lives)
{
	go_on_in_thread(thread_become, lives ? "pause" : "true");
	stay();
}

static void kind_leader_leaves(bool lives)
{
	go_on_in_thread(thread_leave, lives ? "" : NULL);
	syscall(SYS_exit, 0);
}

static void kind_ids(bool lives)
{
	if (syscall(SYS_setresuid, 1001, 1002, 1000) || syscall(SYS_setfsuid, 1001) < 0)
		_exit(NOT_TRIED);
	if (lives)
		stay();
}

static void kind_thread_ids(bool lives)
{
	if (!lives)
		return;
	go_on_in_thread(thread_ids, NULL);
	stay();
}

/* In the child of a vfork, until its exec. */
static void kind_vfork(bool lives)
{
	pid_t child = vfork();

	if (!child)
		become(lives ? "pause" : "true");
	if (!lives && child > 0)
		waitpid(child, NULL, 0);
}

static void (*const kinds[])(bool lives) = {
	kind_fork,	  kind_exec,	      kind_vfork, kind_double_fork,
	kind_thread_exec, kind_leader_leaves, kind_ids,	  kind_thread_ids,
};

#define KINDS ((long)(sizeof(kinds) / sizeof(kinds[0])))

static void work(const struct storm *storm)
{
	for (long i = 0; i < storm->forks; i++) {
		long round = i / KINDS, kind = i % KINDS;
		bool lives =
			round % storm->survivors == 0 && round / storm->survivors % KINDS == kind;
		pid_t child = fork();

		if (!child) {
			kinds[kind](lives);
			_exit(0);
		}
		if (child < 0)
			usleep(1000); /* no PID is free */
		else if (!lives || kinds[kind] == kind_double_fork || kinds[kind] == kind_vfork)
			waitpid(child, NULL, 0);
	}
}

/* Unlike unshare, it can be done again and again. */
static pid_t fork_into_pidns(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void be_pid1(pid_t child)
{
	if (child < 0)
		_exit(could_not("fork"));
	do {
		if (waitpid(-1, NULL, 0) < 0)
			pause();
	} while (true);
}

/* PID 1 of the outermost namespace: those of the others, and in the innermost the work. */
static void container(const struct storm *storm)
{
	pid_t child;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long depth = storm->depth; depth > 1; depth--) {
		child = fork_into_pidns();
		if (child)
			be_pid1(child);
	}
	child = fork();
	if (child)
		be_pid1(child);
	if (syscall(SYS_setresuid, 1000, 1001, 1002))
		_exit(could_not("setresuid"));
	work(storm);
	if (write(storm->done, "", 1) != 1)
		_exit(could_not("write"));
	stay();
}

int act_containers(const struct word *word)
{
	long n[4] = { 0, 0, 0, 12 }, i;
	struct storm storm;
	int done[2];
	char byte;

	if (numbers(word->value, n, 4) < 3 || n[1] < 1 || n[3] < 1)
		return malformed(word->value);
	if (nice(19) < 0) /* so that an agent can start meanwhile */
		return could_not("nice");
	if (pipe(done))
		return could_not("pipe");
	for (i = 0; i < n[0]; i++) {
		storm = (struct storm){ n[0], i % n[1] + 1, n[2], n[3], done[1] };
		switch (fork_into_pidns()) {
		case -1:
			return could_not("a PID namespace");
		case 0:
			container(&storm);
		}
	}
	close(done[1]);
	while (i-- && read(done[0], &byte, 1) == 1)
		;
	usleep(200000); /* an exec from a thread, or an orphan, may be under way */
	printf("storm: %s\n", i < 0 ? "over" : "broken off");
	fflush(stdout);
	stay();
	return NOT_TRIED;
}
