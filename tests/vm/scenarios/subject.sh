# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 newest
# full: 6.1 6.12
# lsm: default
#
# Who is contained where the evidence is unusual: services of the host with a PID namespace of their
# own, and containers that only a cgroup of version 1 gives away.

. /payload/guest.sh
. /payload/agent.sh

id=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
policy "version: 1
mode: enforce"
agent_start --policy $POLICY

note "a service of the host with a PID namespace of its own (PrivatePIDs=)"
mkdir -p /tmp/host /tmp/v1 /tmp/other/bin && mount --bind / /tmp/host && cp /bin/busybox /tmp/other/bin/true
for path in system.slice/foo.service system.slice/system-foo.slice/foo@1.service/sub \
	user.slice/user-0.slice/user@0.service/app.slice/foo.service; do
	attempt 0 - exec 1 "/$path" "cgroup=$path" pidns execself=/bin/true
	attempt 0 - setuid 1 "/$path, its saved uid" "cgroup=$path" pidns resuid=1000,1000,0 setuid=0
done
attempt 1 deny exec 1 "no service: a scope" cgroup=system.slice/foo.scope pidns execself=/bin/true
attempt 1 deny exec 1 "a name that somebody chose below" cgroup=jobs/foo.service pidns execself=/bin/true
attempt 1 deny exec 1 "nspawn's" cgroup=machine.slice/systemd-nspawn@a.service pidns execself=/bin/true
attempt 1 deny exec 1 "a container below a service" "cgroup=system.slice/foo.service/libpod-payload-$id" \
	pidns execself=/bin/true
attempt 1 deny exec 1 "another root" cgroup=system.slice/foo.service pidns chroot=/tmp/other execself=/bin/true
attempt 1 deny exec 1 "the host's root, mounted below" cgroup=system.slice/foo.service pidns \
	chroot=/tmp/host execself=/bin/true
attempt 1 deny exec 2 "a PID namespace in the service's" cgroup=system.slice/foo.service pidns reexec pidns \
	execself=/bin/true

note "cgroup v1: a container's name there counts as well"
mount -t cgroup -o memory none /tmp/v1 2>/dev/null || mount -t cgroup -o pids none /tmp/v1 ||
	not_ok "a hierarchy of v1"
attempt 1 deny exec 0 "--pid=host" "cgroup=/tmp/v1/docker/$id" mntns execself=/bin/true
is "$(field "$event" evidence) $(field "$event" runtime) $(field "$event" cgroup)" \
	"\"cgroup\" \"docker\" \"/docker/$id\"" "whose it is"
attempt 1 deny exec 0 "--pid=host, in a service of the unified hierarchy" cgroup=system.slice/docker.service \
	"cgroup=/tmp/v1/docker/$id" mntns execself=/bin/true
attempt 0 - exec 0 "no container's name" cgroup=/tmp/v1/jobs/a mntns execself=/bin/true
attempt 0 - exec 0 "the host's floor" "cgroup=/tmp/v1/docker/$id" execself=/bin/true
umount /tmp/v1 /tmp/host

agent_stop
is $? 0 "the agent ends"
summary
