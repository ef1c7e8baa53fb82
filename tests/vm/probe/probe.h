/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the probe's files share: its answers, its words, and the handlers that the table in main.c
 * lists.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <sys/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define ARGS_MAX      32

enum answer { ALLOWED = 0, REFUSED = 1, NOT_TRIED = 2, OTHER_ERRNO = 3, UNSUPPORTED = 77 };

/* A handler's answer that isn't one: the rest of the line goes on in this process. */
#define GO_ON (-1)

/* A word of the chain without its name: what stands behind its '=', and the words after it. */
struct word {
	const char *value;
	char **rest;
};

extern bool verbose;

/* main.c: talk, numbers, and the walk */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int could_not(const char *what);
int malformed(const char *value);
int done(int result, const char *what);
int judge(int error);
int numbers(const char *text, long *out, int max);
int run(char **words);

/* places.c */
int pass_on(pid_t child);
int step_fork(const struct word *word);
int step_thread(const struct word *word);
int step_stay(const struct word *word);
int step_leaderless(const struct word *word);
int step_reexec(const struct word *word);
int step_handover(const struct word *word);
int step_aside(const struct word *word);
int step_mntns(const struct word *word);
int step_pidns(const struct word *word);
int step_enter(const struct word *word);
int step_userns(const struct word *word);
int step_unshareuser(const struct word *word);
int step_cgroup(const struct word *word);
int step_hostname(const struct word *word);
int step_chroot(const struct word *word);
int step_pivot(const struct word *word);

/* hammer.c */
int act_hammer(const struct word *word);
int act_poke(const struct word *word);

/* ids.c */
int step_resuid(const struct word *word);
int step_resgid(const struct word *word);
int step_keepcaps(const struct word *word);
int step_nnp(const struct word *word);
int step_bounding(const struct word *word);
int step_caps(const struct word *word);
int step_ambient(const struct word *word);
int step_filecaps(const struct word *word);
int act_setuid(const struct word *word);
int act_setreuid(const struct word *word);
int act_setresuid(const struct word *word);
int act_setgid(const struct word *word);
int act_setresgid(const struct word *word);
int act_setfsuid(const struct word *word);
int act_int80(const struct word *word);

/* calls.c */
int act_idcalls(const struct word *word);
int act_execcalls(const struct word *word);

/* uring.c */
int step_personality(const struct word *word);
int step_impersonate(const struct word *word);

/* exec.c */
int act_exec(const struct word *word);
int act_execself(const struct word *word);
int act_vforkexec(const struct word *word);
int act_fexec(const struct word *word);
int act_storm(const struct word *word);
int act_many(const struct word *word);

/* guard.c */
int step_holdlink(const struct word *word);
int step_holdlinks(const struct word *word);
int act_mapread(const struct word *word);
int act_mapwrite(const struct word *word);
int act_mapfreeze(const struct word *word);
int act_pinread(const struct word *word);
int act_pinwrite(const struct word *word);
int act_progfd(const struct word *word);
int act_linkfd(const struct word *word);
int act_detach(const struct word *word);
int act_update(const struct word *word);
int act_ids(const struct word *word);
int act_kill(const struct word *word);
int act_sigio(const struct word *word);
int act_limit(const struct word *word);
int act_ptrace(const struct word *word);
int act_look(const struct word *word);
int act_unlink(const struct word *word);
int act_rmdir(const struct word *word);
int act_rename(const struct word *word);
int act_write(const struct word *word);

/* trace.c */
int act_inject(const struct word *word);
int act_inside(const struct word *word);

/* model.c, model_rules.c */
int act_model(const struct word *word);
int act_modelpolicy(const struct word *word);

/* storm.c, pidmap.c */
int act_containers(const struct word *word);
int act_pidmap(const struct word *word);

#endif
