# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 600
# lsm: default
# kernels: 5.10 6.1
# full: newest
#
# The guard of rootgate's own objects and of its agent, against contained root without a user
# namespace and against the host's; and the guard of kernel.ftrace_enabled. The mode is audit, so
# that no verdict is in the way. What is refused here is allowed with --no-guard, so that the guard
# is what refuses.

. /payload/guest.sh
. /payload/agent.sh
. /payload/metrics.sh

ENABLED=/proc/sys/kernel/ftrace_enabled
FOLDER=/sys/fs/bpf/rootgate
PINS=$FOLDER/current
id=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
CONTAINED="cgroup=docker/$id mntns" # --pid=host: it sees the agent's PID and, here, its pins

# What there is by its name: once for each agent.
look_up()
{
	probe ids >/tmp/ids
	map=$(awk '$1 == "map" && $3 == "counters" { print $2 }' /tmp/ids)
	prog=$(awk '$1 == "prog" && $3 == "rg_newtask" { print $2 }' /tmp/ids)
	sysctl=$(awk '$1 == "prog" && $3 ~ /^rg_ftrace_/ { print $2 }' /tmp/ids)
	link=$(awk -v prog="$sysctl" '$1 == "link" && $4 == prog { print $2 }' /tmp/ids)
	like "$map $prog $link" "[0-9]* [0-9]* [0-9]*" "a map, a program and a link are there"
}

# refused NAME STEP...
refused()
{
	refused_name=$1
	shift
	expect_exit 1 "$refused_name" probe "$@"
}

# allowed NAME STEP...
allowed()
{
	allowed_name=$1
	shift
	expect_exit 0 "$allowed_name" probe "$@"
}

# BPF objects by their ids: the words are refused or allowed, then a situation.
by_id()
{
	by_id_verdict=$1
	shift
	$by_id_verdict "a map, for reading" "$@" "mapread=$map"
	$by_id_verdict "a map, for writing" "$@" "mapwrite=$map"
	$by_id_verdict "a program" "$@" "progfd=$prog"
	$by_id_verdict "a link" "$@" "linkfd=$link"
}

# counted NUMBER: as many refusals since the last time.
told=0
counted()
{
	counted_now=$(counter guard)
	is $((counted_now - told)) "$1" "each refusal is counted, and nothing else"
	told=$counted_now
}

# By I/O: how often it is tried is the kernel's affair.
refused_by_io()
{
	allowed "a signal by I/O: sent" "$@" "sigio=$agent,9"
	expect_exit 0 "and not delivered" kill -0 "$agent"
	refused_io=$(counter guard)
	[ "$refused_io" -gt "$told" ]
	is $? 0 "and counted"
	told=$refused_io
}

policy "version: 1
mode: audit"
agent_start --policy $POLICY
look_up

note "contained root, in a PID namespace of its own"
by_id refused pidns
refused "a pinned map, for reading" pidns "pinread=$PINS/counters"
refused "a pinned map, for writing" pidns "pinwrite=$PINS/counters"
refused "removing a pin" pidns "unlink=$PINS/counters"
refused "as a user namespace's root it is the kernel that refuses" \
	userns=0:0:65536 pidns "mapread=$map"
counted 7

note "contained root in the host's PID namespace"
by_id refused $CONTAINED
refused "detaching a link it was given" "holdlink=$link" $CONTAINED detach
refused "another program for that link" "holdlink=$link" $CONTAINED update
refused "a signal" $CONTAINED "kill=$agent"
refused "even none" $CONTAINED "kill=$agent,0"
refused "ptrace" $CONTAINED "ptrace=$agent"
refused "a look at the agent" $CONTAINED "look=$agent"
refused "its limits" $CONTAINED "limit=$agent"
refused "a pin: away" $CONTAINED "unlink=$PINS/counters"
refused "a pin: out of the folder" $CONTAINED "rename=$PINS/counters,/sys/fs/bpf/counters"
refused "the folder: renamed" $CONTAINED "rename=$FOLDER,/sys/fs/bpf/other"
refused "the folder: away" $CONTAINED "rmdir=$FOLDER"
counted 15
refused_by_io $CONTAINED

note "what is none of ours is none of the guard's business"
mkdir /sys/fs/bpf/other
probe pause &
other=$!
allowed "another folder of bpffs" $CONTAINED rmdir=/sys/fs/bpf/other
allowed "another process: ptrace" $CONTAINED "ptrace=$other"
allowed "another process: its limits" $CONTAINED "limit=$other"
allowed "another process: a signal" $CONTAINED "kill=$other"
counted 0

note "the host's root, while the agent lives"
allowed "a map, for reading" "mapread=$map"
refused "a map, for writing" "mapwrite=$map"
refused "a map: frozen" "mapfreeze=$map"
allowed "a pinned map, for reading" "pinread=$PINS/counters"
refused "a pinned map, for writing" "pinwrite=$PINS/counters"
expect_exit 3 "the records, which are frozen" probe "poke=$PINS/processes,8,77"
allowed "a program" "progfd=$prog"
allowed "a link" "linkfd=$link"
refused "detaching that link" "holdlink=$link" detach
refused "another program for that link" "holdlink=$link" update
refused "ptrace" "ptrace=$agent"
allowed "a look at the agent" "look=$agent"
allowed "its limits" "limit=$agent"
allowed "a signal" "kill=$agent,0"
like "$(cat "/proc/$agent/status" "/proc/$agent/maps")" "Name:*rootgate*" "its /proc is there to be read"
counted 6
refused_by_io

note "ftrace"
refused "0 by the host's root" "write=$ENABLED,0"
refused "0 by contained root" pidns "write=$ENABLED,0"
for zero in 00 0x0 -0 ' 0' '0 1'; do
	refused "'$zero'" "write=$ENABLED,$zero"
done
is "$(cat $ENABLED)" 1 "it is still 1"
allowed "1" "write=$ENABLED,1"
allowed "another sysctl: 0" write=/proc/sys/kernel/ftrace_dump_on_oops,0
counted 7
rootgate status >/tmp/status
like "$(cat /tmp/status)" "state: *audit*" "status: all is well"

note "an agent that is dead, and programs that aren't"
probe holdlinks pause &
holder=$!
sleep 0.5
kill -9 "$agent"
wait "$agent"
by_id refused pidns
allowed "the host: a map, for writing" "mapwrite=$map"
allowed "the host: a pinned map, for writing" "pinwrite=$PINS/control"
refused "ftrace" "write=$ENABLED,0"
refused "contained root: a pin away" $CONTAINED "unlink=$PINS/counters"
agent_start --policy $POLICY
expect_exit 0 "a new agent starts beside them, and replaces their pins" test -e $PINS/control
kill "$holder"
agent_stop
is $? 0 "the agent ends when it is told to"

note "without the guard"
agent_start --policy $POLICY --no-guard
look_up
by_id allowed pidns
allowed "a signal" $CONTAINED "kill=$agent,0"
allowed "ptrace" $CONTAINED "ptrace=$agent"
allowed "a look at the agent" $CONTAINED "look=$agent"
allowed "its limits" $CONTAINED "limit=$agent"
allowed "a pin: out of the folder" $CONTAINED "rename=$PINS/processes,/sys/fs/bpf/processes"
allowed "a pin: away" $CONTAINED unlink=/sys/fs/bpf/processes
allowed "the host: a map, for writing" "mapwrite=$map"
allowed "the host: ptrace" "ptrace=$agent"
refused "ftrace has a guard of its own" "write=$ENABLED,0"
expect_exit 3 "a link's program, that isn't one" probe "holdlink=$link" update
allowed "a link detached" "holdlink=$link" $CONTAINED detach
told=0
counted 1
probe "sigio=$agent,9"
wait "$agent"
is $? 137 "a signal by I/O arrives"

note "without that of ftrace"
agent_start --policy $POLICY --no-ftrace-guard
silenced()
{
	rootgate status >/tmp/status
	[ $? = 5 ]
}
case $(uname -r) in
5.10.*)
	expect_exit 3 "the kernel itself keeps it while a program is attached (EBUSY)" \
		probe "write=$ENABLED,0"
	is "$(cat $ENABLED)" 1 "it is still 1"
	;;
*)
	allowed "0" "write=$ENABLED,0"
	expect_exit 0 "status knows, in 12 s" wait_for 12 silenced
	like "$(cat /tmp/status)" "state: *not enforcing*ftrace_enabled*" "and says why"
	is "$(metric 'rootgate_state{state="not_enforcing"}')" 1 "metrics know, too"
	like "$(rootgate events -n 100000 -o json --type state)" '*"note":"not enforcing: *' \
		"an event tells"
	allowed "1" "write=$ENABLED,1"
	expect_exit 0 "it notices that all is well again" wait_for 12 rootgate status
	;;
esac
agent_stop
summary
