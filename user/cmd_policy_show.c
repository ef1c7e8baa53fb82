// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rootgate policy show: the policy in force, or that of files, whole; and policy schema. How a
 * policy is shown is policy_show.c's matter.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent.h"
#include "cmd_policy.h"
#include "inforce.h"
#include "jsonout.h"
#include "lock.h"
#include "log.h"
#include "pins.h"
#include "policy_types.h"
#include "stream.h"

/* What is shown, and where it is from. */
struct shown {
	struct json_object *policy;
	const char *path; /* of files; NULL: it is in force */
	__u32 generation; /* where it is in force */
};

static int read_files(struct shown *shown)
{
	_cleanup_(policy_report_clear) struct policy_report report = {};
	_cleanup_(policy_free_p) struct policy *policy = NULL;
	int code = cmd_policy_load(shown->path, &policy, &report);

	if (code)
		return code;
	return policy_show(policy, time(NULL), &shown->policy)
		       ? log_exit(EXIT_FAILED, "out of memory")
		       : EXIT_DONE;
}

/* "hits" of each rule; none where another policy has come in force since it was read. */
static int add_hits(const struct shown *shown)
{
	struct json_object *rules = json_object_object_get(shown->policy, "rules");
	_cleanup_(closep) int fd = pins_open("rules", sizeof(struct rg_rule));
	size_t n = json_object_array_length(rules), i;
	__u64 *hits = calloc(n + 1, sizeof(*hits));
	struct rg_control control;
	int err = fd < 0 ? fd : 0;

	if (!hits)
		return -ENOMEM;
	for (i = 0; !err && i < n; i++) {
		__u32 key = rg_rule_key(shown->generation & 1, (__u32)i + 1);
		struct rg_rule rule;

		err = bpf_map_lookup_elem(fd, &key, &rule) ? -errno : 0;
		hits[i] = rule.hits;
	}
	err = err ?: pins_read_control(&control);
	if (!err && rg_word_generation(control.word) == shown->generation)
		for (i = 0; !err && i < n; i++)
			err = jsonout_add_number(json_object_array_get_idx(rules, i), "hits",
						 hits[i]);
	free(hits);
	return err;
}

/*
 * -ENOENT: no agent has put one in force, or its programs are gone; -ESTALE: one is in force, and
 * what is written is nothing, or another one.
 */
static int read_inforce(struct shown *shown)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	struct rg_control control;
	__u32 written;
	int err = pins_read_control(&control);

	if (err)
		return err;
	if (!(control.word & RG_WORD_ARMED))
		return -ENOENT;
	shown->generation = rg_word_generation(control.word);
	err = inforce_read(&object, &written);
	if (err == -ENOENT || (!err && written != shown->generation))
		return -ESTALE;
	if (err)
		return err;
	shown->policy = json_object_get(json_object_object_get(object, "policy"));
	return add_hits(shown);
}

static int not_written(const struct shown *shown)
{
	if (lock_holder())
		return log_exit(EXIT_FAILED,
				"generation %u is in force, but the agent could not write it into "
				"%s: make room there, then 'rootgate policy reload'",
				shown->generation, stream_run_dir());
	return log_exit(
		EXIT_NO_AGENT,
		"generation %u is in force without an agent, and nothing in %s says what it "
		"is: start the agent (systemctl start rootgate), or name a file or folder",
		shown->generation, stream_run_dir());
}

static int read_policy(struct shown *shown)
{
	int err, tries = 10;

	if (shown->path)
		return read_files(shown);
	err = read_inforce(shown);
	/* it is in force a moment before it is written */
	while (err == -ESTALE && lock_holder() && tries--) {
		usleep(100000);
		err = read_inforce(shown);
	}
	if (!err)
		return EXIT_DONE;
	if (err == -EPERM || err == -EACCES)
		return log_exit(
			EXIT_NOT_PERMITTED,
			"policy show needs root for the policy in force: use sudo, or name a "
			"file or folder");
	if (err == -ESTALE)
		return not_written(shown);
	if (err != -ENOENT)
		return log_exit(EXIT_FAILED, "cannot read the policy in force: %s", strerror(-err));
	log_notice("no policy is in force; this is the one of %s", AGENT_POLICY);
	shown->path = AGENT_POLICY;
	return read_files(shown);
}

static int print_json(const struct shown *shown)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	int err = jsonout_add_bool(object, "in_force", !shown->path);

	if (!shown->path)
		err = err ?: jsonout_add_number(object, "generation", shown->generation);
	err = err ?: jsonout_add(object, "policy", json_object_get(shown->policy));
	err = err ?: jsonout_print(stdout, object);
	return err ? log_exit(EXIT_FAILED, "cannot print: %s", strerror(-err)) : EXIT_DONE;
}

int cmd_policy_show(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "output", required_argument, NULL, 'o' },
						 {} };
	enum output output = OUTPUT_TEXT;
	struct shown shown = {};
	int opt, code;

	while ((opt = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (opt == 'h')
			return verb_help(verb);
		if (opt != 'o' || !verb_parse_output(optarg, &output))
			return verb_usage_error(verb);
	}
	if (optind + 1 < argc) {
		log_error("policy show takes one file or folder: '%s'", argv[optind + 1]);
		return verb_usage_error(verb);
	}
	shown.path = argv[optind];
	code = read_policy(&shown);
	if (!code && output == OUTPUT_JSON) {
		code = print_json(&shown);
	} else if (!code) {
		if (!shown.path)
			printf("# generation %u, in force\n", shown.generation);
		policy_show_yaml(stdout, shown.policy);
	}
	json_object_put(shown.policy);
	return code;
}

int cmd_policy_schema(const struct verb *verb, int argc, char **argv)
{
	_cleanup_(jsonout_freep) struct json_object *schema = NULL;
	int code, err;

	if (!verb_parse_plain(verb, argc, argv, NULL, &code))
		return code;
	err = policy_schema(&schema);
	if (err)
		return log_exit(EXIT_FAILED, "cannot make the schema: %s", strerror(-err));
	puts(json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
	return EXIT_DONE;
}
