/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plausible event for the unit tests: `docker exec -u 1000`, then a setuid binary, refused. */
#ifndef ROOTGATE_TEST_SAMPLE_H
#define ROOTGATE_TEST_SAMPLE_H

#include <string.h>

#include "record.h"

#define SAMPLE_HEX  "3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5"
#define SAMPLE_WALL 1795435200123456789ULL /* 2026-11-23T12:00:00.123456789Z */

static const struct origin sample_origin = {
	{ 0x7f, 0x3a, 0x9c, 0x04, 0x11, 0x22, 0x43, 0x44, 0x95, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb,
	  0xcc },
	"host1",
};

static inline void sample_event(struct rg_event *event)
{
	memset(event, 0xa5, sizeof(*event)); /* what is not defined must not matter */
	event->time = 5000000000000ULL;
	event->sequence = 2ULL << 48 | 0x17;
	event->start_time = 4999000000000ULL;
	event->cgroup_id = 4711;
	event->type = RG_TYPE_EXEC;
	event->action = RG_ACTION_DENY;
	event->reason = RG_REASON_NO_USER_NAMESPACE;
	event->phase = RG_PHASE_RUNNING;
	event->evidence = RG_EVIDENCE_PID_NAMESPACE;
	event->mode = RG_MODE_ENFORCE;
	event->generation = 3;
	event->rule = 0;
	event->pid = 30591;
	event->tid = 30591;
	event->ppid = 30550;
	event->userns = 4026531837U;
	event->userns_level = 0;
	event->extents = 1;
	event->map[0] = (struct rg_extent){ 0, 0, 4294967295U };
	event->suppressed = 0;
	event->held = 0;
	event->old = (struct rg_ids){ 1000, 1000, 1000, 1000 };
	event->new = (struct rg_ids){ 1000, 0, 0, 0 };
	event->levels = 2;
	event->runtime = RG_RUNTIME_DOCKER;
	event->pids[0] = (struct rg_pid){ 30591, 4026531836U };
	event->pids[1] = (struct rg_pid){ 10, 4026532200U };
	strcpy(event->comm, "sh");
	strcpy(event->cgroup, "/system.slice/docker-" SAMPLE_HEX ".scope");
	strcpy(event->exe, "/bin/id");
}

static inline void sample_record(struct record *record)
{
	struct rg_event event;

	sample_event(&event);
	memset(record, 0xa5, sizeof(*record));
	record_from_event(record, &sample_origin, &event, (int64_t)(SAMPLE_WALL - event.time));
}

#endif
