// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which container a cgroup's path names.
 *
 * The outermost cgroup that an engine named wins: what lies below it may have been made, and
 * named, by processes of the container.
 */
#include "container.h"

#include <string.h>

#include "util.h"

#define ID_LENGTH 64 /* hex digits: the OCI engines' ids */

/* <prefix><id><suffix>: what stands between the two is the id. */
struct way {
	const char *prefix;
	const char *suffix;
	uint32_t runtime;
	bool hex; /* exactly ID_LENGTH hex digits; else a machine's name, as systemd escapes it */
};

static const struct way ways[] = {
	{ "docker-", ".scope", RG_RUNTIME_DOCKER, true },
	{ "libpod-", ".scope", RG_RUNTIME_PODMAN, true },
	{ "libpod-payload-", "", RG_RUNTIME_PODMAN, true }, /* --cgroups=split */
	{ "libpod-", "", RG_RUNTIME_PODMAN, true },
	{ "cri-containerd-", ".scope", RG_RUNTIME_CONTAINERD, true },
	{ "nerdctl-", ".scope", RG_RUNTIME_CONTAINERD, true },
	{ "crio-", ".scope", RG_RUNTIME_CRIO, true },
	{ "crio-", "", RG_RUNTIME_CRIO, true },
	{ "lxc.payload.", "", RG_RUNTIME_LXC, false },
	{ "machine-", ".scope", RG_RUNTIME_NSPAWN, false },
	{ "systemd-nspawn@", ".service", RG_RUNTIME_NSPAWN, false },
};

/* A part of the path between two slashes; not NUL-terminated. */
struct part {
	const char *at;
	size_t len;
};

static bool part_is(struct part part, const char *word)
{
	return part.len == strlen(word) && memcmp(part.at, word, part.len) == 0;
}

static bool is_id(struct part part)
{
	size_t i;

	if (part.len != ID_LENGTH)
		return false;
	for (i = 0; i < part.len; i++)
		if (!memchr("0123456789abcdef", part.at[i], 16))
			return false;
	return true;
}

/* Takes prefix and suffix off; false where they are not there, or nothing else is. */
static bool part_trim(struct part *part, const char *prefix, const char *suffix)
{
	size_t before = strlen(prefix), behind = strlen(suffix);

	if (part->len <= before + behind || memcmp(part->at, prefix, before) != 0 ||
	    memcmp(part->at + part->len - behind, suffix, behind) != 0)
		return false;
	part->at += before;
	part->len -= before + behind;
	return true;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/*
 * Copies a name, \xNN (systemd.unit(5)) turned back to the byte that it stands for; never to a NUL.
 */
static void copy_unescaped(char *dst, struct part part)
{
	size_t i, out = 0;

	for (i = 0; i < part.len; i++) {
		char c = part.at[i];

		if (c == '\\' && i + 3 < part.len && part.at[i + 1] == 'x') {
			int high = hex_digit(part.at[i + 2]), low = hex_digit(part.at[i + 3]);

			if (high >= 0 && low >= 0 && high + low > 0) {
				c = (char)(high * 16 + low);
				i += 3;
			}
		}
		dst[out++] = c;
	}
	dst[out] = '\0';
}

static void copy_part(char *dst, struct part part)
{
	memcpy(dst, part.at, part.len);
	dst[part.len] = '\0';
}

static bool match_ways(struct part part, struct container_ref *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct part id = part;

		if (!part_trim(&id, ways[i].prefix, ways[i].suffix))
			continue;
		if (ways[i].hex && !is_id(id))
			continue;
		if (ways[i].hex)
			copy_part(out->id, id);
		else
			copy_unescaped(out->id, id);
		out->runtime = ways[i].runtime;
		return true;
	}
	return false;
}

/*
 * The engines' cgroupfs drivers: the id alone, in a folder that says whose it is. Below kubepods
 * it is containerd's: CRI-O puts crio- before it, and the kubelet has no other engine left.
 */
static bool match_bare(const char *path, struct part parent, struct part part,
		       struct container_ref *out)
{
	if (is_id(part)) {
		out->runtime = RG_RUNTIME_UNKNOWN;
		if (part_is(parent, "docker"))
			out->runtime = RG_RUNTIME_DOCKER;
		else if (part_is(parent, "libpod_parent"))
			out->runtime = RG_RUNTIME_PODMAN;
		else if (memmem(path, (size_t)(part.at - path), "/kubepods",
				STATIC_STRLEN("/kubepods")))
			out->runtime = RG_RUNTIME_CONTAINERD;
	} else if (part_is(parent, "lxc") && part.len) {
		out->runtime = RG_RUNTIME_LXC;
	} else {
		return false;
	}
	copy_part(out->id, part);
	return true;
}

void container_from_cgroup(const char *cgroup, struct container_ref *out)
{
	size_t whole = strnlen(cgroup, RG_PATH_MAX - 1), at = 0;
	struct part part = { cgroup, 0 };

	memset(out, 0, sizeof(*out));
	while (at < whole) {
		const struct part parent = part;
		const char *slash;

		at += cgroup[at] == '/';
		slash = memchr(cgroup + at, '/', whole - at);
		part.at = cgroup + at;
		part.len = slash ? (size_t)(slash - part.at) : whole - at;
		at += part.len;
		if (match_ways(part, out) || match_bare(cgroup, parent, part, out)) {
			out->known = true;
			out->length = (uint32_t)at;
			return;
		}
	}
	copy_part(out->id, part);
	out->length = (uint32_t)whole;
}

bool container_matches(const char *wanted, const char *id, const char *name)
{
	if (!*wanted)
		return false;
	return starts_with(id, wanted) || (*name && strcmp(name, wanted) == 0);
}
