// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * LXC and nspawn: containers by name, with files of KEY = VALUE. Neither has images nor labels; for
 * nspawn the image is the tree or the disk that it was started from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "identity_file.h"

/* One byte of a value, which machined escapes as C does; to what is behind it. */
static const char *unescape(const char *from, const char *end, char *to)
{
	static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
	const char *letter;

	*to = *from++;
	if (*to != '\\' || from == end)
		return from;
	if (end - from >= 3 && strspn(from, "01234567") >= 3) {
		*to = (char)((from[0] - '0') << 6 | (from[1] - '0') << 3 | (from[2] - '0'));
		return from + 3;
	}
	letter = *from ? strchr(letters, *from) : NULL;
	*to = *from;
	if (letter)
		*to = bytes[letter - letters];
	return from + 1;
}

/* The value of the first line with that key, as far as it has room; false where there is none. */
static bool value_of(const char *text, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key);

	while (*text) {
		size_t end = strcspn(text, "\n");

		if (end > len && strncmp(text, key, len) == 0 && text[len] == '=') {
			const char *at = text + len + 1;
			size_t n = 0;

			while (at < text + end && n + 1 < size)
				at = unescape(at, text + end, &buf[n++]);
			buf[n] = '\0';
			return true;
		}
		text += end + (text[end] == '\n');
	}
	return false;
}

/* Names come from cgroups; none leads out of a folder. */
static bool is_plain(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

static int named(uint32_t runtime, const char *name, const char *image, struct identity **out)
{
	_cleanup_(identity_freep) struct identity *identity = identity_new(runtime, name);
	int err = identity ? identity_set(&identity->name, name) : -ENOMEM;

	err = err ?: identity_set(&identity->image, image);
	if (!err)
		*out = TAKE_PTR(identity);
	return err;
}

/*
 * Its cgroup is at the top of the hierarchy, where no container can make one. LXC appends "-1" and
 * so on where a cgroup of the name is left over.
 */
int identity_lxc(const struct identity_subject *subject, const struct container_ref *ref,
		 struct identity **out)
{
	_cleanup_(freep) char *text = NULL;
	char path[IDENTITY_PATH_MAX], name[RG_PATH_MAX];
	char *dash;
	int err;

	if (memchr(subject->cgroup + 1, '/', ref->length - 1))
		return -ENOENT;
	if (!is_plain(ref->id))
		return -ENOENT;
	snprintf(name, sizeof(name), "%s", ref->id);
	err = identity_path(path, subject, "/var/lib/lxc/%s/config", name);
	err = err ?: identity_text(path, &text);
	dash = strrchr(name, '-');
	if (err == -ENOENT && dash && dash[1] &&
	    strspn(dash + 1, "0123456789") == strlen(dash + 1)) {
		*dash = '\0';
		err = identity_path(path, subject, "/var/lib/lxc/%s/config", name);
		err = err ?: identity_text(path, &text);
	}
	return err ?: named(RG_RUNTIME_LXC, name, NULL, out);
}

/* machined notes the machine's unit, which is a cgroup in machine.slice. */
int identity_nspawn(const struct identity_subject *subject, const struct container_ref *ref,
		    struct identity **out)
{
	static const char slice[] = "/machine.slice/";
	_cleanup_(freep) char *text = NULL;
	char path[IDENTITY_PATH_MAX], unit[RG_PATH_MAX], image[IDENTITY_PATH_MAX] = "";
	const size_t in_slice = STATIC_STRLEN("/machine.slice/");
	int err = is_plain(ref->id) ? 0 : -ENOENT;

	err = err ?: identity_path(path, subject, "/run/systemd/machines/%s", ref->id);
	err = err ?: identity_text(path, &text);
	if (err)
		return err;
	if (!value_of(text, "SCOPE", unit, sizeof(unit)) &&
	    !value_of(text, "UNIT", unit, sizeof(unit)))
		return -EAGAIN;
	if (strncmp(subject->cgroup, slice, in_slice) != 0 ||
	    strlen(unit) != ref->length - in_slice ||
	    strncmp(subject->cgroup + in_slice, unit, strlen(unit)) != 0)
		return -ENOENT;
	value_of(text, "ROOT", image, sizeof(image));
	return named(RG_RUNTIME_NSPAWN, ref->id, image, out);
}
