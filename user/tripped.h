/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the circuit breaker has put into audit: rules by their names, and the mode. The run folder
 * remembers it (file "tripped") until somebody enables it again, so that it survives an agent's
 * restart and a reload, and no reboot.
 */
#ifndef ROOTGATE_TRIPPED_H
#define ROOTGATE_TRIPPED_H

#include <stdbool.h>
#include <stddef.h>

struct tripped {
	bool mode;
	char **rules;
	size_t n_rules;
};

/* Adds a rule, or (NULL) the mode. 0 or -ENOMEM. */
int tripped_add(struct tripped *tripped, const char *rule);

/* Takes out what is in it. */
void tripped_drop(struct tripped *tripped, const char *rule);

bool tripped_has(const struct tripped *tripped, const char *rule);

/* Empties it; also for _cleanup_. */
void tripped_clear(struct tripped *tripped);

/* "the mode, the rules a, b": as much as there is room for. "" where there is nothing. */
void tripped_describe(const struct tripped *tripped, char *buf, size_t size);

/* The file. 0 or a negative errno, as runfile.h has them; *out untouched on failure. */
int tripped_write(const struct tripped *tripped);
int tripped_read(struct tripped *out);
int tripped_remove(void);

#endif
