// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Acts: the ways to exec. Each answers with what the kernel said to the exec itself; what the new
 * image does afterwards is its own affair.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct image {
	const char *path;
	int fd; /* execveat on it, where it isn't -1 */
	char **args;
};

static int exec_image(const struct image *image)
{
	if (image->fd >= 0)
		syscall(SYS_execveat, image->fd, "", image->args, environ, AT_EMPTY_PATH);
	else
		execv(image->path, image->args);
	return errno;
}

/*
 * Execs in a child. Its errno comes through a pipe that a successful exec closes; what the new
 * image does afterwards is its own affair, but for a signal: a kill may come with the refusal.
 */
static int exec_in_child(const struct image *image)
{
	int report[2], error = 0, status = 0;
	pid_t child;

	if (pipe2(report, O_CLOEXEC))
		return could_not("pipe");
	child = fork();
	if (child < 0)
		return could_not("fork");
	if (!child) {
		error = exec_image(image);
		_exit(write(report[1], &error, sizeof(error)) == sizeof(error) ? 0 : NOT_TRIED);
	}
	close(report[1]);
	if (read(report[0], &error, sizeof(error)) < 0)
		error = EIO;
	close(report[0]);
	status = pass_on(child);
	return status > 128 ? status : judge(error);
}

/* PATH[,ARG...] as an argument vector; the copy lives as long as the process. */
static char **split_args(const char *value)
{
	static char *args[ARGS_MAX];
	char *rest = strdup(value ? value : ""), *word;
	size_t n = 0;

	while ((word = strsep(&rest, ",")) && n < ARGS_MAX - 1)
		args[n++] = word;
	args[n] = NULL;
	return args;
}

int act_exec(const struct word *word)
{
	struct image image = { .fd = -1, .args = split_args(word->value) };

	image.path = image.args[0];
	return exec_in_child(&image);
}

int act_execself(const struct word *word)
{
	struct image image = { .fd = -1, .args = split_args(word->value) };

	image.path = image.args[0];
	return judge(exec_image(&image));
}

int act_vforkexec(const struct word *word)
{
	struct image image = { .fd = -1, .args = split_args(word->value) };
	volatile int error = 0; /* the child writes it: they share the memory until the exec */
	pid_t child;
	int status;

	image.path = image.args[0];
	child = vfork();
	if (child < 0)
		return could_not("vfork");
	if (!child) {
		error = exec_image(&image);
		_exit(0);
	}
	status = pass_on(child);
	return status > 128 ? status : judge(error);
}

/* A copy without a name: memfd and execveat. */
int act_fexec(const struct word *word)
{
	struct image image = { .args = split_args(word->value) };
	int from = open(image.args[0], O_RDONLY | O_CLOEXEC);
	char buffer[65536];
	ssize_t n;

	image.fd = memfd_create("probe", MFD_CLOEXEC);
	if (from < 0 || image.fd < 0)
		return could_not(word->value);
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(image.fd, buffer, (size_t)n) != n)
			return could_not("write to a memfd");
	close(from);
	return exec_in_child(&image);
}

/* The first answer that isn't "allowed" ends it. */
int act_storm(const struct word *word)
{
	char *args[] = { "probe", "true", NULL };
	struct image image = { .path = "/proc/self/exe", .fd = -1, .args = args };
	int answer = ALLOWED;
	long n;

	if (numbers(word->value, &n, 1) != 1)
		return malformed(word->value);
	while (answer == ALLOWED && n--)
		answer = exec_in_child(&image);
	return answer;
}

/* Children that do nothing, as many as that; the answer comes when a signal ends all of them. */
int act_many(const struct word *word)
{
	long n;

	if (numbers(word->value, &n, 1) != 1)
		return malformed(word->value);
	while (n--) {
		pid_t child = fork();

		if (child < 0)
			return could_not("fork");
		if (!child)
			for (;;)
				pause();
	}
	say("ready");
	for (;;)
		pause();
}
