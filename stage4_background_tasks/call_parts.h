/* call_parts: what call_control needs and is no lesson. Given, finished. */
#ifndef STAGE4_CALL_PARTS_H
#define STAGE4_CALL_PARTS_H

#include "stage4_background_tasks/call_control.h"

/* Tells on_progress what has become of a call. */
void call_tell(struct call_control *control, int64_t id, const char *command_id,
               enum call_state state, const char *reason);

/* Tells on_log what has come: "call 17: call.answered". */
void call_log_event(struct call_control *control, const struct call_event *event);

/* There is an event of this call: so it was dialled, whatever becomes of the dial command
 * and its answer. In call_dial.c. */
void call_was_dialled(struct call_control *control, const struct call_event *event);

/* The joke of an answer of the service of jokes; one of ours when there is none in it, or
 * it is longer than can be spoken. Gives it. */
char *call_joke(const struct http_response *response);

/* Why a call that was hung up has failed, in a few words; NULL: it has not. `was_told`:
 * its joke came to its end. Borrowed: valid as long as the event is. */
const char *call_failure(const struct call_event *event, bool was_told);

/* The path of a command to a call that goes on: "/v2/calls/v3:.../actions/speak". What
 * could lead elsewhere is escaped: the id came with an event, from whomever. Gives it. */
char *call_path(const char *control_id, const char *action);

#endif
