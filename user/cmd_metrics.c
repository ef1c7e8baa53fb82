// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate metrics: what status says, for Prometheus; a collector can write it into a file. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "metrics.h"
#include "pins.h"
#include "state_read.h"
#include "verb.h"

int cmd_metrics(const struct verb *verb, int argc, char **argv)
{
	struct state_reading reading;
	struct metrics metrics;
	int code, err;

	if (!verb_parse_plain(verb, argc, argv, NULL, &code))
		return code;
	/* where bpffs is not mounted, anybody would see that nothing is pinned */
	err = geteuid() == 0 ? state_read(&reading) : -EPERM;
	if (err == -EACCES || err == -EPERM)
		return log_exit(EXIT_NOT_PERMITTED, "metrics needs root: use sudo");
	if (err)
		return log_exit(EXIT_FAILED, "cannot read the maps in " PINS_DIR ": %s",
				strerror(-err));
	metrics.facts = reading.facts;
	metrics.state = reading.state;
	memcpy(metrics.counters, reading.counters, sizeof(metrics.counters));
	metrics_print(stdout, &metrics);
	/* that no agent runs is what the numbers say, and no failure of a collector */
	return EXIT_DONE;
}
