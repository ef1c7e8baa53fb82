// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The agent's set of programs: attached, proved, pinned, and taken over from
 * the agent before. The set before refuses until the new one is armed, so that
 * no moment is without; and what this agent leaves goes on without it. What
 * follows from a later proof is in agent_prove.c.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "agent_parts.h"
#include "canary.h"
#include "guard.h"
#include "log.h"
#include "mounts.h"
#include "names.h"
#include "notify.h"
#include "pins.h"
#include "rootgate.skel.h"
#include "seed.h"
#include "verb.h"

static struct rg_control *control_of(struct agent *agent)
{
	return &agent->loader.bpf->bss->control;
}

/* What moves over from the set before, where its layout is ours. */
static void inherit(struct agent *agent)
{
	struct rg_control *control = control_of(agent);
	const struct takeover *before = &agent->before;

	/* generations go on, so that an event's generation is never another policy's */
	control->word = rg_word(RG_MODE_NONE, 0, takeover_generation(before));
	if (before->from) {
		control->disabled_until = before->from->control->disabled_until;
		control->lost_told[0] = before->from->control->lost_told[0];
		control->lost_told[1] = before->from->control->lost_told[1];
		memcpy(control->held, (const void *)before->from->control->held,
		       sizeof(control->held));
		control->held_events = before->from->control->held_events;
	} else if (before->n) {
		log_notice("the agent before was of another version, or had not come to work: "
			   "counters, records and unread events begin anew");
	}
}

/* What became of an attempt to attach, as an exit code: EXIT_DEGRADED, where this way can't refuse. */
static int code_of(enum rg_attach way, int err)
{
	if (err == -EPERM)
		return EXIT_NOT_PERMITTED;
	if (err == -EBUSY || err == -ENOTRECOVERABLE)
		return EXIT_DEGRADED;
	if (way == RG_ATTACH_FMOD_RET && err != -EMFILE && err != -ENOMEM && err != -ECHILD)
		return EXIT_DEGRADED;
	return EXIT_FAILED;
}

/* Loads, attaches and proves; takes all of it back where that fails. */
static int attach_by(struct agent *agent, enum rg_attach way, struct why *why)
{
	struct takeover *before = &agent->before;
	int err = loader_start(&agent->host, way, before->maps, before->from ? TAKEOVER_MAPS : 0,
			       &agent->loader, why);

	if (err)
		return err;
	inherit(agent);
	err = canary_prove(control_of(agent), before, why);
	if (err)
		loader_stop(&agent->loader);
	return err;
}

bool agent_may_watch_only(const struct agent *agent, const struct policy *policy)
{
	struct policy asked = *policy;

	if (agent->options->mode != RG_MODE_NONE)
		asked.mode = agent->options->mode;
	return agent->options->allow_degraded || !policy_refuses(&asked, time(NULL));
}

/* The way that refuses, or, where there is none and nothing is to be refused, the one that watches. */
static int attach(struct agent *agent, const struct policy *policy)
{
	enum rg_attach way = host_way(&agent->host);
	struct why why, then;
	int err = attach_by(agent, way, &why), code = code_of(way, err);

	if (!err)
		return EXIT_DONE;
	if (way == RG_ATTACH_FMOD_RET)
		log_notice("BPF LSM programs cannot be used: 'bpf' is not an active security "
			   "module (active: %s); add it with the kernel parameter lsm=%s",
			   agent->host.lsm, agent->host.lsm_wanted);
	if (code != EXIT_DEGRADED)
		return log_exit(code, "%s", why.text);
	if (!agent_may_watch_only(agent, policy))
		return log_exit(code,
				"%s. To start all the same, and only report what is "
				"executed: --allow-degraded, or mode: audit",
				why.text);
	err = attach_by(agent, RG_ATTACH_AUDIT_ONLY, &then);
	if (err)
		return log_exit(code, "%s. Nor can it only watch: %s", why.text, then.text);
	log_notice("audit only: nothing is refused, and only what is executed is reported: %s",
		   why.text);
	return EXIT_DONE;
}

/* From here on nobody else can change what was loaded. */
static int guard(struct agent *agent)
{
	struct why why;
	int err = guard_start(&agent->loader, &why);

	if (err < 0)
		return log_exit(EXIT_FAILED, "%s", why.text);
	if (err > 0)
		log_notice("%s", why.text);
	return EXIT_DONE;
}

static int find_before(struct takeover *before, struct why *why)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();
	int err = takeover_find(before, why);

	if (!err && takeover_clear(before))
		log_notice("took away programs that an agent was killed before it could arm");
	return err;
}

static int pin(struct agent *agent, unsigned int set, struct why *why)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();
	int err = pins_make(&agent->loader, set, why);

	if (!err)
		pins_keep(&agent->loader, set);
	return err;
}

int agent_attach(struct agent *agent, const struct policy *policy)
{
	struct why why;
	int err = find_before(&agent->before, &why), code;

	if (err)
		return log_exit(err == -EPERM || err == -EACCES ? EXIT_NOT_PERMITTED : EXIT_FAILED,
				"%s", why.text);
	agent->loader.max_processes = agent->options->max_processes;
	agent->loader.no_guard = agent->options->no_guard;
	agent->loader.no_ftrace_guard = agent->options->no_ftrace_guard;
	code = attach(agent, policy);
	if (code)
		return code;
	if (agent->loader.attach == RG_ATTACH_FMOD_RET)
		log_notice("'bpf' is not an active security module (active: %s), so fmod_ret "
			   "programs refuse, best effort; for the full guarantee boot with lsm=%s",
			   agent->host.lsm, agent->host.lsm_wanted);
	return guard(agent);
}

int agent_pin(struct agent *agent)
{
	struct why why;
	int err;

	err = pin(agent, agent->before.next, &why);
	if (err)
		return log_exit(EXIT_FAILED, "%s", why.text);
	agent->set = agent->before.next;
	err = seed_run(&agent->loader);
	if (err)
		return log_exit(EXIT_FAILED, "cannot record the processes that run already: %s",
				strerror(-err));
	return EXIT_DONE;
}

int agent_take_over(struct agent *agent)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();
	bool went_on = agent->before.from;
	int err = pins_publish(agent->set);

	if (err)
		return log_exit(EXIT_FAILED, "cannot make " PINS_DIR "/current: %s",
				strerror(-err));
	/* what holds host root already has been told by an agent before */
	err = went_on ? 0 : loader_sweep(&agent->loader);
	if (err)
		return log_exit(EXIT_FAILED, "cannot look for host root that is there already: %s",
				strerror(-err));
	/* last of all: whatever fails before leaves the old ones as they were */
	if (agent->before.n)
		takeover_grace();
	if (takeover_end(&agent->before))
		agent_note(
			agent, RG_TYPE_STATE,
			"took over from the agent before: its programs are gone, these are armed");
	return EXIT_DONE;
}

const char *agent_state(const struct agent *agent)
{
	if (agent->mode == RG_MODE_AUDIT)
		return "audit";
	return agent->loader.attach == RG_ATTACH_AUDIT_ONLY ? "degraded" : "enforcing";
}

int agent_renew_pins(struct agent *agent, struct why *why)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();
	int err = pins_make(&agent->loader, agent->set, why);

	if (err)
		return err;
	pins_keep(&agent->loader, agent->set);
	err = pins_publish(agent->set);
	why_set(why, "cannot make " PINS_DIR "/current: %s", strerror(-err));
	return err;
}

static bool intact(const struct agent *agent)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();

	return pins_intact(&agent->loader, agent->set);
}

void agent_keep_pinned(struct agent *agent)
{
	struct why why;
	int err;

	if (intact(agent)) {
		agent->unpinned = false;
		return;
	}
	err = agent_renew_pins(agent, &why);
	if (!err)
		agent_note(agent, RG_TYPE_STATE,
			   "the pins in " PINS_DIR " were gone, and are there again: nothing went "
			   "unrefused");
	else if (!agent->unpinned)
		agent_note(agent, RG_TYPE_STATE,
			   "degraded: the pins in " PINS_DIR
			   " are gone, so that the programs would "
			   "end with the agent: %s",
			   why.text);
	agent->unpinned = err != 0;
}

void agent_detach(struct agent *agent)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();

	int err = 0;

	loader_stop(&agent->loader);
	if (agent->set)
		err = pins_remove(agent->set);
	if (err)
		log_warning("pins of programs that refuse nothing any more are left in " PINS_DIR
			    "/%u: %s; rm -r " PINS_DIR " takes them away",
			    agent->set, strerror(-err));
	if (agent->before.n)
		pins_publish(agent->before.sets[agent->before.n - 1].number);
	takeover_forget(&agent->before);
}

void agent_leave(struct agent *agent)
{
	loader_leave(&agent->loader);
	takeover_forget(&agent->before);
}
