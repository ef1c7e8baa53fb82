/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Times and durations as people write them, on the command line and in files. */
#ifndef ROOTGATE_WHEN_H
#define ROOTGATE_WHEN_H

#include <stdint.h>

/* "90s", "10m", "1h30m", "2d" to ns. 0, -EINVAL or -ERANGE; *out untouched on failure. */
int when_parse_duration(const char *text, uint64_t *out);

/* As people read it, to the second: "8m31s", "24h", "0s". */
#define WHEN_DURATION_MAX 32
void when_format_duration(char buf[WHEN_DURATION_MAX], uint64_t ns);

/* RFC 3339, "2026-11-23T12:00:00Z", "2026-11-23 12:00:00.5+01:00", to ns since 1970. As above. */
int when_parse_time(const char *text, uint64_t *out);

/* Either: a time, or a duration before now (ns since 1970). */
int when_parse_since(const char *text, uint64_t now, uint64_t *out);

#endif
