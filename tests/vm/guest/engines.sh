# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The engines in the Debian guest, for scenarios that start containers (. /payload/engines.sh, after
# guest.sh). Images: busybox:1.36 and nginx:1.27 in docker's and podman's stores, and as trees
# /images/busybox and /images/nginx for runc and crun. What rootgate makes of them is none of this
# file's business: see refusals.sh.

# start_docker [OPTION...]: starts dockerd and doesn't wait: that takes a while, in which other engines
# can be tested.
start_docker()
{
	docker_options=$*
	# shellcheck disable=SC2086 # a list of options
	dockerd $docker_options >>/run/dockerd.log 2>&1 &
	docker_pid=$!
}

# Where the machine is slow dockerd gives its containerd up after a while, and ends: then once more.
docker_is_up()
{
	# shellcheck disable=SC2086 # a list of options
	kill -0 "$docker_pid" 2>/dev/null || start_docker $docker_options
	[ -S "${1#unix://}" ] && timeout 20 docker -H "$1" version
}

# wait_for_docker [HOST]
wait_for_docker()
{
	wait_for 120 docker_is_up "${1:-unix:///run/docker.sock}" && return
	tail -n 20 /run/dockerd.log
	return 1
}

stop_docker()
{
	kill "$docker_pid"
	wait "$docker_pid"
}

# A second dockerd beside the first, which maps root to an id without rights; its images are its own.
REMAPPED=unix:///run/remapped.sock
start_remapped_docker()
{
	start_docker --userns-remap=default --host=$REMAPPED --pidfile=/run/remapped.pid \
		--exec-root=/run/remapped --data-root=/var/lib/remapped
}

wait_for_remapped_docker()
{
	wait_for_docker $REMAPPED
}

# What docker's containerd tells of its tasks from now on: the one place that knows the PIDs of
# containers that end at once.
follow_tasks()
{
	ctr --address /run/docker/containerd/containerd.sock --namespace moby events \
		>/tmp/tasks 2>&1 &
}

# task_pid ID: the PID on the host of that container's first process.
task_pid()
{
	wait_for 5 grep -q "/tasks/create .*$1" /tmp/tasks
	sed -n "s|.* /tasks/create .*\"container_id\":\"$1\".*\"pid\":\([0-9]*\)}.*|\1|p" /tmp/tasks
}

# json WORD...: the words as an array of strings, which must not need any quoting.
json()
{
	json_text=
	for json_word in "$@"; do
		json_text="$json_text${json_text:+, }\"$json_word\""
	done
	echo "[$json_text]"
}

# oci_bundle DIR ARGUMENT...: a bundle for runc and crun with the busybox tree.
# OCI_USER=uid: the user; OCI_MAP=host-id: a user namespace with 65536 ids from there;
# OCI_NAMESPACES: others than the usual; OCI_HOOKS: a JSON object; OCI_ROOT: another tree;
# OCI_AMBIENT: capabilities that a user gets as well. The tests' own tools are in /tmp/tools.
oci_bundle()
{
	oci_dir=$1
	shift
	mkdir -p "$oci_dir"
	oci_namespaces=
	for oci_word in ${OCI_NAMESPACES:-pid mount ipc uts network} ${OCI_MAP:+user}; do
		oci_namespaces="$oci_namespaces${oci_namespaces:+, }{ \"type\": \"$oci_word\" }"
	done
	oci_map=
	[ -z "$OCI_MAP" ] || oci_map=$(printf \
		'"%sMappings": [{ "containerID": 0, "hostID": %s, "size": 65536 }], ' \
		uid "$OCI_MAP" gid "$OCI_MAP")
	oci_caps=$(json CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID \
		CAP_SETUID CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT)
	# shellcheck disable=SC2086,SC2153 # a list of words, which a caller sets
	oci_ambient=$(json $OCI_AMBIENT)
	cat >"$oci_dir/config.json" <<-EOF
	{
		"ociVersion": "1.0.2",
		"hostname": "oci",
		"root": { "path": "${OCI_ROOT:-/images/busybox}", "readonly": true },
		"process": {
			"terminal": false, "cwd": "/", "args": $(json "$@"),
			"env": ["PATH=/bin:/sbin:/usr/bin:/usr/sbin"],
			"user": { "uid": ${OCI_USER:-0}, "gid": ${OCI_USER:-0} },
			"capabilities": {
				"bounding": $oci_caps, "permitted": $oci_caps,
				"effective": $oci_caps, "inheritable": $oci_ambient,
				"ambient": $oci_ambient
			}
		},
		"hooks": ${OCI_HOOKS:-{\}},
		"mounts": [
			{ "destination": "/proc", "type": "proc", "source": "proc" },
			{ "destination": "/dev", "type": "tmpfs", "source": "dev",
			  "options": ["nosuid", "mode=755", "size=64k"] },
			{ "destination": "/tmp", "type": "tmpfs", "source": "tmp",
			  "options": ["mode=1777"] },
			{ "destination": "/tmp/tools", "type": "bind", "source": "/payload/bin",
			  "options": ["bind", "ro"] }
		],
		"linux": { $oci_map"namespaces": [$oci_namespaces] }
	}
	EOF
}

# oci_run RUNTIME NAME: runs the bundle in the folder NAME.
oci_run()
{
	"$1" run --bundle "$2" "$1-$2"
}
