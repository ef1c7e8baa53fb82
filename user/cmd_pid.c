// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate pid: one process, from the host's side or from its container's. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "containers.h"
#include "escape.h"
#include "jsonout.h"
#include "log.h"
#include "names.h"
#include "process.h"
#include "verb.h"

struct question {
	uint32_t nr;
	uint32_t ns;	  /* inode of the PID namespace that nr is in; 0: on the host */
	const char *word; /* the container, as it was asked for; or NULL */
	enum output output;
};

static void print_container(const struct process *process)
{
	const struct container_ref *ref = &process->container;

	if (!ref->id[0])
		return;
	fputs("container:  ", stdout);
	escape_text(stdout, ref->id, SIZE_MAX);
	if (ref->known)
		printf(" (%s)", names_get(&names_runtime, ref->runtime));
	putchar('\n');
	if (!process->container_name[0])
		return;
	fputs("name:       ", stdout);
	escape_text(stdout, process->container_name, SIZE_MAX);
	putchar('\n');
}

static void print_times(const struct process *process, const struct origin *origin)
{
	char text[RECORD_TIME_MAX], entity[RECORD_ENTITY_MAX];
	const uint64_t offset = (uint64_t)record_clock_offset();

	record_format_time(text, process->record.start_time + offset);
	printf("started:    %s\n", text);
	if (process->record.exit_time) {
		record_format_time(text, process->record.exit_time + offset);
		printf("exited:     %s\n", text);
	}
	record_format_entity(entity, origin->boot_id, process->pid, process->record.start_time);
	printf("entity id:  %s\n", entity);
}

static void print_text(const struct process *process, const struct origin *origin)
{
	const bool host_root = process_holds_host_root(&process->ids);
	const struct pid_record *record = &process->record;
	uint32_t uid, i;

	print_container(process);
	printf("host PID:   %u\nPID:        %u\n", process->pid, process_vpid(process));
	for (i = 0; i < record->levels; i++)
		printf("%-11s %u in %u\n", i ? "" : "levels:", record->pids[i].nr,
		       record->pids[i].ns);
	printf("host uid:   %u\n", process->ids.euid);
	if (process_container_uid(process, &uid))
		printf("uid:        %u\n", uid);
	printf("userns:     %s (%u)\nverdict:    %s\ncommand:    ",
	       process_userns_word(record->userns_level, process->map, process->extents, host_root),
	       record->userns, process_verdict_word(host_root));
	escape_text(stdout, process->command, SIZE_MAX);
	putchar('\n');
	print_times(process, origin);
}

static int print(const struct process *process, enum output output)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	struct origin origin;
	int err = origin_read(&origin);

	if (err)
		return log_exit(EXIT_FAILED, "cannot read the boot's id: %s", strerror(-err));
	if (output == OUTPUT_JSON) {
		object = process_json(process, &origin);
		err = object ? jsonout_print(stdout, object) : -ENOMEM;
	} else {
		print_text(process, &origin);
	}
	return err ? log_exit(EXIT_FAILED, "cannot write the output: %s", strerror(-err))
		   : EXIT_DONE;
}

/* "370" or "8 in the PID namespace 4026532201", for messages. */
static void name_question(char buf[80], const struct question *question)
{
	if (question->ns)
		snprintf(buf, 80, "PID %u in the PID namespace %u", question->nr, question->ns);
	else
		snprintf(buf, 80, "PID %u", question->nr);
}

/* Says what became of a process that is not there; what is known of it goes to stdout. */
static int not_there(const struct pidmap *map, const struct question *question)
{
	char name[80], path[64], when[RECORD_TIME_MAX];
	struct process process;
	struct pid_record exited;
	int err = question->ns ? pidmap_exited_in(map, question->ns, question->nr, &exited)
			       : pidmap_exited(map, question->nr, &exited);

	name_question(name, question);
	snprintf(path, sizeof(path), "/proc/%u", question->nr);
	if (!question->ns && access(path, F_OK) == 0)
		log_error("%s is in no container: it is a process of the host%s", name,
			  err ? "" : "; one that had this PID before has exited");
	if (err == 0) {
		record_format_time(when, exited.exit_time + (uint64_t)record_clock_offset());
		log_error("%s has exited, at %s", name, when);
		process_from_exited(&process, &exited);
		print(&process, question->output);
	} else if (err != -ENOENT) {
		log_error("cannot read what has exited: %s", strerror(-err));
	} else if (question->ns || access(path, F_OK)) {
		log_error("there is no %s, and none that has exited lately", name);
	}
	return EXIT_FAILED;
}

/* What the engine calls its container. */
static void name_container(const struct pidmap *map, struct process *process)
{
	_cleanup_(identity_freep) struct identity *identity = NULL;
	struct identity_subject subject = { .root = "", .cgroup = process->cgroup };
	struct pid_record pid1;

	if (process->record.levels > 1 &&
	    pidmap_find(map, process->record.pids[1].ns, 1, &pid1) == 0) {
		subject.pid1 = pid1.pid;
		subject.pid1_start = pid1.start_time;
	}
	if (identity_read(&subject, &identity) == 0)
		copy_utf8(process->container_name, sizeof(process->container_name), identity->name,
			  SIZE_MAX);
}

static int answer(const struct verb *verb, const struct pidmap *map,
		  const struct question *question)
{
	struct process process = {};
	char name[80];
	int err;

	err = question->ns ? pidmap_find(map, question->ns, question->nr, &process.record)
			   : pidmap_get(map, question->nr, &process.record);
	process.pid = process.record.pid;
	if (err && err != -ENOENT)
		return verb_records_error(verb, err);
	if (!err)
		err = process_complete(&process);
	if (err == -ESTALE) {
		name_question(name, question);
		return log_exit(EXIT_FAILED,
				"%s: the host's PID %u was used again: the record is of a process "
				"that is gone, and another one has it now",
				name, process.pid);
	}
	if (err)
		return not_there(map, question);
	name_container(map, &process);
	return print(&process, question->output);
}

static void list_container(const struct container *container)
{
	fputs("  ", stderr);
	escape_text(stderr, container->ref.id, SIZE_MAX);
	fprintf(stderr, " (%s, host PID %u)\n", names_get(&names_runtime, container->ref.runtime),
		container->pid1);
}

/* From a container, as somebody calls it, to its PID namespace. */
static int resolve(const struct verb *verb, const struct pidmap *map, struct question *question)
{
	_cleanup_(containers_free) struct containers containers = {};
	const struct container *found = NULL;
	int err = containers_read(map, false, &containers);
	uint64_t inode;
	size_t n, i;

	if (err)
		return verb_records_error(verb, err);
	n = containers_find(&containers, question->word, &found);
	if (n > 1) {
		log_error("'%s' can be any of %zu containers:", question->word, n);
		for (i = 0; i < containers.count; i++)
			if (containers_match(&containers.items[i], question->word))
				list_container(&containers.items[i]);
		return EXIT_FAILED;
	}
	if (n == 1)
		question->ns = found->pidns;
	else if (parse_u64(question->word, UINT32_MAX, &inode) == 0 && inode)
		question->ns = (uint32_t)inode; /* nested, or gone: its processes may be known */
	else
		return log_exit(EXIT_FAILED,
				"no container '%s' has a process now; 'rootgate containers' lists "
				"them",
				question->word);
	return EXIT_DONE;
}

static int parse_inode(const char *text, uint32_t *out)
{
	uint64_t inode;

	if (parse_u64(text, UINT32_MAX, &inode) || !inode)
		return log_exit(EXIT_USAGE,
				"'%s' is no inode of a PID namespace: a number as in "
				"/proc/PID/ns/pid",
				text);
	*out = (uint32_t)inode;
	return EXIT_DONE;
}

/* The operands, from the side on. */
static int parse_question(int argc, char **argv, struct question *out)
{
	const char *side = argc > 0 ? argv[0] : "";
	const bool host = strcmp(side, "host") == 0, ns = strcmp(side, "ns") == 0;
	const bool container = strcmp(side, "container") == 0;
	const int operands = host ? 2 : 3;
	struct why why;

	if (!argc)
		return log_exit(EXIT_USAGE, "it takes a side: host, container or ns");
	if (!host && !ns && !container)
		return log_exit(EXIT_USAGE, "unknown side '%s': host, container or ns", side);
	if (argc < operands)
		return log_exit(EXIT_USAGE, "pid %s takes %s", side,
				host	    ? "a PID"
				: container ? "a container and a PID"
					    : "the inode of a PID namespace and a PID");
	if (argc > operands)
		return log_exit(EXIT_USAGE, "an operand too much: '%s'", argv[operands]);
	if (process_parse_pid(argv[operands - 1], process_pid_max(), &out->nr, &why))
		return log_exit(EXIT_USAGE, "%s", why.text);
	if (container)
		out->word = argv[1];
	if (container && !*out->word)
		return log_exit(EXIT_USAGE, "'' is no container");
	return ns ? parse_inode(argv[1], &out->ns) : EXIT_DONE;
}

/* A negative number must not be taken for an option: it is told what is wrong with it. */
static const char *negative_number(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (argv[i][0] == '-' && isdigit((unsigned char)argv[i][1]))
			return argv[i];
	return NULL;
}

int cmd_pid(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	_cleanup_(pidmap_closep) struct pidmap map = PIDMAP_NONE;
	struct question question = {};
	const char *negative = negative_number(argc, argv);
	int c, code;

	if (negative) {
		log_error("'%s' is no PID: it is negative", negative);
		return verb_usage_error(verb);
	}
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == 'h')
			return verb_help(verb);
		if (c != 'o' || !verb_parse_output(optarg, &question.output))
			return verb_usage_error(verb);
	}
	code = parse_question(argc - optind, argv + optind, &question);
	if (code)
		return verb_usage_error(verb);
	code = pidmap_open(&map);
	if (code)
		return verb_records_error(verb, code);
	verb_warn_stale();
	if (question.word)
		code = resolve(verb, &map, &question);
	return code ? code : answer(verb, &map, &question);
}
