# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# PIDs as the engines themselves know them: runc, crun, podman, docker, and podman in docker.
# timeout: 300

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

# The shell becomes the second sleep.
has_a_child()
{
	[ "$(wc -w <"/proc/$pid/task/$pid/children")" = 1 ]
}

# said KEY COMMAND...: that field of what it says.
said()
{
	said_key=$1
	shift
	field "$("$@" -o json 2>/dev/null)" "$said_key"
}

# by_ps ID: the host PIDs that ps has for a container, on one line.
by_ps()
{
	rootgate ps --container "$1" -o json | sed -n 's/.*"pid":\([0-9]*\),"vpid".*/\1/p' | xargs
}

# both_ways NAME CONTAINER HOST-PID: what that process is called in its container leads back to it.
both_ways()
{
	both_nr=$(nspid "$3" | sed 's/^[^,]*,\([0-9]*\).*/\1/')
	is "$(said pids rootgate pid host "$3")" "$(nspid "$3")" "$1: pid host $3, as /proc has it"
	is "$(said pid rootgate pid container "$2" "$both_nr")" "$3" "$1: pid container $both_nr, and back"
}

# as_listed NAME ID RUNTIME HOST-PID: the line of containers.
as_listed()
{
	line=$(rootgate containers -o json | grep "\"id\":\"$2\"")
	is "$(field "$line" runtime) $(field "$line" pid) $(field "$line" processes)" \
		"\"$3\" $4 $(by_ps "$2" | wc -w)" "$1: in containers"
}

policy "version: 1
mode: audit"
agent_start --policy $POLICY
follow_events
start_docker

# ---- runc and crun: their cgroup is named as the container ----

OCI_USER=5000 oci_bundle stays sh -c "sleep 1001 & sleep 1000"
for runtime in runc crun; do
	note "$runtime"
	$runtime run -d --bundle stays "$runtime-stays" >/tmp/run.out 2>&1 </dev/null ||
		not_ok "$runtime: runs" "$(cat /tmp/run.out)"
	pid=$($runtime state "$runtime-stays" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	wait_for 10 has_a_child
	sleep 0.3
	is "$(said vpid rootgate pid host "$pid")" 1 "$runtime: its PID is PID 1"
	inode=$(stat -L -c %i "/proc/$pid/ns/pid")
	for other in $pid $(cat "/proc/$pid/task/$pid/children"); do
		both_ways "$runtime" "$inode" "$other"
	done
	line=$(rootgate containers -o json | grep "\"pid_namespace\":$inode,")
	is "$(field "$line" pid) $(field "$line" processes) $(field "$line" verdict)" "$pid 2 \"ok\"" \
		"$runtime: in containers"
	is "$(said pid rootgate pid container "$(field "$line" id | tr -d '"')" 1)" "$pid" \
		"$runtime: by what it is called there"
	is "$(field "$line" name) $(field "$line" id)" "\"$runtime-stays\" \"$runtime-stays\"" \
		"$runtime: by its name"
	is "$(said container_name rootgate pid host "$pid")" "\"$runtime-stays\"" \
		"$runtime: which a process's container has, too"
	kill -9 "$pid"
done

# ---- podman ----

note "podman"
id=$(podman run -d --name pod --user 5000 busybox:1.36 sh -c "sleep 1001 & sleep 1000")
pid=$(podman inspect --format '{{.State.Pid}}' pod)
wait_for 10 pgrep -x -f "sleep 1001"
sleep 0.5
is "$(by_ps "$id")" "$(podman top pod hpid | tail -n +2 | sort -n | xargs)" "podman: ps has those of podman top"
is "$(for host in $(by_ps "$id"); do said vpid rootgate pid host "$host"; done | sort -n | xargs)" \
	"$(podman top pod pid | tail -n +2 | sort -n | xargs)" "podman: by the same PIDs in the container"
both_ways podman "$id" "$pid"
as_listed podman "$id" podman "$pid"
is "$(field "$line" name) $(field "$line" image)" '"pod" "docker.io/library/busybox:1.36"' \
	"podman: its name and its image"
mapped=$(podman run -d --uidmap 0:100000:65536 busybox:1.36 sleep 1000)
pid=$(podman inspect --format '{{.State.Pid}}' "$mapped")
sleep 0.5
line=$(rootgate containers -o json | grep "\"id\":\"$mapped\"")
is "$(printf '%s\n' "$line" | sed -n 's/.*"map":\(.*\]\]\).*/\1/p') $(field "$line" verdict)" \
	'[[0,100000,65536]] "ok"' "podman: the map of a remapped root"
is "$(said uid rootgate pid container "$mapped" 1) $(said container_uid rootgate pid host "$pid")" \
	"100000 0" "podman: whose uid is another on the host"
podman rm -f -t 0 pod "$mapped" >/dev/null

# ---- docker ----

note "docker"
expect_exit 0 "docker is up" wait_for_docker
# Where nobody finds them: rootgate asks no engine.
mv /run/docker.sock /run/elsewhere.sock
mv /run/docker/containerd/containerd.sock /run/docker/containerd/elsewhere.sock
export DOCKER_HOST=unix:///run/elsewhere.sock
mkdir -p /srv/tools
cp /payload/bin/probe /srv/tools/probe
id=$(docker run -d --name app --label team=web --user 5000 busybox:1.36 sh -c "sleep 1001 & sleep 1000")
other=$(docker run -d --user 5000 busybox:1.36 sleep 1000)
pid=$(docker inspect --format '{{.State.Pid}}' app)
docker exec -d app sleep 1002
wait_for 10 pgrep -x -f "sleep 1002"
sleep 0.5
is "$(by_ps "$id")" "$(docker top app -o pid | tail -n +2 | sort -n | xargs)" "docker: ps has those of docker top"
for host in $(docker top app -o pid | tail -n +2); do
	both_ways docker "$id" "$host"
done
is "$(said pid rootgate pid container "$(echo "$id" | cut -c 1-12)" 1)" "$pid" \
	"docker: PID 1 is the one of docker inspect, by a prefix"
as_listed docker "$id" docker "$pid"
is "$(field "$line" name) $(field "$line" image) $(field "$line" team)" '"app" "busybox:1.36" "web"' \
	"docker: its name, its image and a label"
is "$(rootgate ps --container app -o json | grep -c '"container_name":"app"')" 3 "docker: ps by its name"
is "$(said pid rootgate pid container app 1)" "$pid" "docker: PID 1 by its name"
is "$(rootgate containers -o json | grep -c '"runtime":"docker"')" 2 "docker: both of them"

# on_terminal COLUMNS COMMAND: what it prints on a terminal of that width.
on_terminal()
{
	script -qec "stty cols $1; $2" /dev/null </dev/null | tr -d '\r'
}
for verb in containers ps "ps --tree --all-levels"; do
	columns=$(on_terminal 80 "rootgate $verb" | LC_ALL=C.UTF-8 wc -L)
	[ "$columns" -gt 40 ] && [ "$columns" -le 80 ]
	is $? 0 "$verb fits 80 columns: $columns"
done
like "$(on_terminal 200 "rootgate containers")" "*app *busybox:1.36 *" "a wide terminal has it all"
[ "$(on_terminal 80 "timeout -s INT 8 rootgate ps --watch" | grep -c "$(printf '\033\\[H\033\\[2J')")" -ge 2 ]
is $? 0 "ps --watch draws over what was there"
expect_exit 1 "docker: a prefix of none" rootgate pid container "${id%?????}zzzzz" 1

# Two containers whose ids begin alike, sooner or later.
first=$(echo "$id" | cut -c 1)
tries=0
until rootgate containers -o json | grep -o '"id":"[0-9a-f]*"' | cut -c 7 | sort | uniq -d | grep -q . ||
	[ $tries = 17 ]; do
	tries=$((tries + 1))
	docker run -d --user 5000 busybox:1.36 sleep 1000 >/dev/null
	sleep 0.3
done
first=$(rootgate containers -o json | grep -o '"id":"[0-9a-f]*"' | cut -c 7 | sort | uniq -d | head -n 1)
expect_exit 1 "docker: a prefix of two" rootgate pid container "$first" 1
like "$output" "*'$first' can be any of *  $first*(docker, host PID *  $first*(docker, host PID *" \
	"docker: which are listed"

text=$(rootgate ps --container "$id" --tree)
like "$text" "* sleep 1000*└─ sleep 1001*" "docker: the tree"

host_app=$(docker run -d --pid=host --user 5000 busybox:1.36 sleep 1003)
sleep 0.5
pid=$(docker inspect --format '{{.State.Pid}}' "$host_app")
is "$(by_ps "$host_app") $(said pids rootgate pid host "$pid")" "$pid [$pid]" "docker: --pid=host"
is "$(said pid rootgate pid container "$host_app" "$pid")" "$pid" "docker: whose PIDs are the host's"

shared=$(docker run -d --pid="container:app" --user 5000 busybox:1.36 sleep 1004)
sleep 0.5
pid=$(docker inspect --format '{{.State.Pid}}' "$shared")
is "$(by_ps "$shared")" "$pid" "docker: in the PID namespace of another container, it is its own"
both_ways "docker: in the PID namespace of another container" "$shared" "$pid"

# ---- podman in docker ----

# inner OPTION...: podman in the outer container; what it starts has a cgroup of its own.
inner()
{
	docker exec nest chroot /host unshare -m sh -c 'mount -t tmpfs none /run && exec podman --root /tmp/inner \
		--runroot /run/inner --storage-driver vfs run --rm --network none "$@"' sh "$@"
}

note "podman in docker"
nested=$(docker run -d --privileged --cgroupns=host --name nest -v /:/host busybox:1.36 \
	chroot /host unshare -m sh -c 'mount -t tmpfs none /run && exec podman --root /tmp/nested \
	--runroot /run/nested --storage-driver vfs run --cgroups=disabled --network none --rootfs \
	/images/busybox sleep 1005')
if wait_for 30 pgrep -x -f "sleep 1005"; then
	sleep 0.5
	pid=$(pgrep -x -f "sleep 1005")
	is "$(said pids rootgate pid host "$pid")" "$(nspid "$pid")" "nested: three levels, as /proc has them"
	is "$(nspid "$pid" | tr , '\n' | wc -l)" 3 "nested: which they are"
	is "$(said pid rootgate pid ns "$(stat -L -c %i "/proc/$pid/ns/pid")" 1)" "$pid" \
		"nested: from the inner container"
	both_ways "nested, from the outer container" "$nested" "$pid"
	policy 'version: 1
mode: enforce
rules:
  - { name: outer, match: { cgroup: ["/docker/*", "/libpod_parent/conmon"] }, action: allow, reason: test }'
	expect_exit 0 "nested: root is refused, but in the outer container" agent_reload
	refused 1 exec "nested: root" inner --cidfile /tmp/inner.id --rootfs /images/busybox id -u
	is "$(of "$event" container id) $(of "$event" container evidence) $(of "$event" process pids | tr , '\n' | wc -l)" \
		"\"$(cat /tmp/inner.id)\" \"pid_namespace\" 3" "nested: whose event has three PIDs"
	unharmed 5000 "nested: user 5000" inner --user 5000 --rootfs /images/busybox id -u
else
	not_ok "nested: podman runs in docker" "$(docker logs nest 2>&1)"
fi

agent_stop
is $? 0 "the agent ends"
summary
