// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading the engines' files: safely, and into an identity. What they say is each reader's matter. */
#include "identity_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jsonout.h"
#include "procfs.h"

int identity_path(char buf[IDENTITY_PATH_MAX], const struct identity_subject *subject,
		  const char *fmt, ...)
{
	size_t at = strlen(subject->root);
	va_list ap;
	int n;

	if (at >= IDENTITY_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(buf, subject->root, at);
	va_start(ap, fmt);
	n = vsnprintf(buf + at, IDENTITY_PATH_MAX - at, fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= IDENTITY_PATH_MAX - at ? -ENAMETOOLONG : 0;
}

/*
 * A folder above may be a link, which the host's root has made. The file itself is none, nobody
 * else can write it, and it holds nobody up.
 */
int identity_text(const char *path, char **out)
{
	_cleanup_(closep) int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_mode & (S_IWGRP | S_IWOTH) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return -EPERM;
	return read_fd(fd, IDENTITY_FILE_MAX, out, NULL);
}

int identity_json_text(const char *text, struct json_object **out)
{
	struct json_object *object = json_tokener_parse(text);

	if (!json_object_is_type(object, json_type_object) &&
	    !json_object_is_type(object, json_type_array)) {
		json_object_put(object);
		return -EAGAIN;
	}
	*out = object;
	return 0;
}

int identity_json(const char *path, struct json_object **out)
{
	_cleanup_(freep) char *text = NULL;
	int err = identity_text(path, &text);

	return err ? err : identity_json_text(text, out);
}

struct json_object *identity_child(struct json_object *object, const char *key)
{
	struct json_object *child;

	return json_object_is_type(object, json_type_object) &&
			       json_object_object_get_ex(object, key, &child)
		       ? child
		       : NULL;
}

const char *identity_member(struct json_object *object, const char *key)
{
	struct json_object *child = identity_child(object, key);

	return json_object_is_type(child, json_type_string) ? json_object_get_string(child) : NULL;
}

struct identity *identity_new(uint32_t runtime, const char *id)
{
	struct identity *identity = calloc(1, sizeof(*identity));

	if (!identity)
		return NULL;
	identity->runtime = runtime;
	identity->id = strdup(id);
	identity->name = strdup("");
	identity->image = strdup("");
	identity->pod_namespace = strdup("");
	identity->pod_name = strdup("");
	if (!identity->id || !identity->name || !identity->image || !identity->pod_namespace ||
	    !identity->pod_name) {
		identity_free(identity);
		return NULL;
	}
	return identity;
}

int identity_set(char **field, const char *value)
{
	char *copy;

	if (!value || !*value)
		return 0;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

int identity_add_label(struct identity_labels *labels, const char *key, size_t key_len,
		       const char *value)
{
	struct identity_label *items = reallocarray(labels->items, labels->n + 1, sizeof(*items));
	struct identity_label *label;

	if (!items)
		return -ENOMEM;
	labels->items = items;
	label = &items[labels->n];
	label->key = strndup(key, key_len);
	label->value = strdup(value);
	if (!label->key || !label->value) {
		free(label->key);
		free(label->value);
		return -ENOMEM;
	}
	labels->n++;
	return 0;
}

int identity_add_labels(struct identity_labels *labels, struct json_object *object)
{
	struct json_object_iterator at, end;

	if (!json_object_is_type(object, json_type_object))
		return 0;
	at = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *key = json_object_iter_peek_name(&at);
		const char *value = identity_member(object, key);
		int err = value ? identity_add_label(labels, key, strlen(key), value) : 0;

		if (err)
			return err;
	}
	return 0;
}

int identity_each(const struct identity_subject *subject, const char *folder,
		  int (*see)(const struct identity_subject *subject, const char *path,
			     const char *name, void *arg),
		  void *arg)
{
	char path[IDENTITY_PATH_MAX];
	struct dirent *entry;
	int err = identity_path(path, subject, "%s", folder);
	DIR *dir = err ? NULL : opendir(path);

	if (!dir)
		return err ? err : -ENOENT;
	err = -ENOENT;
	while (err == -ENOENT && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_LNK)
			continue;
		/* relative to the subject's root, as what readers give to identity_path() */
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) <
		    sizeof(path))
			err = see(subject, path, entry->d_name, arg);
	}
	closedir(dir);
	return err;
}

bool identity_is_pid1(const struct identity_subject *subject, uint64_t pid, uint64_t ticks)
{
	if (!subject->pid1 || pid != subject->pid1)
		return false;
	return !ticks || procfs_same_start(subject->pid1_start, ticks * PROCFS_TICK_NS);
}
