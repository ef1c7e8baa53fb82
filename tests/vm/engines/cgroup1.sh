# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Engines on a host that has cgroup v1 and nothing else, as older ones boot.
# timeout: 300
# kernels: 6.1

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

umount /sys/fs/cgroup
mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
for controller in cpuset cpu cpuacct blkio memory devices freezer pids; do
	mkdir /sys/fs/cgroup/$controller
	mount -t cgroup -o $controller cgroup /sys/fs/cgroup/$controller || not_ok "v1 has $controller"
done

podman_run()
{
	podman run --rm "$@"
}

policy "version: 1
root_capabilities: { action: ignore }
mode: enforce"
agent_start --policy $POLICY
follow_events
is "$(grep -c cgroup2 /proc/mounts)" 0 "there is no cgroup v2"

oci_bundle root id -u
refused 1 exec "crun: root" oci_run crun root
told crun-root unknown "[$(field "$event" pid),1]" "crun: the event has its id"
refused 1 exec "podman: root with --pid=host" \
	podman_run --pid=host --cidfile podman.id --pidfile "$PWD/podman.pid" busybox:1.36 id -u
told "$(cat podman.id)" podman "[$(cat podman.pid)]" "podman: the event has the id and the PID it says"
is "$(of "$event" container evidence)" '"cgroup"' "podman: which its cgroup gives away"
unharmed 5000 "podman: user 5000 with --pid=host" podman_run --pid=host --user 5000 busybox:1.36 id -u
unharmed 0 "host: root in a mount namespace" unshare -m id -u

told_all
agent_stop
is $? 0 "the agent ends"
summary
