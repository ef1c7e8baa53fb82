# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.1
# full: newest
# lsm: default
#
# The way of an event: every verdict is counted, what finds no room is counted and told, ordinary
# ones come in batches, who may read them, and what a storm costs the agent.

. /payload/guest.sh
. /payload/agent.sh

policy "version: 1
mode: audit"
agent_on_exit=keep # the next one takes over
agent_start --policy $POLICY

wakeups()
{
	awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$agent/status"
}

note "a storm of ordinary events"
before=$(wakeups) started=$(cut -d. -f1 /proc/uptime)
probe pidns reexec storm=1000 >/dev/null
sleep 0.5
after=$(wakeups) seconds=$(($(cut -d. -f1 /proc/uptime) - started + 1))
told=$(counter events)
is "$(counter exec_audit)" 1001 "each is counted"
is "$((told + $(counter lost_reports)))" 1001 "and told, or counted as lost"
is "$(counter lost_reports)" 0 "none was lost"
note "$((after - before)) wake-ups of the agent for 1001 events in $seconds s"
[ $((after - before)) -le $((seconds * 22)) ]
is $? 0 "in batches: two wake-ups in a tenth of a second"
is "$(rootgate events -n 100000 -o json --type exec | wc -l)" 1001 "a reader gets all of them"

note "the agent is stopped, and the ring runs over"
kill -STOP "$agent"
probe pidns reexec storm=1000 >/dev/null
lost=$(counter lost_reports)
is "$(counter exec_audit)" 2002 "each is counted all the same"
is "$((lost + $(counter events)))" 2002 "produced is delivered and lost"
[ "$lost" -gt 0 ]
is $? 0 "some were lost: $lost"
kill -CONT "$agent"
lost_is_told()
{
	rootgate events -n 100 -o json --type lost | grep -q "\"note\":\"$lost events"
}
expect_exit 0 "which is told within ten seconds" wait_for 12 lost_is_told

note "a refusal comes at once, while others wait for their batch"
policy "version: 1
mode: enforce"
agent_reload
rootgate events -f -n 0 -o json >/tmp/follow &
follow=$!
sleep 0.5
probe pidns execself=/bin/true
expect_exit 0 "it is there" wait_for 1 grep -q '"action":"deny"' /tmp/follow
kill $follow
wait $follow
is $? 0 "SIGTERM ends a reader with 0"

note "a path that finds no room"
deep=/tmp/$(printf '%0100d/%0100d/%0100d' 1 2 3)
mkdir -p "$deep"
cp /bin/true "$deep/true"
probe pidns execself="$deep/true"
is "$(rootgate events -n 1 -o json | sed -n 's/.*"exe":"\([^"]*\)".*/\1/p')" \
	"$(printf %.254s "$deep")" "it is cut off after 254 bytes"

note "the same refusal in a loop"
refused_sum()
{
	echo $(($(counter exec_deny) + $(counter setuid_deny) - $(counter lost_refusals)))
}
told_sum()
{
	rootgate events -n 100000 -o json --action deny --pid "$looping" |
		sed 's/.*"suppressed":\([0-9]*\).*/\1/' | awk '{ n += $1 + 1 } END { print n + 0 }'
}
all_told()
{
	[ "$(told_sum)" = $(($(refused_sum) - refused_before)) ]
}
refused_before=$(refused_sum)
: >/tmp/looping
probe pidns resuid=0,1000,1000 hammer=/tmp/looping >/tmp/looped &
looping=$(descendant $! 1)
sleep 2
rm /tmp/looping
wait $!
expect_exit 0 "what was told and what was left out is all there was" wait_for 15 all_told
looped=$(rootgate events -n 100000 -o json --action deny --pid "$looping" | wc -l)
note "$(cat /tmp/looped) attempts and passed, $looped events"
[ "$looped" -ge 2 ] && [ "$looped" -le 12 ]
is $? 0 "an event a second for each kind"

note "the container's name, as runc leaves it behind"
# named NAME: an event of a container whose PID 1 runc calls so; "" is none that it knows. PID 1 is there
# until it is told: nobody knows the name of what is gone when the agent's turn comes.
named()
{
	held pidns handover=1000 go execself=/bin/true
	named_first=$(descendant $held 1)
	named_pid=$(descendant $held 2)
	mkdir -p "/run/runc/$1"
	[ ! "$1" ] || echo "{ \"init_process_pid\": $named_first,
		\"init_process_start\": $(cut -d' ' -f22 "/proc/$named_first/stat") }" >"/run/runc/$1/state.json"
	kill -STOP "$named_first"
	go
	field "$(event_of "$named_pid" exec | sed 's/.*"container"//')" name
	kill -CONT "$named_first"
	wait $held
}
is "$(named web)" '"web"' "an event has it"
is "$(named '')" null "another container's has not"
is "$(named db)" '"db"' "nor is it for ever"

note "who may read"
is "$(stat -c '%a %U' /run/rootgate/events.sock)" "600 root" "without a group rootgate, root alone"
rg=$(command -v rootgate)
expect_exit 6 "not everybody" probe resuid=1000,1000,1000 execself="/bin/sh,$rg,events"
agent_stop
agent_on_exit=detach
echo rootgate:x:990: >>/etc/group
export WATCHDOG_USEC=2000000 # a heartbeat a second
agent_start --policy $POLICY
unset WATCHDOG_USEC
is "$(stat -c '%a %G' /run/rootgate/events.sock)" "660 rootgate" "with a group rootgate, it is theirs"
expect_exit 0 "its members may read" probe resgid=990,990,990 resuid=1000,1000,1000 \
	execself="/bin/sh,$rg,events"
expect_exit 6 "others not" probe resgid=991,991,991 resuid=1000,1000,1000 execself="/bin/sh,$rg,events"

note "what was lost is told once"
sleep 2
is "$(counter lost_reports) $(rootgate events -n 1000 -o json --type lost)" "$lost " \
	"the next agent has its count, and nothing to tell"

note "a reader that does not read"
rootgate events -f -n 0 >/dev/null &
silent=$!
sleep 0.3
kill -STOP $silent
probe pidns reexec storm=50 >/dev/null 2>&1
probe pidns execself=/bin/true
expect_exit 0 "another one has it all the same" sh -c "rootgate events -n 1 -o json | grep -q deny"
kill -9 $silent
agent_stop
is $? 0 "the agent ends"
summary
