// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of a tree: parents before their children. Nothing is read here. */
#include <errno.h>
#include <stdlib.h>

#include "process.h"

/* By index into the array of processes; the array is sorted by PID meanwhile. */
struct node {
	size_t child; /* the first; NONE: none */
	size_t next;  /* sibling */
	size_t last;  /* child */
	bool seen;
};

#define NONE SIZE_MAX

static int compare_pids(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static size_t find(const struct process *processes, size_t count, uint32_t pid)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (processes[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && processes[low].pid == pid ? low : NONE;
}

/* The siblings' lists; roots hang from nodes[count]. */
static void link_nodes(const struct process *processes, size_t count, struct node *nodes)
{
	size_t i;

	for (i = 0; i <= count; i++)
		nodes[i] = (struct node){ NONE, NONE, NONE, false };
	for (i = 0; i < count; i++) {
		size_t parent = find(processes, count, processes[i].ppid);

		if (parent == NONE || parent == i)
			parent = count;
		if (nodes[parent].child == NONE)
			nodes[parent].child = i;
		else
			nodes[nodes[parent].last].next = i;
		nodes[parent].last = i;
	}
}

/* Depth first, without recursion: a tree may be as deep as there are processes. */
static size_t walk(const struct process *processes, size_t first, struct node *nodes, size_t *stack,
		   struct process *out, size_t at)
{
	size_t depth = 0;

	stack[0] = first;
	for (;;) {
		size_t i = stack[depth];

		if (i == NONE || nodes[i].seen) {
			if (depth == 0)
				return at;
			depth--;
			stack[depth] = nodes[stack[depth]].next;
			continue;
		}
		nodes[i].seen = true;
		out[at] = processes[i];
		out[at++].depth = (uint32_t)depth;
		stack[++depth] = nodes[i].child;
	}
}

int process_tree(struct process *processes, size_t count)
{
	_cleanup_(freep) struct node *nodes = calloc(count + 1, sizeof(*nodes));
	_cleanup_(freep) size_t *stack = calloc(count + 2, sizeof(*stack));
	_cleanup_(freep) struct process *out = calloc(count + 1, sizeof(*out));
	size_t at, i;

	if (!nodes || !stack || !out)
		return -ENOMEM;
	if (!count)
		return 0;
	qsort(processes, count, sizeof(*processes), compare_pids);
	link_nodes(processes, count, nodes);
	at = walk(processes, nodes[count].child, nodes, stack, out, 0);
	/* /proc was not read at one moment: what looks like a circle is shown all the same */
	for (i = 0; i < count; i++)
		if (!nodes[i].seen)
			at = walk(processes, i, nodes, stack, out, at);
	for (i = 0; i < at; i++)
		processes[i] = out[i];
	return 0;
}
