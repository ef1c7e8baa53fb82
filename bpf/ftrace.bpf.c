// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody switches off what runs our programs.
 *
 * kernel.ftrace_enabled=0 silences all tracing and LSM programs while their
 * links still look attached. This program sits on the root of the unified
 * cgroup hierarchy, where it sees each write to a sysctl, of the host as of
 * containers: all processes are below that root, wherever they mount /proc. A
 * cgroup/sysctl program needs no ftrace itself.
 *
 * What passes is a number that is plainly not 0; the kernel reads 0x0, 00 and
 * -0 as well, so whatever isn't understood here is refused.
 *
 * Not covered: hosts without the unified hierarchy, and the kernel's command
 * line (the canary notices).
 */
#include "maps.bpf.h"

#include <bpf/bpf_helpers.h>

static const char guarded_name[] = "kernel/ftrace_enabled";

static __always_inline bool is_guarded_name(struct bpf_sysctl *ctx)
{
	char name[sizeof(guarded_name) + 2] = {};
	__u32 i;

	if (bpf_sysctl_get_name(ctx, name, sizeof(name), 0) < 0)
		return false; /* longer than ours */
	for (i = 0; i < sizeof(guarded_name); i++)
		if (name[i] != guarded_name[i])
			return false;
	return true;
}

SEC("cgroup/sysctl")
int rg_ftrace_sysctl(struct bpf_sysctl *ctx)
{
	char value[16] = {};

	if (!ctx->write || !is_guarded_name(ctx))
		return 1;
	/* an error leaves the beginning, or nothing */
	bpf_sysctl_get_new_value(ctx, value, sizeof(value));
	if (value[0] >= '1' && value[0] <= '9')
		return 1;
	count(RG_COUNT_GUARD);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
