/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The subverbs of rootgate policy that have a file of their own, and what they share. */
#ifndef ROOTGATE_CMD_POLICY_H
#define ROOTGATE_CMD_POLICY_H

#include "policy_load.h"
#include "verb.h"

int cmd_policy_show(const struct verb *verb, int argc, char **argv);
int cmd_policy_schema(const struct verb *verb, int argc, char **argv);
int cmd_policy_test(const struct verb *verb, int argc, char **argv);

/* Loads a policy, with all that is to say about it on stderr; an exit code, and it logs. */
int cmd_policy_load(const char *path, struct policy **out, struct policy_report *report);

#endif
