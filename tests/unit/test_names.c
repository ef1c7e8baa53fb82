// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Words for numbers, containers for cgroups, times for texts: what the
 * modules agree to call things.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "container.h"
#include "names.h"
#include "sample.h"
#include "when.h"

static void test_names(void **state)
{
	static const struct names *const all[] = {
		&names_mode,	 &names_action,	 &names_type,	&names_reason, &names_phase,
		&names_evidence, &names_runtime, &names_userns, &names_pidns,  &names_attach,
	};
	char list[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		uint32_t number, found = 99;

		for (number = 0; number < all[i]->count; number++) {
			assert_non_null(all[i]->words[number]);
			assert_int_equal(names_find(all[i], names_get(all[i], number), &found), 0);
			assert_int_equal(found, number);
		}
		assert_string_equal(names_get(all[i], (uint32_t)all[i]->count), "unknown");
		assert_string_equal(names_get(all[i], UINT32_MAX), "unknown");
		found = 99;
		assert_int_equal(names_find(all[i], "", &found), -ENOENT);
		assert_int_equal(names_find(all[i], "Exec", &found), -ENOENT);
		assert_int_equal(found, 99);
	}
	assert_string_equal(names_get(&names_type, RG_TYPE_CONTAINER_EXIT), "container_exit");
	assert_string_equal(names_get(&names_attach, RG_ATTACH_FMOD_RET), "fmod_ret");
	names_list(&names_action, list, sizeof(list));
	assert_string_equal(list, "allow, audit, deny, kill");
	names_list(&names_action, list, 8);
	assert_string_equal(list, "allow, ");
}

#define HEX SAMPLE_HEX

static const struct {
	const char *cgroup;
	const char *id;
	uint32_t runtime;
	bool known;
	const char *own; /* the container's own cgroup */
} cgroups[] = {
	{ "/system.slice/docker-" HEX ".scope", HEX, RG_RUNTIME_DOCKER, true, NULL },
	{ "/docker/" HEX, HEX, RG_RUNTIME_DOCKER, true, NULL },
	{ "/docker/" HEX "/init.scope", HEX, RG_RUNTIME_DOCKER, true, "/docker/" HEX },
	{ "/machine.slice/libpod-" HEX ".scope", HEX, RG_RUNTIME_PODMAN, true, NULL },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" HEX ".scope/container",
	  HEX, RG_RUNTIME_PODMAN, true,
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" HEX ".scope" },
	{ "/libpod_parent/libpod-" HEX, HEX, RG_RUNTIME_PODMAN, true, NULL },
	{ "/system.slice/web.service/libpod-payload-" HEX, HEX, RG_RUNTIME_PODMAN, true, NULL },
	{ "/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX ".scope", HEX,
	  RG_RUNTIME_CONTAINERD, true, NULL },
	{ "/kubepods/burstable/pod1/" HEX, HEX, RG_RUNTIME_CONTAINERD, true, NULL },
	{ "/system.slice/nerdctl-" HEX ".scope", HEX, RG_RUNTIME_CONTAINERD, true, NULL },
	{ "/kubepods.slice/kubepods-pod1.slice/crio-" HEX ".scope/container", HEX, RG_RUNTIME_CRIO,
	  true, "/kubepods.slice/kubepods-pod1.slice/crio-" HEX ".scope" },
	{ "/kubepods/pod1/crio-" HEX, HEX, RG_RUNTIME_CRIO, true, NULL },
	{ "/lxc.payload.web/system.slice/ssh.service", "web", RG_RUNTIME_LXC, true,
	  "/lxc.payload.web" },
	{ "/lxc/101/ns", "101", RG_RUNTIME_LXC, true, "/lxc/101" },
	{ "/machine.slice/machine-box.scope/payload", "box", RG_RUNTIME_NSPAWN, true,
	  "/machine.slice/machine-box.scope" },
	{ "/machine.slice/machine-my\\x2dbox.scope", "my-box", RG_RUNTIME_NSPAWN, true, NULL },
	{ "/machine.slice/systemd-nspawn@box.service/payload/init.scope", "box", RG_RUNTIME_NSPAWN,
	  true, "/machine.slice/systemd-nspawn@box.service" },
	/* what is below a container's cgroup may be named by the container */
	{ "/docker/" HEX "/lxc.payload.inner", HEX, RG_RUNTIME_DOCKER, true, "/docker/" HEX },
	{ "/docker/" HEX "/docker/a" HEX, HEX, RG_RUNTIME_DOCKER, true, "/docker/" HEX },
	/* nobody's way: the leaf */
	{ "/default/job-7", "job-7", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "/default/" HEX, HEX, RG_RUNTIME_UNKNOWN, true, NULL },
	{ "/system.slice/docker-1234.scope", "docker-1234.scope", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "/machine-.scope", "machine-.scope", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "/docker-" HEX "0.scope", "docker-" HEX "0.scope", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "/docker/x\\x2", "x\\x2", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "/lxc.payload.a\\x00b", "a\\x00b", RG_RUNTIME_LXC, true, NULL }, /* never to a NUL */
	{ "/", "", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "", "", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "x", "x", RG_RUNTIME_UNKNOWN, false, NULL },
	{ "//", "", RG_RUNTIME_UNKNOWN, false, NULL },
};

static void test_container(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cgroups); i++) {
		const char *own = cgroups[i].own ? cgroups[i].own : cgroups[i].cgroup;
		struct container_ref ref;

		container_from_cgroup(cgroups[i].cgroup, &ref);
		assert_string_equal(ref.id, cgroups[i].id);
		assert_int_equal(ref.runtime, cgroups[i].runtime);
		assert_int_equal(ref.known, cgroups[i].known);
		assert_int_equal(ref.length, strlen(own));
	}
}

/* A path that was cut names no container: what it shows may be an outer one. */
static void test_container_cut(void **state)
{
	char path[RG_PATH_MAX];
	struct container_ref ref;

	(void)state;
	memset(path, 'k', sizeof(path));
	memcpy(path, "/docker/" HEX "/", strlen("/docker/" HEX "/"));
	container_from_cgroup(path, &ref); /* no NUL at all */
	assert_true(ref.known);
	assert_string_equal(ref.id, HEX);
	memset(path, 'k', sizeof(path));
	path[0] = '/';
	container_from_cgroup(path, &ref);
	assert_false(ref.known);
	assert_int_equal(strlen(ref.id), RG_PATH_MAX - 2);
}

static void test_container_matches(void **state)
{
	(void)state;
	assert_true(container_matches("3f0c", HEX, ""));
	assert_true(container_matches(HEX, HEX, "web"));
	assert_true(container_matches("web", HEX, "web"));
	assert_false(container_matches("we", HEX, "web"));
	assert_false(container_matches("0c", HEX, "web"));
	assert_false(container_matches("", HEX, ""));
}

static void test_durations(void **state)
{
	uint64_t ns = 7;

	(void)state;
	assert_int_equal(when_parse_duration("90s", &ns), 0);
	assert_int_equal(ns, 90000000000ULL);
	assert_int_equal(when_parse_duration("1h30m", &ns), 0);
	assert_int_equal(ns, 5400000000000ULL);
	assert_int_equal(when_parse_duration("2d", &ns), 0);
	assert_int_equal(ns, 172800000000000ULL);
	ns = 7;
	assert_int_equal(when_parse_duration("", &ns), -EINVAL);
	assert_int_equal(when_parse_duration("10", &ns), -EINVAL);
	assert_int_equal(when_parse_duration("m", &ns), -EINVAL);
	assert_int_equal(when_parse_duration("-5m", &ns), -EINVAL);
	assert_int_equal(when_parse_duration("5m ", &ns), -EINVAL);
	assert_int_equal(when_parse_duration("4294967296s", &ns), -ERANGE);
	assert_int_equal(when_parse_duration("4294967295d", &ns), -ERANGE);
	assert_int_equal(ns, 7);
}

static void test_times(void **state)
{
	static const char *const bad[] = {
		"",
		"yesterday",
		"2026-11-23",
		"2026-11-23T12:00:00",
		"2026-02-30T12:00:00Z",
		"2026-13-01T12:00:00Z",
		"2026-00-01T12:00:00Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T12:60:00Z",
		"2026-11-23T12:00:00Zx",
		"2026-11-23T12:00:00.Z",
		"2026-11-23T12:00:00+0100",
		"2026-11-23T12:00:00+99:00",
		" 026-11-23T12:00:00Z",
	};
	uint64_t ns = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(when_parse_time(bad[i], &ns), -EINVAL);
	assert_int_equal(when_parse_time("1969-12-31T23:59:59Z", &ns), -ERANGE);
	assert_int_equal(when_parse_time("2600-01-01T00:00:00Z", &ns), -ERANGE);
	assert_int_equal(ns, 7);
	assert_int_equal(when_parse_time("2026-11-23T12:00:00.123456789Z", &ns), 0);
	assert_int_equal(ns, SAMPLE_WALL);
	assert_int_equal(when_parse_time("2026-11-23 13:00:00.1234567890001+01:00", &ns), 0);
	assert_int_equal(ns, SAMPLE_WALL);
	assert_int_equal(when_parse_time("2026-11-23t10:30:00-01:30", &ns), 0);
	assert_int_equal(ns, SAMPLE_WALL - 123456789);
	assert_int_equal(when_parse_time("2024-02-29T00:00:00z", &ns), 0);
	assert_int_equal(when_parse_since("10m", 700000000000ULL, &ns), 0);
	assert_int_equal(ns, 100000000000ULL);
	assert_int_equal(when_parse_since("10d", 700000000000ULL, &ns), 0);
	assert_int_equal(ns, 0);
	assert_int_equal(when_parse_since("2026-11-23T12:00:00Z", 0, &ns), 0);
	assert_int_equal(when_parse_since("10x", 0, &ns), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	      cmocka_unit_test(test_container),
		cmocka_unit_test(test_container_cut), cmocka_unit_test(test_container_matches),
		cmocka_unit_test(test_durations),     cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
