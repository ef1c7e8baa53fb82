// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which container is which. A container is its own cgroup, where an engine's way of naming tells
 * which that is, and else the PID namespace right below the host's. Neither can be chosen by who is
 * in it, and neither is ever another's: ids of cgroups aren't used again, and an inode of a PID
 * namespace counts with the start of its PID 1.
 */
#include "agent_identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "pidmap.h"
#include "procfs.h"
#include "rootgate.skel.h"

#define KNOWN_MAX 16384
#define AGAIN	  1000000000ULL /* ns: when to look again for one that was not known */

struct key {
	uint64_t id;	/* of the cgroup; or the inode of the PID namespace */
	uint64_t start; /* 0: a cgroup; else when that PID 1 started, ns of CLOCK_BOOTTIME */
};

struct known {
	struct key key;
	uint32_t pid1;		   /* host PID, where it is a PID namespace */
	char *cgroup;		   /* its own; of a PID namespace "" */
	struct identity *identity; /* NULL: not known yet */
	uint64_t looked;	   /* CLOCK_MONOTONIC */
};

struct identities {
	struct known **items; /* by their keys */
	size_t n;
};

static int compare(const struct key *a, const struct key *b)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->start == b->start ? 0 : a->start < b->start ? -1 : 1;
}

/* Where it is, or belongs. */
static size_t place_of(const struct identities *all, const struct key *key)
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

static struct known *find(const struct identities *all, const struct key *key)
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

static void look(struct known *known)
{
	struct identity_subject subject = { .root = "", .cgroup = known->cgroup };
	char cgroup[RG_PATH_MAX];

	known->looked = clock_ns(CLOCK_MONOTONIC);
	if (!is_there(known))
		return;
	if (known->key.start) {
		if (procfs_cgroup(known->pid1, cgroup, sizeof(cgroup)))
			return;
		subject.cgroup = cgroup;
		subject.pid1 = known->pid1;
		subject.pid1_start = known->key.start;
	}
	if (identity_read(&subject, &known->identity))
		known->identity = NULL;
}

/* A new one; NULL: no room, or no memory. */
static struct known *add(struct identities *all, const struct key *key, uint32_t pid1,
			 const char *cgroup)
{
	size_t at = place_of(all, key);
	struct known **items, *known;

	if (all->n == KNOWN_MAX)
		return NULL;
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
	memmove(&items[at + 1], &items[at], (all->n - at) * sizeof(struct known *));
	items[at] = known;
	all->n++;
	return known;
}

/* PID 1 of the PID namespace right below the host's, which is the process itself, or has a record. */
static bool find_pid1(const struct agent *agent, const struct rg_event *event, uint32_t *pid1,
		      struct key *key)
{
	const struct rootgate_bpf *bpf = agent->loader.bpf;
	const struct pidmap map = { bpf_map__fd(bpf->maps.processes), bpf_map__fd(bpf->maps.pids),
				    -1 };
	struct rg_process process;

	if (event->levels < 2)
		return false;
	*key = (struct key){ event->pids[1].ns, event->start_time };
	*pid1 = event->pid;
	if (event->levels == 2 && event->pids[1].nr == 1)
		return true;
	if (pidmap_find(&map, event->pids[1].ns, 1, pid1, &process))
		return false;
	key->start = process.start_time;
	return true;
}

static struct known *find_or_add(struct agent *agent, const struct rg_event *event)
{
	char cgroup[RG_PATH_MAX] = "";
	struct container_ref ref;
	struct known *known;
	struct key key = {};
	uint32_t pid1 = 0;

	container_from_cgroup(event->cgroup, &ref);
	if (ref.known) {
		snprintf(cgroup, sizeof(cgroup), "%.*s", (int)ref.length, event->cgroup);
		key.id = event->cgroup[ref.length] ? cgroup_id(cgroup) : event->cgroup_id;
		if (!key.id)
			return NULL;
	} else if (!find_pid1(agent, event, &pid1, &key)) {
		return NULL;
	}
	if (!agent->identities)
		agent->identities = calloc(1, sizeof(*agent->identities));
	if (!agent->identities)
		return NULL;
	known = find(agent->identities, &key);
	return known ?: add(agent->identities, &key, pid1, cgroup);
}

const struct identity *agent_identity_of(struct agent *agent, const struct rg_event *event)
{
	struct known *known = find_or_add(agent, event);

	if (!known)
		return NULL;
	if (!known->identity &&
	    (!known->looked || clock_ns(CLOCK_MONOTONIC) - known->looked >= AGAIN))
		look(known);
	return known->identity;
}

void agent_identity_expire(struct agent *agent)
{
	struct identities *all = agent->identities;
	size_t i, kept = 0;

	if (!all)
		return;
	for (i = 0; i < all->n; i++) {
		if (is_there(all->items[i]))
			all->items[kept++] = all->items[i];
		else
			known_free(all->items[i]);
	}
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
	free(all->items);
	free(all);
}
