// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Errors and warnings about policy files: collected, put in order, printed. What is an error
 * is not decided here.
 */
#include "policy_report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "policy_text.h"

/* Characters of a line that are shown, and how many of them before the place. */
#define SHOWN_MAX    160U
#define SHOWN_BEFORE 80U

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
static const char ellipsis[] = "\xe2\x80\xa6";	  /* U+2026 */

static void message_clear(struct policy_message *message)
{
	free(message->file);
	free(message->text);
	free(message->source);
	*message = (struct policy_message){};
}

void policy_report_clear(struct policy_report *report)
{
	size_t i;

	for (i = 0; i < report->n_messages; i++)
		message_clear(&report->messages[i]);
	free(report->messages);
	*report = (struct policy_report){};
}

/*
 * Copies at most count characters; what is not UTF-8, and what a terminal acts on, is replaced.
 * A tab may stay: the caret's line has it as well.
 */
static char *harmless(const char *s, size_t len, size_t count, bool keep_tabs)
{
	char *copy = malloc((len < count * 4 ? len : count * 4) * STATIC_STRLEN(replacement) + 1);
	size_t at = 0, to = 0;

	while (copy && at < len && count-- > 0) {
		uint32_t code;
		size_t n = policy_text_next(s + at, len - at, &code);
		bool good = n && (!escape_needed(code) || (code == '\t' && keep_tabs));
		const char *from = good ? s + at : replacement;
		size_t add = good ? n : STATIC_STRLEN(replacement);

		memcpy(copy + to, from, add);
		to += add;
		at += n ? n : 1;
	}
	if (copy)
		copy[to] = '\0';
	return copy;
}

/* The byte at which the character with this number starts; len where the line is shorter. */
static size_t skip_characters(const char *line, size_t len, size_t count)
{
	size_t at = 0;

	while (at < len && count-- > 0) {
		uint32_t code;
		size_t n = policy_text_next(line + at, len - at, &code);

		at += n ? n : 1;
	}
	return at;
}

/* The line that a message is about; of a very long one what is near the place. */
static int take_source(struct policy_message *message, const struct policy_source *source)
{
	_cleanup_(freep) char *shown = NULL;
	unsigned int before = message->column ? message->column - 1 : 0, cut = 0;
	const char *line;
	size_t len, from;

	policy_text_line(source->text, source->len, message->line, &line, &len);
	if (before > SHOWN_BEFORE && skip_characters(line, len, SHOWN_MAX) < len)
		cut = before - SHOWN_BEFORE;
	from = skip_characters(line, len, cut);
	shown = harmless(line + from, len - from, SHOWN_MAX, true);
	if (!shown)
		return -ENOMEM;
	if (asprintf(&message->source, "%s%s%s", cut ? ellipsis : "", shown,
		     skip_characters(line + from, len - from, SHOWN_MAX) < len - from ? ellipsis
										      : "") < 0) {
		message->source = NULL;
		return -ENOMEM;
	}
	message->caret = before - cut + (cut ? 1 : 0);
	return 0;
}

/* Files are told in the order in which each had its first message. */
static size_t file_order(const struct policy_report *report, const char *file)
{
	size_t i, next = 0;

	for (i = 0; i < report->n_messages; i++) {
		if (strcmp(report->messages[i].file, file) == 0)
			return report->messages[i].order;
		if (report->messages[i].order >= next)
			next = report->messages[i].order + 1;
	}
	return next;
}

static int keep(struct policy_report *report, struct policy_message *message)
{
	struct policy_message *bigger;

	bigger = reallocarray(report->messages, report->n_messages + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	report->messages = bigger;
	report->messages[report->n_messages++] = *message;
	*message = (struct policy_message){};
	return 0;
}

static int message_make(struct policy_message *message, const struct policy_place *place,
			const struct policy_source *source, const char *fmt, va_list args)
{
	_cleanup_(freep) char *text = NULL;

	message->line = place->line;
	message->column = place->column;
	message->file = strdup(place->file);
	if (!message->file)
		return -ENOMEM;
	if (vasprintf(&text, fmt, args) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	message->text = harmless(text, strlen(text), strlen(text), false);
	if (!message->text)
		return -ENOMEM;
	if (!source || !source->text || place->line == 0)
		return 0;
	return take_source(message, source);
}

int policy_report_add(struct policy_report *report, enum policy_severity severity,
		      const struct policy_place *place, const struct policy_source *source,
		      const char *fmt, ...)
{
	_cleanup_(message_clear) struct policy_message message = { .severity = severity };
	size_t *count = severity == POLICY_ERROR ? &report->n_errors : &report->n_warnings;
	va_list args;
	int err;

	if (++*count > POLICY_MESSAGES_MAX)
		return severity == POLICY_ERROR ? -EINVAL : 0;
	va_start(args, fmt);
	err = message_make(&message, place, source, fmt, args);
	va_end(args);
	if (err)
		return err;
	message.order = file_order(report, message.file);
	err = keep(report, &message);
	if (err)
		return err;
	return severity == POLICY_ERROR ? -EINVAL : 0;
}

static int compare(const void *a, const void *b)
{
	const struct policy_message *one = a, *other = b;

	if (one->order != other->order)
		return one->order < other->order ? -1 : 1;
	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	if (one->column != other->column)
		return one->column < other->column ? -1 : 1;
	return strcmp(one->text, other->text);
}

void policy_report_sort(struct policy_report *report)
{
	if (report->n_messages > 1)
		qsort(report->messages, report->n_messages, sizeof(*report->messages), compare);
}

/*
 * Blanks as wide as what stands above them; tabs stay tabs, so that the caret is right for
 * any tab width.
 */
static void print_caret(FILE *out, const struct policy_message *message)
{
	size_t len = strlen(message->source), at = 0;
	unsigned int i;

	for (i = 0; i < message->caret; i++) {
		uint32_t code = ' ';
		size_t n = at < len ? policy_text_next(message->source + at, len - at, &code) : 0;

		if (code == '\t')
			fputc('\t', out);
		else
			fprintf(out, "%*s", (int)policy_text_width(code), "");
		at += n;
	}
}

static bool wants_colour(FILE *out)
{
	const char *term = getenv("TERM"), *never = getenv("NO_COLOR");

	return isatty(fileno(out)) && !(never && *never) && term && strcmp(term, "dumb") != 0;
}

static void print_message(FILE *out, const struct policy_message *message, bool colour)
{
	static const char *const words[POLICY_SEVERITY_COUNT] = { "warning", "error" };
	static const char *const colours[POLICY_SEVERITY_COUNT] = { "\033[1;35m", "\033[1;31m" };
	const char *reset = colour ? "\033[0m" : "", *on = colour ? colours[message->severity] : "";

	escape_text(out, message->file, strlen(message->file));
	if (message->line)
		fprintf(out, ":%u:%u", message->line, message->column);
	fprintf(out, ": %s%s:%s %s\n", on, words[message->severity], reset, message->text);
	if (!message->source)
		return;
	fprintf(out, "%s\n", message->source);
	print_caret(out, message);
	fprintf(out, "%s^%s\n", on, reset);
}

void policy_report_print(FILE *out, const struct policy_report *report)
{
	bool colour = wants_colour(out);
	size_t i;

	for (i = 0; i < report->n_messages; i++)
		print_message(out, &report->messages[i], colour);
	if (report->n_errors > POLICY_MESSAGES_MAX)
		fprintf(out, "%zu more errors are not shown\n",
			report->n_errors - POLICY_MESSAGES_MAX);
	if (report->n_warnings > POLICY_MESSAGES_MAX)
		fprintf(out, "%zu more warnings are not shown\n",
			report->n_warnings - POLICY_MESSAGES_MAX);
}
