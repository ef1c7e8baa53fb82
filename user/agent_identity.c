// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which container is which. A container is its own cgroup, where an engine's way of naming tells
 * which that is, and else the PID namespace right below the host's. Neither can be chosen by who is
 * in it, and neither is ever another's: ids of cgroups aren't used again, and an inode of a PID
 * namespace counts with the start of its PID 1. Who is known is told to the kernel side where a rule
 * asks for it; which rules hold is agent_scopes.c's matter, and when it is looked agent_births.c's.
 */
#include "agent_identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "pidmap.h"
#include "policy_map.h"
#include "procfs.h"
#include "rootgate.skel.h"

#define KNOWN_MAX  16384	 /* as many as the map "identities" holds */
#define FIRST_WAIT 5000000ULL	 /* ns; doubled each time */
#define LAST_WAIT  1000000000ULL /* ns */
#define LOOKED_FOR 30000000000ULL

struct known {
	struct rg_identity_key key;
	uint32_t pid1;		   /* host PID, where it is a PID namespace */
	char *cgroup;		   /* its own; of a PID namespace "" */
	struct identity *identity; /* NULL: not known yet */
	struct rg_identity number; /* its scopes, as the kernel side has them */
	/* CLOCK_MONOTONIC, ns: */
	uint64_t looked;
	uint64_t next;	/* when to look again; 0: no more by itself */
	uint64_t wait;	/* from looked to next */
	uint64_t until; /* when to give it up */
};

struct identities {
	struct known **items; /* by their keys */
	size_t n;
	struct identity_scopes scopes[2]; /* by slot */
	bool told_full;
};

static int compare(const struct rg_identity_key *a, const struct rg_identity_key *b)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->start == b->start ? 0 : a->start < b->start ? -1 : 1;
}

/* Where it is, or belongs. */
static size_t place_of(const struct identities *all, const struct rg_identity_key *key)
{
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&all->items[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct known *find(const struct identities *all, const struct rg_identity_key *key)
{
	size_t at = place_of(all, key);

	return at < all->n && compare(&all->items[at]->key, key) == 0 ? all->items[at] : NULL;
}

static void known_free(struct known *known)
{
	free(known->cgroup);
	identity_free(known->identity);
	free(known);
}

/* The id of a cgroup; 0: there is none of that path. */
static uint64_t cgroup_id(const char *path)
{
	char whole[RG_PATH_MAX + 32];
	struct stat st;

	snprintf(whole, sizeof(whole), "/sys/fs/cgroup%s", path);
	return stat(whole, &st) ? 0 : st.st_ino;
}

static bool is_there(const struct known *known)
{
	return known->key.start ? procfs_is_process(known->pid1, known->key.start) == 0
				: cgroup_id(known->cgroup) == known->key.id;
}

static struct identities *identities_of(struct agent *agent)
{
	if (!agent->identities)
		agent->identities = calloc(1, sizeof(*agent->identities));
	return agent->identities;
}

/* --- telling the kernel side ---------------------------------------------------- */

static bool rules_ask(const struct agent *agent)
{
	return agent->identities->scopes[agent->generation & 1].policy;
}

static void tell_full(struct agent *agent, int err)
{
	if (err && !agent->identities->told_full)
		agent_note(agent, RG_TYPE_STATE,
			   "containers stay unknown to the rules, and are judged by "
			   "'unidentified': %s",
			   strerror(-err));
	agent->identities->told_full = err != 0;
}

/* Where there is no room it stays unknown there, and is judged so. */
static void publish(struct agent *agent, struct known *known)
{
	struct identities *all = agent->identities;
	__u32 slot = agent->generation & 1;
	int err;

	if (!rules_ask(agent))
		return;
	err = scopes_number(&agent->loader, slot, &all->scopes[slot], known->identity,
			    &known->number.scope[slot]);
	err = err ?: policy_map_set_identity(&agent->loader, &known->key, &known->number);
	tell_full(agent, err);
}

void agent_identity_prepare(struct agent *agent, const struct policy *policy,
			    const struct policy_image *image, __u32 generation)
{
	struct identities *all = identities_of(agent);
	__u32 slot = generation & 1;
	size_t i;

	if (!all)
		return; /* then nobody is known */
	scopes_clear(&all->scopes[slot]);
	if (image->flags & RG_WORD_IDENTITY) {
		all->scopes[slot].policy = policy;
		all->scopes[slot].now = image->now;
	}
	for (i = 0; i < all->n; i++) {
		struct known *known = all->items[i];

		known->number.scope[slot] = 0;
		if (!known->identity) {
			known->looked = 0; /* that was for its name in events alone, maybe */
			continue;
		}
		if (all->scopes[slot].policy &&
		    scopes_number(&agent->loader, slot, &all->scopes[slot], known->identity,
				  &known->number.scope[slot]))
			known->number.scope[slot] = 0;
		policy_map_set_identity(&agent->loader, &known->key, &known->number);
	}
}

/* --- looking -------------------------------------------------------------------- */

static int read_identity(const struct known *known, struct identity **out)
{
	struct identity_subject subject = { .root = "", .cgroup = known->cgroup };
	char cgroup[RG_PATH_MAX];
	int err;

	if (!is_there(known))
		return -ENOENT;
	if (known->key.start) {
		err = procfs_cgroup(known->pid1, cgroup, sizeof(cgroup));
		if (err)
			return err;
		subject.cgroup = cgroup;
		subject.pid1 = known->pid1;
		subject.pid1_start = known->key.start;
	}
	return identity_read(&subject, out);
}

static void look(struct agent *agent, struct known *known)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	known->looked = now;
	known->next = 0;
	if (read_identity(known, &known->identity) == 0) {
		publish(agent, known);
		return;
	}
	known->wait = known->wait ? 2 * known->wait : FIRST_WAIT;
	if (known->wait > LAST_WAIT)
		known->wait = LAST_WAIT;
	/* for its name in events alone it is looked for when there are some */
	if (rules_ask(agent) && now < known->until) {
		known->next = now + known->wait;
		agent_look_at(agent, known->next);
	}
}

/* A new one; NULL: no room, or no memory. */
static struct known *add(struct agent *agent, const struct rg_identity_key *key, uint32_t pid1,
			 const char *cgroup)
{
	struct identities *all = agent->identities;
	size_t at = place_of(all, key);
	struct known **items, *known;

	if (all->n == KNOWN_MAX) {
		tell_full(agent, -ENOSPC);
		return NULL;
	}
	items = reallocarray(all->items, all->n + 1, sizeof(struct known *));
	if (!items)
		return NULL;
	all->items = items;
	known = calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	*known = (struct known){ .key = *key, .pid1 = pid1, .cgroup = strdup(cgroup) };
	if (!known->cgroup) {
		free(known);
		return NULL;
	}
	known->until = clock_ns(CLOCK_MONOTONIC) + LOOKED_FOR;
	memmove(&items[at + 1], &items[at], (all->n - at) * sizeof(struct known *));
	items[at] = known;
	all->n++;
	return known;
}

/* Looks where it is not known, and has not been looked for since a while (ns). */
static const struct identity *see(struct agent *agent, const struct rg_identity_key *key,
				  uint32_t pid1, const char *cgroup, uint64_t patience)
{
	struct identities *all = identities_of(agent);
	struct known *known;

	if (!key->id || !all)
		return NULL;
	known = find(all, key);
	if (!known)
		known = add(agent, key, pid1, cgroup);
	if (!known)
		return NULL;
	if (!known->identity &&
	    (!known->looked || clock_ns(CLOCK_MONOTONIC) - known->looked >= patience))
		look(agent, known);
	return known->identity;
}

void agent_identity_begin(struct agent *agent, const struct rg_identity_key *key, uint32_t pid1,
			  const char *cgroup)
{
	if (key->start || cgroup_id(cgroup) == key->id)
		see(agent, key, pid1, cgroup, LAST_WAIT);
}

/* The telling part of a path. False: none of it tells. */
static bool own_cgroup(const char *path, char own[RG_PATH_MAX])
{
	struct container_ref ref;

	container_from_cgroup(path, &ref);
	snprintf(own, RG_PATH_MAX, "%.*s", (int)ref.length, path);
	return ref.known;
}

const struct identity *agent_identity_now(struct agent *agent, const struct rg_identity_key *key,
					  uint32_t pid1, const char *cgroup)
{
	char own[RG_PATH_MAX];

	own_cgroup(cgroup, own);
	return see(agent, key, pid1, key->start ? "" : own, FIRST_WAIT);
}

/*
 * PID 1 of a PID namespace. Those that are known are tried first, since the search looks at all
 * records: as long as a PID 1 lives, its namespace's inode is no other's.
 */
static int find_first(const struct agent *agent, uint32_t ns, struct pid_record *first)
{
	const struct identities *all = agent->identities;
	const struct rg_identity_key after = { (__u64)ns + 1, 0 };
	size_t at = all && all->items ? place_of(all, &after) : 0;

	/* the last to start is behind the others */
	if (at && all->items[at - 1]->key.id == ns && all->items[at - 1]->key.start &&
	    pidmap_get(&agent->loader.records, all->items[at - 1]->pid1, first) == 0 &&
	    first->start_time == all->items[at - 1]->key.start)
		return 0;
	return pidmap_find(&agent->loader.records, ns, 1, first);
}

/* PID 1 of the PID namespace right below the host's, which is the process itself, or has a record. */
static bool find_pid1(const struct agent *agent, const struct rg_event *event, uint32_t *pid1,
		      struct rg_identity_key *key)
{
	struct pid_record first = {};

	if (event->levels < 2)
		return false;
	*key = (struct rg_identity_key){ event->pids[1].ns, event->start_time };
	*pid1 = event->pid;
	if (event->levels == 2 && event->pids[1].nr == 1)
		return true;
	if (find_first(agent, event->pids[1].ns, &first))
		return false;
	*pid1 = first.pid;
	key->start = first.start_time;
	return true;
}

/* Its cgroup has no name of an engine's; false where it can't be read. */
static bool is_in_no_engines(uint32_t pid)
{
	char cgroup[RG_PATH_MAX], own[RG_PATH_MAX];

	return procfs_cgroup(pid, cgroup, sizeof(cgroup)) == 0 && !own_cgroup(cgroup, own);
}

const struct identity *agent_identity_of(struct agent *agent, const struct rg_event *event)
{
	struct rg_identity_key cgroup = {}, pidns = {};
	const struct identity *identity = NULL;
	char own[RG_PATH_MAX];
	uint32_t pid1 = 0;

	if (own_cgroup(event->cgroup, own)) {
		cgroup.id = strcmp(own, event->cgroup) == 0 ? event->cgroup_id : cgroup_id(own);
		identity = see(agent, &cgroup, 0, own, LAST_WAIT);
	}
	if (identity || !find_pid1(agent, event, &pid1, &pidns))
		return identity;
	/* nobody knows that cgroup: the container may have made it (bpf/identity.bpf.h) */
	if (cgroup.id && !is_in_no_engines(pid1))
		return NULL;
	return see(agent, &pidns, pid1, "", LAST_WAIT);
}

uint64_t agent_identity_look(struct agent *agent, bool all)
{
	struct identities *identities = identities_of(agent);
	uint64_t now = clock_ns(CLOCK_MONOTONIC), first = 0;
	size_t i;

	for (i = 0; identities && i < identities->n; i++) {
		struct known *known = identities->items[i];

		if (known->next && (all || known->next <= now))
			look(agent, known);
		if (known->next && (!first || known->next < first))
			first = known->next;
	}
	return first;
}

/* --- the end --------------------------------------------------------------------- */

void agent_identity_expire(struct agent *agent)
{
	struct identities *all = agent->identities;
	size_t i, kept = 0;

	for (i = 0; all && i < all->n; i++) {
		if (is_there(all->items[i])) {
			all->items[kept++] = all->items[i];
			continue;
		}
		policy_map_forget_identity(&agent->loader, &all->items[i]->key);
		known_free(all->items[i]);
	}
	if (all)
		all->n = kept;
}

void agent_identity_free(struct agent *agent)
{
	struct identities *all = agent->identities;
	size_t i;

	if (!all)
		return;
	for (i = 0; i < all->n; i++)
		known_free(all->items[i]);
	for (i = 0; i < 2; i++)
		scopes_clear(&all->scopes[i]);
	free(all->items);
	free(all);
}
