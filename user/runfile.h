/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Small JSON files of the run folder, by which an agent tells the next one what root has asked for,
 * or what has happened. Each says of which boot it is. What they mean is their owners' matter.
 */
#ifndef ROOTGATE_RUNFILE_H
#define ROOTGATE_RUNFILE_H

#include "jsonout.h"

/*
 * Writes a file with the boot's id added, atomically; makes the run folder where it is missing. 0 or
 * a negative errno.
 */
int runfile_write(const char *name, struct json_object *object);

/*
 * Reads it; *out is the caller's. 0; -ENOENT: there is none, or it is another boot's; -EBADMSG: it
 * cannot be believed (others may write it, it is no such file); another negative errno.
 */
int runfile_read(const char *name, struct json_object **out);

/* Takes it away; what is not there is fine. 0 or a negative errno. */
int runfile_remove(const char *name);

#endif
