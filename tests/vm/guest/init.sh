#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=dash
#
# PID 1 of every guest, from the initramfs: loads the modules, makes the root file system that the
# command line asks for (rootgate.root=: a tmpfs with busybox, or Debian on the disk), takes the
# payload there and goes on as stage2.sh, or systemd.sh. No test here.

/bin/busybox mkdir -p /proc /dev /new
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
PATH=/bin
/bin/busybox --install -s /bin

while read -r module; do
	insmod "/modules/$module" || echo "init: cannot load $module"
done </modules/order

case " $(cat /proc/cmdline) " in
*" rootgate.root=debian "*)
	mount -t ext4 -o noatime /dev/vda /new || { echo "init: no root disk"; poweroff -f; }
	;;
*)
	# A copy on a tmpfs: the initramfs itself can be neither pivoted nor moved.
	mount -t tmpfs -o mode=755 root /new
	cp -a /bin /new/
	cd /new && mkdir -p proc sys dev run tmp root var/tmp lib sbin usr/bin usr/sbin
	mkdir -p etc && echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
	echo 'user:x:1000:1000:user:/:/bin/sh' >>etc/passwd
	printf '%s\n' root:x:0: user:x:1000: >etc/group
	ln -s ../../bin/busybox usr/bin/env
	chmod 1777 tmp var/tmp
	;;
esac
stage=/payload/stage2.sh
grep -q rootgate.systemd /proc/cmdline && stage=/payload/systemd.sh
mkdir -p /new/payload
mount -t tmpfs -o mode=755 payload /new/payload
cp -a /payload/. /new/payload/
umount /proc
exec switch_root /new /bin/sh $stage </dev/console >/dev/console 2>&1
