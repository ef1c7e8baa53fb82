# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: by-hand
# lsm: default
# timeout: 1800
#
# What rootgate costs, in instructions (tests/vm/run 6.1 scenarios/cost --icount): first what an
# operation takes from end to end without it, with empty programs at its hooks and with it; then the
# body of each of its programs, for the host, a contained user, and root whose exec is reported.

. /payload/guest.sh
. /payload/agent.sh

# whole NAME WORKLOAD [empty]: one of its operations, remembered by that name.
whole()
{
	whole=$(cost whole "$2" ${3:+"$3"})
	note "$1: $2: $whole"
	echo "$1 $2 $whole" >>/tmp/wholes
}

# took NAME WORKLOAD
took()
{
	awk -v name="$1" -v workload="$2" '$1 == name && $2 == workload { print $3 }' /tmp/wholes
}

# bodies WORKLOAD: into /tmp/bodies
bodies()
{
	cost bodies "$1" >/tmp/bodies || not_ok "$1 runs"
	sed "s/^/# $1: /" /tmp/bodies
}

# body PROGRAM
body()
{
	awk -v name="$1" '$1 == name { print $3 }' /tmp/bodies
}

# at_most LIMIT PROGRAM NAME: and it ran
at_most()
{
	at_most_body=$(body "$2")
	[ "$at_most_body" ] && [ "$at_most_body" -le "$1" ]
	is "$?" 0 "$3: ${at_most_body:-none} of $1"
}

# alike PROGRAM BEFORE NAME: its body, within 10
alike()
{
	alike_body=$(body "$1")
	[ $((alike_body - $2)) -le 10 ] && [ $(($2 - alike_body)) -le 10 ]
	is $? 0 "$3: $alike_body, $2"
}

sleep 30 # the boot's own work goes by; it takes no time
loop=$(cost calibrate)
[ "$loop" -ge 1990000 ] && [ "$loop" -le 2010000 ]
is "$?" 0 "a nanosecond is an instruction: a loop of 2,000,000 takes $loop"

for workload in getppid setuid exec contained-exec; do
	whole without $workload
	whole empty $workload empty
done

policy "version: 1
mode: audit"
agent_start --policy $POLICY
sleep 30
for workload in getppid setuid exec contained-exec; do
	whole rootgate $workload
done
is "$(took rootgate getppid)" "$(took without getppid)" "a syscall that is not ours costs nothing"
empty=$(took empty setuid) with=$(took rootgate setuid)
[ "$with" -le $((empty + 50)) ]
is $? 0 "setuid: an empty program and at most 50: $empty, $with"

limit=24
case $(uname -r) in 5.10.*) limit=60 ;; esac
bodies setuid
at_most $limit rg_setuid_lsm "setuid on the host"
bodies exec
at_most $limit rg_exec_lsm "exec on the host"
at_most $limit rg_newtask "a fork's record on the host"
at_most $limit rg_exec "an exec's record on the host"
at_most $limit rg_exit "an exit's record on the host"
bodies contained-setuid
at_most 45 rg_setuid_lsm "setuid in a container"
allowed_setuid=$(body rg_setuid_lsm)
bodies contained-exec
at_most 60 rg_exec_lsm "exec in a container"
allowed=$(body rg_exec_lsm)
bodies contained-fork
records=$(($(body rg_newtask) + $(body rg_exit)))
[ $records -le 700 ]
is $? 0 "records of a fork and an exit in a container: $records of 700"
before=$(counter exec_audit)
bodies root-exec
told=$(($(counter exec_audit) - before))
[ $told -ge 4000 ]
is $? 0 "execs of root are reported: $told"
event=$(($(body rg_exec_lsm) - allowed))
[ $event -le 320 ]
is $? 0 "an event: $event of 320"

# judged_by COUNT SELECTOR RULE: what an exec costs with so many rules, of which that one decides;
# its neighbours begin alike
judged_by()
{
	policy "$(awk -v count="$1" -v selector="$2" 'BEGIN {
		print "version: 1\nmode: audit\nrules:"
		for (i = 5000 - count / 2; i < 5000 + count / 2; i++)
			printf "- { name: r%d, match: { " selector " }, action: audit }\n", i, i
	}')"
	expect_exit 0 "$1 rules" agent_reload
	expect_exit 0 "in both slots, which share their tries" agent_reload
	bodies root-exec
	like "$(rootgate events -n 10 -o json --type exec)" "*\"rule\":$3,*" "it is decided by $3"
}

mkdir -p /sys/fs/cgroup/jobs/05000/a
echo 0 >/sys/fs/cgroup/jobs/05000/a/cgroup.procs
# Nobody knows this container: the agent has worked out beforehand what holds then.
judged_by 2 'image: "jobs:%05d"' null
two=$(body rg_exec_lsm)
judged_by 10000 'image: "jobs:%05d"' null
alike rg_exec_lsm "$two" "10,000 rules on who it is cost root what 2 do"
judged_by 2 "cgroup: /jobs/%05d/*" '"r5000"'
two=$(body rg_exec_lsm)
reloads=0
while [ $reloads -lt 1000 ] && rootgate policy reload >/dev/null; do
	reloads=$((reloads + 1))
done
bodies root-exec
alike rg_exec_lsm "$two" "after $reloads reloads the same"
is $reloads 1000 "a thousand"
judged_by 10000 "cgroup: /jobs/%05d/*" '"r5000"'
many=$(body rg_exec_lsm)
[ $((many - two)) -le 1500 ] # a trie that is twelve levels deeper
is $? 0 "10,000 rules on paths cost root at most 1,500 more than 2: $many, $two"
bodies contained-setuid
alike rg_setuid_lsm "$allowed_setuid" "and nobody else: setuid"
bodies contained-exec
alike rg_exec_lsm "$allowed" "exec"
agent_stop
summary
