/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is said over events.sock, a datagram each. The reader says one request; the agent answers
 * with records (record_pack()) and marks. Between programs of one machine: no byte order.
 * Only stream.c and stream_client.c include this.
 */
#ifndef ROOTGATE_STREAM_WIRE_H
#define ROOTGATE_STREAM_WIRE_H

#include <stdint.h>

#define STREAM_FOLLOW 1U /* flags: stay for what comes */

struct stream_request {
	uint32_t size; /* sizeof(struct stream_request) */
	uint32_t abi;  /* RG_ABI_VERSION: the layout of records */
	uint32_t lines;
	uint32_t flags;
};
_Static_assert(sizeof(struct stream_request) == 16, "struct stream_request");

/* Marks have a size that no record has, and the same layout in all versions. */
enum {
	STREAM_MARK_END = 1,  /* what was there at the request has been sent */
	STREAM_MARK_FULL = 2, /* no room for another reader; the agent hangs up */
	STREAM_MARK_VERSION =
		3, /* the request's abi isn't the agent's, which is in abi; the agent hangs up */
};

struct stream_mark {
	uint32_t size; /* sizeof(struct stream_mark) */
	uint32_t abi;
	uint32_t kind;
	uint32_t unused;
};
_Static_assert(sizeof(struct stream_mark) == 16, "struct stream_mark");

#endif
