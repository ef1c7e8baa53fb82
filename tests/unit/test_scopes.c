// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbers of containers' scopes where the map that their rules are in is full. Its map is an array here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent_identity.h"
#include "policy_case.h"
#include "rootgate.skel.h"

static struct rg_scope_key keys[8];
static size_t used, room;

int bpf_map__fd(const struct bpf_map *map)
{
	(void)map;
	return -1;
}

int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	(void)fd, (void)key, (void)next;
	return -1;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	(void)fd, (void)value, (void)flags;
	if (used == room) {
		errno = E2BIG;
		return -1;
	}
	memcpy(&keys[used++], key, sizeof(*keys));
	return 0;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	size_t i;

	(void)fd;
	for (i = 0; i < used; i++) {
		if (memcmp(&keys[i], key, sizeof(*keys)) == 0) {
			keys[i] = keys[--used];
			return 0;
		}
	}
	errno = ENOENT;
	return -1;
}

/* Two pairs for each container: in the cgroup, and elsewhere. */
static void test_full(void **state)
{
	_cleanup_(policy_free_p) struct policy *policy = policy_case_good(
		"version: 1\nrules:\n"
		"- { name: a, match: { cgroup: /a, name: web }, action: deny }\n"
		"- { name: b, match: { name: [web, db] }, action: audit }\n"
		"- { name: c, match: { cgroup: /a, name: proxy }, action: allow }\n"
		"- { name: d, match: { name: proxy }, action: deny }\n");
	const struct identity web = {
		.id = "", .name = "web", .image = "", .pod_namespace = "", .pod_name = ""
	};
	struct identity proxy = web, db = web;
	struct identity_scopes scopes = { .policy = policy, .now = POLICY_NOW };
	struct rootgate_bpf bpf = {};
	struct loader loader = { .bpf = &bpf };
	__u32 number = 0;

	(void)state;
	proxy.name = "proxy";
	db.name = "db";
	room = 3;
	assert_int_equal(scopes_number(&loader, 1, &scopes, &web, &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(used, 2);

	/* no room for both: it has no number, and nothing is left for the next one */
	number = 0;
	assert_int_equal(scopes_number(&loader, 1, &scopes, &proxy, &number), -E2BIG);
	assert_int_equal(number, 0);
	assert_int_equal(used, 2);

	room = 8;
	assert_int_equal(scopes_number(&loader, 1, &scopes, &db, &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(scopes_number(&loader, 1, &scopes, &proxy, &number), 0);
	assert_int_equal(number, 3);
	assert_int_equal(scopes_number(&loader, 1, &scopes, &web, &number), 0);
	assert_int_equal(number, 1);
	scopes_clear(&scopes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_full) };

	return cmocka_run_group_tests_name("scopes", tests, NULL, NULL);
}
