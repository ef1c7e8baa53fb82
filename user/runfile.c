// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whoever may write such a file switches refusal off: so it is looked at before it is believed. */
#include "runfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listen.h"
#include "stream.h"
#include "util.h"

#define FILE_MAX (1024 * 1024) /* a name of 64 bytes for each of 10,000 rules is 670,000 */

struct paths {
	char file[STREAM_PATH_MAX];
	char boot[40];
};

static int read_boot(char boot[40])
{
	_cleanup_(freep) char *text = NULL;
	int err = read_file("/proc/sys/kernel/random/boot_id", 64, &text, NULL);

	if (err)
		return err;
	text[strcspn(text, "\n")] = '\0';
	snprintf(boot, 40, "%s", text);
	return 0;
}

static int get_paths(const char *name, struct paths *paths)
{
	int n = snprintf(paths->file, sizeof(paths->file), "%s/%s", stream_run_dir(), name);

	if (n < 0 || (size_t)n >= sizeof(paths->file))
		return -ENAMETOOLONG;
	return read_boot(paths->boot);
}

/* The whole content under its name at once, or the old one stays. */
static int replace(const struct paths *paths, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	int err = text ? listen_make_folder(stream_run_dir()) : -ENOMEM;

	return err ?: replace_file(paths->file, text, strlen(text));
}

int runfile_write(const char *name, struct json_object *object)
{
	struct paths paths = {};
	int err = get_paths(name, &paths);

	err = err ?: jsonout_add_text(object, "boot_id", paths.boot, sizeof(paths.boot));
	return err ?: replace(&paths, object);
}

static int check(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EBADMSG;
}

int runfile_read(const char *name, struct json_object **out)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	_cleanup_(freep) char *text = NULL;
	_cleanup_(closep) int fd = -1;
	struct json_object *boot;
	struct paths paths = {};
	int err = get_paths(name, &paths);

	if (err)
		return err;
	fd = open(paths.file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	err = check(fd);
	err = err ?: read_fd(fd, FILE_MAX, &text, NULL);
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	object = json_tokener_parse(text);
	boot = json_object_object_get(object, "boot_id");
	if (!json_object_is_type(boot, json_type_string))
		return -EBADMSG;
	if (strcmp(json_object_get_string(boot), paths.boot) != 0)
		return -ENOENT;
	*out = TAKE_PTR(object);
	return 0;
}

int runfile_remove(const char *name)
{
	struct paths paths = {};
	int err = get_paths(name, &paths);

	if (err)
		return err;
	return unlink(paths.file) && errno != ENOENT ? -errno : 0;
}
