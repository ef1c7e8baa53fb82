# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.12
# lsm: default
#
# Reloads that nobody asks for: the policy's files change, a ConfigMap's link is swapped; what is told
# of a rule a day before it expires; and reloads while a storm of execs is judged, after each of which
# another action is right. run --full has a thousand of these.

. /payload/guest.sh
. /payload/agent.sh

odd='version: 1
mode: enforce
rules:
  - { name: odd, match: { cgroup: "/storm/*" }, action: allow, reason: test }'
even='version: 1
mode: enforce
rules:
  - { name: even, match: { cgroup: "/storm/*" }, action: deny }'
mkdir -p /tmp/policy
echo "$odd" >/tmp/odd.yaml
echo "$even" >/tmp/even.yaml
cp /tmp/odd.yaml $POLICY
agent_start --policy $POLICY

note "a reload that nobody asks for"
reload_from=$(generation)
cp /tmp/odd.yaml $POLICY
expect_exit 0 "a file that is written" wait_for 5 reloaded
reload_from=$(generation)
cp /tmp/odd.yaml $POLICY.new
mv $POLICY.new $POLICY
expect_exit 0 "a file that takes another one's place" wait_for 5 reloaded
sleep 2
reload_from=$(generation)
: >/tmp/policy/README
echo x >/tmp/policy/.policy.yaml.swp
sleep 3
is "$(generation)" "$reload_from" "other files are no reason"
echo "modus: audit" >>$POLICY
refused()
{
	rootgate events -n 1000 -o json --type policy | tail -n 1 | grep -q refused
}
expect_exit 0 "a bad file is refused" wait_for 5 refused
is "$(generation)" "$reload_from" "and the policy stays"
agent_stop

note "a ConfigMap"
rm -r /tmp/policy
mkdir -p /tmp/policy/..1 /tmp/policy/..2
cp /tmp/odd.yaml /tmp/policy/..1/policy.yaml
cp /tmp/even.yaml /tmp/policy/..2/policy.yaml
ln -s ..1 /tmp/policy/..data
ln -s ..data/policy.yaml /tmp/policy/policy.yaml
agent_start --policy /tmp/policy
expect_exit 0 "allowed by the one" probe cgroup=storm/1 pidns execself=/bin/true
reload_from=$(generation)
ln -s ..2 /tmp/policy/..data_tmp
mv -T /tmp/policy/..data_tmp /tmp/policy/..data
expect_exit 0 "its link is swapped" wait_for 5 reloaded
expect_exit 1 "refused by the other" probe cgroup=storm/1 pidns execself=/bin/true
agent_stop

note "the day before"
now=$(date +%s)
date -s @1893369480 >/dev/null # 2029-12-30 23:58:00
rm -r /tmp/policy
policy 'version: 1
rules:
  - { name: old, match: { cgroup: "/vault" }, action: deny, owner: web-team, expires: 2029-12-31 }
  - { name: older, match: { cgroup: "/vault/a" }, action: deny, expires: 2029-12-30 }'
agent_start --policy $POLICY
expiring()
{
	rootgate events -n 1000 -o json --type policy | grep -q "rule $1 expires in"
}
expect_exit 0 "what expires today is told at once" wait_for 12 expiring older
date -s @1893369598 >/dev/null # 23:59:58
expect_exit 0 "and a day before when that day begins" wait_for 25 expiring old
like "$(rootgate events -n 1000 --type policy)" "*rule old expires in 23h59m*; owner: web-team*" "with its owner"
is "$(rootgate events -n 1000 -o json --type policy | grep -c "rule old expires in")" 1 "once"
date -s "@$((now + 40))" >/dev/null

agent_stop
is $? 0 "the agent ends"

note "reloads under a storm"
RELOADS=40
[ -e /payload/full ] && RELOADS=1000
agent=
rm -r /tmp/policy
for action in audit allow; do
	echo "version: 1
mode: enforce
rules:
  - { name: stormy, match: { cgroup: \"/storm/*\" }, action: $action, reason: test, report: true }" \
		>/tmp/$action.yaml
done
mkdir /tmp/policy
cp /tmp/audit.yaml $POLICY
agent_start --policy $POLICY
echo "$(generation) audit" >/tmp/right
rootgate events -f -n 0 -o json --type exec >/tmp/judged &
follow=$!
probe cgroup=storm/1 pidns reexec storm=10000000 &
storming=$!
action=audit reloads=0
while [ $reloads -lt $RELOADS ]; do
	[ $action = audit ] && action=allow || action=audit
	cp /tmp/$action.yaml $POLICY.new
	mv $POLICY.new $POLICY
	rootgate policy reload >/dev/null || break
	echo "$(generation) $action" >>/tmp/right
	reloads=$((reloads + 1))
done
is $reloads $RELOADS "$RELOADS reloads"
kill -0 $storming
is $? 0 "no exec was refused meanwhile"
descendants=$(descendant $storming 1)
kill -9 "$descendants" $storming
sleep 1
kill $follow
sed -n 's/.*"action":"\([a-z]*\)".*"rule":\([^,]*\),"generation":\([0-9]*\).*/\3 \1 \2/p' /tmp/judged >/tmp/found
# of a reload that the watch on the files made in between nobody noted the generation
is "$(awk 'NR == FNR { right[$1] = $2; next } ($1 in right && right[$1] != $2) || $3 != "\"stormy\""' \
	/tmp/right /tmp/found)" "" \
	"each event has the action of the policy whose generation it bears"
note "$(wc -l </tmp/found) verdicts of $(cut -d' ' -f1 /tmp/found | sort -u | wc -l) generations"
[ "$(cut -d' ' -f1 /tmp/found | sort -u | wc -l)" -gt $((RELOADS / 2)) ]
is $? 0 "of most generations there are some"
agent_stop
is $? 0 "the agent ends"
summary
