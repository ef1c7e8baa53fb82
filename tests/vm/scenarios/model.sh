# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# lsm: default
# kernels: 5.10 newest
# full: 6.1 6.12
#
# The verdict against a model of it that was written on its own (tests/vm/probe/model.c): thousands of
# random attempts under random policies, from the seeds that are printed. What the kernel says and
# leaves of the ids is what the model expects, and so is each counter.

. /payload/guest.sh
. /payload/agent.sh

CASES=25 POLICIES=8
[ -e /payload/full ] && CASES=200 POLICIES=24
ID=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
for owner in 0 5; do
	cp /payload/bin/probe /bin/suid-$owner && chown $owner:0 /bin/suid-$owner &&
		chmod 4755 /bin/suid-$owner
done

# cases CHAIN... PLACE: all of them from there; the probe's last line counts them.
cases()
{
	map=$1 cgroup=$2 way=$3 place=$4
	# one that isn't the last one's
	seed_of_cases=$((seed * 64 + world))
	world=$((world + 1))
	if probe cgroup=$cgroup $map $way "model=$seed:$seed_of_cases:$CASES:$number:$place:/$cgroup" \
		>/tmp/out 2>&1; then
		tail -n 1 /tmp/out >>/tmp/cases
	else
		wrong=$((wrong + 1))
		cat /tmp/out
	fi
}

policy "version: 1"
agent_start --policy $POLICY
seed=0 taken=0 wrong=0
: >/tmp/cases
while [ $taken -lt $POLICIES ]; do
	seed=$((seed + 1))
	number=$((seed % 3 + 1))
	mode=$(echo audit enforce kill | cut -d' ' -f$number)
	policy "version: 1
mode: $mode
$(probe modelpolicy=$seed)"
	# a rule can be one that never decides, which a policy must not have
	rootgate policy check $POLICY >/dev/null 2>&1 || continue
	agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
	taken=$((taken + 1))
	note "seed $seed, mode $mode"
	world=0
	for map in "" "userns=0:100000:65536 resgid=0,0,0 resuid=0,0,0" userns=0:0:65536 \
		userns=0:100000:1000,1000:0:1; do
		cases "$map" jobs/a "pidns handover=5" private
		cases "$map" docker/$ID "pidns handover=5 pidns handover=5" private
		cases "$map" docker/$ID mntns host
		cases "$map" docker/$ID fork floor
	done
done
is $wrong 0 "no case differs"
is "$(awk '{ n += $2; d += $4 } END { print n, d }' /tmp/cases)" "$((CASES * POLICIES * 16)) 0" \
	"of $((CASES * POLICIES * 16)) cases"
for name in exec_allow exec_audit exec_deny exec_kill setuid_allow setuid_audit setuid_deny setuid_kill; do
	expected=$(awk -v name=$name '{ for (i = 1; i < NF; i++) if ($i == name) n += $(i + 1) } END { print n }' \
		/tmp/cases)
	is "$(counter $name)" "$expected" "$name: $expected verdicts, all counted"
done
is "$(counter tripwire)" 0 "and none came by without a hook"
agent_stop
is $? 0 "the agent ends"
summary
