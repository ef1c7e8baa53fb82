/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Proof that the hooks run: a child of ours attempts what is forbidden, and must be refused. */
#ifndef ROOTGATE_CANARY_H
#define ROOTGATE_CANARY_H

#include "rootgate/abi.h"
#include "takeover.h"
#include "util.h"

/*
 * Starts a child in a PID namespace of its own that executes a file as root and regains root
 * by setresuid. 0: both were refused, by our programs; -ENOTRECOVERABLE: not so, with the words
 * for it; another negative errno: could not try. Of programs that only watch (control->attach)
 * it takes that they saw the exec. The sets before let it pass to ours.
 */
int canary_prove(volatile struct rg_control *control, const struct takeover *before,
		 struct why *why);

#endif
