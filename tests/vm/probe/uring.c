// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Steps: credentials that an io_uring remembers, and lends to a request (io_uring_register(2),
 * IORING_REGISTER_PERSONALITY). By raw calls: one ring, and one request at a time.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	int fd;
	int personality;
	struct io_uring_params params;
	char *submitted, *completed;
	struct io_uring_sqe *request;
} ring;

static void *map_ring(size_t size, off_t offset)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, offset);
}

int step_personality(const struct word *word)
{
	struct io_uring_params *params = &ring.params;

	(void)word;
	ring.fd = (int)syscall(SYS_io_uring_setup, 1, params);
	if (ring.fd < 0)
		return could_not("io_uring_setup");
	ring.submitted = map_ring(params->sq_off.array + sizeof(uint32_t), IORING_OFF_SQ_RING);
	ring.completed =
		map_ring(params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe),
			 IORING_OFF_CQ_RING);
	ring.request = map_ring(sizeof(*ring.request), IORING_OFF_SQES);
	if (ring.submitted == MAP_FAILED || ring.completed == MAP_FAILED ||
	    ring.request == MAP_FAILED)
		return could_not("mmap of a ring");
	ring.personality =
		(int)syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0);
	return done(ring.personality, "IORING_REGISTER_PERSONALITY");
}

/* By a worker of the kernel, which takes the credentials on. The result as the call itself has it. */
static int open_as_remembered(const char *path)
{
	uint32_t *tail = (uint32_t *)(void *)(ring.submitted + ring.params.sq_off.tail);
	struct io_uring_cqe *answer =
		(struct io_uring_cqe *)(void *)(ring.completed + ring.params.cq_off.cqes);

	*ring.request = (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.flags = IOSQE_ASYNC,
		.fd = AT_FDCWD,
		.addr = (uint64_t)(uintptr_t)path,
		.open_flags = O_RDONLY,
		.personality = (uint16_t)ring.personality,
	};
	*(uint32_t *)(void *)(ring.submitted + ring.params.sq_off.array) = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	return answer->res;
}

int step_impersonate(const struct word *word)
{
	int fd;

	if (!word->value || !ring.request)
		return malformed(word->value);
	if (access(word->value, R_OK) == 0) {
		errno = EEXIST;
		return could_not("a file that this process can read itself");
	}
	fd = open_as_remembered(word->value);
	errno = -fd;
	return done(fd, word->value);
}
