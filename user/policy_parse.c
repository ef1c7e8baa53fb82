// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The top level of policy files, and how maps are read. Rules are in policy_rule.c, values
 * in policy_value.c.
 */
#include "policy_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const unidentified_words[] = { "hold", "deny", "allow" };
_Static_assert(ARRAY_SIZE(unidentified_words) == POLICY_UNIDENTIFIED_COUNT,
	       "words of unidentified");
static const struct names unidentified_names = { unidentified_words,
						 ARRAY_SIZE(unidentified_words) };

static const char *const extra_words[] = { "ignore", "audit", "deny", "kill" };
_Static_assert(ARRAY_SIZE(extra_words) == POLICY_EXTRA_COUNT,
	       "words of root_capabilities and root_group");
static const struct names extra_names = { extra_words, ARRAY_SIZE(extra_words) };

/* linux/capability.h */
static const char *const capability_words[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
_Static_assert(ARRAY_SIZE(capability_words) == 41, "words of capabilities");
const struct names policy_capability_names = { capability_words, ARRAY_SIZE(capability_words) };

static const struct policy_words mode_words = { &names_mode, RG_MODE_AUDIT, 3 };
static const struct policy_words all_unidentified = { &unidentified_names, 0,
						      POLICY_UNIDENTIFIED_COUNT };
static const struct policy_words all_extra = { &extra_names, 0, POLICY_EXTRA_COUNT };
static const struct policy_words group_extra = { &extra_names, 0, POLICY_EXTRA_KILL };
static const struct policy_words all_capabilities = { &policy_capability_names, 0,
						      ARRAY_SIZE(capability_words) };

int policy_parser_init(struct policy_parser *parser, struct policy_report *report, time_t now)
{
	*parser = (struct policy_parser){ .report = report, .now = now };
	parser->policy = policy_new();
	return parser->policy ? 0 : -ENOMEM;
}

void policy_parser_clear(struct policy_parser *parser)
{
	size_t i;

	for (i = 0; i < parser->n_names; i++)
		free(parser->names[i].name);
	free(parser->names);
	free(parser->sources);
	policy_free(parser->policy);
	*parser = (struct policy_parser){};
}

const struct policy_source *policy_source_of(const struct policy_parser *parser,
					     const struct policy_place *place)
{
	size_t i;

	/* The names are the policy's own, so that they can be told apart by their addresses. */
	for (i = parser->policy->n_files; i > 0; i--)
		if (parser->policy->files[i - 1] == place->file)
			return &parser->sources[i - 1];
	return NULL;
}

const struct policy_field *policy_field_of(const struct policy_map *map, const char *key)
{
	size_t i;

	for (i = 0; i < map->n; i++) {
		const struct policy_field *field = &map->fields[i];

		if (policy_field_is_open(field)
			    ? starts_with(key, field->name) && key[strlen(field->name)]
			    : strcmp(key, field->name) == 0)
			return field;
	}
	return NULL;
}

/* The beginning of a key that has as many dots as the name of an open field. */
static const char *beginning(const char *key, const char *name, char *buf, size_t size)
{
	const char *end = key;

	for (; (name = strchr(name, '.')); name++) {
		end = strchr(end, '.');
		if (!end)
			return key;
		end++;
	}
	snprintf(buf, size, "%.*s", (int)(end - key), key);
	return buf;
}

static bool find_nearest(const struct policy_map *map, const char *key, char *buf, size_t size)
{
	struct policy_nearest nearest = {};
	const char *rest = "";
	char begin[65];
	size_t i;

	for (i = 0; i < map->n; i++) {
		const struct policy_field *field = &map->fields[i];
		const char *before = nearest.best;

		nearest.word = policy_field_is_open(field)
				       ? beginning(key, field->name, begin, sizeof(begin))
				       : key;
		policy_nearest_try(&nearest, field->name);
		if (nearest.best != before)
			rest = !policy_field_is_open(field) ? ""
			       : key[strlen(nearest.word)]  ? key + strlen(nearest.word)
							    : "<key>";
	}
	if (nearest.best)
		snprintf(buf, size, "did you mean '%s%.64s'?", nearest.best, rest);
	return nearest.best;
}

static const char *unknown_words(const struct policy_map *map, const char *key, char *buf,
				 size_t size)
{
	const char *elsewhere = map->elsewhere ? map->elsewhere(key) : NULL;
	int at = 0;
	size_t i;

	if (elsewhere)
		return elsewhere;
	if (find_nearest(map, key, buf, size))
		return buf;
	for (i = 0; i < map->n && (size_t)at < size; i++)
		at += snprintf(buf + at, size - (size_t)at, "%s%s%s", i ? ", " : "it may have ",
			       map->fields[i].name,
			       policy_field_is_open(&map->fields[i]) ? "<key>" : "");
	return buf;
}

static int unknown_key(struct policy_parser *parser, const struct policy_map *map,
		       const struct node *key)
{
	char words[256], is[128];

	return policy_error(parser, &key->place, "unknown key %s in %s; %s",
			    node_describe(key, is, sizeof(is)), map->what,
			    unknown_words(map, key->text, words, sizeof(words)));
}

static int read_pair(struct policy_parser *parser, const struct policy_map *map,
		     const struct node *node, size_t at, void *out, uint64_t *given)
{
	const struct node *key = &node->items[at], *first;
	const struct policy_field *field;
	char is[128];

	if (key->kind != NODE_SCALAR)
		return policy_error(parser, &key->place, "a key of %s must be a word, not %s",
				    map->what, node_describe(key, is, sizeof(is)));
	field = policy_field_of(map, key->text);
	if (!field)
		return unknown_key(parser, map, key);
	first = node_get(node, key->text);
	if (first != &node->items[at + 1])
		return policy_error(parser, &key->place,
				    "%s is already given in line %u; keep one of the two",
				    node_describe(key, is, sizeof(is)), first[-1].place.line);
	*given |= 1ULL << (field - map->fields);
	return field->read(parser, field, &node->items[at + 1], (char *)out + field->offset);
}

int policy_read_map(struct policy_parser *parser, const struct policy_map *map,
		    const struct node *node, void *out, uint64_t *given)
{
	int result = 0;
	char is[128];
	size_t i;

	*given = 0;
	if (node->kind != NODE_MAP)
		return policy_error(parser, &node->place,
				    "%s must be a map of keys and values, not %s", map->what,
				    node_describe(node, is, sizeof(is)));
	for (i = 0; i + 1 < node->n && parser->report->n_errors < POLICY_ERRORS_MAX; i += 2) {
		int err = read_pair(parser, map, node, i, out, given);

		if (err == -ENOMEM)
			return err;
		if (err)
			result = err;
	}
	return result;
}

int policy_read_version(struct policy_parser *parser, const struct policy_field *field,
			const struct node *value, _unused_ void *out)
{
	char is[128];

	if (value->kind == NODE_SCALAR && value->plain && strcmp(value->text, "1") == 0)
		return 0;
	if (value->kind == NODE_SCALAR && node_type(value) == NODE_INT)
		return policy_error(parser, &value->place,
				    "'%s' is %s; this rootgate reads version %d", field->name,
				    node_describe(value, is, sizeof(is)), POLICY_VERSION);
	return policy_error(parser, &value->place, "'%s' must be the number %d, not %s",
			    field->name, POLICY_VERSION, node_describe(value, is, sizeof(is)));
}

static const struct policy_field capabilities_fields[] = {
	{ "action", policy_read_word, offsetof(struct policy_root_capabilities, action), &all_extra,
	  0 },
	{ "set", policy_read_mask, offsetof(struct policy_root_capabilities, set),
	  &all_capabilities, 0 },
};

const struct policy_map policy_capabilities_map = { "'root_capabilities'", capabilities_fields,
						    ARRAY_SIZE(capabilities_fields), NULL };

int policy_read_root_capabilities(struct policy_parser *parser,
				  _unused_ const struct policy_field *field,
				  const struct node *value, void *out)
{
	uint64_t given;
	int err = policy_read_map(parser, &policy_capabilities_map, value, out, &given);

	if (err == -ENOMEM || value->kind != NODE_MAP)
		return err;
	if (!(given & 1))
		return policy_error(
			parser, &value->place,
			"'root_capabilities' has no 'action'; add ignore, audit, deny or kill");
	return err;
}

/* The order is that of the numbers in parser->given. */
static const struct policy_field top_fields[] = {
	{ "version", policy_read_version, 0, NULL, 0 },
	{ "mode", policy_read_word, offsetof(struct policy, mode), &mode_words, 0 },
	{ "unidentified", policy_read_word, offsetof(struct policy, unidentified),
	  &all_unidentified, 0 },
	{ "setup_timeout", policy_read_duration, offsetof(struct policy, setup_timeout), NULL, 0 },
	{ "hold_timeout", policy_read_duration, offsetof(struct policy, hold_timeout), NULL, 0 },
	{ "root_capabilities", policy_read_root_capabilities,
	  offsetof(struct policy, root_capabilities), NULL, 0 },
	{ "root_group", policy_read_word, offsetof(struct policy, root_group), &group_extra, 0 },
	{ "breaker", policy_read_breaker, offsetof(struct policy, breaker), NULL, 0 },
	{ "rules", policy_read_rules, 0, NULL, 0 },
};
_Static_assert(ARRAY_SIZE(top_fields) <= POLICY_KEYS_MAX, "room in parser->given");
#define KEY_VERSION 0
#define KEY_RULES   8

const struct policy_map policy_top_map = { "a policy", top_fields, ARRAY_SIZE(top_fields), NULL };

/* What holds for the whole policy may stand in one of its files only. */
static int check_given_once(struct policy_parser *parser, const struct node *root)
{
	int result = 0;
	size_t i;

	for (i = KEY_VERSION + 1; i < KEY_RULES; i++) {
		const struct node *value = node_get(root, top_fields[i].name);
		struct policy_place *first = &parser->given[i];
		int err = 0;

		if (!value)
			continue;
		if (first->file)
			err = policy_error(parser, &value[-1].place,
					   "'%s' is already given at %s:%u:%u; keep one of the two",
					   top_fields[i].name, first->file, first->line,
					   first->column);
		else
			*first = value[-1].place;
		if (err == -ENOMEM)
			return err;
		result = err ? err : result;
	}
	return result;
}

static int read_top(struct policy_parser *parser, const struct node *root)
{
	const struct node *version = node_get(root, "version");
	uint64_t given;
	int err, once;

	/* Of another version nothing else can be said. */
	if (version && version->kind == NODE_SCALAR && node_type(version) == NODE_INT &&
	    strcmp(version->text, "1") != 0)
		return policy_read_version(parser, &top_fields[KEY_VERSION], version, NULL);
	err = policy_read_map(parser, &policy_top_map, root, parser->policy, &given);
	if (err == -ENOMEM || root->kind != NODE_MAP)
		return err;
	if (!(given & 1ULL << KEY_VERSION))
		err = policy_error(parser, &root->place,
				   "the key 'version' is missing; write 'version: %d'",
				   POLICY_VERSION);
	once = err == -ENOMEM ? err : check_given_once(parser, root);
	return once ? once : err;
}

static int add_file(struct policy_parser *parser, const char *file,
		    const struct policy_source *source)
{
	struct policy *policy = parser->policy;
	struct policy_source *sources;
	char **files;

	sources = reallocarray(parser->sources, policy->n_files + 1, sizeof(*sources));
	if (!sources)
		return -ENOMEM;
	parser->sources = sources;
	files = reallocarray(policy->files, policy->n_files + 1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	policy->files = files;
	files[policy->n_files] = strdup(file);
	if (!files[policy->n_files])
		return -ENOMEM;
	sources[policy->n_files] = *source;
	parser->source = &sources[policy->n_files++];
	return 0;
}

int policy_parse(struct policy_parser *parser, const char *file, const char *text, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";
	_cleanup_(node_clear) struct node root = {};
	struct policy_source source = { text, len };
	int err;

	if (len >= STATIC_STRLEN(bom) && memcmp(text, bom, STATIC_STRLEN(bom)) == 0)
		source = (struct policy_source){ text + STATIC_STRLEN(bom),
						 len - STATIC_STRLEN(bom) };
	err = add_file(parser, file, &source);
	if (err)
		return err;
	err = yaml_parse(parser->policy->files[parser->policy->n_files - 1], parser->source,
			 parser->report, &root);
	return err ? err : read_top(parser, &root);
}
