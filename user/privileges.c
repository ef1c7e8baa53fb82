// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The agent reads what others write: policies, requests, the kernel's events.
 * So once it is armed it keeps only what its loop needs, and nothing that it
 * executes can have more. What is here must be in the unit's bounding set, too.
 */
#include "privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/capability.h of older systems ends before these (Linux 5.8). */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

static const unsigned int kept[] = {
	CAP_BPF,	/* maps, and the iterator that records processes anew */
	CAP_PERFMON,	/* the same */
	CAP_SYS_ADMIN,	/* the canary's PID namespace; bpffs where it was unmounted */
	CAP_SYS_CHROOT, /* that is done in PID 1's mount namespace */
	CAP_SETUID,	/* the canary attempts a forbidden setuid */
	CAP_SYS_PTRACE, /* whose namespaces a peer is in */
};

static bool is_kept(unsigned int cap)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		if (kept[i] == cap)
			return true;
	return false;
}

/*
 * The bounding set first, which takes CAP_SETPCAP. Where a service manager has left that out,
 * the bounding set is its matter, and no_new_privs does the same.
 */
static int drop_bounding(void)
{
	unsigned int cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!is_kept(cap) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno == EPERM ? 0 : -errno;
	return 0;
}

int privileges_drop(struct why *why)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
	int err;
	size_t i;

	if (syscall(SYS_capget, &header, data)) {
		err = -errno;
		why_set(why, "cannot read the agent's capabilities: %s", strerror(-err));
		return err;
	}
	err = drop_bounding();
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		__u32 mask = 0;
		size_t j;

		for (j = 0; j < ARRAY_SIZE(kept); j++)
			if (kept[j] / 32 == i)
				mask |= 1U << kept[j] % 32;
		data[i].permitted &= mask;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (!err && (syscall(SYS_capset, &header, data) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		err = -errno;
	if (err)
		why_set(why, "cannot give up the capabilities that the agent does not need: %s",
			strerror(-err));
	return err;
}
