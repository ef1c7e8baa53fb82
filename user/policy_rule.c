// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One rule of a policy, from its nodes to the model. What only all rules together show is in
 * policy_review.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"

#define NAME_MAX_BYTES 64

static const struct policy_words action_words = { &names_action, 0, RG_ACTION_COUNT };
static const struct policy_words runtime_words = { &names_runtime, 0, RG_RUNTIME_COUNT };
static const struct policy_words pidns_words = { &names_pidns, 0, RG_PIDNS_COUNT };
static const struct policy_words userns_words = { &names_userns, 0, RG_USERNS_COUNT };
static const struct policy_words event_words = { &names_type, RG_TYPE_EXEC, 2 };
_Static_assert(RG_TYPE_EXEC == 0 && RG_TYPE_SETUID == 1, "the types that hooks judge come first");

static const struct policy_field match_fields[] = {
	{ "id", policy_read_globs, offsetof(struct policy_rule, who.id), NULL, 0 },
	{ "name", policy_read_globs, offsetof(struct policy_rule, who.name), NULL, 0 },
	{ "image", policy_read_images, offsetof(struct policy_rule, who.image), NULL, 0 },
	{ "label.", policy_read_labels, offsetof(struct policy_rule, who.label), NULL, 0 },
	{ "pod.namespace", policy_read_globs, offsetof(struct policy_rule, who.pod_namespace), NULL,
	  0 },
	{ "pod.name", policy_read_globs, offsetof(struct policy_rule, who.pod_name), NULL, 0 },
	{ "pod.label.", policy_read_labels, offsetof(struct policy_rule, who.pod_label), NULL, 0 },
	{ "cgroup", policy_read_patterns, offsetof(struct policy_rule, cgroup), NULL, 0 },
	{ "exe", policy_read_patterns, offsetof(struct policy_rule, exe), NULL, 0 },
	{ "runtime", policy_read_mask, offsetof(struct policy_rule, runtime), &runtime_words, 0 },
	{ "pid_namespace", policy_read_mask, offsetof(struct policy_rule, pidns), &pidns_words, 0 },
	{ "user_namespace", policy_read_mask, offsetof(struct policy_rule, userns), &userns_words,
	  0 },
	{ "event", policy_read_mask, offsetof(struct policy_rule, event), &event_words, 0 },
};

/*
 * Names stand in events, labels of metrics and on command lines: nothing there needs
 * quotation marks.
 */
int policy_read_rule_name(struct policy_parser *parser, const struct policy_field *field,
			  const struct node *value, void *out)
{
	int err =
		policy_expect_text(parser, field, value, "text, in quotation marks where in doubt");
	const char *c;
	char is[128];

	if (err)
		return err;
	for (c = value->text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			break;
	if (*c || !isalnum((unsigned char)value->text[0]))
		return policy_error(
			parser, &value->place,
			"'%s' must be made of letters, digits, '.', '_' and '-', and start with a "
			"letter or a digit, not %s",
			field->name, node_describe(value, is, sizeof(is)));
	return policy_read_text(parser, field, value, out);
}

static const struct node *match_value(const struct node *rule, const char *selector)
{
	const struct node *match = node_get(rule, "match");

	return match ? node_get(match, selector) : NULL;
}

/* A selector that lists all there is says nothing, and must not count as one. */
static int drop_full(struct policy_parser *parser, const struct node *rule, const char *selector,
		     uint64_t all, uint64_t *mask)
{
	const struct node *value = match_value(rule, selector);

	if (!value || (*mask & all) != all)
		return 0;
	*mask = 0;
	return policy_warning(parser, &value->place,
			      "'%s' names all there is; leave it out for any", selector);
}

static int check_userns(struct policy_parser *parser, const struct node *node,
			struct policy_rule *rule)
{
	const struct node *value = match_value(node, "user_namespace");
	uint64_t remapped = 1ULL << RG_USERNS_REMAPPED;

	if (rule->userns == remapped)
		return policy_warning(
			parser, &value->place,
			"rule '%s' never matches: root of a remapped user namespace is not host "
			"root, and never a violation; remove the rule",
			parser->rule);
	if (!(rule->userns & remapped))
		return 0;
	rule->userns &= ~remapped;
	return policy_warning(
		parser, &value->place,
		"'remapped' has no effect: root of a remapped user namespace is not host root");
}

static int check_masks(struct policy_parser *parser, const struct node *node,
		       struct policy_rule *rule)
{
	int err = check_userns(parser, node, rule);

	if (!err)
		err = drop_full(parser, node, "user_namespace", POLICY_ALL_USERNS, &rule->userns);
	if (!err)
		err = drop_full(parser, node, "runtime", POLICY_ALL_RUNTIMES, &rule->runtime);
	if (!err)
		err = drop_full(parser, node, "pid_namespace", POLICY_ALL_PIDNS, &rule->pidns);
	if (!err)
		err = drop_full(parser, node, "event", POLICY_ALL_EVENTS, &rule->event);
	return err;
}

const struct policy_map policy_match_map = { "'match'", match_fields, ARRAY_SIZE(match_fields),
					     NULL };

int policy_read_match(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, void *out)
{
	uint64_t given;
	int err = policy_read_map(parser, &policy_match_map, value, out, &given);

	if (!err && given == 0)
		err = policy_error(
			parser, &value->place,
			"'%s' has no selector; what holds for every attempt is the policy's 'mode'",
			field->name);
	return err;
}

/* A key of 'match' that stands beside it. */
static const char *rule_elsewhere(const char *key)
{
	return policy_field_of(&policy_match_map, key) ? "it belongs in 'match'" : NULL;
}

static const struct policy_field rule_fields[] = {
	{ "name", policy_read_rule_name, offsetof(struct policy_rule, name), NULL, NAME_MAX_BYTES },
	{ "match", policy_read_match, 0, NULL, 0 },
	{ "action", policy_read_word, offsetof(struct policy_rule, action), &action_words, 0 },
	{ "report", policy_read_bool, offsetof(struct policy_rule, report), NULL, 0 },
	{ "reason", policy_read_text, offsetof(struct policy_rule, reason), NULL, 512 },
	{ "owner", policy_read_text, offsetof(struct policy_rule, owner), NULL, 128 },
	{ "expires", policy_read_date, offsetof(struct policy_rule, expires), NULL, 0 },
};
#define KEYS_NEEDED 3 /* of these */

const struct policy_map policy_rule_map = { "a rule", rule_fields, ARRAY_SIZE(rule_fields),
					    rule_elsewhere };

static int check_needed(struct policy_parser *parser, const struct node *node, uint64_t given)
{
	static const char *const examples[KEYS_NEEDED] = { "a name that no other rule has",
							   "the selectors that must hold",
							   "allow, audit, deny or kill" };
	int result = 0;
	size_t i;

	for (i = 0; i < KEYS_NEEDED; i++) {
		if (given & 1ULL << i)
			continue;
		result = policy_error(parser, &node->place, "rule '%s' has no '%s'; add %s",
				      parser->rule, rule_fields[i].name, examples[i]);
		if (result == -ENOMEM)
			return result;
	}
	return result;
}

/*
 * Which file a process executes is its own choice, and so are the event and,
 * in part, its namespaces: an exception must hang on something else.
 */
static int check_allow(struct policy_parser *parser, const struct node *node,
		       const struct policy_rule *rule)
{
	const struct node *exe = match_value(node, "exe");
	bool others = rule->event || rule->userns || rule->pidns;

	if (!rule->exe.n || rule->cgroup.n || rule->runtime || policy_rule_needs_identity(rule))
		return 0;
	if (!others)
		return policy_error(
			parser, &exe[-1].place,
			"rule '%s' allows by 'exe' alone, and a container has any file it likes at "
			"any path; add another selector, like cgroup or runtime",
			parser->rule);
	return policy_warning(
		parser, &exe[-1].place,
		"rule '%s' allows by what a process in a container can choose for itself; add "
		"cgroup or runtime",
		parser->rule);
}

/* Runtimes whose containers have none that is known: rootgate(8), NAMES OF CONTAINERS. */
#define NO_IMAGES     (1ULL << RG_RUNTIME_LXC)
#define NO_LABELS     (NO_IMAGES | 1ULL << RG_RUNTIME_NSPAWN)
#define NO_PODS	      (NO_LABELS | 1ULL << RG_RUNTIME_DOCKER | 1ULL << RG_RUNTIME_PODMAN)
#define NO_POD_LABELS (NO_PODS | 1ULL << RG_RUNTIME_CONTAINERD)

static int check_identity(struct policy_parser *parser, const struct node *node,
			  const struct policy_rule *rule)
{
	const struct policy_who *who = &rule->who;
	const struct {
		const char *selector;
		size_t asked;
		uint64_t without; /* bits of enum rg_runtime */
	} lacks[] = {
		{ "image", who->image.n, NO_IMAGES },
		{ "label", who->label.n, NO_LABELS },
		{ "pod.namespace", who->pod_namespace.n, NO_PODS },
		{ "pod.name", who->pod_name.n, NO_PODS },
		{ "pod.label", who->pod_label.n, NO_POD_LABELS },
	};
	size_t i;

	for (i = 0; rule->runtime && i < ARRAY_SIZE(lacks); i++)
		if (lacks[i].asked && !(rule->runtime & ~lacks[i].without))
			return policy_warning(
				parser, &match_value(node, "runtime")->place,
				"rule '%s' never matches: rootgate knows no '%s' of a container of "
				"that runtime; leave out one of the two",
				parser->rule, lacks[i].selector);
	return 0;
}

static int check_rule(struct policy_parser *parser, const struct node *node,
		      struct policy_rule *rule)
{
	const struct node *report = node_get(node, "report");
	int err = check_masks(parser, node, rule);

	if (!err)
		err = check_identity(parser, node, rule);
	if (!err && rule->action == RG_ACTION_ALLOW)
		err = check_allow(parser, node, rule);
	if (!err && rule->action == RG_ACTION_ALLOW && !rule->reason)
		err = policy_warning(
			parser, &node->place,
			"rule '%s' allows without a 'reason'; say why for those who come after",
			parser->rule);
	if (!err && report && rule->action != RG_ACTION_ALLOW)
		err = policy_warning(
			parser, &report[-1].place,
			"'report' has no effect with 'action: %s', whose events are always told",
			names_get(&names_action, rule->action));
	return err;
}

static int remember_name(struct policy_parser *parser, const struct policy_rule *rule)
{
	struct policy_name *names;

	if (!rule->name)
		return 0;
	/* Room grows by doubling: it is full whenever the number is a power of two. */
	if ((parser->n_names & (parser->n_names - 1)) == 0) {
		names = reallocarray(parser->names, parser->n_names ? parser->n_names * 2 : 1,
				     sizeof(*names));
		if (!names)
			return -ENOMEM;
		parser->names = names;
	}
	names = &parser->names[parser->n_names];
	names->name = strdup(rule->name);
	if (!names->name)
		return -ENOMEM;
	names->place = rule->place;
	parser->n_names++;
	return 0;
}

static int add_rule(struct policy *policy, struct policy_rule *rule)
{
	struct policy_rule *rules;

	if ((policy->n_rules & (policy->n_rules - 1)) == 0) {
		rules = reallocarray(policy->rules, policy->n_rules ? policy->n_rules * 2 : 1,
				     sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		policy->rules = rules;
	}
	policy->rules[policy->n_rules++] = *rule;
	*rule = (struct policy_rule){};
	return 0;
}

static int read_rule(struct policy_parser *parser, const struct node *node)
{
	_cleanup_(policy_rule_clear) struct policy_rule rule = { .place = node->place };
	const struct node *name = node_get(node, "name");
	uint64_t given;
	int err, needed = 0;

	parser->rule = name && name->kind == NODE_SCALAR && strlen(name->text) <= NAME_MAX_BYTES
			       ? name->text
			       : "?";
	err = policy_read_map(parser, &policy_rule_map, node, &rule, &given);
	if (err != -ENOMEM && node->kind == NODE_MAP)
		needed = check_needed(parser, node, given);
	if (err || needed) {
		int remembered = err == -ENOMEM ? err : remember_name(parser, &rule);

		return remembered ? remembered : err ? err : needed;
	}
	err = check_rule(parser, node, &rule);
	if (err == -ENOMEM || remember_name(parser, &rule) == -ENOMEM)
		return -ENOMEM;
	return err ? err : add_rule(parser->policy, &rule);
}

int policy_read_rules(struct policy_parser *parser, const struct policy_field *field,
		      const struct node *value, _unused_ void *out)
{
	int result = 0;
	char is[128];
	size_t i;

	if (value->kind != NODE_LIST)
		return policy_error(parser, &value->place,
				    "'%s' must be a list of rules, not %s; leave it out, or write "
				    "'[]' for none",
				    field->name, node_describe(value, is, sizeof(is)));
	for (i = 0; i < value->n && parser->report->n_errors < POLICY_ERRORS_MAX; i++) {
		int err;

		if (parser->n_rules++ >= RG_RULES_MAX)
			return policy_error(parser, &value->items[i].place,
					    "more than %d rules; the kernel side holds no more",
					    RG_RULES_MAX);
		err = read_rule(parser, &value->items[i]);
		if (err == -ENOMEM)
			return err;
		if (err)
			result = err;
	}
	return result;
}
