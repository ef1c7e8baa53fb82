/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Talk for people, on stderr. Only verbs and the agent's loop log; modules
 * return a negative errno and, where words are needed, fill a message.
 */
#ifndef ROOTGATE_LOG_H
#define ROOTGATE_LOG_H

#include <stdbool.h>

#include "util.h"

/* syslog's levels (syslog(3)); stderr gets the "<N>" prefix that systemd reads when it is the journal. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

void log_set_verbose(bool verbose); /* also INFO and DEBUG, and libbpf's own words */
bool log_is_verbose(void);

_printf_(2, 3) void log_msg(enum log_level level, const char *fmt, ...);

#define log_error(...)	 log_msg(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_msg(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_msg(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Logs an error and gives the exit code back: return log_exit(EXIT_FAILED, "…"). */
#define log_exit(code, ...) (log_error(__VA_ARGS__), (int)(code))

#endif
