// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * vmlinux_check OURS KERNEL: holds each struct, field and enumerator of vmlinux.h (the BTF of an
 * object that has them all) against a kernel's BTF. One line of TAP each for a struct.
 *
 * CO-RE finds fields by their names wherever they are, so offsets do not count; names and types do.
 * Of the flavours of a struct (name___suffix) one must be there, where the kernel has such a struct
 * at all; the plain struct always.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

static struct btf *ours, *kernel;
static char why[256];

static const struct btf_type *plain(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type))
		type = btf__type_by_id(btf, type->type);
	return type;
}

static const char *name_of(const struct btf *btf, const struct btf_type *type)
{
	return btf__name_by_offset(btf, type->name_off);
}

/* Length of a name without its ___suffix. */
static size_t essential(const char *name)
{
	const char *suffix = strstr(name, "___");

	return suffix ? (size_t)(suffix - name) : strlen(name);
}

static bool fields_agree(const struct btf_type *mine, const struct btf_type *theirs);

static bool types_agree(__u32 my_id, __u32 their_id, int depth)
{
	const struct btf_type *mine = plain(ours, my_id), *theirs = plain(kernel, their_id);
	bool my_struct = btf_is_composite(mine) || btf_is_fwd(mine);

	if (btf_is_int(mine) && (btf_is_int(theirs) || btf_is_any_enum(theirs)))
		return mine->size == theirs->size;
	if (btf_is_ptr(mine) && btf_is_ptr(theirs))
		return depth > 3 || !mine->type || types_agree(mine->type, theirs->type, depth + 1);
	if (btf_is_array(mine) && btf_is_array(theirs))
		return types_agree(btf_array(mine)->type, btf_array(theirs)->type, depth + 1);
	if (my_struct && (btf_is_composite(theirs) || btf_is_fwd(theirs))) {
		const char *my_name = name_of(ours, mine), *their_name = name_of(kernel, theirs);

		if (!*my_name && !*their_name)
			return fields_agree(mine, theirs);
		return essential(my_name) == strlen(their_name) &&
		       strncmp(my_name, their_name, strlen(their_name)) == 0;
	}
	return false;
}

/* The type of a field, also of one inside of a struct or union without a name; 0: there is none. */
static __u32 find_field(const struct btf_type *type, const char *name)
{
	const struct btf_member *member = btf_members(type);
	int i;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		const char *its = btf__name_by_offset(kernel, member->name_off);
		__u32 found;

		if (strcmp(its, name) == 0)
			return member->type;
		if (*its || !btf_is_composite(plain(kernel, member->type)))
			continue;
		found = find_field(plain(kernel, member->type), name);
		if (found)
			return found;
	}
	return 0;
}

static bool fields_agree(const struct btf_type *mine, const struct btf_type *theirs)
{
	const struct btf_member *member = btf_members(mine);
	int i;

	for (i = 0; i < btf_vlen(mine); i++, member++) {
		const char *name = btf__name_by_offset(ours, member->name_off);
		__u32 found = find_field(theirs, name);

		if (found && types_agree(member->type, found, 0))
			continue;
		snprintf(why, sizeof(why), "field %s: %s", name,
			 found ? "of another type" : "not there");
		return false;
	}
	return true;
}

static bool struct_agrees(const struct btf_type *mine)
{
	char name[128];
	__s32 id;

	snprintf(name, sizeof(name), "%s", name_of(ours, mine));
	name[essential(name)] = '\0';
	id = btf__find_by_name_kind(kernel, name, BTF_KIND_STRUCT);
	if (id > 0)
		return fields_agree(mine, btf__type_by_id(kernel, (__u32)id));
	if (strstr(name_of(ours, mine), "___"))
		return true; /* who has a field of it has flavours as well, and they are held to theirs */
	snprintf(why, sizeof(why), "no such struct");
	return false;
}

/* For a flavour: whether another flavour of the same struct agrees. */
static bool sibling_agrees(const struct btf_type *mine)
{
	const char *name = name_of(ours, mine);
	__u32 id;

	if (!strstr(name, "___"))
		return false;
	for (id = 1; id < btf__type_cnt(ours); id++) {
		const struct btf_type *type = btf__type_by_id(ours, id);
		const char *its = name_of(ours, type);

		if (btf_is_struct(type) && type != mine && strstr(its, "___") &&
		    essential(its) == essential(name) && strncmp(its, name, essential(name)) == 0 &&
		    struct_agrees(type))
			return true;
	}
	return false;
}

/* A number that the kernel has under the same name must be the same; it need not have it. */
static bool enum_agrees(const struct btf_type *mine)
{
	__s32 id = btf__find_by_name_kind(kernel, name_of(ours, mine), BTF_KIND_ENUM);
	const struct btf_type *theirs = id > 0 ? btf__type_by_id(kernel, (__u32)id) : NULL;
	int i, j;

	/* these numbers are the configuration's, and CO-RE puts the right ones in */
	if (!theirs || strcmp(name_of(ours, mine), "cgroup_subsys_id") == 0)
		return true;
	for (i = 0; i < btf_vlen(mine); i++)
		for (j = 0; j < btf_vlen(theirs); j++)
			if (strcmp(btf__name_by_offset(ours, btf_enum(mine)[i].name_off),
				   btf__name_by_offset(kernel, btf_enum(theirs)[j].name_off)) ==
				    0 &&
			    btf_enum(mine)[i].val != btf_enum(theirs)[j].val) {
				snprintf(why, sizeof(why), "enumerator %s is another number",
					 btf__name_by_offset(ours, btf_enum(mine)[i].name_off));
				return false;
			}
	return true;
}

int main(int argc, char **argv)
{
	int failed = 0, checked = 0;
	__u32 id;

	ours = argc == 3 ? btf__parse(argv[1], NULL) : NULL;
	kernel = argc == 3 ? btf__parse_raw(argv[2]) : NULL;
	if (!ours || !kernel) {
		fprintf(stderr, "usage: vmlinux_check OBJECT KERNEL-BTF\n");
		return 2;
	}
	for (id = 1; id < btf__type_cnt(ours); id++) {
		const struct btf_type *type = btf__type_by_id(ours, id);
		const char *name = name_of(ours, type);
		bool agrees;

		if (!*name || !(btf_is_struct(type) || btf_is_enum(type)))
			continue;
		agrees = btf_is_enum(type) ? enum_agrees(type)
					   : struct_agrees(type) || sibling_agrees(type);
		printf("%s %d - %s%s%s\n", agrees ? "ok" : "not ok", ++checked, name,
		       agrees ? "" : ": ", agrees ? "" : why);
		failed += !agrees;
	}
	return failed || checked < 20;
}
