# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A gain of host root that passes no hook: seen where credentials are put on, told, counted, and
# killed where the mode is kill. Here the hooks are gone because root of the host has removed their
# pins while no agent ran, and left the tripwire's.
# kernels: 5.10 newest
# full: 6.1 6.12
# lsm: default
# timeout: 180

. /payload/guest.sh
. /payload/agent.sh

cp /payload/bin/probe /bin/suid-probe && chmod 4755 /bin/suid-probe
USER=resuid=1000,1000,1000
SAVED=resuid=1000,1000,0
agent_on_exit=keep

# The hooks go, and their agent before them.
without_hooks()
{
	kill -9 "$agent"
	wait "$agent" 2>/dev/null
	rm /sys/fs/bpf/rootgate/current/link_rg_setuid_* /sys/fs/bpf/rootgate/current/link_rg_exec_*
	sleep 1
	judged=$(counter exec_audit),$(counter setuid_audit),$(counter exec_kill),$(counter setuid_kill)
}

# They are gone: none has judged anything.
none_judged()
{
	is "$(counter exec_audit),$(counter setuid_audit),$(counter exec_kill),$(counter setuid_kill)" \
		"$judged" "no hook has judged any of it"
}

mode()
{
	policy "version: 1
mode: $1"
	agent_start --policy $POLICY
}

note "what a hook lets pass is none of the tripwire's business"
mode audit
attempt 0 audit setuid 1 "setuid" pidns $SAVED setuid=0
attempt 0 audit exec 1 "a setuid-root file" pidns $USER execself=/bin/suid-probe,true
attempt 0 audit exec 1 "the same from a thread, which is another one behind the exec" \
	pidns $USER thread execself=/bin/suid-probe,true
attempt 0 allow setuid 2 "set-up" pidns fork $SAVED setuid=0
attempt 0 audit exec 1 "no_new_privs makes the effective uid of the real one" \
	pidns resuid=0,1000,1000 nnp execself=/bin/true
is "$(counter tripwire)" 0 "no gain without a hook"

note "no hooks, mode audit"
without_hooks
expect_exit 0 "setuid" probe pidns $SAVED setuid=0
expect_exit 0 "a setuid-root file" probe pidns $USER execself=/bin/suid-probe,true
expect_exit 0 "the host" probe $SAVED setuid=0
expect_exit 0 "a user" probe pidns $USER execself=/bin/true
expect_exit 0 "giving up root" probe pidns setresuid=1000,1000,1000
expect_exit 0 "remapped root" probe userns=0:100000:65536 resuid=0,0,0 pidns resuid=5,5,0 setuid=0
is "$(counter tripwire)" 2 "two gains are counted"
none_judged

note "no hooks, mode kill"
mode kill
both_told()
{
	rootgate events -n 100 -o json --type tripwire >/tmp/events
	[ "$(wc -l </tmp/events)" = 2 ]
}
wait_for 5 both_told
is "$(wc -l </tmp/events) $(sed -n 's/.*"action":"\([a-z]*\)".*/\1/p' /tmp/events | xargs)" "2 audit audit" \
	"the next agent tells both"
is "$(field "$(head -n 1 /tmp/events)" reason) $(field "$(head -n 1 /tmp/events)" comm)" \
	'"no_user_namespace" "probe"' "and whose they were"
attempt 137 kill setuid 1 "with hooks: it is refused before it comes to that" pidns $SAVED setuid=0
is "$(counter tripwire)" 2 "no new gain"
without_hooks
expect_exit 137 "setuid" probe pidns $SAVED setuid=0
expect_exit 137 "setfsuid" probe pidns $SAVED setfsuid=0
expect_exit 137 "a setuid-root file" probe pidns $USER execself=/bin/suid-probe,true
expect_exit 0 "the host" probe $SAVED setuid=0
expect_exit 0 "a user" probe pidns $USER execself=/bin/true
is "$(counter tripwire)" 5 "three more"
none_judged
expect_exit 0 "metrics have them" sh -c 'rootgate metrics | grep -qx "rootgate_tripwire_total 5"'

agent_on_exit=detach
mode enforce
is "$(rootgate events -n 100 -o json --type tripwire --action kill | wc -l)" 3 "the kills are told"
agent_stop
is $? 0 "the agent ends"
summary
