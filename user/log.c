// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Talk for people, on stderr. */
#include "log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static bool verbose;

void log_set_verbose(bool on)
{
	verbose = on;
}

bool log_is_verbose(void)
{
	return verbose;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > LOG_LEVEL_NOTICE && !verbose)
		return;
	flockfile(stderr);
	if (getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO))
		fprintf(stderr, "<%d>", (int)level);
	else
		fputs("rootgate: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
}
