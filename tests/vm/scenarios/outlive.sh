# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 1200
# lsm: default
# kernels: 5.10
# full: 6.1 newest
#
# Refusal outlives the agent: killed, restarted, ended, its pins taken away, bpffs hidden or
# unmounted; a new agent takes over while a probe attempts the forbidden as fast as it can; and
# detach takes everything away, with an agent and without. run --full has the full numbers.

. /payload/guest.sh
. /payload/agent.sh
. /payload/metrics.sh

KILLS=2 RELOADS=20
[ -e /payload/full ] && KILLS=100 RELOADS=1000
PINS=/sys/fs/bpf/rootgate
agent_on_exit=keep

# What status and metrics tell of pins that are gone.
unpinned()
{
	rootgate status >/tmp/out 2>&1
	is "$? $(metric 'rootgate_state{state="none"}')" "4 1" \
		"status and metrics find nothing pinned, meanwhile"
}

agent_kill()
{
	kill -9 "$agent"
	wait "$agent" 2>/dev/null
}

is "$(forbidden)" "0 0" "without rootgate the forbidden goes through"
policy "version: 1
mode: enforce"
agent_start --policy $POLICY
is "$(forbidden)" "1 1" "with it it is refused"
way=fmod_ret
[ -e $PINS/current/link_rg_exec_fmod ] || way=lsm
is "$(awk '/^(CapPrm|CapBnd|NoNewPrivs):/ { print $2 }' "/proc/$agent/status" | xargs)" \
	"000000c0002c0080 000000c0002c0080 1" "the agent has given up what it does not need"
before=$(counter exec_deny)

# ---- without an agent ----

agent_kill
is "$(forbidden)" "1 1" "refused after SIGKILL of the agent"
rootgate status >/tmp/out 2>&1
is $? 4 "status has exit code 4 without an agent"
is "$(state)" degraded "its state is degraded"
like "$(cat /tmp/out)" "*rootgate run*" "and names the remedy"
is "$(counter exec_deny)" $((before + 1)) "counting goes on"
probe pidns resuid=1000,1000,1000 reexec pause &
paused=$!
paused_pid=$(descendant $paused 1)
like "$(rootgate ps 2>/dev/null)" "*$paused_pid*" "processes are recorded without an agent"
probe pidns resuid=1000,1000,1000 reexec pause &
exited=$!
exited_pid=$(descendant $exited 1)
kill -9 "$exited_pid"
wait $exited
probe pidns execself=/bin/true >/dev/null 2>&1

# ---- taken over ----

generation=$(generation)
agent_start --policy $POLICY
is "$(state)" enforcing "a new agent takes over"
is "$(find $PINS -mindepth 1 -maxdepth 1 | wc -l)" 2 "one set and the link to it are left"
is "$(counter exec_deny)" $((before + 2)) "counters go on"
is "$(generation)" $((generation + 1)) "generations go on"
like "$(rootgate ps)" "*$paused_pid*" "records go on"
like "$(rootgate pid host "$exited_pid" 2>&1)" "*PID $exited_pid has exited, at *" "and what is known of those that exited"
unread_events=$(rootgate events -n 100000 -o json --type exec --action deny | wc -l)
is "$unread_events" 2 "what was refused without an agent is told by the next"
kill -9 "$paused_pid" $paused

hammer

# repeat COUNT COMMAND...: until it fails; how often it did not is in $times
repeat()
{
	times_wanted=$1 times=0
	shift
	while [ $times -lt "$times_wanted" ] && "$@"; do
		times=$((times + 1))
		[ $((times % 10)) != 0 ] || note "$times times: $*"
	done
}

kill_and_start()
{
	agent_kill
	agent_try --policy $POLICY
}

upgrade()
{
	agent_stop
	agent_try --policy $POLICY
}

# still_refused NAME: no exec has passed yet, which would have ended the probe; else what is known of it.
still_refused()
{
	if kill -0 $hammering 2>/dev/null; then
		ok "$1: refused all the while"
	else
		not_ok "$1: refused all the while" "$(rootgate events -n 5 --type tripwire --type state)" \
			"$(tail -n 20 $AGENT_LOG)"
	fi
}

repeat $KILLS kill_and_start
still_refused "SIGKILL"
is $times $KILLS "$KILLS times SIGKILL and a start"
repeat $KILLS upgrade
still_refused "upgrades"
is $times $KILLS "$KILLS times an end and a start, as an upgrade does it"
is "$(find $PINS -mindepth 1 -maxdepth 1 | wc -l)" 2 "one set is left of them"
generation=$(generation)
repeat $RELOADS rootgate policy reload >/tmp/reloads
is "$times $(($(generation) - generation))" "$RELOADS $RELOADS" "$RELOADS reloads"
still_refused "reloads"

# ---- losses while it runs ----

rm -r $PINS
is "$(forbidden)" "1 1" "refused without pins"
unpinned
wait_for 15 test -e $PINS/current/control
is $? 0 "removed pins are there again"
like "$(rootgate events -n 1000 --type state)" "*pins*gone*" "and an event tells it"
mount -t tmpfs none /sys/fs/bpf
wait_for 15 test -e $PINS/current/control
is $? 0 "pins are there again over a tmpfs"
umount /sys/fs/bpf # the new bpffs
umount /sys/fs/bpf # the tmpfs
wait_for 15 state_is enforcing
is $? 0 "and when both are unmounted again"
while umount /sys/fs/bpf 2>/dev/null; do :; done
unpinned
wait_for 15 state_is enforcing
is $? 0 "pins are there again after bpffs was unmounted"
is "$(rootgate events -n 1000 -o json --type state | grep -c 'pins.*gone')" 3 "an event tells it each time"
agent_kill
is "$(forbidden)" "1 1" "and hold when the agent is killed then"
agent_start --policy $POLICY

# ---- other ends ----

kill -SEGV "$agent"
wait "$agent" 2>/dev/null
is "$? $(forbidden)" "139 1 1" "refused after a crash"
SMALL=/sys/fs/cgroup/small
mkdir $SMALL
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
echo $$ >$SMALL/cgroup.procs
agent_start --policy $POLICY
echo $$ >/sys/fs/cgroup/cgroup.procs
echo 0 >$SMALL/memory.max
wait "$agent" 2>/dev/null
is "$? $(sed -n 's/^oom_kill //p' $SMALL/memory.events) $(forbidden)" "137 1 1 1" \
	"refused after it was killed for lack of memory"
agent_start --policy $POLICY

still_refused "losses"
rm /tmp/hammer
wait $hammering
is $? 1 "no exec passed"
read -r attempts passed </tmp/hammered
is "$passed" 0 "of $attempts forbidden attempts meanwhile none passed"
[ "$attempts" -gt 1000 ]
is $? 0 "and there were enough of them"

# ---- another version's set ----

agent_kill
probe poke=$PINS/current/control,8,77 >/tmp/out 2>&1
is "$? $(cat /tmp/out)" "0 " "a set is made to look like another version's"
agent_start --policy $POLICY
like "$(cat $AGENT_LOG)" "*another version*" "it is taken over, and what does not move over is told"
is "$(find $PINS -mindepth 1 -maxdepth 1 | wc -l) $(state)" "2 enforcing" "one set is left, and enforces"
is "$(forbidden)" "1 1" "and refuses"

# ---- sets of agents that were killed before they armed them ----

agent_kill
mkdir /sys/fs/bpf/aside
for n in 91 92 93; do
	probe poke=$PINS/current/control,0,0
	mv "$PINS/$(readlink $PINS/current)" /sys/fs/bpf/aside/$n
	rm $PINS/current
	agent_start --policy $POLICY
	agent_kill
done
mv /sys/fs/bpf/aside/* $PINS
rmdir /sys/fs/bpf/aside
is "$(forbidden)" "1 1" "the one in force refuses beside three that were left"
agent_start --policy $POLICY
like "$(cat $AGENT_LOG)" "*killed before it could arm*" "the next agent has room, since they go first"
is "$(find $PINS -mindepth 1 -maxdepth 1 | wc -l) $(state)" "2 enforcing" "one set is left, and enforces"

# ---- taking away ----

rootgate detach 2>/tmp/out
is $? 0 "detach ends the agent"
is "$(forbidden)" "0 0" "and nothing is refused"
wait "$agent"
is $? 0 "the agent has ended well"
is "$(ls /sys/fs/bpf)" "" "and nothing is pinned"
rootgate detach 2>/tmp/out
is "$? $(cat /tmp/out)" "0 rootgate: nothing is attached" "detach of nothing says so"

agent_start --policy $POLICY
agent_kill
rootgate detach
is "$? $(forbidden)" "0 0 0" "detach works without an agent"

agent_start --policy $POLICY
kill -STOP "$agent"
rootgate detach 2>/tmp/out
is "$? $(forbidden)" "0 0 0" "and with an agent that hangs"
wait "$agent" 2>/dev/null

agent_start --policy $POLICY
agent_kill
if [ "$way" = fmod_ret ]; then
	rm $PINS/current/link_rg_exec_fmod $PINS/current/link_rg_setuid_fmod
	sleep 2 # a link goes a moment after its pin
	is "$(forbidden)" "1 1" "copies refuse where the first fmod_ret programs do not run"
fi
rm -r $PINS
wait_for 5 probe pidns execself=/bin/true
is "$(forbidden)" "0 0" "rm alone takes it away where no agent runs"

agent_start --policy $POLICY
agent_kill
umount /sys/fs/bpf
wait_for 5 probe pidns execself=/bin/true
is "$(forbidden)" "0 0" "and so does umount"

agent_start --policy $POLICY
agent_stop
is "$? $(forbidden)" "0 1 1" "an agent that is stopped leaves its programs"
agent_on_exit=detach
agent_start --policy $POLICY
agent_stop
is "$? $(forbidden)" "0 0 0" "with --on-exit detach it takes them away"
summary
