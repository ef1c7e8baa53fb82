// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate metrics: what status says, for Prometheus; a collector can write it into a file. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "metrics.h"
#include "pins.h"
#include "state_read.h"
#include "verb.h"

int cmd_metrics(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, {} };
	struct state_reading reading;
	struct metrics metrics;
	int c, err;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		return c == 'h' ? verb_help(verb) : verb_usage_error(verb);
	if (optind < argc) {
		log_error("metrics takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
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
