// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What an agent before this one left attached. Its control map's head is the
 * same in all versions: by it any set can be told to let a foreign canary pass,
 * and be disarmed. The rest of its maps is of use only where the ABI is ours.
 */
#include "takeover.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *const takeover_map_names[TAKEOVER_MAPS] = { "counters", "processes", "deep_pids",
							"refusals", "reports",	 "held" };

static int open_set(unsigned int number, struct takeover_set *out, struct why *why)
{
	_cleanup_(closep) int fd = pins_open_for_writing(number, "control");
	int err;

	*out = (struct takeover_set){ .number = number };
	if (fd == -ENOENT)
		return 0; /* an agent was killed before it had pinned it: there is nothing to disarm */
	out->control = fd < 0 ? NULL : pins_map_control(fd);
	if (!out->control) {
		err = fd < 0 ? fd : -errno;
		why_set(why,
			"cannot take over from the agent before, in " PINS_DIR "/%u: %s; "
			"'rootgate detach', or rm -r " PINS_DIR ", ends what it left",
			number, strerror(-err));
		return err;
	}
	out->known = out->control->abi == RG_ABI_VERSION;
	return 0;
}

/* The newest that is armed and known goes on in the new set. */
static void choose(struct takeover *takeover)
{
	size_t i;

	for (i = 0; i < takeover->n; i++) {
		const struct takeover_set *set = &takeover->sets[i];

		if (set->control && set->known && (set->control->word & RG_WORD_ARMED))
			takeover->from = set;
	}
	for (i = 0; takeover->from && i < TAKEOVER_MAPS; i++) {
		takeover->maps[i].name = takeover_map_names[i];
		takeover->maps[i].fd =
			pins_open_for_writing(takeover->from->number, takeover_map_names[i]);
	}
}

int takeover_find(struct takeover *out, struct why *why)
{
	unsigned int numbers[PINS_SETS_MAX];
	size_t n = pins_list(numbers), i;

	*out = (struct takeover){ .next = 1 };
	for (i = 0; i < n; i++) {
		int err = open_set(numbers[i], &out->sets[i], why);

		if (err) {
			takeover_forget(out);
			return err;
		}
		out->n++;
		out->next = numbers[i] + 1;
	}
	choose(out);
	return 0;
}

/* So that nothing of it refuses any more, though somebody may hold its links for ever. */
static void disarm(const struct takeover_set *set)
{
	if (!set->control)
		return;
	__atomic_store_n(&set->control->word, 0, __ATOMIC_SEQ_CST);
	if (set->known)
		set->control->guard = 0;
}

/* Of an agent that was killed between pinning it and arming it. */
static bool is_left_over(const struct takeover_set *set)
{
	return set->control && !(set->control->word & RG_WORD_ARMED) &&
	       set->number != pins_current();
}

size_t takeover_clear(struct takeover *takeover)
{
	size_t n = takeover->n, i, kept = 0;

	for (i = 0; i < n; i++) {
		struct takeover_set *set = &takeover->sets[i];

		if (!is_left_over(set)) {
			if (takeover->from == set)
				takeover->from = &takeover->sets[kept];
			takeover->sets[kept++] = *set;
			continue;
		}
		disarm(set);
		pins_remove(set->number);
		pins_unmap_control(set->control);
	}
	takeover->n = kept;
	return n - kept;
}

void takeover_pass(const struct takeover *takeover, pid_t canary)
{
	size_t i;

	for (i = 0; i < takeover->n; i++)
		if (takeover->sets[i].control)
			__atomic_store_n(&takeover->sets[i].control->pass, (__u32)canary,
					 __ATOMIC_SEQ_CST);
}

__u32 takeover_generation(const struct takeover *takeover)
{
	__u32 highest = 0;
	size_t i;

	for (i = 0; i < takeover->n; i++)
		if (takeover->sets[i].control &&
		    rg_word_generation(takeover->sets[i].control->word) > highest)
			highest = rg_word_generation(takeover->sets[i].control->word);
	return highest;
}

void takeover_grace(void)
{
	usleep(200000);
}

size_t takeover_end(struct takeover *takeover)
{
	size_t n = takeover->n, i;

	for (i = 0; i < n; i++)
		disarm(&takeover->sets[i]);
	for (i = 0; i < n; i++)
		pins_remove(takeover->sets[i].number);
	takeover_forget(takeover);
	return n;
}

void takeover_forget(struct takeover *takeover)
{
	size_t i;

	for (i = 0; i < takeover->n; i++)
		pins_unmap_control(takeover->sets[i].control);
	for (i = 0; takeover->from && i < TAKEOVER_MAPS; i++)
		closep(&takeover->maps[i].fd);
	*takeover = (struct takeover){ .next = takeover->next };
}
