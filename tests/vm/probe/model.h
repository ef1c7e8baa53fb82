/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the two files of the verdict's model share: its random numbers and its rules. */
#ifndef PROBE_MODEL_H
#define PROBE_MODEL_H

#include <stdbool.h>

enum model_action { ALLOW, AUDIT, DENY, KILL, ACTIONS };
extern const char *const model_actions[ACTIONS];

/* What a rule names of a violation; NULL is any, and a '*' at the end stands for the rest. */
struct model_selectors {
	const char *event, *namespace, *pidns, *runtime, *cgroup, *exe;
};

#define MODEL_RULES_MAX 5
struct model_rule {
	struct model_selectors selectors;
	enum model_action action;
};

/* Below n, and the same on every machine for the same seed. */
void model_seed(unsigned long number);
unsigned int model_pick(unsigned int n);

/* The rules of that policy; how many. */
int model_rules(unsigned long number, struct model_rule rules[MODEL_RULES_MAX]);

/* The first that matches decides, else the mode does. */
enum model_action model_decide(const struct model_rule *rules, int n, enum model_action mode,
			       const struct model_selectors *violation);

#endif
