# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# lsm: default
# kernels: 5.10 6.1 newest
# full: 6.12
#
# The records of contained processes against what /proc says: those that ran before the agent, those
# that came since, at levels 1 to 32, after storms, execs from threads, and exits.

. /payload/guest.sh
. /payload/agent.sh

# All contained processes, as "[30591,10]" a line: by /proc, and by rootgate.
by_proc()
{
	awk 'FNR == 1 { pids = "" }
		/^NSpid:/ && NF > 2 { for (i = 2; i <= NF; i++) pids = pids (i > 2 ? "," : "") $i }
		/^VmSize:/ && pids { print "[" pids "]" }' /proc/[0-9]*/status 2>/dev/null | sort
}

by_rootgate()
{
	rootgate ps -o json | sed -n 's/.*"pids":\(\[[^]]*\]\).*/\1/p' | sort
}

# Processes come and go while both look: so again, until they agree or don't for a second.
agree()
{
	for agree_try in 1 2 3 4 5 6 7 8 9 10; do
		by_proc >/tmp/by_proc
		by_rootgate >/tmp/by_rootgate
		[ "$(wc -l </tmp/by_proc)" -ge "$1" ] && cmp -s /tmp/by_proc /tmp/by_rootgate && break
		sleep 0.1
	done
	[ "$(wc -l </tmp/by_proc)" -ge "$1" ] || not_ok "$2: there are enough" "$(cat /tmp/by_proc)"
	is "$(cat /tmp/by_rootgate)" "$(cat /tmp/by_proc)" "$2"
}

levels()
{
	seq "$1" | sed 's/.*/pidns/'
}

USER=resuid=1000,1000,1000
probe pidns $USER reexec fork pause &
before=$!
# shellcheck disable=SC2046 # a list of steps
probe $(levels 3) $USER reexec pause &
descendant $before 2 >/dev/null

policy "version: 1
mode: audit"
agent_start --policy $POLICY
agree 5 "what ran before the agent"

# shellcheck disable=SC2046
probe $(levels 32) $USER reexec pause &
descendant $! 32 >/dev/null
agree 37 "32 levels deep"
is "$(rootgate ps -o json | sed -n 's/.*"pid_namespaces":\[\([^]]*\)\].*/\1/p' | awk -F, '{ print NF }' | sort -n | tail -n 1)" \
	33 "with a namespace for each"

probe pidns $USER reexec thread execself=/payload/bin/probe,pause &
threaded=$!
descendant $threaded 1 >/dev/null
sleep 0.3
agree 38 "exec from a thread that is not the leader"

probe pidns reexec fork storm=300 >/dev/null
probe pidns $USER reexec storm=300 >/dev/null
agree 38 "after a storm of forks and execs"
is "$(counter pids_full)" 0 "every record found room"

text=$(rootgate ps)
like "$text" "CONTAINER * HOST-PID *PID *COMMAND*" "a table for people"
roots_by_proc()
{
	awk 'FNR == 1 { root = 0 }
		/^Uid:/ { root = $2 == 0 || $3 == 0 || $4 == 0 || $5 == 0 }
		/^NSpid:/ && NF > 2 && root { print $2 }' /proc/[0-9]*/status 2>/dev/null | sort -n
}
is "$(rootgate ps --host-root -o json | sed -n 's/.*"pid":\([0-9]*\),"vpid".*/\1/p')" "$(roots_by_proc)" \
	"those that hold host root"
like "$(roots_by_proc | wc -l)" "[1-9]*" "of which there are some"

kill -9 "$(descendant $before 1)" "$(descendant $threaded 1)"
wait $before $threaded
agree 35 "after exits"

# ---- one process, from either side ----

# answer KEY COMMAND...: that field of what it says.
answer()
{
	answer_key=$1
	shift
	field "$("$@" -o json 2>/dev/null)" "$answer_key"
}

# What /proc calls the outermost PID namespace below the host's that a process is in: its own, where
# it is one level down.
pidns_of()
{
	stat -L -c %i "/proc/$1/ns/pid"
}

probe pidns $USER reexec fork pause &
one=$!
first=$(descendant $one 1)
second=$(descendant $one 2)
sleep 0.2
ns=$(pidns_of "$second")
is "$(answer pids rootgate pid host "$second")" "$(nspid "$second")" "pid host: the levels of /proc"
is "$(answer pid rootgate pid ns "$ns" 2)" "$second" "pid ns: and back"
is "$(answer pid rootgate pid container "$ns" 2)" "$second" "pid container: by the inode"
is "$(answer pid rootgate pid container "$ns" 1)" "$first" "pid container: PID 1"
is "$(answer uid rootgate pid host "$second") $(answer container_uid rootgate pid host "$second")" \
	"1000 1000" "pid host: its uids"
text=$(rootgate pid host "$second")
like "$text" "*host PID: *$second*PID: *2*levels: *$second in *2 in $ns*verdict: *ok*entity id: *" \
	"pid host: for people"
is "$(answer entity_id rootgate pid host "$second")" \
	"\"$(cut -c 1-8 /proc/sys/kernel/random/boot_id)-$(printf %x "$second")-$(rootgate ps -o json |
		sed -n "s/.*\"pid\":$second,.*\"entity_id\":\"[^-]*-[^-]*-\([0-9a-f]*\)\".*/\1/p")\"" \
	"pid host: the identity that ps gives it"
is "$(librootgate_example "$second")" "$second is 2 in $ns, and back $second: exe" \
	"librootgate: there and back"
deep=$(rootgate ps -o json | sed -n 's/.*"pids":\[\([0-9]*\)\(,[0-9]*\)\{32\}\].*/\1/p' | head -n 1)
is "$(answer pid rootgate pid ns "$(pidns_of "$deep")" 1)" "$deep" "pid ns: 32 levels down"
rootgate ps -o json >/tmp/all
is "$(while IFS= read -r line; do
	host=$(field "$line" pid)
	nss=$(field "$line" pid_namespaces | tr -d '[]') pids=$(field "$line" pids | tr -d '[]')
	level=2
	while [ "$(echo "$pids" | cut -d , -f $level)" ] && [ $level -le 4 ]; do
		[ "$(answer pid rootgate pid ns "$(echo "$nss" | cut -d , -f $level)" \
			"$(echo "$pids" | cut -d , -f $level)")" = "$host" ] || echo "$host at $level"
		level=$((level + 1))
	done
done </tmp/all)" "" "pid ns: all, at the first three levels, lead back"

rootgate containers -o json >/tmp/containers
line=$(grep "\"pid_namespace\":$ns," /tmp/containers)
is "$(field "$line" pid) $(field "$line" processes) $(field "$line" verdict)" "$first 2 \"ok\"" \
	"containers: PID 1, how many, and the verdict"
is "$(sed -n 's/.*"processes":\([0-9]*\).*/\1/p' /tmp/containers | awk '{ n += $1 } END { print n }')" \
	"$(wc -l </tmp/by_proc | awk '{ print $1 + 2 }')" "containers: each process is in one"
like "$(rootgate containers)" "CONTAINER *NAME *RUNTIME *HOST-PID *USERNS *MAP *VERDICT *PROCS*" \
	"containers: a table for people"
probe userns=0:100000:65536 resuid=0,0,0 pidns reexec pause &
mapped=$!
sleep 0.5 # what writes the map is a child, too, and has gone by then
mapped_first=$(descendant $mapped 1)
line=$(rootgate containers -o json | grep "\"pid\":$mapped_first,")
is "$(printf '%s\n' "$line" | sed -n 's/.*"map":\(.*\]\]\).*/\1/p') $(field "$line" is_host) $(field "$line" verdict)" \
	'[[0,100000,65536]] false "ok"' "containers: a map, which is not the host's"
kill -9 "$mapped_first"
wait $mapped

# ---- ways to show them ----

like "$(rootgate ps --tree | grep -A 1 " $first  ")" "* $first *probe*
* $second *└─ *" "ps --tree: the child below its parent"
like "$(rootgate ps --all-levels)" "*HOST-PID *PIDS *$second,2 *" "ps --all-levels: both"
seen_twice()
{
	[ "$(grep -c ^CONTAINER /tmp/watched)" -ge 2 ]
}
rootgate ps --watch >/tmp/watched &
watching=$!
wait_for 20 seen_twice
is $? 0 "ps --watch: again after a while"
kill -INT $watching
wait $watching
is $? 0 "ps --watch: ends with SIGINT, and well"

is "$(librootgate_list | sort -n | xargs)" "$(rootgate ps -o json | sed -n 's/.*"pid":\([0-9]*\),"vpid".*/\1/p' | sort -n | xargs)" \
	"librootgate: all that ps has"

# ---- what is not there ----

expect_exit 1 "pid host: a process of the host" rootgate pid host $$
like "$output" "*PID $$ is in no container*" "which it says"
# Below the old limit, any PID may have been a process of an earlier scenario, which is told.
echo 4194304 >/proc/sys/kernel/pid_max
expect_exit 1 "pid host: nobody's PID" rootgate pid host 4000000
like "$output" "*there is no PID 4000000*" "which it says"
expect_exit 1 "pid container: no such container" rootgate pid container nosuch 1
like "$output" "*no container 'nosuch'*containers*" "which it says"
expect_exit 1 "pid container: no such PID" rootgate pid container "$ns" 77
kill -9 "$second"
wait_for 5 test ! -e "/proc/$second"
expect_exit 1 "pid host: it has exited" rootgate pid host "$second"
like "$output" "*PID $second has exited, at 20*levels: *$second in *2 in $ns*exited: *" \
	"which it says, and what it was"
expect_exit 1 "pid ns: it has exited" rootgate pid ns "$ns" 2
like "$output" "*has exited*host PID: *$second*" "which PID it had on the host"
is "$(librootgate_list "$second")" "$second was 2 in $ns, and exited after its start" "librootgate: it has exited"
expect_exit 1 "librootgate: this one has not" librootgate_list "$deep"
is "$(answer exit_time rootgate pid host "$second" | cut -c 1-3)" '"20' "in json, when"
kill -9 "$first"
wait $one
expect_exit 1 "pid ns: its container is gone" rootgate pid container "$ns" 1
like "$output" "*has exited*host PID: *$first*" "which PID it had"

# another_takes PID: a process of the host, as $again, which is stopped.
another_takes()
{
	echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
	sh -c 'kill -STOP $$' &
	again=$!
	is "$again" "$1" "a PID is used again"
}

# A dead agent's record stays, and the PID goes to somebody else.
probe pidns $USER reexec pause &
one=$!
first=$(descendant $one 1)
sleep 0.2
kill -9 "$agent"
wait "$agent" 2>/dev/null
is "$(answer pids rootgate pid host "$first")" "$(nspid "$first")" "pid host: without an agent"
is "$(answer pid rootgate pid ns "$(pidns_of "$first")" 1)" "$first" "and back"
kill -9 "$first"
wait $one
expect_exit 1 "pid host: gone while no agent ran" rootgate pid host "$first"
another_takes "$first"
expect_exit 1 "pid host: a PID that was used again" rootgate pid host "$first"
like "$output" "*PID $first is in no container*had this PID before has exited*" "which it says"
expect_exit 1 "librootgate: neither does it take one for the other" librootgate_example "$first"
kill -9 "$again"

# The programs are gone as well, and only the maps are left.
nobody_records()
{
	probe pidns $USER pause &
	new=$!
	new_first=$(descendant $new 1)
	rootgate pid host "$new_first"
	new_code=$?
	kill -9 "$new_first"
	wait $new
	[ $new_code = 1 ]
}
probe pidns $USER reexec pause &
one=$!
first=$(descendant $one 1)
sleep 0.2
rm /sys/fs/bpf/rootgate/current/link_*
wait_for 20 nobody_records # a link goes a while after its pin
kill -9 "$first"
wait $one
another_takes "$first"
expect_exit 1 "pid host: whose record is another's" rootgate pid host "$first"
like "$output" "*PID $first was used again: the record is of a process that is gone*" "which it says"
expect_exit 1 "librootgate: nor then" librootgate_example "$first"
like "$output" "*[Ss]tale*" "which it says"
kill -9 "$again"
agent_start --policy $POLICY

# ---- many; --append rootgate.many=30000 --memory 6144 --icount for more, and how long it takes ----

# How long ten lookups take, in ms on average; /proc/uptime counts to 10.
ten_lookups_ms()
{
	lookup_from=$(awk '{ print $1 * 1000 }' /proc/uptime)
	for lookup_try in 1 2 3 4 5 6 7 8 9 10; do
		rootgate pid host "$1" >/dev/null
	done
	awk -v from="$lookup_from" '{ printf "%d\n", ($1 * 1000 - from) / 10 }' /proc/uptime
}

# The best of some: what else the machine does at the moment is no matter.
lookup_ms()
{
	for lookup_round in 1 2 3; do
		ten_lookups_ms "$1"
	done | sort -n | head -n 1
}

few=$(lookup_ms "$deep")
asked=$(boot_word many)
number=${asked:-2000}
probe pidns $USER reexec many=$number >/tmp/many 2>&1 &
many=$!
wait_for 200 grep -q ready /tmp/many
many_first=$(descendant $many 1)
last=$(tr ' ' '\n' <"/proc/$many_first/task/$many_first/children" | sed '/^$/d' | tail -n 1)
is "$(answer pids rootgate pid host "$last")" "$(nspid "$last")" "one of $number"
is "$(answer pid rootgate pid container "$(pidns_of "$last")" $((number + 1)))" "$last" \
	"and back, from the last of its container"
lots=$(lookup_ms "$last")
note "pid host: $lots ms with $number, $few ms with 35"
# a busy machine adds its own to both: only what grows with the number is meant
is "$(awk -v lots="$lots" -v few="$few" 'BEGIN { print lots < 3 * few + 100 }')" 1 \
	"a lookup takes not much longer among $number"
if [ "$asked" ]; then
	[ "$lots" -lt 20 ]
	is $? 0 "nor 20 ms: $lots"
fi
kill -9 "$many_first"
wait $many

agent_stop
is $? 0 "the agent ends"
rootgate ps >/tmp/out 2>&1
is $? 4 "then ps says that there is none"
summary
