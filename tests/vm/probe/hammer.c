// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Acts that go on while something else happens: the forbidden as fast as it can, and a hand in the maps. */
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Attempts an exec and a set*uid by turns until FILE is gone. Wants a process with a real uid of 0
 * and no other, so that the exec would hold host root and the set*uid gain it. Prints how many of
 * both were attempted and passed; an exec that passes ends it with the answer "allowed".
 */
int act_hammer(const struct word *word)
{
	char *argv[] = { (char *)"/bin/true", NULL };
	unsigned long attempts = 0, passed = 0;

	if (!word->value)
		return malformed("nothing");
	/* a little, so that what is to happen meanwhile gets on */
	if (nice(5) < 0)
		return could_not("nice");
	while (access(word->value, F_OK) == 0) {
		for (int i = 0; i < 100; i++, attempts += 2) {
			if (syscall(SYS_setresuid, -1, 0, -1) == 0) {
				passed++;
				syscall(SYS_setresuid, -1, 1000, -1);
			}
			execv(argv[0], argv);
		}
	}
	printf("%lu %lu\n", attempts, passed);
	fflush(stdout);
	return passed ? ALLOWED : REFUSED;
}

/* =PATH,OFFSET,VALUE writes 32 bits into a pinned map that can be mapped. */
int act_poke(const struct word *word)
{
	union bpf_attr attr;
	char path[256];
	unsigned int offset;
	uint32_t value;
	char *memory;
	long fd;

	if (!word->value || sscanf(word->value, "%255[^,],%u,%u", path, &offset, &value) != 3)
		return malformed(word->value ? word->value : "nothing");
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uint64_t)(uintptr_t)path;
	fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	if (fd < 0)
		return judge(-1);
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	if (memory == MAP_FAILED)
		return judge(-1);
	memcpy(memory + offset, &value, sizeof(value));
	return ALLOWED;
}
