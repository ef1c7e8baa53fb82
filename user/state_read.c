// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* It asks the kernel and not the agent: an agent that hangs must not hide that it does. */
#include "state_read.h"

#include <errno.h>
#include <time.h>

#include "lock.h"
#include "pins.h"
#include "tripped.h"

int state_read(struct state_reading *out)
{
	_cleanup_(tripped_clear) struct tripped tripped = {};
	struct state_facts *facts = &out->facts;
	int err;

	*out = (struct state_reading){};
	err = pins_read_control(&facts->control);
	if (!err)
		err = pins_read_counters(out->counters);
	if (err && err != -ENOENT)
		return err;
	facts->pinned = !err;
	facts->alive = lock_holder() != 0;
	facts->now = clock_ns(CLOCK_BOOTTIME);
	if (disabled_read(&out->disabled) == 0 &&
	    out->disabled.until == facts->control.disabled_until)
		facts->disabled_reason = out->disabled.reason;
	if (facts->control.tripped && tripped_read(&tripped) == 0) {
		tripped_describe(&tripped, out->tripped, sizeof(out->tripped));
		facts->tripped = out->tripped;
	}
	state_judge(facts, &out->state);
	return 0;
}
