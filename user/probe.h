/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this kernel can do for rootgate, and what it would take to do better. Two programs that do
 * nothing are loaded, and unloaded; nothing is attached.
 */
#ifndef ROOTGATE_PROBE_H
#define ROOTGATE_PROBE_H

#include "host.h"

enum probe_cgroups { PROBE_CGROUPS_NONE, PROBE_CGROUPS_V1, PROBE_CGROUPS_HYBRID, PROBE_CGROUPS_V2 };

struct probe_facts {
	struct host host;
	int host_err; /* host could not be read; host_why says why */
	struct why host_why;
	int loads[RG_ATTACH_COUNT]; /* by enum rg_attach: 0, or the negative errno of the load */
	int ftrace_enabled;	    /* sysctls: -1 where there is none */
	int unprivileged_bpf_disabled;
	char lockdown[32];   /* none, integrity, confidentiality; "" where there is none */
	char preemption[32]; /* "" not known */
	enum probe_cgroups cgroups;
	bool bpffs;
	bool securityfs; /* was mounted before we looked */
};

/* The way that run would take. */
struct probe_verdict {
	enum rg_attach way;    /* RG_ATTACH_NONE: nothing can be refused */
	const char *guarantee; /* "blocked", "blocked, best effort", "audit only" */
	char reason[1024];     /* why not the full one; "": it is */
	char remedy[512];      /* with it */
};

void probe_read(struct probe_facts *out);
void probe_judge(const struct probe_facts *facts, struct probe_verdict *out);

/* "none", "v1", "hybrid", "v2" */
const char *probe_cgroups_name(enum probe_cgroups cgroups);

#endif
