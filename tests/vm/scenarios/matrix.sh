# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The verdict's table (tests/data/verdict.table), cell by cell, in all three modes: what the attempt
# came to, and its one event or none. rootgate-verdict(7) explains the words.
# timeout: 240

. /payload/guest.sh
. /payload/agent.sh

TABLE=/payload/verdict.table
ID=3f0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5
for owner in 0 100000 101000; do
	cp /payload/bin/probe /bin/suid-$owner && chown $owner /bin/suid-$owner && chmod 4755 /bin/suid-$owner
done
cp /payload/bin/probe /bin/caps-probe
expect_exit 0 "a file with CAP_SETUID" probe filecaps=/bin/caps-probe,setuid true

# How a process comes into a user namespace ($map; $late: once it is where it acts), what root and a
# user are called in there, and whom its root's files belong to on the host.
namespace()
{
	map='' late='' root=0 user=5 owner=0
	outer="userns=0:100000:65536 resgid=0,0,0 resuid=0,0,0"
	case $1 in
	none) ;;
	remapped) map=$outer owner=100000 ;;
	identity) map=userns=0:0:65536 ;;
	unshared) late=unshareuser ;;
	root-is-1000) map=userns=0:100000:1000,1000:0:1 root=1000 ;;
	remapped-in-remapped) map="$outer userns=0:1000:1000 resgid=0,0,0 resuid=0,0,0" owner=101000 ;;
	identity-in-remapped) map="$outer userns=0:0:65536" owner=100000 ;;
	*) return 1 ;;
	esac
}

# What it does there: $start, where the container begins or is entered, or $way into one that runs.
moment()
{
	start='' enter='' holds="resuid=$user,$user,$root" is_user="resuid=$user,$user,$user"
	case $1 in
	start) start=yes act="$late $name execself=/bin/true" ;;
	exec) act="$late $name execself=/bin/true" ;;
	entry) enter=yes act="$late $name execself=/bin/true" ;;
	setuid) act="$holds $late $name setuid=$root" ;;
	setreuid) act="$holds $late $name setreuid=-1,$root" ;;
	setresuid) act="$holds $late $name setresuid=$root,-1,-1" ;;
	setfsuid) act="$holds $late $name setfsuid=$root" ;;
	setuid-file) act="$is_user $late $name execself=/bin/suid-$owner,true" ;;
	file-capability) act="$is_user $late execself=/bin/caps-probe,$name,setuid=$root" ;;
	*) return 1 ;;
	esac
}

# A container of its own, one in it, or one with the host's PID namespace.
place()
{
	running="pidns handover=$user" cgroup=''
	case $1${start:+-start}${enter:+-enter} in
	own-start) way=pidns ;;
	own-enter) way=aside=$user ;;
	own) way=$running ;;
	nested-start) way="$running pidns" ;;
	nested-enter) way="$running aside=$user" ;;
	nested) way="$running $running" ;;
	host-start) cgroup=cgroup=docker/$ID way=mntns ;;
	host-enter) cgroup=cgroup=docker/$ID way="fork mntns" ;;
	host) cgroup=cgroup=docker/$ID way="mntns fork" ;;
	*) return 1 ;;
	esac
}

# All cells, as "cell exit-code" in /tmp/exits and "cell type action reason" in /tmp/told.
try_all()
{
	row=0
	: >/tmp/exits
	: >/tmp/said
	while read -r space moment _; do
		row=$((row + 1))
		for place in own nested host; do
			cell=$number-$row-$place name=name=$number-$row-$place
			if ! namespace "$space" || ! moment "$moment" || ! place $place; then
				not_ok "the table's words: $space $moment $place"
				continue
			fi
			probe $cgroup $map $way $act >/tmp/probe.out 2>&1
			code=$?
			echo "$cell $code" >>/tmp/exits
			[ $code = 0 ] || sed "s/^/$cell: /" /tmp/probe.out >>/tmp/said
		done
	done </tmp/rows
	sleep 0.5
	rootgate events -n 100000 -o json --type exec --type setuid |
		sed -n 's/.*"type":"\([a-z]*\)","action":"\([a-z]*\)","reason":"\([a-z_]*\)".*"comm":"\('$number'-[^"]*\)".*/\4 \1 \2 \3/p' >/tmp/told
}

# What each row must come to, and what it did: "title<TAB>got<TAB>want<TAB>cells".
compare()
{
	awk -v mode=$mode -v number=$number '
	FILENAME == "/tmp/exits" { code[$1] = $2 }
	FILENAME == "/tmp/told" { told[$1] = told[$1] " " $2 " " $3 " " $4 }
	FILENAME == "/tmp/head" && $1 == "mode" && $2 == mode {
		action = $4
		violation = $3 == "passes" ? 0 : $3 == "EPERM" ? 1 : $3 == "SIGKILL" ? 137 : "?"
	}
	FILENAME == "/tmp/head" && $1 == "reason" { reason[$2] = $3 }
	FILENAME == "/tmp/rows" {
		row++
		got = want = ""
		split("own nested host", places, " ")
		for (i = 1; i <= 3; i++) {
			cell = number "-" row "-" places[i]
			verdict = $(2 + i)
			got = got code[cell] told[cell] "; "
			if (verdict == "exec" || verdict == "setuid")
				want = want violation " " verdict " " action " " \
					reason[$1 == "none" ? $1 : "others"] "; "
			else
				want = want (verdict == "pass" ? 0 : verdict == "same" ? 1 : verdict == "EINVAL" ? 3 : "?") "; "
		}
		print mode ": " $1 ", " $2 "\t" got "\t" want "\t" number "-" row
	}' /tmp/exits /tmp/told /tmp/head /tmp/rows
}

grep -E '^(mode|reason) ' $TABLE >/tmp/head
sed '1,/^namespace /d' $TABLE >/tmp/rows
is "$(wc -l </tmp/rows)" 63 "seven user namespaces, nine moments"
policy "version: 1"
agent_start --policy $POLICY
tab=$(printf '\t')
number=0
for mode in audit enforce kill; do
	number=$((number + 1)) # names of processes are short
	policy "version: 1
mode: $mode
root_capabilities: { action: ignore }"
	agent_reload || not_ok "the policy is taken" "$(tail -n 20 $AGENT_LOG)"
	try_all
	compare >/tmp/compared
	while IFS=$tab read -r title got want said; do
		if [ "$got" = "$want" ]; then
			ok "$title"
		else
			not_ok "$title" "got:  $got" "want: $want" "$(grep "^$said-" /tmp/said)"
		fi
	done </tmp/compared
done
is "$(counter lost_refusals) $(counter lost_reports)" "0 0" "no event is lost"
is "$(counter tripwire)" 0 "and none came by without a hook"
agent_stop
is $? 0 "the agent ends"
summary
