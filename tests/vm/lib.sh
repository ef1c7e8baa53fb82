# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the scripts of this folder share: where things lie, and how they talk.
# Downloads and images go to the cache, outside of the tree; logs and results to the build folder.
# Nothing here knows a kernel or a guest.

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd "$VM/../.." && pwd)
CACHE=${ROOTGATE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rootgate}
BUILD=${ROOTGATE_BUILD:-$REPO/build}
ME=$(basename "$0")

SKIPPED=77
export VM REPO CACHE BUILD SKIPPED

log()
{
	printf '%s: %s\n' "$ME" "$*" >&2
}

die()
{
	log "$@"
	exit 1
}

# A thing this machine cannot have now: loud, and never mistaken for success.
skip()
{
	log "SKIPPED: $*"
	exit $SKIPPED
}

need()
{
	local tool

	for tool in "$@"; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
			die "$tool is missing: install it (make deps does)"
	done
}

# True when FILE is missing or older than DAYS.
stale()
{
	local file=$1 days=$2

	[[ ! -e $file || -n $(find "$file" -mtime "+$((days - 1))") ]]
}

# scenario_header FOLDER/NAME KEY: what the "# KEY: " lines at the top of a scenario say.
scenario_header()
{
	sed -n "/^[^#]/q; s/^# $2: *//p" "$VM/$1.sh"
}

# scenario_timeout FOLDER/NAME: the seconds that it may take
scenario_timeout()
{
	local seconds

	seconds=$(scenario_header "$1" timeout)
	echo "${seconds:-120}"
}

# One builder at a time for each thing in the cache; the lock goes with the process.
lock()
{
	local fd

	mkdir -p "$CACHE"
	exec {fd}>"$CACHE/$1.lock"
	flock "$fd" || die "cannot lock $CACHE/$1.lock"
}
