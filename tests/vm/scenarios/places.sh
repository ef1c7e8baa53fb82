# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.1
# lsm: default
# timeout: 300
#
# The agent in bad places: each is told with what to do about it, the right exit code, and nothing
# stays behind.

. /payload/guest.sh
. /payload/agent.sh

# fails CODE PATTERN NAME COMMAND...: as expected, and leaves nothing attached or pinned.
fails()
{
	fails_code=$1 fails_pattern=$2 fails_name=$3
	shift 3
	timeout 30 "$@" >/tmp/out 2>&1
	fails_got=$?
	# shellcheck disable=SC2254
	case "$fails_got $(cat /tmp/out)" in
	"$fails_code "$fails_pattern) ok "$fails_name" ;;
	*) not_ok "$fails_name" "exit $fails_got instead of $fails_code" "$(cat /tmp/out)" ;;
	esac
	[ ! -e /sys/fs/bpf/rootgate ] || not_ok "$fails_name: nothing stays pinned"
}

root=resuid=1000,1000,1000
probe=/payload/bin/probe
rg=$(command -v rootgate)
fails 6 "*run needs root*" "not root" $probe $root execself="/bin/sh,$rg,run"
fails 4 "*no agent runs*" "status without an agent" rootgate status
fails 4 "*no agent runs*rootgate run*" "ps without an agent" rootgate ps
fails 4 "*no agent is running*" "events without an agent" rootgate events
fails 1 "*not the host's PID namespace*--pid=host*" "in a PID namespace of its own" \
	$probe pidns execself="/bin/sh,$rg,run"
fails 3 "*no policy at /nowhere*" "a policy that isn't there" rootgate run --policy /nowhere
printf 'version: 1\nmode: enforce\n' >/tmp/writable.yaml
chmod 666 /tmp/writable.yaml
fails 3 "*writable.yaml*chmod*" "a policy that others may write" rootgate run --policy /tmp/writable.yaml
: >/tmp/empty.yaml
fails 3 "*empty.yaml*" "an empty policy" rootgate run --policy /tmp/empty.yaml
echo 'mode: [' >/tmp/broken.yaml
fails 3 "*broken.yaml:*error*" "a policy that is no YAML" rootgate run --policy /tmp/broken.yaml
fails 2 "*unknown mode 'enforced'*audit, enforce or kill*" "a mode that isn't one" rootgate run --mode enforced
mkdir -p /tmp/readonly && mount -t tmpfs -o ro none /tmp/readonly
fails 1 "*/tmp/readonly*writ*" "a run folder that can't be written to" \
	env ROOTGATE_RUN_DIR=/tmp/readonly rootgate run
touch /tmp/file
fails 1 "*/tmp/file*" "a run folder that is a file" env ROOTGATE_RUN_DIR=/tmp/file rootgate run
mount -t tmpfs none /sys/kernel/btf
fails 1 "*no BTF*CONFIG_DEBUG_INFO_BTF=y*" "a kernel without BTF" rootgate run
umount /sys/kernel/btf
fails 6 "*refuses to load BPF programs*CAP_*" "without the capabilities" \
	$probe bounding=dac_override+sys_ptrace+kill+setuid execself="/bin/sh,$rg,run"
fails 6 "*on the host itself*" "root of a user namespace" $probe userns=0:0:65536 execself="/bin/sh,$rg,run"

note "descriptors run out, one step later each time: all of it, or nothing"
# fmod_ret programs are many, and take long to load
case ,$(cat /sys/kernel/security/lsm), in
*,bpf,*) limits="12 20 30 45" kills="1 2 3" ;;
*) limits="20 45" kills="1" ;;
esac
for limit in $limits; do
	(
		ulimit -n $limit
		exec timeout 60 rootgate run --mode enforce >/tmp/out 2>&1
	) &
	limited=$!
	wait_for 60 sh -c "grep -q '^rootgate: ready' /tmp/out || ! kill -0 $limited" 2>/dev/null
	if grep -q '^rootgate: ready' /tmp/out; then
		ok "with $limit: it starts"
		kill $limited
		wait $limited
		continue
	fi
	wait $limited
	is $? 1 "with $limit: it ends with 1"
	like "$(cat /tmp/out)" "*Too many open files*" "with $limit: and says why"
	expect_exit 0 "with $limit: nothing stays attached" probe pidns execself=/bin/true
	[ ! -e /sys/fs/bpf/rootgate ] || not_ok "with $limit: nothing stays pinned"
done

# status_is CODE KEY VALUE NAME
status_is()
{
	rootgate status -o json >/tmp/out
	is $? "$1" "$4: status ends with $1"
	like "$(cat /tmp/out)" "*\"$2\":\"$3\"*" "$4: status says $3"
}

# What can be had where neither way to refuse runs: execs are told, and nothing else is claimed.
watch_only()
{
	policy "version: 1
mode: audit"
	agent_start --policy $POLICY
	like "$(cat $AGENT_LOG)" "*audit only: nothing is refused*ftrace_enabled*" "and says what it can't do"
	status_is 0 guarantee "audit only" "audit only"
	policy "version: 1
mode: enforce"
	expect_exit 5 "a policy that refuses is not taken" rootgate policy reload
	like "$output" "*audit only*--allow-degraded*" "and says why"
	agent_stop
	agent_start --policy $POLICY --allow-degraded
	status_is 5 state degraded "enforce, allowed to be degraded"
	expect_exit 0 "nothing is refused" probe pidns execself=/bin/true
	sleep 1
	like "$(rootgate events -n 1 --type exec -o json)" \
		'*"action":"audit","reason":"no_user_namespace"*"exe":"/bin/busybox"*"mode":"enforce"*"guarantee":"audit only"*' \
		"and the exec is told"
	agent_stop
}

note "the kernel runs no tracing programs"
if sysctl -q -w kernel.ftrace_enabled=0 2>/dev/null; then
	fails 5 "*ftrace_enabled*--allow-degraded*" "programs that are attached and never run" \
		rootgate run --mode enforce
	watch_only
	sysctl -q -w kernel.ftrace_enabled=1
else
	not_ok "ftrace can be switched off"
fi

note "it is said when the programs stop running, and when they run again"
agent_start --mode enforce
state_is()
{
	rootgate status -o json | grep -q "\"state\":\"$1\""
}
sysctl -q -w kernel.ftrace_enabled=0
if probe pidns execself=/bin/true; then
	expect_exit 0 "by status, within ten seconds" wait_for 15 state_is not_enforcing
	rootgate status >/tmp/out
	is $? 5 "with its exit code"
	like "$(cat /tmp/out)" "*not enforcing*canary*ftrace_enabled*" "and its remedy"
	expect_exit 0 "by an event" sh -c "rootgate events --type state -o json | grep -q 'not enforcing: '"
	sysctl -q -w kernel.ftrace_enabled=1
	expect_exit 0 "they run again" wait_for 15 state_is enforcing
else
	ok "on this kernel, what is attached runs on"
	sysctl -q -w kernel.ftrace_enabled=1
fi
expect_exit 1 "and refuse" probe pidns execself=/bin/true
expect_exit 0 "the log has that refusal" grep -q "deny exec .*no userns" $AGENT_LOG
timeout 20 env ROOTGATE_RUN_DIR=/tmp/other rootgate run >/tmp/out 2>&1
is $? 1 "a second agent with another run folder ends"
like "$(cat /tmp/out)" "*another agent runs already: PID $agent*" "and names the first"
agent_stop

note "no policy, and no securityfs"
umount /sys/kernel/security
agent_start
expect_exit 0 "securityfs is mounted" test -e /sys/kernel/security/lsm
case ,$(cat /sys/kernel/security/lsm), in
*,bpf,*)
	expect_exit 0 "bpf is an active LSM: its programs" grep -q "attached by lsm" $AGENT_LOG
	expect_exit 1 "nothing is said of best effort" grep -q "best effort" $AGENT_LOG
	;;
*)
	expect_exit 0 "bpf is no active LSM: fmod_ret" grep -q "attached by fmod_ret" $AGENT_LOG
	expect_exit 0 "best effort, and what to do about it" grep -q "best effort.*lsm=.*,bpf" $AGENT_LOG
	;;
esac
expect_exit 0 "it says so" grep -q "no policy in /etc/rootgate: mode audit" $AGENT_LOG
is "$(rootgate status -o json | sed -n 's/.*"state":"\([a-z_]*\)".*/\1/p')" audit "the state is audit"
expect_exit 0 "nothing is refused" probe pidns execself=/bin/true

note "a second agent"
timeout 20 rootgate run >/tmp/out 2>&1
is $? 1 "ends"
like "$(cat /tmp/out)" "*another agent runs already: PID *" "and names the first"
attached=$(rootgate status -o json | sed -n 's/.*"state":"\([a-z_]*\)".*/\1/p')
is "$attached" audit "which goes on"
expect_exit 0 "its events too" rootgate events -n 1

note "not root"
for verb in status ps events; do
	$probe $root execself="/bin/sh,$rg,$verb" >/tmp/out 2>&1
	is $? 6 "$verb is not permitted"
	like "$(cat /tmp/out)" "*root*" "and says what it takes"
done

note "its end"
agent_stop
is $? 0 "SIGTERM ends it"
[ ! -e /sys/fs/bpf/rootgate ]
is $? 0 "nothing is pinned"
[ ! -e /run/rootgate/events.sock ]
is $? 0 "the socket is gone"
agent_start --mode enforce
expect_exit 1 "refused with --mode enforce and no policy" probe pidns execself=/bin/true
kill -INT "$agent"
wait "$agent"
is $? 0 "SIGINT ends it"
for run in $kills; do
	agent_start --mode enforce
	kill -9 "$agent"
	wait "$agent" 2>/dev/null
done
rootgate status >/tmp/out
is $? 4 "after a SIGKILL, status says that there is none"
like "$(rootgate ps 2>&1)" "*no agent runs*CONTAINER*" "so does ps, above what is left"
like "$(cat /tmp/out)" "*degraded*" "and that nobody proves what is left"
expect_exit 1 "it is refused still" probe pidns execself=/bin/true
agent_start --mode enforce
expect_exit 1 "the next one takes over" probe pidns execself=/bin/true
agent_stop
is $? 0 "and ends"
summary
