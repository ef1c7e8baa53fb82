// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An event for machines: one JSON object a line. Every key is always there, null where
 * nothing is known, so that a reader's query never meets a missing one.
 */
#include "format.h"

#include <errno.h>
#include <string.h>

#include "container.h"
#include "jsonout.h"
#include "names.h"

/* In here errors are summed up: there is only -ENOMEM, and only the end looks. */

static int add_word(struct json_object *object, const char *key, const struct names *names,
		    uint32_t number)
{
	return jsonout_add(object, key, json_object_new_string(names_get(names, number)));
}

/* For enums whose 0 says that there is nothing to say. */
static int add_word_or_null(struct json_object *object, const char *key, const struct names *names,
			    uint32_t number)
{
	return number ? add_word(object, key, names, number) : jsonout_add_null(object, key);
}

static int add_time(struct json_object *object, const char *key, uint64_t wall_time)
{
	char text[RECORD_TIME_MAX];

	if (wall_time == 0)
		return jsonout_add_null(object, key);
	record_format_time(text, wall_time);
	return jsonout_add(object, key, json_object_new_string(text));
}

/* Adds an empty object and lends it; NULL: out of memory. */
static struct json_object *add_object(struct json_object *object, const char *key)
{
	struct json_object *child = json_object_new_object();

	return jsonout_add(object, key, child) ? NULL : child;
}

static struct json_object *add_array(struct json_object *object, const char *key)
{
	struct json_object *child = json_object_new_array();

	return jsonout_add(object, key, child) ? NULL : child;
}

static int append_number(struct json_object *array, uint64_t value)
{
	struct json_object *number = json_object_new_uint64(value);

	if (!number)
		return -ENOMEM;
	if (json_object_array_add(array, number) < 0) {
		json_object_put(number);
		return -ENOMEM;
	}
	return 0;
}

static int add_ids(struct json_object *object, const char *key, const struct rg_ids *ids,
		   bool groups)
{
	struct json_object *child = add_object(object, key);
	int err = 0;

	if (!child)
		return -ENOMEM;
	err |= jsonout_add_number(child, groups ? "gid" : "uid", ids->uid);
	err |= jsonout_add_number(child, groups ? "egid" : "euid", ids->euid);
	err |= jsonout_add_number(child, groups ? "sgid" : "suid", ids->suid);
	err |= jsonout_add_number(child, groups ? "fsgid" : "fsuid", ids->fsuid);
	return err;
}

static int add_pids(struct json_object *object, const struct rg_event *event)
{
	struct json_object *pids = add_array(object, "pids");
	uint32_t i;
	int err = 0;

	if (!pids)
		return -ENOMEM;
	for (i = 0; i < event->levels && i < RG_PIDS_MAX; i++)
		err |= append_number(pids, event->pids[i].nr);
	return err;
}

static int add_process(struct json_object *root, const struct record *record)
{
	const struct rg_event *event = &record->event;
	struct json_object *process;
	char entity[RECORD_ENTITY_MAX];
	uint32_t uid, vpid = record_vpid(event);
	bool groups = event->reason == RG_REASON_ROOT_GROUP;
	int err = 0;

	if (record_is_note(record) || event->pid == 0)
		return jsonout_add_null(root, "process");
	process = add_object(root, "process");
	if (!process)
		return -ENOMEM;
	record_format_entity(entity, record->boot_id, event->pid, event->start_time);
	err |= jsonout_add_number(process, "pid", event->pid);
	err |= vpid ? jsonout_add_number(process, "vpid", vpid) : jsonout_add_null(process, "vpid");
	err |= add_pids(process, event);
	err |= jsonout_add_number(process, "ppid", event->ppid);
	err |= add_time(process, "start_time", record_start_time(record));
	err |= jsonout_add(process, "entity_id", json_object_new_string(entity));
	err |= jsonout_add_text(process, "comm", event->comm, sizeof(event->comm));
	err |= jsonout_add_text(process, "exe", event->exe, sizeof(event->exe));
	err |= add_ids(process, "old", &event->old, groups);
	err |= add_ids(process, "new", &event->new, groups);
	if (!groups && record_container_uid(event, &uid) == 0)
		err |= jsonout_add_number(process, "container_uid", uid);
	else
		err |= jsonout_add_null(process, "container_uid");
	return err;
}

static int add_pod(struct json_object *container, const struct record *record)
{
	struct json_object *pod;
	int err = 0;

	if (!record->pod_name[0])
		return jsonout_add_null(container, "pod");
	pod = add_object(container, "pod");
	if (!pod)
		return -ENOMEM;
	err |= jsonout_add_text(pod, "namespace", record->pod_namespace,
				sizeof(record->pod_namespace));
	err |= jsonout_add_text(pod, "name", record->pod_name, sizeof(record->pod_name));
	return err;
}

static int add_container(struct json_object *root, const struct record *record)
{
	const struct rg_event *event = &record->event;
	struct container_ref ref;
	struct json_object *container;
	int err = 0;

	if (record_is_note(record) || event->evidence == RG_EVIDENCE_NONE)
		return jsonout_add_null(root, "container");
	container = add_object(root, "container");
	if (!container)
		return -ENOMEM;
	container_from_cgroup(event->cgroup, &ref);
	err |= jsonout_add_text(container, "id", ref.id, sizeof(ref.id));
	err |= jsonout_add_text(container, "name", record->container_name,
				sizeof(record->container_name));
	err |= jsonout_add_text(container, "image", record->image, sizeof(record->image));
	err |= add_word(container, "runtime", &names_runtime, event->runtime);
	err |= add_word(container, "evidence", &names_evidence, event->evidence);
	err |= jsonout_add_text(container, "cgroup", event->cgroup, sizeof(event->cgroup));
	err |= add_pod(container, record);
	return err;
}

static int append_extent(struct json_object *map, const struct rg_extent *extent)
{
	struct json_object *line = json_object_new_array();
	int err = 0;

	if (!line)
		return -ENOMEM;
	if (json_object_array_add(map, line) < 0) {
		json_object_put(line);
		return -ENOMEM;
	}
	err |= append_number(line, extent->first);
	err |= append_number(line, extent->lower);
	err |= append_number(line, extent->count);
	return err;
}

/*
 * The map from the inside to the host: [first, lower, count] a line; null
 * where not all of it is held.
 */
static int add_map(struct json_object *object, const struct rg_event *event)
{
	struct json_object *map;
	uint32_t i;
	int err = 0;

	if (event->extents > RG_EXTENTS_MAX)
		return jsonout_add_null(object, "map");
	map = add_array(object, "map");
	if (!map)
		return -ENOMEM;
	for (i = 0; i < event->extents; i++)
		err |= append_extent(map, &event->map[i]);
	return err;
}

static int add_user_ns(struct json_object *root, const struct record *record)
{
	const struct rg_event *event = &record->event;
	struct json_object *user_ns;
	int err = 0;

	if (record_is_note(record) || event->userns == 0)
		return jsonout_add_null(root, "user_ns");
	user_ns = add_object(root, "user_ns");
	if (!user_ns)
		return -ENOMEM;
	err |= jsonout_add_number(user_ns, "inum", event->userns);
	err |= jsonout_add_number(user_ns, "level", event->userns_level);
	err |= jsonout_add_bool(user_ns, "is_host", event->userns_level == 0);
	err |= add_map(user_ns, event);
	return err;
}

static int add_policy(struct json_object *root, const struct record *record)
{
	const struct rg_event *event = &record->event;
	struct json_object *policy = add_object(root, "policy");
	int err = 0;

	if (!policy)
		return -ENOMEM;
	err |= add_word_or_null(policy, "mode", &names_mode, event->mode);
	err |= jsonout_add_text(policy, "rule", record->rule, sizeof(record->rule));
	err |= event->generation ? jsonout_add_number(policy, "generation", event->generation)
				 : jsonout_add_null(policy, "generation");
	err |= add_word_or_null(policy, "guarantee", &names_guarantee, event->attach);
	return err;
}

/* What was attempted, and the answer. */
static int add_verdict(struct json_object *root, const struct record *record)
{
	const struct rg_event *event = &record->event;
	char id[RECORD_ID_MAX];
	int err = 0;

	record_format_id(id, record);
	err |= add_time(root, "time", record->wall_time);
	err |= jsonout_add(root, "id", json_object_new_string(id));
	err |= add_word(root, "type", &names_type, event->type);
	err |= record_has_action(record) ? add_word(root, "action", &names_action, event->action)
					 : jsonout_add_null(root, "action");
	err |= add_word_or_null(root, "reason", &names_reason, event->reason);
	err |= record_is_note(record) ? jsonout_add_null(root, "phase")
				      : add_word(root, "phase", &names_phase, event->phase);
	return err;
}

/* How long the process was stopped until there was a verdict, in ms. */
static int add_held(struct json_object *root, uint32_t held)
{
	const double ms = (double)held / 1e3;
	char text[32];

	if (!held)
		return jsonout_add_null(root, "held_ms");
	snprintf(text, sizeof(text), "%.3f", ms);
	return jsonout_add(root, "held_ms", json_object_new_double_s(ms, text));
}

struct json_object *format_json_object(const struct record *record)
{
	_cleanup_(jsonout_freep) struct json_object *root = json_object_new_object();
	int err = 0;

	if (!root)
		return NULL;
	err |= add_verdict(root, record);
	err |= add_process(root, record);
	err |= add_container(root, record);
	err |= add_user_ns(root, record);
	err |= add_policy(root, record);
	err |= add_held(root, record->event.held);
	err |= jsonout_add_number(root, "suppressed", record->event.suppressed);
	err |= jsonout_add_text(root, "node", record->node, sizeof(record->node));
	err |= jsonout_add_text(root, "note", record->note, sizeof(record->note));
	return err ? NULL : TAKE_PTR(root);
}

int format_json(FILE *out, const struct record *record)
{
	_cleanup_(jsonout_freep) struct json_object *root = format_json_object(record);

	return root ? jsonout_print(out, root) : -ENOMEM;
}
