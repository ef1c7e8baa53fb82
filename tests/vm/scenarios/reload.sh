# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 6.12
# lsm: default
#
# Reloads that nobody asks for: the policy's files change, a ConfigMap's link is swapped; and what is
# told of a rule a day before it expires.

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
summary
