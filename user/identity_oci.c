// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An OCI bundle's config.json, which all but LXC and nspawn leave, and where containerd keeps its
 * bundles. It says into which cgroup the runtime puts the container: so a cgroup that a container
 * has named like another's is told from the other's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "identity_file.h"
#include "jsonout.h"

/* Of the machine's containerd, and of the one that dockerd starts where there is none. */
static const char *const task_folders[] = {
	"/run/containerd/io.containerd.runtime.v2.task",
	"/run/docker/containerd/daemon/io.containerd.runtime.v2.task",
};

/* Appends text of that length; false where it does not fit. */
static bool append(char *buf, size_t size, const char *text, size_t len)
{
	size_t at = strlen(buf);

	if (len >= size - at)
		return false;
	memcpy(buf + at, text, len);
	buf[at + len] = '\0';
	return true;
}

/* "a-b.slice" is in a.slice, as systemd.slice(5) has it: "/a.slice/a-b.slice". */
static bool append_slice(char *buf, size_t size, const char *slice, size_t len)
{
	const size_t suffix = STATIC_STRLEN(".slice");
	size_t at;

	if (len == 0)
		return append(buf, size, "/system.slice", STATIC_STRLEN("/system.slice"));
	if (len <= suffix || strncmp(slice + len - suffix, ".slice", suffix) != 0)
		return false;
	if (len == suffix + 1 && slice[0] == '-')
		return true; /* the root */
	for (at = 1; at <= len - suffix; at++)
		if ((at == len - suffix || slice[at] == '-') &&
		    (!append(buf, size, "/", 1) || !append(buf, size, slice, at) ||
		     !append(buf, size, ".slice", suffix)))
			return false;
	return true;
}

/* linux.cgroupsPath as a path of the hierarchy: a path already, or "SLICE:PREFIX:NAME". */
static bool cgroup_path(const char *text, char *buf, size_t size)
{
	const char *prefix = strchr(text, ':'), *name = prefix ? strchr(prefix + 1, ':') : NULL;

	buf[0] = '\0';
	if (text[0] == '/')
		return append(buf, size, text, strlen(text));
	if (!name || !append_slice(buf, size, text, (size_t)(prefix - text)) ||
	    !append(buf, size, "/", 1))
		return false;
	prefix++;
	if (name > prefix &&
	    (!append(buf, size, prefix, (size_t)(name - prefix)) || !append(buf, size, "-", 1)))
		return false;
	return append(buf, size, name + 1, strlen(name + 1)) &&
	       append(buf, size, ".scope", STATIC_STRLEN(".scope"));
}

bool identity_owns_cgroup(struct json_object *config, const struct identity_subject *subject,
			  const struct container_ref *ref)
{
	const char *text = identity_member(identity_child(config, "linux"), "cgroupsPath");
	char path[RG_PATH_MAX];
	size_t len;

	if (!text || !cgroup_path(text, path, sizeof(path)))
		return false;
	len = strlen(path);
	if (strncmp(path, subject->cgroup, len) != 0)
		return false;
	/* where no name tells which cgroup is the container's own, its PID 1 may be below that */
	return ref->known ? len == ref->length
			  : subject->cgroup[len] == '\0' || subject->cgroup[len] == '/';
}

int identity_from_annotations(struct json_object *config, struct identity *identity)
{
	struct json_object *annotations = identity_child(config, "annotations");
	const char *name = identity_member(annotations, "nerdctl/name");
	int err = identity_add_labels(&identity->labels, annotations);

	return err ?: identity_set(&identity->name, name);
}

int identity_from_cri(struct json_object *config, struct identity *identity)
{
	static const char *const keys[] = {
		"io.kubernetes.cri.container-name",	   "io.kubernetes.cri.image-name",
		"io.kubernetes.cri.podsandbox.image-name", "io.kubernetes.cri.sandbox-namespace",
		"io.kubernetes.cri.sandbox-name",
	};
	char **const fields[] = { &identity->name, &identity->image, &identity->image,
				  &identity->pod_namespace, &identity->pod_name };
	struct json_object *annotations = identity_child(config, "annotations");
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(keys) && !err; i++)
		err = identity_set(fields[i], identity_member(annotations, keys[i]));
	return err;
}

/* --- containerd's tasks: FOLDER/NAMESPACE/ID ---------------------------------- */

static int read_task(const struct identity_subject *subject, const char *folder,
		     const char *namespace, struct identity_task *task)
{
	char path[IDENTITY_PATH_MAX];
	int err = identity_path(path, subject, "%s/%s/config.json", folder, task->id);

	task->kubernetes = strcmp(namespace, "k8s.io") == 0;
	return err ?: identity_json(path, &task->config);
}

static int see_namespace(const struct identity_subject *subject, const char *path, const char *name,
			 void *arg)
{
	return read_task(subject, path, name, arg);
}

int identity_find_task(const struct identity_subject *subject, struct identity_task *task)
{
	size_t i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(task_folders) && err == -ENOENT; i++)
		err = identity_each(subject, task_folders[i], see_namespace, task);
	return err;
}

struct search {
	struct identity_task *task;
	const char *namespace;
	const char *folder;
	char *id;
};

/* The shim leaves its task's PID in init.pid, before it lets it execute anything. */
static int see_task(const struct identity_subject *subject, const char *path, const char *name,
		    void *arg)
{
	struct search *search = arg;
	_cleanup_(freep) char *text = NULL;
	char file[IDENTITY_PATH_MAX];
	uint64_t pid;

	if (identity_path(file, subject, "%s/init.pid", path) || identity_text(file, &text) ||
	    parse_u64(text, UINT32_MAX, &pid) || !identity_is_pid1(subject, pid, 0))
		return -ENOENT;
	search->id = strdup(name);
	if (!search->id)
		return -ENOMEM;
	search->task->id = search->id;
	return read_task(subject, search->folder, search->namespace, search->task);
}

static int see_tasks(const struct identity_subject *subject, const char *path, const char *name,
		     void *arg)
{
	struct search *search = arg;

	search->namespace = name;
	search->folder = path;
	return identity_each(subject, path, see_task, search);
}

int identity_find_task_by_pid1(const struct identity_subject *subject, struct identity_task *task,
			       char **id)
{
	struct search search = { .task = task };
	size_t i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(task_folders) && err == -ENOENT; i++)
		err = identity_each(subject, task_folders[i], see_tasks, &search);
	*id = search.id;
	return err;
}
