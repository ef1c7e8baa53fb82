# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: by-hand
# timeout: 900
#
# Rules on who a container is, with the engines themselves: each start is a container that nobody
# has seen before, and its first exec must be judged right; how many of them had to wait is printed.
# Where all is idle, under load, and with a slow agent: a few of each; with run --full 200 of each,
# where --append rootgate.only=docker tries one engine alone. Too long for the matrix even so.

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
conditions="idle loaded slow"
[ -e /payload/full ] || pairs=4 # each kind of a cycle has its turn
agent_start --policy $POLICY
start_docker
only=$(boot_word only)

# wanted ENGINE
wanted()
{
	[ "${only:-$1}" = "$1" ]
}

# ---- runc and crun ----

oci_bundle root id -u
oci_labelled()
{
	oci_bundle "$1" id -u
	sed -i "s/\"ociVersion\"/\"annotations\": { \"team\": \"$2\" }, \"ociVersion\"/" "$1/config.json"
}
oci_labelled web web
oci_labelled other other

for runtime in runc crun; do
	wanted $runtime || continue
	named() { $runtime run --bundle root "good-$runtime-$1"; }
	unnamed() { $runtime run --bundle root "bad-$runtime-$1"; }
	labelled() { $runtime run --bundle web "web-$runtime-$1"; }
	unlabelled() { $runtime run --bundle other "other-$runtime-$1"; }
	allowed() { cycle "$1" named labelled; }
	barred() { cycle "$1" unnamed unlabelled; }
	[ $runtime = crun ] && late=yes # 200 of 200 first execs came before its status file
	right "$runtime, by name and annotation" allowed barred
	late=
done

# ---- podman ----

# Without a network, a start takes a third of the time; its annotations are what is known of labels.
if wanted podman; then
	started() { podman run --rm --network none "$@" id -u; }
	named() { started --name "good-$1" busybox:1.36; }
	of_image() { started nginx:1.27; }
	annotated() { started --annotation team=web busybox:1.36; }
	unnamed() { started --name "bad-$1" busybox:1.36; }
	labelled() { started --label team=web --annotation team=other busybox:1.36; }
	allowed() { cycle "$1" named of_image annotated; }
	barred() { cycle "$1" unnamed labelled; }
	right "podman, by name, image and annotation" allowed barred
fi

# ---- docker, and its containerd ----

expect_exit 0 "docker is up" wait_for_docker
if wanted docker; then
	docker run --name plain busybox:1.36 id -u >/dev/null 2>&1 </dev/null
	event=$(rootgate events -n 1 -o json --type exec --container plain | sed 's/.*"container":/"container":/')
	is "$(field "$event" name) $(field "$event" image)" '"plain" "busybox:1.36"' "docker: the event has its name and image"
	named() { docker run --rm --name "good-$1" busybox:1.36 id -u; }
	of_image() { docker run --rm nginx:1.27 id -u; }
	labelled() { docker run --rm --label team=web busybox:1.36 id -u; }
	in_host_pidns() { docker run --rm --pid=host --label team=web busybox:1.36 id -u; }
	unnamed() { docker run --rm --name "bad-$1" busybox:1.36 id -u; }
	unlabelled() { docker run --rm --label team=other busybox:1.36 id -u; }
	unlabelled_in_host_pidns() { docker run --rm --pid=host --label team=other busybox:1.36 id -u; }
	allowed() { cycle "$1" named of_image labelled in_host_pidns; }
	barred() { cycle "$1" unnamed unlabelled unlabelled_in_host_pidns; }
	right "docker, by name, image and label" allowed barred
fi

# task NAMESPACE ID [OPTION...]
task()
{
	task_namespace=$1 task_id=$2
	shift 2
	ctr --address /run/docker/containerd/containerd.sock --namespace "$task_namespace" run --rm \
		--rootfs "$@" /images/busybox "$task_id" /bin/id -u
}

# in_pod NAMESPACE ID POD-NAMESPACE
in_pod()
{
	task "$1" "$2" --annotation io.kubernetes.cri.container-name=api \
		--annotation io.kubernetes.cri.sandbox-name=api-1 \
		--annotation "io.kubernetes.cri.sandbox-namespace=$3"
}

if wanted containerd; then
	named() { task default "good-$1"; }
	unnamed() { task default "bad-$1"; }
	right "containerd, by name" named unnamed
fi
if wanted pods; then
	prod() { in_pod k8s.io "pod-$1" prod; }
	other_pod() { in_pod k8s.io "other-$1" test; }
	forged_pod() { in_pod default "forged-$1" prod; }
	barred() { cycle "$1" other_pod forged_pod; }
	right "containerd, by pod, not in another namespace" prod barred
fi

if wanted crun; then
	note "under load, with an agent that comes last"
	hinder loaded &
	load_pids=$!
	hinder loaded &
	load_pids="$load_pids $!"
	renice -n 10 -p "$agent" >/dev/null
	named() { crun run --bundle root "good-$1"; }
	unnamed() { crun run --bundle root "bad-$1"; }
	right_now last "crun, by name" named unnamed
	# shellcheck disable=SC2086 # a list
	kill $load_pids
	renice -n 0 -p "$agent" >/dev/null
fi

note "$(rootgate status | tail -n 12)"
is "$(counter unidentified)" 0 "nobody was judged unidentified"
agent_stop
is $? 0 "the agent ends"
summary
