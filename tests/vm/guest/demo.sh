# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The demo's story, in the Debian guest: each step shows a command, what became of it and the event,
# and is a test as well. What people read goes to the third serial port, if there is one; a line
# that starts with a tab says what is being waited for, and is no part of it.
# timeout: 400

# shellcheck source-path=SCRIPTDIR source=guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=refusals.sh
. /payload/refusals.sh

# ---- the page ----

bold='' plain=''
export TERM=dumb
if grep -q rootgate.colour /proc/cmdline; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m') TERM=linux
fi
exec 4>/dev/null
if [ -c /dev/ttyS2 ] && stty -F /dev/ttyS2 raw -echo cols 80 2>/dev/null; then
	exec 4>/dev/ttyS2
fi

# On the page, and in the log for those who look for what went wrong.
say()
{
	printf '%s\n' "$@" >&4
	printf '| %s\n' "$@"
}

waiting()
{
	printf '\t%s\n' "$*" >&4
}

# Cut as rootgate does it for a terminal.
indented()
{
	sed -n 's/^./  &/p' | cut -c 1-80 >&4
}

# ---- steps ----

step=

step()
{
	say "" "$bold$1$plain"
	step="step ${1%%.*}"
}

# right NAME: what the last command was to show has been shown.
right()
{
	ok "$step: $1"
}

# wrong WHY: it has not, and the demo ends.
wrong()
{
	not_ok "$step: $1" "exit code $code" "$out" "$err" "$(tail -n 3 $EVENTS)"
	tail -n 20 $AGENT_LOG /run/dockerd.log
	say "" "This is not what should have happened: $1."
	exit 1
}

# Shows a command and does it; what it says is in $out and $err.
shown()
{
	say "  $bold# $1$plain"
	try sh -c "$1"
}

output()
{
	[ -z "$out$err" ] || printf '%s\n' "$out${out:+${err:+
}}$err" | indented
}

# The event of the last command, as `rootgate events` prints it.
show_event()
{
	rootgate events -n 1 --type exec --type setuid >&4
}

# must_run TEXT COMMAND: it runs, says something like TEXT, and there is no event.
must_run()
{
	shown "$2"
	output
	take_events 0 || wrong "there was an event"
	[ "$code" = 0 ] || wrong "it failed"
	# shellcheck disable=SC2254 # it is meant as a pattern
	case $out in
	$1) right "$2" ;;
	*) wrong "it says something else than $1" ;;
	esac
}

# must_not COMMAND: it is refused, and the event says so.
must_not()
{
	shown "$1"
	output
	take_events 1 || wrong "it has no event"
	show_event
	case $code,$out$err in
	0,*) wrong "it was not refused" ;;
	*[Oo]"peration not permitted"*) ;;
	*) wrong "it failed for another reason" ;;
	esac
	[ "$(field "$event" action)" = '"deny"' ] || wrong "the event is another"
	right "$1"
}

# must_be ACTION: the event of what runs says so.
must_be()
{
	take_events 1 || wrong "it has no event"
	show_event
	[ "$code" = 0 ] || wrong "it failed"
	[ "$(field "$event" action)" = "\"$1\"" ] || wrong "the event is another"
	right "$1"
}

# in_force MODE [RULES]
in_force()
{
	printf 'version: 1\nmode: %s\n%s\n' "$1" "${2:+rules:
$2}" >/etc/rootgate/policy.yaml
	agent_reload || wrong "the agent doesn't take the policy"
}

# "docker 20.10.24"
version()
{
	echo "$1 $("$1" --version | sed -n 's/.* version \([0-9.]*\).*/\1/p')"
}

# ---- before it starts ----

mkdir -p /etc/rootgate
printf 'version: 1\nmode: enforce\n' >/etc/rootgate/policy.yaml
waiting "the agent starts"
agent_start --policy /etc/rootgate
follow_events
waiting "docker starts"
start_docker
expect_exit 0 "docker is up" wait_for_docker
[ "$exit_code" = 0 ] || exit 1

say "${bold}rootgate: root in a container is root on the host, and the kernel refuses it.$plain" \
	"" \
	"This is a virtual machine: Debian $(cat /etc/debian_version), \
Linux $(uname -r | sed 's/[^0-9.].*//'), $(version docker)," \
	"$(version podman), $(version runc). The agent runs, and its policy says \"mode: enforce\"."

step "1. A container is a process: one PID in there, another one on the host."
shown "docker run -d --name app --user 5000 busybox:1.36 httpd -f -p 8080"
[ "$code" = 0 ] || wrong "it failed"
app=$out
shown "docker exec -d app sleep 1000"
[ "$code" = 0 ] || wrong "it failed"
wait_for 5 pgrep -x sleep
shown "docker exec app pidof sleep"
output
inside=$out
shown "ps -C sleep -o pid,user,args"
output
outside=$(printf '%s\n' "$out" | awk '$3 == "sleep" { print $1 }')
shown "rootgate ps"
output
line=$(rootgate ps --container "$app" -o json | grep '"command":"sleep 1000"')
[ "$(field "$line" pids)" = "[$outside,$inside]" ] || wrong "rootgate says something else than ps"
say "  PID $inside of the container is PID $outside of the host: the same process."
right "the PIDs agree"

step "2. Root in there is root out here. So it is refused, and a user is not."
must_not "docker run busybox:1.36 id"
say "  (when, verdict, PID out here/in there, container, uid before→after, file, why)"
must_run "uid=5000(user)*" "docker run --user 5000 busybox:1.36 id"

step "3. Some images need root, like nginx, which then works as user 101."
in_force audit
say "  With \"mode: audit\" that is reported:"
nginx="docker run -d --name web --cgroup-parent web.slice nginx:1.27"
get="docker exec -u 101 web wget -qO- http://127.0.0.1/"
shown "$nginx"
must_be audit
wait_for 10 pgrep -f "nginx: worker"
must_run "hello" "$get"
docker rm -f web >/dev/null
in_force enforce
say "  With \"mode: enforce\" it is refused:"
must_not "docker run --cgroup-parent web.slice nginx:1.27"
rule='  - { name: web, match: { cgroup: "/web.slice/*" }, action: allow,
      report: true, reason: "binds port 80" }'
in_force enforce "$rule"
say "  And with a rule it runs again:"
printf '%s\n' "$rule" | indented
shown "$nginx"
web=$out
must_be allow
wait_for 10 pgrep -f "nginx: worker"
must_run "hello" "$get"
shown "rootgate ps --container $(printf %.12s "$web")"
output
case $out in
*" 101 "*"nginx: worker"*) ;;
*) wrong "there are no workers of user 101" ;;
esac

# It needs a while, in which the next step can go on.
first_docker=$docker_pid
start_remapped_docker

step "4. Nobody in there becomes root later on: setuid bit, CAP_SETUID, docker exec."
must_not "docker exec app su-id"
must_not "podman run --user 5000 --cap-add SETUID busybox:1.36 setpriv --reuid 0 id"
say "  (Near root: that a user starts with CAP_SETUID is reported before it is used.)"
rootgate events -n 1 --type exec --action audit >&4
must_not "docker exec -u 0 app id"

step "5. Root that a user namespace maps to somebody else isn't root here. It runs."
must_run "uid=0(root)*" "podman run --uidmap 0:100000:65536 busybox:1.36 id"
wait_for_remapped_docker || wrong "docker with --userns-remap does not start"
say "  So it does with dockerd --userns-remap=default:"
shown "docker -H $REMAPPED run -d busybox:1.36 sleep 2000"
mapped=$out
take_events 0 || wrong "there was an event"
[ "$code" = 0 ] || wrong "it failed"
shown "rootgate ps --container $(printf %.12s "$mapped")"
output
case $out in
*"400000"*" 0 "*remapped*ok*"sleep 2000"*) right "remapped root runs" ;;
*) wrong "rootgate ps says something else" ;;
esac

step "6. What is in force, and what it came to."
shown "rootgate status"
output
counters="$(counter exec_audit) $(counter exec_deny) $(counter exec_allow) $(counter setuid_deny)"
[ "$counters $(counter events) $(counter lost_refusals)" = "1 4 1 1 8 0" ] || wrong "the counters are others"
right "the counters"
kill "$first_docker"
agent_stop
is $? 0 "the agent ends"
summary
