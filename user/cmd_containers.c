// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rootgate containers: which there are, and whether root in them is root on the host. */
#include <errno.h>
#include <string.h>

#include "containers.h"
#include "jsonout.h"
#include "log.h"
#include "names.h"
#include "process.h"
#include "show.h"
#include "verb.h"

static int print_text(const struct containers *containers)
{
	_cleanup_(table_freep) struct table *table = NULL;
	int err = show_containers(containers, &table);

	return err ?: table_print(table, stdout, table_width(1));
}

static struct json_object *map_json(const struct container *container)
{
	struct json_object *map = json_object_new_array();
	uint32_t i;

	for (i = 0; map && i < container->extents && i < RG_EXTENTS_MAX; i++) {
		struct json_object *line = json_object_new_array();

		if (!line || json_object_array_add(map, line)) {
			json_object_put(line);
			json_object_put(map);
			return NULL;
		}
		json_object_array_add(line, json_object_new_uint64(container->map[i].first));
		json_object_array_add(line, json_object_new_uint64(container->map[i].lower));
		json_object_array_add(line, json_object_new_uint64(container->map[i].count));
	}
	return map;
}

static int add_user_ns(struct json_object *root, const struct container *container)
{
	struct json_object *ns = json_object_new_object();
	int err = jsonout_add(root, "user_ns", ns);

	if (err)
		return err;
	err |= jsonout_add_number(ns, "inum", container->userns);
	err |= jsonout_add_number(ns, "level", container->userns_level);
	err |= jsonout_add_bool(ns, "is_host", container->userns_level == 0);
	if (container->extents > RG_EXTENTS_MAX)
		err |= jsonout_add_null(ns, "map");
	else
		err |= jsonout_add(ns, "map", map_json(container));
	return err;
}

static int add_pod(struct json_object *object, const struct identity *identity)
{
	struct json_object *pod;
	int err;

	if (!identity || !identity->pod_name[0])
		return jsonout_add_null(object, "pod");
	pod = json_object_new_object();
	err = jsonout_add(object, "pod", pod);
	if (err)
		return err;
	err |= jsonout_add_text(pod, "namespace", identity->pod_namespace, RG_PATH_MAX);
	err |= jsonout_add_text(pod, "name", identity->pod_name, RG_PATH_MAX);
	return err;
}

static int add_labels(struct json_object *object, const struct identity *identity)
{
	struct json_object *labels = json_object_new_object();
	int err = jsonout_add(object, "labels", labels);
	size_t i;

	for (i = 0; !err && identity && i < identity->labels.n; i++)
		err = jsonout_add_text(labels, identity->labels.items[i].key,
				       identity->labels.items[i].value, SIZE_MAX);
	return err;
}

static struct json_object *container_json(const struct container *container)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	int err = 0;

	err |= jsonout_add_text(object, "id", containers_id(container), RG_PATH_MAX);
	err |= jsonout_add_text(object, "name", containers_name(container), RG_PATH_MAX);
	err |= jsonout_add_text(object, "image", containers_image(container), RG_PATH_MAX);
	err |= add_pod(object, container->identity);
	err |= add_labels(object, container->identity);
	err |= jsonout_add_text(object, "runtime",
				names_get(&names_runtime, container->ref.runtime), 32);
	err |= jsonout_add_text(object, "cgroup", container->cgroup, sizeof(container->cgroup));
	err |= jsonout_add_number(object, "pid", container->pid1);
	err |= jsonout_add_number(object, "pid_namespace", container->pidns);
	err |= add_user_ns(object, container);
	err |= jsonout_add_text(object, "verdict", process_verdict_word(container->host_root), 16);
	err |= jsonout_add_number(object, "processes", container->processes);
	err |= jsonout_add_number(object, "host_root", container->host_root);
	return err ? NULL : TAKE_PTR(object);
}

/* One array, an element a line. */
static int print_json(const struct containers *containers)
{
	size_t i;

	if (!containers->count)
		putchar('[');
	for (i = 0; i < containers->count; i++) {
		_cleanup_(jsonout_freep) struct json_object *object =
			container_json(&containers->items[i]);
		int err = object ? 0 : -ENOMEM;

		putchar(i ? ',' : '[');
		err = err ?: jsonout_print(stdout, object);
		if (err)
			return err;
	}
	puts("]");
	return 0;
}

int cmd_containers(const struct verb *verb, int argc, char **argv)
{
	_cleanup_(containers_free) struct containers containers = {};
	_cleanup_(pidmap_closep) struct pidmap map = PIDMAP_NONE;
	enum output output = OUTPUT_TEXT;
	int code, err;

	if (!verb_parse_plain(verb, argc, argv, &output, &code))
		return code;
	err = pidmap_open(&map);
	err = err ?: containers_read(&map, true, &containers);
	if (err)
		return verb_records_error(verb, err);
	verb_warn_stale();
	err = output == OUTPUT_JSON ? print_json(&containers) : print_text(&containers);
	return err ? log_exit(EXIT_FAILED, "cannot write the output: %s", strerror(-err))
		   : EXIT_DONE;
}
