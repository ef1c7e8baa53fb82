/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tells when a policy's files change: written, replaced, removed, or the link swapped by which
 * Kubernetes updates a ConfigMap. What they say is not looked at.
 */
#ifndef ROOTGATE_POLICY_WATCH_H
#define ROOTGATE_POLICY_WATCH_H

#include <stdbool.h>

/* Folders that are watched: the policy's, and its policy.d. */
#define POLICY_WATCH_FOLDERS 2

struct policy_watch {
	int fd;				   /* readable when something happens; -1: none */
	const char *path;		   /* the policy's, a file or a folder; the caller's */
	int watches[POLICY_WATCH_FOLDERS]; /* -1: there is no such folder */
};

/* 0 or a negative errno. */
int policy_watch_open(struct policy_watch *watch, const char *path);
void policy_watch_close(struct policy_watch *watch);

/* Takes what has happened; true where it may have changed the policy. */
bool policy_watch_read(struct policy_watch *watch);

/*
 * Watches the folders that have these names now, in case that they are others; true where they
 * are. Cheap: to be called now and then.
 */
bool policy_watch_renew(struct policy_watch *watch);

#endif
