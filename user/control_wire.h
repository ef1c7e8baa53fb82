/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests and answers of control.h as lines of JSON, from and to bytes. No sockets here. */
#ifndef ROOTGATE_CONTROL_WIRE_H
#define ROOTGATE_CONTROL_WIRE_H

#include "control.h"

/* What a reason may be: some text, no control characters, valid UTF-8, short enough. */
bool control_reason_ok(const char *reason);

/* The line, with its newline; the caller frees it. NULL: out of memory. */
char *control_pack_request(const struct control_request *request);
char *control_pack_answer(const struct control_answer *answer);

/* From len bytes without the newline. 0, or -EBADMSG with words; *out untouched on failure. */
int control_parse_request(const char *line, size_t len, struct control_request *out,
			  struct why *why);
int control_parse_answer(const char *line, size_t len, struct control_answer *out);

#endif
