// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From facts to the way that the agent would take. Which is tried first is host.c's to say. */
#include <errno.h>
#include <string.h>

#include "probe.h"

static void set(struct probe_verdict *out, enum rg_attach way, const char *guarantee)
{
	out->way = way;
	out->guarantee = guarantee;
}

static void explain_load(const struct probe_facts *facts, int err, struct probe_verdict *out)
{
	snprintf(out->reason, sizeof(out->reason), "the kernel refuses to load such a program: %s",
		 strerror(-err));
	if (err != -EPERM && err != -EACCES)
		snprintf(out->remedy, sizeof(out->remedy),
			 "a kernel with CONFIG_BPF_LSM=y and CONFIG_FUNCTION_TRACER=y");
	else if (strcmp(facts->lockdown, "confidentiality") == 0)
		snprintf(out->remedy, sizeof(out->remedy), "boot without lockdown=confidentiality");
	else
		snprintf(out->remedy, sizeof(out->remedy),
			 "root with all capabilities, on the host itself and not in a container or "
			 "sandbox");
}

static bool impossible(const struct probe_facts *facts, struct probe_verdict *out)
{
	if (facts->host_err) {
		snprintf(out->reason, sizeof(out->reason), "%s", facts->host_why.text);
		snprintf(out->remedy, sizeof(out->remedy), "start it on the host itself, as root");
	} else if (!facts->host.btf) {
		snprintf(out->reason, sizeof(out->reason),
			 "the kernel has no BTF (/sys/kernel/btf/vmlinux)");
		snprintf(out->remedy, sizeof(out->remedy), "a kernel with CONFIG_DEBUG_INFO_BTF=y");
	} else if (facts->ftrace_enabled == 0) {
		snprintf(out->reason, sizeof(out->reason),
			 "kernel.ftrace_enabled is 0: programs attach to nothing, or do not run");
		snprintf(out->remedy, sizeof(out->remedy), "sysctl kernel.ftrace_enabled=1");
	} else {
		return false;
	}
	return true;
}

void probe_judge(const struct probe_facts *facts, struct probe_verdict *out)
{
	enum rg_attach way = host_way(&facts->host);

	*out = (struct probe_verdict){};
	set(out, RG_ATTACH_NONE, "audit only");
	if (impossible(facts, out))
		return;
	if (facts->loads[way]) {
		explain_load(facts, facts->loads[way], out);
		return;
	}
	if (way == RG_ATTACH_LSM) {
		set(out, way, "blocked");
		return;
	}
	set(out, way, "blocked, best effort");
	snprintf(out->reason, sizeof(out->reason), "'bpf' is not an active security module");
	snprintf(out->remedy, sizeof(out->remedy), "boot with the kernel parameter lsm=%s",
		 facts->host.lsm_wanted);
}

const char *probe_cgroups_name(enum probe_cgroups cgroups)
{
	static const char *const words[] = {
		[PROBE_CGROUPS_NONE] = "none",
		[PROBE_CGROUPS_V1] = "v1",
		[PROBE_CGROUPS_HYBRID] = "hybrid",
		[PROBE_CGROUPS_V2] = "v2",
	};

	return words[cgroups];
}
