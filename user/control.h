/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The agent's door for root: a Unix socket over which a verb asks for something and hears how it
 * went. One request a connection, one line of JSON each way. What a request does is the handler's
 * matter; nothing here knows the kernel side.
 */
#ifndef ROOTGATE_CONTROL_H
#define ROOTGATE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream.h"

#define CONTROL_REQUEST_MAX 4096 /* bytes of a request, with its newline */
#define CONTROL_ANSWER_MAX  32768
#define CONTROL_TEXT_MAX    4096
#define CONTROL_REASON_MAX  161 /* with the NUL: it fits into an event's note */
#define CONTROL_PEERS_MAX   8
#define CONTROL_PATIENCE    2000000000ULL /* ns that a peer has for its request */

#define CONTROL_FOR_MIN 1000000000ULL
#define CONTROL_FOR_MAX (86400 * 1000000000ULL)

enum control_verb { CONTROL_RELOAD, CONTROL_DISABLE, CONTROL_ENABLE, CONTROL_VERB_COUNT };

struct control_request {
	enum control_verb verb;
	uint64_t for_ns;		 /* disable: CONTROL_FOR_MIN to CONTROL_FOR_MAX */
	char reason[CONTROL_REASON_MAX]; /* disable: not empty, no control characters */
};

struct control_answer {
	int code; /* the exit code for the verb; 0: done */
	char text[CONTROL_TEXT_MAX];
};

struct control_peer {
	uid_t uid;
	pid_t pid;	   /* 0: of a PID namespace that is not below ours */
	uint64_t accepted; /* CLOCK_BOOTTIME, ns */
};

struct control_ops {
	/* Whether this peer may ask at all; NULL: control_admit(). */
	bool (*admit)(const struct control_peer *peer);
	/* Does it. *answer is {0, ""}. */
	void (*handle)(void *ctx, const struct control_peer *peer,
		       const struct control_request *request, struct control_answer *answer);
	void *ctx;
	uint64_t patience; /* 0: CONTROL_PATIENCE */
};

/* "control" in the run folder. 0, or -ENAMETOOLONG. */
int control_path(char buf[STREAM_PATH_MAX]);

/* True for root of the host: uid 0, and PID 1's own PID namespace. */
bool control_admit(const struct control_peer *peer);

struct control_server;

/*
 * Listens at path, mode 0600. 0 or a negative errno (-EADDRINUSE: another agent does), and in why
 * the words for it; *out untouched on failure.
 */
int control_open(const char *path, const struct control_ops *ops, struct control_server **out,
		 struct why *why);
void control_close(struct control_server *server); /* NULL is fine; removes the socket file */

/* For the agent's loop: when this descriptor is readable, control_dispatch(). Never blocks. */
int control_fd(const struct control_server *server);
void control_dispatch(struct control_server *server);

#endif
