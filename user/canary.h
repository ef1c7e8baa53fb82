/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Proof that the hooks run: a child of ours attempts what is forbidden, and must be refused. */
#ifndef ROOTGATE_CANARY_H
#define ROOTGATE_CANARY_H

#include "rootgate/abi.h"
#include "util.h"

/*
 * Starts a child in a PID namespace of its own that executes a file as root and regains root
 * by setresuid. 0: both were refused, by our programs; -ENOTRECOVERABLE: not so, with the words
 * for it; another negative errno: could not try.
 */
int canary_prove(volatile struct rg_control *control, struct why *why);

#endif
