/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The verbs' side of the control socket. */
#ifndef ROOTGATE_CONTROL_CLIENT_H
#define ROOTGATE_CONTROL_CLIENT_H

#include "control.h"

/*
 * Asks the agent that listens at path, and waits for its answer. 0; -ENOENT or -ECONNREFUSED: no
 * agent; -EACCES: not permitted; -ETIMEDOUT: it doesn't answer; -EBADMSG: not in our
 * language; another errno. *out untouched on failure.
 */
int control_ask(const char *path, const struct control_request *request,
		struct control_answer *out);

#endif
