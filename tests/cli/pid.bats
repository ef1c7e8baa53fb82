#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# rootgate pid and its kin, as far as they need no records; and librootgate as somebody else links
# it. Needs no kernel:
#   ROOTGATE=$PWD/build/rootgate bats tests/cli/pid.bats

bats_require_minimum_version 1.5.0

setup() {
	dir=$(mktemp -d)
	export ROOTGATE_RUN_DIR=$dir/run
}

teardown() {
	rm -rf "$dir"
}

# wrong WORDS ARGUMENT...: exit 2, these words, and where there is help
wrong() {
	words=$1
	shift
	run -2 --separate-stderr "$ROOTGATE" "$@"
	[ -z "$output" ]
	[[ $stderr == *"$words"* ]] || { echo "$*: $stderr"; false; }
	[[ $stderr == *"Try 'rootgate $1 --help'."* ]]
}

@test "a PID that is none: exit 2, and why" {
	max=$(($(cat /proc/sys/kernel/pid_max) - 1))
	for side in "host" "container web" "ns 4026532201"; do
		wrong "'x' is no PID: it takes a number" pid $side x
		wrong "'12x' is no PID: it takes a number" pid $side 12x
		wrong "'' is no PID: it takes a number" pid $side ''
		wrong "0 is no PID: the first one is 1" pid $side 0
		wrong "'-1' is no PID: it is negative" pid $side -1
		wrong "'-1' is no PID: it is negative" pid $side -- -1
		wrong "the largest one here is $max (kernel.pid_max)" pid $side $((max + 1))
		wrong "the largest one here is $max (kernel.pid_max)" pid $side 99999999999999999999
	done
}

@test "a side that is none, or not all of the operands: exit 2" {
	wrong "it takes a side: host, container or ns" pid
	wrong "unknown side 'guest': host, container or ns" pid guest 1
	wrong "unknown side '1': host, container or ns" pid 1
	wrong "pid host takes a PID" pid host
	wrong "pid container takes a container and a PID" pid container
	wrong "pid container takes a container and a PID" pid container web
	wrong "pid ns takes the inode of a PID namespace and a PID" pid ns 1
	wrong "an operand too much: '2'" pid host 1 2
	wrong "an operand too much: '2'" pid container web 1 2
	wrong "'' is no container" pid container '' 1
}

@test "an inode that is none: exit 2" {
	for inode in x 0 4294967296 ''; do
		wrong "'$inode' is no inode of a PID namespace" pid ns "$inode" 1
	done
}

@test "nothing is pinned: exit 4 and the remedy, or 6 without root" {
	[ ! -e /sys/fs/bpf/rootgate ] || skip "an agent runs here"
	for command in "pid host 1" "pid container web 1" "pid ns 1 1" containers "ps --tree" \
		"ps --all-levels" "ps --watch" "containers -o json" "pid host 1 -o json"; do
		run --separate-stderr "$ROOTGATE" $command
		[ -z "$output" ]
		case $status in
		4) [[ $stderr == *"no agent runs"*"rootgate run"* ]] ;;
		6) [[ $stderr == *"needs root"*"sudo"* ]] ;;
		*) false ;;
		esac
	done
}

# Builds the example with what is installed below $dir, and nothing else: example FLAG...
example() {
	flags=$(PKG_CONFIG_PATH=$dir/opt/lib/pkgconfig pkg-config --cflags --libs librootgate)
	gcc -Wall -Wextra -Werror "$@" -o "$dir/example" \
		"$BATS_TEST_DIRNAME/librootgate_example.c" ${flags//\/opt\//$dir/opt/}
}

@test "librootgate: links against what make install leaves, shared and static" {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -e build/librootgate.a ] || skip "nothing is built"
	command -v pkg-config >/dev/null || skip "no pkg-config"
	run -0 make -s install DESTDIR="$dir" PREFIX=/opt
	export LD_LIBRARY_PATH=$dir/opt/lib
	for way in -static ""; do
		example $way
		run -2 "$dir/example"
		[ -e /sys/fs/bpf/rootgate ] || run -1 "$dir/example" 1
	done
	run -0 readelf -d "$dir/example"
	[[ $output == *"librootgate.so.0"* ]]
}

@test "librootgate: shows what its header declares, and needs the C library alone" {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -e build/librootgate.so.0 ] || skip "nothing is built"
	sed -n 's/.*\(rootgate_[a-z_]*\)(const struct rootgate \*.*/\1/p; s/^int \(rootgate_open\)(.*/\1/p
		s/^void \(rootgate_close\)(.*/\1/p' include/rootgate/rootgate.h | sort >"$dir/declared"
	nm -D --defined-only build/librootgate.so.0 | sed 's/.* //' | sort >"$dir/shared"
	nm -g --defined-only build/librootgate.a | sed -n 's/.* [TDBR] //p' | sort >"$dir/static"
	[ -s "$dir/declared" ]
	diff "$dir/declared" "$dir/shared"
	diff "$dir/declared" "$dir/static"
	run -0 readelf -d build/librootgate.so.0
	[ "$(grep -c NEEDED <<<"$output")" = 1 ]
	[[ $output == *"Library soname: [librootgate.so.0]"* ]]
}

@test "librootgate: its header is C, and C++" {
	cd "$BATS_TEST_DIRNAME/../.."
	for language in c c++; do
		echo '#include <rootgate/rootgate.h>' >"$dir/include.c"
		run -0 gcc -x $language -Wall -Wextra -Werror -pedantic -Iinclude -fsyntax-only "$dir/include.c"
	done
}
