// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A reload that nobody asks for: the policy's files have changed. Which changes count is policy_watch.c's matter. */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent_parts.h"
#include "log.h"
#include "verb.h"

#define GATHER_SECONDS 1

/* Several files are rarely changed at once: what follows soon belongs to it. */
static void gather(const struct agent *agent)
{
	const struct itimerspec spec = { .it_value.tv_sec = GATHER_SECONDS };
	struct itimerspec left;

	if (timerfd_gettime(agent->changed, &left) == 0 && !left.it_value.tv_sec &&
	    !left.it_value.tv_nsec)
		timerfd_settime(agent->changed, 0, &spec, NULL);
}

void agent_watch_forget(struct agent *agent)
{
	static const struct itimerspec never = {};

	policy_watch_read(&agent->watch);
	timerfd_settime(agent->changed, 0, &never, NULL);
}

int agent_watch_open(struct agent *agent)
{
	int err = policy_watch_open(&agent->watch, agent_policy_path(agent));

	agent->changed = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (err || agent->changed < 0)
		return log_exit(EXIT_FAILED, "cannot watch the policy's files: %s",
				strerror(err ? -err : errno));
	return EXIT_DONE;
}

void agent_on_files(struct agent *agent)
{
	if (policy_watch_read(&agent->watch))
		gather(agent);
}

void agent_on_changed(struct agent *agent)
{
	uint64_t expired;

	if (read(agent->changed, &expired, sizeof(expired)) < 0)
		return;
	policy_watch_renew(&agent->watch);
	log_notice("reload: the files in %s have changed", agent_policy_path(agent));
	agent_reload(agent);
}

void agent_watch_check(struct agent *agent)
{
	if (policy_watch_renew(&agent->watch))
		gather(agent);
}

void agent_watch_close(struct agent *agent)
{
	policy_watch_close(&agent->watch);
	closep(&agent->changed);
}
