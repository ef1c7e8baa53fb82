# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# kernels: by-hand
#
# The integration tests of crun and runc give the same results with an agent as without: as root in
# audit, and, as a user without rights, in enforce. Started by tests/vm/suites, which brings them.
# --append rootgate.suites=crun runs one of the two, and rootgate.only=GLOB,... some of its files.

# shellcheck source-path=SCRIPTDIR source=../guest/guest.sh
. /payload/guest.sh
# shellcheck source-path=SCRIPTDIR source=../guest/agent.sh
. /payload/agent.sh

SUITES=/tmp/suites
SKIPPED='# \{0,1\}[sS][kK][iI][pP]'
mkdir $SUITES
tar -C /payload/suites/tools -cf - . | tar -C / --keep-directory-symlink -xf -
cp -r /payload/suites/crun /payload/suites/runc $SUITES/

# What runc's tests would download or compile, of which tests/vm/suites has compiled its part.
tar -C /images/busybox -cf $SUITES/busybox.tar .
cd / && tar -cf $SUITES/debian.tar bin sbin lib lib64 etc/ld.so.conf etc/ld.so.conf.d usr/bin/dash usr/bin/sh \
	usr/bin/grep usr/sbin/ldconfig usr/lib64/ld-* usr/lib/x86_64-linux-gnu/ld-* \
	usr/lib/x86_64-linux-gnu/lib[cp]*.so.[0-9]*
cat >$SUITES/runc/tests/integration/get-images.sh <<-EOF
	#!/bin/sh
	echo BUSYBOX_IMAGE=$SUITES/busybox.tar DEBIAN_IMAGE=$SUITES/debian.tar
EOF
cat >/usr/local/bin/gcc <<-'EOF'
	#!/bin/sh
	while [ $# -gt 0 ]; do
		case $1 in
		-o) out=$2 && shift ;;
		-Wl,-soname,*) from=${1##*,} ;;
		*.c) from=${1##*/} && from=${from%.c} ;;
		esac
		shift
	done
	exec cp "/payload/suites/compiled/$from" "$out"
EOF
chmod 755 $SUITES/runc/tests/integration/get-images.sh /usr/local/bin/gcc
# They wait for a second or ten; a guest is that much slower.
sed -i 's/i < attempts/i < 20 * attempts/; s/(timeout 2 /(timeout 40 /' $SUITES/runc/tests/integration/*.bash \
	$SUITES/runc/tests/integration/*.bats
chmod -R a+rX $SUITES
chmod 1777 $SUITES/crun $SUITES/runc/tests/integration
mkfifo /tmp/nobody-types

only=$(boot_word only)
only=${only:-*}
suites=$(boot_word suites)
suites=${suites:-crun runc}

# crun and runc as USER, each test a line on stdout
crun_as()
{
	cd $SUITES/crun || return
	for file in $(echo "test_$only.py" | sed 's/,/.py test_/g'); do
		note "$1: $file" >&2
		setpriv --reuid "$1" --regid "$1" --clear-groups env HOME=/tmp INIT=$SUITES/crun/init \
			OCI_RUNTIME=/usr/bin/crun timeout 900 python3 "$file" 2>/tmp/suite.errors |
			grep -E '^(not )?ok ' | sed "s/^/$file: /"
	done
}

# Most containers of runc's have a terminal, which is the one that the tests run in.
runc_as()
{
	cd $SUITES/runc/tests/integration || return
	for file in $(echo "$only.bats" | sed 's/,/.bats /g'); do
		note "$1: $file" >&2
		setpriv --reuid "$1" --regid "$1" --clear-groups env HOME=/tmp RUNC=/usr/sbin/runc \
			ROOTLESS_FEATURES= BATS_TMPDIR=/tmp \
			timeout 1800 script -qec "bats --tap $file" /dev/null <>/tmp/nobody-types |
			tr -d '\r' | tee -a "$results_file.output" |
			grep -E '^(not )?ok ' | sed "s/^/$file: /; s/ in [0-9]*ms$//"
	done
}

# results SUITE USER NAME: what its tests come to, in /tmp/SUITE-USER-NAME
results()
{
	results_file=/tmp/$1-$2-$3
	("${1}_as" "$2") >"$results_file"
	note "$1 as $2, $3: $(grep -vc ": not ok\|$SKIPPED" "$results_file") passed," \
		"$(grep -c ': not ok' "$results_file") failed," \
		"$(grep -c "$SKIPPED" "$results_file") skipped"
}

# same SUITE USER NAME: as without an agent, and there are tests that pass
same()
{
	results "$1" "$2" "$3"
	diff "/tmp/$1-$2-without" "/tmp/$1-$2-$3" >/tmp/difference &&
		grep ': ok' "/tmp/$1-$2-$3" | grep -qv "$SKIPPED"
	is "$?" 0 "$1 as $2: the same results with an agent in $3"
	sed 's/^/#   /' /tmp/difference
}

for suite in $suites; do
	results "$suite" 0 without
	grep ': not ok' "/tmp/$suite-0-without" | sed 's/^/# fails without an agent, too: /'
	[ "$suite" = crun ] || awk '/^(not )?ok/ { bad = /^not/ } bad' /tmp/runc-0-without.output | sed 's/^/#   /'
	results "$suite" 1000 without
done
policy "version: 1
mode: audit"
agent_start --policy $POLICY
for suite in $suites; do
	same "$suite" 0 audit
done
[ "$(counter exec_audit)" -gt 0 ]
is $? 0 "root in their containers was seen: $(counter exec_audit) times"
policy "version: 1
mode: enforce"
expect_exit 0 "the mode changes" agent_reload
for suite in $suites; do
	same "$suite" 1000 enforce
done
is "$(counter tripwire)" 0 "and none came by without a hook"
is "$(forbidden)" "1 1" "what is forbidden is refused"
agent_stop
is $? 0 "the agent ends"
summary
