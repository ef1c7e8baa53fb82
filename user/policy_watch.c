// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Policy files by inotify. Folders are watched and not files, since a file that is replaced is
 * another one. A file behind a link into another folder is noticed when the link changes.
 */
#include "policy_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

/* IN_ATTRIB: who may write it is part of whether it is taken. */
#define CHANGES                                                                                    \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB |        \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The nth folder; false where the policy is a file, which has one, or the name is too long. */
static bool folder_at(const struct policy_watch *watch, size_t n, char buf[PATH_MAX])
{
	const char *slash = strrchr(watch->path, '/');
	int len;

	if (is_folder(watch->path))
		len = snprintf(buf, PATH_MAX, "%s%s", watch->path, n ? "/policy.d" : "");
	else if (n)
		return false;
	else
		len = snprintf(buf, PATH_MAX, "%.*s", slash ? (int)(slash - watch->path) + 1 : 1,
			       slash ? watch->path : ".");
	return len > 0 && len < PATH_MAX;
}

bool policy_watch_renew(struct policy_watch *watch)
{
	bool changed = false;
	size_t i;

	for (i = 0; watch->fd >= 0 && i < POLICY_WATCH_FOLDERS; i++) {
		char folder[PATH_MAX];
		/* the same number as before where it is the same folder */
		int id = folder_at(watch, i, folder) ? inotify_add_watch(watch->fd, folder, CHANGES)
						     : -1;

		if (id == watch->watches[i])
			continue;
		if (watch->watches[i] >= 0)
			inotify_rm_watch(watch->fd, watch->watches[i]);
		watch->watches[i] = id;
		changed = true;
	}
	return changed;
}

int policy_watch_open(struct policy_watch *watch, const char *path)
{
	*watch = (struct policy_watch){ .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
					.path = path,
					.watches = { -1, -1 } };
	if (watch->fd < 0)
		return -errno;
	policy_watch_renew(watch);
	return 0;
}

void policy_watch_close(struct policy_watch *watch)
{
	closep(&watch->fd);
	watch->fd = -1;
}

static bool ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && strcmp(s + len - n, suffix) == 0;
}

/* What editors and kubelets write beside the policy is no change of it. */
static bool concerns(const struct policy_watch *watch, const struct inotify_event *event)
{
	const char *slash = strrchr(watch->path, '/');

	if (event->mask & IN_IGNORED)
		return false; /* was told before, as the folder's end */
	if (!event->len)
		return true; /* the folder itself, or events that were lost */
	if (event->mask & IN_CREATE && !(event->mask & IN_ISDIR))
		return event->name[0] != '.' && ends_with(event->name, ".yaml"); /* a link */
	return strcmp(event->name, "..data") == 0 || strcmp(event->name, "policy.d") == 0 ||
	       (event->name[0] != '.' && ends_with(event->name, ".yaml")) ||
	       strcmp(event->name, slash ? slash + 1 : watch->path) == 0;
}

bool policy_watch_read(struct policy_watch *watch)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(watch->fd, buf, sizeof(buf))) > 0) {
		const char *at = buf;

		while (at < buf + n) {
			const struct inotify_event *event = (const void *)at;

			changed = concerns(watch, event) || changed;
			at += sizeof(*event) + event->len;
		}
	}
	return changed;
}
