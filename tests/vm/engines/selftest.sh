# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The engines by themselves, without rootgate: what the other scenarios expect to be refused, and
# what they expect to go on working, works here.
# timeout: 300
# kernels: 6.1

. /payload/guest.sh
. /payload/engines.sh

start_docker

for runtime in runc crun; do
	oci_bundle root id -u
	is "$(oci_run $runtime root)" 0 "$runtime: root"
	OCI_USER=5000 oci_bundle user id -u
	is "$(oci_run $runtime user)" 5000 "$runtime: user 5000"
	OCI_USER=5000 oci_bundle suid su-id -u
	is "$(oci_run $runtime suid)" 0 "$runtime: user 5000 and a setuid-root binary"
	OCI_MAP=100000 oci_bundle mapped sh -c "id -u; cat /proc/self/uid_map"
	like "$(oci_run $runtime mapped | xargs)" "0 0 100000 65536" "$runtime: remapped root"
done

is "$(podman run --rm busybox:1.36 id -u)" 0 "podman: root"
is "$(podman run --rm --user 5000 busybox:1.36 id -u)" 5000 "podman: user 5000"
like "$(podman run --rm --uidmap 0:100000:65536 busybox:1.36 sh -c "id -u; cat /proc/self/uid_map" |
	xargs)" "0 0 100000 65536" "podman: remapped root"

expect_exit 0 "docker is up" wait_for_docker
is "$(docker run --rm busybox:1.36 id -u)" 0 "docker: root"
is "$(docker run --rm --user 5000 busybox:1.36 su-id -u)" 0 \
	"docker: user 5000 and a setuid-root binary"
expect_exit 0 "docker: nginx starts" docker run -d --name web nginx:1.27
is "$(docker exec web id -u)" 0 "docker exec: root"
is "$(docker exec --user 5000 web id -u)" 5000 "docker exec: user 5000"
is "$(docker exec web wget -qO- http://127.0.0.1/)" hello "nginx answers on port 80"
like "$(docker top web -o pid,uid,args)" "*101*nginx: worker*" "its workers are uid 101"

summary
