/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every map and global of the kernel side: what its key and its value are, who
 * writes it, and what happens when it is full. They are declared here and
 * defined in maps.bpf.c; nothing else belongs here.
 */
#ifndef ROOTGATE_MAPS_BPF_H
#define ROOTGATE_MAPS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "rootgate/abi.h"

/* Fixed before loading, so that the verifier drops what this host does not need. */
extern const volatile struct rg_config config;

/* Written by the agent while the programs run, through the map's memory. */
extern struct rg_control control;

#ifndef RG_MAP
#define RG_MAP extern
#endif

/*
 * How much of everything was seen. Key: enum rg_count. Value: per-CPU sum.
 * Written by the programs; cannot be full.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RG_COUNT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/*
 * Events of refusals: the reader is woken at once. Records: struct rg_event.
 * Full: the verdict stands, RG_COUNT_LOST_REFUSALS counts.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} refusals SEC(".maps");

/* All other events: the reader sleeps on for a moment. Full: RG_COUNT_LOST_REPORTS counts. */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} reports SEC(".maps");

/*
 * Contained processes, those that live and the last that did. Key: number of a slot. Value: struct
 * rg_slot, see there. Written at fork, exec, set*uid, exit and by the seeding iterator; the agent
 * frees the slots of those whose exit no program saw. Full: RG_COUNT_PIDS_FULL counts, no verdict
 * changes, and the agent lets the iterator run again later. The agent may set another size before
 * loading.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct rg_slot);
} processes SEC(".maps");

/*
 * PIDs of processes with more levels than a slot holds. Key: number of the slot. Value: struct
 * rg_levels. Written with the record, deleted when the slot is used again. The agent makes it as
 * large as the slots are many, so it is never full; without memory: as above.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct rg_levels);
} deep_pids SEC(".maps");

/* The policy; see abi.h. Written by the agent, into the slot that is not in force. */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 2 * 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct rg_path_key);
	__type(value, __u32);
} cgroup_scopes SEC(".maps"), exe_scopes SEC(".maps");

RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct rg_scope_key);
	__type(value, struct rg_scope);
} scopes SEC(".maps");

RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * (RG_RULES_MAX + 1));
	__type(key, __u32);
	__type(value, struct rg_rule);
} rules SEC(".maps");

/*
 * Whom the agent knows. Key: struct rg_identity_key. Value: struct rg_identity,
 * written by the agent alone. Full: the container stays unknown, and the agent
 * says so.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct rg_identity_key);
	__type(value, struct rg_identity);
} identities SEC(".maps");

/*
 * Processes that wait for the agent. Key: host PID (thread group id). Value:
 * struct rg_held. Written at the exec that is held, deleted by the agent. Full:
 * not held, but refused.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct rg_held);
} held SEC(".maps");

/*
 * Containers that begin. Records: struct rg_birth. Full: RG_COUNT_LOST_BIRTHS
 * counts, and the container's first exec is held.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} births SEC(".maps");

/*
 * Credentials that hold host root and that a hook let pass, on their way to commit_creds(). Key:
 * the new credential's address. Value: thread group id; an exec changes the thread's. Written by
 * the hooks, deleted by the tripwire, which takes a gain that isn't here for one that passed no
 * hook. What never comes to be committed (an exec that fails later) stays behind; the eldest make
 * room.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u32);
} passes SEC(".maps");

/*
 * Our own maps, programs and links. Key: struct rg_object. Value: 1. Written by
 * the agent once, before control.guard. Room for some sets of all of them.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct rg_object);
	__type(value, __u8);
} guarded SEC(".maps");

/*
 * What the further copies of the fmod_ret programs call: one program, verified and held once. Key: 0.
 * Value: the program, put in by the agent before it attaches. One for each hook, since the kernel
 * lets only programs of one signature call each other. Empties itself when no descriptor and no pin
 * holds it any more (prog_array_map_clear(), kernel/bpf/arraymap.c); the first copy needs it not.
 */
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} exec_again SEC(".maps"), setuid_again SEC(".maps");

/*
 * For a program that tail calls reach: a tail call that is never made, so that the kernel gives it no
 * private stack. Since 6.13 tracing programs have one for each CPU, as none runs while it runs already
 * on that CPU; but those are looked at where they are attached, not where a tail call ends
 * (bpf_enable_priv_stack(), kernel/bpf/verifier.c). With two callers, of which one is preempted, two
 * tasks would share it, and the kernel would read what the other has written there.
 */
static __always_inline void have_no_private_stack(void *ctx, void *programs)
{
	__u64 never = 0;

	asm volatile("" : "+r"(never));
	if (never)
		bpf_tail_call(ctx, programs, 0);
}

/* A path as a key of a trie, with room behind it for a last name of any length. */
struct rg_path {
	struct rg_path_key key;
	char slack[RG_PATH_MAX];
	__u32 len; /* bytes of key.path with the NUL; without it where the path was cut; 0 unknown */
	__u32 runtime; /* enum rg_runtime: whose container the outermost telling name is */
	__u64 parent;  /* the first bytes of the name that was written last */
	__u32 teller; /* 1 + how far out the outermost name that tells of a container is; 0: none does */
	__u32 pad;
};

/* Names of a path that are gathered, from the innermost outwards. */
#define RG_NAMES_MAX 32

/* Work space of one judgement. */
struct rg_scratch {
	const void *name[RG_NAMES_MAX];
	__s32 names; /* in use */
	__u32 pad;
	const void *of_cgroup; /* struct kernfs_node: whose path is wanted */
	const void *teller;    /* the outermost above it whose name tells; NULL: none does */
	const void *of_file;   /* struct file: likewise */
	const void *of_pid;    /* struct pid: whose container is wanted */
	struct rg_identity_key container; /* 0, 0: not known */
	struct rg_identity_key pidns;	  /* of the same kind: its PID namespace */
	const void *reaper;		  /* struct task_struct: PID 1 of that; NULL: it has none */
	struct rg_path cgroup;
	struct rg_path exe;
	__u32 tries; /* as in struct rg_slot */
	__u32 used;
};

/*
 * Work spaces. Key: a number. One is taken for as long as a judgement lasts: a
 * program can be preempted, so that one for each CPU would be shared. All that
 * were tried are taken: RG_COUNT_NO_SCRATCH counts, see decide.bpf.h.
 */
#define RG_SCRATCHES 256
RG_MAP struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RG_SCRATCHES);
	__type(key, __u32);
	__type(value, struct rg_scratch);
} scratches SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &which);

	if (n)
		__sync_fetch_and_add(n, 1); /* per CPU; atomic against preemption only */
}

#endif
