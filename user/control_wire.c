// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Requests and answers as lines of JSON. Strict: what is not known is not passed over. */
#include "control_wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jsonout.h"

static const char *const verb_words[] = {
	[CONTROL_RELOAD] = "reload",
	[CONTROL_DISABLE] = "disable",
	[CONTROL_ENABLE] = "enable",
};
_Static_assert(ARRAY_SIZE(verb_words) == CONTROL_VERB_COUNT, "a word for each verb");

bool control_reason_ok(const char *reason)
{
	size_t len = strlen(reason), i = 0;

	if (!len || len >= CONTROL_REASON_MAX)
		return false;
	while (i < len) {
		const unsigned char *s = (const unsigned char *)reason + i;
		size_t n = utf8_length(s, len - i);

		/* C0, DEL and C1: a terminal acts on them */
		if (!n || *s < 0x20 || *s == 0x7f || (n == 2 && *s == 0xc2 && s[1] < 0xa0))
			return false;
		i += n;
	}
	return true;
}

static char *pack(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *line = NULL;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return NULL;
	return line;
}

char *control_pack_request(const struct control_request *request)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	const char *verb = verb_words[request->verb];
	int err = object ? jsonout_add_text(object, "verb", verb, strlen(verb)) : -ENOMEM;

	if (!err && request->verb == CONTROL_DISABLE)
		err = jsonout_add_number(object, "for_ns", request->for_ns);
	if (!err && request->verb == CONTROL_DISABLE)
		err = jsonout_add_text(object, "reason", request->reason, sizeof(request->reason));
	return err ? NULL : pack(object);
}

char *control_pack_answer(const struct control_answer *answer)
{
	_cleanup_(jsonout_freep) struct json_object *object = json_object_new_object();
	int err = object ? jsonout_add_bool(object, "ok", answer->code == 0) : -ENOMEM;

	if (!err && answer->code)
		err = jsonout_add_number(object, "code", (uint64_t)answer->code);
	if (!err)
		err = jsonout_add_text(object, "text", answer->text, sizeof(answer->text));
	return err ? NULL : pack(object);
}

/* One object, and nothing behind it. */
static struct json_object *parse(const char *line, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(3);
	struct json_object *object;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) != len ||
	    !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static int bad(struct why *why, const char *text)
{
	why_set(why, "%s", text);
	return -EBADMSG;
}

static int take_verb(struct json_object *value, struct control_request *request, struct why *why)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verb_words); i++)
		if (json_object_is_type(value, json_type_string) &&
		    strcmp(json_object_get_string(value), verb_words[i]) == 0) {
			request->verb = (enum control_verb)i;
			return 0;
		}
	return bad(why, "the agent knows no such verb; is it of another version?");
}

static int take_duration(struct json_object *value, struct control_request *request,
			 struct why *why)
{
	int64_t ns = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;

	if (ns < (int64_t)CONTROL_FOR_MIN || ns > (int64_t)CONTROL_FOR_MAX)
		return bad(why, "for_ns: a number of nanoseconds, from one second to 24 hours");
	request->for_ns = (uint64_t)ns;
	return 0;
}

static int take_reason(struct json_object *value, struct control_request *request, struct why *why)
{
	const char *text =
		json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";

	/* a NUL within would hide what stands behind it */
	if (!control_reason_ok(text) || (size_t)json_object_get_string_len(value) != strlen(text))
		return bad(why, "reason: a text of 1 to 160 bytes without control characters");
	snprintf(request->reason, sizeof(request->reason), "%s", text);
	return 0;
}

int control_parse_request(const char *line, size_t len, struct control_request *out,
			  struct why *why)
{
	_cleanup_(jsonout_freep) struct json_object *object = parse(line, len);
	struct control_request request = {};
	struct json_object *value;
	int err, known = 1;

	if (!object)
		return bad(why, "the request is no JSON object");
	err = take_verb(json_object_object_get(object, "verb"), &request, why);
	if (!err && request.verb == CONTROL_DISABLE) {
		value = json_object_object_get(object, "for_ns");
		err = take_duration(value, &request, why);
		if (!err)
			err = take_reason(json_object_object_get(object, "reason"), &request, why);
		known = 3;
	}
	if (!err && json_object_object_length(object) != known)
		err = bad(why, "the request has a key that the agent doesn't know");
	if (!err)
		*out = request;
	return err;
}

int control_parse_answer(const char *line, size_t len, struct control_answer *out)
{
	_cleanup_(jsonout_freep) struct json_object *object = parse(line, len);
	struct json_object *ok, *code, *text;

	if (!object)
		return -EBADMSG;
	ok = json_object_object_get(object, "ok");
	code = json_object_object_get(object, "code");
	text = json_object_object_get(object, "text");
	if (!json_object_is_type(ok, json_type_boolean))
		return -EBADMSG;
	out->code = 0;
	if (!json_object_get_boolean(ok)) {
		out->code =
			json_object_is_type(code, json_type_int) ? json_object_get_int(code) : 1;
		if (out->code <= 0 || out->code > 125)
			out->code = 1;
	}
	out->text[0] = '\0';
	if (json_object_is_type(text, json_type_string))
		snprintf(out->text, sizeof(out->text), "%s", json_object_get_string(text));
	return 0;
}
