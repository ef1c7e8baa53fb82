# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: 5.10 6.12
# full: 6.1 newest
# lsm: default
#
# Rules in the kernel: each selector, the order, drop-ins, and reloads that are refused.

. /payload/guest.sh
. /payload/agent.sh

USER=resuid=1000,1000,1000
SAVED=resuid=1000,1000,0
cp /payload/bin/probe /bin/suid-probe && chmod 4755 /bin/suid-probe
cp /payload/bin/probe /bin/probe2

# rules YAML: an enforcing policy with these rules, in force.
rules()
{
	policy "version: 1
mode: ${mode:-enforce}
rules:
$1"
	in_force
}

note "cgroup"
rules '  - { name: exact, match: { cgroup: "/web/nginx" }, action: allow, reason: test, report: true }
  - { name: below, match: { cgroup: "/jobs/*" }, action: allow, reason: test }
  - { name: quiet, match: { cgroup: "/quiet*" }, action: kill }'
attempt 0 allow exec 1 "an exact path" cgroup=web/nginx pidns execself=/bin/true
is "$(field "$event" rule) $(field "$event" cgroup)" '"exact" "/web/nginx"' "the event names the rule and the cgroup"
like "$(rootgate policy show)" "*, hits: 1?  - name: exact*" "policy show counts it as a hit of the rule"
rootgate policy show | grep -v '^ *#' >/tmp/shown.yaml
cp /tmp/shown.yaml $POLICY
in_force
is "$(rootgate policy show | grep -v '^ *#')" "$(cat /tmp/shown.yaml)" "and what it shows is the same policy, fed back"
attempt 1 deny exec 1 "not what begins like it" cgroup=web/nginx2 pidns execself=/bin/true
attempt 1 deny exec 1 "nor what is below it" cgroup=web/nginx/sub pidns execself=/bin/true
attempt 0 - exec 1 "a prefix, without an event" cgroup=jobs/a/b pidns execself=/bin/true
attempt 1 deny exec 1 "not its parent" cgroup=jobs pidns execself=/bin/true
attempt 137 kill exec 1 "a prefix within a name" cgroup=quiet1 pidns execself=/bin/true
deep=$(seq -s / 40)
attempt 1 deny exec 1 "nested deeper than can be told: no rule matches" "cgroup=jobs/$deep" pidns execself=/bin/true
long=$(head -c 200 /dev/zero | tr '\0' x)
attempt 0 - exec 1 "a path longer than can be told still has its prefix" "cgroup=jobs/$long/$long" pidns \
	execself=/bin/true

note "runtime, by the names of cgroups"
id=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
rules '  - { name: r, match: { runtime: [docker, crio] }, action: allow, reason: test, report: true }'
attempt 0 allow exec 1 "docker, systemd driver" "cgroup=system.slice/docker-$id.scope" pidns execself=/bin/true
is "$(field "$event" runtime)" '"docker"' "the event names it"
attempt 0 allow exec 1 "docker, cgroupfs driver" "cgroup=docker/$id" pidns execself=/bin/true
attempt 0 allow exec 1 "below the container's cgroup" "cgroup=docker/$id/init.scope" pidns execself=/bin/true
attempt 0 allow exec 1 "cri-o" "cgroup=kubepods.slice/crio-$id.scope" pidns execself=/bin/true
attempt 1 deny exec 1 "podman is another" "cgroup=machine.slice/libpod-$id.scope" pidns execself=/bin/true
attempt 1 deny exec 1 "and so is one that hides in podman's" \
	"cgroup=machine.slice/libpod-$id.scope/docker-$id.scope" pidns execself=/bin/true

# given NAME CHOWN-OR-CHMOD...: a cgroup below which a user may make others, and take their names
given()
{
	mkdir "/sys/fs/cgroup/$1" && (cd "/sys/fs/cgroup/$1" && shift && "$@" . cgroup.procs)
}
given owned chown 1000
given shared chmod 777
for cgroup in owned shared; do
	attempt 1 deny exec 1 "a name that a user has made, in a cgroup that is $cgroup" "cgroup=$cgroup" pidns $USER \
		"cgroup=$cgroup/docker-$id.scope" execself=/bin/suid-probe,true
	is "$(field "$event" runtime) $(field "$event" cgroup)" "\"unknown\" \"/$cgroup/docker-$id.scope\"" \
		"says nothing of a runtime"
done
given "docker/${id%?}6" chown 1000
attempt 0 allow exec 1 "docker's own name, whatever it has given the container" "cgroup=docker/${id%?}6" pidns $USER \
	"cgroup=docker/${id%?}6/inner" execself=/bin/suid-probe,true

note "exe, event, user_namespace, and their order"
rules '  - { name: file, match: { exe: /bin/suid-probe, event: exec, pid_namespace: private }, action: allow, reason: test, report: true }
  - { name: sets, match: { event: setuid, exe: "/payload/*" }, action: kill }
  - { name: mapped, match: { user_namespace: identity }, action: audit }
  - { name: late, match: { user_namespace: [none, identity], exe: /bin/suid-probe }, action: kill }'
attempt 0 allow exec 1 "a file" pidns $USER execself=/bin/suid-probe,true
is "$(field "$event" rule)" '"file"' "by the first rule that matches"
attempt 1 deny exec 1 "another file" pidns execself=/bin/true
attempt 137 kill setuid 1 "set*uid by that program" pidns $SAVED setuid=0
attempt 0 audit exec 1 "an identity map" userns=0:0:65536 pidns execself=/bin/true
is "$(field "$event" rule)" '"mapped"' "by its rule"

note "a rule over the mode audit"
mode=audit
rules '  - { name: never, match: { cgroup: "/vault/*" }, action: deny }'
attempt 1 deny exec 1 "denied in audit" cgroup=vault/a pidns execself=/bin/true
attempt 0 audit exec 1 "others are reported" cgroup=other pidns execself=/bin/true

note "drop-ins"
mkdir -p /tmp/policy/policy.d
cat >/tmp/policy/policy.d/50-web.yaml <<-END
	version: 1
	rules:
	  - { name: web, match: { cgroup: "/web" }, action: kill }
END
agent_stop
agent_start --policy /tmp/policy
attempt 137 kill exec 1 "a rule of policy.d" cgroup=web pidns execself=/bin/true
is "$(field "$event" rule)" '"web"' "by its name"
attempt 1 deny exec 1 "beside those of policy.yaml" cgroup=vault/a pidns execself=/bin/true

note "a reload that is refused keeps the policy in force"
from=$(generation)
echo "modus: enforce" >>/tmp/policy/policy.yaml
kill -HUP "$agent"
expect_exit 0 "it is said" wait_for 5 grep -q "policy.yaml:[0-9]*:1: error: unknown key 'modus'" $AGENT_LOG
is "$(generation)" "$from" "the generation stays"
attempt 137 kill exec 1 "so do the rules" cgroup=web pidns execself=/bin/true
like "$(rootgate events -n 100 -o json --type policy | tail -n 1)" "*refused*" "there is an event"

note "a rule expires"
mode=enforce
rm -r /tmp/policy/policy.d
now=$(date +%s)
date -s @1893455990 >/dev/null # 2029-12-31 23:59:50
rules '  - { name: old, match: { cgroup: "/vault" }, action: allow, reason: test, expires: 2029-12-31 }'
attempt 0 - exec 1 "allowed on its last day" cgroup=vault pidns execself=/bin/true
expired()
{
	rootgate events -o json --type policy | grep -q "rule old has expired"
}
expect_exit 0 "its end is told" wait_for 25 expired
attempt 1 deny exec 1 "and refused from then on" cgroup=vault pidns execself=/bin/true

note "a rule expires while no agent runs"
date -s @1893455992 >/dev/null
agent_reload
kill -9 "$agent"
wait "$agent" 2>/dev/null
expect_exit 0 "allowed on its last day" probe cgroup=vault pidns execself=/bin/true
sleep 9
expect_exit 1 "and refused from then on" probe cgroup=vault pidns execself=/bin/true
date -s "@$((now + 40))" >/dev/null
agent_start --policy $POLICY

note "what waits for an agent"
rules '  - { name: waits, match: { cgroup: "/vault" }, action: deny }'
kill -9 "$agent"
wait "$agent" 2>/dev/null
expect_exit 1 "refused without an agent" probe cgroup=vault pidns execself=/bin/true
policy "version: 1
mode: enforce"
agent_start --policy $POLICY
named()
{
	rootgate events -n 100 -o json --action deny | grep -q '"rule":"waits"'
}
expect_exit 0 "and told by the next with the rule's name, which it has no more" wait_for 5 named

agent_stop
is $? 0 "the agent ends"
summary
