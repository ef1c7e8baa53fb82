/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What librootgate_example doesn't use of librootgate:
 *	librootgate_list	the PIDs on the host of all contained processes, one a line
 *	librootgate_list PID	the process that had this PID on the host and has exited
 */
#include <inttypes.h>
#include <rootgate/rootgate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int see(const struct rootgate_process *process, void *arg)
{
	(void)arg;
	return printf("%" PRIu32 "\n", process->pid) < 0;
}

static int show_exited(const struct rootgate *rootgate, uint32_t pid)
{
	struct rootgate_process process;
	const struct rootgate_pid *inner;
	int err = rootgate_exited(rootgate, pid, &process, sizeof(process));

	if (err)
		return err;
	inner = &process.pids[process.levels - 1];
	printf("%" PRIu32 " was %" PRIu32 " in %" PRIu32 ", and exited %s its start\n", process.pid,
	       inner->nr, inner->ns, process.exit_time > process.start_time ? "after" : "before");
	return 0;
}

int main(int argc, char **argv)
{
	struct rootgate *rootgate;
	int err = rootgate_open(&rootgate);

	if (!err) {
		err = argc > 1 ? show_exited(rootgate, (uint32_t)strtoul(argv[1], NULL, 10))
			       : rootgate_each(rootgate, see, NULL);
		rootgate_close(rootgate);
	}
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-err));
	return err ? 1 : 0;
}
