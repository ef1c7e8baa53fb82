# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: by-hand
# timeout: 900
#
# Rules on who a container is, with the engines themselves: each start is a container that nobody
# has seen before, and its first exec must be judged right; how many of them had to wait is printed.
# A few of each; with /payload/full 200 of each. Too long for the matrix even so: run it by its name.

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

policy 'version: 1
mode: enforce
rules:
  - { name: names, match: { name: ["good*"] }, action: allow, reason: test }
  - { name: labels, match: { label.team: web }, action: allow, reason: test }
  - { name: images, match: { image: "docker.io/library/nginx:*" }, action: allow, reason: test }
  - { name: pods, match: { pod.namespace: prod, pod.name: "api-*" }, action: allow, reason: test }'
agent_start --policy $POLICY
start_docker

oci_bundle root id -u
oci_labelled()
{
	oci_bundle "$1" id -u
	sed -i "s/\"ociVersion\"/\"annotations\": { \"team\": \"$2\" }, \"ociVersion\"/" "$1/config.json"
}
oci_labelled web web
oci_labelled other other

for runtime in runc crun; do
	named() { $runtime run --bundle root "good-$runtime-$1"; }
	unnamed() { $runtime run --bundle root "bad-$runtime-$1"; }
	right "$runtime, by name" named unnamed
	labelled() { $runtime run --bundle web "web-$runtime-$1"; }
	unlabelled() { $runtime run --bundle other "other-$runtime-$1"; }
	right "$runtime, by an annotation" labelled unlabelled
done

named() { podman run --rm --name "good-$1" busybox:1.36 id -u; }
unnamed() { podman run --rm --name "bad-$1" busybox:1.36 id -u; }
right "podman, by name" named unnamed
of_image() { podman run --rm nginx:1.27 id -u; }
right "podman, by image" of_image unnamed

expect_exit 0 "docker is up" wait_for_docker
docker run --name plain busybox:1.36 id -u >/dev/null 2>&1 </dev/null
event=$(rootgate events -n 1 -o json --type exec --container plain | sed 's/.*"container":/"container":/')
is "$(field "$event" name) $(field "$event" image)" '"plain" "busybox:1.36"' "docker: the event has its name and image"
named() { docker run --rm --name "good-$1" busybox:1.36 id -u; }
unnamed() { docker run --rm --name "bad-$1" busybox:1.36 id -u; }
right "docker, by name" named unnamed
of_image() { docker run --rm nginx:1.27 id -u; }
right "docker, by image" of_image unnamed
labelled() { docker run --rm --label team=web busybox:1.36 id -u; }
unlabelled() { docker run --rm --label team=other busybox:1.36 id -u; }
right "docker, by label" labelled unlabelled
in_host_pidns() { docker run --rm --pid=host --label team=web busybox:1.36 id -u; }
not_in_host_pidns() { docker run --rm --pid=host busybox:1.36 id -u; }
right "docker with --pid=host, by label" in_host_pidns not_in_host_pidns

# ctr NAMESPACE ID [OPTION...]
task()
{
	task_namespace=$1 task_id=$2
	shift 2
	ctr --address /run/docker/containerd/containerd.sock --namespace "$task_namespace" run --rm \
		--rootfs "$@" /images/busybox "$task_id" /bin/id -u
}
named() { task default "good-$1"; }
unnamed() { task default "bad-$1"; }
right "containerd, by name" named unnamed
in_pod()
{
	task k8s.io "pod-$1" --annotation io.kubernetes.cri.container-name=api \
		--annotation io.kubernetes.cri.sandbox-name=api-1 \
		--annotation io.kubernetes.cri.sandbox-namespace=prod
}
in_other_pod()
{
	task k8s.io "pod-$1" --annotation io.kubernetes.cri.sandbox-name=api-1 \
		--annotation io.kubernetes.cri.sandbox-namespace=test
}
right "containerd, by pod" in_pod in_other_pod
forged_pod()
{
	task default "pod-$1" --annotation io.kubernetes.cri.sandbox-name=api-1 \
		--annotation io.kubernetes.cri.sandbox-namespace=prod
}
right "containerd, by pod, not in another namespace" in_pod forged_pod

note "under load, with an agent that comes last"
load=yes
(while :; do :; done) &
load_pids=$!
(while :; do :; done) &
load_pids="$load_pids $!"
renice -n 19 -p "$agent" >/dev/null
named() { crun run --bundle root "good-load-$1"; }
unnamed() { crun run --bundle root "bad-load-$1"; }
right "crun, under load" named unnamed
# shellcheck disable=SC2086 # a list
kill $load_pids
renice -n 0 -p "$agent" >/dev/null

note "$(rootgate status | tail -n 12)"
is "$(counter unidentified)" 0 "nobody was judged unidentified"
agent_stop
is $? 0 "the agent ends"
summary
