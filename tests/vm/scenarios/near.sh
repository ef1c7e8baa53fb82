# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 newest
# full: 6.1 6.12
# lsm: default
#
# Near host root: capabilities that lead there, and group 0. The policy's answer to each is given,
# told and counted, and nobody else is bothered.

. /payload/guest.sh
. /payload/agent.sh

cp /payload/bin/probe /bin/sgid-probe && chgrp 0 /bin/sgid-probe && chmod 2755 /bin/sgid-probe
cp /payload/bin/probe /bin/caps-probe
cp /payload/bin/probe /bin/ns-caps-probe
probe filecaps=/bin/caps-probe,sys_ptrace filecaps=/bin/ns-caps-probe,sys_ptrace,100000 true ||
	not_ok "files with capabilities"
USER=resuid=1000,1000,1000
ADMIN="keepcaps $USER caps=sys_admin ambient=sys_admin" # a user who has it at the next exec as well
SAVED=resgid=1000,1000,0

# A mode, and the answers: near MODE CAPABILITIES GROUP
near()
{
	policy "version: 1
mode: $1
root_capabilities: { action: $2 }
root_group: $3"
	agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
}

policy "version: 1
mode: enforce"
agent_start --policy $POLICY

note "by default capabilities are told, and group 0 is ignored"
attempt 0 audit exec 1 "ambient CAP_SYS_ADMIN" pidns $ADMIN execself=/bin/true
is "$(field "$event" reason) $(field "$event" old) $(field "$event" evidence)" \
	'"root_capabilities" {"uid":1000 "pid_namespace"' "its reason"
attempt 0 audit exec 1 "a file's capabilities" pidns $USER execself=/bin/caps-probe,true
attempt 0 - exec 1 "those that an exec takes away" pidns keepcaps $USER caps=sys_admin execself=/bin/true
attempt 0 - exec 1 "one that leads nowhere" \
	pidns keepcaps $USER caps=net_bind_service ambient=net_bind_service execself=/bin/true
attempt 0 - exec 1 "those of a user namespace" userns=0:100000:65536 resuid=0,0,0 pidns $USER \
	execself=/bin/ns-caps-probe,true
attempt 0 - exec 0 "those of the host" $ADMIN execself=/bin/true
attempt 0 - setuid 1 "group 0" pidns $SAVED $USER setgid=0
is "$(counter near_audit) $(counter exec_audit)" "2 0" "counted, and not among violations"

note "deny"
near enforce deny deny
if grep -q "attached by lsm" $AGENT_LOG; then
	attempt 1 deny exec 1 "ambient CAP_SYS_ADMIN" pidns $ADMIN execself=/bin/true
	attempt 1 deny exec 1 "a file's capabilities" pidns $USER execself=/bin/caps-probe,true
	denied=2
else
	expect_exit 0 "capabilities: that it can't, it says" grep -q "'deny' only reports" $AGENT_LOG
	attempt 0 audit exec 1 "ambient CAP_SYS_ADMIN" pidns $ADMIN execself=/bin/true
	denied=0
fi
attempt 1 deny setuid 1 "setgid to the saved group 0" pidns $SAVED $USER setgid=0
is "$(field "$event" reason) $(field "$event" old) $(field "$event" new) $(field "$event" container_uid)" \
	'"root_group" {"gid":1000 {"gid":1000 null' "its reason, and groups instead of users"
attempt 1 deny setuid 1 "setresgid of the real one" pidns $SAVED $USER setresgid=0,-1,-1
attempt 1 deny exec 1 "a setgid file" pidns resgid=1000,1000,1000 $USER execself=/bin/sgid-probe,true
attempt 0 - setuid 1 "group 0 that is held" pidns $USER setresgid=0,0,0
attempt 0 - setuid 1 "giving it up" pidns setresgid=1000,1000,1000
attempt 0 allow setuid 2 "set-up" pidns fork $SAVED setgid=0
is "$(field "$event" phase)" '"setup"' "is told as such"
attempt 0 - setuid 0 "the host" $SAVED setgid=0
attempt 0 - exec 0 "the host: a setgid file" resgid=1000,1000,1000 $USER execself=/bin/sgid-probe,true
attempt 0 - exec 1 "a user without any of it" pidns resgid=1000,1000,1000 $USER execself=/bin/true
is "$(counter near_deny)" $((3 + denied)) "counted"

note "a rule can only make it milder"
policy "version: 1
mode: enforce
root_capabilities: { action: audit }
root_group: deny
rules:
- { name: let, match: { user_namespace: none, event: setuid }, action: allow, report: true }
- { name: never, match: { user_namespace: none, event: exec }, action: kill }"
agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
attempt 0 allow setuid 1 "group 0 that a rule allows" pidns $SAVED $USER setgid=0
is "$(field "$event" rule) $(field "$event" reason)" '"let" "root_group"' "by that rule"
attempt 0 audit exec 1 "capabilities that a rule would kill" pidns $ADMIN execself=/bin/true
is "$(counter near_allow) $(counter near_kill)" "1 0" "counted"

note "kill, audit and ignore"
near audit kill audit
attempt 137 kill exec 1 "CAP_SYS_ADMIN" pidns $ADMIN execself=/bin/true
attempt 0 audit setuid 1 "group 0" pidns $SAVED $USER setgid=0
attempt 0 audit exec 1 "a setgid file" pidns resgid=1000,1000,1000 $USER execself=/bin/sgid-probe,true
is "$(counter near_kill)" 1 "counted"
near enforce ignore ignore
attempt 0 - exec 1 "CAP_SYS_ADMIN" pidns $ADMIN execself=/bin/true
policy "version: 1
mode: enforce
root_capabilities: { action: audit, set: [CAP_NET_RAW] }"
agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
attempt 0 - exec 1 "CAP_SYS_ADMIN where the set has it not" pidns $ADMIN execself=/bin/true
attempt 0 audit exec 1 "CAP_NET_RAW where it has it" \
	pidns keepcaps $USER caps=net_raw ambient=net_raw execself=/bin/true

agent_stop
is $? 0 "the agent ends"
summary
