// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate probe: what this kernel can do. It shows; what follows from what is probe_judge.c's. */
#include <string.h>
#include <unistd.h>

#include "jsonout.h"
#include "log.h"
#include "names.h"
#include "probe.h"
#include "verb.h"

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static const char *or_unknown(const char *text)
{
	return text[0] ? text : "not known";
}

static void print_sysctl(const char *name, int value)
{
	if (value < 0)
		printf("%-28s not there\n", name);
	else
		printf("%-28s %d\n", name, value);
}

static void print_load(const char *name, int err)
{
	printf("%-28s %s%s%s\n", name, yes_no(!err), err ? ": " : "", err ? strerror(-err) : "");
}

static void print_text(const struct probe_facts *facts, const struct probe_verdict *verdict)
{
	printf("%-28s %s\n", "kernel:", facts->host.release);
	printf("%-28s %s\n", "BTF:", yes_no(facts->host.btf));
	printf("%-28s %s\n", "security modules:", or_unknown(facts->host.lsm));
	printf("%-28s %s\n", "'bpf' among them:", yes_no(facts->host.lsm_bpf));
	print_load("BPF LSM programs load:", facts->loads[RG_ATTACH_LSM]);
	print_load("fmod_ret programs load:", facts->loads[RG_ATTACH_FMOD_RET]);
	print_sysctl("kernel.ftrace_enabled:", facts->ftrace_enabled);
	print_sysctl("unprivileged_bpf_disabled:", facts->unprivileged_bpf_disabled);
	printf("%-28s %s\n", "lockdown:", or_unknown(facts->lockdown));
	printf("%-28s %s\n", "preemption:", or_unknown(facts->preemption));
	printf("%-28s %s\n", "cgroups:", probe_cgroups_name(facts->cgroups));
	printf("%-28s %s\n", "bpffs mounted:", yes_no(facts->bpffs));
	printf("%-28s %s\n", "securityfs mounted:", yes_no(facts->securityfs));
	printf("\n%-28s %s\n", "run would attach by:",
	       verdict->way ? names_get(&names_attach, verdict->way) : "none");
	printf("%-28s %s\n", "guarantee:", verdict->guarantee);
	if (verdict->reason[0])
		printf("%-28s %s\n%-28s %s\n", "reason:", verdict->reason,
		       "remedy:", verdict->remedy);
}

static int add_text(struct json_object *object, const char *key, const char *text)
{
	return jsonout_add_text(object, key, text, strlen(text));
}

static int add_sysctl(struct json_object *object, const char *key, int value)
{
	return value < 0 ? jsonout_add_null(object, key)
			 : jsonout_add_number(object, key, (uint64_t)value);
}

static int print_json(const struct probe_facts *facts, const struct probe_verdict *verdict)
{
	_cleanup_(jsonout_freep) struct json_object *root = json_object_new_object();
	int err = add_text(root, "kernel", facts->host.release);

	err |= jsonout_add_bool(root, "btf", facts->host.btf);
	err |= add_text(root, "lsm", facts->host.lsm);
	err |= jsonout_add_bool(root, "lsm_bpf", facts->host.lsm_bpf);
	err |= jsonout_add_bool(root, "loads_lsm", !facts->loads[RG_ATTACH_LSM]);
	err |= jsonout_add_bool(root, "loads_fmod_ret", !facts->loads[RG_ATTACH_FMOD_RET]);
	err |= add_sysctl(root, "ftrace_enabled", facts->ftrace_enabled);
	err |= add_sysctl(root, "unprivileged_bpf_disabled", facts->unprivileged_bpf_disabled);
	err |= add_text(root, "lockdown", facts->lockdown);
	err |= add_text(root, "preemption", facts->preemption);
	err |= add_text(root, "cgroups", probe_cgroups_name(facts->cgroups));
	err |= jsonout_add_bool(root, "bpffs", facts->bpffs);
	err |= jsonout_add_bool(root, "securityfs", facts->securityfs);
	err |= add_text(root, "attach", verdict->way ? names_get(&names_attach, verdict->way) : "");
	err |= add_text(root, "guarantee", verdict->guarantee);
	err |= add_text(root, "reason", verdict->reason);
	err |= add_text(root, "remedy", verdict->remedy);
	if (err)
		return log_exit(EXIT_FAILED, "out of memory");
	return jsonout_print(stdout, root) ? EXIT_FAILED : EXIT_DONE;
}

int cmd_probe(const struct verb *verb, int argc, char **argv)
{
	enum output output = OUTPUT_TEXT;
	struct probe_verdict verdict;
	struct probe_facts facts;
	int code;

	if (!verb_parse_plain(verb, argc, argv, &output, &code))
		return code;
	if (geteuid() != 0)
		return log_exit(EXIT_NOT_PERMITTED, "probe needs root: use sudo");
	probe_read(&facts);
	probe_judge(&facts, &verdict);
	if (output == OUTPUT_TEXT)
		print_text(&facts, &verdict);
	else if (print_json(&facts, &verdict))
		return EXIT_FAILED;
	return verdict.way ? EXIT_DONE : EXIT_DEGRADED;
}
