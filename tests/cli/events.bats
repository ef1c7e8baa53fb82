#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# rootgate events, against a program that plays the agent. Needs no root and no kernel:
#   ROOTGATE=$PWD/build/rootgate ROOTGATE_TEST_STREAM=$PWD/build/user/unit/stream_agent bats tests/cli/events.bats

# shellcheck disable=SC2016,SC2030,SC2031 # backquotes are text; each test is a subshell with its setup in it

bats_require_minimum_version 1.5.0

setup() {
	dir=$(mktemp -d)
	export ROOTGATE_RUN_DIR=$dir/run
	export TZ=UTC
	sock=$ROOTGATE_RUN_DIR/events.sock
	agent=
	reader=
	mkfifo "$dir/say"
	exec 7<>"$dir/say"
}

# Ends only what a test started, and waits for it.
end() {
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

teardown() {
	end "$reader"
	end "$agent"
	exec 7>&-
	rm -rf "$dir"
}

# Starts the agent with these records; say LINE gives it more.
agent() {
	"$ROOTGATE_TEST_STREAM" "$sock" "$@" <"$dir/say" >"$dir/agent.out" 2>&1 3>&- &
	agent=$!
	await grep -q ready "$dir/agent.out"
}

say() {
	echo "$@" >&7
}

# Waits for a command to hold, five seconds at most.
await() {
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" 2>/dev/null && return 0
		sleep 0.05
	done
	echo "never: $*" >&2
	cat "$dir"/*.out "$dir"/*.err 2>/dev/null >&2
	return 1
}

follow() {
	"$ROOTGATE" events -f "$@" </dev/null >"$dir/events.out" 2>"$dir/events.err" 3>&- 7>&- &
	reader=$!
}

lines() {
	[ "$(wc -l <"$1")" -eq "$2" ]
}

@test "without an agent: 4, and what to do" {
	run -4 --separate-stderr "$ROOTGATE" events
	[ -z "$output" ]
	[[ $stderr == *"no agent is running (socket $sock)"*'`rootgate run`'* ]]
}

@test "a socket that a crash left behind: 4" {
	agent
	kill -KILL "$agent"
	wait "$agent" || true
	agent=
	[ -S "$sock" ]
	run -4 "$ROOTGATE" events
	[[ $output == *"no agent is running"* ]]
}

@test "not permitted: 6, and the group" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to be somebody else"
	agent
	chmod 755 "$dir"
	cp "$ROOTGATE" "$dir/rootgate"
	run -6 setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/rootgate" events
	[[ $output == *"not permitted"*"group rootgate"* ]]
}

@test "no events: nothing, 0" {
	agent
	run -0 "$ROOTGATE" events
	[ -z "$output" ]
}

@test "text: one line an event" {
	agent "exe=/usr/bin/sudo name=web rule=r1" "type=setuid action=audit pid=7 vpid=3"
	run -0 --separate-stderr "$ROOTGATE" events
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *" deny exec   30591/10 docker:3f0c2d9a1b7e(web) 1000→0 /usr/bin/sudo no userns rule r1" ]]
	[[ ${lines[1]} == *" audit setuid      7/3 docker:3f0c2d9a1b7e 1000→0 /bin/id no userns" ]]
	[ -z "$stderr" ]
}

@test "no colour without a terminal, colour on one, none with NO_COLOR" {
	agent "pid=7"
	run -0 "$ROOTGATE" events
	[[ $output != *$'\e'* ]]
	TERM=xterm run -0 script -qec "'$ROOTGATE' events" /dev/null
	[[ $output == *$'\e[31mdeny\e[0m'* ]]
	NO_COLOR=1 TERM=xterm run -0 script -qec "'$ROOTGATE' events" /dev/null
	[[ $output != *$'\e'* ]]
}

@test "json: one object a line" {
	agent "pid=41" "type=state note=enforcing"
	run -0 --separate-stderr "$ROOTGATE" events -o json
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == '{"time":"2'*'"type":"exec","action":"deny"'*'"pid":41,'*'"note":null}' ]]
	[[ ${lines[1]} == *'"type":"state","action":null,'*'"process":null,"container":null,'*'"note":"enforcing"}' ]]
}

@test "hostile bytes do not reach the terminal" {
	agent 'exe=/tmp/a\x0ab\x1b[2J\xff comm=\x1b]0;x\x07'
	run -0 "$ROOTGATE" events
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *'/tmp/a\nb\x1b[2J\xff '* ]]
	run -0 "$ROOTGATE" events -o json
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *'"exe":"/tmp/a\nb\u001b[2J'$'\xef\xbf\xbd''"'* ]]
}

@test "-n: the last, 100 where nothing is said, all with --since" {
	agent "pid=1 count=300"
	run -0 "$ROOTGATE" events -o json -n 2
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *'"pid":299,'* ]]
	[[ ${lines[1]} == *'"pid":300,'* ]]
	run -0 "$ROOTGATE" events
	[ "${#lines[@]}" -eq 100 ]
	run -0 "$ROOTGATE" events --since 1h
	[ "${#lines[@]}" -eq 300 ]
	run -0 "$ROOTGATE" events -n 0
	[ -z "$output" ]
	run -0 "$ROOTGATE" events -n 4294967295
	[ "${#lines[@]}" -eq 300 ]
}

@test "the whole backlog, larger than a socket's buffer" {
	agent "pid=1 count=2048"
	"$ROOTGATE" events -o json -n 2048 >"$dir/all"
	lines "$dir/all" 2048
	head -n 1 "$dir/all" | grep -q '"pid":1,'
	tail -n 1 "$dir/all" | grep -q '"pid":2048,'
}

@test "filters: the last N that match, wherever they are" {
	agent "pid=1 count=150" "type=setuid pid=500" "action=audit pid=501" "rule=r pid=502" \
		"name=db cgroup=/docker/abc pid=503" "age=7200 pid=504" "pid=600 count=200"
	pid() {
		run -0 "$ROOTGATE" events -o json "$@"
		[ "${#lines[@]}" -eq 1 ]
		[[ $output =~ \"pid\":([0-9]+), ]]
		echo "${BASH_REMATCH[1]}"
	}
	[ "$(pid --type setuid)" = 500 ]
	[ "$(pid --action audit)" = 501 ]
	[ "$(pid --rule r)" = 502 ]
	[ "$(pid --container db)" = 503 ]
	[ "$(pid --container ab)" = 503 ]
	[ "$(pid --pid 504)" = 504 ]
	[ "$(pid --type exec --action deny -n 1)" = 799 ]
	run -0 "$ROOTGATE" events --type setuid --type exec -n 1000
	[ "${#lines[@]}" -eq 355 ]
	run -0 "$ROOTGATE" events --since 1h
	[ "${#lines[@]}" -eq 354 ]
	run -0 "$ROOTGATE" events --since "$(date -u -d '-3 hours' +%Y-%m-%dT%H:%M:%SZ)"
	[ "${#lines[@]}" -eq 355 ]
	run -0 "$ROOTGATE" events --container 3f0c2d9a --type container_exit
	[ -z "$output" ]
}

@test "-f: what there is, then each as it comes; SIGINT ends it with 0" {
	agent "pid=1"
	follow -o json
	await lines "$dir/events.out" 1
	say "pid=2"
	await lines "$dir/events.out" 2
	say "pid=3"
	await lines "$dir/events.out" 3
	grep -q '"pid":3,' "$dir/events.out"
	kill -INT "$reader"
	wait "$reader"
	reader=
	[ ! -s "$dir/events.err" ]
}

@test "-f -n 0 --type: only what comes, only what was asked for; SIGTERM ends it with 0" {
	agent "pid=1"
	follow -n 0 --type setuid
	seen() {
		say "pid=2"
		say "type=setuid pid=3"
		grep -q ' setuid .*3/10' "$dir/events.out"
	}
	await seen
	run -1 grep -E ' exec |[^0-9][12]/10' "$dir/events.out"
	kill -TERM "$reader"
	wait "$reader"
	reader=
}

@test "-f ends when its own reader does, even if nothing comes" {
	agent "pid=1"
	"$ROOTGATE" events -f 3>&- 7>&- </dev/null > >(head -n 1 >"$dir/head.out") &
	reader=$!
	await lines "$dir/head.out" 1
	await sh -c "! kill -0 $reader"
	wait "$reader"
	reader=
}

@test "| head: no error, no signal" {
	agent "pid=1 count=4000"
	set -o pipefail
	"$ROOTGATE" events -n 4000 2>"$dir/err" | head -n 1
	[ ! -s "$dir/err" ]
}

@test "-f outlives the agent: a note, and the next agent's events" {
	agent "pid=1"
	follow -o json
	await lines "$dir/events.out" 1
	say quit
	wait "$agent"
	await grep -q 'the agent is gone; waiting' "$dir/events.err"
	agent "pid=2"
	await grep -q 'connected to the agent again' "$dir/events.err"
	await grep -q '"pid":2,' "$dir/events.out"
	say "pid=3"
	await lines "$dir/events.out" 3
	end "$agent"
	agent=
	await sh -c "[ \$(grep -c waiting '$dir/events.err') = 2 ]"
	kill -INT "$reader"
	wait "$reader"
	reader=
}

@test "the agent goes away in the middle: 4" {
	agent "pid=1 count=4000"
	kill -STOP "$agent"
	"$ROOTGATE" events -n 4000 >"$dir/events.out" 2>"$dir/events.err" 3>&- 7>&- </dev/null &
	reader=$!
	await sh -c "ls -l /proc/$reader/fd | grep -q socket:"
	sleep 0.2 # from the socket to the connection
	kill -KILL "$agent"
	status=0
	wait "$reader" || status=$?
	reader=
	[ "$status" -eq 4 ]
	grep -q "the agent went away" "$dir/events.err"
}

@test "a lost record is told even where a filter hides it" {
	agent "type=lost note=7_events" "pid=5"
	run -0 --separate-stderr "$ROOTGATE" events --type exec
	[ "${#lines[@]}" -eq 1 ]
	[[ $stderr == *"lost: 7_events"* ]]
	run -0 --separate-stderr "$ROOTGATE" events --type lost
	[[ $output == *"lost"*"7_events" ]]
	[ -z "$stderr" ]
}

@test "a full disk: 1" {
	agent "pid=1 count=100"
	run -1 bash -c '"$ROOTGATE" events >/dev/full'
	[[ $output == *"can't write the output: No space left on device" ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "usage errors: 2, with what is known" {
	usage() {
		run -2 "$ROOTGATE" events "$@"
		[[ $output == *"Try 'rootgate events --help'."* ]] || return 1
		echo "$output"
	}
	[[ $(usage --bogus) == *"unknown option '--bogus'"* ]]
	[[ $(usage -x) == *"unknown option '-x'"* ]]
	[[ $(usage -n) == *"option '-n' wants an argument"* ]]
	[[ $(usage -n many) == *"bad number of lines 'many'"* ]]
	[[ $(usage -n -1) == *"bad number of lines '-1'"* ]]
	[[ $(usage --pid 0) == *"bad PID '0'"* ]]
	[[ $(usage --pid 4294967296) == *"bad PID"* ]]
	[[ $(usage --type fork) == *"unknown type 'fork': one of exec, setuid, tripwire, latent, "*"lost"* ]]
	[[ $(usage --action shrug) == *"unknown action 'shrug': one of allow, audit, deny, kill"* ]]
	[[ $(usage -o ecs) == *"unknown output format 'ecs': text or json"* ]]
	[[ $(usage -o ocsf) == *"text or json"* ]]
	[[ $(usage --since yesterday) == *"bad time 'yesterday'"*"10m"* ]]
	[[ $(usage 7) == *"'7' is one argument too many"* ]]
}

@test "--help: every option" {
	run -0 "$ROOTGATE" events --help
	for option in --follow --lines --output --type --action --container --pid --rule --since --help; do
		[[ $output == *"$option"* ]]
	done
}
