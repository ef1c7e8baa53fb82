/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * librootgate in use: which container process is the one with this PID on the host?
 *	librootgate_example PID
 */
#include <rootgate/rootgate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct rootgate *rootgate;
	struct rootgate_process process, again;
	const struct rootgate_pid *inner;
	int err = rootgate_open(&rootgate);

	if (argc != 2 || err) {
		fprintf(stderr, "%s PID: %s\n", argv[0], strerror(-err));
		return argc != 2 ? 2 : 1;
	}
	err = rootgate_by_host_pid(rootgate, (uint32_t)strtoul(argv[1], NULL, 10), &process,
				   sizeof(process));
	if (!err) {
		inner = &process.pids[process.levels - 1];
		err = rootgate_by_ns_pid(rootgate, inner->ns, inner->nr, &again, sizeof(again));
	}
	rootgate_close(rootgate);
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	printf("%u is %u in %u, and back %u: %s\n", process.pid, inner->nr, inner->ns, again.pid,
	       process.comm);
	return 0;
}
