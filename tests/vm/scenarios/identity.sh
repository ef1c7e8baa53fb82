# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 6.1
# lsm: default
# timeout: 300
#
# Rules on who a container is, and first execs that wait until that is known. The containers are
# made by hand, and so is what runc, or Docker, would have left on disk about them; the engines
# themselves are engines/identity's matter.

. /payload/guest.sh
. /payload/agent.sh

HEX=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5

# rules YAML [MORE]: an enforcing policy with these rules, in force.
rules()
{
	policy "version: 1
mode: enforce
${2:-hold_timeout: 10s}
rules:
$1"
	in_force
}

# start STEP...: a probe that becomes PID 1 of a PID namespace, and is held; $pid is that on the host.
start()
{
	held "$@"
	pid=$(descendant $held 1)
}

# What became of it: the probe's exit code is in $code.
ended()
{
	wait "$held"
	code=$?
}

is_stopped()
{
	grep -q '^State:.*T' "/proc/$pid/status"
}

# known NAME: what runc leaves of a container of that name, whose PID 1 is $pid.
known()
{
	mkdir -p "/run/runc/$1" "/run/bundles/$1"
	echo "{ \"annotations\": { \"team\": \"$1\" } }" >"/run/bundles/$1/config.json"
	echo "{ \"init_process_pid\": $pid, \"config\": { \"labels\": [\"bundle=/run/bundles/$1\"] },
		\"init_process_start\": $(cut -d' ' -f22 "/proc/$pid/stat") }" >"/run/runc/$1/new"
	mv "/run/runc/$1/new" "/run/runc/$1/state.json"
}

# The same, once the agent has had the time to look.
go_known()
{
	sleep 0.3
	go
}

# became WANT NAME [TYPE]: how the last container ended, and what its event says: "exit action rule
# name held?", where held is yes or no.
became()
{
	ended
	event=$(event_of "$pid" "${3:-exec}")
	case $(field "$event" held_ms) in
	null) held=no ;;
	*) held=yes ;;
	esac
	is "$code $(field "$event" action | tr -d '"') $(field "$event" rule | tr -d '"') \
$(of_container name) $held" "$1" "$2"
}

# of_container KEY: of the event's container.
of_container()
{
	printf '%s\n' "$event" | sed -n "s/.*\"container\":{[^{}]*\"$1\":\"\{0,1\}\([^\",]*\).*/\1/p"
}

# quietly CODE NAME: it ended so; there need not be an event.
quietly()
{
	ended
	is "$code" "$1" "$2"
}

rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test, report: true }
  - { name: bad, match: { label.team: bad }, action: kill }'

note "known before it executes anything"
start pidns go execself=/bin/true
known good
go_known
became "0 allow good good no" "by name: allowed at once"
start pidns go execself=/bin/true
known bad
go_known
became "137 kill bad bad no" "by label: killed at once"
start pidns go execself=/bin/true
known other
go_known
became "1 deny null other no" "no rule: the mode decides"
is "$(counter held) $(counter unidentified)" "0 0" "none of them was held"

note "not known yet: held"
start pidns go execself=/bin/true
go
expect_exit 0 "it is stopped" wait_for 2 is_stopped
is "$(readlink "/proc/$pid/exe")" /bin/busybox "as the new image"
expect_exit 1 "nobody but the agent lets it go on" probe kill="$pid,18"
is_stopped
is $? 0 "it stays stopped"
known good2
became "0 allow good good2 yes" "allowed once it is known"
like "$(field "$event" held_ms)" "[0-9]*.[0-9]*" "its event tells how long it was held"
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
known bad
became "137 kill bad bad yes" "killed once it is known"
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
known other2
became "137 deny null other2 yes" "refused by the mode"
is "$(counter held) $(counter exec_allow) $(counter exec_kill)" "3 2 2" "all are counted"

note "known once, never held again"
start pidns go reexec fork execself=/bin/true
known good3
go_known
ended
is "$code $(counter held)" "0 3" "what follows is not held"

note "nobody knows it in time"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }' "hold_timeout: 1s"
start pidns go execself=/bin/true
go
became "137 deny null null yes" "refused after hold_timeout"
start pidns resuid=1000,1000,0 go setuid=0
go
became "1 deny null null no" "set*uid can't be held: refused" setuid
start pidns resuid=1000,1000,1000 go execself=/bin/true
go
quietly 0 "who is no root is not judged"

note "names that a container has chosen"
mkdir -p /run/containerd/io.containerd.runtime.v2.task/moby/$HEX /var/lib/docker/containers/$HEX
echo "{ \"linux\": { \"cgroupsPath\": \"/docker/$HEX\" } }" \
	>/run/containerd/io.containerd.runtime.v2.task/moby/$HEX/config.json
echo '{ "Name": "/good4", "Config": { "Image": "nginx:1.27", "Labels": {} } }' \
	>/var/lib/docker/containers/$HEX/config.v2.json
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
quietly 0 "Docker's own cgroup"
start cgroup=docker/$HEX/docker-$HEX.scope pidns go execself=/bin/true
go_known
quietly 0 "what is below it"
start cgroup=job/docker/$HEX pidns go execself=/bin/true
go_known
became "137 deny null null yes" "not another's cgroup of that name"
start cgroup=docker-$HEX.scope pidns go execself=/bin/true
go_known
became "137 deny null null yes" "nor one elsewhere"

note "unidentified: deny, allow; image"
rules '  - { name: web, match: { image: nginx }, action: allow, reason: test }' "unidentified: deny"
start pidns go execself=/bin/true
go
became "1 deny null null no" "deny: at once"
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
quietly 1 "an image of another tag"
rules '  - { name: web, match: { image: "docker.io/library/nginx:1.27" }, action: allow, reason: test }' \
	"unidentified: allow"
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
quietly 0 "an image by its canonical name, after a reload"
start pidns go execself=/bin/true
go
became "0 allow null null no" "allow: let through, and told"

note "a reload in between"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }'
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
rules '  - { name: good, match: { name: "good*" }, action: kill }'
known good5
became "137 kill good good5 yes" "the policy that is in force then decides"

note "a container that is known, while one agent follows another"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }'
start pidns go reexec storm=1000000
known good6
go_known
for n in 1 2 3; do
	kill -9 "$agent"
	wait "$agent" 2>/dev/null
	agent_start --policy $POLICY
done
kill -0 $held
is $? 0 "whatever it executes is allowed all the while"
kill -9 "$pid"
ended

note "an agent that is gone"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }' "hold_timeout: 2s"
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
agent_on_exit=keep
agent_stop
quietly 137 "what waits when it ends is killed"
agent_start --policy $POLICY
kill -STOP "$agent" # it is not even told
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
kill -9 "$agent"
wait "$agent" 2>/dev/null
is "$(probe pidns execself=/bin/true; echo $?)" 1 "without one nothing is held, but refused"
is_stopped
is $? 0 "what waited still does"
agent_on_exit=detach
agent_start --no-guard --policy $POLICY
quietly 137 "until the next agent decides"

note "without the guard, somebody else lets it go on"
start pidns go execself=/bin/sleep,9
go
wait_for 2 is_stopped
sleep 0.1
kill -CONT "$pid"
became "137 deny null null yes" "it is killed"
held=$(field "$event" held_ms)
[ "${held%.*}" -lt 1900 ]
is $? 0 "before its time is over: $held ms"

agent_stop
is $? 0 "the agent ends"
summary
