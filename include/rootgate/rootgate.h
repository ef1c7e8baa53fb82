/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * librootgate: which process on the host is which process in a container, as rootgate's agent
 * records it in the kernel.
 *
 * It reads pinned BPF maps and /proc, writes nothing, and asks no daemon. It takes root (on
 * most hosts CAP_BPF or CAP_SYS_ADMIN, and leave to enter /sys/fs/bpf/rootgate) and the host's
 * PID namespace. All functions return 0 or a negative errno, and leave their outputs untouched on
 * failure. A handle may be used by several threads at a time; only rootgate_close() must be the
 * last. A new agent pins new maps: after -ESTALE or when records stay away, open again.
 *
 * See librootgate(3).
 */
#ifndef ROOTGATE_ROOTGATE_H
#define ROOTGATE_ROOTGATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* PID namespaces nest to 32 below the first one. */
#define ROOTGATE_LEVELS_MAX 33

/* What a process is called in one PID namespace. */
struct rootgate_pid {
	uint32_t nr; /* its number there, from 1 */
	uint32_t ns; /* inode of that namespace, as in /proc/PID/ns/pid */
};

/*
 * A contained process. A later version may add fields at the end: pass sizeof() of what you were
 * compiled with.
 */
struct rootgate_process {
	uint64_t start_time; /* ns of CLOCK_BOOTTIME; task->start_boottime */
	uint64_t exit_time;  /* the same clock; 0 while it lives */
	uint64_t cgroup_id;  /* in the unified hierarchy, at its last fork or exec; 0 unknown */
	uint32_t pid;	     /* on the host, from 1 to pid_max; task->tgid */
	uint32_t ppid;	     /* parent's, on the host, at its last fork or exec; 0 none */
	uint32_t uid;	     /* here and below: as the host sees them, at its last fork or exec */
	uint32_t euid;
	uint32_t suid;
	uint32_t fsuid;
	uint32_t container_euid; /* as its user namespace sees euid; 65534 where it has none */
	uint32_t user_ns;	 /* inode of its user namespace */
	uint32_t user_ns_level;	 /* 0: the host's, to 32 */
	uint32_t levels;	 /* entries of pids[], 1 to ROOTGATE_LEVELS_MAX */
	struct rootgate_pid pids[ROOTGATE_LEVELS_MAX]; /* from the host inwards; struct pid */
	char comm[16]; /* with its NUL; it may call itself as it likes */
};

struct rootgate; /* a handle */

/*
 * -ENOENT: no agent has pinned anything; -EPROTO: one of another version has; -EPERM, -EACCES: not
 * permitted; -ENOMEM.
 */
int rootgate_open(struct rootgate **out);
void rootgate_close(struct rootgate *rootgate); /* NULL is fine */

/*
 * The contained process with this PID on the host. size: sizeof(struct rootgate_process).
 * -ENOENT: no contained process has it; -ESTALE: the PID is another process's by now, so the record
 * is an old one; -EINVAL: pid or size is 0.
 */
int rootgate_by_host_pid(const struct rootgate *rootgate, uint32_t pid,
			 struct rootgate_process *out, size_t size);

/* The process that is nr in the PID namespace with this inode. Errors as above. */
int rootgate_by_ns_pid(const struct rootgate *rootgate, uint32_t ns, uint32_t nr,
		       struct rootgate_process *out, size_t size);

/*
 * The last contained process that had this PID on the host and has exited, as long as no other
 * needs the room of its record. -ENOENT: none that is known; -EINVAL as above.
 */
int rootgate_exited(const struct rootgate *rootgate, uint32_t pid, struct rootgate_process *out,
		    size_t size);

/*
 * Calls see() with each record, in no order; one that begins or ends meanwhile may be left out.
 * The process behind a record is not looked at: where no agent runs, it may be gone. Ends early where
 * see() returns anything but 0, and returns that. The process is see()'s only until it returns.
 */
int rootgate_each(const struct rootgate *rootgate,
		  int (*see)(const struct rootgate_process *process, void *arg), void *arg);

#ifdef __cplusplus
}
#endif

#endif
