// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Entering PID 1's mount namespace takes the file system's root and the folder there with it, so
 * both are put back on the way out. The agent has one thread, which is what the kernel wants.
 */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST "/proc/1/ns/mnt"
#define OWN  "/proc/self/ns/mnt"

static bool in_host(void)
{
	struct stat own, host;

	return stat(OWN, &own) == 0 && stat(HOST, &host) == 0 && own.st_ino == host.st_ino;
}

/* Of the topmost mount on "/". */
static bool root_propagates(void)
{
	char line[4096], where[1024];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool shared = false;

	while (mounts && fgets(line, sizeof(line), mounts))
		if (sscanf(line, "%*s %*s %*s %*s %1023s", where) == 1 && strcmp(where, "/") == 0)
			shared = strstr(line, " shared:");
	if (mounts)
		fclose(mounts);
	return shared;
}

int mounts_unshare(struct why *why)
{
	int err;

	/* a service has one already */
	if (!in_host() || !root_propagates())
		return 0;
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0)
		return 0;
	err = -errno;
	why_set(why, "cannot take a mount namespace of its own: %s", strerror(-err));
	return err;
}

struct mounts_view mounts_enter(void)
{
	struct mounts_view view = {};
	int host;

	if (in_host())
		return view;
	host = open(HOST, O_RDONLY | O_CLOEXEC);
	view.own = open(OWN, O_RDONLY | O_CLOEXEC);
	view.folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	view.inside =
		host >= 0 && view.own >= 0 && view.folder >= 0 && setns(host, CLONE_NEWNS) == 0;
	closep(&host);
	if (!view.inside) {
		closep(&view.own);
		closep(&view.folder);
	}
	return view;
}

void mounts_leave(struct mounts_view *view)
{
	if (!view->inside)
		return;
	if (setns(view->own, CLONE_NEWNS) == 0 && fchdir(view->folder) == 0)
		view->inside = false;
	closep(&view->own);
	closep(&view->folder);
}
