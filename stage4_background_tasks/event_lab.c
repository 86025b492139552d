/* event_lab: shows what call_event_read() makes of events. Given, finished.
 *
 *     $ ./event_lab < event.json
 *     type: call.answered
 *     id: 3f1c1d5e-...
 *     call_control_id: v3:...
 *     call: 17, 90ac1e7a-...
 *     hangup_cause: -
 *     hangup_source: -
 *     status: -
 *
 * Each line of its input is an event; an empty line is between what is shown of two. "-":
 * there is none. What is no event is said in one line: "problem: ...". With a number and
 * a command id it prints the client_state of that call instead. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage4_background_tasks/call_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *name, const char *text)
{
    printf("%s: %s\n", name, text[0] != '\0' ? text : "-");
}

static void show_event(const char *line, size_t length)
{
    struct call_event event;
    char problem[256] = "";
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    int status = call_event_read(json, &event, problem, sizeof problem);

    json_decref(json);
    if (status != 0) {
        printf("problem: %s\n", problem);
        return;
    }
    show("type", call_event_name(&event));
    show("id", event.id);
    show("call_control_id", event.control_id);
    if (event.call_id != 0)
        printf("call: %lld, %s\n", (long long)event.call_id, event.command_id);
    else
        show("call", "");
    show("hangup_cause", event.cause);
    show("hangup_source", event.source);
    show("status", event.status);
}

int main(int argc, char **argv)
{
    unsigned long long id;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    program_init();
    if (argc != 1 && (argc != 3 || !parse_whole(argv[1], 1, INT64_MAX, &id)))
        return program_usage("event_lab [NUMBER COMMAND_ID] < EVENTS", NULL);
    if (argc == 3) {
        char *state = call_event_client_state((int64_t)id, argv[2]);
        puts(state);
        free(state);
        return PROGRAM_OK;
    }
    for (int i = 0; (length = getline(&line, &size, stdin)) > 0; i++) {
        printf("%s", i > 0 ? "\n" : "");
        show_event(line, (size_t)length);
    }
    free(line);
    return PROGRAM_OK;
}
