#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# probe and metrics where there is nothing to be seen, and the format of metrics. Needs no kernel:
#   ROOTGATE=$PWD/build/rootgate bats tests/cli/metrics.bats

bats_require_minimum_version 1.5.0

setup() {
	dir=$(mktemp -d)
	export ROOTGATE_RUN_DIR=$dir/run
	# shellcheck source=/dev/null
	. "$BATS_TEST_DIRNAME/../vm/guest/metrics.sh"
}

teardown() {
	rm -rf "$dir"
}

@test "metrics without an agent: the state is none, and the format is right" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	run -0 --separate-stderr "$ROOTGATE" metrics
	[ -z "$stderr" ]
	[[ $output == *'rootgate_state{state="none"} 1'* ]]
	[[ $output == *'rootgate_agent_up 0'* ]]
	metrics_format <<<"$output"
}

@test "a full page of metrics has the right format" {
	page=$(dirname "$ROOTGATE")/user/unit/test_metrics
	[ -x "$page" ] || page=$(dirname "$ROOTGATE")/unit/test_metrics
	[ -x "$page" ] || skip "test_metrics is not built"
	run -0 "$page" print
	[[ $output == *'rootgate_verdicts_total{type="setuid",action="kill"} 1007'* ]]
	metrics_format <<<"$output"
}

@test "the check of the format sees what is wrong" {
	head=$'# HELP a_total Text.\n# TYPE a_total counter\n'
	metrics_format <<<"${head}a_total 1"
	for text in "" "a_total 1" "${head}" "${head}a_total -1" "${head}a_total" "${head}b_total 1" \
		"${head}a_total 1"$'\n'"a_total 2" "${head}a_total{x=y} 1" "${head}a_total{x=\"y} 1" \
		"# TYPE a_total counter"$'\n'"a_total 1" "${head/counter/gauge}a_total 1" \
		"${head/counter/histogram}a_total 1" "${head}${head}a_total 1"; do
		run -1 metrics_format <<<"$text"
	done
}

@test "probe and metrics without root: exit 6 and the remedy" {
	[ "$(id -u)" = 0 ] || skip "needs root, to be somebody else"
	chmod 755 "$dir"
	cp "$ROOTGATE" "$dir/rootgate"
	for verb in probe metrics; do
		run -6 --separate-stderr setpriv --reuid 65534 --clear-groups "$dir/rootgate" $verb
		[[ $stderr == *"$verb needs root: use sudo"* ]]
	done
}

@test "probe says what it sees, and does not pretend" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	run "$ROOTGATE" probe
	[[ $status == 0 || $status == 5 ]]
	[[ $output == *"kernel: "*"$(uname -r)"*"guarantee: "* ]]
	[[ $status == 0 || $output == *"guarantee:"*"audit only"*"reason:"*"remedy:"* ]]
	run "$ROOTGATE" probe -o json
	[[ $output == '{"kernel":"'"$(uname -r)"'",'*'}' ]]
}
