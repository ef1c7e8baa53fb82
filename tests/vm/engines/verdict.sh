# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The main job with the engines themselves: runc, crun, podman and docker can start no root, users
# and remapped roots are unharmed, the host is never touched, and each refusal has its event, with
# the PIDs and the id that the engine itself says.
# timeout: 700

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

# rules MODE [YAML]: a policy, in force.
rules()
{
	policy "version: 1
root_capabilities: { action: ignore }
mode: $1
${2:+rules:
$2}"
	agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
}

# so that the counters have no more than the events: see refusals.sh
policy "version: 1
root_capabilities: { action: ignore }
mode: enforce"
agent_start --policy $POLICY
follow_events
start_docker

# ---- runc and crun ----

oci_bundle root id -u
OCI_USER=5000 oci_bundle user id -u
OCI_USER=5000 oci_bundle suid su-id -u
OCI_USER=5000 OCI_AMBIENT=CAP_SETUID oci_bundle caps /tmp/tools/probe -v setuid=0
OCI_MAP=100000 oci_bundle mapped su-id -u
OCI_USER=5000 OCI_HOOKS='{ "createContainer": [{ "path": "/bin/busybox",
	"args": ["touch", "/run/hook"] }] }' oci_bundle hook id -u
OCI_HOOKS='{ "createContainer": [{ "path": "/bin/busybox",
	"args": ["touch", "/run/hook"] }] }' oci_bundle hooked id -u
# As NVIDIA's does: a copy of a program in memory, run as root in namespaces of its own.
OCI_USER=5000 OCI_HOOKS='{ "createContainer": [{ "path": "/payload/bin/probe",
	"args": ["probe", "mntns", "pidns", "pivot=/images/busybox", "fexec=/bin/true"] }] }' oci_bundle nested id -u
OCI_USER=5000 OCI_HOOKS='{ "startContainer": [{ "path": "/bin/busybox",
	"args": ["touch", "/tmp/hook"] }] }' oci_bundle inner stat -c %u /tmp/hook
OCI_USER=5000 OCI_HOOKS='{ "createRuntime": [{ "path": "/usr/bin/touch", "args": ["touch", "/run/created"] }],
	"poststart": [{ "path": "/usr/bin/touch", "args": ["touch", "/run/started"] }] }' \
	oci_bundle outer sleep 1
OCI_USER=5000 oci_bundle app sleep 1000

for runtime in runc crun; do
	note "$runtime"
	refused 1 exec "$runtime: root" oci_run $runtime root
	$runtime create --bundle root "created-$runtime" >/dev/null 2>&1 </dev/null
	pid=$($runtime state "created-$runtime" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	pids=$(nspid "$pid")
	try $runtime start "created-$runtime"
	take_events 1
	told "created-$runtime" unknown "$pids" "$runtime: the event has the PIDs of the one it created"
	like "$pids" "?$pid,1?" "$runtime: which are those of PID 1"
	unharmed 5000 "$runtime: user 5000" oci_run $runtime user
	refused 1 exec "$runtime: a setuid-root file" oci_run $runtime suid
	is "$(of "$event" old euid) $(of "$event" new euid) $(of "$event" new uid)" "5000 0 5000" \
		"$runtime: its uids"
	refused 1 setuid "$runtime: setuid(0) with CAP_SETUID" oci_run $runtime caps
	is "$(of "$event" old euid) $(of "$event" new euid) $(field "$event" comm)" '5000 0 "probe"' \
		"$runtime: its uids and its name"
	unharmed 0 "$runtime: remapped root" oci_run $runtime mapped
	rm -f /run/hook
	reported 1 5000 "$runtime: a createContainer hook runs as root" oci_run $runtime hook
	is "$(field "$event" phase) $(field "$event" action) $(stat -c %u /run/hook)" '"setup" "allow" 0' \
		"$runtime: and is told as set-up"
	rm -f /run/hook
	try oci_run $runtime hooked
	take_events 2
	# in any order: refusals have a buffer of their own
	is "$code $out $(stat -c %u /run/hook) $(field "$event" action | sort | xargs)" "1  0 allow deny" \
		"$runtime: and root, whose hook has run, is refused"
	reported 2 5000 "$runtime: so does one in namespaces of its own, from memory" oci_run $runtime nested
	is "$(echo "$event" | grep -c '"phase":"setup"') $(of "$(echo "$event" | tail -n 1)" process pids | tr -cd , | wc -c)" "2 2" \
		"$runtime: which is set-up, too, one PID namespace further in"
	unharmed 5000 "$runtime: a startContainer hook runs as the user" oci_run $runtime inner
	rm -f /run/created /run/started
	unharmed "" "$runtime: createRuntime and poststart hooks are the host's" oci_run $runtime outer
	is "$(cd /run && ls created started)" "created
started" "$runtime: and did run"
	$runtime run --detach --bundle app "app-$runtime" >/dev/null 2>&1 </dev/null
	unharmed 5000 "$runtime exec: a user" $runtime exec --user 5000 "app-$runtime" id -u
	refused 1 exec "$runtime exec: root" $runtime exec --user 0 "app-$runtime" id -u
	pid=$($runtime state "app-$runtime" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	refused 126 exec "$runtime: a root shell of the host: nsenter" nsenter --target "$pid" --pid --mount id -u
	$runtime delete --force "app-$runtime"
done

# ---- podman ----

note "podman"
podman_run()
{
	podman run --rm "$@"
}
refused 1 exec "podman: root" podman_run --cidfile podman.id --pidfile "$PWD/podman.pid" busybox:1.36 id -u
told "$(cat podman.id)" podman "[$(cat podman.pid),1]" "podman: the event has the id and the PIDs it says"
unharmed 5000 "podman: user 5000" podman_run --user 5000 busybox:1.36 id -u
refused 1 exec "podman: a setuid-root file" podman_run --user 5000 busybox:1.36 su-id -u
unharmed "0 0 100000 65536" "podman: remapped root" podman_run --uidmap 0:100000:65536 busybox:1.36 \
	sh -c "echo \$(id -u; cat /proc/self/uid_map)"
refused 127 setuid "podman: setuid(0) with CAP_SETUID" podman_run --user 5000 --cap-add SETUID busybox:1.36 \
	setpriv --reuid 0 id -u
refused 1 exec "podman: root with --pid=host" podman_run --pid=host busybox:1.36 id -u
is "$(of "$event" container evidence) $(of "$event" container runtime)" '"cgroup" "podman"' \
	"podman: which its cgroup gives away"

# ---- docker ----

note "docker"
expect_exit 0 "docker is up" wait_for_docker
follow_tasks
refused 1 exec "docker: root" docker run --cidfile docker.id busybox:1.36 id -u
id=$(cat docker.id)
told "$id" docker "[$(task_pid "$id"),1]" "docker: the event has the id and the PIDs it says"
is "$(docker inspect --format '{{.State.ExitCode}}' "$id")" 1 "docker: knows that it ended with 1"
unharmed 5000 "docker: user 5000" docker run --rm --user 5000 busybox:1.36 id -u
refused 1 exec "docker: root with --init" docker run --rm --init busybox:1.36 id -u
unharmed 5000 "docker: user 5000 with --init" docker run --rm --init --user 5000 busybox:1.36 id -u
refused 1 exec "docker: root with --pid=host" docker run --rm --pid=host busybox:1.36 id -u
is "$(of "$event" container evidence)" '"cgroup"' "docker: which its cgroup gives away"
refused 1 exec "docker: root with --pid=host below another cgroup" \
	docker run --rm --pid=host --cgroup-parent /jobs busybox:1.36 id -u
unharmed 5000 "docker: user 5000 with --pid=host" docker run --rm --pid=host --user 5000 busybox:1.36 id -u

mkdir -p /srv/tools
cp /payload/bin/probe /srv/tools/probe
setcap cap_setuid+ep /srv/tools/probe
try docker run -d --name app --user 5000 -v /srv/tools:/tools busybox:1.36 \
	sh -c "sleep 1001 & sleep 1000"
id=$out
expect_exit 0 "docker: a user's container stays up" wait_for 10 pgrep -x -f "sleep 1001"
unharmed 5000 "docker exec: its user" docker exec app id -u
refused 1 exec "docker exec: root" docker exec -u 0 app id -u
is "$(of "$event" container id) $(of "$event" container runtime) $(of "$event" container evidence)" \
	"\"$id\" \"docker\" \"pid_namespace\"" "docker exec: whose event"
refused 1 exec "docker exec: a setuid-root file" docker exec app su-id -u

# Where it waits before it acts, /proc says what it is called at each level.
docker exec app /tools/probe -v sleep=3000 setuid=0 >/tmp/exec.out 2>&1 &
exec_pid=$!
events_before=$(events_count)
wait_for 10 pgrep -x probe
pids=$(nspid "$(pgrep -x probe)")
wait $exec_pid
is "$? $(grep -o "Operation not permitted" /tmp/exec.out)" "1 Operation not permitted" \
	"docker exec: setuid(0) by a file with CAP_SETUID"
take_events 1
told "$id" docker "$pids" "docker exec: its event has the PIDs of /proc"
is "$(field "$event" type)" '"setuid"' "docker exec: and its type"

rootgate ps --container "$id" -o json >ps.json
is "$(sed -n 's/.*"pid":\([0-9]*\),.*/\1/p' ps.json | xargs)" \
	"$(docker top app -o pid | tail -n +2 | sort -n | xargs)" "ps: the processes of docker top"
is "$(field "$(grep '"vpid":1,' ps.json)" pid)" "$(docker inspect --format '{{.State.Pid}}' app)" \
	"ps: PID 1 is the one of docker inspect"
for pid in $(docker top app -o pid | tail -n +2); do
	line=$(grep "\"pid\":$pid," ps.json)
	is "$(field "$line" pids) $(field "$line" uid) $(field "$line" host_root)" \
		"$(nspid "$pid") 5000 false" "ps: $(field "$line" command) as /proc has it"
done
refused 1 exec "docker: root in a PID namespace that another container began" \
	docker run --rm --pid=container:app busybox:1.36 id -u
unharmed 5000 "docker: user 5000 there" docker run --rm --pid=container:app --user 5000 busybox:1.36 id -u
docker rm -f app >/dev/null

mkdir -p /tmp/build
printf '%s\n' 'FROM busybox:1.36' 'COPY Dockerfile /Dockerfile' 'USER 5000' 'RUN cp /Dockerfile /tmp/copy' \
	>/tmp/build/Dockerfile
unharmed built "docker build: root's daemon copies, a user's step runs" \
	sh -c "docker build -q --network none -t built /tmp/build >&2 && echo built"
sed -i 's/5000/0/' /tmp/build/Dockerfile
refused 1 exec "docker build: root's step" docker build -q --network none /tmp/build

# ---- the host ----

note "the host, all the time"
cp /usr/bin/id /tmp/su-id
chmod 4755 /tmp/su-id
unharmed 0 "host: root" sh -c "id -u"
unharmed 1000 "host: su" su user -s /bin/sh -c "id -u"
unharmed 0 "host: a setuid-root file" su user -s /bin/sh -c "/tmp/su-id -u"
unharmed 0 "host: setuid(0) with CAP_SETUID" capsh --keep=1 --gid=1000 --uid=1000 --inh=cap_setuid \
	--addamb=cap_setuid -- -c "setpriv --reuid 0 id -u"
unharmed 0 "host: root in a mount namespace" unshare -m id -u
unharmed 0 "host: root in a user namespace" unshare -U -r id -u

# ---- an image like nginx's: a master that is root, workers that aren't ----

# What a client gets from the container called web.
get()
{
	docker exec -u nginx web wget -qO- http://127.0.0.1/
}

# "0 101": uids of its processes, as ps says them.
web_uids()
{
	rootgate ps --container "$web" -o json | sed -n 's/.*,"uid":\([0-9]*\),.*nginx: .*/\1/p' |
		sort -n | xargs
}

note "nginx, mode audit"
rules audit
try docker run -d --name web nginx:1.27
web=$out
take_events 1
is "$code $(field "$event" action) $(field "$event" exe)" '0 "audit" "/usr/sbin/nginx"' "audit: nginx is reported"
told "$web" docker "[$(docker inspect --format '{{.State.Pid}}' web),1]" "audit: by its id and its PIDs"
wait_for 10 pgrep -f "nginx: worker"
unharmed hello "audit: and serves" get
is "$(web_uids)" "0 101" "audit: master and worker in ps"
reported 1 0 "audit: root runs, and is reported" docker run --rm busybox:1.36 id -u
reported 1 0 "audit: so is a setuid-root file" docker run --rm --user 5000 busybox:1.36 su-id -u
docker rm -f web >/dev/null

note "nginx, mode enforce"
rules enforce
refused 1 exec "enforce: nginx" docker run --name web nginx:1.27
docker rm -f web >/dev/null

note "nginx, with a rule"
rules enforce '  - name: nginx
    match: { runtime: docker, exe: /usr/sbin/nginx, event: exec }
    action: allow
    report: true
    reason: binds port 80'
try docker run -d --name web nginx:1.27
web=$out
take_events 1
is "$code $(field "$event" action) $(of "$event" policy rule)" '0 "allow" "nginx"' "rule: nginx starts"
wait_for 10 pgrep -f "nginx: worker"
unharmed hello "rule: and serves" get
is "$(web_uids)" "0 101" "rule: its workers run under uid 101"
refused 1 exec "rule: it allows nothing else there" docker exec web id -u
docker rm -f web >/dev/null

note "nginx, with a rule on its cgroup"
rules enforce '  - { name: web, match: { cgroup: "/web/*" }, action: allow, reason: test }'
try docker run -d --name web --cgroup-parent /web nginx:1.27
web=$out
wait_for 10 pgrep -f "nginx: worker"
unharmed hello "rule: serves, without an event" get
docker rm -f web >/dev/null
refused 1 exec "rule: not in another cgroup" docker run --rm nginx:1.27

# ---- docker with a remapped root ----

note "docker with --userns-remap"
stop_docker
start_remapped_docker
expect_exit 0 "a docker that maps root is up" wait_for_remapped_docker
unharmed "0 0 400000 65536" "remapped: root" docker -H $REMAPPED run --rm busybox:1.36 \
	sh -c "echo \$(id -u; cat /proc/self/uid_map)"
unharmed 0 "remapped: a setuid-root file" docker -H $REMAPPED run --rm --user 5000 busybox:1.36 su-id -u
refused 1 exec "remapped: not with --userns=host" docker -H $REMAPPED run --rm --userns=host busybox:1.36 id -u

note "the sum of it"
told_all
is "$(counter setup) $(counter setuid_deny)" "8 4" "the counters of set-up and of setuid"
agent_stop
is $? 0 "the agent ends"

note "what it finds when it starts anew"
try docker -H $REMAPPED run -d --userns=host busybox:1.36 sleep 1000
id=$out
is $code 0 "without it, root runs again"
agent_start --policy $POLICY
pid=$(docker -H $REMAPPED inspect --format '{{.State.Pid}}' "$id")
event=$(event_of "$pid" preexisting)
told "$id" docker "[$pid,1]" "and is told as it starts"
agent_stop
is $? 0 "the agent ends"
summary
