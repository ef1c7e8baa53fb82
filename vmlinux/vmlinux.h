/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types, as far as our programs read them: one file for every
 * architecture and every kernel from 5.10 on. Offsets come from the running
 * kernel's BTF when the programs are loaded (CO-RE), so only names and types
 * count here, and each struct has only the fields we read. The header of the
 * kernel that each comes from stands above it. tests/vm/vmlinux holds all of
 * them against the BTF of each kernel of the matrix.
 *
 * A name with ___suffix is a flavour of the struct that not all kernels have.
 */
#ifndef ROOTGATE_VMLINUX_H
#define ROOTGATE_VMLINUX_H

/* uapi/asm-generic/int-ll64.h */
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;

/* linux/types.h; bpf_helper_defs.h names the big-endian ones */
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef _Bool bool;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
enum { false = 0, true = 1 };

/* uapi/linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1 << 0,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_RB_NO_WAKEUP = 1 << 0,
	BPF_RB_FORCE_WAKEUP = 1 << 1,
};
enum bpf_cmd {
	BPF_MAP_FREEZE = 22,
	BPF_LINK_UPDATE = 29,
	BPF_LINK_GET_FD_BY_ID = 30,
	BPF_LINK_DETACH = 34,
};
enum bpf_func_id {
	BPF_FUNC_get_current_task_btf = 158, /* since 5.11 */
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct;
struct dentry;
struct vfsmount;
struct file;
struct seq_file;
struct kernel_siginfo;
struct cgroup_root;

/* linux/ns_common.h */
struct ns_common {
	unsigned int inum;
};

/* linux/pid_namespace.h */
struct pid_namespace {
	struct task_struct *child_reaper;
	struct ns_common ns;
};

/* linux/pid.h */
struct upid {
	int nr;
	struct pid_namespace *ns;
};

/* linux/pid.h; numbers has one entry a level, from the initial namespace inwards */
struct pid {
	unsigned int level;
	struct upid numbers[1];
};

/* fs/mount.h */
struct mnt_namespace {
	struct ns_common ns;
};

/* linux/nsproxy.h */
struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
};

/* linux/uidgid_types.h (linux/uidgid.h before 6.8) */
typedef struct {
	unsigned int val;
} kuid_t;

/* likewise */
typedef struct {
	unsigned int val;
} kgid_t;

/* linux/user_namespace.h; lower_first is a kuid, whatever the namespace's level */
struct uid_gid_extent {
	u32 first;
	u32 lower_first;
	u32 count;
};

/* linux/user_namespace.h; with more than five extents, forward points to them, in place of extent */
struct uid_gid_map {
	struct uid_gid_extent extent[5];
	struct uid_gid_extent *forward;
	u32 nr_extents;
};

/* linux/user_namespace.h */
struct user_namespace {
	struct uid_gid_map uid_map;
	int level;
	struct ns_common ns;
};

/* linux/cred.h */
struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	struct user_namespace *user_ns;
};

/* linux/capability.h and linux/cred.h up to 6.2 */
struct kernel_cap_struct___5_10 {
	u32 cap[2];
};
struct cred___5_10 {
	struct kernel_cap_struct___5_10 cap_permitted;
	struct kernel_cap_struct___5_10 cap_effective;
};

/* linux/capability.h and linux/cred.h since 6.3 */
typedef struct {
	u64 val;
} kernel_cap_t___6_3;
struct cred___6_3 {
	kernel_cap_t___6_3 cap_permitted;
	kernel_cap_t___6_3 cap_effective;
};

/* linux/kernfs.h; a cgroup's folder */
struct kernfs_node {
	const char *name;
	u64 id;
	u16 mode; /* umode_t */
	struct kernfs_iattrs *iattr;
};

/* fs/kernfs/kernfs-internal.h; a folder that was always root's has none */
struct kernfs_iattrs {
	kuid_t ia_uid;
};

/* linux/kernfs.h up to 6.14 */
struct kernfs_node___5_10 {
	struct kernfs_node *parent;
};

/* linux/kernfs.h since 6.15 */
struct kernfs_node___6_15 {
	struct kernfs_node *__parent;
};

/* linux/cgroup-defs.h; root is the hierarchy's */
struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

/* linux/cgroup-defs.h; the numbers depend on the kernel's configuration */
enum cgroup_subsys_id {
	memory_cgrp_id,
	pids_cgrp_id,
};

/* linux/cgroup-defs.h */
struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

/* linux/cgroup-defs.h; dfl_cgrp is the one in the unified hierarchy, subsys has v1's */
struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};

/* linux/dcache.h */
struct qstr {
	const unsigned char *name;
};

/* linux/dcache.h */
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

/* linux/mount.h */
struct vfsmount {
	struct dentry *mnt_root;
};

/* fs/mount.h; mnt is embedded, so a vfsmount leads to its mount */
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

/* linux/path.h */
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

/* linux/fs_struct.h */
struct fs_struct {
	struct path root;
};

/* linux/fs.h; private_data: of a BPF object's descriptor, that object */
struct file {
	struct path f_path;
	void *private_data;
};

/* linux/fdtable.h; fd has max_fds entries */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

/* linux/fdtable.h */
struct files_struct {
	struct fdtable *fdt;
};

/* linux/fs.h */
struct super_block {
	unsigned long s_magic;
};

/* linux/fs.h */
struct inode {
	struct super_block *i_sb;
};

/* linux/bpf.h */
struct bpf_map {
	u32 id;
	bool frozen;
};

/* linux/bpf.h */
struct bpf_prog_aux {
	u32 id;
};

/* linux/bpf.h (linux/filter.h in older kernels) */
struct bpf_prog {
	struct bpf_prog_aux *aux;
};

/* linux/bpf.h */
struct bpf_link {
	u32 id;
};

/* uapi/linux/bpf.h; a pointer to it is all that is used */
union bpf_attr;

/* linux/binfmts.h; cred: what the new image will run with */
struct linux_binprm {
	struct cred *cred;
};

/* linux/mm_types.h */
struct mm_struct {
	struct file *exe_file;
};

/* linux/types.h */
typedef struct {
	int counter;
} atomic_t;

/* linux/sched/signal.h; live: threads that have not begun to exit */
struct signal_struct {
	atomic_t live;
};

/* linux/sched.h */
struct task_struct {
	unsigned int flags;
	unsigned int in_execve : 1;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	u64 start_boottime;
	const struct cred *real_cred;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
};

/* kernel/bpf/bpf_iter.c, kernel/bpf/task_iter.c */
struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/* kernel/bpf/map_iter.c */
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};

#pragma clang attribute pop

/* uapi/linux/bpf.h; a program's context, the same in every kernel: no relocation */
struct bpf_sysctl {
	__u32 write;
	__u32 file_pos;
};

/* linux/sched.h: forked, and has not exec'd since */
#define PF_FORKNOEXEC 0x00000040
/* linux/sched.h */
#define PF_KTHREAD 0x00200000
/* init/main.c: the second thread of every boot */
#define KTHREADD 2
/* uapi/linux/sched.h */
#define CLONE_THREAD 0x00010000
/* linux/fs.h */
#define FMODE_WRITE 0x2
/* linux/ptrace.h */
#define PTRACE_MODE_ATTACH 0x02
/* uapi/linux/magic.h */
#define BPF_FS_MAGIC 0xcafe4a11
/* uapi/asm-generic/errno-base.h */
#define EPERM  1
#define EEXIST 17
/* uapi/asm-generic/signal.h */
#define SIGKILL 9
#define SIGCONT 18
#define SIGSTOP 19

#endif
