// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which containers there are, by the records of their processes. */
#include "containers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "procfs.h"
#include "util.h"

/* Processes of one cgroup and one PID namespace are of one container: /proc is asked once. */
struct place {
	uint32_t pidns;
	uint64_t cgroup_id;
	size_t container;
};

struct gather {
	struct containers *containers;
	struct place *places;
	size_t count;
	bool details;
};

void containers_free(struct containers *containers)
{
	size_t i;

	for (i = 0; i < containers->count; i++)
		identity_free(containers->items[i].identity);
	free(containers->items);
	containers->items = NULL;
	containers->count = 0;
}

/* The outermost PID namespace below the host's; the host's own with --pid=host. */
static uint32_t outer_pidns(const struct pid_record *process)
{
	return process->pids[process->levels > 1 ? 1 : 0].ns;
}

static bool same_container(const struct container *a, const struct container *b)
{
	if (a->ref.known || b->ref.known)
		return a->ref.known && b->ref.known && strcmp(a->ref.id, b->ref.id) == 0;
	return a->pidns == b->pidns;
}

/* The container that a process is in, by its cgroup. 0 and its index, or a negative errno. */
static int container_of_process(struct containers *containers, const struct pid_record *process,
				size_t *out)
{
	struct container new = { .pidns = outer_pidns(process) }, *bigger;
	size_t i;

	if (procfs_is_process(process->pid, process->start_time))
		return -ESRCH;
	if (procfs_cgroup(process->pid, new.cgroup, sizeof(new.cgroup)))
		new.cgroup[0] = '\0';
	container_from_cgroup(new.cgroup, &new.ref);
	for (i = 0; i < containers->count; i++) {
		if (same_container(&containers->items[i], &new)) {
			*out = i;
			return 0;
		}
	}
	bigger = reallocarray(containers->items, containers->count + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	containers->items = bigger;
	bigger[containers->count] = new;
	*out = containers->count++;
	return 0;
}

static int find_container(struct gather *gather, const struct pid_record *process, size_t *out)
{
	const struct place here = { outer_pidns(process), process->cgroup_id, 0 };
	struct place *bigger;
	size_t i;
	int err;

	for (i = 0; i < gather->count; i++) {
		if (gather->places[i].pidns == here.pidns &&
		    gather->places[i].cgroup_id == here.cgroup_id) {
			*out = gather->places[i].container;
			return 0;
		}
	}
	err = container_of_process(gather->containers, process, out);
	if (err)
		return err;
	bigger = reallocarray(gather->places, gather->count + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	gather->places = bigger;
	bigger[gather->count] = here;
	bigger[gather->count++].container = *out;
	return 0;
}

/* PID 1 speaks for its container; where none is in it, its oldest process. */
static void take_pid1(struct container *container, const struct pid_record *process)
{
	const bool is_pid1 = process->levels == 2 && process->pids[1].nr == 1;

	if (container->processes &&
	    (container->is_pid1 > is_pid1 ||
	     (container->is_pid1 == is_pid1 && container->pid1_start <= process->start_time)))
		return;
	container->pid1 = process->pid;
	container->is_pid1 = is_pid1;
	container->pid1_start = process->start_time;
	container->pidns = outer_pidns(process);
	container->userns = process->userns;
	container->userns_level = process->userns_level;
}

static int see_process(const struct pid_record *process, void *arg)
{
	struct gather *gather = arg;
	struct container *container;
	struct rg_ids ids;
	size_t i;
	int err = find_container(gather, process, &i);

	if (err)
		return err == -ESRCH ? 0 : err;
	container = &gather->containers->items[i];
	if (gather->details) {
		/* what ps would leave out does not count */
		if (procfs_is_process(process->pid, process->start_time) ||
		    process_ids(process->pid, &ids))
			return 0;
		container->host_root += process_holds_host_root(&ids);
	}
	take_pid1(container, process);
	container->processes++;
	return 0;
}

static int compare_pid1(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	return x->pid1 < y->pid1 ? -1 : x->pid1 > y->pid1;
}

/* The id of what no engine names is its PID 1's cgroup, whichever process was seen first. */
static void complete(struct container *container)
{
	struct identity_subject subject = { .root = "", .cgroup = container->cgroup };

	if (procfs_uid_map(container->pid1, container->map, &container->extents))
		container->extents = 0;
	if (container->is_pid1) {
		subject.pid1 = container->pid1;
		subject.pid1_start = container->pid1_start;
	}
	if (!container->ref.known &&
	    procfs_cgroup(container->pid1, container->cgroup, sizeof(container->cgroup)) == 0)
		container_from_cgroup(container->cgroup, &container->ref);
	if (identity_read(&subject, &container->identity))
		container->identity = NULL;
}

int containers_read(const struct pidmap *map, bool details, struct containers *out)
{
	_cleanup_(containers_free) struct containers containers = {};
	struct gather gather = { .containers = &containers, .details = details };
	int err = pidmap_each(map, see_process, &gather);
	size_t i, kept = 0;

	free(gather.places);
	if (err)
		return err;
	for (i = 0; i < containers.count; i++) {
		if (!containers.items[i].processes)
			continue;
		complete(&containers.items[i]);
		containers.items[kept++] = containers.items[i];
	}
	containers.count = kept;
	if (kept)
		qsort(containers.items, kept, sizeof(*containers.items), compare_pid1);
	*out = containers;
	containers = (struct containers){};
	return 0;
}

const char *containers_name(const struct container *container)
{
	return container->identity ? container->identity->name : "";
}

const char *containers_image(const struct container *container)
{
	return container->identity ? container->identity->image : "";
}

const char *containers_id(const struct container *container)
{
	return container->identity ? container->identity->id : container->ref.id;
}

const struct container *containers_of_process(const struct containers *containers,
					      const struct process *process)
{
	const struct container here = { .ref = process->container,
					.pidns = outer_pidns(&process->record) };
	size_t i;

	for (i = 0; i < containers->count; i++)
		if (same_container(&containers->items[i], &here))
			return &containers->items[i];
	return NULL;
}

bool containers_match(const struct container *container, const char *wanted)
{
	return container_matches(wanted, containers_id(container), containers_name(container));
}

static bool is_exactly(const struct container *container, const char *wanted)
{
	return *wanted && (strcmp(containers_id(container), wanted) == 0 ||
			   strcmp(containers_name(container), wanted) == 0);
}

static bool has_inode(const struct container *container, const char *wanted)
{
	uint64_t inode;

	return container->is_pid1 && parse_u64(wanted, UINT32_MAX, &inode) == 0 &&
	       container->pidns == inode;
}

size_t containers_find(const struct containers *containers, const char *wanted,
		       const struct container **out)
{
	/* what is exact goes before what only begins so */
	bool (*const ways[])(const struct container *, const char *) = { is_exactly, has_inode,
									 containers_match };
	size_t way, i, found = 0;

	for (way = 0; way < ARRAY_SIZE(ways) && !found; way++) {
		for (i = 0; i < containers->count; i++) {
			if (!ways[way](&containers->items[i], wanted))
				continue;
			if (!found++)
				*out = &containers->items[i];
		}
	}
	return found;
}
