// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What rootgate costs, in instructions of a guest whose clock counts them
 * (tests/vm/run --icount): there a nanosecond is an instruction.
 *
 *   cost calibrate        how many a loop of 2,000,000 takes
 *   cost bodies WORKLOAD  "PROGRAM RUNS BODY" for each of rootgate's programs that it runs: what a run
 *                         takes on average, less that of an empty program of the same type
 *   cost whole WORKLOAD [empty]
 *                         what one of its operations takes from end to end; with empty programs at
 *                         the hooks: the floor for whoever uses them
 *
 * WORKLOAD: getppid, setuid, exec (vfork, exec, exit, wait) or fork, on the host; in a container with
 * "contained-" before it, as a user, and with "root-" as root that no user namespace maps away.
 *
 * Exit: 0 well, 1 a word is wrong, 2 something can't be had.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define USER	      1000
#define ROOT	      "/payload" /* a container's; the host works there, too */
#define TINY	      "bin/tiny"

static void die(const char *what)
{
	fprintf(stderr, "cost: %s: %s\n", what, strerror(errno));
	exit(2);
}

static unsigned long long ticks(void)
{
	unsigned int low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long long)high << 32 | low;
}

/* ---- what is done ---- */

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

/* To what it is: nothing is gained, and the hook runs. */
static void do_setuid(void)
{
	uid_t uid = getuid();

	if (syscall(SYS_setuid, uid))
		die("setuid");
}

static void do_exec(void)
{
	pid_t child = vfork();

	if (!child) {
		execl(TINY, "tiny", NULL);
		_exit(1); /* refused, or not there */
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		die("vfork");
}

static void do_fork(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	if (child < 0 || waitpid(child, NULL, 0) != child)
		die("fork");
}

static const struct workload {
	const char *name;
	void (*operation)(void);
	int count;
} workloads[] = {
	{ "getppid", do_getppid, 100000 },
	{ "setuid", do_setuid, 20000 },
	{ "exec", do_exec, 4000 },
	{ "fork", do_fork, 4000 },
};

static unsigned long long repeat(const struct workload *workload)
{
	unsigned long long from;

	for (int i = 0; i < 100; i++)
		workload->operation();
	from = ticks();
	for (int i = 0; i < workload->count; i++)
		workload->operation();
	return (ticks() - from) / (unsigned long long)workload->count;
}

/* Its own life as a container's PID 1 begins with an exec, as every container's does. */
static int in_container(const char *name, bool as_root)
{
	char *args[] = { "cost", "inside", (char *)name, NULL };
	int status;
	pid_t child;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		die("a PID namespace");
	child = fork();
	if (!child) {
		if (chroot("."))
			die(ROOT);
		if (!as_root && syscall(SYS_setresuid, USER, USER, USER))
			die("setresuid");
		execv("bin/cost", args);
		die("exec");
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("fork");
	return status ? 2 : 0;
}

static const struct workload *workload_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++)
		if (strcmp(workloads[i].name, name) == 0)
			return &workloads[i];
	fprintf(stderr, "cost: there is no workload '%s'\n", name);
	exit(1);
}

/* Prints what an operation takes, from where it is done. */
static int inside(const char *name)
{
	printf("%llu\n", repeat(workload_of(name)));
	fflush(stdout);
	return 0;
}

static int do_work(const char *name)
{
	static const char user[] = "contained-", root[] = "root-";

	if (strncmp(name, user, strlen(user)) == 0)
		return in_container(name + strlen(user), false);
	if (strncmp(name, root, strlen(root)) == 0)
		return in_container(name + strlen(root), true);
	return inside(name);
}

/* ---- empty programs ---- */

static const struct hook {
	const char *name;
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
} hooks[] = {
	{ "bprm_creds_from_file", BPF_PROG_TYPE_LSM, BPF_LSM_MAC },
	{ "task_fix_setuid", BPF_PROG_TYPE_LSM, BPF_LSM_MAC },
	{ "task_newtask", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP },
	{ "sched_process_exec", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP },
	{ "sched_process_exit", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP },
	{ "commit_creds", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY },
};

/* A program that does nothing; attached while this process lives. */
static void attach_empty(const struct hook *hook)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = hook->attach);
	int id = libbpf_find_vmlinux_btf_id(hook->name, hook->attach), program;

	if (id < 0)
		die(hook->name);
	options.attach_btf_id = (__u32)id;
	program = bpf_prog_load(hook->type, "empty", "GPL", code, ARRAY_SIZE(code), &options);
	if (program < 0 || bpf_raw_tracepoint_open(NULL, program) < 0)
		die(hook->name);
}

static void attach_all_empty(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		attach_empty(&hooks[i]);
}

/* ---- what programs take ---- */

struct sum {
	unsigned long long runs;
	unsigned long long ns;
};

static struct sum sum_of(int program, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(program, info, &size))
		die("a program's counters");
	return (struct sum){ info->run_cnt, info->run_time_ns };
}

#define PROGRAMS_MAX 256

static struct program {
	int fd;
	struct bpf_prog_info info;
	struct sum before;
} programs[PROGRAMS_MAX];

static int find_programs(void)
{
	int count = 0;

	for (__u32 id = 0; count < PROGRAMS_MAX && !bpf_prog_get_next_id(id, &id);) {
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		programs[count].fd = fd;
		programs[count].before = sum_of(fd, &programs[count].info);
		count++;
	}
	return count;
}

static double average(const struct program *program)
{
	struct bpf_prog_info info;
	struct sum now = sum_of(program->fd, &info);
	unsigned long long runs = now.runs - program->before.runs;

	return runs ? (double)(now.ns - program->before.ns) / (double)runs : 0;
}

/* The average of the empty program of that type, of those that ran. */
static double floor_of(enum bpf_prog_type type, int count)
{
	double least = 0;

	for (int i = 0; i < count; i++) {
		double own = average(&programs[i]);

		if (programs[i].info.type == type && !strcmp(programs[i].info.name, "empty") &&
		    own > 0 && (least == 0 || own < least))
			least = own;
	}
	return least;
}

static int bodies(const char *name)
{
	int count, answer, stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (stats < 0)
		die("counters of programs");
	attach_all_empty();
	count = find_programs();
	answer = do_work(name);
	close(stats);
	for (int i = 0; i < count; i++) {
		double own = average(&programs[i]);
		struct bpf_prog_info info;

		if (own > 0 && strncmp(programs[i].info.name, "rg_", 3) == 0)
			printf("%-16s %llu %.0f\n", programs[i].info.name,
			       sum_of(programs[i].fd, &info).runs - programs[i].before.runs,
			       own - floor_of(programs[i].info.type, count));
	}
	return answer;
}

/* The least of three, since an interrupt may land in one. */
static int calibrate(void)
{
	unsigned long long least = ~0ULL;

	for (int i = 0; i < 3; i++) {
		unsigned long long from = ticks(), own;
		long left = 1000000;

		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(left));
		own = ticks() - from;
		least = own < least ? own : least;
	}
	printf("%llu\n", least);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "inside") && chdir(ROOT))
		die(ROOT);
	if (!strcmp(verb, "calibrate"))
		return calibrate();
	if (!strcmp(verb, "inside") && argc == 3)
		return inside(argv[2]);
	if (!strcmp(verb, "bodies") && argc == 3)
		return bodies(argv[2]);
	if (!strcmp(verb, "whole") && argc >= 3) {
		if (argc > 3)
			attach_all_empty();
		return do_work(argv[2]);
	}
	fprintf(stderr, "usage: cost calibrate | bodies WORKLOAD | whole WORKLOAD [empty]\n");
	return 1;
}
