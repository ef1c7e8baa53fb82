// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Acts that go on while something else happens: the forbidden as fast as it can, and a hand in the maps. */
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the threads of a hammer share with the process that waits for them. */
struct blows {
	const char *file;
	unsigned long most;
	_Atomic unsigned long attempts, passed;
	_Atomic bool over;
};

/* An exec and a set*uid by turns, until FILE is gone or there were enough. */
static void *strike(void *shared)
{
	char *argv[] = { (char *)"/bin/true", NULL };
	struct blows *blows = shared;

	for (unsigned int n = 0; n % 100 || access(blows->file, F_OK) == 0; n++) {
		if ((blows->attempts += 2) > blows->most) {
			blows->attempts -= 2;
			break;
		}
		if (syscall(SYS_setresuid, -1, 0, -1) == 0) {
			blows->passed++;
			syscall(SYS_setresuid, -1, 1000, -1);
		}
		execv(argv[0], argv);
	}
	return NULL;
}

/* From two threads at once, and again where an exec passes, since that is the end of both. */
static int strike_twice(struct blows *blows)
{
	pthread_t second;
	pid_t child;

	do {
		child = fork();
		if (child < 0)
			return could_not("fork");
		if (!child) {
			if (pthread_create(&second, NULL, strike, blows))
				_exit(could_not("a second thread"));
			strike(blows);
			pthread_join(second, NULL);
			blows->over = true;
			_exit(ALLOWED);
		}
		if (pass_on(child) != ALLOWED)
			return NOT_TRIED;
		blows->passed += !blows->over;
	} while (!blows->over);
	return GO_ON;
}

/*
 * =FILE attempts the forbidden until FILE is gone; an exec that passes ends it with "allowed".
 * =FILE,COUNT does it COUNT times at most, with two threads. Wants a process with a real uid of 0 and
 * no other, so that the exec would hold host root and the set*uid gain it. Prints how many of both
 * were attempted and passed.
 */
int act_hammer(const struct word *word)
{
	struct blows *blows = mmap(NULL, sizeof(*blows), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int words, answer = GO_ON;
	char file[256];

	if (blows == MAP_FAILED)
		return could_not("mmap");
	blows->most = ULONG_MAX;
	words = word->value ? sscanf(word->value, "%255[^,],%lu", file, &blows->most) : 0;
	if (words < 1)
		return malformed(word->value);
	blows->file = file;
	/* a little, so that what is to happen meanwhile gets on */
	if (nice(5) < 0)
		return could_not("nice");
	if (words == 1)
		strike(blows);
	else
		answer = strike_twice(blows);
	printf("%lu %lu\n", blows->attempts, blows->passed);
	fflush(stdout);
	if (answer != GO_ON)
		return answer;
	return blows->passed ? ALLOWED : REFUSED;
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
