/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What outlives the agent, below /sys/fs/bpf/rootgate: a folder for each set of
 * programs, named by a number, with its maps and links; and the link "current",
 * which names the set in force. Two sets are there only while an agent takes over.
 */
#ifndef ROOTGATE_PINS_H
#define ROOTGATE_PINS_H

#include <sys/types.h>

#include "loader.h"
#include "rootgate/abi.h"
#include "util.h"

#define PINS_BPFFS "/sys/fs/bpf"
#define PINS_DIR   PINS_BPFFS "/rootgate"

/* Sets that can be there at a time; more than two only after agents that were killed on their way. */
#define PINS_SETS_MAX 16

/*
 * Pins a set's maps and links into its folder, mounting bpffs where it is not mounted. What is
 * there already stays as it is. 0, or a negative errno and its words; nothing stays on failure.
 */
int pins_make(const struct loader *loader, unsigned int set, struct why *why);

/* Has systemd, where it runs us, keep descriptors of a set beside the pins (store.h). */
void pins_keep(const struct loader *loader, unsigned int set);

/* Lets "current" name a set, in one step. 0 or a negative errno. */
int pins_publish(unsigned int set);

/* The set that "current" names; 0: none. */
unsigned int pins_current(void);

/* Whether the set is all there, in a BPF file system that can be seen, and is the current one. */
bool pins_intact(const struct loader *loader, unsigned int set);

/*
 * Takes away a set's folder, and what systemd keeps of it; what is not there is fine. 0 or a negative
 * errno, where something stays.
 */
int pins_remove(unsigned int set);

/* Takes away "current" where it names nothing, and the folder where it is empty. */
void pins_tidy(void);

/* The numbers of the sets that are pinned, or were kept by systemd, in ascending order; returns how many. */
size_t pins_list(unsigned int sets[PINS_SETS_MAX]);

/* Opens a map of a set, pinned or kept, for reading and writing. A descriptor or a negative errno. */
int pins_open_for_writing(unsigned int set, const char *name);

/*
 * Opens a map of the current set by its name ("processes", "counters", "control") for reading,
 * and checks that its values have this size (per CPU where it is a per-CPU map). A descriptor;
 * -ENOENT: nothing is pinned; -EPROTO: of another version; another negative errno.
 */
int pins_open(const char *name, size_t value_size);

/*
 * The memory of a "control" map that was opened for writing; NULL, and errno, where it cannot be had.
 * Unmapping NULL is fine.
 */
volatile struct rg_control *pins_map_control(int fd);
void pins_unmap_control(volatile struct rg_control *control);

/* The PID of the live agent whose maps are pinned; 0: none. */
pid_t pins_owner(void);

/*
 * Stores control.disabled_until, whoever else writes to the map at that moment. 0 or a negative
 * errno as above.
 */
int pins_write_disabled(__u64 until);

/* Reads what they hold. 0 or a negative errno as above. */
int pins_read_control(struct rg_control *out);
int pins_read_counters(__u64 out[RG_COUNT_COUNT]);

#endif
