/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text of policy files to the model. One parser takes all files of a
 * policy, one after the other, and at last the policy as a whole is checked.
 * Where the texts come from is not known here.
 *
 * Whoever reads a part of the text returns 0, -EINVAL (reported: the others go
 * on, so that all errors are told at once) or -ENOMEM.
 */
#ifndef ROOTGATE_POLICY_PARSE_H
#define ROOTGATE_POLICY_PARSE_H

#include "names.h"
#include "policy_yaml.h"

/* The name of a rule, also of one with errors, which the policy does not get. */
struct policy_name {
	char *name;
	struct policy_place place;
};

#define POLICY_KEYS_MAX 16

/* After as many a file is no policy with errors, but something else: the rest is not read. */
#define POLICY_ERRORS_MAX 1000

struct policy_parser {
	struct policy *policy;
	struct policy_report *report;
	time_t now;

	struct policy_source
		*sources; /* by number of the file in policy->files; the texts are the caller's */
	struct policy_source *source; /* of the file at hand */
	struct policy_place
		given[POLICY_KEYS_MAX]; /* where a key of the top level was first given */
	struct policy_name *names;
	size_t n_names;
	size_t n_rules;	  /* that were read, with those that have errors */
	const char *rule; /* name of the rule at hand, for messages */
};

/* A parser for an empty policy; the policy comes out of parser->policy. 0 or -ENOMEM. */
int policy_parser_init(struct policy_parser *parser, struct policy_report *report, time_t now);
void policy_parser_clear(struct policy_parser *parser); /* also for _cleanup_ */

/* Reads one file. The text must stay until the parser is cleared. */
int policy_parse(struct policy_parser *parser, const char *file, const char *text, size_t len);

/* Checks what only the whole policy shows: rules of one name, rules that never decide, its size. */
int policy_review(struct policy_parser *parser);

/* The source of the file in which a place is; without a text where it is none of the parser's. */
const struct policy_source *policy_source_of(const struct policy_parser *parser,
					     const struct policy_place *place);

#define policy_error(parser, place, ...)                                                           \
	policy_report_add((parser)->report, POLICY_ERROR, place, policy_source_of(parser, place),  \
			  __VA_ARGS__)
#define policy_warning(parser, place, ...)                                                         \
	policy_report_add((parser)->report, POLICY_WARNING, place,                                 \
			  policy_source_of(parser, place), __VA_ARGS__)

/* Words with numbers: those of names from first on, count of them. */
struct policy_words {
	const struct names *names;
	uint32_t first;
	uint32_t count;
};

/*
 * A key of a map, and who reads its value to where. A name that ends in '.' is that of many keys,
 * which go on as they like: the reader finds which one it is before the value.
 */
struct policy_field {
	const char *name;
	int (*read)(struct policy_parser *parser, const struct policy_field *field,
		    const struct node *value, void *out);
	size_t offset;			  /* of the target in what the map is read into */
	const struct policy_words *words; /* that the value may be */
	size_t max;			  /* bytes of a text */
};

/* What a map is called in messages, its keys, and who is asked about others. */
struct policy_map {
	const char *what;
	const struct policy_field *fields;
	size_t n;
	/*
	 * NULL, or the words behind "unknown key 'x' in WHAT; " for a key that belongs elsewhere.
	 */
	const char *(*elsewhere)(const char *key);
};

/* The field that has a key; NULL: none. */
const struct policy_field *policy_field_of(const struct policy_map *map, const char *key);

/* Reads a map; bit i of *given is set where fields[i] is there, whatever came of it. */
int policy_read_map(struct policy_parser *parser, const struct policy_map *map,
		    const struct node *node, void *out, uint64_t *given);

/* Readers of values (policy_value.c, policy_path.c). */
int policy_read_word(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out); /* to an enum */
int policy_read_mask(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out); /* to a uint64_t: one word, or a list */
int policy_read_text(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out); /* to a char * */
int policy_read_bool(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out);
int policy_read_duration(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out); /* to a uint64_t, ns */
int policy_read_date(struct policy_parser *parser, const struct policy_field *field,
		     const struct node *value, void *out); /* to a time_t: the end of that day */
int policy_read_patterns(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out); /* to a struct policy_patterns */
/* Globs (policy_glob.c): to a struct policy_globs, and to a struct policy_labels_globs. */
int policy_read_globs(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, void *out);
int policy_read_images(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out);
int policy_read_labels(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, void *out);

/* Reads the circuit breaker (policy_breaker.c). */
int policy_read_breaker(struct policy_parser *parser, const struct policy_field *field,
			const struct node *value, void *out);
/* CAP_CHOWN and the others, by their numbers. */
extern const struct names policy_capability_names;

/* The maps of a policy, from the top (policy_parse.c), and in a rule (policy_rule.c). */
extern const struct policy_map policy_top_map;
extern const struct policy_map policy_capabilities_map;
extern const struct policy_map policy_breaker_map;
extern const struct policy_map policy_rule_map;
extern const struct policy_map policy_match_map;

int policy_read_refusals(struct policy_parser *parser, const struct policy_field *field,
			 const struct node *value, void *out);
int policy_read_per(struct policy_parser *parser, const struct policy_field *field,
		    const struct node *value, void *out);
int policy_read_version(struct policy_parser *parser, const struct policy_field *field,
			const struct node *value, void *out);
int policy_read_root_capabilities(struct policy_parser *parser, const struct policy_field *field,
				  const struct node *value, void *out);
int policy_read_rule_name(struct policy_parser *parser, const struct policy_field *field,
			  const struct node *value, void *out);
int policy_read_match(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, void *out);

/* Reads the list of rules (policy_rule.c). */
int policy_read_rules(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, void *out);

/* A value that must be text: 0, or "must be …, not …" is reported; expected is the "…". */
int policy_expect_text(struct policy_parser *parser, const struct policy_field *field,
		       const struct node *value, const char *expected);

/* One value, or each of a list. An empty list is an error. */
int policy_each(struct policy_parser *parser, const struct policy_field *field,
		const struct node *value,
		int (*one)(struct policy_parser *parser, const struct policy_field *field,
			   const struct node *value, void *out),
		void *out);

/* "; did you mean 'x'?": the nearest of the words that were tried, if any is near. */
struct policy_nearest {
	const char *word;
	const char *best;
	size_t distance;
};
void policy_nearest_try(struct policy_nearest *nearest, const char *candidate);

#endif
