// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Act: pidmap: the pinned records against what /proc says of every contained process, both ways: each
 * has one record, with its PIDs and namespaces, and each record in use is of such a process, so that
 * a PID in a namespace leads to one process. Each mismatch is a line; the last line counts. 0 where
 * there is none, 1 where there are some. It reads the maps by itself, so that nothing of the product
 * is between them and the answer.
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../../include/rootgate/abi.h"

#define PINS   "/sys/fs/bpf/rootgate/current/"
#define HOSTS  (1 << 22)
#define TICK   (1000000000ULL / 100)
#define CLOSED -1

static unsigned int mismatches, processes, entries;
static struct rg_slot *slots;
static __u32 count;
static __u32 *slot_of; /* by host PID: 1 + the number of the slot that is in use */

static void mismatch(__u32 pid, const char *what, long want, long got)
{
	mismatches++;
	printf("pid %u: %s: %ld by /proc, %ld by the map\n", pid, what, want, got);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int open_map(const char *path, __u32 flags)
{
	union bpf_attr attr = { .pathname = (uintptr_t)path, .file_flags = flags };

	return (int)bpf(BPF_OBJ_GET, &attr);
}

static bool lookup(int map, const void *key, void *value)
{
	union bpf_attr attr = { .map_fd = (__u32)map };

	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return bpf(BPF_MAP_LOOKUP_ELEM, &attr) == 0;
}

/* How many entries it has room for; 0 where they are of another size, or it can't be known. */
static __u32 room_of(int map, size_t entry)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = {};

	attr.info.bpf_fd = (__u32)map;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) || info.value_size != entry)
		return 0;
	return info.max_entries;
}

static bool map_slots(int map)
{
	count = room_of(map, sizeof(*slots));
	if (!count)
		return false;
	slots = mmap(NULL, count * sizeof(*slots), PROT_READ, MAP_SHARED, map, 0);
	return slots != MAP_FAILED;
}

/* What /proc says. */
struct truth {
	struct rg_pid pids[RG_PIDS_MAX];
	int levels;
	unsigned int ids[4]; /* in the order of /proc: real, effective, saved, file system */
	unsigned long long start_time;
	bool lives; /* at least one of its threads */
	unsigned int ppid;
	char comm[16];
	unsigned long long userns; /* inode; 0 unknown, as of a process whose leader has exited */
	unsigned long long cgroup; /* the same */
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
		sscanf(line, "PPid: %u", &truth->ppid);
		sscanf(line, "Name: %15[^\n]", truth->comm);
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

/* In ticks since the boot; 0 where there is no such process. */
static unsigned long long start_of(__u32 pid)
{
	char path[64], line[1024] = "", *at;
	unsigned long long start = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file) && (at = strrchr(line, ')')))
		sscanf(at,
		       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		       "%*d %*d %llu",
		       &start);
	if (file)
		fclose(file);
	return start;
}

static unsigned long long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* The user namespace, and the cgroup in the unified hierarchy, which is mounted where it usually is. */
static void read_places(__u32 pid, struct truth *truth)
{
	char path[4096 + 32], line[4096];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/ns/user", pid);
	truth->userns = inode_of(path);
	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s", line + 3);
		truth->cgroup = inode_of(path);
	}
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

/* The PIDs of a record at all levels; false where those of a deep one are not there. */
static bool pids_of(__u32 at, int deep, struct rg_levels *out)
{
	const struct rg_slot *slot = &slots[at];

	if (slot->levels > RG_SLOT_PIDS + 1)
		return lookup(deep, &at, out);
	out->pids[0] = (struct rg_pid){ slot->pid, RG_PIDNS_INIT };
	memcpy(&out->pids[1], slot->pids, sizeof(slot->pids));
	return true;
}

/*
 * The parent, which the record has as of the last fork or exec. Since then it may have exited, and its
 * PID may be another's; not where the owner of that PID began before the child did.
 */
static void compare_parent(__u32 pid, const struct truth *truth, const struct rg_slot *slot)
{
	unsigned long long start = start_of(slot->ppid);

	if (slot->ppid != truth->ppid && start && start < truth->start_time)
		mismatch(pid, "parent", truth->ppid, slot->ppid);
}

static void compare_record(__u32 pid, const struct truth *truth, __u32 at, int deep)
{
	const struct rg_slot *slot = &slots[at];
	const __u32 ids[4] = { slot->ids.uid, slot->ids.euid, slot->ids.suid, slot->ids.fsuid };
	struct rg_levels levels;

	if ((int)slot->levels != truth->levels) {
		mismatch(pid, "levels", truth->levels, slot->levels);
		return;
	}
	if (!pids_of(at, deep, &levels))
		mismatch(pid, "deep levels", 1, 0);
	for (int i = 0; i < truth->levels; i++) {
		entries += i > 0;
		if (levels.pids[i].nr != truth->pids[i].nr)
			mismatch(pid, "PID", truth->pids[i].nr, levels.pids[i].nr);
		/* a process whose leader has exited shows no namespace */
		if (truth->pids[i].ns && levels.pids[i].ns != truth->pids[i].ns)
			mismatch(pid, "namespace", truth->pids[i].ns, levels.pids[i].ns);
	}
	for (int i = 0; i < 4; i++)
		if (ids[i] != truth->ids[i])
			mismatch(pid, "uid", truth->ids[i], ids[i]);
	if (slot->start_time / TICK != truth->start_time)
		mismatch(pid, "start", (long)truth->start_time, (long)(slot->start_time / TICK));
	if (strcmp(slot->comm, truth->comm))
		mismatch(pid, "comm", truth->comm[0], slot->comm[0]);
	if (truth->userns && slot->userns != truth->userns)
		mismatch(pid, "user namespace", (long)truth->userns, slot->userns);
	if (truth->cgroup && slot->cgroup_id != truth->cgroup)
		mismatch(pid, "cgroup", (long)truth->cgroup, (long)slot->cgroup_id);
	compare_parent(pid, truth, slot);
}

static void compare_process(__u32 pid, int deep)
{
	struct truth truth = {};

	if (!read_status(pid, &truth) || truth.levels < 2 || !truth.lives)
		return;
	truth.start_time = start_of(pid);
	read_namespaces(pid, &truth);
	read_places(pid, &truth);
	processes++;
	if (!slot_of[pid]) {
		mismatch(pid, "record", 1, 0);
		return;
	}
	compare_record(pid, &truth, slot_of[pid] - 1, deep);
	slot_of[pid] = 0;
}

/* Those in use, each in its place: no more than RG_PROBES behind where its search begins. */
static void read_slots(void)
{
	for (__u32 at = 0; at < count; at++) {
		const struct rg_slot *slot = &slots[at];
		__u32 behind = (at + count - slot->pid % count) % count;

		if (slot->tries)
			mismatch(slot->pid, "tries to use a slot", 0, (long)slot->tries);
		if (!slot->used)
			continue;
		if (behind >= RG_PROBES)
			mismatch(slot->pid, "place", 0, behind);
		if (slot_of[slot->pid % HOSTS])
			mismatch(slot->pid, "records", 1, 2);
		slot_of[slot->pid % HOSTS] = at + 1;
	}
}

int act_pidmap(const struct word *word)
{
	int records = open_map(PINS "processes", 0);
	int deep = open_map(PINS "deep_pids", BPF_F_RDONLY);
	struct dirent *entry;
	__u32 room;
	DIR *proc;

	(void)word;
	if (records < 0 || deep < 0 || !map_slots(records))
		return could_not(PINS);
	proc = opendir("/proc");
	slot_of = calloc(HOSTS, sizeof(*slot_of));
	if (!proc || !slot_of)
		return could_not("/proc");
	room = room_of(deep, sizeof(struct rg_levels));
	if (room < count)
		mismatch(0, "room for deep levels", count, room);
	read_slots();
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			compare_process((__u32)atoi(entry->d_name), deep);
	closedir(proc);
	for (__u32 pid = 0; pid < HOSTS; pid++)
		if (slot_of[pid])
			mismatch(pid, "record", 0, 1);
	printf("%u mismatches, %u processes, %u ways back\n", mismatches, processes, entries);
	return mismatches ? REFUSED : ALLOWED;
}
