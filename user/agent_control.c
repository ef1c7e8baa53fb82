// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What root asks of the running agent: reload, disable, enable. While it is disabled the programs
 * judge and report as ever, and refuse nothing: they compare a moment in the control memory
 * with the clock, so that refusal comes back at that moment whoever is alive. The agent only
 * tells.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent_parts.h"
#include "control.h"
#include "disabled.h"
#include "log.h"
#include "names.h"
#include "rootgate.skel.h"
#include "verb.h"
#include "when.h"

/* What the programs read; a single aligned store. */
static void set_moment(struct agent *agent, uint64_t until)
{
	struct itimerspec spec = {
		.it_value = { (time_t)(until / 1000000000), (long)(until % 1000000000) },
	};

	__atomic_store_n(&agent->loader.bpf->bss->control.disabled_until, until, __ATOMIC_SEQ_CST);
	agent->disabled_until = until;
	/* 0 stops it; where it cannot be set, the heartbeat notices */
	timerfd_settime(agent->disabled, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void tell_until(struct agent *agent, uint64_t until, const char *by)
{
	uint64_t now = clock_ns(CLOCK_BOOTTIME);
	char end[RECORD_TIME_MAX], left[WHEN_DURATION_MAX];

	when_format_duration(left, until > now ? until - now : 0);
	record_format_time(end, clock_ns(CLOCK_REALTIME) + (until - now));
	end[STATIC_STRLEN("2026-11-23T12:00:00")] = '\0';
	agent_note(agent, RG_TYPE_STATE, "disabled for %s, until %sZ, by %s", left, end, by);
}

static void tell_disabled(struct agent *agent, const struct disabled *disabled)
{
	char by[RECORD_NOTE_MAX];

	snprintf(by, sizeof(by), "uid %u (PID %d): %s", (unsigned int)disabled->uid,
		 (int)disabled->pid, disabled->reason);
	tell_until(agent, disabled->until, by);
}

static void disable(struct agent *agent, const struct control_peer *peer,
		    const struct control_request *request, struct control_answer *answer)
{
	struct disabled disabled = {
		.until = clock_ns(CLOCK_BOOTTIME) + request->for_ns,
		.uid = peer->uid,
		.pid = peer->pid,
	};
	char left[WHEN_DURATION_MAX];
	int err;

	snprintf(disabled.reason, sizeof(disabled.reason), "%s", request->reason);
	set_moment(agent, disabled.until);
	tell_disabled(agent, &disabled);
	when_format_duration(left, request->for_ns);
	err = disabled_write(&disabled);
	if (err)
		log_warning("cannot write %s/disabled: %s; a restart of the agent ends it",
			    stream_run_dir(), strerror(-err));
	snprintf(answer->text, sizeof(answer->text),
		 "disabled for %s: nothing is refused, only reported%s", left,
		 err ? "; a restart of the agent ends it, since the run folder cannot be written"
		     : "");
}

static void enable(struct agent *agent, const struct control_peer *peer,
		   struct control_answer *answer)
{
	bool tripped = agent_breaker_reset(agent), was = agent_is_disabled(agent) || tripped;
	int err = disabled_remove();

	set_moment(agent, 0);
	if (err)
		log_warning("cannot remove %s/disabled: %s", stream_run_dir(), strerror(-err));
	if (was)
		agent_note(agent, RG_TYPE_STATE, "enabled again by uid %u (PID %d)",
			   (unsigned int)peer->uid, (int)peer->pid);
	snprintf(answer->text, sizeof(answer->text), "%s: mode %s",
		 was ? "enabled" : "it was not disabled", names_get(&names_mode, agent->mode));
}

static void reload(struct agent *agent, struct control_answer *answer)
{
	char *told = NULL;
	size_t size = 0;

	agent->told = open_memstream(&told, &size);
	answer->code = agent_reload(agent);
	if (agent->told)
		fclose(agent->told);
	agent->told = NULL;
	if (!answer->code)
		snprintf(answer->text, sizeof(answer->text),
			 "generation %u in force: mode %s, %zu rules", agent->generation,
			 names_get(&names_mode, agent->mode),
			 agent->policies[agent->generation & 1]->n_rules);
	else
		snprintf(answer->text, sizeof(answer->text),
			 "%.3900s\nthe policy was refused; generation %u stays in force",
			 told ? told : "out of memory", agent->generation);
	free(told);
}

static void handle(void *ctx, const struct control_peer *peer,
		   const struct control_request *request, struct control_answer *answer)
{
	struct agent *agent = ctx;

	switch (request->verb) {
	case CONTROL_RELOAD:
		log_notice("reload, asked for by uid %u (PID %d)", (unsigned int)peer->uid,
			   (int)peer->pid);
		reload(agent, answer);
		break;
	case CONTROL_DISABLE:
		disable(agent, peer, request, answer);
		break;
	case CONTROL_ENABLE:
		enable(agent, peer, answer);
		break;
	case CONTROL_VERB_COUNT:
	default:
		answer->code = EXIT_USAGE;
		break;
	}
}

bool agent_is_disabled(const struct agent *agent)
{
	return agent->disabled_until > clock_ns(CLOCK_BOOTTIME);
}

int agent_control_open(struct agent *agent)
{
	const struct control_ops ops = { .handle = handle, .ctx = agent };
	char path[STREAM_PATH_MAX];
	struct why why;

	agent->disabled = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (agent->disabled < 0)
		return log_exit(EXIT_FAILED, "cannot open a timer: %s", strerror(errno));
	if (control_path(path))
		return log_exit(EXIT_FAILED, "the folder's name is too long for a socket: %s",
				stream_run_dir());
	if (control_open(path, &ops, &agent->control, &why))
		return log_exit(EXIT_FAILED, "%s", why.text);
	return EXIT_DONE;
}

void agent_control_restore(struct agent *agent)
{
	struct disabled disabled;
	int err = disabled_read(&disabled);

	if (err) {
		/* what the programs before went by goes on, whatever became of the file */
		set_moment(agent, agent->loader.bpf->bss->control.disabled_until);
		if (err != -ENOENT)
			log_warning("%s/disabled is passed over: %s; refusal is %s",
				    stream_run_dir(), strerror(-err),
				    agent_is_disabled(agent) ? "off" : "on");
		disabled_remove();
		if (agent_is_disabled(agent))
			tell_until(agent, agent->disabled_until,
				   "whom and why the file does not tell any more");
		return;
	}
	set_moment(agent, disabled.until);
	tell_disabled(agent, &disabled);
}

void agent_control_check(struct agent *agent)
{
	uint64_t until =
		__atomic_load_n(&agent->loader.bpf->bss->control.disabled_until, __ATOMIC_SEQ_CST);
	uint64_t expired;

	if (read(agent->disabled, &expired, sizeof(expired)) < 0 && errno != EAGAIN)
		log_debug("the timer of the disabled state: %s", strerror(errno));
	/* a verb that got no answer in time has written it itself */
	if (until != agent->disabled_until) {
		set_moment(agent, until);
		agent_note(agent, RG_TYPE_STATE, "%s behind the agent's back",
			   agent_is_disabled(agent) ? "disabled" : "enabled");
		return;
	}
	if (!until || agent_is_disabled(agent))
		return;
	set_moment(agent, 0);
	disabled_remove();
	agent_note(agent, RG_TYPE_STATE, "enabled again: the time is over, mode %s",
		   names_get(&names_mode, agent->mode));
}

void agent_control_close(struct agent *agent)
{
	control_close(agent->control);
	closep(&agent->disabled);
}
