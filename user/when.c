// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Times and durations as people write them. */
#include "when.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ULL

static uint64_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

int when_parse_duration(const char *text, uint64_t *out)
{
	uint64_t total = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		uint64_t value = 0, unit, part;

		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		for (; isdigit((unsigned char)*text); text++) {
			value = value * 10 + (uint64_t)(*text - '0');
			if (value > UINT32_MAX)
				return -ERANGE;
		}
		unit = unit_seconds(*text++);
		if (!unit)
			return -EINVAL;
		if (__builtin_mul_overflow(value, unit * NS_PER_S, &part) ||
		    __builtin_add_overflow(total, part, &total))
			return -ERANGE;
	}
	*out = total;
	return 0;
}

void when_format_duration(char buf[WHEN_DURATION_MAX], uint64_t ns)
{
	unsigned long long s = (ns + NS_PER_S / 2) / NS_PER_S;
	unsigned long long hours = s / 3600, minutes = s / 60 % 60, seconds = s % 60;
	int n = 0;

	if (hours)
		n += snprintf(buf + n, WHEN_DURATION_MAX - (size_t)n, "%lluh", hours);
	if (minutes)
		n += snprintf(buf + n, WHEN_DURATION_MAX - (size_t)n, "%llum", minutes);
	if (seconds || !n)
		snprintf(buf + n, WHEN_DURATION_MAX - (size_t)n, "%llus", seconds);
}

/* Exactly so many digits. */
static bool take_number(const char **text, int digits, int *out)
{
	int value = 0;

	for (; digits > 0; digits--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	return true;
}

static bool take_one_of(const char **text, const char *accepted)
{
	if (!**text || !strchr(accepted, **text))
		return false;
	(*text)++;
	return true;
}

/* ".5": up to nine digits count. */
static bool take_fraction(const char **text, uint64_t *ns)
{
	uint64_t unit = NS_PER_S / 10;

	*ns = 0;
	if (**text != '.')
		return true;
	(*text)++;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		*ns += unit * (uint64_t)(**text - '0');
	return true;
}

/* "Z", "+01:00": seconds east. */
static bool take_zone(const char **text, long *east)
{
	int hours, minutes;
	bool west = **text == '-';

	*east = 0;
	if (take_one_of(text, "Zz"))
		return true;
	if (!take_one_of(text, "+-") || !take_number(text, 2, &hours) || !take_one_of(text, ":") ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east = (hours * 60L + minutes) * 60L * (west ? -1 : 1);
	return true;
}

static bool take_clock(const char **text, struct tm *tm)
{
	return take_number(text, 4, &tm->tm_year) && take_one_of(text, "-") &&
	       take_number(text, 2, &tm->tm_mon) && take_one_of(text, "-") &&
	       take_number(text, 2, &tm->tm_mday) && take_one_of(text, "Tt ") &&
	       take_number(text, 2, &tm->tm_hour) && take_one_of(text, ":") &&
	       take_number(text, 2, &tm->tm_min) && take_one_of(text, ":") &&
	       take_number(text, 2, &tm->tm_sec);
}

int when_parse_time(const char *text, uint64_t *out)
{
	struct tm tm = { 0 }, given;
	uint64_t ns;
	time_t seconds;
	long east;

	if (!take_clock(&text, &tm) || !take_fraction(&text, &ns) || !take_zone(&text, &east) ||
	    *text)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	given = tm;
	seconds = timegm(&tm);
	/* timegm() makes March 2 of February 30; RFC 3339 knows no such day. */
	if (tm.tm_mon != given.tm_mon || tm.tm_hour != given.tm_hour || tm.tm_min != given.tm_min ||
	    tm.tm_sec != given.tm_sec)
		return -EINVAL;
	seconds -= east;
	if (seconds < 0 || (uint64_t)seconds > UINT64_MAX / NS_PER_S - 1)
		return -ERANGE;
	*out = (uint64_t)seconds * NS_PER_S + ns;
	return 0;
}

int when_parse_since(const char *text, uint64_t now, uint64_t *out)
{
	uint64_t duration;
	int err = when_parse_duration(text, &duration);

	if (err == -EINVAL)
		return when_parse_time(text, out);
	if (err)
		return err;
	*out = duration < now ? now - duration : 0;
	return 0;
}
