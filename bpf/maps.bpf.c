// SPDX-License-Identifier: GPL-2.0-only
/* The definitions of what maps.bpf.h declares. */
#define RG_MAP
#include "maps.bpf.h"

const volatile struct rg_config config = {};
struct rg_control control = {};

char LICENSE[] SEC("license") = "GPL";
