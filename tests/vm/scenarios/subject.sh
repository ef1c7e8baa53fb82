# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 newest
# lsm: default
#
# Who is contained where the evidence is unusual: containers that only a cgroup of version 1 gives away.

. /payload/guest.sh
. /payload/agent.sh

id=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
policy "version: 1
mode: enforce"
agent_start --policy $POLICY

mkdir -p /tmp/v1
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
umount /tmp/v1

agent_stop
is $? 0 "the agent ends"
summary
