// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which changes of a folder are changes of a policy. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_watch.h"
#include "util.h"

static char folder[] = "/tmp/rootgate-watch-XXXXXX";
static char made[64];

static int enter(void **state)
{
	snprintf(made, sizeof(made), "%s", folder);
	*state = mkdtemp(made);
	return *state ? chdir(made) : -1;
}

static int leave(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", made);
	return chdir("/") || system(command);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void test_folder(void **state)
{
	struct policy_watch watch;

	(void)state;
	put("policy.yaml", "a");
	assert_int_equal(policy_watch_open(&watch, made), 0);
	assert_false(policy_watch_read(&watch));
	put("policy.yaml", "b");
	assert_true(policy_watch_read(&watch));
	assert_false(policy_watch_read(&watch));
	put(".policy.yaml.swp", "x");
	put("policy.yaml~", "x");
	assert_false(policy_watch_read(&watch));
	put("new", "c");
	assert_false(policy_watch_read(&watch));
	assert_int_equal(rename("new", "policy.yaml"), 0);
	assert_true(policy_watch_read(&watch));
	assert_int_equal(chmod("policy.yaml", 0600), 0);
	assert_true(policy_watch_read(&watch));
	assert_int_equal(unlink("policy.yaml"), 0);
	assert_true(policy_watch_read(&watch));
	policy_watch_close(&watch);
}

static void test_drop_ins(void **state)
{
	struct policy_watch watch;

	(void)state;
	assert_int_equal(policy_watch_open(&watch, made), 0);
	assert_int_equal(mkdir("policy.d", 0755), 0);
	assert_true(policy_watch_read(&watch));
	assert_true(policy_watch_renew(&watch));
	put("policy.d/10-a.yaml", "a");
	assert_true(policy_watch_read(&watch));
	put("policy.d/README", "a");
	assert_false(policy_watch_read(&watch));
	/* another folder of the same name */
	assert_int_equal(rename("policy.d", "old"), 0);
	assert_int_equal(mkdir("policy.d", 0755), 0);
	assert_true(policy_watch_read(&watch));
	assert_true(policy_watch_renew(&watch));
	assert_false(policy_watch_renew(&watch));
	policy_watch_read(&watch);
	put("policy.d/20-b.yaml", "a");
	assert_true(policy_watch_read(&watch));
	policy_watch_close(&watch);
}

/* As kubelet does it: a new folder, a new link, which takes the place of the old one. */
static void test_config_map(void **state)
{
	struct policy_watch watch;

	(void)state;
	assert_int_equal(mkdir("..1", 0755), 0);
	put("..1/policy.yaml", "a");
	assert_int_equal(symlink("..1", "..data"), 0);
	assert_int_equal(symlink("..data/policy.yaml", "policy.yaml"), 0);
	assert_int_equal(policy_watch_open(&watch, made), 0);
	assert_int_equal(mkdir("..2", 0755), 0);
	put("..2/policy.yaml", "b");
	assert_int_equal(symlink("..2", "..data_tmp"), 0);
	assert_false(policy_watch_read(&watch));
	assert_int_equal(rename("..data_tmp", "..data"), 0);
	assert_true(policy_watch_read(&watch));
	policy_watch_close(&watch);
}

static void test_file(void **state)
{
	struct policy_watch watch;

	(void)state;
	put("p", "a");
	assert_int_equal(policy_watch_open(&watch, "p"), 0);
	put("p", "b");
	assert_true(policy_watch_read(&watch));
	put("q", "b");
	assert_false(policy_watch_read(&watch));
	policy_watch_close(&watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_folder),
		TEST(test_drop_ins),
		TEST(test_config_map),
		TEST(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
