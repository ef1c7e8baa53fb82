// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * librootgate's functions: pidmap with a struct that stays as it is when abi.h changes.
 * Only what is marked here is seen outside of the library.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rootgate/rootgate.h>

#include "pidmap.h"
#include "procfs.h"
#include "util.h"

#define _public_ __attribute__((visibility("default")))

struct rootgate {
	struct pidmap map;
};

_Static_assert(ROOTGATE_LEVELS_MAX == RG_PIDS_MAX, "levels");
_Static_assert(sizeof(struct rootgate_pid) == sizeof(struct rg_pid), "a level");
_Static_assert(sizeof(struct rootgate_process) == 344, "the public struct only grows");

static void convert(struct rootgate_process *to, const struct pid_record *from)
{
	memset(to, 0, sizeof(*to));
	to->start_time = from->start_time;
	to->exit_time = from->exit_time;
	to->cgroup_id = from->cgroup_id;
	to->pid = from->pid;
	to->ppid = from->ppid;
	to->uid = from->ids.uid;
	to->euid = from->ids.euid;
	to->suid = from->ids.suid;
	to->fsuid = from->ids.fsuid;
	to->container_euid = from->container_uid;
	to->user_ns = from->userns;
	to->user_ns_level = from->userns_level;
	to->levels = from->levels;
	memcpy(to->pids, from->pids, from->levels * sizeof(to->pids[0]));
	memcpy(to->comm, from->comm, sizeof(to->comm) - 1);
}

/* A caller that is older knows less of the struct, a newer one more. */
static void hand_out(void *out, size_t size, const struct rootgate_process *process)
{
	memset(out, 0, size);
	memcpy(out, process, size < sizeof(*process) ? size : sizeof(*process));
}

/* Hands out a living process, if it is still the one of the record. */
static int hand_out_living(void *out, size_t size, const struct pid_record *record)
{
	struct rootgate_process process;
	int err = procfs_is_process(record->pid, record->start_time);

	if (err == -ENOENT || err == -ESRCH)
		return -ENOENT;
	if (err)
		return err;
	convert(&process, record);
	hand_out(out, size, &process);
	return 0;
}

_public_ int rootgate_open(struct rootgate **out)
{
	struct rootgate *rootgate = calloc(1, sizeof(*rootgate));
	int err = rootgate ? pidmap_open(&rootgate->map) : -ENOMEM;

	if (err) {
		free(rootgate);
		return err;
	}
	*out = rootgate;
	return 0;
}

_public_ void rootgate_close(struct rootgate *rootgate)
{
	if (!rootgate)
		return;
	pidmap_closep(&rootgate->map);
	free(rootgate);
}

_public_ int rootgate_by_host_pid(const struct rootgate *rootgate, uint32_t pid,
				  struct rootgate_process *out, size_t size)
{
	struct pid_record record;
	int err;

	if (!pid || !size)
		return -EINVAL;
	err = pidmap_get(&rootgate->map, pid, &record);
	return err ? err : hand_out_living(out, size, &record);
}

_public_ int rootgate_by_ns_pid(const struct rootgate *rootgate, uint32_t ns, uint32_t nr,
				struct rootgate_process *out, size_t size)
{
	struct pid_record record;
	int err;

	if (!ns || !nr || !size)
		return -EINVAL;
	err = pidmap_find(&rootgate->map, ns, nr, &record);
	return err ? err : hand_out_living(out, size, &record);
}

_public_ int rootgate_exited(const struct rootgate *rootgate, uint32_t pid,
			     struct rootgate_process *out, size_t size)
{
	struct rootgate_process process;
	struct pid_record exited;
	int err;

	if (!pid || !size)
		return -EINVAL;
	err = pidmap_exited(&rootgate->map, pid, &exited);
	if (err)
		return err;
	convert(&process, &exited);
	hand_out(out, size, &process);
	return 0;
}

struct public_see {
	int (*see)(const struct rootgate_process *process, void *arg);
	void *arg;
};

static int see_record(const struct pid_record *record, void *arg)
{
	const struct public_see *see = arg;
	struct rootgate_process process;

	convert(&process, record);
	return see->see(&process, see->arg);
}

_public_ int rootgate_each(const struct rootgate *rootgate,
			   int (*see)(const struct rootgate_process *process, void *arg), void *arg)
{
	struct public_see each = { see, arg };

	return pidmap_each(&rootgate->map, see_record, &each);
}
