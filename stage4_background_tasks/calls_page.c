#include "stage4_background_tasks/calls_page.h"

#include "lib/buffer.h"
#include "lib/media_type.h"
#include "lib/memory.h"
#include "lib/template.h"
#include "lib/utc_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters of "2026-11-20T12:00:00Z". */
enum {
    DAY_LENGTH = sizeof "2026-11-20" - 1,
    CLOCK_LENGTH = sizeof "12:00:00" - 1,
    MINUTES_LENGTH = sizeof "12:00" - 1,
};

enum {
    MAX_TEMPLATE = 256 * 1024, /* bytes */
    MAX_TYPED = 60,            /* bytes of a field that are shown again */
    MAX_PAGE = 4 * 1024 * 1024,
    SUGGESTED_MS = 2 * 60 * 1000, /* from now on: what stands in an empty form */
};

static char *read_file(const char *path, int *status);
static json_t *page_values(const struct call_scheduler *scheduler,
                           const struct call_form *form, const char *notice,
                           int64_t now_ms);
static void add_parts_of_times(json_t *calls);
static void add_form(json_t *values, const struct call_form *form, int64_t now_ms);
static void add_typed(json_t *values, const char *name, const char *typed);
static void list_add(void *context, const struct call *call);

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* What a state is to people. Of a call that has failed the reason is told instead. */
static const char *const says[] = {
    [CALL_SCHEDULED] = "scheduled",
    [CALL_DIALLING] = "dialling",
    [CALL_RINGING] = "ringing",
    [CALL_ANSWERED] = "answered",
    [CALL_SPEAKING] = "telling the joke",
    [CALL_DONE] = "joke told",
    [CALL_FAILED] = "failed",
    [CALL_UNSURE] = "perhaps called",
};

int calls_page_init(struct calls_page *page, const char *folder, char *problem,
                    size_t size)
{
    char *path = xasprintf("%s/index.html", folder), wrong[128];
    int status = 0;

    page->text = read_file(path, &status);
    if (page->text == NULL) {
        snprintf(problem, size, "%s: %s", path, uv_strerror(status));
    } else if ((status = template_check(page->text, wrong, sizeof wrong)) != 0) {
        snprintf(problem, size, "%s: %s", path, wrong);
        calls_page_deinit(page);
    }
    free(path);
    return status;
}

/* Gives it; NULL, and `*status` says why. */
static char *read_file(const char *path, int *status)
{
    FILE *file = fopen(path, "rb");
    char *text = xmalloc(MAX_TEMPLATE + 1);
    size_t length = file != NULL ? fread(text, 1, MAX_TEMPLATE + 1, file) : 0;

    if (file == NULL || ferror(file))
        *status = uv_translate_sys_error(errno);
    else if (length > MAX_TEMPLATE)
        *status = UV_EFBIG;
    if (file != NULL)
        fclose(file);
    if (*status == 0) {
        text[length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

void calls_page_deinit(struct calls_page *page)
{
    free(page->text);
    page->text = NULL;
}

void calls_page_answer(struct http_exchange *exchange, int status,
                       const struct calls_page *page,
                       const struct call_scheduler *scheduler,
                       const struct call_form *form, const char *notice, int64_t now_ms)
{
    json_t *values = page_values(scheduler, form, notice, now_ms);
    struct buffer text;

    buffer_init(&text, MAX_PAGE);
    int error = template_fill(page->text, values, &text);
    json_decref(values);
    if (error != 0) {
        http_answer_failure(exchange, error);
    } else {
        http_add_header(exchange, "Content-Security-Policy", policy);
        http_add_header(exchange, "X-Content-Type-Options", "nosniff");
        http_add_header(exchange, "Referrer-Policy", "no-referrer");
        http_add_header(exchange, "Cache-Control", "no-store");
        http_answer(exchange, status, media_type_of("index.html"), text.data,
                    text.length);
    }
    buffer_deinit(&text);
}

/* Gives it. */
static json_t *page_values(const struct call_scheduler *scheduler,
                           const struct call_form *form, const char *notice,
                           int64_t now_ms)
{
    json_t *values = calls_json(scheduler, now_ms);
    char now[UTC_TEXT_SIZE];

    utc_to_text(now_ms, now);
    json_object_set_new(values, "today", json_stringn(now, strlen("2026-11-20")));
    json_object_set_new(values, "clock",
                        json_stringn(now + DAY_LENGTH + 1, MINUTES_LENGTH));
    if (notice != NULL)
        json_object_set_new(values, "notice", json_string(notice));
    char more[64];
    json_int_t count = json_integer_value(json_object_get(values, "more"));
    snprintf(more, sizeof more, "\u2026 and %" JSON_INTEGER_FORMAT " more", count);
    if (count > 0)
        json_object_set_new(values, "more_text", json_string(more));
    add_parts_of_times(json_object_get(values, "coming"));
    add_parts_of_times(json_object_get(values, "over"));
    add_form(values, form, now_ms);
    return values;
}

/* "2026-11-20T12:00:00Z" is for programs. */
static void add_parts_of_times(json_t *calls)
{
    json_t *call;
    size_t index;

    json_array_foreach(calls, index, call)
    {
        const char *at = json_string_value(json_object_get(call, "at"));

        json_object_set_new(call, "day", json_stringn(at, DAY_LENGTH));
        bool is_whole = strcmp(at + DAY_LENGTH + 1 + MINUTES_LENGTH, ":00Z") == 0;
        json_object_set_new(
            call, "hours",
            json_stringn(at + DAY_LENGTH + 1, is_whole ? MINUTES_LENGTH : CLOCK_LENGTH));
    }
}

/* What was typed; in a form that nobody has filled in yet, a time that will do. */
static void add_form(json_t *values, const struct call_form *form, int64_t now_ms)
{
    char soon[UTC_TEXT_SIZE], name[32];
    bool is_new = true;

    for (int field = 0; field < FORM_FIELDS; field++) {
        const char *problem = form->problems[field];

        is_new = is_new && form->typed[field] == NULL && problem == NULL;
        add_typed(values, form_field_name(field), form->typed[field]);
        snprintf(name, sizeof name, "%s_problem", form_field_name(field));
        if (problem != NULL)
            json_object_set_new(values, name, json_string(problem));
    }
    if (!is_new)
        return;
    utc_to_text(now_ms + SUGGESTED_MS, soon);
    soon[DAY_LENGTH] = soon[DAY_LENGTH + 1 + MINUTES_LENGTH] = '\0';
    add_typed(values, form_field_name(FORM_DATE), soon);
    add_typed(values, form_field_name(FORM_TIME), soon + DAY_LENGTH + 1);
}

/* Nobody types as much by hand, nor what is not UTF-8: that is not shown again. */
static void add_typed(json_t *values, const char *name, const char *typed)
{
    if (typed != NULL && strlen(typed) <= MAX_TYPED)
        json_object_set_new(values, name, json_string(typed));
}

json_t *calls_json(const struct call_scheduler *scheduler, int64_t now_ms)
{
    char now[UTC_TEXT_SIZE];
    json_t *list = json_pack("{s:s, s:[], s:[], s:i}", "now", utc_to_text(now_ms, now),
                             "coming", "over", "more", 0);

    if (list == NULL)
        abort(); /* out of memory, as in xmalloc() */
    call_scheduler_each(scheduler, CALLS_SHOWN, list_add, list);
    size_t shown = json_array_size(json_object_get(list, "coming")) +
                   json_array_size(json_object_get(list, "over"));
    json_integer_set(json_object_get(list, "more"),
                     (json_int_t)(call_scheduler_count(scheduler) - shown));
    return list;
}

static void list_add(void *context, const struct call *call)
{
    const char *which = call->state >= CALL_DONE ? "over" : "coming";

    json_array_append_new(json_object_get(context, which), call_json(call));
}

json_t *call_json(const struct call *call)
{
    char at[UTC_TEXT_SIZE], number[PHONE_SIZE];
    const char *words = call->state == CALL_FAILED && call->reason[0] != '\0'
                            ? call->reason
                            : says[call->state];
    json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)call->id,
                             "at", utc_to_text(call->at_ms, at), "number",
                             phone_mask(call->number, number), "state",
                             call_state_name(call->state), "says", words);

    if (json == NULL)
        abort(); /* out of memory, as in xmalloc() */
    json_object_set_new(json, "reason", json_string(call->reason));
    if (call->reason[0] == '\0')
        json_object_set_new(json, "reason", json_null());
    return json;
}
