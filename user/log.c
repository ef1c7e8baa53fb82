// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Talk for people, on stderr. */
#include "log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/* What systemd.exec(5) says of $JOURNAL_STREAM: it also reaches those whose stderr goes elsewhere. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > LOG_LEVEL_NOTICE && !verbose)
		return;
	flockfile(stderr);
	if (stderr_is_journal())
		fprintf(stderr, "<%d>", (int)level);
	else
		fputs("rootgate: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
}
