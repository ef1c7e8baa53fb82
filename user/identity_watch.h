/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When a look at what runtimes have noted is worth it again. Who looks, and for whom, is not known here. */
#ifndef ROOTGATE_IDENTITY_WATCH_H
#define ROOTGATE_IDENTITY_WATCH_H

/*
 * Watches those folders by an inotify descriptor; again, for those that are new by now. What can't
 * be watched is left out.
 */
void identity_watch(int fd);

#endif
