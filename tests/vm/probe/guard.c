// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Acts on another's BPF objects, on its pins and on its process. What they are, the ids step tells. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINKS_MAX 256

static int held[LINKS_MAX], n_held;

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* A descriptor by an id; commands differ, the attribute doesn't. */
static int by_id(int command, uint32_t id, uint32_t flags)
{
	union bpf_attr attr = { .map_id = id, .open_flags = flags };

	return bpf(command, &attr);
}

static int next_id(int command, uint32_t *id)
{
	union bpf_attr attr = { .start_id = *id };

	if (bpf(command, &attr))
		return 0;
	*id = attr.next_id;
	return 1;
}

static int info(int fd, void *out, uint32_t size)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd, .info_len = size } };

	attr.info.info = (uint64_t)(uintptr_t)out;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static int fd_opened(int fd)
{
	int error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return judge(error);
}

static int act_by_id(const struct word *word, int command, uint32_t flags)
{
	long id;

	if (numbers(word->value, &id, 1) != 1)
		return malformed(word->value);
	return fd_opened(by_id(command, (uint32_t)id, flags));
}

int act_mapread(const struct word *word)
{
	return act_by_id(word, BPF_MAP_GET_FD_BY_ID, BPF_F_RDONLY);
}

int act_mapwrite(const struct word *word)
{
	return act_by_id(word, BPF_MAP_GET_FD_BY_ID, 0);
}

int act_progfd(const struct word *word)
{
	return act_by_id(word, BPF_PROG_GET_FD_BY_ID, 0);
}

int act_linkfd(const struct word *word)
{
	return act_by_id(word, BPF_LINK_GET_FD_BY_ID, 0);
}

/* Opens a map for reading, and tries to make it so for everybody and ever. */
int act_mapfreeze(const struct word *word)
{
	union bpf_attr attr = {};
	long id;
	int fd;

	if (numbers(word->value, &id, 1) != 1)
		return malformed(word->value);
	fd = by_id(BPF_MAP_GET_FD_BY_ID, (uint32_t)id, BPF_F_RDONLY);
	if (fd < 0)
		return could_not("BPF_MAP_GET_FD_BY_ID");
	attr.map_fd = (uint32_t)fd;
	return judge(bpf(BPF_MAP_FREEZE, &attr) ? errno : 0);
}

static int open_pin(const struct word *word, uint32_t flags)
{
	union bpf_attr attr = { .file_flags = flags };

	attr.pathname = (uint64_t)(uintptr_t)word->value;
	return fd_opened(bpf(BPF_OBJ_GET, &attr));
}

int act_pinread(const struct word *word)
{
	return open_pin(word, BPF_F_RDONLY);
}

int act_pinwrite(const struct word *word)
{
	return open_pin(word, 0);
}

/* Keeps them from vanishing with who attached them. */
int step_holdlinks(const struct word *word)
{
	uint32_t id = 0;

	(void)word;
	while (n_held < LINKS_MAX && next_id(BPF_LINK_GET_NEXT_ID, &id)) {
		held[n_held] = by_id(BPF_LINK_GET_FD_BY_ID, id, 0);
		if (held[n_held] < 0)
			return could_not("BPF_LINK_GET_FD_BY_ID");
		n_held++;
	}
	return n_held ? GO_ON : could_not("find links");
}

int step_holdlink(const struct word *word)
{
	long id;

	if (numbers(word->value, &id, 1) != 1)
		return malformed(word->value);
	held[0] = by_id(BPF_LINK_GET_FD_BY_ID, (uint32_t)id, 0);
	return done(held[0], "BPF_LINK_GET_FD_BY_ID");
}

int act_detach(const struct word *word)
{
	union bpf_attr attr = { .link_detach = { .link_fd = (uint32_t)held[0] } };

	(void)word;
	return judge(bpf(BPF_LINK_DETACH, &attr) ? errno : 0);
}

/* With a program that isn't one: an error that is no refusal comes of it. */
int act_update(const struct word *word)
{
	union bpf_attr attr = {};

	(void)word;
	attr.link_update.link_fd = (uint32_t)held[0];
	attr.link_update.new_prog_fd = (uint32_t)held[0];
	return judge(bpf(BPF_LINK_UPDATE, &attr) ? errno : 0);
}

/* "map 12 counters", a line for each object that there is. */
int act_ids(const struct word *word)
{
	struct bpf_map_info map;
	struct bpf_prog_info prog;
	struct bpf_link_info link;
	uint32_t id;
	int fd;

	(void)word;
	for (id = 0; next_id(BPF_MAP_GET_NEXT_ID, &id); close(fd)) {
		fd = by_id(BPF_MAP_GET_FD_BY_ID, id, BPF_F_RDONLY);
		memset(&map, 0, sizeof(map));
		if (!info(fd, &map, sizeof(map)))
			printf("map %u %.16s\n", id, map.name);
	}
	for (id = 0; next_id(BPF_PROG_GET_NEXT_ID, &id); close(fd)) {
		fd = by_id(BPF_PROG_GET_FD_BY_ID, id, 0);
		memset(&prog, 0, sizeof(prog));
		if (!info(fd, &prog, sizeof(prog)))
			printf("prog %u %.16s\n", id, prog.name);
	}
	for (id = 0; next_id(BPF_LINK_GET_NEXT_ID, &id); close(fd)) {
		fd = by_id(BPF_LINK_GET_FD_BY_ID, id, 0);
		memset(&link, 0, sizeof(link));
		if (!info(fd, &link, sizeof(link)))
			printf("link %u of %u type %u\n", id, link.prog_id, link.type);
	}
	return ALLOWED;
}

int act_kill(const struct word *word)
{
	long args[2] = { 0, SIGTERM };

	if (numbers(word->value, args, 2) < 1)
		return malformed(word->value);
	return judge(kill((pid_t)args[0], (int)args[1]) ? errno : 0);
}

/* By I/O: the process is made the owner of a pipe, which then becomes readable. */
int act_sigio(const struct word *word)
{
	long args[2];
	int ends[2];

	if (numbers(word->value, args, 2) != 2)
		return malformed(word->value);
	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETOWN, (int)args[0]) ||
	    fcntl(ends[0], F_SETSIG, (int)args[1]) || fcntl(ends[0], F_SETFL, O_ASYNC))
		return could_not("F_SETOWN");
	return judge(write(ends[1], "", 1) == 1 ? 0 : errno);
}

int act_limit(const struct word *word)
{
	struct rlimit limit;
	long pid;

	if (numbers(word->value, &pid, 1) != 1)
		return malformed(word->value);
	if (prlimit((pid_t)pid, RLIMIT_CORE, NULL, &limit))
		return could_not("prlimit");
	return judge(prlimit((pid_t)pid, RLIMIT_CORE, &limit, NULL) ? errno : 0);
}

int act_ptrace(const struct word *word)
{
	long pid;

	if (numbers(word->value, &pid, 1) != 1)
		return malformed(word->value);
	if (ptrace(PTRACE_ATTACH, (pid_t)pid, NULL, NULL))
		return judge(errno);
	waitpid((pid_t)pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, (pid_t)pid, NULL, NULL);
	return judge(0);
}

/* What needs the permission to look: where its executable is. */
int act_look(const struct word *word)
{
	char path[64], target[256];
	long pid;

	if (numbers(word->value, &pid, 1) != 1)
		return malformed(word->value);
	snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
	if (readlink(path, target, sizeof(target)) > 0)
		return judge(0);
	return judge(errno == EACCES ? EPERM : errno); /* as /proc says it */
}

int act_unlink(const struct word *word)
{
	return judge(unlink(word->value) ? errno : 0);
}

int act_rmdir(const struct word *word)
{
	return judge(rmdir(word->value) ? errno : 0);
}

int act_rename(const struct word *word)
{
	char *to = strchr(word->value, ',');

	if (!to)
		return malformed(word->value);
	*to = '\0';
	return judge(rename(word->value, to + 1) ? errno : 0);
}

/* One write(2), as a sysctl takes it. */
int act_write(const struct word *word)
{
	char *text = strchr(word->value, ',');
	int fd;

	if (!text)
		return malformed(word->value);
	*text++ = '\0';
	fd = open(word->value, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return could_not(word->value);
	return judge(write(fd, text, strlen(text)) < 0 ? errno : 0);
}
