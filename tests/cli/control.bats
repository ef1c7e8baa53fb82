#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The verbs that ask the agent for something, where there is none. Needs no kernel:
#   ROOTGATE=$PWD/build/rootgate bats tests/cli/control.bats

bats_require_minimum_version 1.5.0

setup() {
	dir=$(mktemp -d)
	export ROOTGATE_RUN_DIR=$dir/run
}

teardown() {
	rm -rf "$dir"
}

needs_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

@test "disable: both options are needed" {
	run -2 --separate-stderr "$ROOTGATE" disable --for 10m
	[[ $stderr == *"--reason is missing"* ]]
	run -2 --separate-stderr "$ROOTGATE" disable --reason test
	[[ $stderr == *"--for is missing"* ]]
	run -2 --separate-stderr "$ROOTGATE" disable
	[[ $stderr == *"missing"*"Try 'rootgate disable --help'."* ]]
}

@test "disable: durations from 1s to 24h" {
	for duration in 0s 25h 86401s 10 10x -5m "" 1h-1m 99999999999999999999h; do
		run -2 --separate-stderr "$ROOTGATE" disable --for="$duration" --reason test
		[[ $stderr == *"--for: '$duration'"*"1s to 24h"* ]]
	done
}

@test "disable: a reason that can be shown" {
	long=$(printf 'x%.0s' {1..161})
	for reason in "" "$long" $'two\nlines' $'\e[2Jhidden' $'bad\xff'; do
		run -2 --separate-stderr "$ROOTGATE" disable --for 10m --reason "$reason"
		[[ $stderr == *"--reason: "* ]]
	done
}

@test "no agent: exit 4, and nothing is left" {
	needs_root
	for words in "disable --for 10m --reason test" enable "policy reload"; do
		# shellcheck disable=SC2086 # several words
		run -4 --separate-stderr "$ROOTGATE" $words
		[[ $stderr == *"no agent runs"* ]]
	done
	[ ! -e "$ROOTGATE_RUN_DIR" ]
}

@test "without root: exit 6 and the remedy" {
	needs_root
	chmod 755 "$dir"
	cp "$ROOTGATE" "$dir/rootgate"
	for words in "disable --for 10m --reason test" enable "policy reload"; do
		# shellcheck disable=SC2086 # several words
		run -6 --separate-stderr setpriv --reuid 65534 --clear-groups "$dir/rootgate" $words
		[[ $stderr == *"needs root: use sudo"* ]]
	done
}

@test "enable without an agent forgets what is left of a disable" {
	needs_root
	mkdir "$ROOTGATE_RUN_DIR"
	read -r up _ </proc/uptime
	printf '{"until_boottime_ns":%s,"boot_id":"%s","reason":"test","by":{"uid":0,"pid":1}}' \
		"$((${up%.*} + 600))000000000" "$(cat /proc/sys/kernel/random/boot_id)" \
		>"$ROOTGATE_RUN_DIR/disabled"
	run -0 "$ROOTGATE" enable
	[[ $output == *"next agent"* ]]
	[ ! -e "$ROOTGATE_RUN_DIR/disabled" ]
}
