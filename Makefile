# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Build, test, show and install rootgate. Everything made lands in build/.
# `make help` lists the targets; `make V=1` shows the commands.

VERSION := $(shell sed -n 's/^\#\# \[\([0-9][^]]*\)\].*/\1/p' user/CHANGELOG.md | head -n 1)
B := build

CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g

ifeq ($(origin CC),default)
CC := gcc
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)';)

# SANITIZE=1 builds the user side under ASan and UBSan, in a folder of its own.
O := $(B)/$(if $(SANITIZE),sanitize,user)
SAN := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-omit-frame-pointer)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wformat=2 -Werror
USER_CFLAGS = -std=gnu17 -D_GNU_SOURCE -DROOTGATE_VERSION='"$(VERSION)"' \
	-Iinclude -Iuser -isystem $(B) $(WARN) $(CFLAGS) $(SAN)
HARDEN := $(if $(SANITIZE),,-fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2)
LDHARDEN := $(if $(SANITIZE),,-pie -Wl,-z,relro,-z,now)
LIBS := -lbpf -lyaml -ljson-c

# libbpf is known to these alone; all others can be tested without a kernel.
KERNEL_SRC := $(addprefix user/,agent.c agent_attach.c agent_births.c agent_breaker.c \
	agent_control.c agent_events.c agent_ground.c agent_hold.c agent_identity.c agent_policy.c \
	agent_prove.c agent_scopes.c agent_watch.c canary.c cmd_detach.c cmd_disable.c cmd_metrics.c \
	cmd_policy_show.c cmd_run.c cmd_status.c guard.c loader.c pins.c policy_map.c probe.c seed.c \
	skips.c state_read.c takeover.c)
# librootgate: the body, and the file that only the library has.
LIB_ABI := 0
LIB_SRC := $(addprefix user/,librootgate.c pidmap.c procfs.c util.c)
LIB_OBJS := $(LIB_SRC:user/%.c=$(B)/lib/%.o)
VERB_SRC := $(filter-out $(KERNEL_SRC),$(wildcard user/cmd_*.c)) user/main.c
MODULE_SRC := $(filter-out $(KERNEL_SRC) $(VERB_SRC) user/librootgate.c,$(wildcard user/*.c))
MODULES := $(MODULE_SRC:user/%.c=$(O)/%.o)
OBJS := $(patsubst user/%.c,$(O)/%.o,$(MODULE_SRC) $(VERB_SRC) $(KERNEL_SRC))
UNIT := $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))

LIB_TOOLS := $(addprefix $(B)/librootgate_,example list)

all: $(B)/rootgate $(B)/librootgate.a $(B)/librootgate.so.$(LIB_ABI) $(LIB_TOOLS)

help:
	@sed -n 's/^\([a-z-]*\):.*\#\# \(.*\)/  \1\t\2/p' Makefile | expand -t 16

# --- the kernel side ---------------------------------------------------------

# maps first: bpftool's linker wants a map's definition before its declarations
BPF_OBJS := $(addprefix $(B)/bpf/,maps.bpf.o exec.bpf.o guard.bpf.o setgid.bpf.o \
	setuid.bpf.o sweep.bpf.o track.bpf.o tripwire.bpf.o)
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wshadow -Werror \
	-Wno-unused-parameter -D__TARGET_ARCH_$(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/') \
	-Ivmlinux -Iinclude -Ibpf

$(B)/bpf/%.bpf.o: bpf/%.bpf.c | $(B)/bpf
	$(call say,CLANG,$@)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(B)/rootgate.bpf.o: $(BPF_OBJS)
	$(call say,LINK,$@)$(BPFTOOL) gen object $@ $^

$(B)/rootgate.skel.h: $(B)/rootgate.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name rootgate_bpf > $@.tmp && mv $@.tmp $@

# --- the user side -----------------------------------------------------------

$(O)/%.o: user/%.c user/CHANGELOG.md | $(O)/unit
	$(call say,CC,$@)$(CC) $(USER_CFLAGS) $(HARDEN) -MMD -MP -c $< -o $@

$(KERNEL_SRC:user/%.c=$(O)/%.o): $(B)/rootgate.skel.h

$(O)/rootgate: $(OBJS)
	$(call say,LD,$@)$(CC) $(SAN) $(LDHARDEN) $(LDFLAGS) $^ $(LIBS) -o $@

$(B)/rootgate: $(B)/user/rootgate
	$(Q)cp -f $< $@

$(O)/unit/%: tests/unit/%.c $(MODULES)
	$(call say,CC,$@)$(CC) $(USER_CFLAGS) -MMD -MP $(filter %.c %.o,$^) -lcmocka -lyaml -ljson-c -o $@

# parts of the agent, with a libbpf of the test's own
$(O)/unit/test_scopes: $(O)/agent_scopes.o $(O)/policy_map.o

$(O)/unit/stream_agent: tests/cli/stream_agent.c $(MODULES)
	$(call say,CC,$@)$(CC) $(USER_CFLAGS) -MMD -MP $< $(MODULES) -lyaml -ljson-c -o $@

unit-tests: $(UNIT) $(O)/unit/stream_agent

# --- librootgate: without libbpf, and nothing seen but what its header has ------

$(B)/lib/%.o: user/%.c user/CHANGELOG.md | $(B)/lib
	$(call say,CC,$@)$(CC) $(filter-out $(SAN),$(USER_CFLAGS)) -fPIC -fvisibility=hidden \
		-fstack-protector-strong -MMD -MP -c $< -o $@

$(B)/librootgate.a: $(LIB_OBJS)
	$(call say,AR,$@)$(LD) -r $^ -o $(B)/lib/all.o && objcopy --localize-hidden $(B)/lib/all.o && \
		rm -f $@ && $(AR) rcs $@ $(B)/lib/all.o

$(B)/librootgate.so.$(LIB_ABI): $(LIB_OBJS)
	$(call say,LD,$@)$(CC) -shared -Wl,-soname,$(@F) -Wl,-z,relro,-z,now,-z,defs $(LDFLAGS) $^ -o $@

# Statically, so that it runs in any guest.
$(LIB_TOOLS): $(B)/%: tests/cli/%.c $(B)/librootgate.a
	$(call say,CC,$@)$(CC) $(WARN) -static -Iinclude $< $(B)/librootgate.a -o $@

# --- checks and the demo: what they need, they install -------------------------

PACKAGES := build-essential clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev libyaml-dev \
	libjson-c-dev
CHECK_PACKAGES := $(PACKAGES) libcmocka-dev bats clang-format clang-tidy cppcheck shellcheck \
	mandoc libclang-rt-14-dev pkg-config python3-jsonschema python3-yaml
VM_PACKAGES := qemu-system-x86 mmdebstrap busybox-static cpio e2fsprogs zstd xz-utils lz4 binutils \
	ca-certificates mount
DNF_PACKAGES := gcc make clang llvm bpftool libbpf-devel elfutils-libelf-devel zlib-devel \
	libyaml-devel json-c-devel libcmocka-devel bats clang-tools-extra cppcheck ShellCheck \
	mandoc pkgconf-pkg-config python3-jsonschema python3-pyyaml qemu-system-x86-core busybox cpio e2fsprogs

deps:	## install what building, checking and the demo need (Debian, Ubuntu)
	$(Q)tests/deps "$(DNF_PACKAGES)" $(CHECK_PACKAGES) $(VM_PACKAGES)

check: deps	## all tests: static, unit, command line, and all kernels in virtual machines
	$(Q)tests/check

check-fast: deps	## the same without virtual machines
	$(Q)tests/check --no-vm

check-full: deps	## hours: real engines on every kernel, and each decision broken in turn
	$(Q)$(MAKE) --no-print-directory $(B)/rootgate
	$(Q)tests/vm/matrix --full
	$(Q)tests/vm/mutations

demo: deps	## the main job, with real container engines, in a virtual machine
	$(Q)$(MAKE) --no-print-directory $(B)/rootgate
	$(Q)tests/demo

lint:	## formatting and static analysis
	$(Q)tests/lint

format:	## bring the formatting in order
	$(Q)clang-format -i $(wildcard bpf/*.[ch] include/rootgate/*.h vmlinux/*.h user/*.[ch] \
		tests/unit/*.[ch] tests/cli/*.[ch] tests/vm/probe/*.[ch] tests/vm/cost/*.c tests/fuzz/*.c)

$(B)/policy_fuzz: tests/fuzz/policy_fuzz.c $(MODULE_SRC) | $(O)/unit
	$(call say,FUZZ,$@)$(CLANG) -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu17 \
		-D_GNU_SOURCE -DROOTGATE_VERSION='"$(VERSION)"' -Iinclude -Iuser -Itests/unit $< $(MODULE_SRC) \
		-lyaml -ljson-c -o $@

fuzz: $(B)/policy_fuzz	## the policy parser, FUZZ_SECONDS=60 at a time
	$(Q)mkdir -p $(B)/corpus && $< -max_total_time=$(or $(FUZZ_SECONDS),60) \
		-dict=tests/fuzz/policy.dict $(B)/corpus tests/data/policy

# --- installation --------------------------------------------------------------

MAN := $(PREFIX)/share/man
LIBDIR ?= $(PREFIX)/lib
install: all	## into PREFIX (/usr/local) below DESTDIR
	install -D -m 755 $(B)/rootgate $(DESTDIR)$(PREFIX)/sbin/rootgate
	install -D -m 644 user/man/rootgate.8 $(DESTDIR)$(MAN)/man8/rootgate.8
	install -D -m 644 user/man/rootgate-policy.5 $(DESTDIR)$(MAN)/man5/rootgate-policy.5
	install -D -m 644 user/man/rootgate-verdict.7 $(DESTDIR)$(MAN)/man7/rootgate-verdict.7
	install -D -m 644 user/man/librootgate.3 $(DESTDIR)$(MAN)/man3/librootgate.3
	install -d -m 755 $(DESTDIR)$(PREFIX)/share/rootgate
	$(B)/rootgate policy schema > $(DESTDIR)$(PREFIX)/share/rootgate/policy.schema.json
	install -D -m 644 include/rootgate/rootgate.h $(DESTDIR)$(PREFIX)/include/rootgate/rootgate.h
	install -d -m 755 $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 $(B)/librootgate.a $(B)/librootgate.so.$(LIB_ABI) $(DESTDIR)$(LIBDIR)
	ln -sf librootgate.so.$(LIB_ABI) $(DESTDIR)$(LIBDIR)/librootgate.so
	sed 's|@PREFIX@|$(PREFIX)|g;s|@LIBDIR@|$(LIBDIR)|g;s|@VERSION@|$(VERSION)|g' \
		user/deploy/librootgate.pc > $(DESTDIR)$(LIBDIR)/pkgconfig/librootgate.pc
	install -d -m 755 $(DESTDIR)/etc/rootgate/policy.d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|g' user/deploy/rootgate.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/rootgate.service
	install -D -m 644 user/deploy/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/rootgate.conf
	@# a policy that is there already is the operator's
	[ -e $(DESTDIR)/etc/rootgate/policy.yaml ] || \
		install -m 644 user/deploy/policy.yaml $(DESTDIR)/etc/rootgate/policy.yaml

uninstall:	## takes it away again; /etc/rootgate stays where it was changed
	rm -f $(DESTDIR)$(PREFIX)/sbin/rootgate $(DESTDIR)$(MAN)/man8/rootgate.8 \
		$(DESTDIR)$(MAN)/man5/rootgate-policy.5 $(DESTDIR)$(MAN)/man3/librootgate.3 \
		$(DESTDIR)$(MAN)/man7/rootgate-verdict.7 \
		$(DESTDIR)$(PREFIX)/include/rootgate/rootgate.h \
		$(addprefix $(DESTDIR)$(LIBDIR)/librootgate.,a so so.$(LIB_ABI)) \
		$(DESTDIR)$(LIBDIR)/pkgconfig/librootgate.pc \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/rootgate.service \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/rootgate.conf \
		$(DESTDIR)$(PREFIX)/share/rootgate/policy.schema.json
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(PREFIX)/share/rootgate
	! cmp -s user/deploy/policy.yaml $(DESTDIR)/etc/rootgate/policy.yaml || \
		rm -f $(DESTDIR)/etc/rootgate/policy.yaml
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)/etc/rootgate/policy.d $(DESTDIR)/etc/rootgate

clean:	## removes build/
	rm -rf $(B)

$(B)/bpf $(B)/lib $(O)/unit $(B)/vm:
	$(Q)mkdir -p $@

-include $(wildcard $(B)/bpf/*.d $(B)/lib/*.d $(O)/*.d $(O)/unit/*.d)

.DELETE_ON_ERROR:
.PHONY: all help unit-tests deps check check-fast check-full demo lint format fuzz install uninstall clean
.SECONDARY:
