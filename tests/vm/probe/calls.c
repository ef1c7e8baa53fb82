// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Acts that make many system calls and print what comes of each: an error or none, and which uids
 * the caller has then. Whoever starts them twice can see whether anything has changed.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const long targets[] = { -1, 0, 1000, 1001 };

static const struct {
	const char *name;
	long number;
	int arguments;
} calls[] = {
	{ "setuid", SYS_setuid, 1 },
	{ "setfsuid", SYS_setfsuid, 1 },
	{ "setreuid", SYS_setreuid, 2 },
	{ "setresuid", SYS_setresuid, 3 },
};

/* In a process of its own, which has the ids in from. */
static int try_ids(size_t call, const long *from, const long *to)
{
	unsigned int r, e, s;
	long result;

	if (syscall(SYS_setresuid, from[0], from[1], from[2]))
		return could_not("setresuid");
	result = syscall(calls[call].number, to[0], to[1], to[2]);
	if (getresuid(&r, &e, &s))
		return could_not("getresuid");
	printf("%s(%ld, %ld, %ld) of %ld, %ld, %ld: %ld %s; %u, %u, %u, %ld\n", calls[call].name,
	       to[0], to[1], to[2], from[0], from[1], from[2], result,
	       result < 0 ? strerrorname_np(errno) : "-", r, e, s, syscall(SYS_setfsuid, -1));
	fflush(stdout);
	return GO_ON;
}

static int in_child(size_t call, const long *from, const long *to)
{
	pid_t child = fork();
	int answer;

	if (child < 0)
		return could_not("fork");
	if (!child)
		_exit(try_ids(call, from, to) == GO_ON ? ALLOWED : NOT_TRIED);
	answer = pass_on(child);
	return answer == ALLOWED ? GO_ON : answer;
}

/* The digits of n in a number system with so many digits, as an index each. */
static void choose(long n, size_t digits, const long *of, int count, long *out)
{
	for (int i = 0; i < count; i++, n /= (long)digits)
		out[i] = of[n % (long)digits];
}

/* =ID[,ID...] every set*uid from each combination of those as real, effective and saved uid. */
int act_idcalls(const struct word *word)
{
	long ids[8];
	int n = numbers(word->value, ids, ARRAY_SIZE(ids)), answer = GO_ON;

	if (n < 1)
		return malformed(word->value);
	for (size_t call = 0; call < ARRAY_SIZE(calls); call++) {
		long ways = 1;

		for (int i = 0; i < calls[call].arguments; i++)
			ways *= (long)ARRAY_SIZE(targets);
		for (long i = 0; answer == GO_ON && i < n * n * n * ways; i++) {
			long from[3], to[3] = { 0 };

			choose(i / ways, (size_t)n, ids, 3, from);
			choose(i % ways, ARRAY_SIZE(targets), targets, calls[call].arguments, to);
			answer = in_child(call, from, to);
		}
	}
	return answer == GO_ON ? ALLOWED : answer;
}

/* A file with that text and mode, and its path. */
static const char *file(const char *folder, const char *name, mode_t mode, const char *text)
{
	static char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode) ||
	    close(fd))
		say("%s: %s", path, strerror(errno));
	return path;
}

static void try_exec(const char *what, int dir, const char *path, char **arguments, int flags)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		syscall(SYS_execveat, dir, path, arguments, environ, flags);
		_exit(errno);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		say("%s: fork: %s", what, strerror(errno));
		return;
	}
	printf("%s: %s\n", what,
	       WIFEXITED(status) ? strerrorname_np(WEXITSTATUS(status)) : "killed");
	fflush(stdout);
}

/* Execs that fail for all kinds of reasons, and two of /bin/true that don't. */
int act_execcalls(const struct word *word)
{
	char folder[] = "/tmp/execs.XXXXXX", name[NAME_MAX + 2], loop[64];
	char *arguments[] = { (char *)"true", NULL }, **many;
	int busy;

	(void)word;
	if (!mkdtemp(folder) || chmod(folder, 0755))
		return could_not(folder);
	try_exec("a program", AT_FDCWD, "/bin/true", arguments, 0);
	try_exec("nothing", AT_FDCWD, "/bin/none", arguments, 0);
	try_exec("no path", AT_FDCWD, "", arguments, 0);
	try_exec("a null pointer", AT_FDCWD, NULL, arguments, 0);
	try_exec("arguments elsewhere", AT_FDCWD, "/bin/true", (char **)8, 0);
	try_exec("a folder", AT_FDCWD, folder, arguments, 0);
	try_exec("below a file", AT_FDCWD, "/bin/true/true", arguments, 0);
	try_exec("a descriptor that is none", 1000, "", arguments, AT_EMPTY_PATH);
	try_exec("flags that are none", AT_FDCWD, "/bin/true", arguments, 0x40000000);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	try_exec("a name too long", AT_FDCWD, name, arguments, 0);
	snprintf(loop, sizeof(loop), "%s/loop", folder);
	if (symlink(loop, loop))
		return could_not(loop);
	try_exec("a link to itself", AT_FDCWD, loop, arguments, 0);
	try_exec("a link, followed by nobody", AT_FDCWD, loop, arguments, AT_SYMLINK_NOFOLLOW);
	try_exec("not executable", AT_FDCWD, file(folder, "plain", 0644, "#!/bin/true\n"),
		 arguments, 0);
	try_exec("an empty file", AT_FDCWD, file(folder, "empty", 0755, ""), arguments, 0);
	try_exec("no format", AT_FDCWD, file(folder, "text", 0755, "neither\n"), arguments, 0);
	try_exec("half a program", AT_FDCWD, file(folder, "elf", 0755, "\177ELF\2\1\1"), arguments,
		 0);
	try_exec("a script", AT_FDCWD, file(folder, "script", 0755, "#!/bin/true\n"), arguments, 0);
	try_exec("a script of nobody's", AT_FDCWD, file(folder, "nobody", 0755, "#!/bin/none\n"),
		 arguments, 0);
	try_exec("a script of a folder's", AT_FDCWD, file(folder, "dir", 0755, "#!/tmp\n"),
		 arguments, 0);
	many = calloc(1 << 20, sizeof(*many));
	if (!many)
		return could_not("calloc");
	for (int i = 0; i < (1 << 20) - 1; i++)
		many[i] = (char *)"an argument, and a long one";
	try_exec("too many arguments", AT_FDCWD, "/bin/true", many, 0);
	free(many);
	busy = open(file(folder, "busy", 0755, "#!/bin/true\n"), O_WRONLY | O_CLOEXEC);
	try_exec("a file that is written", AT_FDCWD, file(folder, "busy", 0755, ""), arguments, 0);
	close(busy);
	return ALLOWED;
}
