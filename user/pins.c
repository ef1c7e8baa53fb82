// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The maps below /sys/fs/bpf/rootgate. What their values mean belongs to the readers. */
#include "pins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>

#include "rootgate.skel.h"

static const char *const pinned[] = { "control", "counters", "processes" };

static int ensure_bpffs(struct why *why)
{
	struct statfs fs;
	int err;

	if (statfs(PINS_BPFFS, &fs) == 0 && fs.f_type == BPF_FS_MAGIC)
		return 0;
	if (mount("bpf", PINS_BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0)
		return 0;
	err = -errno;
	why_set(why, "cannot mount the BPF file system on " PINS_BPFFS ": %s", strerror(-err));
	return err;
}

static struct bpf_map *map_by_name(struct rootgate_bpf *bpf, const char *name)
{
	/* the global variables' map is named after the object */
	if (strcmp(name, "control") == 0)
		return bpf->maps.bss;
	return bpf_object__find_map_by_name(bpf->obj, name);
}

static void pin_path(char buf[128], const char *name)
{
	snprintf(buf, 128, PINS_DIR "/%s", name);
}

int pins_make(const struct loader *loader, struct why *why)
{
	char path[128];
	size_t i;
	int err = ensure_bpffs(why);

	if (err)
		return err;
	pins_remove();
	if (mkdir(PINS_DIR, 0700)) {
		err = -errno;
		why_set(why, "cannot make " PINS_DIR ": %s", strerror(-err));
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(pinned); i++) {
		pin_path(path, pinned[i]);
		err = bpf_obj_pin(bpf_map__fd(map_by_name(loader->bpf, pinned[i])), path);
		if (err) {
			err = -errno;
			why_set(why, "cannot pin %s: %s", path, strerror(-err));
			pins_remove();
			return err;
		}
	}
	return 0;
}

void pins_remove(void)
{
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pinned); i++) {
		pin_path(path, pinned[i]);
		unlink(path);
	}
	rmdir(PINS_DIR);
}

int pins_open(const char *name, size_t value_size)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char path[128];
	_cleanup_(closep) int fd = -1;

	pin_path(path, name);
	fd = bpf_obj_get_opts(path, &opts);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.value_size != value_size)
		return -EPROTO;
	return TAKE_FD(fd);
}

int pins_read_control(struct rg_control *out)
{
	_cleanup_(closep) int fd = pins_open("control", sizeof(*out));
	__u32 key = 0;

	if (fd < 0)
		return fd;
	return bpf_map_lookup_elem(fd, &key, out) ? -errno : 0;
}

pid_t pins_owner(void)
{
	struct rg_control control;
	char path[64];
	_cleanup_(freep) char *text = NULL;

	if (pins_read_control(&control) || control.agent == (__u32)getpid())
		return 0;
	/* its PID may be somebody else's by now */
	snprintf(path, sizeof(path), "/proc/%u/comm", control.agent);
	if (read_file(path, 64, &text, NULL) || strcmp(text, "rootgate\n") != 0)
		return 0;
	return (pid_t)control.agent;
}

int pins_read_counters(__u64 out[RG_COUNT_COUNT])
{
	_cleanup_(closep) int fd = pins_open("counters", sizeof(__u64));
	_cleanup_(freep) __u64 *values = NULL;
	int cpus = libbpf_num_possible_cpus(), cpu;
	__u64 sum[RG_COUNT_COUNT] = {};
	__u32 key;

	if (fd < 0)
		return fd;
	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (key = 0; key < RG_COUNT_COUNT; key++) {
		if (bpf_map_lookup_elem(fd, &key, values))
			return -errno;
		for (cpu = 0; cpu < cpus; cpu++)
			sum[key] += values[cpu];
	}
	memcpy(out, sum, sizeof(sum));
	return 0;
}
