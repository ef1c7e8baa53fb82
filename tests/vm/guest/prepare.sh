# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs once in the new Debian guest, when its image is made: the engines take the images into their
# own stores, so that no test has to wait for that. The disk is written, so it ends read-only.
# timeout: 240

# shellcheck source-path=SCRIPTDIR source=guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=engines.sh
. /payload/engines.sh

start_docker
expect_exit 0 "podman takes busybox" podman import -q /images/busybox.tar \
	docker.io/library/busybox:1.36
expect_exit 0 "podman takes nginx" podman import -q --change 'CMD ["nginx"]' /images/nginx.tar \
	docker.io/library/nginx:1.27
expect_exit 0 "docker is up" wait_for_docker
expect_exit 0 "docker takes busybox" docker import /images/busybox.tar busybox:1.36
expect_exit 0 "docker takes nginx" docker import --change 'CMD ["nginx"]' /images/nginx.tar nginx:1.27
stop_docker
start_remapped_docker
expect_exit 0 "docker with a remapped root is up" wait_for_remapped_docker
expect_exit 0 "it takes busybox" docker -H $REMAPPED import /images/busybox.tar busybox:1.36
stop_docker
rm -f /images/*.tar
sync
mount -o remount,ro /
summary
