// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What engines leave on disk, by samples in tests/data/identity, and what is not believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"
#include "sample.h"
#include "util.h"

#define SAMPLES	 "tests/data/identity"
#define HEX(two) two "0c2d9a1b7e4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5"

#define DOCKER "/system.slice/docker-" SAMPLE_HEX ".scope"
#define TICK   10000000ULL

static int read_at(const char *root, const char *cgroup, uint32_t pid1, uint64_t start,
		   struct identity **out)
{
	const struct identity_subject subject = { root, cgroup, pid1, start };

	return identity_read(&subject, out);
}

/* "id name image pod_namespace/pod_name", or the error. */
static char *summary(const char *cgroup, uint32_t pid1, uint64_t start)
{
	_cleanup_(identity_freep) struct identity *identity = NULL;
	int err = read_at(SAMPLES, cgroup, pid1, start, &identity);
	char *text = NULL;

	if (err)
		assert_true(asprintf(&text, "%s", strerrorname_np(-err)) > 0);
	else
		assert_true(asprintf(&text, "%.8s %s %s %s/%s", identity->id, identity->name,
				     identity->image, identity->pod_namespace,
				     identity->pod_name) > 0);
	return text;
}

static void check(const char *cgroup, uint32_t pid1, uint64_t start, const char *want)
{
	_cleanup_(freep) char *got = summary(cgroup, pid1, start);

	assert_string_equal(got, want);
}

static void test_engines(void **state)
{
	(void)state;
	check(DOCKER, 0, 0, "3f0c2d9a web nginx:1.27 /");
	check("/libpod_parent/libpod-" HEX("aa") "/container", 0, 0,
	      "aa0c2d9a db docker.io/library/postgres:16 /");
	check("/kubepods/besteffort/pod7/" HEX("bb"), 0, 0,
	      "bb0c2d9a api registry.example/api:7 prod/api-0");
	check("/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod12.slice/"
	      "crio-" HEX("cc") ".scope",
	      0, 0, "cc0c2d9a shop registry.example/shop:2 store/shop-1");
	check("/lxc.payload.box", 0, 0, "box box  /");
	check("/lxc.payload.box-1", 0, 0, "box box  /");
	check("/lxc.payload.box-2", 0, 0, "box-2 box-2  /");
	check("/machine.slice/machine-deb\\x2d1.scope/payload", 0, 0,
	      "deb-1 deb-1 /var/lib/machines/d\303\251b\t /");
}

static void test_by_pid1(void **state)
{
	(void)state;
	check("/default/plain", 4711, 5 * TICK, "plain plain  /");
	check("/default/plain/below", 4711, 5 * TICK, "plain plain  /");
	check("/default/plainer", 4711, 5 * TICK, "ENOENT");
	check("/elsewhere", 4711, 5 * TICK, "ENOENT");
	check("/job", 4712, 1200 * TICK + 3, "job job  /");
	check("/job", 4712, 1300 * TICK, "ENOENT"); /* another process has this PID by now */
	check("/any", 4713, 1300 * TICK, "task task  /");
	check("/job", 4799, 1200 * TICK, "ENOENT");
	check("/job", 0, 0, "ENOENT");
}

static void test_labels(void **state)
{
	struct identity *identity;

	(void)state;
	assert_int_equal(read_at(SAMPLES, DOCKER, 0, 0, &identity), 0);
	assert_string_equal(identity_label(&identity->labels, "team"), "web");
	assert_string_equal(identity_label(&identity->labels, "tier"), "front");
	assert_null(identity_label(&identity->labels, "te"));
	identity_free(identity);

	assert_int_equal(read_at(SAMPLES, "/job", 4712, 1200 * TICK, &identity), 0);
	assert_string_equal(identity_label(&identity->labels, "stage"), "test");
	identity_free(identity);

	assert_int_equal(read_at(SAMPLES,
				 "/kubepods.slice/kubepods-besteffort.slice/"
				 "kubepods-besteffort-pod12.slice/crio-" HEX("cc") ".scope",
				 0, 0, &identity),
			 0);
	assert_string_equal(identity_label(&identity->pod_labels, "app"), "shop");
	assert_null(identity_label(&identity->labels, "app"));
	identity_free(identity);
}

/* A container may name cgroups below its own as it likes. */
static void test_forged_names(void **state)
{
	(void)state;
	check("/job" DOCKER, 0, 0, "ENOENT");
	check("/job/docker-" SAMPLE_HEX ".scope", 4712, 1200 * TICK, "ENOENT");
	check("/docker/" SAMPLE_HEX, 0, 0, "ENOENT");
	check("/job/libpod_parent/libpod-" HEX("aa"), 0, 0, "ENOENT");
	check("/kubepods/besteffort/pod8/" HEX("bb"), 0, 0, "ENOENT");
	check("/kubepods.slice/crio-" HEX("cc") ".scope", 0, 0, "ENOENT");
	check("/job/lxc.payload.box", 0, 0, "ENOENT");
	check("/lxc/box", 0, 0, "ENOENT");
	check("/lxc.payload...", 0, 0, "ENOENT");
	check("/job/machine.slice/machine-deb\\x2d1.scope", 0, 0, "ENOENT");
	check("/machine.slice/deb/machine-deb\\x2d1.scope", 0, 0, "ENOENT");
	/* the outermost name tells */
	check("/lxc.payload.box" DOCKER, 0, 0, "box box  /");
}

/* One machine's file, which is written over and over. */
struct world {
	char root[64];
	char file[128];
};

static void world_make(struct world *world)
{
	static const char *const folders[] = { "run", "run/systemd", "run/systemd/machines" };
	char path[128];
	size_t i;

	strcpy(world->root, "/tmp/rootgate-identity-XXXXXX");
	assert_non_null(mkdtemp(world->root));
	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", world->root, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(world->file, sizeof(world->file), "%s/run/systemd/machines/m", world->root);
}

static void world_write(const struct world *world, const char *text, size_t times)
{
	FILE *out = fopen(world->file, "w");

	assert_non_null(out);
	while (times--)
		fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static int world_read(const struct world *world)
{
	_cleanup_(identity_freep) struct identity *identity = NULL;

	return read_at(world->root, "/machine.slice/machine-m.scope", 0, 0, &identity);
}

static void test_files(void **state)
{
	static const char text[] = "SCOPE=machine-m.scope\n";
	struct world world;
	char other[160], command[128];

	(void)state;
	world_make(&world);
	assert_int_equal(world_read(&world), -ENOENT);
	world_write(&world, text, 1);
	assert_int_equal(world_read(&world), 0);
	world_write(&world, "NAME=m\nSCO", 1);
	assert_int_equal(world_read(&world), -EAGAIN);
	world_write(&world, text, 250000);
	assert_int_equal(world_read(&world), -EFBIG);
	world_write(&world, text, 1);
	assert_int_equal(chmod(world.file, 0666), 0);
	assert_int_equal(world_read(&world), -EPERM);
	assert_int_equal(chmod(world.file, 0600), 0);
	snprintf(other, sizeof(other), "%s.other", world.file);
	assert_int_equal(rename(world.file, other), 0);
	assert_int_equal(symlink(other, world.file), 0);
	assert_int_equal(world_read(&world), -ELOOP);
	assert_int_equal(unlink(world.file), 0);
	assert_int_equal(mkfifo(world.file, 0600), 0);
	assert_int_equal(world_read(&world), -EPERM);
	snprintf(command, sizeof(command), "rm -r %s", world.root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a path of our own */
}

/* An engine's file, cut anywhere, isn't an answer; it is one as soon as all of it is there. */
static void check_cut(const char *root, const char *name, const char *cgroup, uint32_t pid1,
		      int err)
{
	_cleanup_(freep) char *text = NULL;
	struct identity *identity = NULL;
	char path[256];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(read_fd(fileno(file), 65536, &text, NULL), 0);
	for (len = 0; text + len <= strrchr(text, '}'); len++) {
		assert_int_equal(ftruncate(fileno(file), 0), 0);
		assert_int_equal(pwrite(fileno(file), text, len, 0), len);
		assert_int_equal(read_at(root, cgroup, pid1, 1200 * TICK, &identity), err);
		assert_null(identity);
	}
	assert_int_equal(pwrite(fileno(file), text, strlen(text), 0), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(read_at(root, cgroup, pid1, 1200 * TICK, &identity), 0);
	identity_free(identity);
}

static void test_half_written(void **state)
{
	char root[] = "/tmp/rootgate-identity-XXXXXX", command[128];

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command), "cp -r " SAMPLES "/. %s", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): paths of our own */
	check_cut(root, "srv/docker/containers/" SAMPLE_HEX "/config.v2.json", DOCKER, 0, -EAGAIN);
	check_cut(root,
		  "run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/" SAMPLE_HEX
		  "/config.json",
		  DOCKER, 0, -EAGAIN);
	/* whose state that will be can't be known; a bundle's container is, but not its labels */
	check_cut(root, "run/runc/job/state.json", "/job", 4712, -ENOENT);
	check_cut(root, "srv/bundle/config.json", "/job", 4712, -EAGAIN);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a path of our own */
}

/* Whatever the umask was when they were checked out. */
static int as_root_has_them(void **state)
{
	(void)state;
	return system("chmod -R go-w " SAMPLES); /* NOLINT(cert-env33-c): a constant */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_engines), cmocka_unit_test(test_by_pid1),
		cmocka_unit_test(test_labels),	cmocka_unit_test(test_forged_names),
		cmocka_unit_test(test_files),	cmocka_unit_test(test_half_written),
	};

	return cmocka_run_group_tests(tests, as_root_has_them, NULL);
}
