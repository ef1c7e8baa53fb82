// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate policy test: how somebody would be judged, and by which rule. The answer is
 * policy_match()'s, the plain meaning of a policy; no kernel is asked.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_policy.h"
#include "escape.h"
#include "jsonout.h"
#include "log.h"
#include "names.h"
#include "policy_parse.h"

struct question {
	struct policy_attempt attempt;
	struct policy_identity identity;
	struct policy_label *labels; /* room for one an argument, of each kind */
	struct policy_label *pod_labels;
	uint32_t runtime, pidns, userns, type;
	uint64_t uid, gid; /* gid 0: gained */
	uint64_t capabilities;
	enum output output;
	const char *path;
};

enum {
	OPT_ID = 256,
	OPT_NAME,
	OPT_IMAGE,
	OPT_LABEL,
	OPT_POD_NAMESPACE,
	OPT_POD_NAME,
	OPT_POD_LABEL,
	OPT_CGROUP,
	OPT_EXE,
	OPT_RUNTIME,
	OPT_PIDNS,
	OPT_USERNS,
	OPT_EVENT,
	OPT_UID,
	OPT_GID,
	OPT_CAPABILITY,
};

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "output", required_argument, NULL, 'o' },
	{ "id", required_argument, NULL, OPT_ID },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "image", required_argument, NULL, OPT_IMAGE },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "pod-namespace", required_argument, NULL, OPT_POD_NAMESPACE },
	{ "pod-name", required_argument, NULL, OPT_POD_NAME },
	{ "pod-label", required_argument, NULL, OPT_POD_LABEL },
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "exe", required_argument, NULL, OPT_EXE },
	{ "runtime", required_argument, NULL, OPT_RUNTIME },
	{ "pid-namespace", required_argument, NULL, OPT_PIDNS },
	{ "user-namespace", required_argument, NULL, OPT_USERNS },
	{ "event", required_argument, NULL, OPT_EVENT },
	{ "uid", required_argument, NULL, OPT_UID },
	{ "gid", required_argument, NULL, OPT_GID },
	{ "capability", required_argument, NULL, OPT_CAPABILITY },
	{},
};

static bool parse_word(const struct names *names, uint32_t count, const char *what,
		       const char *word, uint32_t *out)
{
	char known[256] = "";
	uint32_t number, i;

	if (names_find(names, word, &number) == 0 && number < count) {
		*out = number;
		return true;
	}
	for (i = 0; i < count; i++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 i ? ", " : "", names_get(names, i));
	log_error("unknown %s '%s': one of %s", what, word, known);
	return false;
}

/* "KEY=VALUE" */
static bool parse_label(char *text, struct policy_label *items, struct policy_labels *labels)
{
	char *value = strchr(text, '=');

	if (!value || value == text) {
		log_error("bad label '%s': write KEY=VALUE", text);
		return false;
	}
	*value = '\0';
	items[labels->n++] = (struct policy_label){ .key = text, .value = value + 1 };
	labels->items = items;
	return true;
}

static bool parse_id(const char *what, const char *text, uint64_t *out)
{
	if (parse_u64(text, UINT32_MAX - 1, out) == 0)
		return true;
	log_error("bad %s '%s': a number, as the host sees it", what, text);
	return false;
}

static bool parse_capability(const char *text, uint64_t *out)
{
	uint32_t number;

	if (names_find(&policy_capability_names, text, &number)) {
		log_error("unknown capability '%s': a name like %s", text,
			  names_get(&policy_capability_names, 0));
		return false;
	}
	*out |= 1ULL << number;
	return true;
}

static bool parse_identity(struct question *question, int opt, char *arg)
{
	struct policy_identity *identity = &question->identity;

	question->attempt.identity = identity;
	switch (opt) {
	case OPT_ID:
		identity->id = arg;
		return true;
	case OPT_NAME:
		identity->name = arg;
		return true;
	case OPT_IMAGE:
		identity->image = arg;
		return true;
	case OPT_POD_NAMESPACE:
		identity->pod_namespace = arg;
		return true;
	case OPT_POD_NAME:
		identity->pod_name = arg;
		return true;
	case OPT_LABEL:
		return parse_label(arg, question->labels, &identity->labels);
	case OPT_POD_LABEL:
		return parse_label(arg, question->pod_labels, &identity->pod_labels);
	default:
		return false;
	}
}

static bool parse_option(struct question *question, int opt, char *arg)
{
	switch (opt) {
	case 'o':
		return verb_parse_output(arg, &question->output);
	case OPT_CGROUP:
		question->attempt.cgroup = arg;
		return true;
	case OPT_EXE:
		question->attempt.exe = arg;
		return true;
	case OPT_RUNTIME:
		return parse_word(&names_runtime, RG_RUNTIME_COUNT, "runtime", arg,
				  &question->runtime);
	case OPT_PIDNS:
		return parse_word(&names_pidns, RG_PIDNS_COUNT, "PID namespace", arg,
				  &question->pidns);
	case OPT_USERNS:
		return parse_word(&names_userns, RG_USERNS_COUNT, "user namespace", arg,
				  &question->userns);
	case OPT_EVENT:
		return parse_word(&names_type, RG_TYPE_SETUID + 1, "event", arg, &question->type);
	case OPT_UID:
		return parse_id("uid", arg, &question->uid);
	case OPT_GID:
		return parse_id("gid", arg, &question->gid);
	case OPT_CAPABILITY:
		return parse_capability(arg, &question->capabilities);
	default:
		return parse_identity(question, opt, arg);
	}
}

/* False where the verb has ended with that, with *code. */
static bool parse_question(const struct verb *verb, int argc, char **argv,
			   struct question *question, int *code)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (opt != 'h' && parse_option(question, opt, optarg))
			continue;
		*code = opt == 'h' ? verb_help(verb) : verb_usage_error(verb);
		return false;
	}
	if (optind + 1 != argc) {
		log_error(optind == argc ? "policy test: no FILE is given"
					 : "policy test takes one FILE");
		*code = verb_usage_error(verb);
		return false;
	}
	question->path = argv[optind];
	question->attempt.runtime = question->runtime;
	question->attempt.pidns = question->pidns;
	question->attempt.userns = question->userns;
	question->attempt.type = question->type;
	question->attempt.now = time(NULL);
	return true;
}

/* What comes of it: an action, or "none" or "hold"; by what; and in words why. */
struct answer {
	const char *action;
	/* rule, mode, unidentified, root_capabilities, root_group, no_violation */
	const char *by;
	const struct policy_rule *rule;
	char why[256];
};

static void judge_by_rule(const struct policy_rule *rule, struct answer *answer)
{
	answer->rule = rule;
	answer->by = "rule";
	answer->action = names_get(&names_action, rule->action);
	snprintf(answer->why, sizeof(answer->why), "rule %s is the first that matches", rule->name);
}

static bool is_unidentified(const struct policy_rule *rule, const struct question *question)
{
	return rule && policy_rule_needs_identity(rule) && !question->attempt.identity;
}

/* As bpf/decide.bpf.h and hold.bpf.h do, where an exec is taken for the container's first. */
static void judge_unidentified(const struct policy *policy, const struct question *question,
			       const struct policy_rule *rule, struct answer *answer)
{
	const struct policy_attempt *attempt = &question->attempt;
	enum rg_action action = policy_mode_action(policy->mode);

	if (policy->unidentified == POLICY_UNIDENTIFIED_ALLOW)
		action = RG_ACTION_ALLOW;
	else if (action == RG_ACTION_AUDIT && policy_rules_refuse(policy, attempt->now))
		action = RG_ACTION_DENY;
	answer->rule = rule;
	answer->by = "unidentified";
	answer->action = names_get(&names_action, action);
	if (policy->unidentified == POLICY_UNIDENTIFIED_HOLD && action >= RG_ACTION_DENY &&
	    attempt->type == RG_TYPE_EXEC && attempt->pidns == RG_PIDNS_PRIVATE)
		answer->action = "hold";
	snprintf(answer->why, sizeof(answer->why),
		 "rule %s needs the container's identity, and none is given", rule->name);
}

/* Who is not host root may be near it. */
static void judge_user(const struct policy *policy, const struct question *question,
		       struct answer *answer)
{
	const struct policy_root_capabilities *root = &policy->root_capabilities;
	enum policy_extra action = question->gid ? POLICY_EXTRA_IGNORE : policy->root_group;
	const struct policy_rule *rule = policy_match(policy, &question->attempt);

	answer->by = "root_group";
	snprintf(answer->why, sizeof(answer->why), "group 0 is gained");
	if (question->userns == RG_USERNS_NONE && question->capabilities & root->set &&
	    root->action > action) {
		action = root->action;
		answer->by = "root_capabilities";
		snprintf(answer->why, sizeof(answer->why), "capabilities lead to root");
	}
	if (action == POLICY_EXTRA_IGNORE) {
		answer->by = "no_violation";
		snprintf(answer->why, sizeof(answer->why), "uid %u is not host root",
			 (unsigned int)question->uid);
		return;
	}
	answer->action = names_get(&names_action, action);
	if (is_unidentified(rule, question) && policy->unidentified == POLICY_UNIDENTIFIED_ALLOW)
		judge_unidentified(policy, question, rule, answer);
	else if (rule && !is_unidentified(rule, question) && (int)rule->action < (int)action)
		judge_by_rule(rule, answer);
}

static void judge(const struct policy *policy, const struct question *question,
		  struct answer *answer)
{
	*answer = (struct answer){ .action = "none", .by = "no_violation" };
	if (question->uid) {
		judge_user(policy, question, answer);
		return;
	}
	if (question->userns == RG_USERNS_REMAPPED) {
		snprintf(answer->why, sizeof(answer->why),
			 "root of a remapped user namespace is not host root");
		return;
	}
	answer->rule = policy_match(policy, &question->attempt);
	if (!answer->rule) {
		answer->by = "mode";
		answer->action = names_get(&names_action, policy_mode_action(policy->mode));
		snprintf(answer->why, sizeof(answer->why), "no rule matches, and the mode is %s",
			 names_get(&names_mode, policy->mode));
		return;
	}
	if (is_unidentified(answer->rule, question))
		judge_unidentified(policy, question, answer->rule, answer);
	else
		judge_by_rule(answer->rule, answer);
}

static int print_json(const struct answer *answer)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	_cleanup_(freep) char *source = NULL;
	const char *name = answer->rule ? answer->rule->name : "";
	int err = 0;

	if (answer->rule && asprintf(&source, "%s:%u:%u", answer->rule->place.file,
				     answer->rule->place.line, answer->rule->place.column) < 0) {
		source = NULL;
		err = -ENOMEM;
	}
	err = err ?: jsonout_add_text(object, "action", answer->action, strlen(answer->action));
	err = err ?: jsonout_add_text(object, "decided_by", answer->by, strlen(answer->by));
	err = err ?: jsonout_add_text(object, "rule", name, strlen(name));
	err = err
		      ?: jsonout_add_text(object, "source", source ? source : "",
					  source ? strlen(source) : 0);
	err = err ?: jsonout_add_text(object, "why", answer->why, sizeof(answer->why));
	err = err ?: jsonout_print(stdout, object);
	return err ? log_exit(EXIT_FAILED, "cannot print: %s", strerror(-err)) : EXIT_DONE;
}

static int print_text(const struct answer *answer)
{
	const struct policy_rule *rule = answer->rule;

	printf("%s: %s", answer->action, answer->why);
	if (rule) {
		fputs(" (", stdout);
		escape_text(stdout, rule->place.file, strlen(rule->place.file));
		printf(":%u:%u)", rule->place.line, rule->place.column);
	}
	putchar('\n');
	if (rule && rule->reason)
		printf("reason: %s\n", rule->reason);
	if (rule && rule->owner)
		printf("owner: %s\n", rule->owner);
	return EXIT_DONE;
}

int cmd_policy_test(const struct verb *verb, int argc, char **argv)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	_cleanup_(freep) struct policy_label *labels = calloc((size_t)argc, sizeof(*labels));
	_cleanup_(freep) struct policy_label *pod_labels = calloc((size_t)argc, sizeof(*labels));
	struct question question = { .labels = labels, .pod_labels = pod_labels, .gid = 1 };
	struct answer answer;
	int code;

	if (!labels || !pod_labels)
		return log_exit(EXIT_FAILED, "out of memory");
	if (!parse_question(verb, argc, argv, &question, &code))
		return code;
	code = cmd_policy_load(question.path, &policy, &report);
	if (code)
		return code;
	judge(policy, &question, &answer);
	return question.output == OUTPUT_JSON ? print_json(&answer) : print_text(&answer);
}
