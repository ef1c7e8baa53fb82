// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Policy files on a file system: which are read, in which order, and which are refused unread. */
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_case.h"
#include "policy_load.h"

#define RULE(name) "- { name: " name ", match: { cgroup: /" name " }, action: deny }\n"
#define SOMEBODY   54321

struct folder {
	char path[64];
	struct policy_report report;
	struct policy *policy;
};

static int set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	strcpy(folder->path, "/tmp/rootgate-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	*state = folder;
	return 0;
}

static int remove_one(const char *path, _unused_ const struct stat *st, _unused_ int type,
		      _unused_ struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	policy_report_clear(&folder->report);
	policy_free(folder->policy);
	free(folder);
	return 0;
}

static const char *in(const struct folder *folder, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

static void put(const struct folder *folder, const char *name, const char *text)
{
	FILE *file = fopen(in(folder, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0644), 0);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(const struct folder *folder, const char *name)
{
	assert_int_equal(mkdir(in(folder, name), 0755), 0);
}

/* Loads, and compares the result and what is said; '@' in it stands for the folder. */
static void load_with(struct folder *folder, const char *name,
		      const struct policy_load_options *options, int result, const char *expected)
{
	_cleanup_(freep) char *said = NULL;
	struct policy *untouched = (struct policy *)folder;
	size_t size = 0, i;
	FILE *out;

	policy_report_clear(&folder->report);
	policy_free(folder->policy);
	folder->policy = untouched;
	assert_int_equal(policy_load_with(in(folder, name), options, &folder->policy,
					  &folder->report),
			 result);
	if (result) {
		assert_ptr_equal(folder->policy, untouched);
		folder->policy = NULL;
	}
	out = open_memstream(&said, &size);
	assert_non_null(out);
	for (i = 0; i < folder->report.n_messages; i++) {
		const struct policy_message *message = &folder->report.messages[i];
		const char *at = strstr(message->text, folder->path);
		size_t before = at ? (size_t)(at - message->text) : strlen(message->text);

		assert_true(starts_with(message->file, folder->path));
		fprintf(out, "@%s:%u:%u %.*s", message->file + strlen(folder->path), message->line,
			message->column, (int)before, message->text);
		fprintf(out, "%s%s\n", at ? "@" : "", at ? at + strlen(folder->path) : "");
	}
	fclose(out);
	assert_string_equal(said, expected);
}

static void load(struct folder *folder, const char *name, int result, const char *expected)
{
	load_with(folder, name, &(struct policy_load_options){ .now = POLICY_NOW }, result,
		  expected);
}

static void test_file(void **state)
{
	struct folder *folder = *state;

	put(folder, "p", "version: 1\nmode: enforce\nrules:\n" RULE("a"));
	load(folder, "p", 0, "");
	assert_int_equal(folder->policy->mode, RG_MODE_ENFORCE);
	assert_int_equal(folder->policy->n_rules, 1);
	policy_free(TAKE_PTR(folder->policy));
	assert_int_equal(policy_load(in(folder, "p"), &folder->policy, &folder->report), 0);
}

static void test_missing(void **state)
{
	struct folder *folder = *state;

	load(folder, "none", -ENOENT, "");
	load(folder, "none/none", -ENOENT, "");
	load(folder, "", -ENOENT, "");
	put(folder, "p", "version: 1\n");
	load(folder, "p/q", -ENOTDIR, "@/p/q:0:0 cannot open it: Not a directory\n");
	make_folder(folder, "policy.d");
	load(folder, "", -ENOENT, "");
	put(folder, "policy.d/x.yml", "version: 1\n");
	load(folder, "", -ENOENT,
	     "@/policy.d/x.yml:0:0 not read, since its name does not end in '.yaml'\n");
	put(folder, "policy.d/x.yaml", "version: 1\n");
	load(folder, "", 0,
	     "@/policy.d/x.yml:0:0 not read, since its name does not end in '.yaml'\n");
}

/* No policy is not the same as one that cannot be read: that must not end in mode audit. */
static void test_dangling(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(symlink("nowhere", in(folder, "policy.yaml")), 0);
	load(folder, "policy.yaml", -EIO,
	     "@/policy.yaml:0:0 cannot open it: No such file or directory\n");
	load(folder, "", -EIO, "@/policy.yaml:0:0 cannot open it: No such file or directory\n");
	assert_int_equal(unlink(in(folder, "policy.yaml")), 0);
	assert_int_equal(symlink("nowhere", in(folder, "policy.d")), 0);
	load(folder, "", -EIO, "@/policy.d:0:0 cannot open it: No such file or directory\n");
}

static void test_folder(void **state)
{
	struct folder *folder = *state;

	put(folder, "policy.yaml", "version: 1\nmode: kill\nrules:\n" RULE("a") RULE("b"));
	make_folder(folder, "policy.d");
	put(folder, "policy.d/B.yaml", "version: 1\nrules:\n" RULE("c"));
	put(folder, "policy.d/a.yaml", "version: 1\nrules:\n" RULE("e"));
	put(folder, "policy.d/10.yaml", "version: 1\nsetup_timeout: 1s\n");
	put(folder, "policy.d/Ba.yaml", "version: 1\nrules:\n" RULE("d"));
	put(folder, "policy.d/.hidden.yaml", "nonsense");
	put(folder, "policy.d/.yaml", "nonsense");
	put(folder, "policy.d/a.yaml~", "nonsense");
	put(folder, "README", "nonsense");
	load(folder, "", 0, "");
	assert_int_equal(folder->policy->mode, RG_MODE_KILL);
	assert_true(folder->policy->setup_timeout == 1000000000);
	assert_int_equal(folder->policy->n_files, 5);
	assert_int_equal(folder->policy->n_rules, 5);
	assert_string_equal(folder->policy->rules[0].name, "a");
	assert_string_equal(folder->policy->rules[1].name, "b");
	assert_string_equal(folder->policy->rules[2].name, "c");
	assert_string_equal(folder->policy->rules[3].name, "d");
	assert_string_equal(folder->policy->rules[4].name, "e");
}

static void test_folder_conflicts(void **state)
{
	struct folder *folder = *state;

	put(folder, "policy.yaml", "version: 1\nmode: kill\nrules:\n" RULE("a"));
	make_folder(folder, "policy.d");
	put(folder, "policy.d/a.yaml",
	    "version: 1\nmode: kill\nunidentified: hold\nrules:\n" RULE("c") RULE("a"));
	put(folder, "policy.d/b.yaml",
	    "version: 1\nunidentified: hold\nrules:\n- { name: b, match: { cgroup: [/a, /c] }, "
	    "action: deny }\n");
	put(folder, "policy.d/c.yaml", "mode: [\n");
	load(folder, "", -EINVAL,
	     "@/policy.d/a.yaml:2:1 'mode' is already given at @/policy.yaml:2:1; keep one of the "
	     "two\n"
	     "@/policy.d/a.yaml:6:3 rule 'a' never decides: rule 'a' at @/policy.yaml:4:3 comes "
	     "before it and "
	     "matches all that it does; put it before that one, or remove it\n"
	     "@/policy.d/a.yaml:6:3 the name 'a' is already that of the rule at @/policy.yaml:4:3; "
	     "each rule "
	     "needs its own\n"
	     "@/policy.d/b.yaml:2:1 'unidentified' is already given at @/policy.d/a.yaml:3:1; keep "
	     "one of the "
	     "two\n"
	     "@/policy.d/b.yaml:4:3 rule 'b' never decides: the rules before it together match all "
	     "that it "
	     "does; put it before them, or remove it\n"
	     "@/policy.d/c.yaml:2:1 not valid YAML: while parsing a flow node, did not find "
	     "expected node "
	     "content\n");
}

/* As Kubernetes mounts a ConfigMap: all that has a name is a link, and one link is swapped. */
static void test_config_map(void **state)
{
	struct folder *folder = *state;

	make_folder(folder, "..1");
	put(folder, "..1/policy.yaml", "version: 1\nmode: enforce\n");
	assert_int_equal(symlink("..1", in(folder, "..data")), 0);
	assert_int_equal(symlink("..data/policy.yaml", in(folder, "policy.yaml")), 0);
	load(folder, "", 0, "");
	assert_int_equal(folder->policy->mode, RG_MODE_ENFORCE);
	assert_int_equal(chmod(in(folder, "..1/policy.yaml"), 0664), 0);
	load(folder, "", -EINVAL,
	     "@/policy.yaml:0:0 its group may write it (mode 0664), and could lift the "
	     "policy; chmod go-w '@/policy.yaml'\n");
}

static void test_mode_bits(void **state)
{
	struct folder *folder = *state;

	put(folder, "policy.yaml", "version: 1\n");
	assert_int_equal(chmod(in(folder, "policy.yaml"), 0646), 0);
	load(folder, "policy.yaml", -EINVAL,
	     "@/policy.yaml:0:0 everybody may write it (mode 0646), and could lift the policy; "
	     "chmod go-w "
	     "'@/policy.yaml'\n");
	assert_int_equal(chmod(in(folder, "policy.yaml"), 0444), 0);
	load(folder, "policy.yaml", 0, "");
	assert_int_equal(chmod(folder->path, 0770), 0);
	load(folder, "", -EINVAL,
	     "@/:0:0 its group may write it (mode 0770), and could lift the policy; chmod go-w "
	     "'@/'\n");
	load(folder, "policy.yaml", 0, "");
}

/* Only root can give files away. */
static void test_owner(void **state)
{
	static const struct policy_load_options root_owned = { .now = POLICY_NOW,
							       .root_owned = true };
	struct folder *folder = *state;

	if (geteuid() != 0)
		skip();
	put(folder, "p", "version: 1\n");
	assert_int_equal(chmod(folder->path, 0755), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	load(folder, "p", 0, "");
	load_with(folder, "p", &root_owned, 0, "");
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(in(folder, "p"), SOMEBODY, SOMEBODY), 0);
	load(folder, "p", -EINVAL,
	     "@/p:0:0 owned by uid 54321, who could lift the policy; chown root '@/p'\n");
	assert_int_equal(seteuid(SOMEBODY), 0);
	load(folder, "p", 0, "");
	load_with(folder, "p", &root_owned, -EINVAL,
		  "@/p:0:0 owned by uid 54321, who could lift the policy; chown root '@/p'\n");
	assert_int_equal(chmod(in(folder, "p"), 0), 0);
	load(folder, "p", -EACCES, "@/p:0:0 cannot open it: Permission denied\n");
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(in(folder, "p"), SOMEBODY + 1, 0), 0);
	assert_int_equal(chmod(in(folder, "p"), 0644), 0);
	assert_int_equal(seteuid(SOMEBODY), 0);
	load(folder, "p", -EINVAL,
	     "@/p:0:0 owned by uid 54322, who could lift the policy; chown root '@/p'\n");
	assert_int_equal(seteuid(0), 0);
}

static void test_no_file(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(mkfifo(in(folder, "fifo"), 0600), 0);
	load(folder, "fifo", -EINVAL,
	     "@/fifo:0:0 not a regular file\n"); /* and it does not wait for a writer */
	put(folder, "policy.yaml", "version: 1\n");
	make_folder(folder, "policy.d");
	make_folder(folder, "policy.d/x.yaml");
	load(folder, "", -EINVAL, "@/policy.d/x.yaml:0:0 not a regular file\n");
	assert_int_equal(rmdir(in(folder, "policy.d/x.yaml")), 0);
	assert_int_equal(rmdir(in(folder, "policy.d")), 0);
	put(folder, "policy.d", "");
	load(folder, "", -ENOTDIR, "@/policy.d:0:0 cannot open it: Not a directory\n");
}

static void test_size(void **state)
{
	struct folder *folder = *state;
	_cleanup_(freep) char *text = malloc(POLICY_FILE_MAX + 2);

	assert_non_null(text);
	memset(text, '#', POLICY_FILE_MAX + 1);
	memcpy(text, "version: 1\n", STATIC_STRLEN("version: 1\n"));
	text[POLICY_FILE_MAX] = '\0';
	put(folder, "p", text);
	load(folder, "p", 0, "");
	text[POLICY_FILE_MAX] = '#';
	text[POLICY_FILE_MAX + 1] = '\0';
	put(folder, "p", text);
	load(folder, "p", -EINVAL,
	     "@/p:0:0 larger than 1048576 bytes; split it into files in policy.d\n");
}

/* A host that starts after the day keeps its policy. */
static void test_expired(void **state)
{
	static const char said[] =
		"@/p:3:61 rule 'a' expired on 2026-05-31 and no longer matches; renew the "
		"date, or remove the rule\n";
	struct folder *folder = *state;

	put(folder, "p",
	    "version: 1\nrules:\n"
	    "- { name: a, match: { cgroup: /a* }, action: deny, expires: 2026-05-31 }\n"
	    "- { name: b, match: { cgroup: /a }, action: deny }\n");
	load(folder, "p", 0, said);
	assert_int_equal(folder->report.n_warnings, 1);
	assert_int_equal(folder->report.n_errors, 0);
	assert_int_equal(folder->policy->n_rules, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_missing),
		TEST(test_dangling),
		TEST(test_folder),
		TEST(test_folder_conflicts),
		TEST(test_config_map),
		TEST(test_mode_bits),
		TEST(test_owner),
		TEST(test_no_file),
		TEST(test_size),
		TEST(test_expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
