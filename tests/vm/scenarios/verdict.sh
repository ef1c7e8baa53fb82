# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The main job: host root in a container is refused, everything else isn't, and each refusal has its
# event with the right PIDs. In all three modes, which a reload switches.

. /payload/guest.sh
. /payload/agent.sh

cp /payload/bin/probe /bin/suid-probe && chmod 4755 /bin/suid-probe
USER=resuid=1000,1000,1000 # gives up root for good
SAVED=resuid=1000,1000,0   # keeps it as the saved uid

policy "version: 1
mode: enforce"
mkfifo /tmp/early
exec 8<>/tmp/early # who has it keeps the first one waiting
probe pidns go execself=/bin/true </tmp/early >/dev/null 8>&- &
waits=$!
early=$(descendant $waits 1)
probe pidns $USER pause 8>&- &
early_user=$(descendant $! 1)
probe pidns stay $USER pause 8>&- &
early_thread=$(descendant $! 1)
probe pidns leaderless $USER pause 8>&- &
early_last=$(descendant $! 1)
agent_start --policy $POLICY 8>&-

note "what was there before"
event=$(event_of "$early" preexisting)
is "$(field "$event" action) $(field "$event" pids) $(field "$event" comm)" \
	"\"audit\" $(nspid "$early") \"probe\"" "contained host root is told"
is "$(rootgate events -n 100000 -o json --pid "$early_user")" "" "contained users are not"
is "$(field "$(event_of "$early_thread" preexisting)" new)" '{"uid":0' "root that only a second thread holds is"
is "$(field "$(event_of "$early_last" preexisting)" new)" '{"uid":0' "and where the first thread has exited"
is "$(counter preexisting)" 3 "and counted"
is "$(rootgate ps --host-root | awk 'NR > 1 { print $2 }' | sort | xargs)" \
	"$(printf '%s\n' "$early" "$early_thread" "$early_last" | sort | xargs)" "and shown by ps"
exec 8>&-
wait $waits
is $? 1 "its next exec is refused"
is "$(field "$(event_of "$early" exec)" action)" '"deny"' "which is told"
kill -9 "$early_user" "$early_thread" "$early_last"

note "enforce: refused with EPERM"
attempt 1 deny exec 1 "exec of PID 1 as root" pidns execself=/bin/true
is "$(field "$event" reason) $(field "$event" phase) $(field "$event" evidence)" \
	'"no_user_namespace" "running" "pid_namespace"' "its reason, phase and evidence"
is "$(field "$event" exe) $(field "$event" level) $(field "$event" map)" '"/bin/busybox" 0 [[0,0,4294967295]' \
	"what it would have run, and its user namespace"
attempt 1 deny exec 1 "exec of PID 1 with the real uid 0 alone" pidns resuid=0,1000,1000 execself=/bin/true
attempt 1 deny exec 1 "exec of PID 1 with the effective uid 0 alone" pidns resuid=1000,0,1000 execself=/bin/true
attempt 1 deny setuid 1 "setuid from the saved uid" pidns $SAVED setuid=0
is "$(field "$event" old) $(field "$event" new)" '{"uid":1000 {"uid":1000' "its credentials before and after"
attempt 1 deny setuid 1 "setreuid" pidns $SAVED setreuid=-1,0
attempt 1 deny setuid 1 "setresuid of the real uid" pidns $SAVED setresuid=0,-1,-1
attempt 1 deny setuid 1 "setresuid of the effective uid" pidns $SAVED setresuid=-1,0,-1
attempt 1 deny setuid 1 "setfsuid" pidns $SAVED setfsuid=0
attempt 1 deny setuid 1 "setuid with CAP_SETUID, from no uid that is 0" pidns keepcaps $USER caps=setuid setuid=0
attempt 1 deny setuid 1 "setresuid of the saved uid, with CAP_SETUID" \
	pidns keepcaps $USER caps=setuid setresuid=-1,-1,0
attempt 1 deny setuid 1 "from a second thread" pidns $SAVED thread setuid=0
attempt 1 deny exec 1 "a setuid-root file" pidns $USER execself=/bin/suid-probe,true
is "$(printf '%s' "$event" | sed 's/.*"old":\({[^}]*}\),"new":\({[^}]*}\).*/\1 \2/')" \
	'{"uid":1000,"euid":1000,"suid":1000,"fsuid":1000} {"uid":1000,"euid":0,"suid":0,"fsuid":0}' \
	"its credentials before and after"
attempt 1 deny exec 2 "a setuid-root file after the hand-over" pidns $USER reexec fork execself=/bin/suid-probe,true
attempt 1 deny exec 2 "the same where a younger thread of PID 1 is the reaper" \
	pidns $USER reexec leaderless execself=/bin/suid-probe,true
attempt 1 deny exec 1 "the same from a second thread" pidns $USER thread execself=/bin/suid-probe,true
expect_exit 1 "and from a child after vfork" probe pidns $USER reexec vforkexec=/bin/suid-probe,true
attempt 0 - exec 1 "with no_new_privs it gives nothing: allowed" pidns $USER nnp execself=/bin/suid-probe,true
EFFECTIVE="resuid=1000,0,1000 caps=none nnp" # what no_new_privs takes back, behind a fmod_ret program
if grep -q "attached by lsm" $AGENT_LOG; then
	attempt 0 - exec 1 "nor does an effective uid 0: allowed" pidns $EFFECTIVE execself=/bin/true
else
	attempt 1 deny exec 1 "without BPF LSM an effective uid 0 counts all the same" pidns $EFFECTIVE execself=/bin/true
	effective=1
fi
printf '#!/bin/true\n' >/bin/script && chmod 755 /bin/script
attempt 1 deny exec 1 "a script" pidns execself=/bin/script
attempt 1 deny exec 1 "an identity map is no user namespace" userns=0:0:65536 pidns execself=/bin/true
is "$(field "$event" reason) $(field "$event" level)" '"userns_maps_host_root" 1' "and its reason says so"

note "by 32-bit calls, and those for 16-bit ids"
attempt 1 deny setuid 1 "setuid32" pidns $SAVED int80=213,0
attempt 1 deny setuid 1 "setreuid32" pidns $SAVED int80=203,-1,0
attempt 1 deny setuid 1 "setresuid32" pidns $SAVED int80=208,-1,0,-1
attempt 1 deny setuid 1 "setfsuid32" pidns $SAVED int80=215,0
attempt 1 deny setuid 1 "setuid16" pidns $SAVED int80=23,0
attempt 1 deny setuid 1 "setreuid16" pidns $SAVED int80=70,65535,0
attempt 1 deny setuid 1 "setresuid16" pidns $SAVED int80=164,0,65535,65535
attempt 1 deny setuid 1 "setfsuid16" pidns $SAVED int80=138,0
attempt 0 - setuid 1 "giving up root: allowed" pidns int80=208,1000,1000,1000
attempt 0 - setuid 0 "the host: allowed" $SAVED int80=213,0

note "file capabilities for one user namespace's root"
cp /payload/bin/probe /bin/host-caps-probe
cp /payload/bin/probe /bin/ns-caps-probe
expect_exit 0 "files with CAP_SETUID" probe filecaps=/bin/host-caps-probe,setuid,0 \
	filecaps=/bin/ns-caps-probe,setuid,100000 true
attempt 1 deny setuid 1 "for the host's" pidns $USER execself=/bin/host-caps-probe,setuid=0
attempt 1 deny setuid 2 "for the host's, where a younger thread of PID 1 is the reaper" \
	pidns $USER reexec leaderless execself=/bin/host-caps-probe,setuid=0
attempt 1 - setuid 1 "for another's they give nothing" pidns $USER execself=/bin/ns-caps-probe,setuid=0
attempt 0 - setuid 1 "for remapped root: allowed" \
	userns=0:100000:65536 resuid=5,5,5 pidns execself=/bin/ns-caps-probe,setuid=0
attempt 1 deny setuid 1 "for one whose user namespace covers host root" \
	userns=0:100000:1000,1000:0:1 resuid=5,5,5 pidns execself=/bin/ns-caps-probe,setuid=1000

note "root that an io_uring remembers"
: >/tmp/secret && chmod 600 /tmp/secret
attempt 1 - setuid 1 "opens files, but gives no id" pidns personality $USER impersonate=/tmp/secret setuid=0
attempt 0 - exec 1 "and no exec" pidns personality $USER impersonate=/tmp/secret execself=/bin/true

note "a root shell of the host that enters a container"
probe pidns $USER reexec pause &
inside=$(descendant $! 1)
attempt 1 deny exec 1 "exec there" "enter=$inside" execself=/bin/true
expect_exit 1 "a nameless file there" probe "enter=$inside" fexec=/bin/true
attempt 1 deny exec 2 "exec in a nested PID namespace there" "enter=$inside" pidns execself=/bin/true
attempt 1 deny exec 3 "exec by a child of one's PID 1 that has never execed" \
	"enter=$inside" pidns fork execself=/bin/true
thirty_one=$(yes pidns | head -n 31 | tr '\n' ' ')
# shellcheck disable=SC2086 # a list of steps
attempt 1 deny exec 32 "exec at level 32" "enter=$inside" $thirty_one execself=/bin/true
# shellcheck disable=SC2086
attempt 1 deny setuid 32 "setuid there" "enter=$inside" $thirty_one $SAVED setuid=0
expect_exit 0 "as a user: allowed" probe "enter=$inside" $USER exec=/bin/true
kill -9 "$inside"
probe userns=0:100000:65536 resuid=0,0,0 pidns reexec name=remapped pause &
wait_for 10 pidof remapped # the one who wrote its map is a descendant, too
inside=$(pidof remapped)
attempt 1 deny exec 1 "exec in a remapped one, still as host root" "enter=$inside" execself=/bin/true
is "$(field "$event" level) $(field "$event" uid)" "1 0" "in its user namespace"
attempt 0 - exec 1 "as its root: allowed" "enter=$inside" resuid=0,0,0 execself=/bin/true
kill -9 "$inside"

note "enforce: allowed, and no event"
attempt 0 - exec 1 "exec as a user" pidns $USER execself=/bin/true
attempt 0 - setuid 1 "root to root changes nothing" pidns setuid=0
attempt 0 - setuid 1 "giving up root" pidns setresuid=1000,1000,1000
attempt 0 - exec 1 "remapped root" userns=0:100000:65536 resuid=0,0,0 pidns execself=/bin/true
attempt 0 audit latent 1 "a map that covers host root, while PID 1 is somebody else" \
	userns=0:100000:1000,1000:0:1 resuid=5,5,5 pidns execself=/bin/true
attempt 0 - setuid 1 "remapped root regains its own root" \
	userns=0:100000:65536 resuid=0,0,0 pidns resuid=5,5,0 setuid=0
attempt 0 - exec 0 "the host: exec as root" execself=/bin/true
attempt 0 - setuid 0 "the host: setuid from the saved uid" $SAVED setuid=0
attempt 0 - exec 0 "the host: a setuid-root file" $USER execself=/bin/suid-probe,true
attempt 0 - exec 0 "the host in another mount namespace" mntns execself=/bin/true
attempt 0 - exec 0 "the host in a user namespace" userns=0:0:65536 execself=/bin/true
attempt 0 allow exec 2 "set-up, before the hand-over" pidns fork execself=/bin/true
is "$(field "$event" phase)" '"setup"' "is told as such"
is "$(counter setup)" 1 "and counted"

note "--pid=host: the base PID namespace, a mount namespace of its own, a container's cgroup"
id=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
for path in "docker/$id" "system.slice/docker-$id.scope" "machine.slice/libpod-$id.scope/container" \
	"kubepods.slice/cri-containerd-$id.scope" "kubepods.slice/crio-$id.scope" \
	"kubepods/besteffort/pod1/$id" "jobs/$id" "lxc.payload.box/init.scope"; do
	attempt 1 deny exec 0 "exec in /$path" "cgroup=$path" mntns execself=/bin/true
done
is "$(field "$event" evidence) $(field "$event" phase)" '"cgroup" "running"' "with that evidence"
attempt 1 deny setuid 0 "setuid in /docker/..." "cgroup=docker/$id" mntns $SAVED setuid=0
attempt 0 - exec 0 "as a user" "cgroup=docker/$id" mntns $USER execself=/bin/true
attempt 0 - exec 0 "the host's floor, whatever the cgroup" "cgroup=docker/$id" execself=/bin/true
for path in "system.slice/docker.service" "system.slice/libpod-conmon-$id.scope" "docker/buildkit" \
	"system.slice/docker-registry-$id.service" "jobs/${id}0" "jobs/$(echo "$id" | tr 0-9a-f g-v)"; do
	attempt 0 - exec 0 "no container: /$path" "cgroup=$path" mntns execself=/bin/true
done

note "a process that is named as a runtime is: refused as any other"
cp /payload/bin/probe /usr/bin/runc
cd /usr/bin || exit 1 # for its argv[0]
as_runc="execself=runc,name=runc:[2:INIT]"
attempt 1 deny exec 1 "exec" pidns "name=runc:[2:INIT]" execself=runc,init
is "$(field "$event" comm) $(field "$event" exe)" '"runc:[2:INIT]" "/usr/bin/runc"' "by these names"
attempt 1 deny exec 0 "exec with --pid=host" "cgroup=docker/$id" mntns "name=runc:[2:INIT]" execself=runc,init
attempt 1 deny exec 1 "exec of a setuid-root file" pidns $USER $as_runc,execself=/bin/suid-probe
expect_exit 0 "it gets CAP_SETUID" probe filecaps=/usr/bin/runc,setuid true
attempt 1 deny setuid 1 "setuid" pidns $USER $as_runc,setuid=0
is "$(field "$event" comm) $(field "$event" exe)" '"runc:[2:INIT]" "/usr/bin/runc"' "by these names"
cd "$OLDPWD" || exit 1

note "kill: refused, and the process is gone"
policy "version: 1
setup_timeout: 1s
mode: kill"
expect_exit 0 "the mode changes" agent_reload
attempt 137 kill exec 1 "exec" pidns execself=/bin/true
attempt 137 kill setuid 1 "setuid" pidns $SAVED setuid=0
attempt 0 - exec 1 "exec as a user" pidns $USER execself=/bin/true
attempt 137 kill exec 2 "set-up that has lasted too long is over" pidns fork sleep=1100 execself=/bin/true

note "audit: nothing is refused, all is told"
policy "version: 1
mode: audit"
expect_exit 0 "the mode changes" agent_reload
attempt 0 audit exec 1 "exec" pidns execself=/bin/true
attempt 0 audit setuid 1 "setuid" pidns $SAVED setuid=0
attempt 0 audit exec 1 "a setuid-root file" pidns $USER execself=/bin/suid-probe,true
is "$(field "$event" generation) $(field "$event" mode)" '3 "audit"' "with the policy that judged"

note "every verdict was counted, and every event told"
is "$(counter exec_deny) $(counter setuid_deny)" "$((28 + effective)) 22" "refused"
is "$(counter exec_kill) $(counter setuid_kill)" "2 1" "killed"
is "$(counter exec_audit) $(counter setuid_audit)" "2 1" "let through"
is "$(counter events)" $((65 + effective)) "events"
is "$(counter lost_refusals) $(counter lost_reports)" "0 0" "none lost"
is "$(counter tripwire)" 0 "and none came by without a hook"

agent_stop
is $? 0 "the agent ends when it is told to"
expect_exit 0 "and nothing is refused any more" probe pidns execself=/bin/true
summary
