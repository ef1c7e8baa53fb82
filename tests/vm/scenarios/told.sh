# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 300
# lsm: default
# kernels: 6.1
# full: newest
#
# Whatever keeps the programs from refusing, or from outliving the agent, is told within ten seconds:
# by an event, by status and its exit code, and by metrics. Without the guard, which would refuse
# most of it.

. /payload/guest.sh
. /payload/agent.sh

SYS_dup2=33 # x86-64's number
PINS=/sys/fs/bpf/rootgate

hundredths()
{
	cut -d' ' -f1 /proc/uptime | tr -d .
}

# /tmp/said: what is said, a line each, behind the moment at which it was heard.
hear_events()
{
	rootgate events -f -n 1 -o json --type state | while read -r line; do
		echo "$(hundredths) $line" >>/tmp/said
	done
}

hear_status()
{
	while [ -e /tmp/listening ]; do
		rootgate status -o json >/tmp/status 2>/dev/null
		echo "exit $?" >>/tmp/status
		rootgate metrics 2>/dev/null | grep '^rootgate_state.* 1$' >>/tmp/status
		now=$(hundredths)
		sed "s/^/$now /" /tmp/status >>/tmp/said
	done
}

# first PATTERN: how long after the loss it was heard for the first time, in hundredths of a second
first()
{
	awk -v lost="$lost" -v pattern="$1" '$1 >= lost && $0 ~ pattern { print $1 - lost; exit }' /tmp/said
}

# heard SIGN...: whether all of them were, each "NAME:HUNDREDTHS:PATTERN"
heard()
{
	for sign; do
		[ "$(first "${sign#*:*:}")" ] || return 1
	done
}

# told NOTE STATE EXIT: of what was lost at $lost. Status and metrics say it as soon as the event does,
# but asking them takes a while where the one CPU is busy with attaching anew.
told()
{
	set -- "an event:1000:\"type\":\"state\".*$1" "status:1500:\"state\":\"$2\"" \
		"its exit code:1500:exit $3" "metrics:1500:rootgate_state\\\\{state=\"$2\"\\\\} 1"
	wait_for 15 heard "$@"
	for sign; do
		told_limit=${sign#*:}
		told_after=$(first "${sign#*:*:}")
		note "${sign%%:*} after ${told_after:-no} hundredths of a second"
		[ "${told_after:-9999}" -le "${told_limit%%:*}" ]
		is $? 0 "by ${sign%%:*}, in time"
	done
}

again()
{
	wait_for 90 state_is enforcing
	is "$? $(forbidden)" "0 1 1" "and all is well again"
}

policy "version: 1
mode: enforce"
agent_start --policy $POLICY --no-guard --no-ftrace-guard

note "bpf is no active LSM"
case ,$(cat /sys/kernel/security/lsm), in
*,bpf,*) way=lsm ;;
*) way=fmod_ret ;;
esac
like "$(rootgate status -o json)" "*\"attach\":\"$way\",\"guarantee\":\"blocked*" "status tells by what is refused"
like "$(rootgate events -o json --type state)" "*\"note\":\"enforcing: attached by $way (*" "an event, too"
expect_exit 0 "and metrics" sh -c "rootgate metrics | grep -q 'rootgate_attach{way=\"$way\"} 1'"

: >/tmp/listening
hear_status &
hear_events &

note "pins removed"
lost=$(hundredths)
rm -r $PINS
told "pins in .* were gone" none 4
again

note "bpffs unmounted"
lost=$(hundredths)
# busy while a verb that is heard has it open, and there may be several
while grep -q ' /sys/fs/bpf bpf ' /proc/mounts; do umount /sys/fs/bpf 2>/dev/null; done
told "pins in .* were gone" none 4
again

note "kernel.ftrace_enabled=0"
lost=$(hundredths)
sysctl -q -w kernel.ftrace_enabled=0
if [ "$(forbidden)" = "0 0" ]; then
	silenced=yes
	told "not enforcing: the canary was not refused" not_enforcing 5
else
	silenced=
	is "$(forbidden)" "1 1" "on this kernel, what is attached runs on"
fi
sysctl -q -w kernel.ftrace_enabled=1
again

note "programs unlinked"
for fd in "/proc/$agent/fd/"*; do
	[ "$(readlink "$fd")" = anon_inode:bpf_link ] || continue
	probe "inside=$agent,$SYS_dup2,0,${fd##*/}"
done
lost=$(hundredths)
rm $PINS/current/link_*
told "not enforcing: the canary was not refused" not_enforcing 5
again

agent_stop

note "proved in audit, too, and heard by nobody"
agent_start --mode audit --no-guard --no-ftrace-guard
sleep 11
is "$(rootgate events -n 1000 -o json | grep -v '"type":"\(state\|policy\)"')" "" "proving makes no event"
is "$(rootgate status -o json | grep -o '"\(exec\|setuid\|near\)_[a-z]*":[1-9][0-9]*')" "" "and no count"
if [ "$silenced" ]; then
	hear_events &
	sleep 1
	lost=$(hundredths)
	sysctl -q -w kernel.ftrace_enabled=0
	told "not enforcing: the canary was not refused" not_enforcing 5
	sysctl -q -w kernel.ftrace_enabled=1
	wait_for 60 state_is audit
	is $? 0 "and all is well again"
fi
rm /tmp/listening
agent_stop
is $? 0 "the agent ends"
summary
