# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# lsm: default
# timeout: 600
#
# After storms of forks and execs in many PID namespaces, nested to level 8, the maps are what /proc
# says, both ways: none missing, none stale. Also where PIDs come again at once, and where the agent
# is killed in the middle and started again. run --full has 100,000 forks in 200 namespaces.

. /payload/guest.sh
. /payload/agent.sh

# Since 7.0 a tracepoint's program can be preempted, and is skipped for others meanwhile: what that
# leaves wrong the agent sets right at its next heartbeat. Elsewhere nothing is ever wrong.
heartbeat=0
grep -q class_srcu_fast_notrace_t /sys/kernel/btf/vmlinux && heartbeat=12

# How often the kernel has skipped a program of the agents that there were.
skipped=0
count_skipped()
{
	skipped=$((skipped + $(cat /proc/$agent/fdinfo/* 2>/dev/null |
		awk '/^recursion_misses:/ { n += $2 } END { print n + 0 }')))
}

# agree NAME: what the maps hold; the details where they don't agree.
agree()
{
	agree_left=$heartbeat
	until probe pidmap >/tmp/pidmap || [ $agree_left -le 0 ]; do
		note "$1: $(tail -n 1 /tmp/pidmap), $(counter pids_repaired) repaired; wait"
		agree_left=$((agree_left - 3))
		sleep 3
	done
	probe pidmap >/tmp/pidmap
	agree_code=$?
	note "$1: $(tail -n 1 /tmp/pidmap)"
	is "$agree_code" 0 "$1: 0 mismatches"
	[ $agree_code = 0 ] || head -n 20 /tmp/pidmap | sed 's/^/#   /'
	note "$(counter pids_repaired) repaired"
}

# storm COUNT:DEPTH:FORKS[:SURVIVORS]: begins, in $storm.
storm()
{
	: >/tmp/storm
	probe "containers=$1" >/tmp/storm 2>/tmp/storm.errors &
	storm=$!
}

over()
{
	grep -q over /tmp/storm
}

# is_over SECONDS NAME
is_over()
{
	wait_for "$1" over
	is "$?" 0 "$2"
	[ -s /tmp/storm.errors ] && sort /tmp/storm.errors | uniq -c | head -n 5
}

# All PID 1s go with it.
calm()
{
	kill -9 "$storm"
	wait "$storm"
	wait_for 60 all_gone
}

all_gone()
{
	probe pidmap | grep -q ' 0 processes'
}

policy "version: 1
mode: audit"
if [ -e /payload/full ]; then
	first=200:8:500:6 second=$first limit=5000
else
	first=10:8:100:3 second=20:8:200:3 limit=250 # in the second there must be time for a start
fi

agent_start --policy $POLICY
storm $first
is_over $limit "a storm of $first"
agree "after it"
calm
agree "after the end of all"

note "the agent is killed and started again in a storm"
storm $second
sleep 1
count_skipped
kill -9 "$agent"
wait "$agent"
agent_start --policy $POLICY
over
is $? 1 "which began before the storm's end"
is_over $limit "a storm goes on"
agree "after it"
calm
agree "after the end of all"

note "PIDs come again at once"
pid_max=$(cat /proc/sys/kernel/pid_max)
trap 'echo $pid_max >/proc/sys/kernel/pid_max' EXIT
# One PID alone is left, since those below 300 are for the boot: fork after fork has it. Until a new
# thread of the kernel takes it; then there is one more.
for last in 300 301 302 303 304; do
	held pidns resuid=1000,1000,1000 reexec go storm=200
	echo $((last + 1)) >/proc/sys/kernel/pid_max
	go
	wait $held
	code=$?
	echo "$pid_max" >/proc/sys/kernel/pid_max
	[ $code = 0 ] && break
	note "PID $last is taken: $(cat /proc/$last/comm)"
done
is $code 0 "200 forks and execs with one PID"
agree "after it"
probe pidns pause &
kept=$!
echo 400 >/proc/sys/kernel/pid_max
storm 4:4:200:12
wait_for $limit over
is $? 0 "a storm with a hundred PIDs"
echo "$pid_max" >/proc/sys/kernel/pid_max
agree "after it"
kill -9 "$(descendant $kept 1)"
wait $kept
calm
agree "after the end of all"

# A slot whose process's exit was skipped is not free before the next heartbeat.
count_skipped
full=$(counter pids_full)
if [ $heartbeat = 0 ]; then
	is "$full" 0 "every record found room"
else
	[ "$full" -le $skipped ]
	is $? 0 "$full records found no room at once, and programs were skipped $skipped times"
fi
agent_stop
is $? 0 "the agent ends"
summary
