// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The last records. Each is in one piece: where it does not fit before the
 * end it goes to the start.
 */
#include "backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct backlog_entry {
	uint32_t offset;
	uint32_t len;
};

int backlog_init(struct backlog *backlog, size_t max, size_t size)
{
	_cleanup_(freep) struct backlog_entry *entries = NULL;
	_cleanup_(freep) char *bytes = NULL;

	if (max == 0 || size < RECORD_PACKED_MAX || size > UINT32_MAX)
		return -EINVAL;
	/*
	 * As large as this, malloc(3) maps pages, and those that are never written take no memory.
	 */
	entries = malloc(max * sizeof(*entries));
	bytes = malloc(size);
	if (!entries || !bytes)
		return -ENOMEM;
	*backlog = (struct backlog){
		.entries = TAKE_PTR(entries), .bytes = TAKE_PTR(bytes), .max = max, .size = size
	};
	return 0;
}

void backlog_free(struct backlog *backlog)
{
	free(backlog->entries);
	free(backlog->bytes);
	*backlog = (struct backlog){ 0 };
}

static struct backlog_entry *oldest(const struct backlog *backlog)
{
	return &backlog->entries[backlog->first % backlog->max];
}

/*
 * Drops the oldest records as long as they lie in this range; they lie in the order of their age.
 */
static void clear_range(struct backlog *backlog, size_t from, size_t to)
{
	while (backlog->first < backlog->next) {
		const struct backlog_entry *entry = oldest(backlog);

		if (entry->offset >= to || entry->offset + entry->len <= from)
			return;
		backlog->first++;
	}
}

/* Room for len bytes in one piece. */
static size_t reserve(struct backlog *backlog, size_t len)
{
	size_t at = backlog->head;

	if (at + len > backlog->size) {
		clear_range(backlog, at, backlog->size);
		at = 0;
	}
	clear_range(backlog, at, at + len);
	if (backlog->next - backlog->first == backlog->max)
		backlog->first++;
	return at;
}

void backlog_add(struct backlog *backlog, const struct record *record)
{
	char packed[RECORD_PACKED_MAX];
	size_t len = record_pack(record, packed);
	size_t at = reserve(backlog, len);

	memcpy(backlog->bytes + at, packed, len);
	backlog->entries[backlog->next % backlog->max] =
		(struct backlog_entry){ (uint32_t)at, (uint32_t)len };
	backlog->next++;
	backlog->head = at + len;
}

const void *backlog_get(const struct backlog *backlog, uint64_t number, size_t *len)
{
	const struct backlog_entry *entry = &backlog->entries[number % backlog->max];

	if (number < backlog->first || number >= backlog->next)
		return NULL;
	*len = entry->len;
	return backlog->bytes + entry->offset;
}
