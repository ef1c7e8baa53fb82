# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every set*uid from every combination of ids, and execs that fail for all kinds of reasons, come to the
# same with an agent as without: the same error or none, and the same ids then.
# kernels: 5.10
# full: newest
# lsm: default

. /payload/guest.sh
. /payload/agent.sh

# all_calls WHO: what comes of them
all_calls()
{
	case $1 in
	host) set -- 0,1000,1001 ;;
	host-user) set -- 1000,1001 resuid=1000,1001,1000 ;;
	remapped) set -- 0,1000,1001 userns=0:100000:65536 resuid=0,0,0 pidns handover=0 ;;
	contained-user) set -- 1000,1001 pidns handover=1000 resuid=1000,1001,1000 ;;
	contained-root) set -- 0,1000,1001 pidns handover=0 ;;
	esac
	all_ids=$1
	shift
	probe "$@" "idcalls=$all_ids" 2>&1 && probe "$@" execcalls 2>&1
}

# same NAME WHO...: they are what they were
same()
{
	same_name=$1
	shift
	for who in "$@"; do
		all_calls "$who" >"/tmp/$who.now"
		same_code=$?
		diff "/tmp/$who.before" "/tmp/$who.now" >/tmp/difference
		is "$? $same_code" "0 0" "$same_name: $who: $(wc -l <"/tmp/$who.now") calls"
		head -n 20 /tmp/difference | sed 's/^/#   /'
	done
}

for who in host host-user remapped contained-user contained-root; do
	all_calls $who >/tmp/$who.before
	is "$?" 0 "without an agent: $who: $(wc -l </tmp/$who.before) calls"
done
policy "version: 1
mode: enforce"
agent_start --policy $POLICY
same enforce host host-user remapped contained-user
is "$(counter exec_deny) $(counter setuid_deny)" "0 0" "nothing was refused"
policy "version: 1
mode: audit"
expect_exit 0 "the mode changes" agent_reload
same audit contained-root
[ "$(counter setuid_audit)" -gt 0 ] && [ "$(counter exec_audit)" -gt 0 ]
is $? 0 "of which many were told"
agent_stop
is $? 0 "the agent ends"
summary
