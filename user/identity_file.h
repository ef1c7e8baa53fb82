/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the readers of the engines' files share: files of limited size that only root can write,
 * JSON in them, and an identity that is put together. Which files there are is the readers' matter.
 */
#ifndef ROOTGATE_IDENTITY_FILE_H
#define ROOTGATE_IDENTITY_FILE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "identity.h"
#include "util.h"

#define IDENTITY_FILE_MAX (4U << 20) /* podman and CRI-O keep all their containers in one */
#define IDENTITY_PATH_MAX 4096

/* Each engine's own names are below the subject's root; path by printf. -ENAMETOOLONG. */
_printf_(3, 4) int identity_path(char buf[IDENTITY_PATH_MAX],
				 const struct identity_subject *subject, const char *fmt, ...);

/* 0, -ENOENT, -EFBIG, -EPERM (others than root can write it), or another negative errno. */
int identity_text(const char *path, char **out);

/* The same as JSON; -EAGAIN where it is none: half written, most likely. */
int identity_json(const char *path, struct json_object **out);
int identity_json_text(const char *text, struct json_object **out);

/* The text at a member of an object; NULL where there is none. */
const char *identity_member(struct json_object *object, const char *key);
struct json_object *identity_child(struct json_object *object, const char *key);

/* A new identity with a copy of id; NULL where memory is short. */
struct identity *identity_new(uint32_t runtime, const char *id);

/* *field becomes a copy of value, unless that is NULL or empty. 0 or -ENOMEM. */
int identity_set(char **field, const char *value);

/* One label more, or all members of an object that are texts. 0 or -ENOMEM. */
int identity_add_label(struct identity_labels *labels, const char *key, size_t key_len,
		       const char *value);
int identity_add_labels(struct identity_labels *labels, struct json_object *object);

/*
 * Calls see() with the path of each folder in a folder, until it answers with something but
 * -ENOENT; that answer, or -ENOENT.
 */
int identity_each(const struct identity_subject *subject, const char *folder,
		  int (*see)(const struct identity_subject *subject, const char *path,
			     const char *name, void *arg),
		  void *arg);

/* Whether PID 1 of the subject is the process with that PID, started at that tick of the clock; 0: not known. */
bool identity_is_pid1(const struct identity_subject *subject, uint64_t pid, uint64_t ticks);

/* The readers. All as identity_read(); ref is whom the cgroup's path names. */
typedef int identity_reader(const struct identity_subject *subject, const struct container_ref *ref,
			    struct identity **out);
identity_reader identity_docker, identity_podman, identity_containerd, identity_crio, identity_lxc,
	identity_nspawn;
identity_reader identity_by_pid1; /* runc, crun, containerd: where no cgroup's name tells */

/* identity_oci.c: an OCI bundle's configuration. */

/* Whether it puts the container into the cgroup that the telling part of the subject's path names. */
bool identity_owns_cgroup(struct json_object *config, const struct identity_subject *subject,
			  const struct container_ref *ref);

/* Its annotations as labels, and the name that the engine's users know, if they have another. */
int identity_from_annotations(struct json_object *config, struct identity *identity);

/* What containerd's CRI plugin writes into annotations. 0 or -ENOMEM. */
int identity_from_cri(struct json_object *config, struct identity *identity);

/* The configuration of a task of containerd's, whichever its namespace, which the caller frees. */
struct identity_task {
	const char *id;
	struct json_object *config;
	bool kubernetes; /* it is in the namespace of Kubernetes */
};
int identity_find_task(const struct identity_subject *subject, struct identity_task *task);

/* The same of the task whose first process is the subject's PID 1; *id is to be freed as well. */
int identity_find_task_by_pid1(const struct identity_subject *subject, struct identity_task *task,
			       char **id);

#endif
