# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 6.1
# lsm: default
# timeout: 600
#
# Rules on who a container is, and first execs that wait until that is known. The containers are
# made by hand, and so is what runc, or Docker, would have left on disk about them; the engines
# themselves are engines/identity's matter.

. /payload/guest.sh
. /payload/agent.sh

ID=0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
HEX=3f$ID

# rules YAML [MORE [MODE]]: a policy with these rules, in force; it enforces.
rules()
{
	policy "version: 1
mode: ${3:-enforce}
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

is_gone()
{
	[ ! -e "/proc/$pid" ]
}

# known NAME [ROOT]: what runc leaves of a container of that name, whose PID 1 is $pid; below another
# root than the host's, nobody is to believe it.
known()
{
	mkdir -p "$2/run/runc/$1" "$2/run/bundles/$1"
	echo "{ \"annotations\": { \"team\": \"$1\" } }" >"$2/run/bundles/$1/config.json"
	echo "{ \"init_process_pid\": $pid, \"config\": { \"labels\": [\"bundle=/run/bundles/$1\"] },
		\"init_process_start\": $(cut -d' ' -f22 "/proc/$pid/stat") }" >"$2/run/runc/$1/new"
	mv "$2/run/runc/$1/new" "$2/run/runc/$1/state.json"
}

# docker_knows HEX NAME [ROOT]: the same of Docker.
docker_knows()
{
	task=$3/run/containerd/io.containerd.runtime.v2.task/moby/$1
	mkdir -p "$task" "$3/var/lib/docker/containers/$1"
	echo "{ \"linux\": { \"cgroupsPath\": \"/docker/$1\" } }" >"$task/config.json"
	echo "{ \"Name\": \"/$2\", \"Config\": { \"Image\": \"nginx:1.27\", \"Labels\": {} } }" \
		>"$3/var/lib/docker/containers/$1/config.v2.json"
}

# forged FOLDER...: in the mounts of the container that $pid is in, what is in /tmp/forged covers them.
forged()
{
	# shellcheck disable=SC2016 # its own arguments
	nsenter -t "$pid" -m sh -c 'for folder; do
		mount -t tmpfs none "$folder" && cp -r "/tmp/forged$folder/." "$folder" || exit
	done' sh "$@" || not_ok "a mount in the container"
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
is "$(counter held) $(counter exec_allow) $(counter exec_deny) $(counter exec_kill)" "3 2 2 2" \
	"all are counted"
like "$(rootgate policy show)" "*, hits: 2?  - name: good*, hits: 2?  - name: bad*" "as hits of their rules, too"

note "known once, never held again"
start pidns go reexec fork execself=/bin/true
known good3
go_known
ended
is "$code $(counter held)" "0 3" "what follows is not held"

note "mode kill"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }' "hold_timeout: 10s" kill
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
known other3
became "137 kill null other3 yes" "killed by the mode, once it is known"

note "nobody knows it in time"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }' "unidentified: hold"
start pidns go execself=/bin/true
go
became "137 deny null null yes" "refused after a while"
waited=$(field "$event" held_ms)
[ "${waited%.*}" -ge 1900 ] && [ "${waited%.*}" -lt 8000 ]
is $? 0 "which is two seconds where the policy doesn't say: $waited ms"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }
  - { name: bad, match: { name: "bad*" }, action: kill }' "hold_timeout: 1s"
start pidns go execself=/bin/true
go
became "137 deny null null yes" "refused after hold_timeout"
start pidns resuid=1000,1000,0 go setuid=0
go
became "1 deny null null no" "set*uid can't be held: refused" setuid
start pidns resuid=1000,1000,1000 go execself=/bin/true
go
quietly 0 "who is no root is not judged"

note "who is never held"
held_before=$(counter held) unidentified_before=$(counter unidentified)
start aside=1000 go execself=/bin/true
pid=$(awk '{ print $2 }' "/proc/$held/task/$held/children")
go
became "1 deny null null no" "who enters a container that nobody knows: refused"
held cgroup=docker/40$ID mntns go execself=/bin/true
pid=$held
go
became "1 deny null null no" "a container in the host's PID namespace: refused"
is "$(of_container evidence)" cgroup "which its cgroup tells"
start aside=1000 go execself=/bin/true
known good6
go_known
quietly 0 "who enters one that is known: let through"
probe execself=/bin/true && probe mntns execself=/bin/true && probe cgroup=docker/40$ID execself=/bin/true
is $? 0 "the host: let through, with mounts of its own, or in the container's cgroup"
is "$(($(counter held) - held_before)) $(($(counter unidentified) - unidentified_before))" "0 2" \
	"none of them was held"

note "names that a container has chosen"
docker_knows $HEX good4
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
quietly 0 "Docker's own cgroup"
start cgroup=docker/$HEX/docker-$HEX.scope pidns go execself=/bin/true
go_known
quietly 0 "what is below it"
docker_knows 41$ID bad
start cgroup=docker/41$ID pidns handover=1000 cgroup=docker/41$ID/docker/$HEX go execself=/bin/true
pid=$(descendant $held 2)
go_known
became "137 kill bad bad no" "what is below another's, and is named like it"
start cgroup=own pidns handover=1000 go pause
known bad2
go
waits="$held $pid"
held enter="$pid" cgroup=own/docker-$HEX.scope go execself=/bin/true
pid=$(descendant $held 1)
go_known
became "137 kill bad bad2 no" "the same below a cgroup that tells nothing"
kill -9 "${waits#* }"
wait "${waits% *}"
start cgroup=job/docker/$HEX pidns go execself=/bin/true
go_known
became "137 deny null null yes" "not another's cgroup of that name"
start cgroup=docker-$HEX.scope pidns go execself=/bin/true
go_known
became "137 deny null null yes" "nor one elsewhere"
probe cgroup=docker/$HEX pidns resuid=1000,1000,1000 reexec pause &
shared=$!
shares=$(descendant $shared 1)
start "enter=$shares" cgroup=docker/$HEX go execself=/bin/true
go_known
quietly 0 "who enters it, in its cgroup"
start "enter=$shares" "cgroup=docker/$(echo $HEX | tr 0-9 1-90)" go execself=/bin/true
go_known
became "1 deny null null no" "another container that shares its PID namespace is not it"
kill -9 "$shares"
wait $shared

note "what a container mounts, and what it calls itself"
start pidns go execself=/bin/true
known good7 /tmp/forged
forged /run
go
became "137 deny null null yes" "files of runc's in its own mounts"
start cgroup=docker/42$ID pidns go execself=/bin/true
docker_knows 42$ID good8 /tmp/forged
forged /run /var/lib
go
became "137 deny null null yes" "files of Docker's there"
start hostname=good9 pidns name=good9 go execself=/bin/true
go
became "137 deny null null yes" "its process and its host, like one that a rule allows"
is "$(field "$event" comm)" '"good9"' "which the event tells, too"

note "unidentified: deny, allow; image"
rules '  - { name: web, match: { image: "docker.io/library/nginx:1.27" }, action: allow, reason: test, report: true }' \
	"unidentified: deny"
start pidns go execself=/bin/true
go
became "1 deny null null no" "deny: at once"
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
became "0 allow web good4 no" "an image by its canonical name, after a reload"
rules '  - { name: web, match: { image: nginx }, action: allow, reason: test }' "unidentified: allow"
start cgroup=docker/$HEX pidns go execself=/bin/true
go_known
became "1 deny null good4 no" "an image of another tag"
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

note "an agent that hangs"
rules '  - { name: good, match: { name: "good*" }, action: allow, reason: test }' "hold_timeout: 2s"
kill -STOP "$agent"
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
is $? 0 "at first the kernel doesn't know: held"
waits="$held $pid"
sleep 21 # its last sign of life is older than RG_HEARTBEAT_MAX then
start pidns go execself=/bin/true
go
wait_for 5 is_gone
kill -CONT "$agent"
became "1 deny null null no" "after twenty seconds: refused at once"
held=${waits% *} pid=${waits#* }
became "137 deny null null yes" "what was held, once the agent goes on"
kill -STOP "$agent"
sleep 10 # its heartbeat is due then, and comes before what is held from now on
start pidns go execself=/bin/true
go
wait_for 2 is_stopped
known good7
sleep 4
kill -CONT "$agent"
ended
is $code 0 "who is known by then is judged by the rule, however late"

note "an agent that is gone"
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
