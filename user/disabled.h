/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A refusal that is switched off for a while, as the run folder remembers it (file "disabled"): so
 * that it survives an agent's restart, and no reboot.
 */
#ifndef ROOTGATE_DISABLED_H
#define ROOTGATE_DISABLED_H

#include "control.h"

struct disabled {
	uint64_t until; /* CLOCK_BOOTTIME, ns */
	char reason[CONTROL_REASON_MAX];
	uid_t uid; /* who asked for it */
	pid_t pid;
};

/* Writes the file, atomically; makes the run folder where it is missing. 0 or a negative errno. */
int disabled_write(const struct disabled *disabled);

/*
 * Reads it. 0; -ENOENT: there is none, it is another boot's, or its time is over; -EBADMSG: it
 * cannot be read; another negative errno. *out untouched on failure.
 */
int disabled_read(struct disabled *out);

/* Takes the file away; what is not there is fine. 0 or a negative errno. */
int disabled_remove(void);

#endif
