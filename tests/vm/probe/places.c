// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Going on elsewhere: in a child, a thread, a new image, namespaces, a cgroup. Whoever stays behind
 * waits and passes the answer on. No credential is changed here.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

int pass_on(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return could_not("waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int step_fork(const struct word *word)
{
	pid_t child = fork();

	if (child < 0)
		return could_not("fork");
	if (!child)
		_exit(run(word->rest));
	return pass_on(child);
}

static void *thread_body(void *rest)
{
	static int answer;

	answer = run(rest);
	return &answer;
}

int step_thread(const struct word *word)
{
	pthread_t thread;
	void *answer;

	errno = pthread_create(&thread, NULL, thread_body, word->rest);
	if (errno)
		return could_not("pthread_create");
	pthread_join(thread, &answer);
	return *(int *)answer;
}

static void *stay_body(void *unused)
{
	while (pause())
		;
	return unused;
}

/* The kernel's ids are a thread's: what the first one gives up, this one has. */
int step_stay(const struct word *word)
{
	pthread_t thread;

	(void)word;
	errno = pthread_create(&thread, NULL, stay_body, NULL);
	return errno ? could_not("pthread_create") : GO_ON;
}

static bool leader_has_left(void)
{
	FILE *stat = fopen("/proc/self/stat", "re");
	char state = 'Z';

	if (stat) {
		fscanf(stat, "%*d (%*[^)]) %c", &state);
		fclose(stat);
	}
	return state == 'Z';
}

static void *orphan_body(void *rest)
{
	pid_t child;

	while (!leader_has_left())
		usleep(1000);
	child = fork();
	if (!child)
		_exit(run(rest));
	_exit(child < 0 ? could_not("fork") : pass_on(child));
}

/* A second thread, as the reaper of its namespace where this is PID 1, has the child. */
int step_leaderless(const struct word *word)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, orphan_body, word->rest);
	if (errno)
		return could_not("pthread_create");
	return (int)syscall(SYS_exit, 0);
}

/* Execs this very program with the rest of the line: for PID 1 of a namespace, the hand-over. */
int step_reexec(const struct word *word)
{
	char *args[ARGS_MAX] = { "probe" };
	size_t n = 1;

	if (verbose)
		args[n++] = "-v";
	for (char **rest = word->rest; *rest && n < ARGS_MAX - 1; rest++)
		args[n++] = *rest;
	execv("/proc/self/exe", args);
	return judge(errno);
}

/* This process execs as a user, which a reader of the pipe learns by its end, and does ACT. */
static int exec_as_user(const char *value, const char *act)
{
	char *args[] = { "probe", (char *)act, NULL };
	long uid;

	if (numbers(value, &uid, 1) != 1)
		return malformed(value);
	if (syscall(SYS_setresuid, uid, uid, uid))
		return could_not("setresuid");
	execv("/proc/self/exe", args);
	return could_not("the hand-over");
}

static void wait_for_end(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	close(fd);
}

/* Until a process has executed something: PF_FORKNOEXEC, linux/sched.h, is gone from its flags. */
static void wait_for_exec(pid_t pid)
{
	char path[64], line[512], *at;
	unsigned int flags = 0x40;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 5000 && flags & 0x40; i++) {
		if (i)
			usleep(1000);
		file = fopen(path, "re");
		if (!file)
			return;
		if (fgets(line, sizeof(line), file) && (at = strrchr(line, ')')))
			sscanf(at, ") %*c %*d %*d %*d %*d %*d %u", &flags);
		fclose(file);
	}
}

/* The container's life begins as a user's; what goes on was root before that, and is still. */
int step_handover(const struct word *word)
{
	int handed_over[2];
	pid_t child;

	if (pipe2(handed_over, O_CLOEXEC))
		return could_not("pipe");
	child = fork();
	if (child < 0)
		return could_not("fork");
	if (child)
		return exec_as_user(word->value, "wait");
	close(handed_over[1]);
	wait_for_end(handed_over[0]);
	wait_for_exec(1);
	_exit(run(word->rest));
}

static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return -1;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int own_proc(void)
{
	return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

int step_mntns(const struct word *word)
{
	(void)word;
	return done(own_mounts(), "a mount namespace");
}

/* The child goes on as PID 1, with its own /proc as every container has it. */
int step_pidns(const struct word *word)
{
	pid_t child;

	if (unshare(CLONE_NEWPID))
		return could_not("a PID namespace");
	child = fork();
	if (child < 0)
		return could_not("fork");
	if (child)
		return pass_on(child);
	if (own_mounts() || own_proc())
		_exit(could_not("a fresh /proc"));
	_exit(run(word->rest));
}

/* As a runtime's exec: a process enters the PID and mount namespaces of a container that runs. */
int step_aside(const struct word *word)
{
	int handed_over[2], answer;
	char path[64];
	pid_t child;

	if (pipe2(handed_over, O_CLOEXEC) || unshare(CLONE_NEWPID))
		return could_not("a PID namespace");
	child = fork();
	if (child < 0)
		return could_not("fork");
	if (!child) {
		if (own_mounts() || own_proc())
			_exit(could_not("a fresh /proc"));
		_exit(exec_as_user(word->value, "pause"));
	}
	close(handed_over[1]);
	wait_for_end(handed_over[0]);
	wait_for_exec(child);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", child);
	handed_over[0] = open(path, O_RDONLY | O_CLOEXEC);
	if (handed_over[0] < 0 || setns(handed_over[0], CLONE_NEWNS))
		return could_not(path);
	answer = step_fork(word);
	kill(child, SIGKILL);
	return answer;
}

/* Joins the PID and mount namespaces of a process, and its user namespace where it has its own. */
int step_enter(const struct word *word)
{
	static const char *const kinds[] = { "user", "pid", "mnt" };
	int fds[ARRAY_SIZE(kinds)];
	struct stat ours, theirs;
	char path[64];

	if (!word->value)
		return malformed(word->value);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", word->value, kinds[i]);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			return could_not(path);
	}
	if (stat("/proc/self/ns/user", &ours) || fstat(fds[0], &theirs))
		return could_not("stat of a user namespace");
	for (size_t i = ours.st_ino == theirs.st_ino ? 1 : 0; i < ARRAY_SIZE(kinds); i++)
		if (setns(fds[i], 0))
			return could_not("setns");
	return step_fork(word);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, text, strlen(text));
	close(fd);
	return written < 0 ? -1 : 0;
}

/* In the parent's user namespace, with its privileges: the maps of the process that waits. */
static int write_maps(pid_t pid, const char *text)
{
	long map[3 * 16];
	char lines[1024] = "";
	char path[64];
	size_t len = 0;
	int n = numbers(text, map, ARRAY_SIZE(map));

	if (n <= 0 || n % 3)
		return malformed(text);
	for (int i = 0; i < n; i += 3)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len, "%ld %ld %ld\n", map[i],
					map[i + 1], map[i + 2]);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	if (write_file(path, lines))
		return could_not(path);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return write_file(path, lines) ? could_not(path) : 0;
}

int step_userns(const struct word *word)
{
	pid_t self = getpid(), helper;
	int ready[2], answer;
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		return could_not("pipe");
	/* or /proc/PID/uid_map would be the host's, of a process that has changed its ids */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return could_not("PR_SET_DUMPABLE");
	helper = fork();
	if (helper < 0)
		return could_not("fork");
	if (!helper) {
		close(ready[1]);
		/* Nothing comes through where the unshare failed. */
		_exit(read(ready[0], &byte, 1) == 1 ? write_maps(self, word->value) : NOT_TRIED);
	}
	if (unshare(CLONE_NEWUSER))
		could_not("a user namespace");
	else if (write(ready[1], "", 1) < 0)
		could_not("write to the helper");
	close(ready[0]);
	close(ready[1]);
	answer = pass_on(helper);
	return answer ? answer : GO_ON;
}

int step_unshareuser(const struct word *word)
{
	(void)word;
	return done(unshare(CLONE_NEWUSER), "a user namespace");
}

int step_cgroup(const struct word *word)
{
	char path[512];
	int len;

	if (!word->value)
		return malformed(word->value);
	len = snprintf(path, sizeof(path), "%s%s/", *word->value == '/' ? "" : CGROUP_ROOT "/",
		       word->value);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return could_not(path);
		*slash = '/';
	}
	snprintf(path + len, sizeof(path) - (size_t)len, "cgroup.procs");
	return done(write_file(path, "0"), path);
}

int step_hostname(const struct word *word)
{
	if (!word->value)
		return malformed(word->value);
	if (unshare(CLONE_NEWUTS))
		return could_not("a UTS namespace");
	return done(sethostname(word->value, strlen(word->value)), "sethostname");
}

int step_chroot(const struct word *word)
{
	if (!word->value)
		return malformed(word->value);
	return done(chroot(word->value) ? -1 : chdir("/"), word->value);
}

/* As runtimes do it: the old root is not to be had any more. Wants a mount namespace of its own. */
int step_pivot(const struct word *word)
{
	if (!word->value)
		return malformed(word->value);
	if (mount(word->value, word->value, NULL, MS_BIND | MS_REC, NULL) || chdir(word->value) ||
	    syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH))
		return could_not(word->value);
	return done(chdir("/"), "chdir");
}
