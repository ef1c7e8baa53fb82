// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The agent's start, loop and end. The order of the start is the promise:
 * policy read, one agent only, programs attached, proved by the canary, policy
 * written, and armed last. Whatever fails takes everything back.
 *
 * The loop waits for the rings, readers, signals and one slow timer; it never
 * polls. Refusals are passed on at once. Other events may gather for a moment,
 * so that a storm of them costs one wake-up a batch.
 */
#include "agent_identity.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "names.h"
#include "notify.h"
#include "rootgate.skel.h"
#include "seed.h"
#include "verb.h"

#define HEARTBEAT_NS 9000000000ULL /* so that what it finds is told within ten seconds */
#define SOON_NS	     300000000ULL
#define BATCH_NS     100000000ULL

enum source {
	ON_SIGNAL,
	ON_REFUSALS,
	ON_REPORTS,
	ON_BATCH,
	ON_HEARTBEAT,
	ON_STREAM,
	ON_CONTROL,
	ON_DISABLED,
	ON_FILES,
	ON_CHANGED,
	ON_BIRTHS
};

/* --- the loop -------------------------------------------------------------- */

static int watch(struct agent *agent, int fd, enum source source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = source };

	return epoll_ctl(agent->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int set_timer(int fd, uint64_t first, uint64_t every)
{
	struct itimerspec spec = {
		.it_value = { (time_t)(first / 1000000000), (long)(first % 1000000000) },
		.it_interval = { (time_t)(every / 1000000000), (long)(every % 1000000000) },
	};

	return timerfd_settime(fd, 0, &spec, NULL) ? -errno : 0;
}

/* The first report of a batch: let others gather, and look again when the timer says so. */
static void on_reports(struct agent *agent)
{
	set_timer(agent->batch, BATCH_NS, 0);
}

static void on_batch(struct agent *agent)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.u32 = ON_REPORTS };
	uint64_t expired;

	if (read(agent->batch, &expired, sizeof(expired)) < 0)
		return;
	if (agent_read_ring(agent, agent->reports)) {
		set_timer(agent->batch, 1, 0); /* once the others had their turn */
		return;
	}
	epoll_ctl(agent->epoll, EPOLL_CTL_MOD, ring_buffer__epoll_fd(agent->reports), &event);
}

static void on_heartbeat(struct agent *agent)
{
	uint64_t expired;

	if (read(agent->heartbeat, &expired, sizeof(expired)) < 0)
		return;
	agent->loader.bpf->bss->control.heartbeat = clock_ns(CLOCK_BOOTTIME);
	notify("WATCHDOG=1");
	agent_expire(agent);
	agent_flush_events(agent, clock_ns(CLOCK_BOOTTIME));
	agent_watch_check(agent);
	agent_tell_lost(agent);
	agent_tell_skipped(agent);
	agent_control_check(agent);
	seed_repair(&agent->loader);
	if (agent_prove(agent))
		set_timer(agent->heartbeat, SOON_NS, agent->beat);
	else
		agent_keep_pinned(agent);
	agent_identity_expire(agent);
	agent_hold_sweep(agent);
}

static void on_signal(struct agent *agent)
{
	struct signalfd_siginfo info;

	if (read(agent->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		agent_reload(agent);
		return;
	}
	agent->detaching = info.ssi_signo == AGENT_DETACH;
	agent->ending = true;
}

static void dispatch(struct agent *agent, uint32_t source)
{
	switch (source) {
	case ON_SIGNAL:
		on_signal(agent);
		break;
	case ON_REFUSALS:
		agent_read_ring(agent, agent->refusals);
		break;
	case ON_REPORTS:
		on_reports(agent);
		break;
	case ON_BATCH:
		on_batch(agent);
		break;
	case ON_HEARTBEAT:
		on_heartbeat(agent);
		break;
	case ON_STREAM:
		stream_dispatch(agent->stream);
		break;
	case ON_CONTROL:
		control_dispatch(agent->control);
		break;
	case ON_DISABLED:
		agent_control_check(agent);
		break;
	case ON_FILES:
		agent_on_files(agent);
		break;
	case ON_CHANGED:
		agent_on_changed(agent);
		break;
	case ON_BIRTHS:
		agent_on_births(agent);
		break;
	default:
		break;
	}
}

static int loop(struct agent *agent)
{
	struct epoll_event events[8];

	while (!agent->ending) {
		int n = epoll_wait(agent->epoll, events, ARRAY_SIZE(events), -1), i;

		if (n < 0 && errno != EINTR)
			return log_exit(EXIT_FAILED, "cannot wait for events: %s", strerror(errno));
		for (i = 0; i < n; i++)
			dispatch(agent, events[i].data.u32);
	}
	return EXIT_DONE;
}

/* --- start and end --------------------------------------------------------- */

static int open_stream(struct agent *agent)
{
	char path[STREAM_PATH_MAX], why[256];
	int err = stream_path(path);

	if (err)
		return log_exit(EXIT_FAILED, "the folder's name is too long for a socket: %s",
				stream_run_dir());
	if (stream_open(path, STREAM_GROUP, &agent->origin, &agent->stream, why, sizeof(why)))
		return log_exit(EXIT_FAILED, "%s", why);
	return EXIT_DONE;
}

int agent_open_rings(struct agent *agent)
{
	struct rootgate_bpf *bpf = agent->loader.bpf;
	int err = 0;

	ring_buffer__free(agent->refusals);
	ring_buffer__free(agent->reports);
	agent->refusals =
		ring_buffer__new(bpf_map__fd(bpf->maps.refusals), agent_on_event, agent, NULL);
	agent->reports =
		ring_buffer__new(bpf_map__fd(bpf->maps.reports), agent_on_event, agent, NULL);
	if (!agent->refusals || !agent->reports)
		return log_exit(EXIT_FAILED, "cannot read the rings of events: %s",
				strerror(errno));
	err = watch(agent, ring_buffer__epoll_fd(agent->refusals), ON_REFUSALS, EPOLLIN);
	err = err
		      ?: watch(agent, ring_buffer__epoll_fd(agent->reports), ON_REPORTS,
			       EPOLLIN | EPOLLONESHOT);
	err = err ?: agent_births_listen(agent);
	return err ? log_exit(EXIT_FAILED, "cannot wait for events: %s", strerror(-err))
		   : EXIT_DONE;
}

static int open_loop(struct agent *agent)
{
	uint64_t beat = notify_watchdog() / 2;
	int err;

	if (!beat || beat > HEARTBEAT_NS)
		beat = HEARTBEAT_NS;
	agent->epoll = epoll_create1(EPOLL_CLOEXEC);
	agent->batch = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	agent->heartbeat = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (agent->epoll < 0 || agent->batch < 0 || agent->heartbeat < 0)
		return log_exit(EXIT_FAILED, "cannot open the event loop: %s", strerror(errno));
	err = watch(agent, agent->signals, ON_SIGNAL, EPOLLIN);
	err = err ?: watch(agent, agent->batch, ON_BATCH, EPOLLIN);
	err = err ?: watch(agent, agent->heartbeat, ON_HEARTBEAT, EPOLLIN);
	err = err ?: watch(agent, stream_fd(agent->stream), ON_STREAM, EPOLLIN);
	err = err ?: watch(agent, control_fd(agent->control), ON_CONTROL, EPOLLIN);
	err = err ?: watch(agent, agent->disabled, ON_DISABLED, EPOLLIN);
	err = err ?: watch(agent, agent->watch.fd, ON_FILES, EPOLLIN);
	err = err ?: watch(agent, agent->changed, ON_CHANGED, EPOLLIN);
	agent->beat = beat;
	err = err ?: agent_births_open(agent);
	err = err ?: watch(agent, agent->births.epoll, ON_BIRTHS, EPOLLIN);
	err = err ?: set_timer(agent->heartbeat, beat, beat);
	if (err)
		return log_exit(EXIT_FAILED, "cannot open the event loop: %s", strerror(-err));
	return agent_open_rings(agent);
}

/* Signals come through a descriptor from the first step on, so that none can end the agent halfway. */
static int open_signals(struct agent *agent)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, AGENT_DETACH);
	signal(SIGPIPE, SIG_IGN);
	agent->signals = sigprocmask(SIG_BLOCK, &set, NULL)
				 ? -1
				 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (agent->signals < 0)
		return log_exit(EXIT_FAILED, "cannot receive signals: %s", strerror(errno));
	return EXIT_DONE;
}

static int start(struct agent *agent)
{
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	int code = agent_read_host(agent);

	code = code ?: open_signals(agent);
	code = code ?: agent_take_lock(agent);
	code = code ?: agent_take_mounts();
	code = code ?: agent_read_policy(agent, &policy);
	code = code ?: agent_attach(agent, policy);
	code = code ?: open_stream(agent);
	agent->suppress = suppress_new();
	code = code ?: agent_pin(agent);
	code = code ?: agent_control_open(agent);
	code = code ?: agent_watch_open(agent);
	code = code ?: open_loop(agent);
	code = code ?: agent_drop_privileges();
	if (!code) {
		agent_control_restore(agent);
		agent_breaker_restore(agent);
		/* records are there, so their start is over; and what is held once it is armed is decided */
		agent->loader.bpf->bss->control.heartbeat = clock_ns(CLOCK_BOOTTIME);
	}
	code = code ?: agent_apply_policy(agent, &policy);
	code = code ?: agent_take_over(agent);
	if (code)
		return code;
	agent_note(agent, RG_TYPE_STATE, "%s: attached by %s (%s)", agent_state(agent),
		   names_get(&names_attach, agent->loader.attach),
		   names_get(&names_guarantee, agent->loader.attach));
	log_notice("ready: mode %s, attached by %s, %zu rules", names_get(&names_mode, agent->mode),
		   names_get(&names_attach, agent->loader.attach),
		   agent->policies[agent->generation & 1]->n_rules);
	notify("READY=1\nSTATUS=mode %s, attached by %s", names_get(&names_mode, agent->mode),
	       names_get(&names_attach, agent->loader.attach));
	return EXIT_DONE;
}

/* What it leaves is pinned and goes on, unless the operator wants it gone. */
static void tell_end(struct agent *agent)
{
	const char *what = agent->detaching ? "the agent ends and detaches: nothing is refused "
					      "from now on"
					    : "the agent ends: its programs go on; 'rootgate "
					      "detach' takes them away";

	agent_tell_skipped(agent);
	agent_note(agent, RG_TYPE_STATE, "%s", what);
}

static void stop(struct agent *agent)
{
	notify("STOPPING=1");
	if (agent->generation)
		agent_hold_end(agent);
	agent_flush_events(agent, UINT64_MAX);
	suppress_free(agent->suppress);
	if (agent->detaching)
		agent_detach(agent);
	else
		agent_leave(agent);
	ring_buffer__free(agent->refusals);
	ring_buffer__free(agent->reports);
	agent_births_close(agent);
	agent_control_close(agent);
	stream_close(agent->stream);
	agent_breaker_free(agent);
	agent_identity_free(agent);
	agent_free_policies(agent);
	closep(&agent->heartbeat);
	closep(&agent->batch);
	agent_watch_close(agent);
	closep(&agent->epoll);
	closep(&agent->signals);
	closep(&agent->lock);
}

int agent_run(const struct agent_options *options)
{
	struct agent agent = {
		.options = options,
		.lock = -1,
		.epoll = -1,
		.signals = -1,
		.batch = -1,
		.heartbeat = -1,
		.disabled = -1,
		.changed = -1,
		.watch.fd = -1,
		.births = { -1, -1, -1 },
	};
	int code = start(&agent);

	if (code) {
		agent.detaching = true;
	} else {
		code = loop(&agent);
		agent.detaching = agent.detaching || options->detach_on_exit;
		tell_end(&agent);
	}
	stop(&agent);
	return code;
}
