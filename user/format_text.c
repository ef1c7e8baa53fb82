// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An event for people: one line.
 *
 *   11-23 12:00:00 deny exec    30591/10 docker:3f0c2d9a1b7e 1000→0 /bin/id no userns
 *
 * local time, action and type, PID on the host and in the container, runtime and the start of
 * the container's id, the uid that became host root, the file, the reason, and what else there is.
 */
#include "format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "container.h"
#include "escape.h"
#include "names.h"

#define SHORT_ID   12 /* digits of a container's id, as the engines' own tables show it */
#define VERB_WIDTH 11 /* "deny setuid"; the line of a refusal fits 80 columns */

#define RED    "\x1b[31m"
#define GREEN  "\x1b[32m"
#define YELLOW "\x1b[33m"
#define RESET  "\x1b[0m"

/* Shorter than in JSON, so that a line fits a terminal. */
static const char *const reasons[] = {
	[RG_REASON_NONE] = "",
	[RG_REASON_NO_USER_NAMESPACE] = "no userns",
	[RG_REASON_USERNS_MAPS_HOST_ROOT] = "userns maps host root",
	[RG_REASON_ROOT_CAPABILITIES] = "capabilities",
	[RG_REASON_ROOT_GROUP] = "group 0",
};
_Static_assert(ARRAY_SIZE(reasons) == RG_REASON_COUNT, "short words for reasons");

static const char *const colours[] = {
	[RG_ACTION_ALLOW] = GREEN,
	[RG_ACTION_AUDIT] = YELLOW,
	[RG_ACTION_DENY] = RED,
	[RG_ACTION_KILL] = RED,
};
_Static_assert(ARRAY_SIZE(colours) == RG_ACTION_COUNT, "colours of actions");

static void put_time(FILE *out, uint64_t wall_time)
{
	time_t seconds = (time_t)(wall_time / 1000000000U);
	struct tm tm = { 0 };
	char text[32];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%m-%d %H:%M:%S", &tm);
	fputs(text, out);
}

/* "deny exec", padded so that what follows stands in a column where it can. */
static void put_verb(FILE *out, const struct record *record, bool colour)
{
	const char *type = names_get(&names_type, record->event.type);
	const char *action = "", *on = "", *off = "";
	int width = VERB_WIDTH;

	if (record_has_action(record)) {
		action = names_get(&names_action, record->event.action);
		width -= (int)strlen(action) + 1;
		if (colour && record->event.action < RG_ACTION_COUNT) {
			on = colours[record->event.action];
			off = RESET;
		}
	}
	fprintf(out, " %s%s%s%s%-*s", on, action, off, *action ? " " : "", width > 0 ? width : 0,
		type);
}

static void put_pids(FILE *out, const struct rg_event *event)
{
	char text[32];
	uint32_t vpid = record_vpid(event);

	if (event->levels > 1 && vpid)
		snprintf(text, sizeof(text), "%" PRIu32 "/%" PRIu32, event->pid, vpid);
	else
		snprintf(text, sizeof(text), "%" PRIu32, event->pid);
	fprintf(out, " %8s", text);
}

static void put_container(FILE *out, const struct record *record)
{
	const struct rg_event *event = &record->event;
	struct container_ref ref;
	uint32_t runtime;

	if (event->evidence == RG_EVIDENCE_NONE)
		return;
	container_from_cgroup(event->cgroup, &ref);
	runtime = event->runtime;
	fputc(' ', out);
	if (runtime != RG_RUNTIME_UNKNOWN)
		fprintf(out, "%s:", names_get(&names_runtime, runtime));
	if (strspn(ref.id, "0123456789abcdef") == 64)
		ref.id[SHORT_ID] = '\0';
	escape_word(out, ref.id, sizeof(ref.id));
	if (record->container_name[0] && strcmp(record->container_name, ref.id) != 0) {
		fputc('(', out);
		escape_word(out, record->container_name, sizeof(record->container_name));
		fputc(')', out);
	}
}

/* The id that became 0; the effective one where none did, or where it is among them. */
static void put_ids(FILE *out, const struct rg_event *event)
{
	const bool groups = event->reason == RG_REASON_ROOT_GROUP;
	const struct {
		const char *name;
		uint32_t old, new;
	} ids[] = {
		{ groups ? "egid " : "", event->old.euid, event->new.euid },
		{ groups ? "gid " : "uid ", event->old.uid, event->new.uid },
		{ groups ? "sgid " : "suid ", event->old.suid, event->new.suid },
		{ groups ? "fsgid " : "fsuid ", event->old.fsuid, event->new.fsuid },
	};
	size_t i, shown = 0;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		if (ids[i].new == 0 && ids[i].old != 0) {
			shown = i;
			break;
		}
	}
	fprintf(out, " %s%" PRIu32 "→%" PRIu32, ids[shown].name, ids[shown].old, ids[shown].new);
}

static void put_process(FILE *out, const struct record *record)
{
	const struct rg_event *event = &record->event;

	put_pids(out, event);
	put_container(out, record);
	if (record_has_action(record))
		put_ids(out, event);
	fputc(' ', out);
	if (event->exe[0])
		escape_word(out, event->exe, sizeof(event->exe));
	else
		escape_word(out, event->comm, sizeof(event->comm));
	if (event->reason && event->reason < RG_REASON_COUNT)
		fprintf(out, " %s", reasons[event->reason]);
	if (record->rule[0]) {
		fputs(" rule ", out);
		escape_word(out, record->rule, sizeof(record->rule));
	}
	if (event->phase == RG_PHASE_SETUP)
		fputs(" (set-up)", out);
	if (event->held)
		fprintf(out, " (held %" PRIu32 " ms)", event->held / 1000);
	if (event->suppressed)
		fprintf(out, " (+%" PRIu32 " more)", event->suppressed);
}

int format_text(FILE *out, const struct record *record, bool colour)
{
	errno = 0;
	put_time(out, record->wall_time);
	put_verb(out, record, colour);
	if (!record_is_note(record))
		put_process(out, record);
	if (record->note[0]) {
		fputc(' ', out);
		escape_text(out, record->note, sizeof(record->note));
	}
	fputc('\n', out);
	if (ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

bool format_wants_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	return term && strcmp(term, "dumb") != 0 && isatty(fd);
}
