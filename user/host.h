/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this host is, as far as rootgate depends on it. Nothing is changed, but securityfs may be mounted. */
#ifndef ROOTGATE_HOST_H
#define ROOTGATE_HOST_H

#include <stdbool.h>

#include "rootgate/abi.h"
#include "util.h"

struct host {
	char lsm[256]; /* active security modules, as /sys/kernel/security/lsm has them; "" unknown */
	char lsm_wanted[264];	 /* the kernel parameter's value that adds "bpf" to them */
	bool lsm_bpf;		 /* "bpf" is one of them */
	bool btf;		 /* /sys/kernel/btf/vmlinux is there */
	char release[65];	 /* uname -r */
	struct rg_config config; /* the base namespaces */
};

/* 0, or a negative errno with the words for it; *out untouched on failure. */
int host_read(struct host *out, struct why *why);

/* The way to attach that can refuse here, best first; whether the kernel takes it is seen by trying. */
enum rg_attach host_way(const struct host *host);

/* True where a comma-separated list holds a word. */
bool host_list_has(const char *list, const char *word);

#endif
