/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the parts of the agent share: agent.c (start, loop, end) and agent_*.c.
 */
#ifndef ROOTGATE_AGENT_PARTS_H
#define ROOTGATE_AGENT_PARTS_H

#include <bpf/libbpf.h>

#include "agent.h"
#include "control.h"
#include "host.h"
#include "loader.h"
#include "policy.h"
#include "policy_image.h"
#include "policy_watch.h"
#include "record.h"
#include "stream.h"
#include "suppress.h"
#include "takeover.h"
#include "tripped.h"

/* Refusals that were written into the log in this second, and those left out. */
struct journal {
	time_t second;
	unsigned int written;
	unsigned int left_out;
};

/* When containers begin (agent_births.c). */
struct births {
	int epoll; /* of the others */
	int timer;
	int notes; /* inotify: what runtimes note */
	struct ring_buffer *ring;
	uint64_t look_at; /* CLOCK_MONOTONIC: when the timer runs out; 0: it does not */
};

struct agent {
	const struct agent_options *options;
	struct host host;
	struct loader loader;
	struct takeover before; /* sets that an agent before left; nothing once it is taken over */
	unsigned int set;	/* number of this agent's own, below PINS_DIR; 0: not pinned */
	struct policy *policies
		[2]; /* by the lowest bit of their generation: in force, and the one before */
	__u32 generation;
	enum rg_mode mode;
	time_t expiry; /* of the next rule that expires; 0 none */
	time_t looked; /* for rules that will expire soon; 0: not yet, at this policy's */
	struct policy_watch watch; /* of its files */
	int changed;		   /* timer: they have changed a moment ago */
	struct origin origin;
	struct stream *stream;
	struct ring_buffer *refusals;
	struct ring_buffer *reports;
	struct suppress *suppress; /* NULL: every refusal is told */
	struct births births;
	struct identities *identities; /* agent_identity.c; NULL: nobody is known */
	struct waiting *waiting;       /* agent_hold.c */
	size_t n_waiting;
	struct journal journal;
	struct breaker *breaker; /* of the policy in force; NULL: it has none */
	struct tripped tripped;
	int lock;
	int epoll;
	int signals;
	int batch;		 /* timer: the batch of reports is over */
	int heartbeat;		 /* timer */
	uint64_t beat;		 /* its interval, ns */
	int disabled;		 /* timer: the time without refusal is over */
	uint64_t disabled_until; /* CLOCK_BOOTTIME, ns, as it was told; 0: not disabled */
	struct control_server *control;
	FILE *told; /* where somebody waits for the outcome: what went wrong goes there, too */
	unsigned int wait;     /* heartbeats until the programs are attached anew, unproved */
	unsigned int patience; /* and how many that were the last time */
	unsigned int records;  /* that were read of a ring in one go */
	bool reading;	       /* a ring */
	bool unpinned;	       /* the pins are gone, and could not be made anew */
	bool ending;
	bool detaching; /* with the programs */
};

/* agent_ground.c: the host that it runs on. Exit codes of verb.h; they log. */

/* Root, BTF, the base namespaces. / One agent only. / A mount namespace of its own. */
int agent_read_host(struct agent *agent);
int agent_take_lock(struct agent *agent);
int agent_take_mounts(void);

/* Once all is open: what the loop does not need. */
int agent_drop_privileges(void);

/* agent_attach.c: the set of programs. Exit codes of verb.h; they log. */

/*
 * Loads, attaches and proves, with what an agent before left in the way; nothing is judged yet.
 * Where nothing can be refused, it takes a policy that refuses nothing, or --allow-degraded.
 */
int agent_attach(struct agent *agent, const struct policy *policy);

/* Whether programs that refuse nothing are good enough for a policy. */
bool agent_may_watch_only(const struct agent *agent, const struct policy *policy);

/* What the set of programs does for this policy: "enforcing", "audit" or "degraded". */
const char *agent_state(const struct agent *agent);

/* Pins the set, and records the processes that run already. */
int agent_pin(struct agent *agent);

/* Once the new set is armed: makes it the current one, and takes the old ones away. */
int agent_take_over(struct agent *agent);

/* Makes pins anew that somebody has taken away. */
void agent_keep_pinned(struct agent *agent);

/* Pins the set, has systemd keep it, and lets "current" name it. 0, or a negative errno and its words. */
int agent_renew_pins(struct agent *agent, struct why *why);

/* Takes the agent's own set away. / Lets go of it: it refuses on. */
void agent_detach(struct agent *agent);
void agent_leave(struct agent *agent);

/*
 * agent_prove.c: links that look attached prove nothing, so a child is refused again and again. True
 * where that is over: told, and to be called soon, since attaching anew keeps the loop from readers.
 */
bool agent_prove(struct agent *agent);

/* agent.c: what the loop reads of the set; again where it is another one. An exit code, and it logs. */
int agent_open_rings(struct agent *agent);

/* agent_events.c: from the rings to the readers. */

/*
 * Reads what has come, and of what comes meanwhile a part: then true, and the others in the loop have
 * their turn. Does nothing where it is called from there, as the circuit breaker does.
 */
bool agent_read_ring(struct agent *agent, struct ring_buffer *ring);

/* A ring's callback; ctx is the agent. / What each of them returns. */
int agent_on_event(void *ctx, void *data, size_t size);
int agent_read_on(struct agent *agent);

/* One event, to the readers and into the log. */
void agent_publish(struct agent *agent, const struct rg_event *event);

/* Tells refusals that were held back as equal to others, up to a time (CLOCK_BOOTTIME, ns). */
void agent_flush_events(struct agent *agent, uint64_t now);

/* An event of the agent's own, also into the log. */
_printf_(3, 4) void agent_note(struct agent *agent, enum rg_type type, const char *fmt, ...);

/* Tells what the rings had no room for since the last time. / What no program may have judged. */
void agent_tell_lost(struct agent *agent);
void agent_tell_skipped(struct agent *agent);

/* agent_policy.c: which policy is in force. Exit codes of verb.h; they log. */

/* Where it is read from. */
const char *agent_policy_path(const struct agent *agent);

/* The policy of the operator's path, or an empty one in mode audit. */
int agent_read_policy(struct agent *agent, struct policy **out);

/* Puts a policy in force; on success the agent owns it. */
int agent_apply_policy(struct agent *agent, struct policy **policy);

/* Reads it anew; the one in force stays where anything is wrong. */
int agent_reload(struct agent *agent);

/* Takes out the rules that have expired since, and tells those that will within a day. */
void agent_expire(struct agent *agent);

/* The policy in force once more, as it is now. */
int agent_apply_again(struct agent *agent);

void agent_free_policies(struct agent *agent);

/* agent_breaker.c: refusals that come too fast. */

/* A policy has come into force: counts anew. */
void agent_breaker_renew(struct agent *agent);

/* Takes a refusal into account. */
void agent_breaker_count(struct agent *agent, const struct rg_event *event);

/* Puts into audit what has tripped; returns how much of the policy that is. */
__u32 agent_breaker_relax(const struct agent *agent, const struct policy *policy,
			  struct policy_image *image);

/* What tripped under an agent before stays so: before anything is armed. */
void agent_breaker_restore(struct agent *agent);

/* Root wants all of it back. False: nothing had tripped. */
bool agent_breaker_reset(struct agent *agent);

void agent_breaker_free(struct agent *agent);

/* agent_watch.c: the policy's files change. */

/* An exit code, and it logs. */
int agent_watch_open(struct agent *agent);
void agent_watch_close(struct agent *agent);

/* Something has happened beside the files. / The moment after it is over. / Now and then. */
void agent_on_files(struct agent *agent);
void agent_on_changed(struct agent *agent);
void agent_watch_check(struct agent *agent);

/* What has changed until now is about to be read. */
void agent_watch_forget(struct agent *agent);

/* agent_control.c: what root asks of the agent, and the time without refusal. */

/* The socket and the timer; an exit code, and it logs. */
int agent_control_open(struct agent *agent);
void agent_control_close(struct agent *agent);

/* What an agent before this one was asked for goes on: before anything is armed. */
void agent_control_restore(struct agent *agent);

/* Whether the time is over, or somebody else has changed it: tells. */
void agent_control_check(struct agent *agent);

bool agent_is_disabled(const struct agent *agent);

#endif
