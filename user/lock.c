// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One agent a host. A record lock (fcntl(2)) and not flock(2): asking who holds
 * it takes nothing, so that a status cannot stand in the way of a start.
 */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "listen.h"
#include "stream.h"

static void lock_path(char buf[STREAM_PATH_MAX])
{
	snprintf(buf, STREAM_PATH_MAX, "%s/lock", stream_run_dir());
}

static pid_t holder_of(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}

int lock_take(int *out, struct why *why)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[STREAM_PATH_MAX];
	_cleanup_(closep) int fd = -1;
	int err = listen_make_folder(stream_run_dir());

	lock_path(path);
	if (err) {
		why_set(why, "cannot make the folder %s: %s", stream_run_dir(), strerror(-err));
		return err;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err = -errno;
		why_set(why,
			"cannot write in the folder %s: %s; it must be a folder that root can "
			"write to",
			stream_run_dir(), strerror(-err));
		return err;
	}
	if (fcntl(fd, F_SETLK, &lock)) {
		err = errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
		if (err == -EBUSY)
			why_set(why, "another agent runs already: PID %d; stop it first",
				(int)holder_of(fd));
		else
			why_set(why, "cannot lock %s: %s", path, strerror(-err));
		return err;
	}
	*out = TAKE_FD(fd);
	return 0;
}

pid_t lock_holder(void)
{
	char path[STREAM_PATH_MAX];
	_cleanup_(closep) int fd = -1;

	lock_path(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? 0 : holder_of(fd);
}
