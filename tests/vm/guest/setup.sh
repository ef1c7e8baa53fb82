#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs once in the Debian guest's tree while it is built: users and configuration, so that plain
# `podman run` and `docker run` work without systemd, without a network and without a registry;
# and for the scenarios that boot with systemd, so that docker starts with it and nothing else does.

set -eu

useradd -m -u 1000 user
useradd -r -U dockremap
printf '%s\n' root:100000:65536 containers:200000:131072 dockremap:400000:65536 >/etc/subuid
cp /etc/subuid /etc/subgid

echo guest >/etc/hostname
printf '%s\n' '127.0.0.1 localhost guest' '::1 localhost' >/etc/hosts
echo 'nameserver 127.0.0.1' >/etc/resolv.conf

mkdir -p /etc/containers /etc/docker
cat >/etc/containers/storage.conf <<-EOF
	[storage]
	driver = "overlay"
	runroot = "/run/containers/storage"
	graphroot = "/var/lib/containers/storage"
EOF
cat >/etc/containers/containers.conf <<-EOF
	[containers]
	netns = "none"
	log_driver = "k8s-file"

	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	runtime = "crun"
EOF
echo 'unqualified-search-registries = ["docker.io"]' >/etc/containers/registries.conf
cat >/etc/docker/daemon.json <<-EOF
	{
		"bridge": "none",
		"iptables": false,
		"storage-driver": "overlay2",
		"exec-opts": ["native.cgroupdriver=cgroupfs"],
		"log-level": "warn"
	}
EOF

rm -rf /etc/systemd/system/*.wants
systemctl enable containerd.service docker.service
systemctl mask apparmor.service getty.target systemd-firstboot.service systemd-update-utmp.service
