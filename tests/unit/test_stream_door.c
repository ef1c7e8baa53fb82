// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The stream's door: where it listens, whom it replaces, and what it makes
 * of callers that speak nonsense.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lock.h"
#include "stream_wire.h"
#include "stream_world.h"

/* Random bytes of random lengths: the agent hangs up, and goes on with the others. */
static void test_bad_requests(void **state)
{
	const struct world *world = *state;
	int good = join(world, 0, true), round;
	struct stream_stats stats;
	char bytes[3000];

	expect(good, STREAM_END);
	srand(11);
	for (round = 0; round < 500; round++) {
		size_t len = round < 64 ? (size_t)round : (size_t)rand() % sizeof(bytes), i;
		int fd = raw_connect(world);

		for (i = 0; i < len; i++)
			bytes[i] = (char)rand();
		assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
		if (round % 3 == 0)
			close(fd);
		pump(world);
		if (round % 3)
			close(fd);
	}
	pump(world);
	stream_stats(world->stream, &stats);
	assert_int_equal(stats.readers, 1);
	assert_true(stats.refused > 300);
	publish(world, 3);
	expect_pid(good, 3);
	close(good);
}

/* Right in size, wrong in one word; and a request after the request. */
static void test_wrong_requests(void **state)
{
	const struct world *world = *state;
	const struct stream_request right = { sizeof(right), RG_ABI_VERSION, 1, 0 };
	struct stream_request wrong[] = { right, right, right };
	int answers[] = { -EPROTO, -EPIPE, -EPIPE }, fd;
	char longer[sizeof(right) + 4] = { 0 };
	size_t i;

	wrong[0].abi++;
	wrong[1].size++;
	wrong[2].flags = 6;
	publish(world, 1);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		fd = raw_connect(world);
		assert_int_equal(send(fd, &wrong[i], sizeof(wrong[i]), 0), sizeof(wrong[i]));
		pump(world);
		expect(fd, answers[i]);
		close(fd);
	}
	memcpy(longer, &right, sizeof(right));
	fd = raw_connect(world);
	assert_int_equal(send(fd, longer, sizeof(longer), 0), sizeof(longer));
	pump(world);
	expect(fd, -EPIPE);
	close(fd);
	fd = join(world, 1, true);
	expect_pid(fd, 1);
	expect(fd, STREAM_END);
	assert_int_equal(send(fd, &right, sizeof(right), 0), sizeof(right));
	pump(world);
	expect(fd, -EPIPE);
	close(fd);
}

static void test_two_agents(void **state)
{
	struct world *world = *state;
	struct stream *other = NULL;
	struct stat st;

	assert_int_equal(stream_open(world->path, GROUP, &sample_origin, &other, world->why,
				     sizeof(world->why)),
			 -EADDRINUSE);
	assert_null(other);
	assert_non_null(strstr(world->why, "another agent is running"));
	/* A socket that is no longer ours stays. */
	assert_int_equal(unlink(world->path), 0);
	assert_int_equal(stream_open(world->path, GROUP, &sample_origin, &other, world->why,
				     sizeof(world->why)),
			 0);
	stream_close(world->stream);
	world->stream = other;
	assert_int_equal(stat(world->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* What a killed agent leaves behind is replaced; anything else is not touched. */
static void test_stale_socket(void **state)
{
	struct world *world = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int out;

	stream_close(world->stream);
	world->stream = NULL;
	memcpy(address.sun_path, world->path, sizeof(world->path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(stream_connect(world->path, 0, false, &out), -ECONNREFUSED);
	open_stream(world);
	stream_close(world->stream);
	world->stream = NULL;
	fd = open(world->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	assert_int_equal(stream_open(world->path, GROUP, &sample_origin, &world->stream, world->why,
				     sizeof(world->why)),
			 -EEXIST);
	assert_non_null(strstr(world->why, "is no socket"));
	assert_null(world->stream);
	assert_int_equal(unlink(world->path), 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); /* another program's, alive */
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(stream_open(world->path, GROUP, &sample_origin, &world->stream, world->why,
				     sizeof(world->why)),
			 -EADDRINUSE);
	assert_non_null(strstr(world->why, "another program uses"));
	assert_int_equal(unlink(world->path), 0); /* it is still there */
	close(fd);
}

static void test_bad_paths(void **state)
{
	struct world *world = *state;
	struct stream *stream = NULL;
	char path[200], run[STREAM_PATH_MAX];

	snprintf(path, sizeof(path), "%s/a/b/events.sock", world->folder);
	assert_int_equal(stream_open(path, GROUP, &sample_origin, &stream, world->why,
				     sizeof(world->why)),
			 -ENOENT);
	assert_non_null(strstr(world->why, "/a/b can't be made"));
	snprintf(path, sizeof(path), "%s/events.sock", world->path);
	assert_int_equal(stream_open(path, GROUP, &sample_origin, &stream, world->why,
				     sizeof(world->why)),
			 -ENOTDIR);
	assert_int_equal(stream_open("/proc/events.sock", GROUP, &sample_origin, &stream,
				     world->why, sizeof(world->why)) < 0,
			 true);
	assert_non_null(strstr(world->why, "/proc"));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(stream_open(path, GROUP, &sample_origin, &stream, world->why,
				     sizeof(world->why)),
			 -ENAMETOOLONG);
	assert_null(stream);
	setenv("ROOTGATE_RUN_DIR", path, 1);
	assert_int_equal(stream_path(run), -ENAMETOOLONG);
	setenv("ROOTGATE_RUN_DIR", "/x", 1);
	assert_int_equal(stream_path(run), 0);
	assert_string_equal(run, "/x/events.sock");
	unsetenv("ROOTGATE_RUN_DIR");
	assert_int_equal(stream_path(run), 0);
	assert_string_equal(run, "/run/rootgate/events.sock");
}

/* No descriptor left: callers are turned away, and the listener does not stay readable for ever. */
static void test_no_descriptors(void **state)
{
	const struct world *world = *state;
	int fds[4], i, more[1024], n = 0;
	struct rlimit old, tight = { 100, 0 };

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight.rlim_max = old.rlim_max;
	for (i = 0; i < 4; i++)
		fds[i] = raw_connect(world);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	while (n < 1024 && (more[n] = dup(0)) >= 0)
		n++;
	pump(world);
	for (i = 0; i < 4; i++)
		expect(fds[i], -EUSERS);
	while (n > 0)
		close(more[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	i = join(world, 0, true);
	expect(i, STREAM_END);
	close(i);
}

static void assert_mode(const char *path, mode_t mode, gid_t group)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_gid, group);
}

/*
 * Root's own until the group exists, then the group's, whatever the umask; a folder that isn't like
 * ours is left as it is.
 */
static void test_group(void **state)
{
	struct world *world = *state;
	const struct group *group = getgrnam("daemon");
	char run[80];
	mode_t old;

	if (geteuid() != 0 || !group) {
		skip();
		return;
	}
	snprintf(run, sizeof(run), "%s/run", world->folder);
	assert_mode(run, 0750, getegid());
	assert_mode(world->path, 0600, getegid());
	stream_close(world->stream);
	world->stream = NULL;
	old = umask(077);
	assert_int_equal(stream_open(world->path, "daemon", &sample_origin, &world->stream,
				     world->why, sizeof(world->why)),
			 0);
	assert_int_equal(umask(old), 077);
	assert_mode(run, 0750, group->gr_gid);
	assert_mode(world->path, 0660, group->gr_gid);
	stream_close(world->stream);
	world->stream = NULL;
	assert_int_equal(chown(run, 0, 0), 0);
	assert_int_equal(chmod(run, 0700), 0);
	assert_int_equal(stream_open(world->path, "daemon", &sample_origin, &world->stream,
				     world->why, sizeof(world->why)),
			 0);
	assert_mode(run, 0700, 0);
}

/* Whoever makes the folder first, in an agent that is the lock: the group gets in. */
static void test_lock_first(void **state)
{
	struct world *world = *state;
	const struct group *group = getgrnam("daemon");
	char folder[80], path[STREAM_PATH_MAX];
	struct why why;
	mode_t old;
	int lock;

	if (geteuid() != 0 || !group) {
		skip();
		return;
	}
	snprintf(folder, sizeof(folder), "%s/other", world->folder);
	assert_int_equal(setenv("ROOTGATE_RUN_DIR", folder, 1), 0);
	stream_close(world->stream);
	world->stream = NULL;
	old = umask(077);
	assert_int_equal(lock_take(&lock, &why), 0);
	assert_mode(folder, 0750, getegid());
	assert_int_equal(stream_path(path), 0);
	assert_int_equal(stream_open(path, "daemon", &sample_origin, &world->stream, world->why,
				     sizeof(world->why)),
			 0);
	assert_int_equal(umask(old), 077);
	assert_mode(folder, 0750, group->gr_gid);
	stream_close(world->stream);
	world->stream = NULL;
	close(lock);
	snprintf(path, sizeof(path), "%s/lock", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	unsetenv("ROOTGATE_RUN_DIR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad_requests), TEST(test_wrong_requests), TEST(test_two_agents),
		TEST(test_stale_socket), TEST(test_bad_paths),	    TEST(test_no_descriptors),
		TEST(test_group),	 TEST(test_lock_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
