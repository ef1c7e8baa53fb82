# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# PID 1 of a Debian guest whose scenario wants systemd ("# init: systemd"), until it is systemd. A
# service of the target that is booted starts the scenario, in a scope, as a login is one: for what
# a service does in a PID namespace of its own is the host's (PrivatePIDs=). multi-user.target is
# left for the scenario to start.

mount -t tmpfs -o mode=755 run /run
mkdir -p /run/systemd/system
cat >/run/systemd/system/scenario.target <<-EOF
	[Unit]
	Requires=basic.target
	After=basic.target
	Wants=scenario.service
EOF
cat >/run/systemd/system/scenario.service <<-EOF
	[Service]
	ExecStart=/bin/sh -c 'exec systemd-run -q --scope sh /payload/stage2.sh </dev/console >/dev/console 2>&1'
EOF
exec /sbin/init --unit=scenario.target --show-status=no
