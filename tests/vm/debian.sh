# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Debian's archive, beside the machine's own apt: for each suite sources, lists and state of its
# own, in the cache. Needs lib.sh.

DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

# The places to try for SUITE: $ROOTGATE_DEBIAN_MIRROR (its URL ends in /debian), and the mirrors that
# the machine uses itself. Only Debian's count: Ubuntu's sources name an archive that has none of
# these suites.
debian_mirrors()
{
	local archive=debian

	[[ $1 == *-security ]] && archive=debian-security
	{
		echo "${ROOTGATE_DEBIAN_MIRROR-}"
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
			/etc/apt/sources.list.d/*.sources 2>/dev/null |
			sed 's/#.*//' | grep -oE "https?://[^] ]+/debian(-security)?/?( |\$)" || true
	} | sed -nE "s,/debian(-security)?/? *\$,/$archive,p" | awk '!seen[$0]++'
}

# debian_apt SUITE TOOL ARGS...: apt-get or apt-cache on that suite alone.
debian_apt()
{
	local state=$CACHE/apt/$1 tool=$2

	shift 2
	"$tool" -q -q -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State="$state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$state/cache" \
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
		-o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 "$@"
}

# Fetches the list of packages of SUITE; false when no mirror has it.
debian_update()
{
	local suite=$1 state=$CACHE/apt/$1 mirror

	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	for mirror in $(debian_mirrors "$suite"); do
		echo "deb [signed-by=$DEBIAN_KEYS] $mirror $suite main" >"$state/sources.list"
		debian_apt "$suite" apt-get update --error-on=any 2>"$state/update.log" && return 0
	done
	log "no mirror has $suite now: $(grep -m1 ^E: "$state/update.log")"
	return 1
}

# The mirror that debian_update found SUITE on.
debian_mirror()
{
	cut -d' ' -f3 "$CACHE/apt/$1/sources.list"
}

# The newest package of SUITE whose name matches REGEX, or nothing.
debian_newest()
{
	debian_apt "$1" apt-cache search --names-only "$2" | cut -d' ' -f1 | sort -V | tail -n1
}

# debian_unpack SUITE DIR PACKAGE...: downloads packages and unpacks them below DIR.
debian_unpack()
{
	local suite=$1 dir=$2 deb

	shift 2
	(cd "$dir" && debian_apt "$suite" apt-get download "$@") || return 1
	for deb in "$dir"/*.deb; do
		dpkg -x "$deb" "$dir" && rm "$deb" || return 1
	done
}

# debian_source SUITE DIR PACKAGE...: downloads source packages and unpacks them below DIR.
debian_source()
{
	local suite=$1 dir=$2 list=$CACHE/apt/$1/sources.list

	shift 2
	need dpkg-source
	sed -n 's/^deb /deb-src /p' "$list" | sort -u >"$list.src"
	cat "$list.src" >>"$list"
	debian_apt "$suite" apt-get update && (cd "$dir" && debian_apt "$suite" apt-get source "$@")
}
