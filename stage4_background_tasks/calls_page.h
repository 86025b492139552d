/* calls_page: the page of dial_a_joke, and the list of calls on it. Given, finished.
 *
 * The page is templates/index.html with its holes filled; its style and its script are
 * files beside it, since its Content-Security-Policy forbids all that stands in a page
 * itself, and all that comes from anywhere else. Numbers are masked on it. */
#ifndef STAGE4_CALLS_PAGE_H
#define STAGE4_CALLS_PAGE_H

#include "stage3_server/http_server.h"
#include "stage4_background_tasks/call_form.h"
#include "stage4_background_tasks/call_scheduler.h"

enum { CALLS_SHOWN = 100 }; /* of those to come, and of those that are over */

/* The caller's memory. */
struct calls_page {
    char *text; /* the template */
};

/* Reads index.html in `folder`. 0; or a negative UV_E*, and `problem` (of `size` bytes)
 * says why: there is no such file, or it is no template. */
int calls_page_init(struct calls_page *page, const char *folder, char *problem,
                    size_t size);

void calls_page_deinit(struct calls_page *page);

/* Answers with the page: the form as it was typed, with what is wrong beside it, and
 * `notice` (may be NULL), a sentence about all of it. */
void calls_page_answer(struct http_exchange *exchange, int status,
                       const struct calls_page *page,
                       const struct call_scheduler *scheduler,
                       const struct call_form *form, const char *notice, int64_t now_ms);

/* The calls as JSON: {"now": "2026-11-20T12:00:00Z", "coming": [call, ...],
 * "over": [...], "more": 0}, of both lists those that are shown, and how many more there
 * are. A call is {"id": 1, "at": "2026-11-20T12:00:00Z", "number": "+15***00",
 * "state": "scheduled", "says": "scheduled", "reason": null}; what it says is for people.
 * Those to come in order of time, those that are over the newest first. Gives it. */
json_t *calls_json(const struct call_scheduler *scheduler, int64_t now_ms);

/* One call, as above. Gives it. */
json_t *call_json(const struct call *call);

#endif
