// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * probe: attempts one act from a situation that its command line builds up step by step, and
 * answers with its exit code alone:
 *
 *	0   the act was allowed
 *	1   refused with EPERM
 *	2   could not try: a step on the way there failed
 *	3   refused with another errno
 *	77  not supported here
 *	128+N  the process that acted was killed by signal N
 *
 *	probe pidns reexec fork resuid=1000,1000,0 setuid=0
 *
 * Each word is a step that changes the process, or goes on in a new one whose exit code is passed
 * on; the last word is the act. What a test expects of the answer is none of this program's
 * business.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

bool verbose;

void say(const char *format, ...)
{
	char line[256];
	va_list args;
	int len;

	len = snprintf(line, sizeof(line), "probe[%ld]: ", syscall(SYS_gettid));
	va_start(args, format);
	vsnprintf(line + len, sizeof(line) - (size_t)len, format, args);
	va_end(args);
	fprintf(stderr, "%s\n", line);
}

int could_not(const char *what)
{
	int error = errno;

	say("cannot try: %s: %s", what, strerror(error));
	return error == ENOSYS ? UNSUPPORTED : NOT_TRIED;
}

/* The step's result: on to the next word, or the end. */
int done(int result, const char *what)
{
	return result < 0 ? could_not(what) : GO_ON;
}

/* The act's result. */
int judge(int error)
{
	if (verbose)
		say("%s", error ? strerror(error) : "allowed");
	if (!error)
		return ALLOWED;
	return error == EPERM ? REFUSED : OTHER_ERRNO;
}

/* Up to max numbers from "1,2:-1"; how many there were, or -1. */
int numbers(const char *text, long *out, int max)
{
	char *end;
	int n = 0;

	while (text && *text && n < max) {
		out[n++] = strtol(text, &end, 0);
		if (end == text || (*end && !strchr(",:", *end)))
			return -1;
		text = *end ? end + 1 : end;
	}
	return text && *text ? -1 : n;
}

int malformed(const char *value)
{
	say("malformed value: %s", value ? value : "(none)");
	return NOT_TRIED;
}

static int step_print(const struct word *word)
{
	char line[256], pids[128] = "?";
	unsigned int ids[4] = { 0 };
	FILE *status = fopen("/proc/thread-self/status", "re");

	(void)word;
	if (!status)
		return could_not("/proc/thread-self/status");
	while (fgets(line, sizeof(line), status)) {
		sscanf(line, "Uid: %u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]);
		sscanf(line, "NSpid: %127[^\n]", pids);
	}
	fclose(status);
	for (char *c = pids; *c; c++)
		*c = *c == '\t' ? ',' : *c;
	printf("pid=%d ppid=%d uid=%u euid=%u suid=%u fsuid=%u NSpid=%s\n", getpid(), getppid(),
	       ids[0], ids[1], ids[2], ids[3], pids);
	fflush(stdout);
	return GO_ON;
}

static int step_sleep(const struct word *word)
{
	struct timespec time;
	long ms;

	if (numbers(word->value, &ms, 1) != 1)
		return malformed(word->value);
	time = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&time, &time) && errno == EINTR)
		;
	return GO_ON;
}

static int step_go(const struct word *word)
{
	char byte;

	(void)word;
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return GO_ON;
}

/* What events call this process, until an exec gives it another name. */
static int step_name(const struct word *word)
{
	return done(prctl(PR_SET_NAME, word->value, 0, 0, 0), "PR_SET_NAME");
}

/* For PID 1: its child's answer, or that of whoever else ends here first. */
static int act_wait(const struct word *word)
{
	(void)word;
	return pass_on(-1);
}

static int act_true(const struct word *word)
{
	(void)word;
	return ALLOWED;
}

static int act_pause(const struct word *word)
{
	(void)word;
	do {
		pause();
	} while (true);
	return NOT_TRIED;
}

struct step {
	const char *name;
	int (*handle)(const struct word *word);
	const char *help;
};

static const struct step steps[] = {
	{ "pidns", step_pidns, "go on as PID 1 of a new PID namespace, with a /proc of its own" },
	{ "mntns", step_mntns, "a mount namespace of its own" },
	{ "userns", step_userns, "=IN:OUT:COUNT[,...] a user namespace with this map" },
	{ "unshareuser", step_unshareuser, "a user namespace without a map" },
	{ "enter", step_enter, "=PID go on in that process's PID, mount and user namespaces" },
	{ "cgroup", step_cgroup,
	  "=PATH make that cgroup and join it; absolute, or below v2's root" },
	{ "hostname", step_hostname,
	  "=NAME a UTS namespace of its own, where the host is called that" },
	{ "chroot", step_chroot, "=PATH another root" },
	{ "pivot", step_pivot, "=PATH that is the root of all mounts" },
	{ "fork", step_fork, "go on in a child" },
	{ "thread", step_thread, "go on in a second thread" },
	{ "stay", step_stay, "a second thread stays as it is" },
	{ "leaderless", step_leaderless,
	  "go on in a child of a process whose first thread has exited" },
	{ "handover", step_handover,
	  "=UID PID 1 execs as that user; go on in its child, as it was" },
	{ "aside", step_aside,
	  "=UID go on as one who enters a new container, whose PID 1 did that" },
	{ "reexec", step_reexec, "exec this program and go on; refused, it is the act" },
	{ "resuid", step_resuid, "=R,E,S the user ids" },
	{ "resgid", step_resgid, "=R,E,S the group ids" },
	{ "keepcaps", step_keepcaps, "keep capabilities when the ids change" },
	{ "bounding", step_bounding, "=none|NAME[+NAME...] all that an exec can give" },
	{ "caps", step_caps, "=none|NAME[+NAME...] permitted, effective and inheritable" },
	{ "ambient", step_ambient, "=NAME[+NAME...] raise ambient capabilities" },
	{ "filecaps", step_filecaps, "=PATH,NAME[+NAME...][,ROOTID] that a file gives at exec" },
	{ "nnp", step_nnp, "no_new_privs" },
	{ "personality", step_personality, "an io_uring that remembers these credentials" },
	{ "impersonate", step_impersonate,
	  "=PATH open with what it remembers a file that this process can't" },
	{ "holdlink", step_holdlink, "=ID keep a descriptor of that BPF link" },
	{ "holdlinks", step_holdlinks, "keep a descriptor of every BPF link" },
	{ "name", step_name, "=NAME what events call this process" },
	{ "print", step_print, "pids and uids on stdout" },
	{ "sleep", step_sleep, "=MS" },
	{ "go", step_go, "say \"ready\", and go on at the end of the input" },
};

static const struct step acts[] = {
	{ "exec", act_exec, "=PATH[,ARG...] fork and exec" },
	{ "execself", act_execself, "=PATH[,ARG...] exec without a fork" },
	{ "vforkexec", act_vforkexec, "=PATH[,ARG...] vfork and exec" },
	{ "fexec", act_fexec, "=PATH[,ARG...] fork and execveat of a nameless copy" },
	{ "hammer", act_hammer, "=FILE[,COUNT] exec and setresuid by turns while FILE is there" },
	{ "poke", act_poke, "=PATH,OFFSET,VALUE write into a pinned map" },
	{ "storm", act_storm, "=N fork and exec this program N times" },
	{ "many", act_many, "=N children that wait for a signal, as it does itself" },
	{ "containers", act_containers,
	  "=N:DEPTH:FORKS[:SURVIVORS] a storm in many PID namespaces" },
	{ "pidmap", act_pidmap, "the pinned maps against /proc" },
	{ "model", act_model,
	  "=POLICY:SEED:CASES:MODE:PLACE:CGROUP the verdict against its model" },
	{ "modelpolicy", act_modelpolicy, "=SEED the policy that this goes with" },
	{ "setuid", act_setuid, "=N" },
	{ "setreuid", act_setreuid, "=R,E" },
	{ "setresuid", act_setresuid, "=R,E,S" },
	{ "setfsuid", act_setfsuid, "=N judged by reading it back" },
	{ "int80", act_int80, "=NR[,ARG...] that 32-bit call, which changes ids" },
	{ "idcalls", act_idcalls, "=ID[,ID...] all set*uid of all combinations of those" },
	{ "execcalls", act_execcalls, "execs of all kinds" },
	{ "setgid", act_setgid, "=N" },
	{ "setresgid", act_setresgid, "=R,E,S" },
	{ "ids", act_ids, "all BPF maps, programs and links on stdout" },
	{ "mapread", act_mapread, "=ID open that BPF map for reading" },
	{ "mapwrite", act_mapwrite, "=ID for writing, too" },
	{ "mapfreeze", act_mapfreeze, "=ID open it for reading, and freeze it" },
	{ "pinread", act_pinread, "=PATH open a pinned map for reading" },
	{ "pinwrite", act_pinwrite, "=PATH for writing, too" },
	{ "progfd", act_progfd, "=ID open that BPF program" },
	{ "linkfd", act_linkfd, "=ID open that BPF link" },
	{ "detach", act_detach, "detach the link that is held" },
	{ "update", act_update, "give the link that is held a program that is none" },
	{ "kill", act_kill, "=PID[,SIGNAL]" },
	{ "sigio", act_sigio, "=PID,SIGNAL signal it by I/O; allowed, whatever comes of it" },
	{ "limit", act_limit, "=PID set its limit of core files to what it is" },
	{ "ptrace", act_ptrace, "=PID attach to it, and let it go" },
	{ "look", act_look, "=PID at its executable, in /proc" },
	{ "inject", act_inject,
	  "=bpf|mount|open|socket,N,ERRNO,PATH[,ARG...] run it; its Nth such call fails" },
	{ "inside", act_inside, "=PID,NR[,ARG...] that process makes the system call" },
	{ "unlink", act_unlink, "=PATH" },
	{ "rmdir", act_rmdir, "=PATH" },
	{ "rename", act_rename, "=PATH,PATH" },
	{ "write", act_write, "=PATH,TEXT" },
	{ "true", act_true, "exit 0" },
	{ "wait", act_wait, "for a child" },
	{ "pause", act_pause, "wait for a signal" },
};

static const struct step *find(const struct step *table, size_t count, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < count; i++)
		if (strlen(table[i].name) == len && !strncmp(table[i].name, word, len))
			return &table[i];
	return NULL;
}

/* Runs the chain from here; the answer is this process's exit code. */
int run(char **words)
{
	const struct step *step;
	struct word word;
	int answer = GO_ON;

	for (; answer == GO_ON && *words; words++) {
		step = find(steps, ARRAY_SIZE(steps), *words);
		if (!step && !words[1])
			step = find(acts, ARRAY_SIZE(acts), *words);
		if (!step) {
			say("no such step, or an act that isn't the last word: %s", *words);
			return NOT_TRIED;
		}
		if (verbose)
			say("%s", *words);
		word.value = strchr(*words, '=');
		word.value = word.value ? word.value + 1 : NULL;
		word.rest = words + 1;
		answer = step->handle(&word);
	}
	if (answer == GO_ON)
		say("the chain ends without an act");
	return answer == GO_ON ? NOT_TRIED : answer;
}

static void usage(void)
{
	fputs("usage: probe [-v] STEP... ACT\nsteps:\n", stderr);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		fprintf(stderr, "  %-12s%s\n", steps[i].name, steps[i].help);
	fputs("acts:\n", stderr);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		fprintf(stderr, "  %-12s%s\n", acts[i].name, acts[i].help);
	fputs("exit: 0 allowed, 1 refused with EPERM, 2 could not try, 3 another errno, "
	      "77 not supported, 128+N killed\n",
	      stderr);
}

int main(int argc, char **argv)
{
	char **words = argv + 1;

	if (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose = true;
		words++;
	}
	if (!*words) {
		usage();
		return NOT_TRIED;
	}
	return run(words);
}
