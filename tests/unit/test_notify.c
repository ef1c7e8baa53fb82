// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What systemd gets to hear: a datagram each, and nothing where nobody listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

static int listen_at(struct sockaddr_un *addr, size_t len)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	return fd;
}

static void expect(int fd, const char *text)
{
	char buf[256];
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);

	assert_true(n > 0);
	buf[n] = '\0';
	assert_string_equal(buf, text);
}

static void test_socket(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/rootgate-notify.XXXXXX";
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/socket", dir);
	fd = listen_at(&addr, strlen(addr.sun_path) + 1);
	setenv("NOTIFY_SOCKET", addr.sun_path, 1);
	notify("READY=1\nSTATUS=mode %s", "audit");
	expect(fd, "READY=1\nSTATUS=mode audit");
	close(fd);
	notify("nobody listens");
	unlink(addr.sun_path);
	notify("nothing is there");
	rmdir(dir);
	unsetenv("NOTIFY_SOCKET");
	notify("nobody asked");
}

static void test_abstract_socket(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@rootgate-notify-%d", (int)getpid());
	memcpy(addr.sun_path, name, strlen(name));
	addr.sun_path[0] = '\0';
	fd = listen_at(&addr, strlen(name));
	setenv("NOTIFY_SOCKET", name, 1);
	notify("WATCHDOG=1");
	expect(fd, "WATCHDOG=1");
	close(fd);
	unsetenv("NOTIFY_SOCKET");
}

static void test_watchdog(void **state)
{
	char pid[16];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog(), 30000000000ULL);
	setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
	assert_int_equal(notify_watchdog(), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog(), 30000000000ULL);
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_abstract_socket),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
