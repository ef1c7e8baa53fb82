// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words for the numbers of abi.h. A number without a word does not compile. */
#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rootgate/abi.h>

#include "util.h"

/* One table, its words in the order of the numbers, and the assertion that none is missing. */
#define NAMES(name, total, ...)                                                                    \
	static const char *const words_##name[] = { __VA_ARGS__ };                                 \
	_Static_assert(ARRAY_SIZE(words_##name) == (total), "words of " #name);                    \
	const struct names names_##name = { words_##name, ARRAY_SIZE(words_##name) }

NAMES(mode, RG_MODE_COUNT, [RG_MODE_NONE] = "none", [RG_MODE_AUDIT] = "audit",
      [RG_MODE_ENFORCE] = "enforce", [RG_MODE_KILL] = "kill");

NAMES(action, RG_ACTION_COUNT, [RG_ACTION_ALLOW] = "allow", [RG_ACTION_AUDIT] = "audit",
      [RG_ACTION_DENY] = "deny", [RG_ACTION_KILL] = "kill");

NAMES(type, RG_TYPE_COUNT, [RG_TYPE_EXEC] = "exec", [RG_TYPE_SETUID] = "setuid",
      [RG_TYPE_TRIPWIRE] = "tripwire", [RG_TYPE_LATENT] = "latent",
      [RG_TYPE_PREEXISTING] = "preexisting", [RG_TYPE_CONTAINER_START] = "container_start",
      [RG_TYPE_CONTAINER_EXIT] = "container_exit", [RG_TYPE_POLICY] = "policy",
      [RG_TYPE_STATE] = "state", [RG_TYPE_LOST] = "lost");

NAMES(reason, RG_REASON_COUNT, [RG_REASON_NONE] = "none",
      [RG_REASON_NO_USER_NAMESPACE] = "no_user_namespace",
      [RG_REASON_USERNS_MAPS_HOST_ROOT] = "userns_maps_host_root",
      [RG_REASON_ROOT_CAPABILITIES] = "root_capabilities", [RG_REASON_ROOT_GROUP] = "root_group");

NAMES(phase, RG_PHASE_COUNT, [RG_PHASE_RUNNING] = "running", [RG_PHASE_SETUP] = "setup");

NAMES(evidence, RG_EVIDENCE_COUNT, [RG_EVIDENCE_NONE] = "none",
      [RG_EVIDENCE_PID_NAMESPACE] = "pid_namespace", [RG_EVIDENCE_CGROUP] = "cgroup");

NAMES(runtime, RG_RUNTIME_COUNT, [RG_RUNTIME_UNKNOWN] = "unknown", [RG_RUNTIME_DOCKER] = "docker",
      [RG_RUNTIME_PODMAN] = "podman", [RG_RUNTIME_CONTAINERD] = "containerd",
      [RG_RUNTIME_CRIO] = "crio", [RG_RUNTIME_LXC] = "lxc", [RG_RUNTIME_NSPAWN] = "nspawn");

NAMES(userns, RG_USERNS_COUNT, [RG_USERNS_NONE] = "none", [RG_USERNS_IDENTITY] = "identity",
      [RG_USERNS_REMAPPED] = "remapped");

NAMES(pidns, RG_PIDNS_COUNT, [RG_PIDNS_PRIVATE] = "private", [RG_PIDNS_HOST] = "host");

NAMES(attach, RG_ATTACH_COUNT, [RG_ATTACH_NONE] = "none", [RG_ATTACH_LSM] = "lsm",
      [RG_ATTACH_FMOD_RET] = "fmod_ret", [RG_ATTACH_AUDIT_ONLY] = "audit_only");

NAMES(guarantee, RG_ATTACH_COUNT, [RG_ATTACH_NONE] = "none", [RG_ATTACH_LSM] = "blocked",
      [RG_ATTACH_FMOD_RET] = "blocked, best effort", [RG_ATTACH_AUDIT_ONLY] = "audit only");

const char *names_get(const struct names *names, uint32_t number)
{
	if (number >= names->count || !names->words[number])
		return "unknown";
	return names->words[number];
}

int names_find(const struct names *names, const char *word, uint32_t *out)
{
	uint32_t i;

	for (i = 0; i < names->count; i++) {
		if (names->words[i] && strcmp(word, names->words[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return -ENOENT;
}

void names_list(const struct names *names, char *buf, size_t size)
{
	size_t i, at = 0;

	buf[0] = '\0';
	for (i = 0; i < names->count && at < size; i++) {
		int n = snprintf(buf + at, size - at, "%s%s", i ? ", " : "",
				 names_get(names, (uint32_t)i));

		if (n < 0)
			return;
		at += (size_t)n;
	}
}
