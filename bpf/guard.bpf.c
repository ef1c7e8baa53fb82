// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contained root can't take the guard down, and nobody silences it by a sysctl.
 *
 * A privileged container has the capabilities for bpf(2), ptrace and kill; what
 * keeps it away from rootgate's objects is here. The agent lists the ids of its
 * maps, programs and links once all are attached ("guarded"), and then:
 *
 *   contained	no descriptor of a map, program or link; no detach or update of
 *		a link, no freeze of a map; no signal and no new resource limit
 *		for the agent, no ptrace; no pin renamed or removed.
 *   host	may look, kill, and remove pins. What changes maps and links
 *		waits until no agent lives: it would be changed under its feet.
 *   agent	everything.
 *
 * Nobody but the agent attaches to it by ptrace (nor by what asks the same:
 * /proc/PID/mem, pidfd_getfd, process_vm_writev), and nobody has it signalled
 * by I/O: a descriptor's owner is chosen with fcntl(F_SETOWN, F_SETSIG), which
 * asks no kill hook, and the agent uses neither.
 *
 * A descriptor is what every command on an object takes, so it is refused where
 * it is made: a map's and a program's in a hook of its own, a link's by its id.
 * Of the descriptor in an attempt to detach, the object's id counts. A link
 * can't be detached with BPF_PROG_DETACH: the kernel does so for programs that
 * were attached without one.
 *
 * One copy for each hook as fmod_ret: this is the second line, and what it
 * guards, the verdict, has eight.
 *
 * And nobody sets kernel.ftrace_enabled to 0; see rg_ftrace_sysctl().
 *
 * Not covered: host root, which may kill the agent, unmount bpffs, or load
 * programs of its own that write our maps; a descriptor that was opened before
 * the ids were listed; a link that is opened by its pin (no hook sees that) and
 * put in another descriptor's place while an attempt to detach is looked at,
 * though of our links only that of rg_ftrace_sysctl can be detached at all;
 * cgroup.kill and cgroup.freeze of the agent's cgroup, by whoever has the
 * host's cgroup file system; kernel.ftrace_enabled without the unified cgroup
 * hierarchy, or on the kernel's command line (the canary notices).
 */
#include "subject.bpf.h"

#include <bpf/bpf_tracing.h>

#define PINS_DEPTH 16

enum actor { AGENT, HOST, CONTAINED };

static __noinline int actor(void)
{
	struct task_struct *task = current_task();
	__u32 level;

	if (control.agent && (__u32)READ(task, tgid) == control.agent)
		return AGENT;
	if (is_host_floor(task, &level) || evidence_of(task, level) == RG_EVIDENCE_NONE)
		return HOST;
	return CONTAINED;
}

static __always_inline bool refuse(bool also_host)
{
	int who = actor();

	if (who == AGENT || (who == HOST && !also_host))
		return false;
	count(RG_COUNT_GUARD);
	return true;
}

static __always_inline bool is_ours(__u32 type, __u32 id)
{
	struct rg_object object = { .type = type, .id = id };

	return bpf_map_lookup_elem(&guarded, &object);
}

static __always_inline bool is_agent(struct task_struct *task)
{
	return control.agent && (__u32)task->tgid == control.agent;
}

/* To a frozen map nobody can write, whatever it is opened for; and to map its memory takes both. */
static __always_inline bool check_map(struct bpf_map *map, unsigned int fmode)
{
	bool writes = fmode & FMODE_WRITE && !map->frozen;

	return is_ours(RG_OBJECT_MAP, map->id) && refuse(writes && control.agent);
}

static __always_inline bool check_prog(struct bpf_prog *prog)
{
	return is_ours(RG_OBJECT_PROG, prog->aux->id) && refuse(false);
}

/* What a descriptor of the running task stands for; NULL where there is none. */
static __always_inline void *object_of(__u32 fd)
{
	struct task_struct *task = current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd);
	return file ? BPF_CORE_READ(file, private_data) : NULL;
}

/*
 * The id or descriptor that each of these commands is about is the first member
 * of its part of the union. A descriptor of another kind would be refused by
 * the kernel in any case: if its memory looks like one of ours, by us.
 */
static __always_inline bool check_command(int command, const union bpf_attr *attr)
{
	struct bpf_link *link;
	struct bpf_map *map;
	__u32 number = 0;

	if (command != BPF_LINK_GET_FD_BY_ID && command != BPF_LINK_DETACH &&
	    command != BPF_LINK_UPDATE && command != BPF_MAP_FREEZE)
		return false;
	bpf_probe_read_kernel(&number, sizeof(number), attr);
	if (command == BPF_LINK_GET_FD_BY_ID)
		return is_ours(RG_OBJECT_LINK, number) && refuse(false);
	if (command == BPF_MAP_FREEZE) {
		map = object_of(number);
		return map && is_ours(RG_OBJECT_MAP, BPF_CORE_READ(map, id)) &&
		       refuse(control.agent);
	}
	link = object_of(number);
	return link && is_ours(RG_OBJECT_LINK, BPF_CORE_READ(link, id)) && refuse(control.agent);
}

/* The host's ps may look at the agent. */
static __always_inline bool check_ptrace(struct task_struct *child, unsigned int mode)
{
	return is_agent(child) && refuse(mode & PTRACE_MODE_ATTACH);
}

/* Our folder, or anything in it; what is nested deeper than can be looked at counts as ours. */
static __noinline int is_pin(struct dentry *dentry)
{
	struct dentry *parent;
	__u64 name[2] = {};
	int i;

	for (i = 0; i < PINS_DEPTH; i++) {
		bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
		if (name[0] == HEAD('r', 'o', 'o', 't', 'g', 'a', 't', 'e') && !(name[1] & 0xff))
			return 1;
		parent = BPF_CORE_READ(dentry, d_parent);
		if (parent == dentry)
			return 0;
		dentry = parent;
	}
	return 1;
}

static __always_inline bool check_pin(struct inode *folder, struct dentry *dentry)
{
	return folder->i_sb->s_magic == BPF_FS_MAGIC && is_pin(dentry) && refuse(false);
}

static __always_inline bool check_rename(struct inode *folder, struct dentry *from,
					 struct dentry *to)
{
	return folder->i_sb->s_magic == BPF_FS_MAGIC && (is_pin(from) || is_pin(to)) &&
	       refuse(false);
}

/* No look at the hook's last argument, an earlier refusal: then no later program runs. */
#define RG_GUARD(hook, check, args...)                                                             \
	SEC("lsm/" #hook)                                                                          \
	int BPF_PROG(rg_guard_##hook##_lsm, args)                                                  \
	{                                                                                          \
		return control.guard && check ? -EPERM : 0;                                        \
	}                                                                                          \
	SEC("fmod_ret/security_" #hook)                                                            \
	int BPF_PROG(rg_guard_##hook##_fmod, args)                                                 \
	{                                                                                          \
		return control.guard && check ? -EPERM : 0;                                        \
	}

RG_GUARD(bpf_map, check_map(map, fmode), struct bpf_map *map, unsigned int fmode)
RG_GUARD(bpf_prog, check_prog(prog), struct bpf_prog *prog)
RG_GUARD(bpf, check_command(command, attr), int command, union bpf_attr *attr)
RG_GUARD(ptrace_access_check, check_ptrace(child, mode), struct task_struct *child,
	 unsigned int mode)
/*
 * A process that waits for the agent's verdict on its exec is stopped, and only
 * the agent lets it go on (hold.bpf.h); that it is killed is nobody's loss.
 */
static __always_inline bool check_kill(struct task_struct *task, int sig)
{
	if (is_agent(task))
		return refuse(false);
	return sig == SIGCONT && is_held(task) && refuse(true);
}

RG_GUARD(task_kill, check_kill(task, sig), struct task_struct *task, struct kernel_siginfo *info,
	 int sig)
RG_GUARD(task_setrlimit, (is_agent(task) && refuse(false)), struct task_struct *task)
RG_GUARD(inode_unlink, check_pin(folder, dentry), struct inode *folder, struct dentry *dentry)
RG_GUARD(inode_rmdir, check_pin(folder, dentry), struct inode *folder, struct dentry *dentry)
RG_GUARD(inode_rename, check_rename(folder, from, to), struct inode *folder, struct dentry *from,
	 struct inode *to_folder, struct dentry *to)

/* Who causes the I/O may be anybody, in an interrupt, too: so nobody's. */
static __always_inline bool check_sigio(struct task_struct *task)
{
	if (!is_agent(task))
		return false;
	count(RG_COUNT_GUARD);
	return true;
}

RG_GUARD(file_send_sigiotask, check_sigio(task), struct task_struct *task)

/*
 * kernel.ftrace_enabled=0 silences all tracing and LSM programs while their
 * links still look attached. This program sits on the root of the unified
 * cgroup hierarchy, where it sees each write to a sysctl, of the host as of
 * containers: all processes are below that root, wherever they mount /proc. It
 * needs no ftrace itself. What passes is a number that is plainly not 0; the
 * kernel reads 0x0, 00 and -0 as well, so what isn't understood is refused.
 */
static __always_inline bool is_ftrace_switch(struct bpf_sysctl *ctx)
{
	__u64 name[3] = {}; /* of a longer one the beginning, which fills it */

	bpf_sysctl_get_name(ctx, (char *)name, sizeof(name), 0);
	return name[0] == HEAD('k', 'e', 'r', 'n', 'e', 'l', '/', 'f') &&
	       name[1] == HEAD('t', 'r', 'a', 'c', 'e', '_', 'e', 'n') &&
	       name[2] == HEAD('a', 'b', 'l', 'e', 'd', 0, 0, 0);
}

SEC("cgroup/sysctl")
int rg_ftrace_sysctl(struct bpf_sysctl *ctx)
{
	char value[16] = {};

	if (!ctx->write || !is_ftrace_switch(ctx))
		return 1;
	/* an error leaves the beginning, or nothing */
	bpf_sysctl_get_new_value(ctx, value, sizeof(value));
	if (value[0] >= '1' && value[0] <= '9')
		return 1;
	count(RG_COUNT_GUARD);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
