/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Descriptors of a set of programs that systemd keeps for the service, and hands to its next start
 * (sd_pid_notify_with_fds(3), sd_listen_fds(3)). They hold where nothing is pinned any more; they
 * are given up when the service is stopped. Without systemd nothing is kept, and nothing there.
 */
#ifndef ROOTGATE_STORE_H
#define ROOTGATE_STORE_H

#include <stddef.h>

/* Has descriptors kept, all under the same name, NOTIFY_FDS_MAX at most; more may follow. */
void store_put(unsigned int set, const char *name, const int *fds, size_t n);

/* Has those of that name given up, and closes what was handed over of them. */
void store_remove(unsigned int set, const char *name);

/* Adds the sets that were handed over to an ascending list of max at most; returns its new length. */
size_t store_list(unsigned int *sets, size_t n, size_t max);

/* The first descriptor of that name that was handed over, to be closed; -ENOENT: there is none. */
int store_open(unsigned int set, const char *name);

#endif
