# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The least that must hold on each kernel with real engines: runc and docker cannot start root,
# the event says whom, and a user's container runs. Where verdict.sh doesn't run.
# lsm: default other
# kernels: 5.10 newest
# timeout: 300

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh
# shellcheck source-path=SCRIPTDIR source=../guest/engines.sh
. /payload/engines.sh
# shellcheck source-path=SCRIPTDIR source=../guest/refusals.sh
. /payload/refusals.sh

policy "version: 1
mode: enforce"
agent_start --policy $POLICY
start_docker
note "$(rootgate status | xargs)"
follow_events

oci_bundle root id -u
OCI_USER=5000 oci_bundle user id -u
runc create --bundle root created >/dev/null 2>&1 </dev/null
pid=$(runc state created | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
pids=$(nspid "$pid")
events_before=0
runc start created
take_events 1
told created unknown "$pids" "runc: the event of root"
refused 1 exec "runc: root" oci_run runc root
unharmed 5000 "runc: user 5000" oci_run runc user

expect_exit 0 "docker is up" wait_for_docker
follow_tasks
refused 1 exec "docker: root" docker run --cidfile id busybox:1.36 id -u
id=$(cat id)
told "$id" docker "[$(task_pid "$id"),1]" "its event"
unharmed 5000 "docker: user 5000" docker run --rm --user 5000 busybox:1.36 id -u

is "$(counter exec_deny) $(counter setuid_deny)" "3 0" "the counters of what was refused"
told_all
agent_stop
is $? 0 "the agent ends"
summary
