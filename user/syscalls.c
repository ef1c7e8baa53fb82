// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The agent's seccomp filter: it executes no file by its path, talks to nobody but by Unix sockets,
 * and leaves other processes' memory, modules, clocks, keys and the machine's running alone. A list
 * of what is refused, since one of what is allowed would depend on the C library at hand: an agent
 * that dies of an update refuses nothing worth more. The unit has a list of what is allowed.
 *
 * execveat stays: the canary attempts it, and the programs of bpf/ must be what refuses it.
 */
#include "syscalls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#define FOREIGN 0x40000000 /* from here on: those of x32 */
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#define FOREIGN 0x40000000
#endif

static const int refused[] = {
	SYS_execve,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_acct,
	SYS_quotactl,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_clock_adjtime,
	SYS_adjtimex,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_fanotify_init,
	SYS_open_by_handle_at,
	SYS_pivot_root,
	SYS_chroot,
	SYS_personality,
	SYS_syslog,
	SYS_mknodat,
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
#ifdef __x86_64__
	SYS_mknod,
	SYS_iopl,
	SYS_ioperm,
	SYS_modify_ldt,
#endif
};

#define N	 (sizeof(refused) / sizeof(refused[0]))
#define NR	 offsetof(struct seccomp_data, nr)
#define FIRST	 offsetof(struct seccomp_data, args[0])
#define LOAD(at) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at)))
#define GIVE(x)	 ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (x)))
#define TEST(op, value, yes, no)                                                                   \
	((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, (unsigned int)(value),               \
				      (unsigned char)(yes), (unsigned char)(no)))

int syscalls_restrict(struct why *why)
{
#ifdef ARCH
	struct sock_filter code[N + 12];
	struct sock_fprog program = { .filter = code };
	size_t n = 0, i;
	int err;

	/* the last two are "refuse" and "allow" */
	code[n++] = LOAD(offsetof(struct seccomp_data, arch));
	code[n++] = TEST(BPF_JEQ, ARCH, 1, 0);
	code[n++] = GIVE(SECCOMP_RET_ERRNO | EPERM);
	code[n++] = LOAD(NR);
	code[n++] = TEST(BPF_JGE, FOREIGN, N + 3, 0);
	for (i = 0; i < N; i++)
		code[n++] = TEST(BPF_JEQ, refused[i], N + 2 - i, 0);
	code[n++] = TEST(BPF_JEQ, SYS_socket, 0, 3);
	code[n++] = LOAD(FIRST);
	code[n++] = TEST(BPF_JEQ, AF_UNIX, 1, 0);
	code[n++] = GIVE(SECCOMP_RET_ERRNO | EPERM);
	code[n++] = GIVE(SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		return 0;
	err = -errno;
	why_set(why, "cannot refuse the system calls that the agent does not need: %s",
		strerror(-err));
	return err == -EINVAL ? 1 : err;
#else
	why_set(why, "the agent's own system calls are not filtered on this architecture");
	return 1;
#endif
}
