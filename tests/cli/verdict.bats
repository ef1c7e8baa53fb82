# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The verdict's table in the manual is the one that the tests read.

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || exit 1
}

@test "rootgate-verdict(7) prints the table that the scenario matrix tries" {
	diff <(sed '1,/^$/d' tests/data/verdict.table) \
		<(sed -n '/^\.Sh TABLE/,/^\.Ed/{/^\./!p}' user/man/rootgate-verdict.7)
}
