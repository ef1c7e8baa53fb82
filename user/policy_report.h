/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What there is to say about policy files: errors and warnings, each with its
 * place and the line it is about, collected first and printed together.
 */
#ifndef ROOTGATE_POLICY_REPORT_H
#define ROOTGATE_POLICY_REPORT_H

#include <stdio.h>

#include "policy.h"
#include "util.h"

/* Of each kind; what comes after is counted only. */
#define POLICY_MESSAGES_MAX 100

enum policy_severity { POLICY_WARNING, POLICY_ERROR, POLICY_SEVERITY_COUNT };

struct policy_message {
	enum policy_severity severity;
	char *file;
	unsigned int line;   /* from 1; 0: the file as a whole */
	unsigned int column; /* from 1, in characters */
	char *text;
	char *source;	    /* the line it is about, or what of it is near; NULL: none */
	unsigned int caret; /* characters of source before the place */
	size_t order;	    /* of the file among those of the report */
};

/* All zero is an empty report. */
struct policy_report {
	struct policy_message *messages;
	size_t n_messages; /* that were kept */
	size_t n_errors;   /* that there were */
	size_t n_warnings;
};

/* The text of a file, for the line that a message shows. */
struct policy_source {
	const char *text; /* NULL: no line is shown */
	size_t len;
};

/*
 * Adds a message; bytes in it that a terminal would act on are replaced.
 * -EINVAL for an error and 0 for a warning, so that a parser can return what it
 * reports; -ENOMEM.
 */
_printf_(5, 6) int policy_report_add(struct policy_report *report, enum policy_severity severity,
				     const struct policy_place *place,
				     const struct policy_source *source, const char *fmt, ...);

/* Brings the messages into the order of files, lines and columns. */
void policy_report_sort(struct policy_report *report);

/* "file:line:column: error: text", the line, and a caret below it; in colour on a terminal. */
void policy_report_print(FILE *out, const struct policy_report *report);

/* Frees what it holds and makes it empty again; also for _cleanup_. */
void policy_report_clear(struct policy_report *report);

#endif
