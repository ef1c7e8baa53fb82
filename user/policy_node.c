// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Questions about nodes of a YAML tree. How they come out of a text is in policy_yaml.c. */
#include <ctype.h>
#include <string.h>

#include "policy_yaml.h"

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Digits, and the signs that YAML knows beside them; not what number it is. */
static enum node_type number_type(const char *text)
{
	bool digits = false, point = false, exponent = false;

	if (*text == '+' || *text == '-')
		text++;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o') && text[2])
		return text[2 + strspn(text + 2, "0123456789abcdefABCDEF_")] ? NODE_STRING
									     : NODE_INT;
	for (; *text; text++) {
		if (isdigit((unsigned char)*text))
			digits = true;
		else if (*text == '.' && !point && !exponent)
			point = true;
		else if ((*text == 'e' || *text == 'E') && digits && !exponent) {
			exponent = true;
			text += text[1] == '+' || text[1] == '-';
		} else if (*text != '_' || !digits)
			return NODE_STRING;
	}
	if (!digits)
		return NODE_STRING;
	return point || exponent ? NODE_FLOAT : NODE_INT;
}

/*
 * Both of YAML 1.1, in which "no" is a truth value, and 1.2: what either takes for something
 * else is no text.
 */
enum node_type node_type(const struct node *node)
{
	static const char *const nulls[] = { "", "~", "null" };
	static const char *const bools[] = { "true", "false", "yes", "no", "on", "off" };
	static const char *const floats[] = { ".inf", "+.inf", "-.inf", ".nan" };

	if (!node->plain)
		return NODE_STRING;
	if (is_one_of(node->text, nulls, ARRAY_SIZE(nulls)))
		return NODE_NULL;
	if (is_one_of(node->text, bools, ARRAY_SIZE(bools)))
		return NODE_BOOL;
	if (is_one_of(node->text, floats, ARRAY_SIZE(floats)))
		return NODE_FLOAT;
	return number_type(node->text);
}

const char *node_describe(const struct node *node, char *buf, size_t size)
{
	static const char *const words[] = { [NODE_STRING] = "",
					     [NODE_NULL] = "",
					     [NODE_BOOL] = "the truth value ",
					     [NODE_INT] = "the number ",
					     [NODE_FLOAT] = "the number " };
	char text[64];
	enum node_type type;

	if (node->kind == NODE_LIST)
		return "a list";
	if (node->kind == NODE_MAP)
		return "a map";
	type = node_type(node);
	if (type == NODE_NULL)
		return "nothing";
	copy_utf8(text, sizeof(text), node->text, strlen(node->text));
	if (type == NODE_STRING)
		snprintf(buf, size, "'%s'%s", text, strlen(text) < strlen(node->text) ? "..." : "");
	else
		snprintf(buf, size, "%s%s", words[type], text);
	return buf;
}

const struct node *node_get(const struct node *map, const char *key)
{
	size_t i;

	if (map->kind != NODE_MAP)
		return NULL;
	for (i = 0; i + 1 < map->n; i += 2)
		if (map->items[i].kind == NODE_SCALAR && strcmp(map->items[i].text, key) == 0)
			return &map->items[i + 1];
	return NULL;
}
