/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The policy as a model: what its files say, checked and without their syntax,
 * and what it means (policy_match). Text is read in policy_parse.c, files in
 * policy_load.c, and what the kernel gets is worked out in policy_image.c.
 */
#ifndef ROOTGATE_POLICY_H
#define ROOTGATE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "policy_identity.h"
#include "rootgate/abi.h"

#define POLICY_VERSION	     1
#define POLICY_SETUP_TIMEOUT 10000000000ULL /* ns; where no file says otherwise */
#define POLICY_HOLD_TIMEOUT  2000000000ULL

/* What becomes of an attempt whose deciding rule needs an identity that nobody knows yet. */
enum policy_unidentified {
	POLICY_UNIDENTIFIED_HOLD,
	POLICY_UNIDENTIFIED_DENY,
	POLICY_UNIDENTIFIED_ALLOW,
	POLICY_UNIDENTIFIED_COUNT
};

/* The answer to what is not host root by its uid, but near it (capabilities, group 0). */
enum policy_extra {
	POLICY_EXTRA_IGNORE = RG_ACTION_ALLOW,
	POLICY_EXTRA_AUDIT = RG_ACTION_AUDIT,
	POLICY_EXTRA_DENY = RG_ACTION_DENY,
	POLICY_EXTRA_KILL = RG_ACTION_KILL,
	POLICY_EXTRA_COUNT
};

/*
 * Capabilities that lead to root, by linux/capability.h: who has one of them in the initial user
 * namespace can change any file or its owner, take other ids, run code in the kernel or in another
 * process, make devices or reboot into another kernel. CHOWN 0, DAC_OVERRIDE 1, DAC_READ_SEARCH 2,
 * FOWNER 3, SETGID 6, SETUID 7, SYS_MODULE 16, SYS_RAWIO 17, SYS_PTRACE 19, SYS_ADMIN 21,
 * SYS_BOOT 22, MKNOD 27, SETFCAP 31, BPF 39.
 */
#define POLICY_ROOT_CAPABILITIES                                                                   \
	(0xcfULL | 1ULL << 16 | 1ULL << 17 | 1ULL << 19 | 1ULL << 21 | 1ULL << 22 | 1ULL << 27 |   \
	 1ULL << 31 | 1ULL << 39)

struct policy_root_capabilities {
	enum policy_extra action;
	uint64_t set; /* bit n: capability n */
};

/* What the circuit breaker puts a scope of the policy into. */
enum policy_then { POLICY_THEN_AUDIT };

/* So many refusals by a rule, or by the mode, within so long put that into audit. */
struct policy_breaker {
	uint32_t refusals; /* 0: there is no breaker */
	enum policy_then then;
	uint64_t per; /* ns */
};
#define POLICY_BREAKER_MIN 2
#define POLICY_BREAKER_MAX 1000

/* Where something is written. The file's name belongs to the policy. */
struct policy_place {
	const char *file;
	unsigned int line;   /* from 1; 0: the file as a whole */
	unsigned int column; /* from 1, in characters */
};

/*
 * One path, or prefix of paths. It holds for a path whose first len bytes, the
 * terminating NUL counted as one of them, are those of text: the NUL of an
 * exact path is within len, and a prefix ends before its own.
 */
struct policy_pattern {
	char *text; /* without the '*' */
	size_t len;
};

struct policy_patterns {
	struct policy_pattern *items;
	size_t n; /* 0: any path */
};

struct policy_rule {
	char *name;
	char *reason;	/* NULL: none given */
	char *owner;	/* NULL: none given */
	time_t expires; /* first second at which it no longer matches; 0: never */
	enum rg_action action;
	bool report;
	struct policy_place place;

	/* The selectors: all must hold. */
	struct policy_patterns cgroup;
	struct policy_patterns exe;
	uint64_t runtime; /* bit 1 << enum rg_runtime; here and below 0 is any */
	uint64_t pidns;	  /* bit 1 << enum rg_pidns */
	uint64_t userns;  /* bit 1 << enum rg_userns */
	uint64_t event;	  /* bit 1 << RG_TYPE_EXEC, 1 << RG_TYPE_SETUID */
	struct policy_who who;
};

/* All the values that a selector can have in a violation. */
#define POLICY_ALL_RUNTIMES ((1ULL << RG_RUNTIME_COUNT) - 1)
#define POLICY_ALL_PIDNS    ((1ULL << RG_PIDNS_COUNT) - 1)
#define POLICY_ALL_USERNS   (1ULL << RG_USERNS_NONE | 1ULL << RG_USERNS_IDENTITY)
#define POLICY_ALL_EVENTS   (1ULL << RG_TYPE_EXEC | 1ULL << RG_TYPE_SETUID)

struct policy {
	enum rg_mode mode;
	enum policy_unidentified unidentified;
	enum policy_extra root_group;
	uint64_t setup_timeout; /* ns */
	uint64_t hold_timeout;	/* ns */
	struct policy_root_capabilities root_capabilities;
	struct policy_breaker breaker;
	struct policy_rule *rules; /* in the order in which they are tried; number 1 is rules[0] */
	size_t n_rules;
	char **files; /* that it was read from */
	size_t n_files;
};

/* A violation, as the rules see it. */
struct policy_attempt {
	const char *cgroup; /* path in the unified hierarchy; NULL: not known, no pattern holds */
	const char *exe;    /* likewise */
	enum rg_runtime runtime;
	enum rg_pidns pidns;
	enum rg_userns userns; /* RG_USERNS_NONE or RG_USERNS_IDENTITY: the third is no violation */
	enum rg_type type;     /* RG_TYPE_EXEC or RG_TYPE_SETUID */
	time_t now;	       /* 0: as if no rule had expired */
	const struct policy_identity *identity; /* NULL: nobody knows it yet */
};

/* An empty policy: mode audit, no rules, capabilities that lead to root in audit. NULL where memory is short. */
struct policy *policy_new(void);
void policy_free(struct policy *policy); /* NULL is fine */
void policy_free_p(struct policy **policy);

/* Frees what a rule owns, not the rule itself. */
void policy_rule_clear(struct policy_rule *rule);

bool policy_rule_expired(const struct policy_rule *rule, time_t now);

/* What a mode makes of a violation that no rule matches; bpf/decide.bpf.h has it as well. */
enum rg_action policy_mode_action(enum rg_mode mode);

/* Whether anything can be refused by it: by its mode, a rule that has not expired, or any answer. */
bool policy_refuses(const struct policy *policy, time_t now);
bool policy_rules_refuse(const struct policy *policy, time_t now); /* by a rule */

/* Has it selectors that need the container's identity? */
bool policy_rule_needs_identity(const struct policy_rule *rule);

/* Does the pattern hold for this path; does it hold wherever the other one does? */
bool policy_pattern_matches(const struct policy_pattern *pattern, const char *path);
bool policy_pattern_covers(const struct policy_pattern *pattern,
			   const struct policy_pattern *other);

/* Does the first rule match all that the second one does, for as long as that one does? */
bool policy_rule_covers(const struct policy_rule *rule, const struct policy_rule *other);

/*
 * The rule that decides: the first one that matches; NULL: none, the mode decides. Where the
 * identity is not known and a rule that needs it comes first, it is that one: whether it matches
 * cannot be said, and 'unidentified' is the answer. This is the meaning
 * of a policy, in its plainest form; the compiled image is held to it.
 */
const struct policy_rule *policy_match(const struct policy *policy,
				       const struct policy_attempt *attempt);

#endif
