// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whose container it is, and so which engine's files to read. What is in them is identity_ENGINE.c's. */
#include "identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "identity_file.h"

static void labels_clear(struct identity_labels *labels)
{
	size_t i;

	for (i = 0; i < labels->n; i++) {
		free(labels->items[i].key);
		free(labels->items[i].value);
	}
	free(labels->items);
}

void identity_free(struct identity *identity)
{
	if (!identity)
		return;
	free(identity->id);
	free(identity->name);
	free(identity->image);
	free(identity->pod_namespace);
	free(identity->pod_name);
	labels_clear(&identity->labels);
	labels_clear(&identity->pod_labels);
	free(identity);
}

void identity_freep(struct identity **identity)
{
	identity_free(*identity);
}

const char *identity_label(const struct identity_labels *labels, const char *key)
{
	size_t i;

	for (i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, key) == 0)
			return labels->items[i].value;
	return NULL;
}

/*
 * By runtime, as the cgroup's name has it. An id alone, below a cgroup of the operator's choice
 * (--cgroup-parent), may be anybody's.
 */
static identity_reader *const readers[RG_RUNTIME_COUNT][3] = {
	[RG_RUNTIME_UNKNOWN] = { identity_docker, identity_podman, identity_containerd },
	[RG_RUNTIME_DOCKER] = { identity_docker },
	[RG_RUNTIME_PODMAN] = { identity_podman },
	[RG_RUNTIME_CONTAINERD] = { identity_containerd },
	[RG_RUNTIME_CRIO] = { identity_crio },
	[RG_RUNTIME_LXC] = { identity_lxc },
	[RG_RUNTIME_NSPAWN] = { identity_nspawn },
};

int identity_read(const struct identity_subject *subject, struct identity **out)
{
	struct container_ref ref;
	size_t i;
	int err = -ENOENT;

	container_from_cgroup(subject->cgroup, &ref);
	if (!ref.known)
		return subject->pid1 ? identity_by_pid1(subject, &ref, out) : -ENOENT;
	for (i = 0; i < ARRAY_SIZE(readers[0]) && err == -ENOENT; i++)
		if (readers[ref.runtime][i])
			err = readers[ref.runtime][i](subject, &ref, out);
	return err;
}
