# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The agent in a guest, and what its events say. For scenarios that test it: after guest.sh,
# . /payload/agent.sh

AGENT_LOG=/tmp/agent.log
agent=

# What its end leaves: scenarios have no use for programs of an agent that was ended, but for those
# that are about that.
agent_on_exit=detach

# agent_start [OPTION...]: a result; returns when it is ready. Without an agent there is nothing to
# test: then the scenario ends.
agent_start()
{
	if agent_try "$@"; then
		ok "the agent starts"
	else
		not_ok "the agent starts" "$(tail -n 40 $AGENT_LOG)"
		exit 1
	fi
}

# The same without a result: 1 where it has ended, or isn't ready in 60 s.
agent_try()
{
	: >$AGENT_LOG
	rootgate run -v --on-exit $agent_on_exit "$@" >$AGENT_LOG 2>&1 &
	agent=$!
	agent_left=600
	until grep -q '^rootgate: ready' $AGENT_LOG; do
		agent_left=$((agent_left - 1))
		if [ $agent_left = 0 ] || ! kill -0 $agent 2>/dev/null; then
			return 1
		fi
		sleep 0.1
	done
}

# Ends it; its exit code.
agent_stop()
{
	kill "$agent"
	wait "$agent"
}

# policy TEXT: writes the policy file that agent_start --policy $POLICY reads.
POLICY=/tmp/policy/policy.yaml
policy()
{
	mkdir -p /tmp/policy
	printf '%s\n' "$1" >$POLICY.new
	mv $POLICY.new $POLICY
}

# The policy file comes in force, with an agent that is started where none has been.
in_force()
{
	if [ "$agent" ]; then
		agent_reload || not_ok "reload" "$(tail -n 20 $AGENT_LOG)"
	else
		agent_start --policy $POLICY
	fi
}

generation()
{
	rootgate status -o json | sed -n 's/.*"generation":\([0-9]*\).*/\1/p'
}

# Puts the policy file in force, and waits until it is; 1 where it was refused.
agent_reload()
{
	reload_from=$(generation)
	kill -HUP "$agent"
	wait_for 5 reloaded
}

reloaded()
{
	[ "$(generation)" != "$reload_from" ]
}

# counter NAME
counter()
{
	rootgate status -o json | sed -n "s/.*\"$1\":\\([0-9]*\\).*/\\1/p"
}

# What becomes of the forbidden: the exit codes of an exec and of a setuid, 0 let through, 1 refused.
forbidden()
{
	probe pidns execself=/bin/true >/dev/null 2>&1
	forbidden_exec=$?
	probe pidns resuid=1000,1000,0 setuid=0 >/dev/null 2>&1
	forbidden_setuid=$?
	echo "$forbidden_exec $forbidden_setuid"
}

# Attempts the forbidden as fast as it can until /tmp/hammer is gone, as $hammering; /tmp/hammered has
# "ATTEMPTS PASSED" then. Milder than an agent, whose start would take twice as long beside it.
hammer()
{
	: >/tmp/hammer
	sh -c 'renice -n 10 -p $$ >/dev/null && exec probe pidns resuid=0,1000,1000 hammer=/tmp/hammer' \
		>/tmp/hammered 2>&1 &
	hammering=$!
}

state()
{
	rootgate status -o json | sed -n 's/.*"state":"\([a-z_]*\)".*/\1/p'
}

state_is()
{
	[ "$(state)" = "$1" ]
}

# event_of PID TYPE: the event of that type of the process with that PID on the host, one line of
# JSON each; waits for it for a while.
event_of()
{
	for event_try in 1 2 3 4 5 6 7 8 9 10; do
		event_line=$(rootgate events -n 100000 -o json --pid "$1" --type "$2")
		[ "$event_line" ] && break
		sleep 0.1
	done
	printf '%s\n' "$event_line"
}

# field EVENT NAME: the value of the first key of that name, as JSON.
field()
{
	printf '%s\n' "$1" | sed -n "s/^[^\n]*\"$2\":\\(\"[^\"]*\"\\|\\[[^]]*\\]\\|[^,}]*\\).*/\\1/p"
}

# The PID on the host of the innermost of the processes that started with PID, once there are DEPTH.
descendant()
{
	descendant_pid=$1 descendant_depth=$2
	while [ "$descendant_depth" -gt 0 ]; do
		descendant_tries=0
		until descendant_next=$(cat "/proc/$descendant_pid/task/"*/children 2>/dev/null) &&
			[ "$descendant_next" ]; do
			descendant_tries=$((descendant_tries + 1))
			[ $descendant_tries -gt 100 ] && return 1
			sleep 0.02
		done
		descendant_pid=${descendant_next%% *}
		descendant_depth=$((descendant_depth - 1))
	done
	echo "$descendant_pid"
}

# "[30591,10]": what /proc says that the process is called at each level.
nspid()
{
	awk '/^NSpid:/ { $1 = ""; gsub(/^[ \t]+/, ""); gsub(/[ \t]+/, ","); print "[" $0 "]" }' \
		"/proc/$1/status" 2>/dev/null
}

# held STEP...: the probe, as $held, as far as its step "go"; what it says is in /tmp/held.out. What
# helped on the way there has gone by then.
held()
{
	[ -p /tmp/go ] || mkfifo /tmp/go
	: >/tmp/held.out
	exec 9<>/tmp/go # for reading, too: then it waits for nobody, and no signal interrupts it
	probe "$@" >/tmp/held.out 2>&1 </tmp/go 9>&- &
	held=$!
	wait_for 10 grep -q ready /tmp/held.out
}

# It goes on; wait $held for what comes of it.
go()
{
	exec 9>&-
}

# attempt CODE ACTION TYPE DEPTH NAME STEP...: the probe does the steps, is held, and does the last
# one; its exit code must be CODE. ACTION "-": there must be no event; otherwise there must be just
# one, of TYPE, with that action and the PIDs that /proc has for the process, which is the DEPTHth
# descendant of the probe. The event stays in $event.
attempt()
{
	attempt_code=$1 attempt_action=$2 attempt_type=$3 attempt_depth=$4 attempt_name=$5
	shift 5
	attempt_steps=
	while [ $# -gt 1 ]; do
		attempt_steps="$attempt_steps $1"
		shift
	done
	# shellcheck disable=SC2086 # a list of steps
	held $attempt_steps go "$1"
	attempt_pid=$(descendant $held "$attempt_depth")
	attempt_pids=$(nspid "$attempt_pid")
	go
	wait $held
	attempt_got=$?
	if [ $attempt_got != "$attempt_code" ]; then
		not_ok "$attempt_name" "probe$attempt_steps $1" "exit $attempt_got instead of $attempt_code" \
			"$(cat /tmp/held.out)"
		return
	fi
	if [ "$attempt_action" = - ]; then
		event=$(rootgate events -n 100000 -o json --pid "$attempt_pid")
		is "$event" "" "$attempt_name"
		return
	fi
	event=$(event_of "$attempt_pid" "$attempt_type")
	is "$(field "$event" action) $(field "$event" pids) $(printf '%s\n' "$event" | wc -l)" \
		"\"$attempt_action\" $attempt_pids 1" "$attempt_name"
}
