// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The agent's door for root: who is heard, what is understood, and that nobody can hold it shut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control_client.h"
#include "control_wire.h"

struct world {
	char dir[64];
	char path[STREAM_PATH_MAX];
	struct control_server *server;
	int handled;
	struct control_request last;
	struct control_peer peer;
	int code; /* the handler's answer */
	size_t long_text;
};

static bool admit_all(const struct control_peer *peer)
{
	(void)peer;
	return true;
}

static void handle(void *ctx, const struct control_peer *peer,
		   const struct control_request *request, struct control_answer *answer)
{
	struct world *world = ctx;

	world->handled++;
	world->last = *request;
	world->peer = *peer;
	answer->code = world->code;
	snprintf(answer->text, sizeof(answer->text), "done\n\"so\"");
	if (world->long_text) {
		memset(answer->text, '\1', world->long_text);
		answer->text[world->long_text] = '\0';
	}
}

static void open_with(struct world *world, bool (*admit)(const struct control_peer *),
		      uint64_t patience)
{
	const struct control_ops ops = {
		.admit = admit, .handle = handle, .ctx = world, .patience = patience
	};
	struct why why;

	assert_int_equal(control_open(world->path, &ops, &world->server, &why), 0);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	snprintf(world->dir, sizeof(world->dir), "/tmp/rootgate-control.XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	setenv("ROOTGATE_RUN_DIR", world->dir, 1);
	assert_int_equal(control_path(world->path), 0);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	control_close(world->server);
	/* the socket file is gone, or the folder stays */
	assert_int_equal(rmdir(world->dir), 0);
	free(world);
	return 0;
}

/* Lets the server work until it has nothing more to do for that many milliseconds. */
static void serve(struct world *world, int ms)
{
	struct pollfd pollfd = { .fd = control_fd(world->server), .events = POLLIN };

	while (poll(&pollfd, 1, ms) > 0)
		control_dispatch(world->server);
}

static int dial(const struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", world->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* What is said on the line until it ends; "" nothing so far. */
static const char *hear(int fd)
{
	static char buf[CONTROL_ANSWER_MAX];
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static const char *say(struct world *world, const char *bytes, size_t len)
{
	int fd = dial(world);
	const char *answer;

	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
	serve(world, 20);
	answer = hear(fd);
	close(fd);
	serve(world, 20);
	return answer;
}

#define SAY(world, text) say(world, text, strlen(text))

static void test_good(void **state)
{
	struct world *world = *state;
	struct stat st;

	open_with(world, admit_all, 0);
	assert_int_equal(stat(world->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(SAY(world, "{\"verb\":\"reload\"}\n"),
			    "{\"ok\":true,\"text\":\"done\\n\\\"so\\\"\"}\n");
	assert_int_equal(world->last.verb, CONTROL_RELOAD);
	assert_int_equal(world->peer.uid, getuid());
	assert_int_equal(world->peer.pid, getpid());
	SAY(world,
	    "{\"verb\":\"disable\",\"for_ns\":600000000000,\"reason\":\"a \\u00fcber test\"}\n");
	assert_int_equal(world->last.verb, CONTROL_DISABLE);
	assert_int_equal(world->last.for_ns, 600000000000);
	assert_string_equal(world->last.reason, "a \xc3\xbc"
						"ber test");
	world->code = 3;
	assert_string_equal(SAY(world, "{\"verb\":\"enable\"}\n"),
			    "{\"ok\":false,\"code\":3,\"text\":\"done\\n\\\"so\\\"\"}\n");
	assert_int_equal(world->handled, 3);
}

static void test_junk(void **state)
{
	static const char *const lines[] = {
		"\n",
		"junk\n",
		"[]\n",
		"null\n",
		"{}\n",
		"{\"verb\":1}\n",
		"{\"verb\":\"format\"}\n",
		"{\"verb\":\"reload\",\"more\":1}\n",
		"{\"verb\":\"reload\"} x\n",
		"{\"verb\":\"reload\"}\n{\"verb\":\"enable\"}\n",
		"{\"verb\":\"disable\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":999999999,\"reason\":\"x\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":86400000000001,\"reason\":\"x\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":-1,\"reason\":\"x\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1e10,\"reason\":\"x\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":\"1000000000\",\"reason\":\"x\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1000000000,\"reason\":\"\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1000000000,\"reason\":\"a\\nb\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1000000000,\"reason\":\"a\\u0000b\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1000000000,\"reason\":\"a\\u009bb\"}\n",
		"{\"verb\":\"disable\",\"for_ns\":1000000000,\"reason\":\"\xff\"}\n",
		"{\"a\":{\"b\":{\"c\":{\"d\":1}}}}\n",
	};
	struct world *world = *state;
	size_t i;

	open_with(world, admit_all, 0);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *answer = SAY(world, lines[i]);

		if (!strstr(answer, "\"ok\":false,\"code\":2,"))
			fail_msg("%s: %s", lines[i], answer);
	}
	say(world, "\0\0\n", 3);
	assert_int_equal(world->handled, 0);
}

static void test_size(void **state)
{
	struct world *world = *state;
	char line[CONTROL_REQUEST_MAX + 1];

	open_with(world, admit_all, 0);
	memset(line, ' ', sizeof(line));
	assert_non_null(strstr(say(world, line, CONTROL_REQUEST_MAX), "too long"));
	/* just as much as fits; json-c takes spaces before an object, but none behind it */
	memcpy(line + CONTROL_REQUEST_MAX - 18, "{\"verb\":\"reload\"}\n", 18);
	assert_non_null(strstr(say(world, line, CONTROL_REQUEST_MAX), "\"ok\":true"));
	assert_int_equal(world->handled, 1);
	/* an answer at its worst: each byte becomes six */
	world->long_text = CONTROL_TEXT_MAX - 1;
	assert_int_equal(strlen(SAY(world, "{\"verb\":\"reload\"}\n")),
			 strlen("{\"ok\":true,\"text\":\"\"}\n") + 6 * (CONTROL_TEXT_MAX - 1));
}

static void test_piecemeal(void **state)
{
	static const char line[] = "{\"verb\":\"enable\"}\n";
	struct world *world = *state;
	size_t i;
	int fd;

	open_with(world, admit_all, 0);
	fd = dial(world);
	for (i = 0; i < sizeof(line) - 1; i++) {
		assert_int_equal(send(fd, line + i, 1, MSG_NOSIGNAL), 1);
		serve(world, 1);
	}
	assert_non_null(strstr(hear(fd), "\"ok\":true"));
	close(fd);
	/* gone before the end of the line: nothing is done */
	fd = dial(world);
	assert_int_equal(send(fd, line, 5, MSG_NOSIGNAL), 5);
	close(fd);
	serve(world, 20);
	assert_int_equal(world->handled, 1);
}

static void test_slow(void **state)
{
	struct world *world = *state;
	int fd, other;

	open_with(world, admit_all, 100000000);
	fd = dial(world);
	assert_int_equal(send(fd, "{", 1, MSG_NOSIGNAL), 1);
	serve(world, 20);
	assert_string_equal(hear(fd), "");
	/* others are heard meanwhile, and do not prolong its time */
	other = dial(world);
	assert_int_equal(send(other, "{\"verb\":\"enable\"}\n", 18, MSG_NOSIGNAL), 18);
	serve(world, 20);
	assert_non_null(strstr(hear(other), "\"ok\":true"));
	close(other);
	serve(world, 300);
	assert_non_null(strstr(hear(fd), "did not come in time"));
	assert_int_equal(recv(fd, &(char){ 0 }, 1, MSG_DONTWAIT), 0);
	close(fd);
}

static void test_many(void **state)
{
	struct world *world = *state;
	int fds[CONTROL_PEERS_MAX + 3], i;

	open_with(world, admit_all, 100000000);
	for (i = 0; i < (int)ARRAY_SIZE(fds); i++) {
		fds[i] = dial(world);
		serve(world, 1);
		if (i >= CONTROL_PEERS_MAX)
			assert_non_null(strstr(hear(fds[i]), "busy"));
		else
			assert_string_equal(hear(fds[i]), "");
	}
	serve(world, 300);
	for (i = 0; i < (int)ARRAY_SIZE(fds); i++)
		close(fds[i]);
	/* their places are free again */
	assert_non_null(strstr(SAY(world, "{\"verb\":\"reload\"}\n"), "\"ok\":true"));
}

/* A child with another uid, which the file's mode would keep away. */
static void test_wrong_uid(void **state)
{
	struct world *world = *state;
	int fd, status;
	pid_t child;

	if (getuid() != 0)
		skip();
	open_with(world, NULL, 0);
	assert_int_equal(chmod(world->path, 0666), 0);
	assert_int_equal(chmod(world->dir, 0755), 0);
	child = fork();
	if (child == 0) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		fd = dial(world);
		/* it may have been refused before it asks */
		if (send(fd, "{\"verb\":\"enable\"}\n", 18, MSG_NOSIGNAL) < 0 && errno != EPIPE)
			_exit(2);
		_exit(recv(fd, &(char){ 0 }, 1, 0) == 1 ? 0 : 3);
	}
	assert_true(child > 0);
	serve(world, 500);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(world->handled, 0);
}

/* The real client, against a server in a process of its own. */
static void test_client(void **state)
{
	struct world *world = *state;
	struct control_request request = { .verb = CONTROL_DISABLE,
					   .for_ns = CONTROL_FOR_MAX,
					   .reason = "\"quoted\" \\ and /" };
	struct control_answer answer;
	pid_t child;

	assert_int_equal(control_ask(world->path, &request, &answer), -ENOENT);
	open_with(world, admit_all, 0);
	child = fork();
	if (child == 0) {
		serve(world, 2000);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(control_ask(world->path, &request, &answer), 0);
	assert_int_equal(answer.code, 0);
	assert_string_equal(answer.text, "done\n\"so\"");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	control_close(world->server);
	world->server = NULL;
	assert_int_equal(control_ask(world->path, &request, &answer), -ENOENT);
}

static void test_answers(void **state)
{
	struct control_answer answer = { .code = 77 };

	(void)state;
	assert_int_equal(control_parse_answer("{}", 2, &answer), -EBADMSG);
	assert_int_equal(control_parse_answer("junk", 4, &answer), -EBADMSG);
	assert_int_equal(answer.code, 77);
	assert_int_equal(control_parse_answer("{\"ok\":false,\"code\":0}", 21, &answer), 0);
	assert_int_equal(answer.code, 1); /* a failure is never 0 */
	assert_string_equal(answer.text, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_good),   TEST(test_junk),    TEST(test_size),	     TEST(test_piecemeal),
		TEST(test_slow),   TEST(test_many),    TEST(test_wrong_uid),

		TEST(test_client), TEST(test_answers),

	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
