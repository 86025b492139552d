#include "stage3_server/joke_source.h"

#include "lib/jokes.h"
#include "lib/memory.h"
#include "lib/upstream.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWER = 16 * 1024 }; /* bytes: no joke is as long */

int joke_ask(struct http_call *call, struct http_client *client, uint64_t timeout_ms,
             http_done_cb on_done)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url = xasprintf("%s/", upstream_url(UPSTREAM_JOKES));
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms,
        .max_body = MAX_ANSWER,
    };
    int status = http_start(call, client, &request, NULL, on_done);

    free(url);
    return status;
}

/* Line ends, and what else would move a cursor, become spaces. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text))
            *text = ' ';
}

char *joke_of_response(const struct http_response *response)
{
    if (response->error != 0 || response->status != 200)
        return NULL;
    json_t *answer =
        json_loadb(response->body, response->body_length, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(answer, "joke"));
    char *joke = text != NULL ? xstrdup(text) : NULL;

    json_decref(answer);
    if (joke == NULL)
        return NULL;
    make_one_line(joke);
    if (strspn(joke, " ") == strlen(joke)) { /* nothing to laugh at */
        free(joke);
        return NULL;
    }
    return joke;
}

char *joke_of_ours(void)
{
    static unsigned next;

    return xstrdup(builtin_joke(next++));
}
