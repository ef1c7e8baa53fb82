// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Loading and attaching the kernel side: all of it, or nothing of it. What the
 * programs do is in bpf/; whether they run at all is proved by canary.c.
 */
#include "loader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "guard.h"
#include "log.h"
#include "rootgate.skel.h"

/*
 * The verifier's last words alone (BPF_LOG_STATS, linux/bpf_verifier.h). Else libbpf has a program
 * that is refused verified again and again, each time with more room for the log: minutes.
 */
#define VERIFIER_SUMMARY 4

/* libbpf says in its log, not in its error codes, what went wrong: its last warning is kept. */
static char libbpf_words[512];

static int libbpf_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	va_list copy;

	if (level == LIBBPF_DEBUG)
		return 0;
	if (!libbpf_words[0]) {
		va_copy(copy, ap);
		vsnprintf(libbpf_words, sizeof(libbpf_words), fmt, copy);
		va_end(copy);
		libbpf_words[strcspn(libbpf_words, "\n")] = '\0';
	}
	if (log_is_verbose())
		vfprintf(stderr, fmt, ap); /* the verifier's log among it, which knows no bounds */
	return 0;
}

/* Whether a program is one of those for this way to attach; the others are not loaded. */
static bool program_wanted(const struct bpf_program *prog, const struct loader *loader)
{
	enum rg_attach attach = loader->attach;
	const char *section = bpf_program__section_name(prog);

	if (!guard_wants(loader, prog))
		return false;
	if (strstr(bpf_program__name(prog), LOADER_COPY))
		return loader->copies;
	if (starts_with(section, "lsm/"))
		return attach == RG_ATTACH_LSM;
	if (starts_with(section, "fmod_ret/") || starts_with(section, "fexit/"))
		return attach == RG_ATTACH_FMOD_RET;
	if (starts_with(section, "fentry/"))
		return attach != RG_ATTACH_AUDIT_ONLY;
	if (strcmp(bpf_program__name(prog), "rg_exec_watch") == 0)
		return attach == RG_ATTACH_AUDIT_ONLY;
	return true;
}

/*
 * Whether a task can be preempted inside a tracepoint's program, which no kernel says in so many
 * words: its tracepoints have a guard of this type then, instead of switching preemption off.
 */
static bool tracepoints_can_be_preempted(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool can = btf && btf__find_by_name(btf, "class_srcu_fast_notrace_t") > 0;

	btf__free(btf);
	return can;
}

/* From here on the programs alone write to them; they are frozen where an agent before had them. */
static int open_records(struct loader *loader, struct why *why)
{
	const struct rootgate_bpf *bpf = loader->bpf;
	int processes = bpf_map__fd(bpf->maps.processes);
	int err = bpf_map_freeze(processes) ? -errno : 0;

	/* one that is frozen: EBUSY; since 7.0 or so EPERM, as nobody can write to it */
	if (err && err != -EBUSY && err != -EPERM) {
		why_set(why, "cannot freeze the records of processes: %s", strerror(-err));
		return err;
	}
	err = pidmap_map(processes, bpf_map__fd(bpf->maps.deep_pids), &loader->records);
	if (err)
		why_set(why, "cannot map the records of processes: %s", strerror(-err));
	return err;
}

static int load(struct loader *loader, const struct host *host, struct why *why)
{
	struct rg_config config = host->config;
	struct rootgate_bpf *bpf = loader->bpf;
	struct bpf_program *prog;
	int err;

	bpf_object__for_each_program(prog, bpf->obj) {
		bpf_program__set_autoload(prog, program_wanted(prog, loader));
		if (!log_is_verbose())
			bpf_program__set_log_level(prog, VERIFIER_SUMMARY);
	}
	if (loader->attach != RG_ATTACH_FMOD_RET) {
		bpf_map__set_autocreate(bpf->maps.exec_again, false);
		bpf_map__set_autocreate(bpf->maps.setuid_again, false);
	}
	config.last_copy = loader->copies ? LOADER_LAST_COPY : 0;
	config.slot_mask = bpf_map__max_entries(bpf->maps.processes) - 1;
	*(struct rg_config *)&bpf->rodata->config = config;
	err = rootgate_bpf__load(bpf);
	if (err == -EPERM)
		why_set(why,
			"the kernel (%s) refuses to load BPF programs: %s; it takes root with all "
			"capabilities on the host (CAP_SYS_ADMIN at least), and no "
			"lockdown=confidentiality",
			host->release, strerror(-err));
	else if (err)
		why_set(why, "the kernel (%s) does not take the programs: %s (%s); -v tells more",
			host->release, strerror(-err), libbpf_words);
	if (err)
		return err;
	if (bpf->bss)
		return open_records(loader, why);
	why_set(why,
		"the kernel (%s) does not let the agent map its programs' memory, or did not say "
		"so (libbpf asks for an array with BPF_F_MMAPABLE): start it again",
		host->release);
	return -ENOMEM;
}

/* As many slots as are wanted, or the next power of two; one has one entry of the second map at most. */
static int size_records(const struct loader *loader)
{
	struct bpf_map *processes = loader->bpf->maps.processes;
	__u32 wanted = loader->max_processes ?: bpf_map__max_entries(processes), slots = 1;

	while (slots < wanted)
		slots *= 2;
	return bpf_map__set_max_entries(processes, slots)
		       ?: bpf_map__set_max_entries(loader->bpf->maps.deep_pids, slots);
}

static bool same_size(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
	       info.max_entries == bpf_map__max_entries(map);
}

static int reuse_maps(struct rootgate_bpf *bpf, const struct loader_map *maps, size_t n,
		      struct why *why)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct bpf_map *map;
		int err;

		if (!maps[i].name || maps[i].fd < 0)
			continue;
		map = bpf_object__find_map_by_name(bpf->obj, maps[i].name);
		if (map && !same_size(map, maps[i].fd))
			continue;
		err = map ? bpf_map__reuse_fd(map, maps[i].fd) : -ENOENT;
		if (err) {
			why_set(why, "cannot go on with the map '%s' of the agent before: %s",
				maps[i].name, strerror(-err));
			return err;
		}
	}
	return 0;
}

static bool is_attached(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);

	return !starts_with(section, "iter/") && !starts_with(section, "cgroup/") &&
	       !strstr(bpf_program__name(prog), LOADER_CALLED);
}

/* What the copies of fmod_ret programs call, before one of them runs. */
static int set_called(const struct rootgate_bpf *bpf, struct why *why)
{
	const struct {
		const struct bpf_map *map;
		const struct bpf_program *prog;
	} called[] = { { bpf->maps.exec_again, bpf->progs.rg_exec_fmod_again },
		       { bpf->maps.setuid_again, bpf->progs.rg_setuid_fmod_again } };
	__u32 key = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(called); i++) {
		int prog = bpf_program__fd(called[i].prog), err;

		if (bpf_map_update_elem(bpf_map__fd(called[i].map), &key, &prog, BPF_ANY) == 0)
			continue;
		err = -errno;
		why_set(why, "cannot let the copies of programs call %s: %s",
			bpf_program__name(called[i].prog), strerror(-err));
		return err;
	}
	return 0;
}

/* Skeleton links are destroyed with it, so that a failure halfway leaves nothing attached. */
static int attach_all(const struct loader *loader, struct why *why)
{
	struct bpf_object_skeleton *skeleton = loader->bpf->skeleton;
	int i;

	for (i = 0; i < skeleton->prog_cnt; i++) {
		struct bpf_program *prog = *skeleton->progs[i].prog;
		struct bpf_link **link = skeleton->progs[i].link;
		int err;

		if (!program_wanted(prog, loader) || !is_attached(prog))
			continue;
		*link = bpf_program__attach(prog);
		err = *link ? 0 : -errno;
		if (err) {
			why_set(why,
				"cannot attach the program %s (%s): %s%s; nothing stays attached",
				bpf_program__name(prog), bpf_program__section_name(prog),
				strerror(-err),
				err == -EBUSY ? " (is kernel.ftrace_enabled 0? it must be 1)" : "");
			return err;
		}
	}
	return 0;
}

int loader_start(const struct host *host, enum rg_attach attach, const struct loader_map *maps,
		 size_t n_maps, struct loader *out, struct why *why)
{
	struct loader loader = {
		.attach = attach,
		.max_processes = out->max_processes,
		.no_guard = out->no_guard,
		.no_ftrace_guard = out->no_ftrace_guard,
		.copies = tracepoints_can_be_preempted(),
		.records = PIDMAP_NONE,
	};
	int err;

	libbpf_words[0] = '\0';
	libbpf_set_print(libbpf_print);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	loader.bpf = rootgate_bpf__open();
	if (!loader.bpf) {
		err = -errno;
		why_set(why, "cannot open the BPF object: %s (%s)", strerror(-err), libbpf_words);
		return err;
	}
	err = size_records(&loader);
	err = err ?: reuse_maps(loader.bpf, maps, n_maps, why);
	err = err ?: load(&loader, host, why);
	if (!err) {
		loader.bpf->bss->control.abi = RG_ABI_VERSION;
		loader.bpf->bss->control.floor = RG_FLOOR_NONE;
		loader.bpf->bss->control.agent = (__u32)getpid();
		loader.bpf->bss->control.attach = (__u32)attach;
		err = attach == RG_ATTACH_FMOD_RET ? set_called(loader.bpf, why) : 0;
		err = err ?: attach_all(&loader, why);
	}
	if (err) {
		loader_stop(&loader);
		return err;
	}
	*out = loader;
	return 0;
}

int loader_iterate(struct bpf_program *prog, int map)
{
	union bpf_iter_link_info about = { .map.map_fd = (__u32)map };
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &about,
		    .link_info_len = sizeof(about));
	_cleanup_(closep) int iter = -1;
	struct bpf_link *link = bpf_program__attach_iter(prog, map < 0 ? NULL : &options);
	char buf[64];
	ssize_t n;
	int sum = 0;

	if (!link)
		return -errno;
	iter = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	if (iter < 0)
		return -errno;
	do { /* reading makes it run over all tasks */
		n = read(iter, buf, sizeof(buf));
		sum += n > 0 ? (int)n : 0;
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : sum;
}

/* The kernel waits for them wherever a map of maps changes (maybe_wait_bpf_programs(), kernel/bpf/syscall.c). */
int loader_wait(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	_cleanup_(closep) int inner = -1;
	_cleanup_(closep) int outer = -1;
	__u32 key = 0;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "rg_inner", sizeof(key), sizeof(key), 1, NULL);
	if (inner < 0)
		return inner;
	opts.inner_map_fd = (__u32)inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "rg_outer", sizeof(key), sizeof(key), 1,
			       &opts);
	if (outer < 0)
		return outer;
	return bpf_map_update_elem(outer, &key, &inner, BPF_ANY) ? -errno : 0;
}

__u64 loader_count(const struct loader *loader, enum rg_count which, __u64 add)
{
	int fd = bpf_map__fd(loader->bpf->maps.counters), cpus = libbpf_num_possible_cpus(), cpu;
	_cleanup_(freep) __u64 *values = calloc((size_t)(cpus > 0 ? cpus : 1), sizeof(*values));
	__u32 key = which;
	__u64 sum = 0;

	if (!values || cpus < 0 || bpf_map_lookup_elem(fd, &key, values))
		return 0;
	for (cpu = 0; cpu < cpus; cpu++)
		sum += values[cpu];
	values[0] += add;
	if (add)
		bpf_map_update_elem(fd, &key, values, BPF_ANY);
	return sum;
}

int loader_sweep(struct loader *loader)
{
	return loader_iterate(loader->bpf->progs.rg_sweep, -1);
}

void loader_stop(struct loader *loader)
{
	if (!loader->bpf)
		return;
	if (loader->bpf->bss)
		__atomic_store_n(&loader->bpf->bss->control.word, 0, __ATOMIC_SEQ_CST);
	loader_leave(loader);
}

void loader_leave(struct loader *loader)
{
	pidmap_unmap(&loader->records);
	if (loader->bpf)
		rootgate_bpf__destroy(loader->bpf);
	loader->bpf = NULL;
}
