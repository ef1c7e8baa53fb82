# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The story of `make demo`: each step does what it says.
# timeout: 400
# lsm: default
# kernels: 6.12

# shellcheck source-path=SCRIPTDIR source=../guest/demo.sh
. /payload/demo.sh
