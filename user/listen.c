// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A Unix socket that listens at a path, for root and one group. */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"

#define QUEUE	    64 /* connections that wait to be accepted */
#define FOLDER_MODE 0750
#define NO_GROUP    ((gid_t)-1)

struct target {
	struct sockaddr_un address;
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	gid_t group; /* NO_GROUP: root alone */
	int type;
	char *why;
	size_t why_size;
};

/* Words for an error: what could not be done, and the errno's own. */
#define FAIL(target, err, fmt, ...)                                                                \
	({                                                                                         \
		int _err = (err);                                                                  \
		snprintf((target)->why, (target)->why_size, fmt, ##__VA_ARGS__);                   \
		_err;                                                                              \
	})

static int set_address(struct target *target, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strlen(path) >= sizeof(target->address.sun_path))
		return FAIL(target, -ENAMETOOLONG,
			    "the path %s is longer than a socket's may be (%zu bytes)", path,
			    sizeof(target->address.sun_path) - 1);
	target->address.sun_family = AF_UNIX;
	memcpy(target->address.sun_path, path, strlen(path) + 1);
	if (!slash)
		target->folder[0] = '.';
	else if (slash == path)
		target->folder[0] = '/';
	else
		memcpy(target->folder, path, (size_t)(slash - path));
	return 0;
}

/*
 * A folder that has the mode we give (one that we made, systemd's RuntimeDirectory=, an agent's
 * from before the group existed) is opened to the group. Any other is its owner's business.
 */
static int share_folder(const struct target *target)
{
	_cleanup_(closep) int fd = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return FAIL(target, -errno, "folder %s can't be used: %s", target->folder,
			    strerror(errno));
	if (target->group == NO_GROUP || st.st_uid != geteuid() || st.st_gid == target->group ||
	    (st.st_mode & 07777) != FOLDER_MODE)
		return 0;
	if (fchown(fd, (uid_t)-1, target->group) < 0 || fchmod(fd, FOLDER_MODE) < 0)
		return FAIL(target, -errno, "folder %s can't be given to the group: %s",
			    target->folder, strerror(errno));
	return 0;
}

int listen_make_folder(const char *path)
{
	mode_t old = umask(0);
	int err = mkdir(path, FOLDER_MODE) && errno != EEXIST ? -errno : 0;

	umask(old);
	return err;
}

static int prepare_folder(const struct target *target)
{
	int err = listen_make_folder(target->folder);

	if (err)
		return FAIL(target, err, "folder %s can't be made: %s", target->folder,
			    strerror(-err));
	return share_folder(target);
}

/* 0 where nobody listens there, and the file, if there was one, is gone. */
static int remove_stale(const struct target *target)
{
	const char *path = target->address.sun_path;
	_cleanup_(closep) int fd = -1;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : FAIL(target, -errno, "%s can't be used: %s", path,
					      strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return FAIL(target, -EEXIST, "%s exists and is no socket: remove it", path);
	fd = socket(AF_UNIX, target->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return FAIL(target, -errno, "no socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)&target->address, sizeof(target->address)) == 0 ||
	    errno == EAGAIN)
		return FAIL(target, -EADDRINUSE, "another agent is running: it listens at %s",
			    path);
	if (errno != ECONNREFUSED)
		return FAIL(target, -EADDRINUSE, "another program uses %s: %s", path,
			    strerror(errno));
	if (unlink(path) < 0 && errno != ENOENT)
		return FAIL(target, -errno, "the old socket %s can't be removed: %s", path,
			    strerror(errno));
	return 0;
}

/*
 * The umask gives the file its mode from its first moment on, and nothing is ever widened by path.
 */
static int bind_shared(const struct target *target, int fd)
{
	const char *path = target->address.sun_path;
	mode_t old = umask(target->group == NO_GROUP ? 0177 : 0117);
	int err = bind(fd, (const struct sockaddr *)&target->address, sizeof(target->address)) < 0
			  ? -errno
			  : 0;

	umask(old);
	if (err == -EACCES || err == -EROFS)
		return FAIL(target, err, "folder %s isn't writable: %s", target->folder,
			    strerror(-err));
	if (err)
		return FAIL(target, err, "can't listen at %s: %s", path, strerror(-err));
	if (target->group != NO_GROUP && lchown(path, (uid_t)-1, target->group) < 0)
		return FAIL(target, -errno, "%s can't be given to the group: %s", path,
			    strerror(errno));
	return 0;
}

static int open_target(const struct target *target, int *out, struct listen_file *file)
{
	const char *path = target->address.sun_path;
	_cleanup_(closep) int fd = -1;
	struct stat st;
	int err = prepare_folder(target);

	if (!err)
		err = remove_stale(target);
	if (err)
		return err;
	fd = socket(AF_UNIX, target->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return FAIL(target, -errno, "no socket: %s", strerror(errno));
	err = bind_shared(target, fd);
	if (err)
		return err;
	if (lstat(path, &st) < 0 || listen(fd, QUEUE) < 0)
		return FAIL(target, -errno, "can't listen at %s: %s", path, strerror(errno));
	if (file)
		*file = (struct listen_file){ st.st_dev, st.st_ino };
	*out = TAKE_FD(fd);
	return 0;
}

int listen_open(const char *path, int type, const char *group, int *out, struct listen_file *file,
		char *why, size_t why_size)
{
	struct target target = {
		.type = type, .group = NO_GROUP, .why = why, .why_size = why_size
	};
	const struct group *entry = group ? getgrnam(group) : NULL;
	int err = set_address(&target, path);
	gid_t own;

	if (err)
		return err;
	if (!entry)
		return open_target(&target, out, file);
	target.group = entry->gr_gid;
	/* who is in the group may give his files to it, which takes no CAP_CHOWN */
	own = (gid_t)setfsgid(target.group);
	err = open_target(&target, out, file);
	setfsgid(own);
	return err;
}

void listen_remove(const char *path, const struct listen_file *file)
{
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_dev == file->dev && st.st_ino == file->ino)
		unlink(path);
}
