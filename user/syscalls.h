/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System calls that the agent has no use for, and that a mistake in it must not reach. */
#ifndef ROOTGATE_SYSCALLS_H
#define ROOTGATE_SYSCALLS_H

#include "util.h"

/*
 * From here on they fail with EPERM, in this process and in all that it starts; it takes
 * no_new_privs. 0; 1: this kernel cannot, as *why says; or a negative errno and its words.
 */
int syscalls_restrict(struct why *why);

#endif
