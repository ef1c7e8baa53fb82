#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What every verb has in common: help, version, wrong words, no agent. Needs no kernel:
#   ROOTGATE=$PWD/build/rootgate bats tests/cli/usage.bats

bats_require_minimum_version 1.5.0

VERBS="run events ps pid containers status probe metrics detach policy disable enable"

setup() {
	dir=$(mktemp -d)
	export ROOTGATE_RUN_DIR=$dir/run
}

teardown() {
	rm -rf "$dir"
}

@test "no verb: the table of verbs on stderr, exit 2" {
	run -2 --separate-stderr "$ROOTGATE"
	[ -z "$output" ]
	for verb in $VERBS; do
		[[ $stderr == *"  $verb "* ]]
	done
}

@test "--help, -h and help: the same on stdout" {
	for word in --help -h help; do
		run -0 --separate-stderr "$ROOTGATE" $word
		[[ $output == "Usage: rootgate VERB"* ]]
		[ -z "$stderr" ]
	done
}

@test "help fits a terminal of 80 columns" {
	for verb in "" $VERBS; do
		run -0 "$ROOTGATE" $verb --help
		while IFS= read -r line; do
			[ ${#line} -le 80 ] || { echo "$verb: ${#line}: $line"; false; }
		done <<<"$output"
	done
}

@test "each verb has a help page" {
	for verb in $VERBS; do
		run -0 --separate-stderr "$ROOTGATE" "$verb" --help
		[[ $output == "Usage: rootgate $verb "* ]]
		[ -z "$stderr" ]
	done
}

@test "--version, everywhere, is the changelog's" {
	version=$(sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' "$BATS_TEST_DIRNAME/../../user/CHANGELOG.md" | head -n 1)
	for verb in "" $VERBS; do
		run -0 "$ROOTGATE" $verb --version
		[ "$output" = "rootgate $version" ]
	done
}

@test "an unknown verb: a suggestion, exit 2" {
	run -2 --separate-stderr "$ROOTGATE" statsu
	[[ $stderr == *"unknown verb 'statsu'; did you mean 'status'?"*"rootgate --help"* ]]
	run -2 --separate-stderr "$ROOTGATE" frobnicate
	[[ $stderr == *"unknown verb 'frobnicate'"* ]]
	[[ $stderr != *"did you mean"* ]]
	run -2 --separate-stderr "$ROOTGATE" --frob
	[[ $stderr == *"unknown option '--frob'"* ]]
}

@test "an unknown option of a verb: exit 2, and where to look" {
	for verb in $VERBS; do
		run -2 --separate-stderr "$ROOTGATE" "$verb" --frob
		[[ $stderr == *"--frob"*"Try 'rootgate $verb --help'."* ]]
	done
}

@test "an operand too much: exit 2" {
	for verb in run ps containers status probe metrics detach disable enable "policy reload"; do
		# shellcheck disable=SC2086 # a verb can have two words
		run -2 --separate-stderr "$ROOTGATE" $verb surplus
		[[ $stderr == *"'surplus'"* ]]
	done
}

@test "an unknown output format: exit 2, and those there are" {
	for verb in ps pid containers status probe events; do
		run -2 --separate-stderr "$ROOTGATE" "$verb" -o xml
		[[ $stderr == *"xml"*"text"*"json"* ]]
	done
}

@test "a mode that is none: exit 2, and those there are" {
	run -2 --separate-stderr "$ROOTGATE" run --mode on
	[[ $stderr == *"unknown mode 'on': audit, enforce or kill"* ]]
}

@test "run without root: exit 6 and the remedy" {
	[ "$(id -u)" = 0 ] || skip "needs root, to be somebody else"
	chmod 755 "$dir"
	cp "$ROOTGATE" "$dir/rootgate"
	run -6 --separate-stderr setpriv --reuid 65534 --clear-groups "$dir/rootgate" run
	[[ $stderr == *"run needs root"*"sudo"* ]]
}

@test "a full disk is not passed over" {
	[ -e /dev/full ] || skip "no /dev/full"
	run -1 --separate-stderr bash -c '"$ROOTGATE" --help >/dev/full'
	[[ $stderr == *"cannot write"*"No space left"* ]]
}

@test "install puts everything in place, uninstall takes it away" {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -e build/rootgate ] || skip "nothing is built"
	run -0 make -s install DESTDIR="$dir/root" PREFIX=/usr
	for file in usr/sbin/rootgate usr/lib/systemd/system/rootgate.service \
		usr/share/man/man8/rootgate.8 usr/share/man/man5/rootgate-policy.5 \
		usr/share/man/man3/librootgate.3 usr/include/rootgate/rootgate.h \
		usr/lib/librootgate.a usr/lib/librootgate.so.0 usr/lib/librootgate.so \
		usr/lib/pkgconfig/librootgate.pc \
		etc/rootgate/policy.yaml usr/lib/sysusers.d/rootgate.conf; do
		[ -s "$dir/root/$file" ]
	done
	grep -q '^ExecStart=/usr/sbin/rootgate run' "$dir/root/usr/lib/systemd/system/rootgate.service"
	run -0 "$ROOTGATE" policy check "$dir/root/etc/rootgate/policy.yaml"
	[[ $output == *"mode audit"* ]]
	run -0 make -s uninstall DESTDIR="$dir/root" PREFIX=/usr
	[ -z "$(find "$dir/root" -type f -o -type l)" ]
}

@test "a policy that the operator has changed survives install and uninstall" {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -e build/rootgate ] || skip "nothing is built"
	mkdir -p "$dir/root/etc/rootgate"
	echo "version: 1 # mine" >"$dir/root/etc/rootgate/policy.yaml"
	run -0 make -s install DESTDIR="$dir/root" PREFIX=/usr
	run -0 make -s uninstall DESTDIR="$dir/root" PREFIX=/usr
	[ "$(cat "$dir/root/etc/rootgate/policy.yaml")" = "version: 1 # mine" ]
}

@test "levels for the journal, where stderr is its stream and nowhere else" {
	local stream=$BATS_TEST_TMPDIR/stream

	: >"$stream"
	JOURNAL_STREAM=$(stat -c %d:%i "$stream") "$ROOTGATE" nonsense 2>>"$stream" || true
	grep -q '^<3>unknown verb' "$stream"
	JOURNAL_STREAM=$(stat -c %d:%i "$stream") run "$ROOTGATE" nonsense
	[[ ${lines[0]} == "rootgate: unknown verb"* ]]
}
