/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the agent may do once it is at work. */
#ifndef ROOTGATE_PRIVILEGES_H
#define ROOTGATE_PRIVILEGES_H

#include "util.h"

/*
 * Gives up all capabilities but those that the loop needs, for good (bounding set and
 * no_new_privs). 0, or a negative errno and its words.
 */
int privileges_drop(struct why *why);

#endif
