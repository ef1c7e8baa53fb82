// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate status: what is enforced at this moment, and what was counted. It asks the kernel, not the agent. */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "jsonout.h"
#include "lock.h"
#include "log.h"
#include "names.h"
#include "pins.h"
#include "verb.h"

struct status {
	struct rg_control control;
	__u64 counters[RG_COUNT_COUNT];
	bool pinned;
	bool alive; /* the agent holds its lock */
	const char *state;
	const char *reason;
	const char *remedy;
	int code;
};

static const char *const counter_names[] = {
	[RG_COUNT_EXEC_ALLOW] = "exec_allow",
	[RG_COUNT_EXEC_AUDIT] = "exec_audit",
	[RG_COUNT_EXEC_DENY] = "exec_deny",
	[RG_COUNT_EXEC_KILL] = "exec_kill",
	[RG_COUNT_SETUID_ALLOW] = "setuid_allow",
	[RG_COUNT_SETUID_AUDIT] = "setuid_audit",
	[RG_COUNT_SETUID_DENY] = "setuid_deny",
	[RG_COUNT_SETUID_KILL] = "setuid_kill",
	[RG_COUNT_SETUP] = "setup",
	[RG_COUNT_EVENTS] = "events",
	[RG_COUNT_LOST_REFUSALS] = "lost_refusals",
	[RG_COUNT_LOST_REPORTS] = "lost_reports",
	[RG_COUNT_PIDS_FULL] = "pids_full",
	[RG_COUNT_NO_SCRATCH] = "no_scratch",
	[RG_COUNT_LATENT] = "latent",
	[RG_COUNT_PREEXISTING] = "preexisting",
	[RG_COUNT_GUARD] = "guard",
};
_Static_assert(ARRAY_SIZE(counter_names) == RG_COUNT_COUNT, "a name for each counter");

static void judge_state(struct status *status)
{
	const __u64 word = status->control.word;

	status->code = EXIT_DONE;
	if (!status->pinned) {
		status->state = "none";
		status->reason = "no agent runs, and nothing is pinned";
		status->remedy = "start it: rootgate run";
		status->code = EXIT_NO_AGENT;
	} else if (!status->alive) {
		status->state = word & RG_WORD_ARMED ? "degraded" : "not_enforcing";
		status->reason = word & RG_WORD_ARMED
					 ? "no agent runs: the programs that it left go on, "
					   "unproved, and nobody reads their events"
					 : "no agent runs, and the programs that one left are not "
					   "armed";
		status->remedy = "start it: rootgate run; or take them away: rootgate detach";
		status->code = EXIT_NO_AGENT;
	} else if (!(word & RG_WORD_ARMED)) {
		status->state = "not_enforcing";
		status->reason = "the agent is starting, or ending";
		status->remedy = "ask again in a second";
		status->code = EXIT_DEGRADED;
	} else if (status->control.unproved) {
		status->state = "not_enforcing";
		status->reason =
			"the canary was not refused: the programs are attached but do not run";
		status->remedy = "set kernel.ftrace_enabled to 1 (sysctl)";
		status->code = EXIT_DEGRADED;
	} else if (rg_word_mode(word) == RG_MODE_AUDIT) {
		status->state = "audit";
		status->reason =
			word & RG_WORD_REFUSES
				? "the mode is audit: only what a rule denies is refused"
				: "the mode is audit: violations are reported, not refused";
		status->remedy = "set mode: enforce in the policy";
	} else if (status->control.attach == RG_ATTACH_FMOD_RET) {
		status->state = "enforcing";
		status->reason = "best effort: 'bpf' is not an active security module";
		status->remedy = "boot with bpf in the kernel parameter lsm=";
	} else {
		status->state = "enforcing";
	}
}

static int status_read(struct status *out)
{
	int err = pins_read_control(&out->control);

	if (!err)
		err = pins_read_counters(out->counters);
	if (err == -EACCES || err == -EPERM)
		return log_exit(EXIT_NOT_PERMITTED, "status needs root: use sudo");
	if (err == -EPROTO)
		return log_exit(EXIT_FAILED,
				"the agent is of another version than this command (%s)",
				ROOTGATE_VERSION);
	if (err && err != -ENOENT)
		return log_exit(EXIT_FAILED, "cannot read the maps in " PINS_DIR ": %s",
				strerror(-err));
	out->pinned = !err;
	out->alive = lock_holder() != 0;
	judge_state(out);
	return EXIT_DONE;
}

static int add_text(struct json_object *object, const char *key, const char *text)
{
	return text ? jsonout_add_text(object, key, text, strlen(text))
		    : jsonout_add_null(object, key);
}

static int print_json(const struct status *status)
{
	_cleanup_(jsonout_freep) struct json_object *root = json_object_new_object();
	struct json_object *counters = json_object_new_object();
	const __u64 word = status->control.word;
	bool pinned = status->pinned;
	int err = 0;
	size_t i;

	for (i = 0; i < RG_COUNT_COUNT; i++)
		err |= jsonout_add_number(counters, counter_names[i], status->counters[i]);
	err |= add_text(root, "state", status->state);
	err |= add_text(root, "reason", status->reason);
	err |= add_text(root, "remedy", status->remedy);
	err |= add_text(root, "attach",
			pinned ? names_get(&names_attach, status->control.attach) : NULL);
	err |= add_text(root, "mode", pinned ? names_get(&names_mode, rg_word_mode(word)) : NULL);
	err |= jsonout_add_number(root, "generation", rg_word_generation(word));
	err |= status->alive ? jsonout_add_number(root, "agent_pid", status->control.agent)
			     : jsonout_add_null(root, "agent_pid");
	err |= jsonout_add(root, "counters", counters);
	if (err)
		return log_exit(EXIT_FAILED, "out of memory");
	return jsonout_print(stdout, root) ? EXIT_FAILED : status->code;
}

static int print_text(const struct status *status)
{
	const __u64 *n = status->counters;

	printf("state:      %s\n",
	       strcmp(status->state, "not_enforcing") == 0 ? "not enforcing" : status->state);
	if (status->reason)
		printf("reason:     %s\nremedy:     %s\n", status->reason, status->remedy);
	if (!status->pinned)
		return status->code;
	printf("mode:       %s\nattached:   %s\ngeneration: %u\n",
	       names_get(&names_mode, rg_word_mode(status->control.word)),
	       names_get(&names_attach, status->control.attach),
	       rg_word_generation(status->control.word));
	if (status->alive)
		printf("agent:      PID %u\n", status->control.agent);
	printf("\n%-10s %12s %12s %12s %12s\n", "verdicts", "allowed", "audited", "denied",
	       "killed");
	printf("%-10s %12llu %12llu %12llu %12llu\n", "exec", n[RG_COUNT_EXEC_ALLOW],
	       n[RG_COUNT_EXEC_AUDIT], n[RG_COUNT_EXEC_DENY], n[RG_COUNT_EXEC_KILL]);
	printf("%-10s %12llu %12llu %12llu %12llu\n", "setuid", n[RG_COUNT_SETUID_ALLOW],
	       n[RG_COUNT_SETUID_AUDIT], n[RG_COUNT_SETUID_DENY], n[RG_COUNT_SETUID_KILL]);
	printf("\nset-up, not judged: %llu\nevents:             %llu\nevents lost:        %llu\n"
	       "PID records lost:   %llu\n",
	       n[RG_COUNT_SETUP], n[RG_COUNT_EVENTS],
	       n[RG_COUNT_LOST_REFUSALS] + n[RG_COUNT_LOST_REPORTS], n[RG_COUNT_PIDS_FULL]);
	return status->code;
}

int cmd_status(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	enum output output = OUTPUT_TEXT;
	struct status status = {};
	int c, code;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == 'h')
			return verb_help(verb);
		if (c != 'o' || !verb_parse_output(optarg, &output))
			return verb_usage_error(verb);
	}
	if (optind < argc) {
		log_error("status takes no operand: '%s'", argv[optind]);
		return verb_usage_error(verb);
	}
	code = status_read(&status);
	if (code)
		return code;
	return output == OUTPUT_JSON ? print_json(&status) : print_text(&status);
}
