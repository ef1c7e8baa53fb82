# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# lsm: default
#
# The records of contained processes against what /proc says: those that ran before the agent, those
# that came since, at levels 1 to 32, after storms, execs from threads, and exits.

. /payload/guest.sh
. /payload/agent.sh

# All contained processes, as "[30591,10]" a line: by /proc, and by rootgate.
by_proc()
{
	awk 'FNR == 1 { pids = "" }
		/^NSpid:/ && NF > 2 { for (i = 2; i <= NF; i++) pids = pids (i > 2 ? "," : "") $i }
		/^VmSize:/ && pids { print "[" pids "]" }' /proc/[0-9]*/status 2>/dev/null | sort
}

by_rootgate()
{
	rootgate ps -o json | sed -n 's/.*"pids":\(\[[^]]*\]\).*/\1/p' | sort
}

# Processes come and go while both look: so again, until they agree or don't for a second.
agree()
{
	for agree_try in 1 2 3 4 5 6 7 8 9 10; do
		by_proc >/tmp/by_proc
		by_rootgate >/tmp/by_rootgate
		[ "$(wc -l </tmp/by_proc)" -ge "$1" ] && cmp -s /tmp/by_proc /tmp/by_rootgate && break
		sleep 0.1
	done
	[ "$(wc -l </tmp/by_proc)" -ge "$1" ] || not_ok "$2: there are enough" "$(cat /tmp/by_proc)"
	is "$(cat /tmp/by_rootgate)" "$(cat /tmp/by_proc)" "$2"
}

levels()
{
	seq "$1" | sed 's/.*/pidns/'
}

USER=resuid=1000,1000,1000
probe pidns $USER reexec fork pause &
before=$!
# shellcheck disable=SC2046 # a list of steps
probe $(levels 3) $USER reexec pause &
descendant $before 2 >/dev/null

policy "version: 1
mode: audit"
agent_start --policy $POLICY
agree 5 "what ran before the agent"

# shellcheck disable=SC2046
probe $(levels 32) $USER reexec pause &
descendant $! 32 >/dev/null
agree 37 "32 levels deep"
is "$(rootgate ps -o json | sed -n 's/.*"pid_namespaces":\[\([^]]*\)\].*/\1/p' | awk -F, '{ print NF }' | sort -n | tail -n 1)" \
	33 "with a namespace for each"

probe pidns $USER reexec thread execself=/payload/bin/probe,pause &
threaded=$!
descendant $threaded 1 >/dev/null
sleep 0.3
agree 38 "exec from a thread that is not the leader"

probe pidns reexec fork storm=300 >/dev/null
probe pidns $USER reexec storm=300 >/dev/null
agree 38 "after a storm of forks and execs"
is "$(counter pids_full)" 0 "every record found room"

text=$(rootgate ps)
like "$text" "CONTAINER * HOST-PID *PID *COMMAND*" "a table for people"
roots_by_proc()
{
	awk 'FNR == 1 { root = 0 }
		/^Uid:/ { root = $2 == 0 || $3 == 0 || $4 == 0 || $5 == 0 }
		/^NSpid:/ && NF > 2 && root { print $2 }' /proc/[0-9]*/status 2>/dev/null | sort -n
}
is "$(rootgate ps --host-root -o json | sed -n 's/.*"pid":\([0-9]*\),"vpid".*/\1/p')" "$(roots_by_proc)" \
	"those that hold host root"
like "$(roots_by_proc | wc -l)" "[1-9]*" "of which there are some"

kill -9 "$(descendant $before 1)" "$(descendant $threaded 1)"
wait $before $threaded
agree 35 "after exits"

agent_stop
is $? 0 "the agent ends"
rootgate ps >/tmp/out 2>&1
is $? 4 "then ps says that there is none"
summary
