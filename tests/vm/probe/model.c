// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The verdict's model: what the contract says of an attempt, written down a second time, without a
 * look at the programs, and held against what the kernel does. Cases and policies come from a seed.
 *
 *	model=POLICY:SEED:CASES:MODE:PLACE:CGROUP
 *
 * CASES random attempts under the policy of modelpolicy=POLICY (model_rules.c). MODE is that of abi.h; PLACE private, host (--pid=host) or floor; the user namespace is read from
 * /proc. Wants root there, after the hand-over. Each case has a child of its own, with random ids and
 * perhaps CAP_SETUID, that makes one attempt: set*uid, or an exec. Prints what differs, and at the end
 * how many verdicts of each kind there must have been.
 */
#define _GNU_SOURCE
#include "model.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the world that a case is in ---- */

struct world {
	struct model_rule rules[MODEL_RULES_MAX];
	int n_rules;
	enum model_action mode;
	char place[16], cgroup[128];
	const char *namespace; /* of a violation here */
	long map[15];	       /* first, lower, count; of the user namespace */
	int map_n;
	long ids[3]; /* that cases use: the one that is host root, where there is one, and two more */
	unsigned long told[2][ACTIONS];
};

static long kuid(const struct world *world, long uid)
{
	for (int i = 0; i + 2 < world->map_n; i += 3)
		if (uid >= world->map[i] && uid - world->map[i] < world->map[i + 2])
			return uid - world->map[i] + world->map[i + 1];
	return -1;
}

/* Whether the host's uid has a name here. */
static bool is_mapped(const struct world *world, long host)
{
	for (int i = 0; i + 2 < world->map_n; i += 3)
		if (host >= world->map[i + 1] && host - world->map[i + 1] < world->map[i + 2])
			return true;
	return false;
}

static enum model_action decide(const struct world *world, const char *event, const char *exe)
{
	const struct model_selectors violation = {
		.event = event,
		.namespace = world->namespace,
		.pidns = world->place,
		.runtime = strncmp(world->cgroup, "/docker/", 8) ? "unknown" : "docker",
		.cgroup = world->cgroup,
		.exe = exe,
	};

	return model_decide(world->rules, world->n_rules, world->mode, &violation);
}

static int read_world(const char *value, long *number, long *cases, struct world *world)
{
	long policy, mode;
	FILE *file = fopen("/proc/self/uid_map", "re");

	if (!file || sscanf(value, "%ld:%ld:%ld:%ld:%15[^:]:%127s", &policy, number, cases, &mode,
			    world->place, world->cgroup) != 6)
		return -1;
	while (world->map_n < 15 && fscanf(file, "%ld", &world->map[world->map_n]) == 1)
		world->map_n++;
	fclose(file);
	world->n_rules = model_rules((unsigned long)policy, world->rules);
	world->mode = mode == 1 ? AUDIT : mode == 2 ? DENY : KILL;
	world->namespace = world->map[2] == 4294967295 ? "none" : "identity";
	for (long uid = 0; uid < 2000; uid++)
		if (kuid(world, uid) == 0)
			world->ids[0] = uid;
	world->ids[1] = 5;
	world->ids[2] = 7;
	return 0;
}

/* ---- one case ---- */

enum { SETUID, SETREUID, SETRESUID, SETFSUID, EXEC, CALLS };
static const char *const calls[CALLS] = { "setuid", "setreuid", "setresuid", "setfsuid", "exec" };

struct ids {
	long r, e, s, f;
};

struct attempt {
	int call;
	struct ids old;
	bool cap, nnp;
	long args[3];	  /* -1: as it is */
	const char *file; /* to be executed */
	long owner;	  /* whose it is on the host, if it is setuid; -1 if not */
};

struct outcome {
	int error; /* -1: killed */
	struct ids ids;
};

static void make_case(const struct world *world, struct attempt *attempt)
{
	static const char *const files[] = { "/payload/bin/probe", "/bin/suid-0", "/bin/suid-5" };
	unsigned int file = model_pick(ARRAY_SIZE(files));

	attempt->call = (int)model_pick(CALLS);
	attempt->old.r = world->ids[model_pick(3)];
	attempt->old.e = world->ids[model_pick(3)];
	attempt->old.s = world->ids[model_pick(3)];
	attempt->old.f = attempt->call == SETFSUID ? world->ids[1 + model_pick(2)] : attempt->old.e;
	attempt->cap = model_pick(2);
	attempt->nnp = model_pick(4) == 0;
	/* an effective id that no_new_privs takes back at exec is still there for a fmod_ret program */
	if (attempt->nnp && attempt->call == EXEC)
		attempt->old.e = attempt->old.f = attempt->old.r;
	for (int i = 0; i < 3; i++) {
		unsigned int which = model_pick(4);

		attempt->args[i] = which < 3 ? world->ids[which] : -1;
		if (which == 3 && (attempt->call == SETUID || attempt->call == SETFSUID))
			attempt->args[i] = world->ids[0];
	}
	attempt->file = files[file];
	attempt->owner = file == 0 ? -1 : file == 1 ? 0 : 5;
}

static bool one_of(const struct ids *ids, long uid, bool effective, bool saved)
{
	return uid == -1 || uid == ids->r || (effective && uid == ids->e) ||
	       (saved && uid == ids->s);
}

/* The ids that the manual's page of the call promises; false: it is not permitted. */
static bool change(const struct attempt *attempt, struct ids *new)
{
	const struct ids *old = &attempt->old;
	const long *to = attempt->args;

	*new = *old;
	switch (attempt->call) {
	case SETUID:
		if (attempt->cap)
			new->r = new->s = to[0];
		else if (!one_of(old, to[0], false, true))
			return false;
		new->e = new->f = to[0];
		return true;
	case SETREUID:
		if (!attempt->cap &&
		    (!one_of(old, to[0], true, false) || !one_of(old, to[1], true, true)))
			return false;
		new->r = to[0] == -1 ? old->r : to[0];
		new->e = new->f = to[1] == -1 ? old->e : to[1];
		if (to[0] != -1 || (to[1] != -1 && to[1] != old->r))
			new->s = new->e;
		return true;
	case SETRESUID:
		for (int i = 0; i < 3; i++)
			if (!attempt->cap && !one_of(old, to[i], true, true))
				return false;
		new->r = to[0] == -1 ? old->r : to[0];
		new->e = new->f = to[1] == -1 ? old->e : to[1];
		new->s = to[2] == -1 ? old->s : to[2];
		return true;
	case SETFSUID:
		if (attempt->cap || one_of(old, to[0], true, true) || to[0] == old->f)
			new->f = to[0];
		return true;
	default:
		return true;
	}
}

/* What must come of it; a verdict is counted. */
static void expect(struct world *world, const struct attempt *attempt, struct outcome *out)
{
	const struct ids *old = &attempt->old;
	struct ids new = *old;
	bool exec = attempt->call == EXEC, violation;
	enum model_action action;

	*out = (struct outcome){ .ids = *old };
	if (!change(attempt, &new)) {
		out->error = EPERM;
		return;
	}
	if (exec) {
		long e = kuid(world, old->e);

		/* the bit counts where owner and group are known: the group's number is 0 on the host */
		if (attempt->owner >= 0 && !attempt->nnp && is_mapped(world, attempt->owner) &&
		    is_mapped(world, 0))
			e = attempt->owner;
		violation = e == 0 || kuid(world, old->r) == 0;
	} else {
		violation = (kuid(world, new.r) == 0 && kuid(world, old->r) != 0) ||
			    (kuid(world, new.e) == 0 && kuid(world, old->e) != 0) ||
			    (kuid(world, new.s) == 0 && kuid(world, old->s) != 0) ||
			    (kuid(world, new.f) == 0 && kuid(world, old->f) != 0);
	}
	if (!violation || strcmp(world->place, "floor") == 0) {
		out->ids = new;
		return;
	}
	action = decide(world, exec ? "exec" : "setuid",
			exec ? attempt->file : "/payload/bin/probe");
	world->told[!exec][action]++;
	if (action == KILL)
		out->error = -1;
	else if (action == DENY)
		out->error = attempt->call == SETFSUID ? 0 : EPERM;
	else
		out->ids = new;
}

/* ---- and what comes of it ---- */

static int become(const struct attempt *attempt)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (attempt->nnp && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
	    syscall(SYS_setresuid, attempt->old.r, attempt->old.e, attempt->old.s))
		return -1;
	data[0].permitted = data[0].effective = 1U << CAP_SETUID;
	if (syscall(SYS_capset, &header, data))
		return -1;
	if (attempt->old.f != attempt->old.e)
		syscall(SYS_setfsuid, attempt->old.f);
	data[0].permitted = data[0].effective = attempt->cap ? 1U << CAP_SETUID : 0;
	return (int)syscall(SYS_capset, &header, data);
}

static int act(const struct attempt *attempt)
{
	char *argv[] = { (char *)attempt->file, (char *)"true", NULL };
	const long *to = attempt->args;

	switch (attempt->call) {
	case SETUID:
		return syscall(SYS_setuid, to[0]) ? errno : 0;
	case SETREUID:
		return syscall(SYS_setreuid, to[0], to[1]) ? errno : 0;
	case SETRESUID:
		return syscall(SYS_setresuid, to[0], to[1], to[2]) ? errno : 0;
	case SETFSUID:
		syscall(SYS_setfsuid, to[0]);
		return 0;
	default:
		execv(argv[0], argv);
		return errno;
	}
}

/* In the child: the answer goes through a pipe that an exec closes. */
static void child(const struct attempt *attempt, int answer)
{
	struct outcome out = { 0 };
	unsigned int r, e, s;

	if (become(attempt))
		_exit(NOT_TRIED);
	out.error = act(attempt);
	syscall(SYS_getresuid, &r, &e, &s);
	out.ids = (struct ids){ r, e, s, (long)(unsigned int)syscall(SYS_setfsuid, -1) };
	_exit(write(answer, &out, sizeof(out)) == sizeof(out) ? 0 : NOT_TRIED);
}

static int try_case(const struct attempt *attempt, struct outcome *out)
{
	int answer[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(answer, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0)
		child(attempt, answer[1]);
	close(answer[1]);
	n = read(answer[0], out, sizeof(*out));
	close(answer[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		*out = (struct outcome){ .error = -1 };
	else if (n == 0 && attempt->call == EXEC && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		*out = (struct outcome){ .error = 0 };
	else if (n != sizeof(*out))
		return -1;
	return 0;
}

static bool same(const struct attempt *attempt, const struct outcome *a, const struct outcome *b)
{
	if (a->error != b->error)
		return false;
	if (a->error == -1 || (attempt->call == EXEC && !a->error))
		return true;
	return a->ids.r == b->ids.r && a->ids.e == b->ids.e && a->ids.s == b->ids.s &&
	       a->ids.f == b->ids.f;
}

static void print_outcome(const char *what, const struct outcome *out)
{
	printf("  %s: error %d, ids %ld %ld %ld %ld\n", what, out->error, out->ids.r, out->ids.e,
	       out->ids.s, out->ids.f);
}

static void print_difference(long n, const struct attempt *attempt, const struct outcome *want,
			     const struct outcome *got)
{
	printf("case %ld: %s(%ld,%ld,%ld) of %s by %ld %ld %ld %ld%s%s\n", n, calls[attempt->call],
	       attempt->args[0], attempt->args[1], attempt->args[2], attempt->file, attempt->old.r,
	       attempt->old.e, attempt->old.s, attempt->old.f, attempt->cap ? " CAP_SETUID" : "",
	       attempt->nnp ? " nnp" : "");
	print_outcome("model", want);
	print_outcome("kernel", got);
}

int act_model(const struct word *word)
{
	struct world world = { 0 };
	struct outcome want, got = { 0 };
	struct attempt attempt;
	long number, cases, different = 0;

	if (!word->value || read_world(word->value, &number, &cases, &world))
		return malformed(word->value);
	for (long n = 0; n < cases; n++) {
		model_seed((unsigned long)(number * 100003 + n));
		make_case(&world, &attempt);
		expect(&world, &attempt, &want);
		if (try_case(&attempt, &got))
			return could_not("a case");
		if (same(&attempt, &want, &got))
			continue;
		print_difference(n, &attempt, &want, &got);
		different++;
	}
	printf("cases %ld different %ld", cases, different);
	for (int type = 0; type < 2; type++)
		for (int action = 0; action < ACTIONS; action++)
			printf(" %s_%s %lu", type ? "setuid" : "exec", model_actions[action],
			       world.told[type][action]);
	printf("\n");
	fflush(stdout);
	return different ? OTHER_ERRNO : ALLOWED;
}
