// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the agent needs of the host, and gives up, around its start. What it starts with is agent.c's. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent_parts.h"
#include "lock.h"
#include "log.h"
#include "mounts.h"
#include "pins.h"
#include "privileges.h"
#include "syscalls.h"
#include "verb.h"

int agent_take_lock(struct agent *agent)
{
	struct why why;

	if (lock_take(&agent->lock, &why))
		return log_exit(EXIT_FAILED, "%s", why.text);
	/* one with another run folder holds another lock, but there is one place for pins */
	if (pins_owner())
		return log_exit(EXIT_FAILED, "another agent runs already: PID %d; stop it first",
				(int)pins_owner());
	return EXIT_DONE;
}

int agent_read_host(struct agent *agent)
{
	struct why why;
	int err;

	if (geteuid() != 0)
		return log_exit(EXIT_NOT_PERMITTED, "run needs root: use sudo");
	err = host_read(&agent->host, &why);
	if (err)
		return log_exit(err == -EACCES || err == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED,
				"%s", why.text);
	if (!agent->host.btf)
		return log_exit(
			EXIT_FAILED,
			"this kernel (%s) has no BTF (/sys/kernel/btf/vmlinux): it must be built "
			"with CONFIG_DEBUG_INFO_BTF=y",
			agent->host.release);
	if (origin_read(&agent->origin))
		return log_exit(EXIT_FAILED,
				"cannot read /proc/sys/kernel/random/boot_id: is /proc mounted?");
	return EXIT_DONE;
}

int agent_drop_privileges(void)
{
	struct why why;
	int err = privileges_drop(&why);

	err = err ?: syscalls_restrict(&why);
	if (err > 0)
		log_warning("%s; the agent goes on without", why.text);
	return err < 0 ? log_exit(EXIT_FAILED, "%s", why.text) : EXIT_DONE;
}

int agent_take_mounts(void)
{
	struct why why;

	return mounts_unshare(&why) ? log_exit(EXIT_FAILED, "%s", why.text) : EXIT_DONE;
}
