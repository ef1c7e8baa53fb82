// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * containerd's tasks, and what runc and crun run by themselves. Where a cgroup's name does not tell
 * whose container it is, PID 1 of its PID namespace does: the runtimes note whom they started.
 */
#include <errno.h>
#include <string.h>

#include "identity_file.h"
#include "jsonout.h"

static int from_task(const struct identity_task *task, struct identity **out)
{
	_cleanup_(identity_freep) struct identity *identity =
		identity_new(RG_RUNTIME_CONTAINERD, task->id);
	int err = identity ? 0 : -ENOMEM;

	err = err ?: identity_set(&identity->name, task->kubernetes ? NULL : task->id);
	err = err ?: identity_from_annotations(task->config, identity);
	if (!err && task->kubernetes)
		err = identity_from_cri(task->config, identity);
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}

int identity_containerd(const struct identity_subject *subject, const struct container_ref *ref,
			struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL;
	struct identity_task task = { .id = ref->id };
	int err = identity_find_task(subject, &task);

	config = task.config;
	if (err)
		return err;
	return identity_owns_cgroup(config, subject, ref) ? from_task(&task, out) : -ENOENT;
}

/* A PID alone may be a later process's; so the task must be in the cgroup that is its own, too. */
static int task_by_pid1(const struct identity_subject *subject, const struct container_ref *ref,
			struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL;
	_cleanup_(freep) char *id = NULL;
	struct identity_task task = {};
	int err = identity_find_task_by_pid1(subject, &task, &id);

	config = task.config;
	if (err)
		return err;
	return identity_owns_cgroup(config, subject, ref) ? from_task(&task, out) : -ENOENT;
}

/* --- runc and crun: a folder for each container ---------------------------------- */

static uint64_t number(struct json_object *object, const char *key)
{
	struct json_object *child = identity_child(object, key);

	return json_object_is_type(child, json_type_int) ? (uint64_t)json_object_get_int64(child)
							 : 0;
}

/* The bundle's annotations are its labels. It may be gone by now, which takes nothing but these. */
static int from_bundle(const struct identity_subject *subject, const char *bundle, const char *id,
		       struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL;
	_cleanup_(identity_freep) struct identity *identity = NULL;
	char path[IDENTITY_PATH_MAX];
	int err = bundle ? identity_path(path, subject, "%s/config.json", bundle) : -ENOENT;

	err = err ?: identity_json(path, &config);
	if (err && err != -ENOENT)
		return err;
	identity = identity_new(RG_RUNTIME_UNKNOWN, id);
	err = identity ? identity_set(&identity->name, id) : -ENOMEM;
	if (!err && config)
		err = identity_from_annotations(config, identity);
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}

/* runc keeps the bundle's path among labels of the form "key=value". */
static const char *runc_bundle(struct json_object *state)
{
	struct json_object *labels = identity_child(identity_child(state, "config"), "labels");
	size_t n =
		json_object_is_type(labels, json_type_array) ? json_object_array_length(labels) : 0;
	size_t i;

	for (i = 0; i < n; i++) {
		const char *label = json_object_get_string(json_object_array_get_idx(labels, i));

		if (label && starts_with(label, "bundle="))
			return label + STATIC_STRLEN("bundle=");
	}
	return NULL;
}

static int see_runc(const struct identity_subject *subject, const char *path, const char *name,
		    void *arg)
{
	_cleanup_(jsonout_freep) struct json_object *state = NULL;
	char file[IDENTITY_PATH_MAX];

	if (identity_path(file, subject, "%s/state.json", path) || identity_json(file, &state) ||
	    !identity_is_pid1(subject, number(state, "init_process_pid"),
			      number(state, "init_process_start")))
		return -ENOENT;
	return from_bundle(subject, runc_bundle(state), name, arg);
}

static int see_crun(const struct identity_subject *subject, const char *path, const char *name,
		    void *arg)
{
	_cleanup_(jsonout_freep) struct json_object *status = NULL;
	char file[IDENTITY_PATH_MAX];

	if (identity_path(file, subject, "%s/status", path) || identity_json(file, &status) ||
	    !identity_is_pid1(subject, number(status, "pid"), number(status, "process-start-time")))
		return -ENOENT;
	return from_bundle(subject, identity_member(status, "bundle"), name, arg);
}

/* Where nobody wants another cgroup it has the container's name: then no other folder is read. */
static int by_runtime(const struct identity_subject *subject, const char *folder, const char *name,
		      int (*see)(const struct identity_subject *subject, const char *path,
				 const char *name, void *arg),
		      struct identity **out)
{
	char path[IDENTITY_PATH_MAX];
	int err = -ENOENT;

	if (name[0] && name[0] != '.' &&
	    (size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) < sizeof(path))
		err = see(subject, path, name, out);
	return err == -ENOENT ? identity_each(subject, folder, see, out) : err;
}

int identity_by_pid1(const struct identity_subject *subject, const struct container_ref *ref,
		     struct identity **out)
{
	int err = task_by_pid1(subject, ref, out);

	if (err == -ENOENT)
		err = by_runtime(subject, "/run/runc", ref->id, see_runc, out);
	if (err == -ENOENT)
		err = by_runtime(subject, "/run/crun", ref->id, see_crun, out);
	return err;
}
