// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * When it is looked who a container is: when the kernel side tells that one begins, when a runtime
 * notes something, and else ever more seldom. So most are known before anything is executed in them,
 * and nobody need wait. All of it only where a rule asks.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent_identity.h"
#include "identity_watch.h"
#include "pidmap.h"
#include "procfs.h"
#include "rootgate.skel.h"

/* A container begins: the ring's callback. */
static int on_birth(void *ctx, void *data, size_t size)
{
	const struct rg_birth *birth = data;
	char cgroup[RG_PATH_MAX]; /* the ring can only be read */

	if (size < sizeof(*birth))
		return agent_read_on(ctx);
	snprintf(cgroup, sizeof(cgroup), "%.*s", RG_PATH_MAX - 1, birth->cgroup);
	agent_identity_begin(ctx, &birth->container, birth->pid, cgroup);
	return agent_read_on(ctx);
}

void agent_look_at(struct agent *agent, uint64_t when)
{
	struct births *births = &agent->births;
	struct itimerspec spec = {
		.it_value = { (time_t)(when / 1000000000), (long)(when % 1000000000) },
	};

	if (births->look_at && births->look_at <= when)
		return;
	if (!births->look_at)
		identity_watch(births->notes);
	births->look_at = when;
	timerfd_settime(births->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

/* True where a runtime has noted something. */
static bool read_notes(const struct births *births)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool noted = false, folders = false;
	ssize_t n, at;

	while ((n = read(births->notes, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(buf + at);

			folders |= (event->mask & IN_ISDIR) != 0;
			noted |= (event->mask &
				  (IN_MOVED_TO | IN_CLOSE_WRITE | IN_ISDIR | IN_Q_OVERFLOW)) != 0;
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	/* what was written there before it is watched has been missed: the look is behind this */
	if (folders && births->look_at)
		identity_watch(births->notes);
	return noted;
}

void agent_on_births(struct agent *agent)
{
	struct births *births = &agent->births;
	bool noted = read_notes(births);
	uint64_t expired, next;

	agent_read_ring(agent, births->ring);
	if (read(births->timer, &expired, sizeof(expired)) > 0)
		births->look_at = 0;
	next = agent_identity_look(agent, noted);
	if (next)
		agent_look_at(agent, next);
	agent_hold_check(agent);
}

static int see_process(const struct pid_record *process, void *arg)
{
	struct rg_event event = { .pid = process->pid,
				  .start_time = process->start_time,
				  .cgroup_id = process->cgroup_id,
				  .levels = process->levels };

	if (procfs_is_process(process->pid, process->start_time) ||
	    procfs_cgroup(process->pid, event.cgroup, sizeof(event.cgroup)))
		return 0;
	memcpy(event.pids, process->pids, sizeof(event.pids));
	agent_identity_of(arg, &event);
	return 0;
}

void agent_births_catch_up(struct agent *agent)
{
	pidmap_each(&agent->loader.records, see_process, agent);
}

static int watch(const struct births *births, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(births->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int agent_births_listen(struct agent *agent)
{
	struct births *births = &agent->births;

	ring_buffer__free(births->ring);
	births->ring = ring_buffer__new(bpf_map__fd(agent->loader.bpf->maps.births), on_birth,
					agent, NULL);
	return births->ring ? watch(births, ring_buffer__epoll_fd(births->ring)) : -errno;
}

int agent_births_open(struct agent *agent)
{
	struct births *births = &agent->births;
	int err;

	births->epoll = epoll_create1(EPOLL_CLOEXEC);
	births->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	births->notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (births->epoll < 0 || births->timer < 0 || births->notes < 0)
		return -errno;
	err = watch(births, births->timer);
	return err ?: watch(births, births->notes);
}

void agent_births_close(struct agent *agent)
{
	struct births *births = &agent->births;

	ring_buffer__free(births->ring);
	closep(&births->notes);
	closep(&births->timer);
	closep(&births->epoll);
}
