# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# With BPF LSM programs, on the kernel that verdict.sh doesn't run on.
# lsm: default
# kernels: newest

# shellcheck source-path=SCRIPTDIR source=../guest/smoke.sh
. /payload/smoke.sh
