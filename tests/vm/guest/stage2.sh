# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# PID 1 of a guest on its final root, or a service of systemd there: mounts what a host has mounted,
# runs the scenarios that /payload/scenarios/order lists one after the other, and powers off.
# Results go to the second serial port, one line each, so that no kernel message ever lands between
# them:
#
#	begin NAME
#	ok N - test | not ok N - test | skip - test: reason
#	end NAME exit=CODE
#	bye

export PATH=/payload/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C RESULTS=/dev/ttyS1

mount_all()
{
	mount -t proc -o nosuid,nodev,noexec proc /proc
	mount -t sysfs sys /sys
	mount -t devtmpfs dev /dev 2>/dev/null
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs -o mode=1777 shm /dev/shm
	mount -t tmpfs -o mode=755 run /run
	mount -t tmpfs -o mode=1777 tmp /tmp
	mount -t securityfs security /sys/kernel/security
	mount -t tracefs trace /sys/kernel/tracing
	mount -t debugfs debug /sys/kernel/debug
	mount -t cgroup2 -o nsdelegate cgroup /sys/fs/cgroup
	mount -t bpf bpf /sys/fs/bpf
	mkdir -p /run/lock
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	hostname guest
	ip link set lo up
}

# systemd has done all that where this is one of its services.
[ $$ != 1 ] || mount_all

# Held open as long as this process lives: a close waits for the line to drain.
exec 3>"$RESULTS"
stty -F "$RESULTS" raw -echo 2>/dev/null

# A fresh start for the next: nobody left over, nothing pinned.
clean_up()
{
	[ $$ = 1 ] || return 0
	kill -9 -1
	umount /sys/fs/bpf && mount -t bpf bpf /sys/fs/bpf
}

run_scenario()
{
	name=$1
	mkdir -p "/run/scenario/$name"
	echo "begin $name" >&3
	echo "==== $name"
	(
		cd "/run/scenario/$name" && exec sh "/payload/scenarios/$name.sh" </dev/null 3>&-
	)
	code=$?
	echo "==== $name: exit $code, up $(cut -d' ' -f1 /proc/uptime) s"
	echo "end $name exit=$code" >&3
}

echo "==== guest: Linux $(uname -r), lsm $(cat /sys/kernel/security/lsm)," \
	"up $(cut -d' ' -f1 /proc/uptime) s"
if grep -q rootgate.shell /proc/cmdline; then
	echo "Start a scenario with: sh /payload/scenarios/NAME.sh; here:" \
		"$(xargs </payload/scenarios/order)"
	RESULTS=/dev/null
	if command -v setsid >/dev/null; then
		setsid -c sh -i </dev/ttyS0 >/dev/ttyS0 2>&1
	else
		sh -i
	fi
else
	while read -r scenario; do
		run_scenario "$scenario"
		clean_up
	done </payload/scenarios/order
fi
echo bye >&3
exec 3>&-
echo o >/proc/sysrq-trigger
sleep 60
