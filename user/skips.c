// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "skips.h"

#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "rootgate.skel.h"

static __u64 skips(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) ? 0
									  : info.recursion_misses;
}

__u64 skips_of_tracking(const struct loader *loader)
{
	struct bpf_program *prog;
	__u64 sum = 0;

	bpf_object__for_each_program(prog, loader->bpf->obj)
		if (starts_with(bpf_program__section_name(prog), "tp_btf/") &&
		    bpf_program__fd(prog) >= 0)
			sum += skips(prog);
	return sum;
}

/* Of all copies, the one that was skipped least. */
static __u64 skips_of_all(const struct loader *loader, const char *copies)
{
	struct bpf_program *prog;
	__u64 least = UINT64_MAX;

	bpf_object__for_each_program(prog, loader->bpf->obj) {
		const char *name = bpf_program__name(prog);
		__u64 n;

		if (!starts_with(name, copies) || strstr(name, LOADER_CALLED))
			continue;
		n = skips(prog);
		least = n < least ? n : least;
	}
	return least;
}

__u64 skips_of_verdicts(const struct loader *loader)
{
	if (loader->attach != RG_ATTACH_FMOD_RET)
		return 0;
	return skips_of_all(loader, "rg_exec_fmod") + skips_of_all(loader, "rg_setuid_fmod");
}
