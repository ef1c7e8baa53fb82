/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records from the agent to its readers, over a Unix socket (SOCK_SEQPACKET), packed.
 *
 * The agent keeps one backlog and every reader a place in it. A reader that is slow falls behind
 * in the backlog, and where the backlog has moved on it has lost records: it is told how many.
 * Nothing is kept for one reader, so none can cost the agent memory, and nothing ever blocks.
 */
#ifndef ROOTGATE_STREAM_H
#define ROOTGATE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define STREAM_GROUP	   "rootgate" /* whose members may read events */
#define STREAM_READERS_MAX 64
#define STREAM_RECORDS_MAX 2048		 /* the backlog: records, */
#define STREAM_BYTES_MAX   (1024 * 1024) /* and bytes, taken as they are needed */
#define STREAM_ALL	   UINT32_MAX	 /* as a number of lines */
#define STREAM_PATH_MAX	   108		 /* sun_path */

/* The folder of the agent's sockets: $ROOTGATE_RUN_DIR, else /run/rootgate. */
const char *stream_run_dir(void);

/* events.sock there. 0, or -ENAMETOOLONG. */
int stream_path(char buf[STREAM_PATH_MAX]);

/* The agent's side. */
struct stream;

/*
 * Listens at path, for root and (where it exists) the group; makes the folder where it is missing,
 * replaces the socket of an agent that is gone. 0 or a negative errno (-EADDRINUSE: another agent
 * serves this path), and in why the words for it; *out untouched on failure.
 */
int stream_open(const char *path, const char *group, const struct origin *origin,
		struct stream **out, char *why, size_t why_size);
void stream_close(struct stream *stream);   /* NULL is fine; removes the socket file */
void stream_closep(struct stream **stream); /* for _cleanup_(stream_closep) */

/*
 * For the agent's loop: when this descriptor is readable, stream_dispatch(). 0 or a negative errno.
 */
int stream_fd(const struct stream *stream);
int stream_dispatch(struct stream *stream);

/* Into the backlog and to every reader that keeps up. Cannot fail: no allocation, no waiting. */
void stream_publish(struct stream *stream, const struct record *record);

struct stream_stats {
	uint64_t published;
	uint64_t lost;	  /* by slow readers, all together */
	uint64_t refused; /* readers beyond STREAM_READERS_MAX, or with a request that was none */
	uint32_t readers;
};
void stream_stats(const struct stream *stream, struct stream_stats *out);

/* The reader's side. */

/*
 * Connects and asks for the last lines records so far, and for those to come where follow is set.
 * 0 and a descriptor; -ENOENT or -ECONNREFUSED: no agent; -EACCES: not permitted; other errno.
 */
int stream_connect(const char *path, uint32_t lines, bool follow, int *out);

enum stream_answer {
	STREAM_RECORD = 0, /* *out is filled */
	STREAM_END = 1,	   /* what was there so far has been sent */
};

/*
 * Waits for the next answer (poll(2) the descriptor first to not wait). An enum stream_answer, or:
 * -EPIPE the agent is gone, -EUSERS it has readers enough, -EPROTO it is another version's agent,
 * -EBADMSG, -EINTR, other errno. *out untouched unless STREAM_RECORD.
 */
int stream_read(int fd, struct record *out);

#endif
