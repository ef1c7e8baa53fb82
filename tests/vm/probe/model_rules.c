// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random policies, and what they mean: the first rule that matches decides. Written for the model
 * alone; rootgate itself reads them as YAML.
 */
#include "model.h"
#include "probe.h"

#include <stdio.h>
#include <string.h>

const char *const model_actions[ACTIONS] = { "allow", "audit", "deny", "kill" };

static unsigned long long state;

unsigned int model_pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)((state >> 11) % n);
}

void model_seed(unsigned long number)
{
	state = number * 0x9e3779b97f4a7c15ULL + 1;
	for (int i = 0; i < 8; i++)
		model_pick(2);
}

/* The values that a rule may name; NULL is any. */
static const char *const events[] = { NULL, NULL, "exec", "setuid" };
static const char *const namespaces[] = { NULL, NULL, "none", "identity" };
static const char *const pidns[] = { NULL, NULL, "private", "host" };
static const char *const runtimes[] = { NULL, NULL, "docker", "unknown" };
static const char *const cgroups[] = { NULL, NULL, "/docker/*", "/jobs/*", "/jobs/a" };
static const char *const exes[] = { NULL, NULL, "/bin/*", "/payload/bin/probe", "/bin/suid-*" };

static const char *any_of(const char *const *list, size_t n)
{
	return list[model_pick((unsigned int)n)];
}

int model_rules(unsigned long number, struct model_rule rules[MODEL_RULES_MAX])
{
	int n;

	model_seed(number);
	n = 1 + (int)model_pick(MODEL_RULES_MAX);
	for (int i = 0; i < n; i++) {
		struct model_selectors *selectors = &rules[i].selectors;

		selectors->event = any_of(events, ARRAY_SIZE(events));
		selectors->namespace = any_of(namespaces, ARRAY_SIZE(namespaces));
		selectors->pidns = any_of(pidns, ARRAY_SIZE(pidns));
		selectors->runtime = any_of(runtimes, ARRAY_SIZE(runtimes));
		selectors->cgroup = any_of(cgroups, ARRAY_SIZE(cgroups));
		selectors->exe = any_of(exes, ARRAY_SIZE(exes));
		rules[i].action = model_pick(ACTIONS);
	}
	return n;
}

static void print_selector(const char *key, const char *value)
{
	if (value)
		printf("      %s: \"%s\"\n", key, value);
}

int act_modelpolicy(const struct word *word)
{
	struct model_rule rules[MODEL_RULES_MAX];
	long number;
	int n;

	if (numbers(word->value, &number, 1) != 1)
		return malformed(word->value);
	n = model_rules((unsigned long)number, rules);
	puts("root_capabilities: { action: ignore }\nrules:");
	for (int i = 0; i < n; i++) {
		const struct model_selectors *selectors = &rules[i].selectors;

		printf("  - name: r%d\n    action: %s\n    reason: model\n    match:\n", i + 1,
		       model_actions[rules[i].action]);
		print_selector("event", selectors->event);
		print_selector("user_namespace", selectors->namespace);
		print_selector("pid_namespace", selectors->pidns);
		print_selector("runtime", selectors->runtime);
		print_selector("cgroup", selectors->cgroup);
		print_selector("exe", selectors->exe);
	}
	return ALLOWED;
}

static bool holds(const char *wanted, const char *is)
{
	size_t len = wanted ? strlen(wanted) : 0;

	if (!wanted)
		return true;
	if (wanted[len - 1] == '*')
		return strncmp(wanted, is, len - 1) == 0;
	return strcmp(wanted, is) == 0;
}

enum model_action model_decide(const struct model_rule *rules, int n, enum model_action mode,
			       const struct model_selectors *violation)
{
	for (int i = 0; i < n; i++) {
		const struct model_selectors *rule = &rules[i].selectors;

		if (holds(rule->event, violation->event) &&
		    holds(rule->namespace, violation->namespace) &&
		    holds(rule->pidns, violation->pidns) &&
		    holds(rule->runtime, violation->runtime) &&
		    holds(rule->cgroup, violation->cgroup) && holds(rule->exe, violation->exe))
			return rules[i].action;
	}
	return mode;
}
