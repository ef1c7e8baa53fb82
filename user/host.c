// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What this host is, as far as rootgate depends on it. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SECURITYFS "/sys/kernel/security"
/* Inode of the initial PID namespace (PROC_PID_INIT_INO, linux/proc_ns.h). */
#define PID_INIT_INODE 0xEFFFFFFCU

bool host_list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, ",\n");

		if (n == len && strncmp(list, word, len) == 0)
			return true;
		list += n;
		if (*list)
			list++;
	}
	return false;
}

enum rg_attach host_way(const struct host *host)
{
	return host->lsm_bpf ? RG_ATTACH_LSM : RG_ATTACH_FMOD_RET;
}

static int read_lsm(struct host *host, struct why *why)
{
	_cleanup_(freep) char *text = NULL;
	int err = read_file(SECURITYFS "/lsm", sizeof(host->lsm) - 1, &text, NULL);

	if (err == -ENOENT) {
		/* EBUSY: it is mounted, and its file is not there: no LSM at all */
		if (mount("securityfs", SECURITYFS, "securityfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  NULL) &&
		    errno != EBUSY) {
			err = -errno;
			why_set(why,
				"cannot mount securityfs on " SECURITYFS
				" to read the list of security modules: %s",
				strerror(-err));
			return err;
		}
		err = read_file(SECURITYFS "/lsm", sizeof(host->lsm) - 1, &text, NULL);
	}
	if (err == -ENOENT)
		return 0; /* a kernel without any security module */
	if (err) {
		why_set(why, "cannot read " SECURITYFS "/lsm: %s", strerror(-err));
		return err;
	}
	text[strcspn(text, "\n")] = '\0';
	snprintf(host->lsm, sizeof(host->lsm), "%s", text);
	host->lsm_bpf = host_list_has(host->lsm, "bpf");
	return 0;
}

static int namespace_inode(const char *path, __u32 *out, struct why *why)
{
	struct stat st;

	if (stat(path, &st)) {
		int err = -errno;

		why_set(why,
			"cannot read the namespace %s: %s; it takes root on the host itself, and "
			"/proc",
			path, strerror(-err));
		return err;
	}
	*out = (__u32)st.st_ino;
	return 0;
}

static int read_base(struct rg_config *config, struct why *why)
{
	__u32 own = 0;
	int err = namespace_inode("/proc/self/ns/pid", &own, why);

	if (!err)
		err = namespace_inode("/proc/1/ns/pid", &config->base_pidns, why);
	if (!err)
		err = namespace_inode("/proc/1/ns/mnt", &config->base_mntns, why);
	if (err)
		return err;
	if (own != config->base_pidns || own != PID_INIT_INODE) {
		why_set(why, "this is not the host's PID namespace, so no PID here is the host's: "
			     "start rootgate "
			     "on the host itself, or its container with the host's PID namespace "
			     "(--pid=host, hostPID: true)");
		return -EINVAL;
	}
	config->abi = RG_ABI_VERSION;
	config->base_level = 0;
	return 0;
}

int host_read(struct host *out, struct why *why)
{
	struct host host = {};
	struct utsname uts;
	int err;

	if (uname(&uts) == 0)
		snprintf(host.release, sizeof(host.release), "%s", uts.release);
	host.btf = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
	err = read_base(&host.config, why);
	if (!err)
		err = read_lsm(&host, why);
	if (err)
		return err;
	snprintf(host.lsm_wanted, sizeof(host.lsm_wanted), "%s%sbpf", host.lsm,
		 host.lsm[0] ? "," : "");
	*out = host;
	return 0;
}
