# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 300
# kernels: 6.1
# lsm: default
#
# Programs that stop running while the agent lives are attached anew; told.sh has how that is told.
# And what the agent is kept from doing itself. Without the guard, so that the probe can lend a hand
# in the agent.

. /payload/guest.sh
. /payload/agent.sh

# x86-64's numbers
SYS_dup2=33 SYS_socket=41 SYS_execve=59 SYS_personality=135
SET=/sys/fs/bpf/rootgate

told()
{
	rootgate events -n 1000 -o json --type state | grep -q "\"note\":\"$1"
}

policy "version: 1
mode: enforce"
agent_start --policy $POLICY --no-guard --no-ftrace-guard

note "system calls that it has no use for"
is "$(awk '/^Seccomp:/ { print $2 }' "/proc/$agent/status")" 2 "the agent has a seccomp filter"
expect_exit 1 "execve is refused" probe "inside=$agent,$SYS_execve,0,0,0"
expect_exit 1 "a socket of the network" probe "inside=$agent,$SYS_socket,2,1,0"
expect_exit 0 "a Unix socket is not" probe "inside=$agent,$SYS_socket,1,1,0"
expect_exit 1 "another personality" probe "inside=$agent,$SYS_personality,0xffffffff"
expect_exit 0 "it is well" rootgate status

note "programs unlinked"
before=$(counter exec_deny)
is "$(forbidden)" "1 1" "refused to begin with"
for fd in "/proc/$agent/fd/"*; do
	[ "$(readlink "$fd")" = anon_inode:bpf_link ] || continue
	probe "inside=$agent,$SYS_dup2,0,${fd##*/}"
done
rm $SET/current/link_*
is "$(forbidden)" "0 0" "without its links nothing is refused"
expect_exit 0 "they are attached anew" wait_for 60 told "attached anew: "
is "$(forbidden) $(state)" "1 1 enforcing" "refused again"
is "$(counter exec_deny)" $((before + 2)) "counters go on"
is "$(find $SET -mindepth 1 -maxdepth 1 | wc -l)" 2 "the new set is pinned, the old one gone"
attempt 1 deny exec 1 "events come" pidns execself=/bin/true
agent_reload
is $? 0 "the policy is read again"
kill -9 "$agent"
wait "$agent"
is "$(forbidden)" "1 1" "and it outlives the agent as the first did"

note "where attaching anew does not help"
export WATCHDOG_USEC=4000000 # a heartbeat in two seconds
agent_start --policy $POLICY --no-guard --no-ftrace-guard
unset WATCHDOG_USEC
echo 0 >/proc/sys/kernel/ftrace_enabled
wait_for 15 told "not enforcing: "
is $? 0 "programs that are silenced: told"
wait_for 60 told "attaching anew did not help: .*ftrace_enabled"
is $? 0 "attaching anew did not help, and why"
is "$(state)" not_enforcing "status says so"
# the seconds at which an attempt ended
attempts()
{
	rootgate events -n 1000 -o json --type state |
		sed -n 's/^{"time":"[^.]*:\([0-9]*\):\([0-9.]*\)Z.*"note":"attaching anew did.*/\1 \2/p' |
		awk '{ print $1 * 60 + $2 }'
}
tried()
{
	[ "$(attempts | wc -l)" -ge "$1" ]
}
wait_for 90 tried 4
is "$? $(attempts | awk 'NR > 1 { gap[NR] = $1 - last } { last = $1 }
	END { print (gap[4] > gap[2] + 3) }')" "0 1" \
	"it is tried more and more rarely: $(attempts | xargs)"
echo 1 >/proc/sys/kernel/ftrace_enabled
wait_for 15 told "the programs run again"
is "$? $(forbidden)" "0 1 1" "it is noticed when they run again"
agent_stop
is $? 0 "the agent ends"
summary
