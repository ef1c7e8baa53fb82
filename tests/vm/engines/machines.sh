# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 400
# kernels: 6.1
# init: systemd
#
# What starts containers and is no OCI runtime: LXC, systemd-nspawn, and bubblewrap as root. The
# verdict, and rules on who a container is.

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

# Trees of their own, as an operator has them: root's, and a remapped root's.
for tree in root image mapped; do
	mkdir -p /tmp/$tree
	cp -a /images/busybox/. /tmp/$tree
	mkdir -p /tmp/$tree/usr
done
chown -R 100000:100000 /tmp/mapped

# lxc NAME TREE [LINE...]: runs id -u as a container of that name; more lines for its configuration.
lxc()
{
	lxc_name=$1
	mkdir -p "/var/lib/lxc/$1"
	{
		echo "lxc.rootfs.path = dir:/tmp/$2"
		echo "lxc.uts.name = $1"
		echo "lxc.net.0.type = empty"
		echo "lxc.apparmor.profile = unconfined"
		echo "lxc.console.path = none"
		echo "lxc.init.cmd = /bin/id -u"
		shift 2
		printf '%s\n' "$@"
	} >"/var/lib/lxc/$lxc_name/config"
	lxc-start -F -n "$lxc_name"
}

# nspawn NAME TREE [OPTION...]: the same.
nspawn()
{
	nspawn_name=$1 nspawn_tree=$2
	shift 2
	systemd-nspawn -q --pipe -M "$nspawn_name" -D "/tmp/$nspawn_tree" "$@" /bin/id -u
}

sandbox()
{
	bwrap --unshare-pid --bind / / --proc /proc --dev /dev "$@"
}

policy 'version: 1
root_capabilities: { action: ignore }
setup_timeout: 3s
mode: enforce
rules:
  - { name: names, match: { name: ["good*"], runtime: [lxc, nspawn] }, action: allow, reason: test }
  - { name: trees, match: { image: "/tmp/image*", runtime: nspawn }, action: allow, reason: test }'
systemctl start dbus.service
agent_start --policy $POLICY
follow_events

note "LXC"
refused 1 exec "its init as root" lxc plain root
told plain lxc "[$(field "$event" pid),1]" "told whose"
is "$(of "$event" container evidence) $(of "$event" container name)" '"pid_namespace" "plain"' "by its PID namespace"
unharmed 0 "a remapped root" lxc mapped mapped "lxc.idmap = u 0 100000 65536" "lxc.idmap = g 0 100000 65536"
unharmed 0 "an allowed one" lxc good root
reported 2 0 "a hook, which a shell runs in the container as its root" \
	lxc good-hooked root "lxc.hook.mount = /bin/true"
event=$(tail -n 1 $EVENTS)
is "$(of "$event" process exe) $(field "$event" phase)" '"/usr/bin/true" "setup"' "is set-up"

note "systemd-nspawn"
refused 1 exec "its command as root" nspawn plain root
told plain nspawn "[$(field "$event" pid),1]" "told whose"
is "$(of "$event" container name) $(of "$event" container image)" '"plain" "/tmp/root"' "and which tree it has"
unharmed 0 "a remapped root" nspawn mapped mapped --private-users=100000:65536 --private-users-ownership=off
unharmed 0 "an allowed one" nspawn good root

# Its PID 1 never executes anything: so nothing there is a hand-over, and set-up ends by time.
note "bubblewrap"
refused 1 exec "as PID 1" sandbox --as-pid-1 id -u
reported 1 0 "below its own PID 1: at first it is set-up" sandbox id -u
is "$(field "$event" phase) $(field "$event" action)" '"setup" "allow"' "and told as such"
# by its path: a shell that is refused tries the next folder in PATH
try sandbox sh -c 'sleep 4; /usr/bin/id -u'
take_events 3
is "$? $(field "$(tail -n 1 $EVENTS)" action) $out" '0 "deny" ' "later it is refused"
unharmed 1000 "in a user namespace, a user's" \
	runuser -u user -- bwrap --unshare-all --bind / / --proc /proc --dev /dev id -u

note "first execs, by rules on who it is"
named() { lxc "good-$1" root; }
unnamed() { lxc "bad-$1" root; }
right "LXC, by name" named unnamed
named() { nspawn "good-$1" root; }
of_image() { nspawn "other-$1" image; }
unnamed() { nspawn "bad-$1" root; }
allowed() { cycle "$1" named of_image; }
right "nspawn, by name and by its tree" allowed unnamed
is "$(counter unidentified)" 0 "nobody was judged unidentified"

agent_stop
is $? 0 "the agent ends"
summary
