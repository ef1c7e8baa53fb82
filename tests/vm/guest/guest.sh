# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What scenarios say their results with: they source it first (. /payload/guest.sh).
# Each result is one line, on the console and on $RESULTS; the host counts them there, so that
# results from subshells count as well, and shows the details of a failure ("#   ...") with it.

RESULTS=${RESULTS:-/dev/null}
result_number=0
result_planned=

result()
{
	read -r result_time _ </proc/uptime
	printf '%s  (%s s)\n' "$1" "$result_time"
	printf '%s\n' "$1" >>"$RESULTS"
}

ok()
{
	result_number=$((result_number + 1))
	result "ok $result_number - $1"
}

# not_ok NAME [DETAIL...]
not_ok()
{
	result_number=$((result_number + 1))
	result "not ok $result_number - $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/#   /' | tee -a "$RESULTS"
}

# skip NAME REASON
skip()
{
	result_number=$((result_number + 1))
	result "skip $result_number - $1: $2"
}

note()
{
	printf '# %s\n' "$*"
}

# is GOT WANT NAME
is()
{
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got:  $1
want: $2"
	fi
}

# like TEXT PATTERN NAME: a shell pattern
like()
{
	# shellcheck disable=SC2254 # it is meant as a pattern
	case $1 in
	$2) ok "$3" ;;
	*) not_ok "$3" "got:  $1
want: $2" ;;
	esac
}

# expect_exit CODE NAME COMMAND...: shows what the command says where its exit code is wrong.
expect_exit()
{
	expected=$1 expected_name=$2
	shift 2
	output=$("$@" 2>&1)
	exit_code=$?
	if [ $exit_code = "$expected" ]; then
		ok "$expected_name"
	elif [ $exit_code = 77 ]; then
		skip "$expected_name" "$output"
	else
		not_ok "$expected_name" "$*
exit $exit_code instead of $expected
$output"
	fi
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	wait_left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		wait_left=$((wait_left - 1))
		[ $wait_left -gt 0 ] || return 1
		sleep 0.1
	done
}

# boot_word NAME: what the kernel's command line says after rootgate.NAME=, or nothing
boot_word()
{
	sed -n "s/.*rootgate\\.$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline
}

# plan COUNT: how many results there will be; summary complains where there were others.
plan()
{
	result_planned=$1
}

# The last line of a scenario.
summary()
{
	if [ -n "$result_planned" ] && [ "$result_planned" != "$result_number" ]; then
		not_ok "all planned tests ran" "$result_number of $result_planned"
	fi
	exit 0
}
