/* call_parts: given, finished. Words for what happens to a call, and jokes that are not
 * too long for it. */
#include "stage4_background_tasks/call_parts.h"

#include "lib/memory.h"
#include "stage3_server/joke_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call_tell(struct call_control *control, int64_t id, const char *command_id,
               enum call_state state, const char *reason)
{
    if (control->options.on_progress != NULL)
        control->options.on_progress(control, id, command_id, state, reason);
}

void call_log_event(struct call_control *control, const struct call_event *event)
{
    char line[128];

    if (control->options.on_log == NULL)
        return;
    if (event->call_id != 0)
        snprintf(line, sizeof line, "call %lld: %s", (long long)event->call_id,
                 call_event_name(event));
    else
        snprintf(line, sizeof line, "a call that is not ours: %s",
                 call_event_name(event));
    control->options.on_log(control, line);
}

/* How many characters there are in a text of UTF-8: each has one byte of another kind
 * than 10xxxxxx. */
static size_t count_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

char *call_joke(const struct http_response *response)
{
    char *joke = joke_of_response(response);

    if (joke != NULL && count_characters(joke) <= CALL_JOKE_MAX)
        return joke;
    free(joke);
    return joke_of_ours();
}

const char *call_failure(const struct call_event *event, bool was_told)
{
    static const struct {
        const char *cause;
        const char *words;
    } causes[] = {
        {"user_busy", "busy"},
        {"no_answer", "nobody there"},
        {"timeout", "nobody there"},
        {"call_rejected", "rejected"},
        {"normal_clearing", "hung up before the joke was over"},
        {"originator_cancel", "cancelled"},
        {"unspecified", "the network says no reason"},
        {"", "the network says no reason"},
    };

    /* We hang up when the joke was told, and only then; so after a restart, when nobody
     * remembers that, it is enough to know that it was us. */
    if (was_told || (strcmp(event->cause, "normal_clearing") == 0 &&
                     strcmp(event->source, "caller") == 0))
        return NULL;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (strcmp(causes[i].cause, event->cause) == 0)
            return causes[i].words;
    return "another reason";
}

char *call_path(const char *control_id, const char *action)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789:_-";
    char escaped[3 * CALL_CONTROL_ID_SIZE], *to = escaped;

    for (const char *from = control_id; *from != '\0'; from++) {
        if (strchr(harmless, *from) != NULL)
            *to++ = *from;
        else
            to += snprintf(to, 4, "%%%02X", (unsigned char)*from);
    }
    *to = '\0';
    return xasprintf("/v2/calls/%s/actions/%s", escaped, action);
}
