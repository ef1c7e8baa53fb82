// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The file "disabled" of the run folder. Who acts on it is not known here. */
#include "disabled.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "control_wire.h"
#include "jsonout.h"

#define FILE_MAX 4096

struct paths {
	char file[STREAM_PATH_MAX];
	char temporary[STREAM_PATH_MAX + 8];
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

static int get_paths(struct paths *paths)
{
	int n = snprintf(paths->file, sizeof(paths->file), "%s/disabled", stream_run_dir());

	if (n < 0 || (size_t)n >= sizeof(paths->file))
		return -ENAMETOOLONG;
	snprintf(paths->temporary, sizeof(paths->temporary), "%s.new", paths->file);
	return read_boot(paths->boot);
}

/* The whole content under its name at once, or the old one stays. */
static int replace(const struct paths *paths, struct json_object *object)
{
	_cleanup_(closep) int fd = -1;
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return -ENOMEM;
	if (mkdir(stream_run_dir(), 0755) && errno != EEXIST)
		return -errno;
	if (unlink(paths->temporary) && errno != ENOENT)
		return -errno;
	fd = open(paths->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		return errno ? -errno : -ENOSPC;
	return rename(paths->temporary, paths->file) ? -errno : 0;
}

int disabled_write(const struct disabled *disabled)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	struct json_object *by = json_object_new_object();
	struct paths paths = {};
	int err = get_paths(&paths);

	err = err ?: jsonout_add_number(object, "until_boottime_ns", disabled->until);
	err = err ?: jsonout_add_text(object, "boot_id", paths.boot, sizeof(paths.boot));
	err = err ?: jsonout_add_text(object, "reason", disabled->reason, sizeof(disabled->reason));
	err = err ?: jsonout_add_number(by, "uid", disabled->uid);
	err = err ?: jsonout_add_number(by, "pid", (uint64_t)disabled->pid);
	if (err) {
		json_object_put(by);
		return err;
	}
	err = jsonout_add(object, "by", by);
	return err ?: replace(&paths, object);
}

static int take(struct json_object *object, struct disabled *out, const char *boot)
{
	struct json_object *until = json_object_object_get(object, "until_boottime_ns");
	struct json_object *id = json_object_object_get(object, "boot_id");
	struct json_object *reason = json_object_object_get(object, "reason");
	struct json_object *by = json_object_object_get(object, "by");
	struct disabled disabled = {};
	uint64_t now = clock_ns(CLOCK_BOOTTIME);

	if (!json_object_is_type(until, json_type_int) || json_object_get_int64(until) < 0 ||
	    !json_object_is_type(id, json_type_string) ||
	    !json_object_is_type(reason, json_type_string) ||
	    !control_reason_ok(json_object_get_string(reason)))
		return -EBADMSG;
	if (strcmp(json_object_get_string(id), boot) != 0)
		return -ENOENT;
	disabled.until = (uint64_t)json_object_get_int64(until);
	if (disabled.until <= now)
		return -ENOENT;
	if (disabled.until - now > CONTROL_FOR_MAX)
		return -EBADMSG; /* nobody could have asked for that */
	snprintf(disabled.reason, sizeof(disabled.reason), "%s", json_object_get_string(reason));
	disabled.uid = (uid_t)json_object_get_int64(json_object_object_get(by, "uid"));
	disabled.pid = json_object_get_int(json_object_object_get(by, "pid"));
	*out = disabled;
	return 0;
}

int disabled_read(struct disabled *out)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	_cleanup_(freep) char *text = NULL;
	_cleanup_(closep) int fd = -1;
	struct paths paths = {};
	struct stat st;
	int err = get_paths(&paths);

	if (err)
		return err;
	fd = open(paths.file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	/* whoever may write it switches refusal off */
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return -EBADMSG;
	err = read_fd(fd, FILE_MAX, &text, NULL);
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	object = json_tokener_parse(text);
	if (!json_object_is_type(object, json_type_object))
		return -EBADMSG;
	return take(object, out, paths.boot);
}

int disabled_remove(void)
{
	struct paths paths = {};
	int err = get_paths(&paths);

	if (err)
		return err;
	return unlink(paths.file) && errno != ENOENT ? -errno : 0;
}
