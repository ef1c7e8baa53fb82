/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The agent: what starts the guard, and the loop that serves it. */
#ifndef ROOTGATE_AGENT_H
#define ROOTGATE_AGENT_H

#include <signal.h>
#include <stdbool.h>

#include "rootgate/abi.h"

#define AGENT_POLICY "/etc/rootgate"

struct agent_options {
	const char *
		policy; /* a path that the operator named; NULL: AGENT_POLICY, which may be missing */
	enum rg_mode mode;    /* over the policy's; RG_MODE_NONE: the policy's own */
	__u32 max_processes;  /* that the maps have room for; 0: as many as usual */
	bool allow_degraded;  /* start where nothing can be refused, whatever the policy asks for */
	bool detach_on_exit;  /* take the programs away at the end; otherwise they refuse on */
	bool no_guard;	      /* rootgate's own objects are not guarded */
	bool no_ftrace_guard; /* kernel.ftrace_enabled may be set to 0 */
};

/* The signal that ends the agent together with its programs. */
#define AGENT_DETACH SIGUSR2

/* Runs until SIGTERM or SIGINT, or AGENT_DETACH. An exit code of verb.h; logs what went wrong. */
int agent_run(const struct agent_options *options);

#endif
