// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Act: pidmap: the pinned maps against what /proc says of every contained process, both ways. Each
 * mismatch is a line; the last line counts. 0 where there is none, 1 where there are some. It reads
 * the maps with bpf(2) alone, so that nothing of the product is between them and the answer.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/nsfs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../../include/rootgate/abi.h"

#define PINS   "/sys/fs/bpf/rootgate/current/"
#define HOSTS  (1 << 22)
#define TICK   (1000000000ULL / 100)
#define CLOSED -1

static unsigned int mismatches, processes, entries;
static unsigned char *expected; /* by host PID */

static void mismatch(__u32 pid, const char *what, long want, long got)
{
	mismatches++;
	printf("pid %u: %s: %ld by /proc, %ld by the map\n", pid, what, want, got);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int open_map(const char *path)
{
	union bpf_attr attr = { .pathname = (uintptr_t)path, .file_flags = BPF_F_RDONLY };

	return (int)bpf(BPF_OBJ_GET, &attr);
}

static bool lookup(int map, const void *key, void *value)
{
	union bpf_attr attr = { .map_fd = (__u32)map };

	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return bpf(BPF_MAP_LOOKUP_ELEM, &attr) == 0;
}

/* The one after key, to key; the first one where have is false. */
static bool next(int map, void *key, bool have)
{
	union bpf_attr attr = { .map_fd = (__u32)map };

	attr.key = have ? (uintptr_t)key : 0;
	attr.next_key = (uintptr_t)key;
	return bpf(BPF_MAP_GET_NEXT_KEY, &attr) == 0;
}

/* What /proc says. */
struct truth {
	struct rg_pid pids[RG_PIDS_MAX];
	int levels;
	unsigned int ids[4]; /* in the order of /proc: real, effective, saved, file system */
	unsigned long long start_time;
	bool lives; /* at least one of its threads */
};

static bool read_status(__u32 pid, struct truth *truth)
{
	char path[64], line[512], state = '?';
	int threads = 0, used;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "State: %c", &state);
		sscanf(line, "Threads: %d", &threads);
		sscanf(line, "Uid: %u %u %u %u", &truth->ids[0], &truth->ids[1], &truth->ids[2],
		       &truth->ids[3]);
		if (strncmp(line, "NSpid:", 6))
			continue;
		for (char *at = line + 6;
		     truth->levels < RG_PIDS_MAX &&
		     sscanf(at, "%u%n", &truth->pids[truth->levels].nr, &used) == 1;
		     at += used)
			truth->levels++;
	}
	fclose(file);
	truth->lives = (state != 'Z' && state != 'X') || threads > 1;
	return true;
}

static void read_start(__u32 pid, struct truth *truth)
{
	char path[64], line[1024] = "", *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file) && (at = strrchr(line, ')')))
		sscanf(at,
		       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		       "%*d %*d %llu",
		       &truth->start_time);
	if (file)
		fclose(file);
}

/* The namespaces from the innermost one outwards. */
static void read_namespaces(__u32 pid, struct truth *truth)
{
	char path[64];
	struct stat st;
	int fd, parent;

	snprintf(path, sizeof(path), "/proc/%u/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	for (int i = truth->levels - 1; i >= 0 && fd >= 0; i--, fd = parent) {
		if (fstat(fd, &st) == 0)
			truth->pids[i].ns = (__u32)st.st_ino;
		parent = i ? ioctl(fd, NS_GET_PARENT) : CLOSED;
		close(fd);
	}
}

static void compare_record(__u32 pid, const struct truth *truth, const struct rg_process *process)
{
	const __u32 ids[4] = { process->ids.uid, process->ids.euid, process->ids.suid,
			       process->ids.fsuid };

	if ((int)process->levels != truth->levels) {
		mismatch(pid, "levels", truth->levels, process->levels);
		return;
	}
	for (int i = 0; i < truth->levels; i++) {
		if (process->pids[i].nr != truth->pids[i].nr)
			mismatch(pid, "PID", truth->pids[i].nr, process->pids[i].nr);
		/* a process whose leader has exited shows no namespace */
		if (truth->pids[i].ns && process->pids[i].ns != truth->pids[i].ns)
			mismatch(pid, "namespace", truth->pids[i].ns, process->pids[i].ns);
	}
	for (int i = 0; i < 4; i++)
		if (ids[i] != truth->ids[i])
			mismatch(pid, "uid", truth->ids[i], ids[i]);
	if (process->start_time / TICK != truth->start_time)
		mismatch(pid, "start", (long)truth->start_time, (long)(process->start_time / TICK));
}

static void compare_process(__u32 pid, int records, int ways_back)
{
	struct rg_process process;
	struct truth truth = {};
	__u32 host;

	if (!read_status(pid, &truth) || truth.levels < 2 || !truth.lives)
		return;
	read_start(pid, &truth);
	read_namespaces(pid, &truth);
	processes++;
	expected[pid] = 1;
	if (!lookup(records, &pid, &process)) {
		mismatch(pid, "record", 1, 0);
		return;
	}
	compare_record(pid, &truth, &process);
	for (int i = 1; i < truth.levels; i++) {
		entries++;
		/* where /proc has no namespace, the record has */
		if (!truth.pids[i].ns)
			truth.pids[i].ns = process.pids[i].ns;
		if (!lookup(ways_back, &truth.pids[i], &host))
			mismatch(pid, "way back", pid, -1);
		else if (host != pid)
			mismatch(pid, "way back", pid, host);
	}
}

/* What only the maps know: left over. */
static void find_stale(int records, int ways_back)
{
	unsigned int back = 0;
	struct rg_pid key;
	__u32 pid, host;

	for (bool have = false; next(records, &pid, have); have = true)
		if (!expected[pid % HOSTS])
			mismatch(pid, "record", 0, 1);
	for (bool have = false; next(ways_back, &key, have); have = true) {
		back++;
		if (lookup(ways_back, &key, &host) && !expected[host % HOSTS])
			mismatch(host, "way back from", 0, key.nr);
	}
	if (back != entries)
		mismatch(0, "number of ways back", entries, back);
}

int act_pidmap(const struct word *word)
{
	int records = open_map(PINS "processes"), ways_back = open_map(PINS "pids");
	struct dirent *entry;
	DIR *proc;

	(void)word;
	if (records < 0 || ways_back < 0)
		return could_not(PINS);
	proc = opendir("/proc");
	expected = calloc(HOSTS, 1);
	if (!proc || !expected)
		return could_not("/proc");
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			compare_process((__u32)atoi(entry->d_name), records, ways_back);
	closedir(proc);
	find_stale(records, ways_back);
	printf("%u mismatches, %u processes, %u ways back\n", mismatches, processes, entries);
	return mismatches ? REFUSED : ALLOWED;
}
