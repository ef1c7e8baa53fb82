// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Values of a policy: words, texts, durations, dates. Which key has which is in
 * policy_parse.c; paths in policy_path.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"

/* Set-up is not judged, so it must not last. */
#define DURATION_MAX 3600000000000ULL

/* The kernel side counts nanoseconds in 64 bits, which last until 2554. */
#define YEAR_MAX 2199

static void lower(char *dst, size_t size, const char *src)
{
	size_t i;

	for (i = 0; i + 1 < size && src[i]; i++)
		dst[i] = (char)tolower((unsigned char)src[i]);
	dst[i] = '\0';
}

void policy_nearest_try(struct policy_nearest *nearest, const char *candidate)
{
	char word[65], other[65];
	size_t distance, bearable = strlen(candidate) / 3 + 1;

	lower(word, sizeof(word), nearest->word);
	lower(other, sizeof(other), candidate);
	distance = edit_distance(word, other);
	if (distance > bearable || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}

/* "audit, enforce or kill" */
static const char *list_words(const struct policy_words *words, char *buf, size_t size)
{
	uint32_t i;
	int at = 0;

	for (i = 0; i < words->count && (size_t)at < size; i++)
		at += snprintf(buf + at, size - (size_t)at, "%s%s",
			       i == 0		       ? ""
			       : i + 1 == words->count ? " or "
						       : ", ",
			       names_get(words->names, words->first + i));
	return buf;
}

static int wrong_word(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value)
{
	struct policy_nearest nearest = { .word = value->kind == NODE_SCALAR ? value->text : "" };
	char list[1024], is[128];
	uint32_t i;

	for (i = 0; i < field->words->count; i++)
		policy_nearest_try(&nearest,
				   names_get(field->words->names, field->words->first + i));
	if (field->words->count > 16)
		snprintf(list, sizeof(list), "a name like %s", names_get(field->words->names, 0));
	else
		list_words(field->words, list, sizeof(list));
	return policy_error(parser, &value->place, "'%s' must be %s, not %s%s%s%s", field->name,
			    list, node_describe(value, is, sizeof(is)),
			    nearest.best ? "; did you mean '" : "",
			    nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
}

int policy_read_word(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	const struct policy_words *words = field->words;
	uint32_t number;

	if (value->kind != NODE_SCALAR || names_find(words->names, value->text, &number) ||
	    number < words->first || number - words->first >= words->count)
		return wrong_word(parser, field, value);
	*(uint32_t *)out = number;
	return 0;
}

int policy_each(struct policy_parser *parser, const struct policy_field *field,
		const struct node *value,
		int (*one)(struct policy_parser *parser, const struct policy_field *field,
			   const struct node *value, void *out),
		void *out)
{
	int result = 0;
	size_t i;

	if (value->kind != NODE_LIST)
		return one(parser, field, value, out);
	if (value->n == 0)
		return policy_error(parser, &value->place,
				    "'%s' is an empty list; name something, or leave it out",
				    field->name);
	for (i = 0; i < value->n && parser->report->n_errors < POLICY_ERRORS_MAX; i++) {
		int err = one(parser, field, &value->items[i], out);

		if (err == -ENOMEM)
			return err;
		if (err)
			result = err;
	}
	return result;
}

static int add_to_mask(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out)
{
	uint64_t *mask = out;
	uint32_t number = 0;
	int err = policy_read_word(parser, field, value, &number);

	if (err)
		return err;
	if (*mask & 1ULL << number)
		err = policy_warning(parser, &value->place, "'%s' is in this list twice",
				     value->text);
	*mask |= 1ULL << number;
	return err;
}

int policy_read_mask(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	uint64_t mask = 0;
	int err = policy_each(parser, field, value, add_to_mask, &mask);

	if (!err)
		*(uint64_t *)out = mask;
	return err;
}

int policy_expect_text(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, const char *expected)
{
	char is[128];

	if (value->kind == NODE_SCALAR && node_type(value) == NODE_STRING)
		return 0;
	return policy_error(parser, &value->place, "'%s' must be %s, not %s", field->name, expected,
			    node_describe(value, is, sizeof(is)));
}

int policy_read_text(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	int err =
		policy_expect_text(parser, field, value, "text, in quotation marks where in doubt");
	const char *c;
	char *copy;

	if (err)
		return err;
	if (!*value->text)
		return policy_error(parser, &value->place,
				    "'%s' is empty; leave it out, or fill it in", field->name);
	if (strlen(value->text) > field->max)
		return policy_error(parser, &value->place, "'%s' is longer than %zu bytes",
				    field->name, field->max);
	for (c = value->text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return policy_error(
				parser, &value->place,
				"'%s' must be one line without control characters ('>-' folds "
				"several lines into one)",
				field->name);
	copy = strdup(value->text);
	if (!copy)
		return -ENOMEM;
	free(*(char **)out);
	*(char **)out = copy;
	return 0;
}

int policy_read_bool(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	char is[128];

	if (value->kind == NODE_SCALAR && value->plain && strcmp(value->text, "true") == 0)
		*(bool *)out = true;
	else if (value->kind == NODE_SCALAR && value->plain && strcmp(value->text, "false") == 0)
		*(bool *)out = false;
	else
		return policy_error(parser, &value->place, "'%s' must be true or false, not %s",
				    field->name, node_describe(value, is, sizeof(is)));
	return 0;
}

/* 0, -EINVAL or -ERANGE */
static int parse_duration(const char *text, uint64_t *out)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ms", 1000000 }, { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 }
	};
	size_t digits = strspn(text, "0123456789"), i;
	uint64_t value;
	char number[24];

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(text + digits, units[i].name) == 0)
			break;
	if (digits == 0 || i == ARRAY_SIZE(units))
		return -EINVAL;
	if (digits >= sizeof(number))
		return -ERANGE;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (parse_u64(number, DURATION_MAX / units[i].ns, &value))
		return -ERANGE;
	*out = value * units[i].ns;
	return 0;
}

int policy_read_duration(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out)
{
	static const char expected[] = "a duration like 500ms, 10s, 2m or 1h";
	int err = policy_expect_text(parser, field, value, expected);
	char is[128];

	if (err)
		return err;
	err = parse_duration(value->text, out);
	if (err == -ERANGE)
		return policy_error(parser, &value->place, "'%s' must be 1h at most, not %s",
				    field->name, node_describe(value, is, sizeof(is)));
	if (err)
		return policy_error(parser, &value->place, "'%s' must be %s, not %s", field->name,
				    expected, node_describe(value, is, sizeof(is)));
	return 0;
}

static bool parse_date(const char *text, struct tm *tm)
{
	static const char form[] = "dddd-dd-dd";
	struct tm same;
	size_t i;

	if (strlen(text) != STATIC_STRLEN(form))
		return false;
	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	*tm = (struct tm){ .tm_year = atoi(text) - 1900,
			   .tm_mon = atoi(text + 5) - 1,
			   .tm_mday = atoi(text + 8) };
	same = *tm;
	/* timegm() makes the 31st of February a day in March: then it is no date. */
	return timegm(&same) != -1 && same.tm_mon == tm->tm_mon && same.tm_year >= 70;
}

int policy_read_date(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out)
{
	static const char expected[] = "a date like 2027-01-31";
	int err = policy_expect_text(parser, field, value, expected);
	struct tm tm;
	char is[128];
	time_t end;

	if (err)
		return err;
	if (!parse_date(value->text, &tm))
		return policy_error(parser, &value->place, "'%s' must be %s, not %s", field->name,
				    expected, node_describe(value, is, sizeof(is)));
	if (tm.tm_year > YEAR_MAX - 1900)
		return policy_error(parser, &value->place,
				    "'%s' must be %d-12-31 at the latest, not '%s'; a rule without "
				    "it never expires",
				    field->name, YEAR_MAX, value->text);
	tm.tm_mday++; /* through the end of that day */
	end = timegm(&tm);
	if (end <= parser->now)
		err = policy_warning(
			parser, &value->place,
			"rule '%s' expired on %s and no longer matches; renew the date, or "
			"remove the rule",
			parser->rule, value->text);
	if (err)
		return err;
	*(time_t *)out = end;
	return 0;
}
