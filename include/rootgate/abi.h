/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one contract between the kernel side (bpf/) and the user side (user/):
 * map keys and values, event records, verdicts and limits.
 *
 * Rules of this file: fixed-width integers and arrays only, padding spelt out,
 * the size of each struct asserted, prefix rg_. It includes nothing of ours.
 * Change the layout of anything here: raise RG_ABI_VERSION.
 */
#ifndef ROOTGATE_ABI_H
#define ROOTGATE_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define RG_ABI_VERSION 8

/* PID namespaces nest to level 32, the base being level 0 (MAX_PID_NS_LEVEL, linux/pid_namespace.h). */
#define RG_PIDS_MAX 33
/* Inline extents of an id map (UID_GID_MAP_MAX_BASE_EXTENTS, linux/user_namespace.h). */
#define RG_EXTENTS_MAX 5
/* Bytes of a path in an event, with its NUL; longer paths are cut. */
#define RG_PATH_MAX 256
/* TASK_COMM_LEN, linux/sched.h. */
#define RG_COMM_MAX 16
/* Rules of a policy; index 0 means "no rule". */
#define RG_RULES_MAX 10000

/* What a policy makes of a violation; RG_MODE_NONE before the first policy is written. */
enum rg_mode {
	RG_MODE_NONE = 0,
	RG_MODE_AUDIT = 1,
	RG_MODE_ENFORCE = 2,
	RG_MODE_KILL = 3,
	RG_MODE_COUNT
};

/* What was done about one attempt, and what a rule asks for. */
enum rg_action {
	RG_ACTION_ALLOW = 0, /* a rule allows it */
	RG_ACTION_AUDIT = 1, /* let through and reported */
	RG_ACTION_DENY = 2,  /* EPERM */
	RG_ACTION_KILL = 3,  /* EPERM and SIGKILL */
	RG_ACTION_COUNT
};

enum rg_type {
	RG_TYPE_EXEC = 0,
	RG_TYPE_SETUID = 1,
	RG_TYPE_TRIPWIRE = 2,
	RG_TYPE_LATENT = 3,
	RG_TYPE_PREEXISTING = 4,
	RG_TYPE_CONTAINER_START = 5,
	RG_TYPE_CONTAINER_EXIT = 6,
	RG_TYPE_POLICY = 7, /* from here on: made by the agent, without a process */
	RG_TYPE_STATE = 8,
	RG_TYPE_LOST = 9,
	RG_TYPE_COUNT
};

/* Why an attempt is a violation. */
enum rg_reason {
	RG_REASON_NONE = 0,
	RG_REASON_NO_USER_NAMESPACE = 1, /* the credential's user namespace is the initial one */
	RG_REASON_USERNS_MAPS_HOST_ROOT = 2, /* it has its own, and the kuid is 0 all the same */
	/* No violation, but near one: the policy has an answer of its own to each. */
	RG_REASON_ROOT_CAPABILITIES = 3, /* no id is host root's, but capabilities lead there */
	RG_REASON_ROOT_GROUP = 4,	 /* gains group 0; the event's ids are gids */
	RG_REASON_COUNT
};

/* Where in a container's life: before or after PID 1's first exec (the hand-over). */
enum rg_phase { RG_PHASE_RUNNING = 0, RG_PHASE_SETUP = 1, RG_PHASE_COUNT };

/* What shows that a task is contained. */
enum rg_evidence {
	RG_EVIDENCE_NONE = 0, /* a task of the host */
	RG_EVIDENCE_PID_NAMESPACE = 1,
	RG_EVIDENCE_CGROUP = 2,
	RG_EVIDENCE_COUNT
};

/* Whose cgroup names the container's cgroup is; by name only, so it decorates and narrows. */
enum rg_runtime {
	RG_RUNTIME_UNKNOWN = 0,
	RG_RUNTIME_DOCKER = 1,
	RG_RUNTIME_PODMAN = 2,
	RG_RUNTIME_CONTAINERD = 3,
	RG_RUNTIME_CRIO = 4,
	RG_RUNTIME_LXC = 5,
	RG_RUNTIME_NSPAWN = 6,
	RG_RUNTIME_COUNT
};

/* A policy's view of the credential's user namespace. */
enum rg_userns {
	RG_USERNS_NONE = 0,	/* the initial one */
	RG_USERNS_IDENTITY = 1, /* its own, but the kuid is 0 */
	RG_USERNS_REMAPPED = 2, /* its own, the kuid is not 0: never a violation */
	RG_USERNS_COUNT
};

/* A policy's view of the PID namespace. */
enum rg_pidns { RG_PIDNS_PRIVATE = 0, RG_PIDNS_HOST = 1, RG_PIDNS_COUNT };

/* What becomes of a violation whose rule needs the identity of a container that nobody knows yet. */
enum rg_unidentified {
	RG_UNIDENTIFIED_HOLD = 0,
	RG_UNIDENTIFIED_DENY = 1,
	RG_UNIDENTIFIED_ALLOW = 2,
	RG_UNIDENTIFIED_COUNT
};

/* An agent that was not heard of for so long (ns) is taken for dead: nothing is held for it. */
#define RG_HEARTBEAT_MAX 20000000000ULL

/* How the hooks are attached, strongest guarantee first. */
enum rg_attach {
	RG_ATTACH_NONE = 0,
	RG_ATTACH_LSM = 1,
	RG_ATTACH_FMOD_RET = 2,
	RG_ATTACH_AUDIT_ONLY =
		3, /* to a tracepoint behind exec, where neither runs: nothing is refused */
	RG_ATTACH_COUNT
};

/*
 * Per-CPU counters, one __u64 each. A verdict is counted whether or not its
 * event finds room. Index of a verdict: rg_count_verdict(type, action).
 */
enum rg_count {
	RG_COUNT_EXEC_ALLOW = 0, /* violations that a rule allows */
	RG_COUNT_EXEC_AUDIT = 1,
	RG_COUNT_EXEC_DENY = 2,
	RG_COUNT_EXEC_KILL = 3,
	RG_COUNT_SETUID_ALLOW = 4,
	RG_COUNT_SETUID_AUDIT = 5,
	RG_COUNT_SETUID_DENY = 6,
	RG_COUNT_SETUID_KILL = 7,
	RG_COUNT_SETUP = 8,	     /* violations before hand-over, not judged */
	RG_COUNT_EVENTS = 9,	     /* events that found room */
	RG_COUNT_LOST_REFUSALS = 10, /* refusals' events that found no room in their ring */
	RG_COUNT_LOST_REPORTS = 11,  /* other events that found no room in theirs */
	RG_COUNT_PIDS_FULL = 12,     /* PID records that found no room */
	RG_COUNT_NO_SCRATCH = 13, /* verdicts reached without cgroup and exe rules: no work space */
	RG_COUNT_LATENT = 14,	  /* containers whose map covers kuid 0, at hand-over */
	RG_COUNT_PREEXISTING = 15,   /* contained processes with host root when the agent came */
	RG_COUNT_GUARD = 16,	     /* attempts on rootgate's own objects that were refused */
	RG_COUNT_PIDS_REPAIRED = 17, /* PID records set right later: missing or left over */
	RG_COUNT_NEAR_ALLOW = 18,    /* capabilities and group 0, by what was done about them */
	RG_COUNT_NEAR_AUDIT = 19,
	RG_COUNT_NEAR_DENY = 20,
	RG_COUNT_NEAR_KILL = 21,
	RG_COUNT_HELD = 22, /* first execs held until the agent knew their container, or gave up */
	RG_COUNT_UNIDENTIFIED = 23, /* verdicts by "unidentified": nobody knew the container */
	RG_COUNT_LOST_BIRTHS = 24,  /* of containers, that found no room in their ring */
	RG_COUNT_TRIPWIRE = 25,	    /* gains of host root that passed no hook */
	RG_COUNT_SKIPPED = 26,	    /* calls that no copy of a fmod_ret program judged, at most */
	RG_COUNT_COUNT
};

#define rg_count_verdict(type, action) ((__u32)(type)*RG_ACTION_COUNT + (__u32)(action))

/*
 * The policy word: all that a hook must know at once, in one aligned read.
 * Bits 0-7 mode (enum rg_mode), 8 armed, 9 some rule needs the cgroup's path,
 * 10 some rule needs the executable's path, 11 there are rules, 12 something is
 * refused, 13 some rule needs the container's identity,
 * 32-63 generation (1, 2, ...; its lowest bit names the slot of the policy maps).
 */
#define RG_WORD_ARMED	 (1ULL << 8)
#define RG_WORD_CGROUP	 (1ULL << 9)
#define RG_WORD_EXE	 (1ULL << 10)
#define RG_WORD_RULES	 (1ULL << 11)
#define RG_WORD_REFUSES	 (1ULL << 12)
#define RG_WORD_IDENTITY (1ULL << 13)
#define rg_word(mode, flags, generation)                                                           \
	((__u64)(mode) | (__u64)(flags) | (__u64)(generation) << 32)
#define rg_word_mode(word)	 ((__u32)((word)&0xff))
#define rg_word_generation(word) ((__u32)((word) >> 32))
#define rg_word_slot(word)	 ((__u32)((word) >> 32 & 1))

/*
 * The policy's answers to who is near host root, each an enum rg_action;
 * RG_ACTION_ALLOW: it is nobody's business.
 */
struct rg_near {
	__u64 capabilities; /* that lead to root, bit n for capability n; 0 where they are ignored */
	__u32 to_capabilities;
	__u32 to_group;
};
_Static_assert(sizeof(struct rg_near) == 16, "rg_near");
_Static_assert((int)RG_ACTION_AUDIT == (int)RG_MODE_AUDIT &&
		       (int)RG_ACTION_DENY == (int)RG_MODE_ENFORCE &&
		       (int)RG_ACTION_KILL == (int)RG_MODE_KILL,
	       "an answer is a mode of its own");

/* rg_control.floor where it is not known: no address, and not that of a task without one. */
#define RG_FLOOR_NONE 1

/*
 * What the agent and the programs tell each other while they run; mapped into
 * the agent's memory, and pinned as "control".
 */
struct rg_control {
	/* The head is the same in every version of this file: an agent takes over from any other. */
	__u64 word; /* see above; written last, after everything is attached and proved */
	__u32 abi;  /* RG_ABI_VERSION of these programs */
	__u32 pass; /* host PID of another agent's canary, which these programs let through; 0 none */
	__u32 agent;  /* host PID of the agent; the programs write 0 at its exit */
	__u32 attach; /* enum rg_attach */
	/* From here on as this version has it. */
	__u32 canary;		/* host PID of the agent's own child that must be refused; 0 none */
	__u32 canary_seen;	/* refusals of the canary so far: bit 0 exec, bit 1 setuid */
	__u32 unproved;		/* 1: the last canary was not refused, so the programs do not run */
	__u32 guard;		/* 1: rootgate's own objects are guarded */
	__u64 setup_timeout[2]; /* ns after PID 1's start at which set-up ends; by slot */
	__u64 heartbeat;	/* CLOCK_BOOTTIME ns, by the agent, once in ten seconds */
	__u64 disabled_until;	/* CLOCK_BOOTTIME ns: before it nothing is refused, only reported */
	__u64 floor; /* written by the kernel side: the nsproxy that most tasks of the host share */
	__u32 pass_number; /* of the iterator's passes over all tasks, written before each by the agent */
	__u32 tripped; /* rules, and the mode, that the circuit breaker has put into audit */
	/* RG_COUNT_LOST_REFUSALS and RG_COUNT_LOST_REPORTS, as readers know them */
	__u64 lost_told[2];
	struct rg_near near[2];	     /* by slot */
	__u32 unidentified[2];	     /* enum rg_unidentified; by slot */
	__u64 held[RG_ACTION_COUNT]; /* verdicts on execs that were held, which the agent counts */
	__u64 held_events;	     /* and their events */
	__u32 seeding; /* the iterator writes records, maybe of a process that has one just now */
	__u32 pad;
	__u64 root; /* written by the kernel side: the dentry of the host's root; 0 not known */
};
_Static_assert(sizeof(struct rg_control) == 200, "rg_control");

/* Fixed before the programs are loaded. */
struct rg_config {
	__u32 abi;	  /* RG_ABI_VERSION */
	__u32 base_level; /* level of the base PID namespace: 0 on a host */
	__u32 base_pidns; /* inode of the base PID namespace */
	__u32 base_mntns; /* inode of the base mount namespace */
	__u32 last_copy;  /* number of the last copy of each tracking program that is attached */
	__u32 slot_mask;  /* the map "processes" has one slot more, a power of two */
};
_Static_assert(sizeof(struct rg_config) == 24, "rg_config");

/* Key of the map "guarded": rootgate's own maps, programs and links, by their ids in this kernel. */
enum rg_object_type { RG_OBJECT_MAP = 0, RG_OBJECT_PROG = 1, RG_OBJECT_LINK = 2 };
struct rg_object {
	__u32 type; /* enum rg_object_type */
	__u32 id;
};
_Static_assert(sizeof(struct rg_object) == 8, "rg_object");

/* The four uids of a credential, as the initial user namespace sees them (struct cred, linux/cred.h). */
struct rg_ids {
	__u32 uid;
	__u32 euid;
	__u32 suid;
	__u32 fsuid;
};
_Static_assert(sizeof(struct rg_ids) == 16, "rg_ids");

/* One level of a process's PID chain. */
struct rg_pid {
	__u32 nr; /* the process's number there */
	__u32 ns; /* inode of the PID namespace */
};
_Static_assert(sizeof(struct rg_pid) == 8, "rg_pid");

/* One line of a uid map; lower is a kuid, whatever the level (struct uid_gid_extent). */
struct rg_extent {
	__u32 first;
	__u32 lower;
	__u32 count;
};
_Static_assert(sizeof(struct rg_extent) == 12, "rg_extent");

/*
 * A container as the kernel side knows it, which nobody in it can choose: the
 * outermost cgroup whose name tells of an engine, or else the outermost PID
 * namespace below the base. An inode is used again, but not with that start.
 */
struct rg_identity_key {
	__u64 id;    /* of the cgroup in its file system; or the inode of the PID namespace */
	__u64 start; /* 0: a cgroup; else when that PID 1 started, CLOCK_BOOTTIME, ns */
};
_Static_assert(sizeof(struct rg_identity_key) == 16, "rg_identity_key");

/* In held of an event from the kernel side: the process is stopped, and the verdict is the agent's. */
#define RG_HELD_NOW (~0U)

/*
 * A record of the rings. Bytes behind a string's NUL, and entries behind a count, are undefined.
 */
struct rg_event {
	__u64 time;	  /* CLOCK_BOOTTIME, ns */
	__u64 sequence;	  /* unique since boot: the time with the CPU's number over its top bits */
	__u64 start_time; /* of the process (thread group), CLOCK_BOOTTIME, ns */
	__u64 cgroup_id;  /* of the task's cgroup in the unified hierarchy */
	__u32 type;	  /* enum rg_type */
	__u32 action;	  /* enum rg_action */
	__u32 reason;	  /* enum rg_reason */
	__u32 phase;	  /* enum rg_phase */
	__u32 evidence;	  /* enum rg_evidence */
	__u32 mode;	  /* enum rg_mode */
	__u32 generation; /* of the policy that judged */
	__u32 rule;	  /* number of the rule that decided, from 1; 0 none */
	__u32 pid;	  /* thread group id, in the initial PID namespace */
	__u32 tid;	  /* thread id there */
	__u32 ppid;	  /* thread group id of the parent there */
	__u32 userns;	  /* inode of the (new) credential's user namespace */
	__u32 userns_level;
	__u32 extents; /* lines of its uid map: up to 340, the first RG_EXTENTS_MAX in map[]; 0 where more */
	struct rg_extent map[RG_EXTENTS_MAX];
	__u32 suppressed; /* equal events left out since the last one */
	__u32 attach;	  /* enum rg_attach: of the programs that saw it */
	__u32 held; /* us that the process was stopped until there was a verdict; 0: it was not */
	struct rg_ids old;
	struct rg_ids new;
	__u32 levels;			 /* entries of pids[], 1 to RG_PIDS_MAX */
	__u32 runtime;			 /* enum rg_runtime */
	struct rg_pid pids[RG_PIDS_MAX]; /* from the initial PID namespace inwards */
	char comm[RG_COMM_MAX];
	char cgroup[RG_PATH_MAX]; /* path in the unified hierarchy */
	char exe[RG_PATH_MAX]; /* path in its mount namespace of the file that is executed, or runs */
};
_Static_assert(sizeof(struct rg_event) == 992, "rg_event");

/* A record of the ring "births": a container begins, and its engine's files are worth a look. */
struct rg_birth {
	struct rg_identity_key container;
	__u32 pid; /* host PID of PID 1, where it is a PID namespace; else 0 */
	__u32 pad;
	char cgroup[RG_PATH_MAX]; /* path of the cgroup, where it is one */
};
_Static_assert(sizeof(struct rg_birth) == 280, "rg_birth");

/* Map "held": key __u32 host PID (thread group id) of a process that waits for the agent. */
struct rg_held {
	__u64 start_time; /* of the process */
	__u64 since;	  /* CLOCK_BOOTTIME, ns */
	struct rg_identity_key container;
};
_Static_assert(sizeof(struct rg_held) == 32, "rg_held");

/*
 * Map "identities": key struct rg_identity_key -> by slot, the scope that stands
 * for all rules whose selectors of identity hold for that container, from 1; 0: not known.
 */
struct rg_identity {
	__u32 scope[2];
};
_Static_assert(sizeof(struct rg_identity) == 8, "rg_identity");

/*
 * Map "processes": an array of slots, which readers map into their memory; how many, is a power of
 * two. A process's record is in the slot with the number host PID % slots, or, where that one is
 * marked "far", in one of the RG_PROBES - 1 behind it (behind the last one comes the first), before
 * one that was never used. What has exited stays until its slot is used again, for a second at least
 * where there is another one.
 * (pid, start_time) is in one slot that is in use, at most.
 *
 * A reader takes start_time, the rest, and start_time again: 0 or another one means that the slot is
 * being filled. PIDs and start time don't change while it is in use; half of another change may be seen.
 */
#define RG_PROBES 32
/* PIDs in a slot, from the first level below the initial PID namespace on; of more levels the map "deep_pids" has all. */
#define RG_SLOT_PIDS 5
/* Inode of the initial PID namespace (PROC_PID_INIT_INO, linux/proc_ns.h), at level 0, where the PID is the host's. */
#define RG_PIDNS_INIT 0xEFFFFFFCU
#define RG_SLOT_VOID  0xFFFFFFFFU /* pid of a record that was taken back: it was of no process */

struct rg_slot {
	__u64 start_time; /* CLOCK_BOOTTIME, ns; see above */
	__u64 exit_time;  /* the same; without a meaning while the slot is in use */
	__u64 cgroup_id;  /* in the unified hierarchy */
	__u32 tries;	  /* that are under way to use it: one alone may */
	__u32 used; /* 1: by a process that lives, or begins to; 0: by one that has exited, or by none */
	__u32 pid;    /* host PID (thread group id); 0: it was never used */
	__u32 ppid;   /* host PID of the parent when the record was written */
	__u32 userns; /* inode */
	__u32 pass; /* number of the iterator's pass that came to it, or during which it was written */
	struct rg_ids ids;
	__u32 container_uid; /* the euid inside its user namespace; 65534 (overflow) where unmapped */
	__u8 levels;	     /* of PID namespaces, 1 to RG_PIDS_MAX */
	__u8 userns_level;
	__u8 evidence; /* enum rg_evidence */
	__u8 far; /* 1: a record whose search begins here was in another slot, or is; of the slot, and never 0 again */
	char comm[RG_COMM_MAX];
	struct rg_pid pids[RG_SLOT_PIDS]; /* from level 1 on */
};
_Static_assert(sizeof(struct rg_slot) == 128, "rg_slot");

/* Map "deep_pids": key __u32 number of a slot, whose process has more levels than fit there. */
struct rg_levels {
	struct rg_pid pids[RG_PIDS_MAX]; /* from the initial PID namespace inwards */
};
_Static_assert(sizeof(struct rg_levels) == 264, "rg_levels");

/*
 * The policy in the kernel. Every key starts with the slot (generation & 1),
 * so that the policy in force is never written.
 *
 * Maps "cgroup_scopes" and "exe_scopes": the longest prefix of a path that a
 * policy names -> a scope, a small number that stands for all prefixes that
 * hold there; scope 0: none holds. An exact path ends in its NUL.
 */
struct rg_path_key {
	__u32 prefixlen; /* bits of slot and path */
	__u8 slot;
	char path[RG_PATH_MAX - 1];
};
_Static_assert(sizeof(struct rg_path_key) == 260, "rg_path_key");

/* Map "scopes": the rule for each class of attempt there; first match is worked out beforehand. */
struct rg_scope_key {
	__u32 slot;
	__u32 cgroup;	/* scope */
	__u32 exe;	/* scope */
	__u32 identity; /* scope; 0: nobody knows the container */
};
_Static_assert(sizeof(struct rg_scope_key) == 16, "rg_scope_key");

/*
 * Classes of attempt: exec or setuid in bit 5, runtime in bits 2 to 4, pidns in
 * bit 1, user namespace (none or identity) in bit 0. Some numbers stand for nothing.
 */
#define RG_CLASSES 64
#define rg_class(type, runtime, pidns, userns)                                                     \
	((__u32)(type) << 5 | (__u32)(runtime) << 2 | (__u32)(pidns) << 1 | (__u32)(userns))
_Static_assert(RG_RUNTIME_COUNT <= 8, "a runtime has three bits");

struct rg_scope {
	__u16 rule[RG_CLASSES]; /* number from 1; 0: the mode decides */
};
_Static_assert(sizeof(struct rg_scope) == 128, "rg_scope");
/* Added to a number: before that rule there are some that need the container's identity. */
#define RG_RULE_UNIDENTIFIED 0x8000
_Static_assert(RG_RULES_MAX < RG_RULE_UNIDENTIFIED, "a number and the mark fit");

/* Map "rules": its key, from the slot and the rule's number, 1 to RG_RULES_MAX. */
static inline __u32 rg_rule_key(__u32 slot, __u32 number)
{
	return slot * (RG_RULES_MAX + 1) + number;
}

struct rg_rule {
	__u32 action;  /* enum rg_action */
	__u32 report;  /* 1: an event even where the action is allow */
	__u64 expires; /* CLOCK_BOOTTIME ns at which it no longer holds, agent or not; 0: never */
	__u64 hits;    /* verdicts that it has decided since its policy came in force */
};
_Static_assert(sizeof(struct rg_rule) == 24, "rg_rule");

#endif
