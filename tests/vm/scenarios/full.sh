# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# lsm: default
# kernels: 6.1
#
# More contained processes than there is room to record: what is lost is counted and shown, no verdict
# changes, and when there is room again, the next look at all processes sets it right.

. /payload/guest.sh
. /payload/agent.sh

lost()
{
	rootgate status | sed -n 's/^PID records lost: *//p'
}

recorded()
{
	rootgate ps -o json | grep -c '"pid"'
}

agrees()
{
	probe pidmap >/tmp/pidmap
}

policy "version: 1
mode: enforce"
agent_start --policy $POLICY --max-processes 16
is "$(forbidden)" "1 1" "before: what is forbidden is refused"
is "$(lost)" 0 "before: nothing is lost"

# PID 1 and its children, of which one after the other finds no room.
probe pidns resuid=1000,1000,1000 reexec many=40 >/tmp/many 2>&1 &
many=$!
wait_for 20 grep -q ready /tmp/many
first=$(descendant $many 1)
is "$(recorded)" 16 "full: as many as there is room for"
is "$(lost)" 25 "full: the others are counted, and shown by status"
is "$(counter pids_full)" 25 "full: and in json"
agrees
is $? 1 "full: the maps have not all"

is "$(forbidden)" "1 1" "full: what is forbidden is refused"
expect_exit 0 "full: what is allowed is not" probe pidns resuid=1000,1000,1000 exec=/payload/bin/probe,true

# shellcheck disable=SC2046 # a list of PIDs
kill -9 $(tr ' ' '\n' <"/proc/$first/task/$first/children" | sed '/^$/d' | head -n 30)
is "$(recorded)" 1 "room: of those with a record PID 1 alone is left"
wait_for 15 agrees
is $? 0 "room: 0 mismatches, a heartbeat later"
note "$(tail -n 1 /tmp/pidmap), $(counter pids_repaired) repaired"

kill -9 "$first"
wait $many
agrees
is $? 0 "after the end of all: 0 mismatches"
agent_stop
is $? 0 "the agent ends"
summary
