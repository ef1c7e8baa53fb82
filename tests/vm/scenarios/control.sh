# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.1
# lsm: default
# timeout: 600
#
# What root asks of the running agent: disable, enable, reload; and who is not heard.

. /payload/guest.sh
. /payload/agent.sh
. /payload/metrics.sh

# execs it, the root of a container; refused is 1
contained()
{
	probe pidns execself=/bin/true
}

# The notes of the agent's state events, the last first.
states()
{
	rootgate events -n 100 -o json --type state | sed -n 's/.*"note":"\([^"]*\)".*/\1/p' | tac
}

told()
{
	states | grep -q "$1"
}

note "probe and metrics before there is an agent"
case $(cat /sys/kernel/security/lsm) in
*bpf*) way=lsm guarantee=blocked remedy=null ;;
*) way=fmod_ret guarantee="blocked, best effort" remedy='"boot with the kernel parameter lsm=*,bpf"' ;;
esac
expect_exit 0 "probe" rootgate probe -o json
like "$output" "*\"attach\":\"$way\",\"guarantee\":\"$guarantee\",\"reason\":*,\"remedy\":$remedy}" \
	"it would attach by $way: $guarantee"
like "$output" '*"btf":true,*"loads_fmod_ret":true,"ftrace_enabled":1,*"cgroups":"v2","bpffs":true,*' "it sees the rest"
echo 0 >/proc/sys/kernel/ftrace_enabled
expect_exit 5 "probe with ftrace off" rootgate probe
like "$output" "*audit only*sysctl kernel.ftrace_enabled=1" "and the remedy"
echo 1 >/proc/sys/kernel/ftrace_enabled
is "$(metric 'rootgate_state{state="none"}') $(metric rootgate_agent_up)" "1 0" "metrics: no agent"

policy "version: 1
mode: enforce"
agent_start --policy $POLICY
is "$(rootgate status -o json | sed 's/.*"attach":"\([^"]*\)".*/\1/')" $way "run took the way that probe told"
is "$(metric 'rootgate_state{state="enforcing"}') $(metric rootgate_agent_up) $(metric "rootgate_attach{way=\"$way\"}")" \
	"1 1 1" "metrics: state, agent, way"
like "$(rootgate events -n 100 -o json --type state)" "*\"note\":\"enforcing: attached by $way (*" "an event, too"
[ $way = lsm ] || like "$(rootgate status)" "*best effort: 'bpf' is not an active security module*remedy: *lsm=*" \
	"status says that it is best effort, and the remedy"
from=$(metric 'rootgate_verdicts_total{type="exec",action="deny"}')
is "$(stat -c '%a %u %F' /run/rootgate/control)" "600 0 socket" "the control socket is root's alone"
expect_exit 1 "refused to begin with" contained
is "$(metric 'rootgate_verdicts_total{type="exec",action="deny"}')" "$((from + 1))" "metrics count it"
rootgate metrics >/tmp/metrics
expect_exit 0 "metrics have the right format" eval "metrics_format </tmp/metrics"

note "disable"
expect_exit 0 "disable" rootgate disable --for 10m --reason "a test, \"quoted\""
like "$output" "disabled for 10m*" "it says for how long"
attempt 0 audit exec 1 "the forbidden is let through, and told" pidns execself=/bin/true
like "$(states | head -n 1)" "disabled for 10m, until *Z, by uid 0 (PID *" "a state event says who and until when"
expect_exit 0 "and the log says why" grep -q 'state: disabled .* a test, "quoted"' $AGENT_LOG
expect_exit 5 "status: exit 5" rootgate status
like "$output" "state:      degraded*disabled for *m* more: a test, \"quoted\"*rootgate enable*" "status says why and the remedy"
like "$(rootgate status -o json)" '*"state":"degraded"*"remedy":"rootgate enable"*' "status in JSON"

is "$(metric 'rootgate_state{state="degraded"}') $(metric 'rootgate_state{state="enforcing"}')" "1 0" "metrics say so, too"
like "$(metric rootgate_disabled_seconds)" "5[0-9][0-9].*" "and for how long"
is "$(metric 'rootgate_verdicts_total{type="exec",action="audit"}')" 1 "the audited one is counted"

note "it survives the agent"
agent_stop
is $? 0 "the agent ends"
agent_start --policy $POLICY
expect_exit 0 "still let through after a restart" contained
like "$(rootgate status)" "*disabled for *a test*" "with its reason"
kill -9 "$agent"
wait "$agent"
agent_start --policy $POLICY
expect_exit 0 "still let through after SIGKILL" contained
for text in '' junk; do
	kill -9 "$agent"
	wait "$agent"
	rm /run/rootgate/disabled
	[ ! "$text" ] || echo "$text" >/run/rootgate/disabled
	agent_start --policy $POLICY
	expect_exit 0 "and where its file has '$text'" contained
	like "$(states)" "*disabled for *m*, until *Z, by whom and why the file does not tell*" "which is told"
	like "$(rootgate status)" "*degraded*disabled for *m*" "as status does"
	[ ! "$text" ] || expect_exit 0 "and the log" grep -q "passed over: .*; refusal is off" $AGENT_LOG
done
expect_exit 0 "enable" rootgate enable
like "$output" "enabled: mode enforce" "it says what holds now"
expect_exit 1 "refused at once" contained
like "$(states | head -n 1)" "enabled again by uid 0*" "a state event says who"
expect_exit 1 "the file is gone" test -e /run/rootgate/disabled
expect_exit 0 "enable once more" rootgate enable
like "$output" "it was not disabled*" "says that there was nothing to do"
agent_stop
agent_start --policy $POLICY
expect_exit 1 "an agent after that refuses" contained

note "it comes back by itself"
expect_exit 0 "disable for a moment" rootgate disable --for 4s --reason short
expect_exit 0 "let through" contained
expect_exit 0 "the end is told" wait_for 8 told "enabled again: the time is over"
expect_exit 1 "refused again" contained
is "$(rootgate status -o json | sed 's/.*"state":"\([^"]*\)".*/\1/')" enforcing "status says so"

note "without the agent's help"
expect_exit 0 "disable for a moment" rootgate disable --for 6s --reason short
kill -STOP "$agent"
expect_exit 0 "let through while the agent is stopped" contained
sleep 7
expect_exit 1 "the kernel refuses again by itself" contained
expect_exit 6 "disable while it is stopped" rootgate disable --for 10m --reason stopped
like "$output" "*does not answer*'kill -9 $agent'*" "the guard stands before its maps, and what to do"
expect_exit 1 "refused all the same" contained
expect_exit 0 "status notices that it hangs" wait_for 25 state_is degraded
expect_exit 5 "with exit 5" rootgate status
like "$output" "*has not answered for *SIGKILL*" "the reason, and the remedy"
kill -CONT "$agent"
expect_exit 0 "until it answers again" wait_for 12 state_is enforcing

note "files that are not believed"
boot=$(cat /proc/sys/kernel/random/boot_id)
for text in 'junk' '{"until_boottime_ns":9000000000000,"boot_id":"00000000-0000-0000-0000-000000000000","reason":"old","by":{}}' \
	"{\"until_boottime_ns\":1,\"boot_id\":\"$boot\",\"reason\":\"over\",\"by\":{}}" \
	"{\"until_boottime_ns\":9000000000000000,\"boot_id\":\"$boot\",\"reason\":\"for ever\",\"by\":{}}"; do
	agent_stop
	printf '%s' "$text" >/run/rootgate/disabled
	chmod 600 /run/rootgate/disabled
	agent_start --policy $POLICY
	expect_exit 1 "refused despite $text" contained
done
expect_exit 0 "there is a warning" grep -q "disabled is passed over" $AGENT_LOG

note "policy reload"
from=$(generation)
expect_exit 0 "a good policy" rootgate policy reload
reloaded=$output
is "$(metric rootgate_policy_generation)" "$((from + 1))" "metrics: the generation"
is "$reloaded" "generation $((from + 1)) in force: mode enforce, 0 rules" "the answer says what is in force"
expect_exit 0 "it is shown" rootgate policy show
like "$output" "# generation $((from + 1)), in force*version: 1*mode: enforce*rules: []*" "as what is in force"
echo "modus: enforce" >>$POLICY
expect_exit 3 "a bad policy" rootgate policy reload
like "$output" "*policy.yaml:3:1: error: unknown key 'modus'*generation $((from + 1)) stays in force" "the answer has its errors"
expect_exit 1 "the old one refuses" contained
rm $POLICY
expect_exit 3 "no policy" rootgate policy reload
policy "version: 1
mode: enforce"

note "a policy in force that nothing tells of"
cp /run/rootgate/policy.json /tmp/older
expect_exit 0 "another one comes in force" rootgate policy reload
cp /tmp/older /run/rootgate/policy.json
expect_exit 1 "the one before is not shown for it" rootgate policy show
like "$output" "*generation $(generation) is in force*policy reload*" "and the remedy is named"
rm /run/rootgate/policy.json
expect_exit 1 "nor is the one of the files" rootgate policy show
expect_exit 0 "a reload writes it" rootgate policy reload
expect_exit 0 "and it is shown" rootgate policy show
agent_kept=$agent_on_exit agent_on_exit=keep
agent_stop
agent_start --policy $POLICY
agent_stop
rm /run/rootgate/policy.json # systemd takes the whole folder away
expect_exit 4 "nor is it without an agent" rootgate policy show
like "$output" "*generation $(generation) is in force without an agent*start the agent*" "and it is told"
agent_on_exit=$agent_kept
agent_start --policy $POLICY

note "who is not heard"
# a contained root that runs already: its execs are let through for the moment
policy "version: 1
mode: audit"
expect_exit 0 "audit" rootgate policy reload
expect_exit 6 "a contained root that sees the socket" probe pidns execself="$(command -v rootgate)",enable
like "$output" "*only root of the host*" "it is told why"
expect_exit 6 "nor does reload" probe pidns execself="$(command -v rootgate)",policy,reload
agent_stop
is $? 0 "the agent ends"
expect_exit 1 "the socket goes with it" test -e /run/rootgate/control
expect_exit 4 "nobody is there any more" rootgate policy reload
summary
