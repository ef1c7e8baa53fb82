# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The virtual machine and the probe by themselves, without rootgate: everything the other scenarios
# expect to be refused is allowed here, and the kernel's own refusals are seen as such.

. /payload/guest.sh

note "a guest as the others need it"
for dir in /sys/kernel/security /sys/kernel/tracing /sys/fs/bpf /sys/fs/cgroup; do
	expect_exit 0 "$dir is mounted" grep -q " $dir " /proc/mounts
done
expect_exit 0 "the kernel has BTF" test -r /sys/kernel/btf/vmlinux
expect_exit 0 "overlay can be mounted" grep -q overlay /proc/filesystems

note "allowed: what a contained root does without rootgate"
expect_exit 0 "exec by PID 1 as root" probe pidns execself=/bin/true
expect_exit 0 "exec after the hand-over as root" probe pidns reexec exec=/bin/true
expect_exit 0 "exec from a second thread" probe pidns reexec thread exec=/bin/true
expect_exit 0 "exec after vfork" probe pidns reexec vforkexec=/bin/true
expect_exit 0 "exec of a nameless file" probe pidns reexec fexec=/payload/bin/probe,true
expect_exit 0 "exec in a nested PID namespace" probe pidns reexec pidns reexec exec=/bin/true
expect_exit 0 "setuid from the saved id" probe pidns reexec resuid=1000,1000,0 setuid=0
expect_exit 0 "setreuid" probe pidns reexec resuid=1000,1000,0 setreuid=-1,0
expect_exit 0 "setresuid" probe pidns reexec resuid=1000,1000,0 setresuid=0,0,0
expect_exit 0 "setfsuid" probe pidns reexec resuid=1000,1000,0 setfsuid=0
expect_exit 0 "ten execs in a row" probe pidns reexec storm=10
expect_exit 0 "a user namespace with a map" probe userns=0:100000:65536 resuid=0,0,0 pidns reexec \
	exec=/bin/true
expect_exit 0 "an identity map" probe userns=0:0:65536 pidns reexec exec=/bin/true
expect_exit 0 "a user namespace without a map" probe pidns reexec unshareuser exec=/bin/true
expect_exit 0 "capabilities across a change of ids" probe keepcaps resuid=1000,1000,1000 \
	caps=setuid setuid=0
expect_exit 0 "a cgroup of its own" probe cgroup=selftest/leaf exec=/bin/true

note "refused by the kernel itself"
expect_exit 1 "setuid without the saved id" probe pidns reexec resuid=1000,1000,1000 setuid=0
expect_exit 1 "setfsuid without the saved id" probe resuid=1000,1000,1000 setfsuid=0
expect_exit 1 "setuid without capabilities" probe caps=none resuid=0,0,0 setuid=5
expect_exit 3 "exec of a file that isn't there" probe exec=/nowhere
expect_exit 2 "a step that fails" probe resuid=1000,1000,1000 resuid=0,0,0 true
expect_exit 2 "a step that doesn't exist" probe nonsense true

note "setuid-root files"
cp /payload/bin/probe suid-probe && chmod 4755 suid-probe
like "$(probe resuid=1000,1000,1000 exec="$PWD/suid-probe",print,true)" "*uid=1000 euid=0 suid=0*" \
	"the setuid bit gives root"
like "$(probe nnp resuid=1000,1000,1000 exec="$PWD/suid-probe",print,true)" \
	"*uid=1000 euid=1000 suid=1000*" "not with no_new_privs"

note "the ids are what the kernel says they are"
like "$(probe pidns reexec fork print true)" "pid=2 ppid=1 uid=0 * NSpid=2" "inside, PID 2"
like "$(probe userns=0:100000:65536 resuid=0,0,0 pidns reexec print true)" "pid=1 ppid=0 uid=0 *" \
	"remapped root is 0 inside"

note "join a namespace from outside"
probe pidns reexec pause &
child="cat /proc/$!/task/$!/children"
wait_for 5 sh -c "[ \"\$($child)\" ]"
expect_exit 0 "exec there" probe enter="$($child | tr -d ' ')" exec=/bin/true
kill $!

summary
