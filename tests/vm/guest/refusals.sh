# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Containers under a running agent: what an engine was asked to start, what became of it, and what
# the events say. For scenarios with real engines: after agent.sh and engines.sh,
# . /payload/refusals.sh

EVENTS=/tmp/events
events_expected=0

# All events of verdicts, as a reader gets them from now on; but capabilities that lead to root, which
# are reported before their owner attempts anything, are scenarios/near's matter.
follow_events()
{
	rootgate events --follow -n 100000 -o json --type exec --type setuid |
		grep --line-buffered -v '"reason":"root_capabilities"' >$EVENTS &
}

events_count()
{
	wc -l <$EVENTS
}

# events_came COUNT: that many have come since try.
events_came()
{
	[ $(($(events_count) - events_before)) -ge "$1" ]
}

# of EVENT OBJECT KEY: a value in one of the event's objects, as JSON.
of()
{
	printf '%s\n' "$1" |
		sed -n "s/.*\"$2\":{[^{}]*\"$3\":\\(\"[^\"]*\"\\|\\[[^]]*\\]\\|[^],}]*\\).*/\\1/p"
}

# try COMMAND...: leaves $code, $out (what it printed), $err, and $event.
try()
{
	events_before=$(events_count)
	out=$("$@" 2>/tmp/try.err </dev/null)
	code=$?
	err=$(cat /tmp/try.err)
}

# What came since try, which must be that many events.
take_events()
{
	wait_for 3 events_came "$1" || return 1
	# what follows at once would be one too many
	[ "$1" = 0 ] && sleep 0.2
	event=$(tail -n +$((events_before + 1)) $EVENTS)
	events_expected=$((events_expected + $1))
	[ $(($(events_count) - events_before)) = "$1" ]
}

try_failed()
{
	not_ok "$1" "$2" "exit code $code" "$out" "$err" \
		"events: $(tail -n +$((events_before + 1)) $EVENTS)"
}

# refused CODE TYPE NAME COMMAND...: EPERM and that exit code are what its caller gets, and there is
# one event of that type, in $event.
refused()
{
	refused_code=$1 refused_type=$2 refused_name=$3
	shift 3
	try "$@"
	note "exit $code: $out $err"
	case $out$err in
	*[Oo]"peration not permitted"*) ;;
	*) code="$code, and no EPERM" ;;
	esac
	if take_events 1 && [ "$code $(field "$event" type) $(field "$event" action)" = \
		"$refused_code \"$refused_type\" \"deny\"" ]; then
		ok "$refused_name"
	else
		try_failed "$refused_name" "$*"
	fi
}

# unharmed OUTPUT NAME COMMAND...: it does what it does without an agent, and there is no event.
unharmed()
{
	unharmed_out=$1 unharmed_name=$2
	shift 2
	try "$@"
	if take_events 0 && [ "$code $out" = "0 $unharmed_out" ]; then
		ok "$unharmed_name"
	else
		try_failed "$unharmed_name" "$*"
	fi
}

# reported COUNT OUTPUT NAME COMMAND...: the same, with so many events; the last line is in $event.
reported()
{
	reported_count=$1 reported_out=$2 reported_name=$3
	shift 3
	try "$@"
	if take_events "$reported_count" && [ "$code $out" = "0 $reported_out" ]; then
		ok "$reported_name"
	else
		try_failed "$reported_name" "$*"
	fi
}

# told ID RUNTIME PIDS NAME: whom the event is about.
told()
{
	is "$(of "$event" container id) $(of "$event" container runtime) $(of "$event" process pids)" \
		"\"$1\" \"$2\" $3" "$4"
}

# Every event that there was has been expected, and each one was counted.
told_all()
{
	is "$(events_count)" $events_expected "no event but those"
	is "$(counter events) $(counter lost_refusals) $(counter lost_reports)" \
		"$events_expected 0 0" "all were counted, and none lost"
}

# Under what right tries its starts, and how many pairs: a few; with run --full as many as give 200
# starts in each condition, where --append rootgate.condition=loaded tries one alone.
conditions=idle pairs=2 late=
if [ -e /payload/full ]; then
	conditions="idle loaded slow" pairs=100
fi

# Somebody who takes all of the CPU; an agent that is asleep for most of the time.
hinder()
{
	case $1 in
	loaded) while :; do :; done ;;
	slow) while kill -STOP "$agent"; do sleep 0.4; kill -CONT "$agent"; sleep 0.1; done ;;
	esac
}

# right NAME ALLOWED REFUSED: functions that start a container which nobody has seen before, the one
# that a rule allows to be root, and one that is none of the rules' business; both get a number. What
# engines print of a refusal differs, so that is told by the counter: one exec of each is refused. How
# many had to wait for the agent is printed, and must be few of many where all is idle, but where $late
# says that the engine writes down who it is behind the first exec only.
right()
{
	right_only=$(boot_word condition)
	for condition in ${right_only:-$conditions}; do
		hinder "$condition" &
		hindering=$!
		right_now "$condition" "$@"
		kill $hindering 2>/dev/null
		wait $hindering
		kill -CONT "$agent"
	done
}

# cycle NUMBER FUNCTION...: calls one of them with the number, which may have words before: idle-17
cycle()
{
	cycle_number=$1
	shift
	shift $((${cycle_number##*-} % $#))
	"$1" "$cycle_number"
}

# One exec of each pair has been refused since right_now; the agent, which counts what was held, may be
# slow.
right_refused()
{
	[ $(($(counter exec_deny) - right_denied)) -ge $pairs ]
}

# right_now CONDITION NAME ALLOWED REFUSED
right_now()
{
	right_n=0 right_wrong=
	right_held=$(counter held) right_denied=$(counter exec_deny)
	while [ $right_n -lt $pairs ]; do
		right_n=$((right_n + 1))
		right_out=$($3 "$1-$right_n" 2>&1 </dev/null)
		[ "$right_out" = 0 ] || right_wrong="$right_wrong allowed $right_n: $right_out;"
		right_out=$($4 "$1-$right_n" 2>&1 </dev/null)
		[ "$right_out" != 0 ] || right_wrong="$right_wrong refused $right_n: $right_out;"
	done
	wait_for 3 right_refused
	is "$right_wrong $(($(counter exec_deny) - right_denied))" " $pairs" \
		"$2, $1: $((2 * pairs)) first execs are judged right"
	right_held=$(($(counter held) - right_held))
	note "$2, $1: without being held $((2 * pairs - right_held)) of $((2 * pairs))"
	if [ "$1" = idle ] && [ $pairs = 100 ] && [ ! "$late" ]; then
		[ $((right_held * 20)) -le $((2 * pairs)) ]
		is $? 0 "$2: at most one in twenty has waited"
	fi
}
