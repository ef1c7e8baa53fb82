/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps below /sys/fs/bpf/rootgate: written by the agent, read by ps and status. */
#ifndef ROOTGATE_PINS_H
#define ROOTGATE_PINS_H

#include <sys/types.h>

#include "loader.h"
#include "rootgate/abi.h"
#include "util.h"

#define PINS_BPFFS "/sys/fs/bpf"
#define PINS_DIR   PINS_BPFFS "/rootgate"

/* Pins the maps that verbs read, in place of what a dead agent left. 0 or a negative errno and its words. */
int pins_make(const struct loader *loader, struct why *why);

/* Takes the pins and the folder away; what is not there is fine. */
void pins_remove(void);

/*
 * Opens a pinned map by its name ("processes", "counters", "control") for reading, and checks
 * that its values have this size (per CPU where it is a per-CPU map). A descriptor; -ENOENT:
 * nothing is pinned; -EPROTO: of another version; another negative errno.
 */
int pins_open(const char *name, size_t value_size);

/* The PID of the live agent whose maps are pinned; 0: none. */
pid_t pins_owner(void);

/* Reads what they hold. 0 or a negative errno as above. */
int pins_read_control(struct rg_control *out);
int pins_read_counters(__u64 out[RG_COUNT_COUNT]);

#endif
