// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where runtimes note whom they have started, just before they let it execute anything: a look at
 * the right moment finds it, a later one may come too late. What an engine has written long before
 * needs no watch. The files themselves are read in identity_ENGINE.c.
 */
#include "identity_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

#include "identity_file.h"

#define WATCHES_MAX 4096 /* of all folders: whom nobody watches is looked for now and then */
#define WHEN	    (IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR)

struct walk {
	int fd;
	int depth; /* of the folders in this one that are watched, too */
	size_t left;
};

static int see_folder(const struct identity_subject *subject, const char *path,
		      _unused_ const char *name, void *arg)
{
	struct walk *walk = arg;
	struct walk below = { walk->fd, walk->depth - 1, walk->left };

	if (!walk->left || inotify_add_watch(walk->fd, path, WHEN) < 0)
		return -ENOENT; /* a file, most likely: on to the next one */
	below.left--;
	if (below.depth)
		identity_each(subject, path, see_folder, &below);
	walk->left = below.left;
	return -ENOENT;
}

/* A folder that is not there yet is seen to be made. */
static void watch_above(int fd, const char *folder)
{
	char path[256];
	char *slash;

	snprintf(path, sizeof(path), "%s", folder);
	while ((slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		if (inotify_add_watch(fd, path, WHEN) >= 0)
			return;
	}
}

void identity_watch(int fd)
{
	static const struct identity_subject host = { .root = "" };
	static const struct {
		const char *path;
		int depth;
	} folders[] = {
		{ "/run/runc", 1 },
		{ "/run/crun", 1 },
		{ "/run/systemd/machines", 0 },
		{ "/run/containerd/io.containerd.runtime.v2.task", 2 },
		{ "/run/docker/containerd/daemon/io.containerd.runtime.v2.task", 2 },
	};
	struct walk walk = { .fd = fd, .left = WATCHES_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		walk.depth = folders[i].depth;
		if (inotify_add_watch(fd, folders[i].path, WHEN) < 0)
			watch_above(fd, folders[i].path);
		else if (walk.depth)
			identity_each(&host, folders[i].path, see_folder, &walk);
	}
}
