// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate status: what is enforced at this moment, and what was counted. It asks the kernel, not the agent. */
#include <errno.h>
#include <string.h>

#include "jsonout.h"
#include "log.h"
#include "names.h"
#include "pins.h"
#include "state_read.h"
#include "verb.h"

struct status {
	struct state_reading reading;
	int code;
};

static int code_of(const struct status *status)
{
	if (!status->reading.facts.pinned || !status->reading.facts.alive)
		return EXIT_NO_AGENT;
	return status->reading.state.kind == STATE_ENFORCING ||
			       status->reading.state.kind == STATE_AUDIT
		       ? EXIT_DONE
		       : EXIT_DEGRADED;
}

static int status_read(struct status *out)
{
	int err = state_read(&out->reading);

	if (err == -EACCES || err == -EPERM)
		return log_exit(EXIT_NOT_PERMITTED, "status needs root: use sudo");
	if (err == -EPROTO)
		return log_exit(EXIT_FAILED,
				"the agent is of another version than this command (%s)",
				ROOTGATE_VERSION);
	if (err)
		return log_exit(EXIT_FAILED, "cannot read the maps in " PINS_DIR ": %s",
				strerror(-err));
	out->code = code_of(out);
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
	const __u64 word = status->reading.facts.control.word;
	bool pinned = status->reading.facts.pinned;
	int err = 0;
	size_t i;

	for (i = 0; i < RG_COUNT_COUNT; i++)
		err |= jsonout_add_number(counters, state_counter_name(i),
					  status->reading.counters[i]);
	err |= add_text(root, "state", state_name(status->reading.state.kind));
	err |= add_text(root, "reason", status->reading.state.reason);
	err |= add_text(root, "remedy", status->reading.state.remedy);
	err |= add_text(root, "attach",
			pinned ? names_get(&names_attach, status->reading.facts.control.attach)
			       : NULL);
	err |= add_text(root, "guarantee",
			pinned ? names_get(&names_guarantee, status->reading.facts.control.attach)
			       : NULL);
	err |= add_text(root, "mode", pinned ? names_get(&names_mode, rg_word_mode(word)) : NULL);
	err |= jsonout_add_number(root, "generation", rg_word_generation(word));
	err |= status->reading.facts.alive
		       ? jsonout_add_number(root, "agent_pid", status->reading.facts.control.agent)
		       : jsonout_add_null(root, "agent_pid");
	err |= jsonout_add(root, "counters", counters);
	if (err)
		return log_exit(EXIT_FAILED, "out of memory");
	return jsonout_print(stdout, root) ? EXIT_FAILED : status->code;
}

static int print_text(const struct status *status)
{
	const __u64 *n = status->reading.counters;

	printf("state:      %s\n", status->reading.state.kind == STATE_NOT_ENFORCING
					   ? "not enforcing"
					   : state_name(status->reading.state.kind));
	if (status->reading.state.reason[0])
		printf("reason:     %s\nremedy:     %s\n", status->reading.state.reason,
		       status->reading.state.remedy);
	if (!status->reading.facts.pinned)
		return status->code;
	printf("mode:       %s\nattached:   %s (%s)\ngeneration: %u\n",
	       names_get(&names_mode, rg_word_mode(status->reading.facts.control.word)),
	       names_get(&names_attach, status->reading.facts.control.attach),
	       names_get(&names_guarantee, status->reading.facts.control.attach),
	       rg_word_generation(status->reading.facts.control.word));
	if (status->reading.facts.alive)
		printf("agent:      PID %u\n", status->reading.facts.control.agent);
	printf("\n%-10s %12s %12s %12s %12s\n", "verdicts", "allowed", "audited", "denied",
	       "killed");
	printf("%-10s %12llu %12llu %12llu %12llu\n", "exec", n[RG_COUNT_EXEC_ALLOW],
	       n[RG_COUNT_EXEC_AUDIT], n[RG_COUNT_EXEC_DENY], n[RG_COUNT_EXEC_KILL]);
	printf("%-10s %12llu %12llu %12llu %12llu\n", "setuid", n[RG_COUNT_SETUID_ALLOW],
	       n[RG_COUNT_SETUID_AUDIT], n[RG_COUNT_SETUID_DENY], n[RG_COUNT_SETUID_KILL]);
	printf("%-10s %12llu %12llu %12llu %12llu\n", "near root", n[RG_COUNT_NEAR_ALLOW],
	       n[RG_COUNT_NEAR_AUDIT], n[RG_COUNT_NEAR_DENY], n[RG_COUNT_NEAR_KILL]);
	printf("\nset-up, not judged: %llu\nevents:             %llu\nevents lost:        %llu\n"
	       "PID records lost:   %llu\ntripwire:           %llu\nskipped, at most:   %llu\n",
	       n[RG_COUNT_SETUP], n[RG_COUNT_EVENTS],
	       n[RG_COUNT_LOST_REFUSALS] + n[RG_COUNT_LOST_REPORTS], n[RG_COUNT_PIDS_FULL],
	       n[RG_COUNT_TRIPWIRE], n[RG_COUNT_SKIPPED]);
	return status->code;
}

int cmd_status(const struct verb *verb, int argc, char **argv)
{
	enum output output = OUTPUT_TEXT;
	struct status status = {};
	int code;

	if (!verb_parse_plain(verb, argc, argv, &output, &code))
		return code;
	code = status_read(&status);
	if (code)
		return code;
	return output == OUTPUT_JSON ? print_json(&status) : print_text(&status);
}
