/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What systemd wants to hear (sd_notify(3)): a datagram to the socket that it names. */
#ifndef ROOTGATE_NOTIFY_H
#define ROOTGATE_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

/* Sends lines like "READY=1"; nothing where no one listens. */
_printf_(1, 2) void notify(const char *fmt, ...);

/* Sends a text with descriptors, NOTIFY_FDS_MAX at most. */
#define NOTIFY_FDS_MAX 64
void notify_with(const char *text, const int *fds, size_t n);

/* Nanoseconds within which WATCHDOG=1 is due, 0 where nobody waits for it. */
uint64_t notify_watchdog(void);

#endif
