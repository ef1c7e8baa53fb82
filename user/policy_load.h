/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a path to a policy: which files, whether they may be trusted, and the
 * policy they make together.
 */
#ifndef ROOTGATE_POLICY_LOAD_H
#define ROOTGATE_POLICY_LOAD_H

#include "policy.h"
#include "policy_report.h"

/* Bytes of one file. */
#define POLICY_FILE_MAX (1U << 20)

struct policy_load_options {
	time_t now;	 /* for expiry; 0: the clock's */
	bool root_owned; /* files must be root's even where the caller is not root */
};

/*
 * Loads a policy from a file, or from a folder with policy.yaml and
 * the *.yaml of policy.d (their rules after those of policy.yaml, in the order
 * of the names). What there is to say goes into the report, which may hold earlier
 * messages; a policy with errors is never given out.
 *
 * 0; -ENOENT without a message: there is no such file or folder, or no policy
 * in the folder; -EINVAL: errors in the policy, or others may write its files;
 * another negative errno, with a message: a file could not be read. *out is
 * untouched on failure.
 *
 * A rule that has expired, or never decides, is a warning: a host that starts after
 * that day must not end up without a policy.
 */
int policy_load(const char *path, struct policy **out, struct policy_report *report);
int policy_load_with(const char *path, const struct policy_load_options *options,
		     struct policy **out, struct policy_report *report);

#endif
