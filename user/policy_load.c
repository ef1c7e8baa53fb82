// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Policy files: found, opened, and read if nobody but their owner may write
 * them. What is asked about a file is asked about the open one, so that nothing
 * can come between. A symbolic link is followed (a ConfigMap's files are links);
 * it is the file behind it that must be trusted. What the files say is not known here.
 */
#include "policy_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "policy_parse.h"

#define MAIN_FILE "policy.yaml"
#define MORE	  "policy.d"
#define SUFFIX	  ".yaml"
#define NOT_OURS  ".yml" /* what people write instead */

struct loader {
	struct policy_parser parser;
	bool root_owned;
	char **texts; /* the parser shows lines of them */
	size_t n_texts;
	int result; /* the first thing that went wrong; -EINVAL gives way to what is worse */
};

static void loader_clear(struct loader *loader)
{
	size_t i;

	policy_parser_clear(&loader->parser);
	for (i = 0; i < loader->n_texts; i++)
		free(loader->texts[i]);
	free(loader->texts);
}

static void note(struct loader *loader, int err)
{
	if (err && (loader->result == 0 || loader->result == -EINVAL))
		loader->result = err;
}

/* Something about a file as a whole. Gives code back, unless memory is short. */
#define complain(loader, path, code, ...)                                                          \
	(policy_report_add((loader)->parser.report, POLICY_ERROR,                                  \
			   &(struct policy_place){ .file = path }, NULL, __VA_ARGS__) == -ENOMEM   \
		 ? -ENOMEM                                                                         \
		 : (code))

static int cannot(struct loader *loader, const char *path, const char *what, int err)
{
	/* -ENOENT is for a path that is not there at all. */
	return complain(loader, path, err == -ENOENT ? -EIO : err, "cannot %s: %s", what,
			strerror(-err));
}

/* Whoever may write a policy may lift it. */
static int check_owner(struct loader *loader, const char *path, const struct stat *st)
{
	if (st->st_uid != 0 && (loader->root_owned || st->st_uid != geteuid()))
		return complain(loader, path, -EINVAL,
				"owned by uid %u, who could lift the policy; chown root '%s'",
				st->st_uid, path);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return complain(
			loader, path, -EINVAL,
			"%s may write it (mode %04o), and could lift the policy; chmod go-w '%s'",
			st->st_mode & S_IWOTH ? "everybody" : "its group", st->st_mode & 07777,
			path);
	return 0;
}

/*
 * Who may write a folder may replace the files in it; a ConfigMap's is open to all, but
 * mounted read-only.
 */
static int check_folder(struct loader *loader, const char *path, int fd)
{
	struct statvfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatvfs(fd, &fs))
		return cannot(loader, path, "look at it", -errno);
	if (fs.f_flag & ST_RDONLY)
		return 0;
	return check_owner(loader, path, &st);
}

static int keep_text(struct loader *loader, char *text)
{
	char **texts = reallocarray(loader->texts, loader->n_texts + 1, sizeof(*texts));

	if (!texts) {
		free(text);
		return -ENOMEM;
	}
	loader->texts = texts;
	texts[loader->n_texts++] = text;
	return 0;
}

static int load_open_file(struct loader *loader, const char *path, int fd)
{
	struct stat st;
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fstat(fd, &st))
		return cannot(loader, path, "look at it", -errno);
	if (!S_ISREG(st.st_mode))
		return complain(loader, path, -EINVAL, "not a regular file");
	err = check_owner(loader, path, &st);
	if (err)
		return err;
	err = read_fd(fd, POLICY_FILE_MAX, &text, &len);
	if (err == -EFBIG)
		return complain(loader, path, -EINVAL,
				"larger than %u bytes; split it into files in %s", POLICY_FILE_MAX,
				MORE);
	if (err)
		return err == -ENOMEM ? err : cannot(loader, path, "read it", err);
	err = keep_text(loader, text);
	return err ? err : policy_parse(&loader->parser, path, text, len);
}

/* O_NONBLOCK: a FIFO must not hold the agent up; it is refused once it is open. */
static int load_file_at(struct loader *loader, int dir, const char *name, const char *path)
{
	_cleanup_(closep) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? cannot(loader, path, "open it", -errno) : load_open_file(loader, path, fd);
}

/* NULL: out of memory */
static char *join(const char *folder, const char *name)
{
	size_t len = strlen(folder);
	char *path;

	while (len && folder[len - 1] == '/')
		len--;
	return asprintf(&path, "%.*s/%s", (int)len, folder, name) < 0 ? NULL : path;
}

static bool ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len > n && strcmp(s + len - n, suffix) == 0;
}

/*
 * Is there such a name? A link into the void is one: a policy that cannot be read is not the
 * same as none.
 */
static bool exists(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static int is_drop_in(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (ends_with(entry->d_name, SUFFIX) || ends_with(entry->d_name, NOT_OURS));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* not by locale: the order is the policy's */
}

static int load_drop_in(struct loader *loader, int dir, const char *folder, const char *name)
{
	_cleanup_(freep) char *path = join(folder, name);

	if (!path)
		return -ENOMEM;
	if (ends_with(name, NOT_OURS))
		return policy_report_add(loader->parser.report, POLICY_WARNING,
					 &(struct policy_place){ .file = path }, NULL,
					 "not read, since its name does not end in '%s'", SUFFIX);
	return load_file_at(loader, dir, name, path);
}

/* *found: whether there was any file. */
static int load_drop_ins(struct loader *loader, int dir, const char *path, bool *found)
{
	_cleanup_(closep) int fd = openat(dir, MORE, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	int n, i, err = fd < 0 ? -errno : 0;
	_cleanup_(freep) char *folder = join(path, MORE);
	struct dirent **names;

	if (!folder)
		return -ENOMEM;
	if (err)
		return exists(dir, MORE) ? cannot(loader, folder, "open it", err) : 0;
	err = check_folder(loader, folder, fd);
	if (err)
		return err;
	n = scandirat(fd, ".", &names, is_drop_in, by_name);
	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : cannot(loader, folder, "list it", -errno);
	for (i = 0; i < n; i++) {
		*found = *found || ends_with(names[i]->d_name, SUFFIX);
		note(loader, load_drop_in(loader, fd, folder, names[i]->d_name));
		free(names[i]);
	}
	free(names);
	return 0;
}

/* -ENOENT, without a message, where the folder has no policy. */
static int load_folder(struct loader *loader, const char *path, int dir)
{
	_cleanup_(freep) char *file = join(path, MAIN_FILE);
	bool found = exists(dir, MAIN_FILE);
	int err = file ? check_folder(loader, path, dir) : -ENOMEM;

	if (err)
		return err;
	if (found)
		note(loader, load_file_at(loader, dir, MAIN_FILE, file));
	err = load_drop_ins(loader, dir, path, &found);
	if (err)
		return err;
	return found ? 0 : -ENOENT;
}

static int load_path(struct loader *loader, const char *path)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		int err = -errno;

		return err == -ENOENT && !exists(AT_FDCWD, path)
			       ? err
			       : cannot(loader, path, "open it", err);
	}
	if (fstat(fd, &st))
		return cannot(loader, path, "look at it", -errno);
	return S_ISDIR(st.st_mode) ? load_folder(loader, path, fd)
				   : load_open_file(loader, path, fd);
}

int policy_load_with(const char *path, const struct policy_load_options *options,
		     struct policy **out, struct policy_report *report)
{
	_cleanup_(loader_clear) struct loader loader = { .root_owned = options->root_owned };
	size_t errors = report->n_errors;
	int err = policy_parser_init(&loader.parser, report,
				     options->now ? options->now : time(NULL));

	if (err)
		return err;
	err = load_path(&loader, path);
	if (err == -ENOENT || err == -ENOMEM)
		return err;
	note(&loader, err);
	if (loader.result != -ENOMEM)
		note(&loader, policy_review(&loader.parser));
	policy_report_sort(report);
	if (loader.result == 0 && report->n_errors > errors)
		loader.result = -EINVAL; /* what is said to be wrong is never given out */
	if (loader.result)
		return loader.result;
	*out = TAKE_PTR(loader.parser.policy);
	return 0;
}

int policy_load(const char *path, struct policy **out, struct policy_report *report)
{
	static const struct policy_load_options defaults = {};

	return policy_load_with(path, &defaults, out, report);
}
