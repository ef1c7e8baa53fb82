// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate detach: takes everything out of the kernel, with the agent where one
 * runs and without it. What it cannot do, rm and umount can: see README.md.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "lock.h"
#include "log.h"
#include "takeover.h"
#include "verb.h"

#define PATIENCE_MS 10000 /* for an agent to end by itself; then it is killed */
#define STEP_MS	    50

/* Waits until no agent holds the lock. */
static bool agent_is_gone(pid_t agent)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };
	int left;

	for (left = PATIENCE_MS; left > 0; left -= STEP_MS) {
		if (lock_holder() != agent)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

/* An agent that runs goes with its programs: without them it would be one that does nothing. */
static int end_agent(void)
{
	pid_t agent = lock_holder();

	if (!agent)
		agent = pins_owner();
	if (!agent)
		return EXIT_DONE;
	log_notice("the agent, PID %d, is told to end", (int)agent);
	if (kill(agent, AGENT_DETACH) && errno != ESRCH)
		return log_exit(EXIT_NOT_PERMITTED, "cannot signal the agent, PID %d: %s",
				(int)agent, strerror(errno));
	if (agent_is_gone(agent))
		return EXIT_DONE;
	log_warning("the agent does not answer, so it is killed");
	kill(agent, SIGKILL);
	if (agent_is_gone(agent))
		return EXIT_DONE;
	return log_exit(EXIT_FAILED, "the agent, PID %d, does not end: is it stuck in the kernel?",
			(int)agent);
}

/* Programs without pins may be in systemd's store, which is out of reach from here. */
static const char *store_hint(void)
{
	return access("/run/systemd/system", F_OK) == 0
		       ? " that is pinned; if something is refused all the same, 'systemctl stop "
			 "rootgate' makes systemd let go of it"
		       : "";
}

static int detach(void)
{
	struct takeover left;
	struct why why;
	bool had_agent;
	size_t n;
	int code, err;

	if (geteuid() != 0)
		return log_exit(EXIT_NOT_PERMITTED, "detach needs root: use sudo");
	had_agent = lock_holder() != 0;
	code = end_agent();
	if (code)
		return code;
	err = takeover_find(&left, &why);
	if (err)
		return log_exit(err == -EPERM || err == -EACCES ? EXIT_NOT_PERMITTED : EXIT_FAILED,
				"%s", why.text);
	n = takeover_end(&left);
	pins_tidy();
	if (n || had_agent)
		log_notice("detached: nothing is refused from now on");
	else
		log_notice("nothing is attached%s", store_hint());
	return EXIT_DONE;
}

int cmd_detach(const struct verb *verb, int argc, char **argv)
{
	int code;

	if (!verb_parse_plain(verb, argc, argv, NULL, &code))
		return code;
	return detach();
}
