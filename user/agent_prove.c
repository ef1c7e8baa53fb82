// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The proof that the programs run, again and again, and what follows where they do not: it is told,
 * and a new set is attached and proved beside the old one, as at a start. Only what is proved takes
 * the old one's place. What does not help is tried more and more rarely.
 */
#include <errno.h>
#include <string.h>

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

#define RARELY 64 /* heartbeats between two attempts, at most */

/* What the new set has of the old one: its maps by their descriptors, whatever became of the pins. */
static void take_maps(const struct loader *old, struct loader_map maps[TAKEOVER_MAPS])
{
	size_t i;

	for (i = 0; i < TAKEOVER_MAPS; i++)
		maps[i] = (struct loader_map){
			takeover_map_names[i],
			bpf_map__fd(
				bpf_object__find_map_by_name(old->bpf->obj, takeover_map_names[i])),
		};
}

static void inherit(const struct rg_control *old, struct rg_control *control)
{
	control->word = rg_word(RG_MODE_NONE, 0, rg_word_generation(old->word));
	control->disabled_until = old->disabled_until;
	control->heartbeat = old->heartbeat;
	/* whom it spares: a pass over all tasks tells it anew, once it is armed */
	control->floor = old->floor;
	control->root = old->root;
	memcpy(control->lost_told, old->lost_told, sizeof(control->lost_told));
	memcpy(control->held, old->held, sizeof(control->held));
	control->held_events = old->held_events;
}

/* A set that is attached, proved and guarded, beside the one in force. */
static int make_set(struct agent *agent, struct loader *out, struct why *why)
{
	struct loader_map maps[TAKEOVER_MAPS];
	struct rg_control *old = &agent->loader.bpf->bss->control;
	/* what still runs of the old one must let the new one's canary pass */
	const struct takeover beside = { .n = 1, .sets = { { agent->set, old, true } } };
	struct loader loader = agent->loader;
	int err;

	take_maps(&agent->loader, maps);
	err = loader_start(&agent->host, agent->loader.attach, maps, TAKEOVER_MAPS, &loader, why);
	if (err)
		return err;
	inherit(old, &loader.bpf->bss->control);
	err = canary_prove(&loader.bpf->bss->control, &beside, why);
	err = err ?: guard_start(&loader, why);
	if (err < 0) {
		loader_stop(&loader);
		return err;
	}
	*out = loader;
	return 0;
}

/* The old set goes once nothing depends on it any more. */
static void take_away(struct loader *old, unsigned int set)
{
	_cleanup_(mounts_leave) struct mounts_view view = mounts_enter();

	takeover_grace();
	old->bpf->bss->control.guard = 0;
	pins_remove(set);
	loader_stop(old);
}

/* Armed, and read from: the loop goes on with the new set, or all is as it was. */
static int put_in_place(struct agent *agent, const struct loader *loader, struct why *why)
{
	struct loader old = agent->loader, failed = *loader;
	int code;

	agent->loader = *loader;
	code = agent_apply_again(agent);
	code = code ?: agent_open_rings(agent);
	if (code) {
		why_set(why, "the policy or the rings did not go over to the new programs");
		agent->loader = old;
		agent_open_rings(agent);
		loader_stop(&failed);
		return -EIO;
	}
	/* processes came and went while nothing ran; where this fails the heartbeat tries again */
	agent->loader.missing = seed_run(&agent->loader) != 0 || agent->loader.missing;
	agent->set++;
	/* where this fails agent_keep_pinned() tells, and tries again */
	agent_renew_pins(agent, why);
	take_away(&old, agent->set - 1);
	return 0;
}

static void tell_proved(struct agent *agent, const char *what)
{
	agent_note(agent, RG_TYPE_STATE, "%s: %s", what, agent_state(agent));
	notify("STATUS=proved again: mode %s", names_get(&names_mode, agent->mode));
}

static void attach_anew(struct agent *agent)
{
	struct loader loader;
	struct why why;
	int err = make_set(agent, &loader, &why);

	err = err ?: put_in_place(agent, &loader, &why);
	if (!err) {
		tell_proved(agent, "attached anew: the programs are proved, and armed");
		return;
	}
	agent->patience = agent->patience ? 2 * agent->patience : 1;
	if (agent->patience > RARELY)
		agent->patience = RARELY;
	agent->wait = agent->patience;
	agent_note(agent, RG_TYPE_STATE, "attaching anew did not help: %s", why.text);
}

static void tell_proof(struct agent *agent, const struct why *why)
{
	if (!agent->loader.bpf->bss->control.unproved) {
		tell_proved(agent, "the programs run again");
		return;
	}
	agent_note(agent, RG_TYPE_STATE, "not enforcing: %s", why->text);
	notify("STATUS=not enforcing: the canary was not refused");
}

bool agent_prove(struct agent *agent)
{
	struct rg_control *control = &agent->loader.bpf->bss->control;
	struct why why;
	bool proved = canary_prove(control, &agent->before, &why) == 0;

	if (proved == control->unproved) {
		control->unproved = !proved;
		agent->patience = agent->wait = 0;
		tell_proof(agent, &why);
		return !proved;
	}
	if (proved)
		return false;
	if (agent->wait)
		agent->wait--;
	else
		attach_anew(agent);
	return false;
}
