// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Docker: the bundle of its containerd, and from there config.v2.json in the container's own folder. */
#include <errno.h>
#include <string.h>

#include "identity_file.h"
#include "jsonout.h"

#define USUAL "/var/lib/docker/containers"

/*
 * The container's folder, wherever Docker's data are: it mounts /etc/hostname and the like from
 * there. "" where no mount tells.
 */
static void find_folder(struct json_object *config, const char *id, char *buf, size_t size)
{
	struct json_object *mounts = identity_child(config, "mounts");
	size_t n =
		json_object_is_type(mounts, json_type_array) ? json_object_array_length(mounts) : 0;
	char part[RG_PATH_MAX + 16];
	size_t i;

	snprintf(part, sizeof(part), "/containers/%s/", id);
	buf[0] = '\0';
	for (i = 0; i < n && !buf[0]; i++) {
		const char *source =
			identity_member(json_object_array_get_idx(mounts, i), "source");
		const char *at = source && source[0] == '/' ? strstr(source, part) : NULL;

		if (at)
			snprintf(buf, size, "%.*s", (int)(at - source + (long)strlen(part) - 1),
				 source);
	}
}

static int from_container(struct json_object *container, struct identity *identity)
{
	struct json_object *config = identity_child(container, "Config");
	const char *name = identity_member(container, "Name");
	int err = identity_set(&identity->name, name && name[0] == '/' ? name + 1 : name);

	err = err ?: identity_set(&identity->image, identity_member(config, "Image"));
	return err ?: identity_add_labels(&identity->labels, identity_child(config, "Labels"));
}

int identity_docker(const struct identity_subject *subject, const struct container_ref *ref,
		    struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL, *container = NULL;
	_cleanup_(identity_freep) struct identity *identity = NULL;
	struct identity_task task = { .id = ref->id };
	char folder[IDENTITY_PATH_MAX], path[IDENTITY_PATH_MAX];
	int err = identity_find_task(subject, &task);

	config = task.config;
	if (err)
		return err;
	if (!identity_owns_cgroup(config, subject, ref))
		return -ENOENT;
	find_folder(config, ref->id, folder, sizeof(folder));
	if (folder[0])
		err = identity_path(path, subject, "%s/config.v2.json", folder);
	else
		err = identity_path(path, subject, USUAL "/%s/config.v2.json", ref->id);
	err = err ?: identity_json(path, &container);
	if (err)
		return err;
	identity = identity_new(RG_RUNTIME_DOCKER, ref->id);
	err = identity ? from_container(container, identity) : -ENOMEM;
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}
