/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rootgate's own safety: who may touch its objects, and the switch that would silence it. */
#ifndef ROOTGATE_GUARD_H
#define ROOTGATE_GUARD_H

#include <bpf/libbpf.h>

#include "loader.h"
#include "util.h"

/* Whether the switches of the loader want this program; true for all that are none of the guards. */
bool guard_wants(const struct loader *loader, const struct bpf_program *prog);

/*
 * After all is attached: refuses that ftrace is switched off, lists our maps, programs and links,
 * and arms the guard. 0; 1: done, but for what *why says (nothing that ends the agent); or a
 * negative errno with the words for it.
 */
int guard_start(struct loader *loader, struct why *why);

#endif
