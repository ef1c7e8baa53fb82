// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sets of programs below /sys/fs/bpf/rootgate. What their maps mean belongs to the readers. */
#include "pins.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>

#include "notify.h"
#include "rootgate.skel.h"
#include "store.h"

#define PATH_ROOM 192
#define CURRENT	  PINS_DIR "/current"

/* The links' name in systemd's store: nobody asks for a single one, they must only be held. */
#define KEPT_LINKS "link"

/*
 * "control" first: a set without it can be neither judged nor taken over. The last two are there
 * with fmod_ret programs only.
 */
static const char *const pinned[] = { "control",    "counters",	   "processes", "deep_pids",
				      "refusals",   "reports",	   "held",	"rules",
				      "exec_again", "setuid_again" };

static bool is_bpffs(void)
{
	struct statfs fs;

	return statfs(PINS_BPFFS, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

/* In the mount namespace at hand, which must be the host's: what is mounted in another ends with it. */
static int ensure_bpffs(struct why *why)
{
	int err;

	if (is_bpffs() ||
	    mount("bpf", PINS_BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0)
		return 0;
	err = -errno;
	why_set(why, "cannot mount the BPF file system on " PINS_BPFFS ": %s", strerror(-err));
	return err;
}

static void set_path(char buf[PATH_ROOM], unsigned int set, const char *name)
{
	snprintf(buf, PATH_ROOM, PINS_DIR "/%u/%s", set, name);
}

/* --- what a set consists of ------------------------------------------------- */

struct pin {
	char path[PATH_ROOM];
	const char *map; /* its name; NULL: a link */
	int fd;
};

/* The global variables' map is named after the object. */
static struct bpf_map *map_by_name(struct rootgate_bpf *bpf, const char *name)
{
	if (strcmp(name, "control") == 0)
		return bpf->maps.bss;
	return bpf_object__find_map_by_name(bpf->obj, name);
}

/* The nth pin of a set: its maps, then its links. False behind the last. */
static bool pin_at(const struct loader *loader, unsigned int set, size_t n, struct pin *out)
{
	const struct bpf_object_skeleton *skeleton = loader->bpf->skeleton;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pinned); i++) {
		int fd = bpf_map__fd(map_by_name(loader->bpf, pinned[i]));

		if (fd < 0 || n--)
			continue;
		set_path(out->path, set, pinned[i]);
		out->map = pinned[i];
		out->fd = fd;
		return true;
	}
	for (i = 0; i < (size_t)skeleton->prog_cnt; i++) {
		char name[64];

		if (!*skeleton->progs[i].link || n--)
			continue;
		snprintf(name, sizeof(name), "link_%s", skeleton->progs[i].name);
		set_path(out->path, set, name);
		out->map = NULL;
		out->fd = bpf_link__fd(*skeleton->progs[i].link);
		return true;
	}
	return false;
}

/* --- taking away ------------------------------------------------------------- */

static void stop_keeping(unsigned int set)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pinned); i++)
		store_remove(set, pinned[i]);
	store_remove(set, KEPT_LINKS);
}

static int unpin(unsigned int set)
{
	char path[PATH_ROOM], folder[PATH_ROOM];
	struct dirent *entry;
	int err;
	DIR *dir;

	set_path(folder, set, "");
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), PINS_DIR "/%u/%.64s", set, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (dir)
		closedir(dir);
	err = rmdir(folder) && errno != ENOENT ? -errno : 0;
	pins_tidy();
	return err;
}

int pins_remove(unsigned int set)
{
	int err = unpin(set);

	stop_keeping(set);
	return err;
}

void pins_tidy(void)
{
	if (access(CURRENT, F_OK))
		unlink(CURRENT);
	rmdir(PINS_DIR);
}

/* --- making ------------------------------------------------------------------ */

static int make_folder(const char *path, struct why *why)
{
	int err;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	err = -errno;
	why_set(why, "cannot make %s: %s", path, strerror(-err));
	return err;
}

int pins_make(const struct loader *loader, unsigned int set, struct why *why)
{
	char folder[PATH_ROOM];
	struct pin pin;
	size_t i;
	int err = ensure_bpffs(why);

	set_path(folder, set, "");
	err = err ?: make_folder(PINS_DIR, why);
	err = err ?: make_folder(folder, why);
	for (i = 0; !err && pin_at(loader, set, i, &pin); i++) {
		if (bpf_obj_pin(pin.fd, pin.path) == 0 || errno == EEXIST)
			continue;
		err = -errno;
		why_set(why, "cannot pin %s: %s", pin.path, strerror(-err));
	}
	if (err)
		unpin(set);
	return err;
}

void pins_keep(const struct loader *loader, unsigned int set)
{
	int fds[NOTIFY_FDS_MAX];
	struct pin pin;
	size_t n = 0, i;

	for (i = 0; pin_at(loader, set, i, &pin); i++) {
		if (pin.map) {
			store_put(set, pin.map, &pin.fd, 1);
			continue;
		}
		fds[n++] = pin.fd;
		if (n < ARRAY_SIZE(fds))
			continue;
		store_put(set, KEPT_LINKS, fds, n);
		n = 0;
	}
	if (n)
		store_put(set, KEPT_LINKS, fds, n);
}

int pins_publish(unsigned int set)
{
	char target[16];

	snprintf(target, sizeof(target), "%u", set);
	unlink(PINS_DIR "/next");
	if (symlink(target, PINS_DIR "/next") || rename(PINS_DIR "/next", CURRENT))
		return -errno;
	return 0;
}

unsigned int pins_current(void)
{
	char target[16] = "";

	return readlink(CURRENT, target, sizeof(target) - 1) < 0
		       ? 0
		       : (unsigned int)strtoul(target, NULL, 10);
}

bool pins_intact(const struct loader *loader, unsigned int set)
{
	struct pin pin;
	size_t i;

	if (!is_bpffs() || pins_current() != set)
		return false;
	for (i = 0; pin_at(loader, set, i, &pin); i++)
		if (access(pin.path, F_OK))
			return false;
	return true;
}

/* --- reading ----------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

size_t pins_list(unsigned int sets[PINS_SETS_MAX])
{
	DIR *dir = opendir(PINS_DIR);
	struct dirent *entry;
	size_t n = 0;

	while (dir && n < PINS_SETS_MAX && (entry = readdir(dir))) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (end != entry->d_name && !*end && number && number < UINT32_MAX)
			sets[n++] = (unsigned int)number;
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(sets, n, sizeof(*sets), compare_numbers);
	return store_list(sets, n, PINS_SETS_MAX);
}

int pins_open_for_writing(unsigned int set, const char *name)
{
	char path[PATH_ROOM];
	int fd;

	set_path(path, set, name);
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT)
		return store_open(set, name);
	return fd < 0 ? -errno : fd;
}

int pins_open(const char *name, size_t value_size)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char path[PATH_ROOM];
	_cleanup_(closep) int fd = -1;

	snprintf(path, sizeof(path), CURRENT "/%s", name);
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

volatile struct rg_control *pins_map_control(int fd)
{
	void *memory = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
			    fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void pins_unmap_control(volatile struct rg_control *control)
{
	if (control)
		munmap((void *)control, (size_t)sysconf(_SC_PAGESIZE));
}

int pins_write_disabled(__u64 until)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	_cleanup_(closep) int fd = bpf_obj_get(CURRENT "/control");
	volatile struct rg_control *control;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.value_size != sizeof(*control))
		return -EPROTO;
	/* an update of the value would also put back what the programs write beside it */
	control = pins_map_control(fd);
	if (!control)
		return -errno;
	__atomic_store_n(&control->disabled_until, until, __ATOMIC_SEQ_CST);
	pins_unmap_control(control);
	return 0;
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
	struct rg_control control;
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
	/* what the agent decided, since the process was held, is counted by it alone */
	if (pins_read_control(&control) == 0) {
		for (key = 0; key < RG_ACTION_COUNT; key++)
			sum[rg_count_verdict(RG_TYPE_EXEC, key)] += control.held[key];
		sum[RG_COUNT_EVENTS] += control.held_events;
	}
	memcpy(out, sum, sizeof(sum));
	return 0;
}
