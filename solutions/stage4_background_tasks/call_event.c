/* call_event: from JSON to a struct.
 *
 * What comes is a stranger's, and an API grows: a member that is missing is an error, one
 * more is none. So is an event of a type that is not known: it means nothing to us, and
 * nothing further is asked of it. What is kept is copied, for the request will be gone
 * when the work is done.
 *
 * client_state is what we gave when we dialled: our own id, and the command's, in base64,
 * as the network wants it. It gives it back with each event of the call; after a restart,
 * too.
 *
 * In the order of use: */
#include "stage4_background_tasks/call_event.h"

#include "lib/memory.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static enum call_event_type type_of_name(const char *name);
static int event_keep(struct call_event *event, const char *id, const char *control_id,
                      char *problem, size_t size);
static bool keep_text(char *to, size_t size, const char *from);
static bool keep_optional(char *to, size_t size, const json_t *from);
static void read_client_state(const json_t *state, struct call_event *event);
static int bad_event(char *problem, size_t size, const char *what);

static const struct {
    const char *name;
    enum call_event_type type;
} types[] = {
    {"call.initiated", EVENT_INITIATED},
    {"call.answered", EVENT_ANSWERED},
    {"call.speak.started", EVENT_SPEAK_STARTED},
    {"call.speak.ended", EVENT_SPEAK_ENDED},
    {"call.hangup", EVENT_HANGUP},
};

static const char STATE_PREFIX[] = "dial_a_joke:"; /* before our id, in client_state */

int call_event_read(const json_t *json, struct call_event *event, char *problem,
                    size_t size)
{
    const char *type = "", *id = "", *control_id = "";
    json_t *cause = NULL, *source = NULL, *status = NULL, *state = NULL;
    json_error_t error = {.text = "it is no JSON"};

    memset(event, 0, sizeof *event);
    if (json_unpack_ex((json_t *)json, &error, 0, "{s:{s:s, s:s}}", "data", "event_type",
                       &type, "id", &id) != 0)
        return bad_event(problem, size, error.text);
    event->type = type_of_name(type);
    if (event->type != EVENT_OTHER &&
        json_unpack_ex((json_t *)json, &error, 0, "{s:{s:{s:s, s?:o, s?:o, s?:o, s?:o}}}",
                       "data", "payload", "call_control_id", &control_id, "hangup_cause",
                       &cause, "hangup_source", &source, "status", &status,
                       "client_state", &state) != 0)
        return bad_event(problem, size, error.text);
    read_client_state(state, event);
    if (!keep_optional(event->cause, sizeof event->cause, cause) ||
        !keep_optional(event->source, sizeof event->source, source) ||
        !keep_optional(event->status, sizeof event->status, status))
        return bad_event(problem, size, "hangup_cause, _source or status is no string");
    return event_keep(event, id, control_id, problem, size);
}

/* EVENT_OTHER: it is none of those that mean something to us. */
static enum call_event_type type_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return EVENT_OTHER;
}

const char *call_event_name(const struct call_event *event)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].type == event->type)
            return types[i].name;
    return "another event";
}

/* Keeps what must be whole: half an id would be another one. */
static int event_keep(struct call_event *event, const char *id, const char *control_id,
                      char *problem, size_t size)
{
    if (id[0] == '\0' || !keep_text(event->id, sizeof event->id, id))
        return bad_event(problem, size, "id is empty, or too long");
    if (event->type != EVENT_OTHER &&
        (control_id[0] == '\0' ||
         !keep_text(event->control_id, sizeof event->control_id, control_id)))
        return bad_event(problem, size, "call_control_id is empty, or too long");
    return 0;
}

/* False, and nothing is kept, when it is too long. */
static bool keep_text(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);

    if (length >= size)
        return false;
    memcpy(to, from, length + 1);
    return true;
}

/* What may be missing, and null: then nothing is kept; nor is what is too long. False: it
 * is no string. */
static bool keep_optional(char *to, size_t size, const json_t *from)
{
    if (json_is_string(from))
        keep_text(to, size, json_string_value(from));
    return from == NULL || json_is_null(from) || json_is_string(from);
}

/* The ids in a client_state: base64 of "dial_a_joke:17:3f1c1d5e-...". Without a call_id:
 * it is null, or another's. */
static void read_client_state(const json_t *state, struct call_event *event)
{
    const char *text = json_string_value(state);
    size_t length = json_string_length(state), prefix = sizeof STATE_PREFIX - 1;
    unsigned char decoded[128] = {0};
    char *end;

    if (text == NULL || length % 4 != 0 || length / 4 * 3 >= sizeof decoded ||
        EVP_DecodeBlock(decoded, (const unsigned char *)text, (int)length) < 0 ||
        strncmp((char *)decoded, STATE_PREFIX, prefix) != 0)
        return;
    long long id = strtoll((char *)decoded + prefix, &end, 10);
    if (id <= 0 || *end != ':' || !is_uuid(end + 1))
        return;
    event->call_id = id;
    memcpy(event->command_id, end + 1, sizeof event->command_id);
}

char *call_event_client_state(int64_t call_id, const char *command_id)
{
    char *text = xasprintf("%s%lld:%s", STATE_PREFIX, (long long)call_id, command_id);
    int length = (int)strlen(text);
    char *state = xmalloc((size_t)(length + 2) / 3 * 4 + 1);

    EVP_EncodeBlock((unsigned char *)state, (unsigned char *)text, length);
    free(text);
    return state;
}

/* Says what is wrong with an event. Returns UV_EINVAL, for `return bad_event(...)`. */
static int bad_event(char *problem, size_t size, const char *what)
{
    snprintf(problem, size, "this is no event: %s", what);
    return UV_EINVAL;
}
