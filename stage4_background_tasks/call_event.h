/* call_event: what the telephone network tells of a call, by webhook.
 *
 * Format: Call Control API v2, events (setup/ACCOUNTS.md says whose):
 *
 *     {"data": {"record_type": "event", "event_type": "call.answered", "id": "<uuid>",
 *               "occurred_at": "2026-11-20T12:00:00.000000Z",
 *               "payload": {"call_control_id": "v3:...", "client_state": null, ...}},
 *      "meta": {"attempt": 1, "delivered_to": "https://..."}}
 *
 * Unknown members and unknown events are no errors: an API grows. A member that may be
 * missing may be null, too. */
#ifndef STAGE4_CALL_EVENT_H
#define STAGE4_CALL_EVENT_H

#include "lib/uuid.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum call_event_type {
    EVENT_OTHER, /* one that means nothing to us */
    EVENT_INITIATED,
    EVENT_ANSWERED,
    EVENT_SPEAK_STARTED,
    EVENT_SPEAK_ENDED,
    EVENT_HANGUP,
};

enum { CALL_CONTROL_ID_SIZE = 256, EVENT_ID_SIZE = 64, EVENT_TEXT_SIZE = 64 }; /* bytes */

/* An event. A value: it may be copied, and outlives the request that brought it. */
struct call_event {
    enum call_event_type type;
    char id[EVENT_ID_SIZE]; /* the same one when it is delivered again */
    char
        control_id[CALL_CONTROL_ID_SIZE]; /* of the call; "": EVENT_OTHER may have none */
    int64_t call_id;                      /* our own, from client_state; 0: none */
    char command_id[UUID_LENGTH + 1]; /* of the command that dialled it, from there, too:
                                         another database has other calls of that id */
    char cause[EVENT_TEXT_SIZE];      /* hangup_cause; "": it says none */
    char source[EVENT_TEXT_SIZE];     /* hangup_source; "": it says none */
    char status[EVENT_TEXT_SIZE];     /* of speak.ended; "": it says none */
};

/* Reads an event from `json` (borrowed). 0; or UV_EINVAL, and `problem` (of `size` bytes)
 * says what is wrong: a member is missing, of another type, or too long. */
int call_event_read(const json_t *json, struct call_event *event, char *problem,
                    size_t size);

/* The name of an event's type, "call.answered"; "another event". Borrowed: valid as long
 * as the program runs. */
const char *call_event_name(const struct call_event *event);

/* What a dial command carries, so that the events of its call name our own id and the
 * command's (a UUID, borrowed): base64. Gives it. */
char *call_event_client_state(int64_t call_id, const char *command_id);

#endif
