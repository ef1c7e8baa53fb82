# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.1
# lsm: default
#
# The circuit breaker: what trips it, what goes to audit then and what does not, who tells it, and
# what ends it.

. /payload/guest.sh
. /payload/agent.sh
. /payload/metrics.sh

# named N: what an engine calls the cgroup of a container
named()
{
	printf 'docker-%064x.scope' "$1"
}

# container N [BELOW]: the forbidden in a container of its own, or a cgroup below its; its exit code
container()
{
	probe "cgroup=some/$(named "$1")$2" pidns execself=/bin/true >/dev/null 2>&1
}

# containers FROM TO: "refused let-through"
containers()
{
	containers_at=$1 containers_refused=0 containers_passed=0
	while [ "$containers_at" -le "$2" ]; do
		if container "$containers_at"; then
			containers_passed=$((containers_passed + 1))
		else
			containers_refused=$((containers_refused + 1))
		fi
		containers_at=$((containers_at + 1))
	done
	echo "$containers_refused $containers_passed"
}

other()
{
	probe cgroup=other/o pidns execself=/bin/true >/dev/null 2>&1
}

tripped_is()
{
	[ "$(metric rootgate_breaker_tripped)" = "$1" ]
}

mode="version: 1
mode: enforce
rules:
  - { name: some, match: { cgroup: /some/* }, action: deny }"

note "off, unless the policy has it"
policy "$mode"
agent_start --policy $POLICY
is "$(containers 1 8)" "8 0" "eight containers are refused"
sleep 0.5
is "$(state) $(metric rootgate_breaker_tripped)" "enforcing 0" "and nothing trips"

note "one container in a loop, and many"
policy "$mode
breaker: { refusals: 6, per: 30s, then: audit }"
agent_reload
for i in 1 2 3 4 5 6 7 8; do
	container 1 /sub$i
done
sleep 0.5
is "$(state)" enforcing "one container in a loop trips nothing"
expect_exit 1 "the second" container 2
expect_exit 1 "the third" container 3
expect_exit 1 "the fourth" container 4
wait_for 5 tripped_is 1
is $? 0 "the sixth that counts trips it"
expect_exit 0 "and the rule's containers are let through" container 5
attempt 0 audit exec 1 "and told, as audit" "cgroup=some/$(named 9)" pidns execself=/bin/true
is "$(field "$event" rule)" '"some"' "by the same rule"
expect_exit 1 "what the mode decides is refused" other
rootgate status >/tmp/out
is "$?" 5 "status has exit code 5"
like "$(cat /tmp/out)" "state:      degraded*breaker has put the rule some into audit*rootgate enable*" \
	"and says what, and the remedy"
like "$(rootgate events -n 1000 -o json --type state)" \
	'*"note":"degraded: the circuit breaker has put the rule some into audit after 6 refusals within 30s; *' \
	"an event tells it"
is "$(metric 'rootgate_state{state="degraded"}')" 1 "and the metrics"

note "it stays so"
agent_reload
is "$(state)" degraded "after a reload"
expect_exit 0 "and lets them through" container 5
agent_stop
agent_start --policy $POLICY
is "$(state)" degraded "after a restart"
expect_exit 0 "and lets them through" container 5
kill -9 "$agent"
wait "$agent"
agent_start --policy $POLICY
expect_exit 0 "after SIGKILL" container 5
like "$(cat $AGENT_LOG)" "*still has in audit: the rule some*" "which the log says"
expect_exit 0 "enable" rootgate enable
is "$output $(state)" "enabled: mode enforce enforcing" "ends it"
expect_exit 1 "refused again" container 5
agent_stop
agent_start --policy $POLICY
is "$(state) $(container 5; echo $?)" "enforcing 1" "and it does not come back"

note "the mode"
for i in 1 2 3 4 5 6; do
	probe "cgroup=other/$(named $i)" pidns execself=/bin/true >/dev/null 2>&1
done
wait_for 5 tripped_is 1
is $? 0 "trips, too"
expect_exit 0 "and is audit then" other
expect_exit 1 "rules refuse on" container 5
like "$(rootgate status)" "*has put the mode into audit*" "status says so"
expect_exit 0 "enable" rootgate enable
expect_exit 1 "refused again" other
agent_stop
is $? 0 "the agent ends"
summary
