# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# timeout: 2400
# kernels: 6.1
# lsm: default
#
# Every bpf, mount, open and socket call of a start made to fail in turn: the agent ends with a
# message and leaves nothing, or it can do without, and then it enforces. run --full has them all;
# otherwise some of the many.

. /payload/guest.sh
. /payload/agent.sh

# step KIND: from one call to the next; of mounts there are few
step()
{
	[ -e /payload/full ] && echo 1 && return
	case $1 in
	bpf) echo 120 ;;
	open) echo 26 ;;
	socket) echo 2 ;;
	*) echo 1 ;;
	esac
}

# The one behind which libbpf thinks that memory of maps can't be mapped, in any case.
first()
{
	if [ "$1" = bpf ] && [ ! -e /payload/full ]; then
		echo 14
	else
		echo 1
	fi
}

EIO=5
export LD_LIBRARY_PATH=/payload/lib
rg=/payload/lib/rootgate
[ -e $rg ] || rg=$(command -v rootgate)
agent_on_exit=detach

# PID 1's own, and what an agent could have left
clean()
{
	[ -z "$(ls /sys/fs/bpf 2>/dev/null)" ] && ! pidof rootgate >/dev/null &&
		probe pidns execself=/bin/true >/dev/null 2>&1
}

# attempt_start KIND N: leaves $code ("ready" where it came to that) and what it said in $AGENT_LOG.
attempt_start()
{
	: >$AGENT_LOG
	probe "inject=$1,$2,$EIO,$rg,run,--policy,$POLICY,--on-exit,detach" >/tmp/calls 2>$AGENT_LOG &
	tracer=$!
	code=
	until grep -q '^rootgate: ready' $AGENT_LOG; do
		kill -0 $tracer 2>/dev/null || break
		sleep 0.1
	done
	if grep -q '^rootgate: ready' $AGENT_LOG; then
		code=ready
		outcome="$(state) $(forbidden)"
		kill "$(cut -d' ' -f1 "/proc/$tracer/task/$tracer/children")"
		wait $tracer
	else
		wait $tracer
		code=$?
	fi
}

calls_of()
{
	sed -n 's/^calls: //p' /tmp/calls
}

policy "version: 1
mode: enforce"

for kind in bpf mount open socket; do
	if [ $kind = mount ]; then # so that there is one
		umount /sys/fs/bpf
	fi
	attempt_start $kind 0
	is "$code $outcome" "ready enforcing 1 1" "$kind: a start with none failing"
	calls=$(calls_of)
	n=$(first $kind) ended=0 went_on=0 wrong=0
	while [ $n -le "$calls" ]; do
		[ $kind = mount ] && umount /sys/fs/bpf 2>/dev/null
		attempt_start $kind $n
		said=$(grep -vE '^rootgate: (ready|state|policy)' $AGENT_LOG | tail -n 1)
		if [ "$code" = ready ] && [ "$outcome" = "enforcing 1 1" ]; then
			went_on=$((went_on + 1))
			echo "$kind $n: went on without $(sed -n 's/^failed: //p' /tmp/calls); $said"
		elif [ "$code" != ready ] && [ "$code" != 0 ] && [ "$said" ]; then
			ended=$((ended + 1))
			echo "$kind $n: exit $code; $said"
		else
			wrong=$((wrong + 1))
			echo "$kind $n: WRONG: $code, $outcome; $(cat $AGENT_LOG)"
		fi
		[ $kind = mount ] && ! grep -q ' /sys/fs/bpf ' /proc/mounts && mount -t bpf bpf /sys/fs/bpf
		if ! clean && grep -q "pins .* are left" $AGENT_LOG; then
			echo "$kind $n: at its end: $(tail -n 1 $AGENT_LOG)"
			rootgate detach
		fi
		if ! clean; then
			wrong=$((wrong + 1))
			echo "$kind $n: WRONG: something is left: $(ls /sys/fs/bpf)"
			rootgate detach
		fi
		n=$((n + $(step $kind)))
	done
	note "$kind: $calls calls, $((ended + went_on + wrong)) made to fail: $ended ended the start, $went_on did not matter"
	is "$wrong" 0 "$kind: each ends the start with a message and leaves nothing, or does not matter"
	[ $((ended + went_on)) -gt 0 ]
	is $? 0 "$kind: and there were such calls"
done

note "and where taking away fails"
agent_start --policy $POLICY
mkdir /sys/fs/bpf/rootgate/1/more
agent_stop
like "$(cat $AGENT_LOG)" "*are left in /sys/fs/bpf/rootgate/1: Directory not empty*" "it is told"
rm -r /sys/fs/bpf/rootgate
clean
is $? 0 "and as it says, rm -r takes it away"
summary
