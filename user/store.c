// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A name there is "SET_NAME". Why it takes one beside the pins: these die with the last unmount of
 * bpffs, and with rm. What is pinned and what the descriptors mean is none of this file's business.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notify.h"
#include "util.h"

#define FIRST	   3 /* the protocol's: SD_LISTEN_FDS_START */
#define STORED_MAX 256
#define NAME_ROOM  32
#define LABEL_ROOM 64

static struct stored {
	int fd; /* negative: closed since */
	unsigned int set;
	char name[NAME_ROOM];
} stored[STORED_MAX];
static size_t n_stored;

static void receive_one(int fd, const char *label)
{
	struct stored *entry = &stored[n_stored];

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (n_stored < STORED_MAX && sscanf(label, "%u_%31[a-z_]", &entry->set, entry->name) == 2 &&
	    entry->set) {
		entry->fd = fd;
		n_stored++;
	} else {
		close(fd); /* not one of ours: of a socket unit, say */
	}
}

/* Once: what the environment says is meant for this process, and for none that it starts. */
static void receive(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *label = getenv("LISTEN_FDNAMES");
	uint64_t owner, n, i;

	if (pid && count && label && parse_u64(pid, INT_MAX, &owner) == 0 &&
	    owner == (uint64_t)getpid() && parse_u64(count, INT_MAX - FIRST, &n) == 0) {
		for (i = 0; i < n; i++) {
			receive_one(FIRST + (int)i, label);
			label += strcspn(label, ":");
			label += *label == ':';
		}
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

void store_put(unsigned int set, const char *name, const int *fds, size_t n)
{
	char text[LABEL_ROOM + 64];

	/* systemd would poll them, and a map's descriptor always has an error to tell */
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%u_%s", set, name);
	notify_with(text, fds, n);
}

void store_remove(unsigned int set, const char *name)
{
	size_t i;

	notify("FDSTOREREMOVE=1\nFDNAME=%u_%s", set, name);
	for (i = 0; i < n_stored; i++) {
		if (stored[i].set != set || strcmp(stored[i].name, name) != 0)
			continue;
		closep(&stored[i].fd);
		stored[i].fd = -1;
	}
}

static size_t insert(unsigned int *sets, size_t n, size_t max, unsigned int set)
{
	size_t at = 0;

	while (at < n && sets[at] < set)
		at++;
	if (n == max || (at < n && sets[at] == set))
		return n;
	memmove(&sets[at + 1], &sets[at], (n - at) * sizeof(*sets));
	sets[at] = set;
	return n + 1;
}

size_t store_list(unsigned int *sets, size_t n, size_t max)
{
	size_t i;

	receive();
	for (i = 0; i < n_stored; i++)
		n = insert(sets, n, max, stored[i].set);
	return n;
}

int store_open(unsigned int set, const char *name)
{
	size_t i;
	int fd;

	for (i = 0; i < n_stored; i++) {
		if (stored[i].fd < 0 || stored[i].set != set || strcmp(stored[i].name, name) != 0)
			continue;
		fd = fcntl(stored[i].fd, F_DUPFD_CLOEXEC, FIRST);
		return fd < 0 ? -errno : fd;
	}
	return -ENOENT;
}
