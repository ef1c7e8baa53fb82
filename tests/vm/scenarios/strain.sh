# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Threads attempt the forbidden as fast as they can, and containers come and go, all at once, while the
# records of PIDs are full, nobody reads the events and their buffer is full, too. None passes (with
# BPF LSM), no legitimate exec is refused, and each attempt is counted, as an event that found room
# or as one that didn't.
# By hand, for each kernel, run --full: a million attempts, and thousands of containers, of which two
# thousand do what they do at once; with --memory 2048 --smp 2 --append preempt=full, and
# preempt=voluntary.
# kernels: 6.1 newest
# timeout: 240

. /payload/guest.sh
. /payload/agent.sh

attempts_each=2000 containers_each=20 crowd=40
[ -e /payload/full ] && attempts_each=250000 containers_each=250 crowd=2000
ONE_ID=resuid=0,1000,1000 # an exec would hold host root, and a set*uid gain another id of it
USER=resuid=1000,1000,1000

records_full()
{
	[ "$(counter pids_full)" -gt 0 ]
}

# lead NAME: short containers one after the other, which do what they may and attempt what they may not.
lead()
{
	led=0 wrong=0
	while [ $led -lt $containers_each ]; do
		probe pidns $USER reexec storm=4 || wrong=$((wrong + 1))
		probe pidns resuid=1000,1001,1000 reexec setuid=1001 || wrong=$((wrong + 1))
		probe pidns execself=/bin/true
		[ $? = 1 ] || wrong=$((wrong + 1))
		led=$((led + 1))
	done
	echo $led $wrong >"/tmp/led.$1"
}

# gather: a crowd of containers, half of which will do what they may; they wait for /tmp/gate to close.
gather()
{
	mkfifo /tmp/gate
	exec 8<>/tmp/gate
	gathered=0
	while [ $gathered -lt $crowd ]; do
		probe pidns $USER reexec go storm=4 </tmp/gate >>/tmp/ready 2>/dev/null 8>&- &
		may="$may $!"
		probe pidns go execself=/bin/true </tmp/gate >>/tmp/ready 2>/dev/null 8>&- &
		may_not="$may_not $!"
		gathered=$((gathered + 2))
	done
}

gathered()
{
	[ "$(grep -c ready /tmp/ready)" = $crowd ]
}

# ended CODE PID...: how many end with that exit code
ended()
{
	ended_code=$1 ended=0
	shift
	for one; do
		wait "$one"
		[ $? = "$ended_code" ] && ended=$((ended + 1))
	done
	echo $ended
}

# sum FIELD FILE...
sum()
{
	sum_field=$1
	shift
	awk -v field="$sum_field" '{ n += $field } END { print n + 0 }' "$@"
}

policy "version: 1
mode: enforce"
agent_start --policy $POLICY --max-processes 64
note "$(nproc) CPUs; $(cat /proc/cmdline)"
note "preemption: $(cat /sys/kernel/debug/sched/preempt 2>/dev/null || cat /proc/version)"
probe pidns $USER reexec many=80 2>/dev/null &
many=$!
expect_exit 0 "the records of PIDs are full" wait_for 20 records_full
gather
expect_exit 0 "$crowd containers are there at once" wait_for 600 gathered
kill -STOP "$agent"

: >/tmp/strain
exec 8>&-
all=
for n in 1 2 3 4; do
	probe pidns handover=1000 $ONE_ID hammer=/tmp/strain,$attempts_each >/tmp/hammered.$n 2>&1 &
	all="$all $!"
	lead $n >/tmp/leader.$n 2>&1 &
	all="$all $!"
done
for one in $all; do
	wait "$one"
done
ended 0 $may >/tmp/did
ended 1 $may_not >>/tmp/did
lost=$(counter lost_refusals)
kill -CONT "$agent"
kill $many

attempts=$(sum 1 /tmp/hammered.*) passed=$(sum 2 /tmp/hammered.*)
containers=$(($(sum 1 /tmp/led.*) * 3))
is "$attempts" $((4 * attempts_each)) "attempts by threads: $attempts"
is "$containers $(sum 2 /tmp/led.*)" "$((12 * containers_each)) 0" \
	"each of $containers containers can do what it may, and not what it may not"
read -r did stopped <<-END
	$(xargs </tmp/did)
END
is "$did" $((crowd / 2)) "so can each of those that did it at once"
passed=$((passed + crowd / 2 - stopped))
if grep -q "attached by lsm" $AGENT_LOG; then
	is "$passed $(counter tripwire)" "0 0" "none of them passed"
else
	# How many do is no promise (SECURITY.md), but that they are told is. A set*uid that passes is a gain,
	# of which the tripwire can be skipped as well; an exec is none.
	skips_told()
	{
		rootgate events -n 1000000 -o json --type state |
			sed -n 's/.*calls \([0-9]*\) at most.*/\1/p' >/tmp/skips
		[ "$(counter skipped)" -ge $passed ] && [ "$(counter skipped)" = "$(sum 1 /tmp/skips)" ]
	}
	[ "$(counter tripwire)" -le "$passed" ] && wait_for 15 skips_told
	is $? 0 "without BPF LSM $passed of them passed, of $(counter skipped) at most that it tells"
fi
refused=$(($(counter exec_deny) + $(counter setuid_deny)))
is $((refused + passed)) $((attempts + containers / 3 + crowd / 2)) "each is counted"
[ "$lost" -gt 0 ]
is $? 0 "events find no room: $lost"
told_each()
{
	told=$(rootgate events -n 1000000 -o json --action deny | sed 's/.*"suppressed":\([0-9]*\).*/\1 1/' |
		awk '{ n += $1 + $2 } END { print n }')
	[ $((told + $(counter lost_refusals))) = $refused ]
}
wait_for 5 told_each
is $? 0 "each of the others is told: $told"
agent_stop
is $? 0 "the agent ends"
summary
