// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Credentials: steps that change them on the way, and acts that try to. All with raw system calls:
 * glibc's wrappers would change every thread's.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int three_ids(long number, const char *value, const char *what)
{
	long ids[3];

	if (numbers(value, ids, 3) != 3)
		return malformed(value);
	return done((int)syscall(number, ids[0], ids[1], ids[2]), what);
}

int step_resuid(const struct word *word)
{
	return three_ids(SYS_setresuid, word->value, "setresuid");
}

int step_resgid(const struct word *word)
{
	return three_ids(SYS_setresgid, word->value, "setresgid");
}

int step_keepcaps(const struct word *word)
{
	(void)word;
	return done(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS");
}

int step_nnp(const struct word *word)
{
	(void)word;
	return done(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
}

/* By number, in the order of linux/capability.h. */
static const char *const capabilities[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

/* "none" or "setuid+sys_admin" as a mask of capabilities. */
static int parse_capabilities(const char *text, unsigned long long *out)
{
	unsigned long long mask = 0;
	size_t i, len;

	if (!text)
		return -1;
	for (; strcmp(text, "none") && *text; text += len + (text[len] == '+')) {
		len = strcspn(text, "+");
		for (i = 0; i < ARRAY_SIZE(capabilities); i++)
			if (strlen(capabilities[i]) == len && !strncmp(capabilities[i], text, len))
				break;
		if (i == ARRAY_SIZE(capabilities))
			return -1;
		mask |= 1ULL << i;
	}
	*out = mask;
	return 0;
}

/* Permitted, effective and inheritable become exactly these. */
int step_caps(const struct word *word)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned long long mask;

	if (parse_capabilities(word->value, &mask))
		return malformed(word->value);
	for (int i = 0; i < 2; i++, mask >>= 32)
		data[i].permitted = data[i].effective = data[i].inheritable = (__u32)mask;
	return done((int)syscall(SYS_capset, &header, data), "capset");
}

/* What root gets back at an exec is at most these. */
int step_bounding(const struct word *word)
{
	unsigned long long mask;

	if (parse_capabilities(word->value, &mask))
		return malformed(word->value);
	for (unsigned long i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (!(mask & 1ULL << i) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return could_not("PR_CAPBSET_DROP");
	return GO_ON;
}

int step_ambient(const struct word *word)
{
	unsigned long long mask;

	if (parse_capabilities(word->value, &mask))
		return malformed(word->value);
	for (unsigned long i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (mask & 1ULL << i && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return could_not("PR_CAP_AMBIENT_RAISE");
	return GO_ON;
}

/*
 * The extended attribute with which a file gives capabilities: for all user namespaces, or, with
 * ROOTID, for those whose root that is.
 */
int step_filecaps(const struct word *word)
{
	struct vfs_ns_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };
	char path[256], names[256];
	unsigned long long mask;
	size_t size = XATTR_CAPS_SZ_2;
	unsigned int rootid = 0;
	int n;

	n = word->value ? sscanf(word->value, "%255[^,],%255[^,],%u", path, names, &rootid) : 0;
	if (n < 2 || parse_capabilities(names, &mask))
		return malformed(word->value);
	if (n == 3) {
		data.magic_etc = VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE;
		size = XATTR_CAPS_SZ_3;
	}
	data.rootid = rootid;
	data.data[0].permitted = (__u32)mask;
	data.data[1].permitted = (__u32)(mask >> 32);
	return done(setxattr(path, "security.capability", &data, size, 0), path);
}

static int change_ids(long number, int count, const char *value)
{
	long ids[3] = { 0 };

	if (numbers(value, ids, count) != count)
		return malformed(value);
	return judge(syscall(number, ids[0], ids[1], ids[2]) ? errno : 0);
}

int act_setuid(const struct word *word)
{
	return change_ids(SYS_setuid, 1, word->value);
}

int act_setreuid(const struct word *word)
{
	return change_ids(SYS_setreuid, 2, word->value);
}

int act_setresuid(const struct word *word)
{
	return change_ids(SYS_setresuid, 3, word->value);
}

int act_setgid(const struct word *word)
{
	return change_ids(SYS_setgid, 1, word->value);
}

int act_setresgid(const struct word *word)
{
	return change_ids(SYS_setresgid, 3, word->value);
}

/* setfsuid(2) has no errno: it answers with the id before, and -1 changes nothing. */
int act_setfsuid(const struct word *word)
{
	long id;

	if (numbers(word->value, &id, 1) != 1)
		return malformed(word->value);
	syscall(SYS_setfsuid, id);
	return judge(syscall(SYS_setfsuid, -1) == id ? 0 : EPERM);
}

/* Of the kernel's 32-bit calls, by its own numbers (arch/x86/entry/syscalls/syscall_32.tbl). */
enum { I386_SETFSUID16 = 138, I386_SETFSUID = 215 };

static long int80(long number, const long *args)
{
#ifdef __x86_64__
	long result = number;

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(args[0]), "c"(args[1]), "d"(args[2])
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
#else
	(void)number;
	(void)args;
	return -ENOSYS;
#endif
}

/* =NR[,ARG...] a 32-bit call that changes ids; setfsuid is judged as act_setfsuid judges it. */
int act_int80(const struct word *word)
{
	static const long read_back[] = { -1, 0, 0 };
	long call[4] = { 0 };
	long result;

	if (numbers(word->value, call, 4) < 1)
		return malformed(word->value);
	result = int80(call[0], call + 1);
	if (result == -ENOSYS)
		return UNSUPPORTED;
	if (call[0] == I386_SETFSUID || call[0] == I386_SETFSUID16)
		return judge(int80(I386_SETFSUID, read_back) == call[1] ? 0 : EPERM);
	return judge((int)-result);
}
