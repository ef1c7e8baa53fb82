// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Arms the guards of bpf/guard.bpf.c. What they refuse is said there; here they
 * are told what is ours, and where the cgroups' root is.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "rootgate.skel.h"

#define PATH_BYTES "1023"

bool guard_wants(const struct loader *loader, const struct bpf_program *prog)
{
	if (starts_with(bpf_program__section_name(prog), "cgroup/"))
		return !loader->no_ftrace_guard;
	if (starts_with(bpf_program__name(prog), "rg_guard_"))
		return !loader->no_guard;
	return true;
}

/* A descriptor of the root of the unified hierarchy, or a negative errno. */
static int open_cgroup_root(void)
{
	char line[4096], root[1024], where[1024];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	int fd = -ENOENT;

	if (!mounts)
		return -errno;
	while (fd == -ENOENT && fgets(line, sizeof(line), mounts)) {
		if (!strstr(line, " - cgroup2 "))
			continue;
		if (sscanf(line, "%*s %*s %*s %" PATH_BYTES "s %" PATH_BYTES "s", root, where) != 2)
			continue;
		if (strcmp(root, "/") != 0) /* a part of it */
			continue;
		fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	fclose(mounts);
	return fd;
}

static int guard_ftrace(struct loader *loader, struct why *why)
{
	_cleanup_(closep) int root = open_cgroup_root();
	struct bpf_link *link;

	if (root < 0) {
		why_set(why,
			"kernel.ftrace_enabled is not guarded: there is no unified cgroup "
			"hierarchy to be found (%s); if it is set to 0, status tells",
			strerror(-root));
		return 1;
	}
	link = bpf_program__attach_cgroup(loader->bpf->progs.rg_ftrace_sysctl, root);
	if (!link) {
		why_set(why,
			"kernel.ftrace_enabled is not guarded: cannot attach to the root cgroup: "
			"%s; if it is set to 0, status tells",
			strerror(errno));
		return 1;
	}
	loader->bpf->links.rg_ftrace_sysctl = link;
	return 0;
}

/* What the kernel calls the object of a descriptor; each type has another record for it. */
static int id_of(enum rg_object_type type, int fd, __u32 *out)
{
	struct bpf_map_info map = {};
	struct bpf_prog_info prog = {};
	struct bpf_link_info link = {};
	__u32 len;
	int err;

	if (type == RG_OBJECT_MAP) {
		len = sizeof(map);
		err = bpf_obj_get_info_by_fd(fd, &map, &len);
		*out = map.id;
	} else if (type == RG_OBJECT_PROG) {
		len = sizeof(prog);
		err = bpf_obj_get_info_by_fd(fd, &prog, &len);
		*out = prog.id;
	} else {
		len = sizeof(link);
		err = bpf_obj_get_info_by_fd(fd, &link, &len);
		*out = link.id;
	}
	return err ? -errno : 0;
}

static int list(const struct loader *loader, enum rg_object_type type, int fd)
{
	struct rg_object object = { .type = type };
	__u8 value = 1;
	int err = id_of(type, fd, &object.id);

	if (err)
		return err;
	return bpf_map_update_elem(bpf_map__fd(loader->bpf->maps.guarded), &object, &value, BPF_ANY)
		       ? -errno
		       : 0;
}

static int list_all(const struct loader *loader)
{
	struct bpf_object_skeleton *skeleton = loader->bpf->skeleton;
	struct bpf_program *prog;
	struct bpf_map *map;
	int i, err = 0;

	bpf_object__for_each_map(map, loader->bpf->obj) if (!err && bpf_map__fd(map) >= 0) err =
		list(loader, RG_OBJECT_MAP, bpf_map__fd(map));
	bpf_object__for_each_program(prog, loader->bpf->obj)
		if (!err && bpf_program__fd(prog) >= 0)
			err = list(loader, RG_OBJECT_PROG, bpf_program__fd(prog));
	for (i = 0; !err && i < skeleton->prog_cnt; i++)
		if (*skeleton->progs[i].link)
			err = list(loader, RG_OBJECT_LINK, bpf_link__fd(*skeleton->progs[i].link));
	return err;
}

int guard_start(struct loader *loader, struct why *why)
{
	int partly = loader->no_ftrace_guard ? 0 : guard_ftrace(loader, why);
	int err;

	if (loader->no_guard)
		return partly;
	err = list_all(loader);
	if (err) {
		why_set(why, "cannot list rootgate's own objects for its guard: %s",
			strerror(-err));
		return err;
	}
	__atomic_store_n(&loader->bpf->bss->control.guard, 1, __ATOMIC_SEQ_CST);
	return partly;
}
