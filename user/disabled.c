// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The file "disabled" of the run folder. Who acts on it is not known here. */
#include "disabled.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "control_wire.h"
#include "runfile.h"

#define NAME "disabled"

int disabled_write(const struct disabled *disabled)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	struct json_object *by = json_object_new_object();
	int err = jsonout_add_number(object, "until_boottime_ns", disabled->until);

	err = err ?: jsonout_add_text(object, "reason", disabled->reason, sizeof(disabled->reason));
	err = err ?: jsonout_add_number(by, "uid", disabled->uid);
	err = err ?: jsonout_add_number(by, "pid", (uint64_t)disabled->pid);
	if (err) {
		json_object_put(by);
		return err;
	}
	err = jsonout_add(object, "by", by);
	return err ?: runfile_write(NAME, object);
}

static int take(struct json_object *object, struct disabled *out)
{
	struct json_object *until = json_object_object_get(object, "until_boottime_ns");
	struct json_object *reason = json_object_object_get(object, "reason");
	struct json_object *by = json_object_object_get(object, "by");
	struct disabled disabled = {};
	uint64_t now = clock_ns(CLOCK_BOOTTIME);

	if (!json_object_is_type(until, json_type_int) || json_object_get_int64(until) < 0 ||
	    !json_object_is_type(reason, json_type_string) ||
	    !control_reason_ok(json_object_get_string(reason)))
		return -EBADMSG;
	disabled.until = (uint64_t)json_object_get_int64(until);
	if (disabled.until <= now)
		return -ENOENT;
	if (disabled.until - now > CONTROL_FOR_MAX)
		return -EBADMSG; /* nobody could have asked for that */
	snprintf(disabled.reason, sizeof(disabled.reason), "%s", json_object_get_string(reason));
	disabled.uid = (uid_t)json_object_get_int64(json_object_object_get(by, "uid"));
	disabled.pid = json_object_get_int(json_object_object_get(by, "pid"));
	*out = disabled;
	return 0;
}

int disabled_read(struct disabled *out)
{
	_cleanup_(jsonout_freep) struct json_object *object = NULL;
	int err = runfile_read(NAME, &object);

	return err ?: take(object, out);
}

int disabled_remove(void)
{
	return runfile_remove(NAME);
}
