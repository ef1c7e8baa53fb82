# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# With fmod_ret programs: bpf is in no kernel's list of LSMs here.
# lsm: nobpf
# kernels: 5.10 newest

# shellcheck source-path=SCRIPTDIR source=../guest/smoke.sh
. /payload/smoke.sh
