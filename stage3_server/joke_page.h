/* joke_page: a joke as a page for people. Given, finished.
 *
 * It needs no JavaScript, and nothing from anywhere else: its Content-Security-Policy
 * forbids both, so that even a joke that were markup could do no harm. */
#ifndef STAGE3_JOKE_PAGE_H
#define STAGE3_JOKE_PAGE_H

#include "stage3_server/http_server.h"

/* Where the page expects joke_page_style() to be served. */
#define JOKE_STYLE_PATH "/joke.css"

/* Answers with the page for `joke` (borrowed: UTF-8; what HTML would understand in it is
 * escaped). */
void joke_page_answer(struct http_exchange *exchange, const char *joke);

/* Answers with the page's style sheet: a handler. */
void joke_page_style(struct http_exchange *exchange);

#endif
