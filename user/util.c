// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Small helpers that every module may use. What knows rootgate belongs elsewhere. */
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void freep(void *p)
{
	free(*(void **)p);
}

void closep(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

void why_set(struct why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
}

bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

int parse_u64(const char *s, uint64_t max, uint64_t *out)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)s[0]))
		return -EINVAL;
	errno = 0;
	value = strtoull(s, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

int read_fd(int fd, size_t max, char **out, size_t *len)
{
	_cleanup_(freep) char *buf = NULL;
	size_t have = 0, room = 4096;

	for (;;) {
		ssize_t n;
		char *bigger = realloc(buf, room + 1);

		if (!bigger)
			return -ENOMEM;
		buf = bigger;
		n = read(fd, buf + have, room - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
		if (have == room)
			room *= 2;
	}
	buf[have] = '\0';
	*out = TAKE_PTR(buf);
	if (len)
		*len = have;
	return 0;
}

int read_file(const char *path, size_t max, char **out, size_t *len)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_fd(fd, max, out, len);
}

size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (len > left)
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

uint32_t utf8_decode(const unsigned char *s, size_t len)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code;
	size_t i;

	if (len == 0 || len >= ARRAY_SIZE(first))
		return 0;
	code = s[0] & first[len];
	for (i = 1; i < len; i++)
		code = code << 6 | (s[i] & 0x3f);
	return code;
}

int replace_file(const char *path, const char *text, size_t len)
{
	_cleanup_(freep) char *temporary = NULL;
	_cleanup_(closep) int fd = -1;
	ssize_t n = 0;

	if (asprintf(&temporary, "%s.new", path) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	if (unlink(temporary) && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	for (; len && (n = write(fd, text, len)) > 0; len -= (size_t)n)
		text += n;
	if (len)
		return n < 0 ? -errno : -ENOSPC;
	return rename(temporary, path) ? -errno : 0;
}

void copy_utf8(char *dst, size_t size, const char *src, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t in = 0, out = 0;

	while (in < len && src[in]) {
		size_t n = utf8_length((const unsigned char *)src + in, len - in);
		const char *from = n ? src + in : replacement;
		size_t add = n ? n : STATIC_STRLEN(replacement);

		if (out + add >= size)
			break;
		memcpy(dst + out, from, add);
		out += add;
		in += n ? n : 1;
	}
	dst[out] = '\0';
}

size_t edit_distance(const char *a, const char *b)
{
	size_t d[65][65]; /* of the first i bytes of a and the first j of b */
	size_t la = strnlen(a, 64), lb = strnlen(b, 64), i, j;

	for (i = 0; i <= la; i++) {
		for (j = 0; j <= lb; j++) {
			size_t best = i ? i : j;

			if (i && j) {
				best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
				if (d[i - 1][j] + 1 < best)
					best = d[i - 1][j] + 1;
				if (d[i][j - 1] + 1 < best)
					best = d[i][j - 1] + 1;
			}
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

uint64_t clock_ns(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}
