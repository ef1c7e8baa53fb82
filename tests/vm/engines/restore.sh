# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Containers that runc restores from a checkpoint, with criu: a user's, and one whose root was there
# before the agent. Their PID 1 is forked and never execs, so there is no hand-over: set-up ends when
# criu makes it the container's program. Root that comes back gains nothing until it execs. Debian's
# criu 3.17 can't dump on 5.10 and newest.
# kernels: 6.1
# full: 6.12
# timeout: 300

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

# start WHO: a container in which su-id is executed for each signal: root's does that as root, a
# user's becomes root by it. NUMBER is what its other process is called in there.
COMMAND='trap /bin/su-id USR1; sleep 1000 & while :; do wait; done'
start()
{
	runc run --detach --bundle "$1" "$1" >/dev/null 2>&1
	wait_for 10 sleeper_of "$1"
	nspid "$(sleeper_of "$1")" | sed 's/.*,\(.*\)]/\1/' >"$1/number"
}

checkpoint()
{
	runc checkpoint --image-path "$PWD/$1/image" --work-path "$PWD/$1/work" "$1" && return
	grep -a Error "$1/work/dump.log" >&2
	return 1
}

# Its output would be the container's, too.
restore()
{
	runc --log "$PWD/$1/log" restore --detach --bundle "$1" --image-path "$PWD/$1/image" \
		--work-path "$PWD/$1/work" "$1" >/dev/null 2>&1 && return
	cat "$1/log" >&2
	grep -a Error "$1/work/restore.log" >&2
	return 1
}

# The PID on the host of a container's first process, and of the child that it waits for.
pid_of()
{
	runc state "$1" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'
}

sleeper_of()
{
	pgrep -P "$(pid_of "$1")" -x sleep
}

# by_ps ID: "PIDS UID HOST-ROOT COMMAND" of each of its processes.
by_ps()
{
	rootgate ps --container "$1" -o json | sed 's/^\[\(.\)/\1/; /^]/d' | while read -r line; do
		echo "$(field "$line" pids) $(field "$line" uid) $(field "$line" host_root)" \
			"$(field "$line" command)"
	done
}

# executed EVENTS: "PHASE ACTION EXE" of each of them.
executed()
{
	printf '%s\n' "$1" | while read -r line; do
		echo "$(field "$line" phase) $(field "$line" action) $(field "$line" exe)"
	done
}

export OCI_NAMESPACES="pid mount ipc uts" # with a network of its own, criu wants more of a kernel
OCI_USER=5000 oci_bundle user sh -c "$COMMAND"
oci_bundle root sh -c "$COMMAND"

start root
expect_exit 0 "root's container is checkpointed, without an agent" checkpoint root
# longer than all this takes, so that set-up doesn't end by time
policy "version: 1
root_capabilities: { action: ignore }
setup_timeout: 10m
mode: enforce"
in_force
follow_events
start user
unharmed "" "a user's container is checkpointed" checkpoint user

for who in user root; do
	reported 4 "" "$who: is restored" restore $who
	[ $code = 0 ] || exit
	is "$(executed "$event")" '"setup" "allow" "/usr/bin/tar"
"setup" "allow" "/usr/bin/gzip"
"setup" "allow" "/usr/bin/tar"
"setup" "allow" "/usr/bin/gzip"' "$who: criu unpacks two file systems in there, which is set-up"
	pid=$(pid_of $who) sleeper=$(sleeper_of $who) number=$(cat $who/number)
	is "$(nspid "$pid") $(nspid "$sleeper")" "[$pid,1] [$sleeper,$number]" "$who: is called in there as before"
	ids="5000 false"
	[ $who = user ] || ids="0 true"
	by_ps $who >$who/ps
	is "$(cat $who/ps)" "[$pid,1] $ids \"sh -c $COMMAND\"
[$sleeper,$number] $ids \"sleep 1000\"" "$who: in ps, with its PIDs and ids"
	is "$(field "$(rootgate pid container $who "$number" -o json)" pid)" "$sleeper" "$who: is found by its PID there"
	is "$(rootgate events -n 100000 -o json --pid "$pid")" "" "$who: has no event of its own"
	try kill -USR1 "$pid"
	take_events 1
	is "$(executed "$event")" '"running" "deny" "/bin/su-id"' "$who: root is refused"
	is "$(of "$event" container id) $(of "$event" process ppid)" "\"$who\" $pid" "$who: the event says whose"
	unharmed 5000 "$who: exec as a user" runc exec --user 5000 $who id -u
	refused 1 exec "$who: exec as root" runc exec --user 0 $who id -u
	is "$(by_ps $who)" "$(cat $who/ps)" "$who: goes on"
	runc delete --force $who
done
is "$(counter preexisting) $(counter latent) $(counter tripwire)" "0 0 0" "root that came back is not told otherwise"
told_all
agent_stop
is $? 0 "the agent ends"
summary
