// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * podman and CRI-O, which keep containers in the same storage: a bundle each, and one file with
 * the names and images of all. Labels that podman was given are in a database of its own, which is
 * not read; those of CRI-O are in annotations. Only root's storage at its usual place.
 */
#include <errno.h>
#include <string.h>

#include "identity_file.h"
#include "jsonout.h"

#define STORAGE	 "/var/lib/containers/storage/overlay-containers"
#define RUN	 "/run/containers/storage/overlay-containers"
#define CRIO	 "io.kubernetes.cri-o."
#define POD_NAME "io.kubernetes.pod.name"

static int read_bundle(const struct identity_subject *subject, const char *id,
		       struct json_object **out)
{
	static const char *const folders[] = { STORAGE, RUN };
	char path[IDENTITY_PATH_MAX];
	size_t i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(folders) && err == -ENOENT; i++) {
		err = identity_path(path, subject, "%s/%s/userdata/config.json", folders[i], id);
		err = err ?: identity_json(path, out);
	}
	return err;
}

/* The configuration of the container, if it is the one of this cgroup. */
static int read_own_bundle(const struct identity_subject *subject, const struct container_ref *ref,
			   struct json_object **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL;
	int err = read_bundle(subject, ref->id, &config);

	if (err)
		return err;
	if (!identity_owns_cgroup(config, subject, ref))
		return -ENOENT;
	*out = TAKE_PTR(config);
	return 0;
}

/* Its line in the storage's list; metadata is JSON within a text. */
static int from_storage(const struct identity_subject *subject, struct identity *identity)
{
	_cleanup_(jsonout_freep) struct json_object *list = NULL, *metadata = NULL;
	struct json_object *entry = NULL;
	char path[IDENTITY_PATH_MAX];
	int err = identity_path(path, subject, STORAGE "/containers.json");
	const char *text;
	size_t i, n;

	err = err ?: identity_json(path, &list);
	if (err)
		return err;
	n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	for (i = 0; i < n; i++) {
		entry = json_object_array_get_idx(list, i);
		text = identity_member(entry, "id");
		if (text && strcmp(text, identity->id) == 0)
			break;
	}
	text = i < n ? identity_member(entry, "metadata") : NULL;
	if (!text)
		return -ENOENT;
	err = identity_json_text(text, &metadata);
	err = err ?: identity_set(&identity->name, identity_member(metadata, "name"));
	return err ?: identity_set(&identity->image, identity_member(metadata, "image-name"));
}

int identity_podman(const struct identity_subject *subject, const struct container_ref *ref,
		    struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL;
	_cleanup_(identity_freep) struct identity *identity = NULL;
	int err = read_own_bundle(subject, ref, &config);

	if (err)
		return err;
	identity = identity_new(RG_RUNTIME_PODMAN, ref->id);
	err = identity ? from_storage(subject, identity) : -ENOMEM;
	err = err ?: identity_from_annotations(config, identity);
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}

/* The labels that the kubelet gave to a container or to a pod: JSON within an annotation. */
static int kubelet_labels(struct json_object *config, struct json_object **out)
{
	const char *text = identity_member(identity_child(config, "annotations"), CRIO "Labels");

	return text ? identity_json_text(text, out) : -ENOENT;
}

static int from_pod(const struct identity_subject *subject, const char *sandbox,
		    struct identity *identity)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL, *labels = NULL;
	int err = sandbox ? read_bundle(subject, sandbox, &config) : -ENOENT;

	err = err ?: kubelet_labels(config, &labels);
	err = err ?: identity_set(&identity->pod_name, identity_member(labels, POD_NAME));
	err = err
		      ?: identity_set(&identity->pod_namespace,
				      identity_member(labels, "io.kubernetes.pod.namespace"));
	return err ?: identity_add_labels(&identity->pod_labels, labels);
}

int identity_crio(const struct identity_subject *subject, const struct container_ref *ref,
		  struct identity **out)
{
	_cleanup_(jsonout_freep) struct json_object *config = NULL, *labels = NULL;
	_cleanup_(identity_freep) struct identity *identity = NULL;
	struct json_object *annotations;
	int err = read_own_bundle(subject, ref, &config);

	err = err ?: kubelet_labels(config, &labels);
	if (err)
		return err;
	annotations = identity_child(config, "annotations");
	identity = identity_new(RG_RUNTIME_CRIO, ref->id);
	err = identity ? 0 : -ENOMEM;
	err = err
		      ?: identity_set(&identity->name,
				      identity_member(labels, "io.kubernetes.container.name"));
	err = err ?: identity_set(&identity->image, identity_member(annotations, CRIO "ImageName"));
	err = err ?: identity_add_labels(&identity->labels, labels);
	err = err ?: from_pod(subject, identity_member(annotations, CRIO "SandboxID"), identity);
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}
