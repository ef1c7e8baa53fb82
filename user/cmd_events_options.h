/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of rootgate events; a part of that verb, and of no other. */
#ifndef ROOTGATE_CMD_EVENTS_OPTIONS_H
#define ROOTGATE_CMD_EVENTS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "verb.h"

#define EVENTS_GO_ON (-1) /* no exit code: there is something left to do */

struct events_options {
	struct filter filter;
	enum output output;
	bool follow;
	bool has_lines;
	uint32_t lines; /* of those so far */
};

/*
 * Fills options, which are all zero before. EVENTS_GO_ON, or an exit code
 * after a message or the help.
 */
int events_options_parse(const struct verb *verb, int argc, char **argv,
			 struct events_options *options);

#endif
