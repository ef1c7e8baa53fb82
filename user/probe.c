// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The facts: from /proc, /sys, and two loads. */
#include "probe.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

/* "return 0", as a program on that function of the kernel. */
static int try_load(const struct btf *btf, enum bpf_prog_type type, enum bpf_attach_type attach,
		    const char *function)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC), fd;

	if (id < 0)
		return -ENOENT;
	opts.attach_btf_id = (__u32)id;
	fd = bpf_prog_load(type, "rg_probe", "GPL", insns, ARRAY_SIZE(insns), &opts);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void read_loads(int loads[RG_ATTACH_COUNT])
{
	struct btf *btf;

	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	btf = btf__load_vmlinux_btf();
	if (!btf) {
		loads[RG_ATTACH_LSM] = loads[RG_ATTACH_FMOD_RET] = -errno;
		return;
	}
	loads[RG_ATTACH_LSM] =
		try_load(btf, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_bprm_creds_from_file");
	loads[RG_ATTACH_FMOD_RET] = try_load(btf, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN,
					     "security_bprm_creds_from_file");
	btf__free(btf);
}

static int read_sysctl(const char *path)
{
	_cleanup_(freep) char *text = NULL;
	uint64_t value;

	if (read_file(path, 64, &text, NULL))
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return parse_u64(text, 255, &value) ? -1 : (int)value;
}

/* The word that a file's list has in brackets; *out stays where there is none. */
static void read_chosen(const char *path, char open, char close, char out[32])
{
	_cleanup_(freep) char *text = NULL;
	const char *from, *to;

	if (read_file(path, 256, &text, NULL))
		return;
	from = strchr(text, open);
	to = from ? strchr(from, close) : NULL;
	if (to)
		snprintf(out, 32, "%.*s", (int)(to - from - 1), from + 1);
}

/* debugfs knows it where the kernel can change it; else the kernel's version line does. */
static void read_preemption(char out[32])
{
	struct utsname uts;

	read_chosen("/sys/kernel/debug/sched/preempt", '(', ')', out);
	if (out[0] || uname(&uts))
		return;
	if (strstr(uts.version, "PREEMPT_RT"))
		snprintf(out, 32, "real-time");
	else if (strstr(uts.version, "PREEMPT_DYNAMIC"))
		snprintf(out, 32, "dynamic");
	else if (strstr(uts.version, "PREEMPT"))
		snprintf(out, 32, "full");
	else
		snprintf(out, 32, "none or voluntary");
}

static bool is_type(const char *path, unsigned long magic)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned long)fs.f_type == magic;
}

static enum probe_cgroups read_cgroups(void)
{
	if (is_type("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC))
		return PROBE_CGROUPS_V2;
	if (is_type("/sys/fs/cgroup/unified", CGROUP2_SUPER_MAGIC))
		return PROBE_CGROUPS_HYBRID;
	return is_type("/sys/fs/cgroup", TMPFS_MAGIC) ? PROBE_CGROUPS_V1 : PROBE_CGROUPS_NONE;
}

void probe_read(struct probe_facts *out)
{
	struct utsname uts;

	*out = (struct probe_facts){
		.securityfs = is_type("/sys/kernel/security", SECURITYFS_MAGIC),
		.bpffs = is_type("/sys/fs/bpf", BPF_FS_MAGIC),
		.cgroups = read_cgroups(),
		.ftrace_enabled = read_sysctl("/proc/sys/kernel/ftrace_enabled"),
		.unprivileged_bpf_disabled =
			read_sysctl("/proc/sys/kernel/unprivileged_bpf_disabled"),
	};
	out->host_err = host_read(&out->host, &out->host_why);
	/* what does not depend on the namespaces is told all the same */
	if (out->host_err && uname(&uts) == 0) {
		snprintf(out->host.release, sizeof(out->host.release), "%s", uts.release);
		out->host.btf = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
	}
	read_chosen("/sys/kernel/security/lockdown", '[', ']', out->lockdown);
	read_preemption(out->preemption);
	read_loads(out->loads);
}
