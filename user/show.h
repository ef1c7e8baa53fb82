/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What ps and containers show to people; what they tell machines is not here. */
#ifndef ROOTGATE_SHOW_H
#define ROOTGATE_SHOW_H

#include "containers.h"
#include "process.h"
#include "table.h"

/* all_levels: the PIDs at each level instead of the innermost. 0 or -ENOMEM. */
int show_processes(const struct process *rows, size_t n, bool all_levels, struct table **out);

int show_containers(const struct containers *containers, struct table **out);

#endif
