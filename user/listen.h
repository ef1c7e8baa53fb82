/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A Unix socket that listens at a path, for root and one group. What is said over it is the
 * caller's matter.
 */
#ifndef ROOTGATE_LISTEN_H
#define ROOTGATE_LISTEN_H

#include <stddef.h>
#include <sys/types.h>

struct listen_file {
	dev_t dev; /* the socket file's, so that another agent's is never removed */
	ino_t ino;
};

/*
 * Makes a folder where it is missing, whatever the umask: root's own, until a socket in it is opened
 * for a group. 0 or a negative errno.
 */
int listen_make_folder(const char *path);

/*
 * Listens with a non-blocking socket of that type (SOCK_SEQPACKET, SOCK_STREAM). Makes the last
 * folder of the path (0750) where it is missing, and replaces a socket that nobody listens on. Mode
 * 0660 and the group where it exists, else 0600. *file may be NULL. 0 or a negative errno
 * (-EADDRINUSE: somebody listens there), and in why the words for it; outputs untouched on failure.
 */
int listen_open(const char *path, int type, const char *group, int *out, struct listen_file *file,
		char *why, size_t why_size);

/* Removes the socket file if it is still the one of listen_open(). */
void listen_remove(const char *path, const struct listen_file *file);

#endif
