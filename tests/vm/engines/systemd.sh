# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 660
# kernels: 6.1
# init: systemd
#
# The agent as a service, from its installation to its removal, with docker behind it: a probe
# attempts the forbidden as fast as it can from the start on until it is detached.

. /payload/guest.sh
. /payload/agent.sh

POLICY=/etc/rootgate/policy.yaml
PINS=/sys/fs/bpf/rootgate

# show PROPERTY [UNIT]
show()
{
	systemctl show -P "$1" "${2:-rootgate.service}"
}

show_is()
{
	[ "$(show "$1")" = "$2" ]
}

# Whether systemd has started another agent than PID, and it is ready.
another_than()
{
	[ "$(show MainPID)" != "$1" ] && show_is ActiveState active && show_is SubState running
}

tell_service()
{
	systemctl --no-pager -l status rootgate.service
	journalctl --no-pager -n 40 -u rootgate.service
}

# comes_back PID NAME: a result
comes_back()
{
	wait_for 60 another_than "$1"
	is $? 0 "$2"
	another_than "$1" || tell_service
}

# driver NAME CGROUP: a result for docker with that cgroup driver
driver()
{
	like "$(docker run --rm --pid=host busybox:1.36 id -u 2>&1)" "*operation not permitted*" \
		"$1: root with --pid=host is refused"
	event=$(rootgate events -n 100000 -o json --type exec --action deny | grep '"evidence":"cgroup"' | tail -n 1)
	like "$(field "$event" runtime) $(field "$event" cgroup)" "\"docker\" \"$2\"" "$1: which its cgroup gives away"
}

# ---- installed ----

cp -a /payload/install/. /
mkdir -p /etc/systemd/system/rootgate.service.d
# The guest's C library is another one: see run.
[ ! -d /payload/lib ] || printf '[Service]\nEnvironment=LD_LIBRARY_PATH=/payload/lib\n' \
	>/etc/systemd/system/rootgate.service.d/guest.conf
printf 'version: 1\nmode: enforce\n' >$POLICY
expect_exit 0 "the group is made" systemd-sysusers rootgate.conf
expect_exit 0 "systemd takes the unit" systemctl daemon-reload
is "$(systemd-analyze verify --man=no rootgate.service 2>&1 | grep rootgate)" "" "and has nothing to say about it"
note "$(systemd-analyze security --no-pager rootgate.service | tail -n 1)"
expect_exit 0 "its exposure is 2.0 at most" systemd-analyze security --threshold=20 rootgate.service
is "$(show Before | xargs -n1 | grep -cxE '(docker|containerd|crio|podman|kubelet)\.service')" 5 \
	"it comes before all engines"
expect_exit 0 "enable" systemctl enable rootgate.service
is "$(forbidden)" "0 0" "without rootgate the forbidden goes through"

# ---- started, as at boot: with all that multi-user.target wants ----

systemctl start multi-user.target
is "$(show ActiveState)/$(show ActiveState docker.service)" active/active \
	"rootgate and docker are started"
show_is ActiveState active || tell_service
[ "$(show ActiveEnterTimestampMonotonic)" -le "$(show ExecMainStartTimestampMonotonic docker.service)" ]
is $? 0 "docker not before rootgate was ready"
is "$(forbidden)" "1 1" "the forbidden is refused"
hammer
is "$(state)" enforcing "status from outside says enforcing"
like "$(systemctl status rootgate.service)" "*Status: \"mode enforce, attached by *\"*" \
	"and systemctl what it enforces"
is "$(stat -c '%a %U:%G' /run/rootgate /run/rootgate/events.sock | xargs)" \
	"750 root:rootgate 660 root:rootgate" "the group may read events"

pid=$(show MainPID)
[ "$(readlink /proc/1/ns/mnt)" != "$(readlink "/proc/$pid/ns/mnt")" ]
is $? 0 "the agent has a mount namespace of its own"
is "$(rootgate ps | awk -v pid="$pid" '$2 == pid')" "" "and is not contained"
is "$(rootgate events -n 100000 -o json --pid "$pid")" "" "nor judged"
like "$(docker run --rm busybox:1.36 id -u 2>&1)" "*operation not permitted*" \
	"docker cannot start root"
is "$(docker run --rm --user 5000 busybox:1.36 id -u 2>&1)" 5000 "but a user"

# ---- other services of the host: never judged ----

# service [OPTION...] COMMAND...
service()
{
	systemd-run -q --wait --pipe "$@" 2>&1
}

mke2fs -q -t ext4 -d /images/busybox /tmp/root.image 16M
for sandbox in PrivateTmp=yes ProtectSystem=strict PrivateDevices=yes "PrivateDevices=yes -p ProtectProc=invisible" \
	RootDirectory=/images/busybox RootImage=/tmp/root.image; do
	# shellcheck disable=SC2086 # two properties
	is "$(service -p $sandbox /bin/id -u)" 0 "$sandbox: root as before"
done
own_pids="unshare --pid --fork --mount-proc id -u" # what PrivatePIDs= does; systemd 257 has it
# shellcheck disable=SC2086 # a command
is "$(service $own_pids)" 0 "and with a PID namespace of its own"
# shellcheck disable=SC2086
like "$(systemd-run -q --scope $own_pids 2>&1)" "*not permitted*" "which a scope's is not"

# ---- reload, restart, stop, start, upgrade ----

reload_from=$(generation)
expect_exit 0 "reload" systemctl reload rootgate.service
wait_for 10 reloaded
is "$? $(show MainPID)" "0 $pid" "the agent has read its policy again"
printf 'version: 1\nmode: nonsense\n' >$POLICY
reload_from=$(generation)
systemctl reload rootgate.service
sleep 1
is "$(generation) $(state)" "$reload_from enforcing" "an invalid one changes nothing"
like "$(journalctl -u rootgate.service --grep nonsense)" "*policy.yaml:2*" "and the journal has it"
printf 'version: 1\nmode: enforce\n' >$POLICY

before=$(counter exec_deny)
expect_exit 0 "restart" systemctl restart rootgate.service
another_than "$pid"
is "$? $(state)" "0 enforcing" "another agent runs"
[ "$(counter exec_deny)" -ge "$before" ]
is $? 0 "counters go on"
expect_exit 0 "stop" systemctl stop rootgate.service
is "$(show ActiveState) $(forbidden) $(state)" "inactive 1 1 degraded" "refused while it is stopped"
expect_exit 0 "start again" systemctl start rootgate.service
is "$(state)" enforcing "and it goes on"

cp /usr/local/sbin/rootgate /tmp/upgrade
echo >>/tmp/upgrade
install -m 755 /tmp/upgrade /usr/local/sbin/rootgate
expect_exit 0 "upgrade" systemctl restart rootgate.service
cmp -s "/proc/$(show MainPID)/exe" /tmp/upgrade
is "$? $(state)" "0 enforcing" "the new binary runs"

# ---- accidents ----

pid=$(show MainPID)
kill -9 "$pid"
comes_back "$pid" "a killed agent is started again"

# systemd holds what the pins held, until the next agent has pinned its own
pid=$(show MainPID) before=$(counter exec_deny)
kill -9 "$pid"
while umount /sys/fs/bpf 2>/dev/null; do :; done
is "$(forbidden) $(state)" "1 1 none" "refused without agent and without bpffs"
comes_back "$pid" "the next agent takes over"
[ "$(state)" = enforcing ] && [ "$(counter exec_deny)" -gt "$before" ]
is $? 0 "with the counters, and all is pinned again"
pid=$(show MainPID)
kill -9 "$pid"
rm -r $PINS
is "$(forbidden)" "1 1" "refused without agent and without pins"
comes_back "$pid" "and again"
is "$(forbidden) $(state)" "1 1 enforcing" "so that the forbidden is refused"
kept=$(show NFileDescriptorStore)
systemctl restart rootgate.service
sleep 1
is "$(show NFileDescriptorStore)" "$kept" "systemd keeps one set ($kept descriptors)"

printf '[Service]\nWatchdogSec=8s\n' >/etc/systemd/system/rootgate.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart rootgate.service
pid=$(show MainPID)
sleep 10
is "$(show MainPID)" "$pid" "the watchdog is satisfied with an agent that runs"
kill -STOP "$pid"
comes_back "$pid" "and one that hangs is killed and started again"
rm /etc/systemd/system/rootgate.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart rootgate.service

umount /sys/fs/bpf
wait_for 30 test -e $PINS/current/control
is $? 0 "an unmounted bpffs is mounted again, in the host's namespace"
is "$(state)" enforcing "and status finds all of it there"

printf 'version: 1\nmode: nonsense\n' >$POLICY
systemctl restart rootgate.service
is "$(show ActiveState) $(show ExecMainStatus) $(forbidden)" "failed 3 1 1" \
	"with an invalid policy it fails, and the programs before refuse on"
printf 'version: 1\nmode: enforce\n' >$POLICY
expect_exit 0 "and starts with a valid one" systemctl start rootgate.service

# ---- taken away ----

expect_exit 0 "disable --now" systemctl disable --now rootgate.service
is "$(forbidden)" "1 1" "refused after that"
rm /tmp/hammer
wait $hammering
is $? 1 "no exec passed"
read -r attempts passed </tmp/hammered
is "$passed" 0 "of $attempts forbidden attempts none passed since the start"
[ "$attempts" -gt 1000 ]
is $? 0 "and there were enough of them"
expect_exit 0 "detach" rootgate detach
is "$(forbidden)" "0 0" "nothing is refused any more"
like "$(rootgate detach 2>&1)" "*nothing is attached*systemctl stop*" "a second one says so"
is "$(docker run --rm busybox:1.36 id -u 2>&1)" 0 "docker starts root again"
is "$(ls /sys/fs/bpf) $(ls -d /run/rootgate 2>/dev/null)" " " "nothing is left of it"

# ---- what systemctl says of programs that stop running ----

status_says()
{
	systemctl status rootgate.service | grep -q "Status: \"$1"
}

unit=$(sed -n 's/^ExecStart=//p' "$(show FragmentPath)")
printf '[Service]\nExecStart=\nExecStart=%s --no-ftrace-guard\n' "$unit" \
	>/etc/systemd/system/rootgate.service.d/unguarded.conf
systemctl daemon-reload
systemctl start rootgate.service
sysctl -q -w kernel.ftrace_enabled=0
wait_for 15 status_says "not enforcing"
is "$? $(show ActiveState)" "0 active" "that they do not"
sysctl -q -w kernel.ftrace_enabled=1
wait_for 60 status_says "proved again: mode enforce"
is "$? $(forbidden)" "0 1 1" "and that they do again"
systemctl stop rootgate.service
rootgate detach

# ---- by hand, without a unit ----

agent_start --policy $POLICY
[ "$(readlink /proc/1/ns/mnt)" != "$(readlink "/proc/$agent/ns/mnt")" ]
is $? 0 "an agent that is no service has a mount namespace of its own, too"
note "docker's cgroup drivers"
driver cgroupfs "/docker/*"
sed -i s/cgroupdriver=cgroupfs/cgroupdriver=systemd/ /etc/docker/daemon.json
expect_exit 0 "docker starts with the other cgroup driver" systemctl restart docker.service
driver systemd "/system.slice/docker-*.scope"
is "$(docker run --rm --pid=host --user 5000 busybox:1.36 id -u 2>&1)" 5000 "but a user"
umount /sys/fs/bpf
wait_for 30 test -e $PINS/current/control
is "$? $(forbidden)" "0 1 1" "what it pins is in the host's all the same"
agent_stop
is "$? $(ls /sys/fs/bpf) $(forbidden)" "0  0 0" "and taken away from there"

(cd /payload/install && find . -type f) | (cd / && xargs rm)
rm -r /etc/systemd/system/rootgate.service.d
systemctl daemon-reload
is "$(show LoadState)" not-found "uninstalled"
summary
