/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel's memory is read, on all kernels by the same words. */
#ifndef ROOTGATE_READ_BPF_H
#define ROOTGATE_READ_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/*
 * The running task, and reading what hangs on it. Since 5.11 a helper gives a
 * pointer that the verifier knows, which is read directly and costs one
 * instruction a step. Before that it is only a number, and each step is a call.
 * The branch that this kernel cannot have is gone before the verifier sees it.
 */
#define HAVE_TASK_BTF bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)
#define READ(src, ...)                                                                             \
	(HAVE_TASK_BTF ? ___arrow(src, __VA_ARGS__) : BPF_CORE_READ(src, __VA_ARGS__))

static __always_inline struct task_struct *current_task(void)
{
	if (HAVE_TASK_BTF)
		return (struct task_struct *)bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

/*
 * The same number, of which the verifier knows nothing any more, since it does
 * not look into global functions: so it reads what follows once, and not once
 * for each value that it has seen. That is most of what loading takes.
 */
__weak __noinline __u32 forget(__u32 value)
{
	return value;
}

#endif
