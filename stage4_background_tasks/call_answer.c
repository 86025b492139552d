/* call_answer: given, finished. */
#include "stage4_background_tasks/call_answer.h"

#include <stdio.h>
#include <string.h>

/* Whether nothing was sent at all. */
static bool was_not_sent(int error)
{
    switch (error) {
    case UV_ECONNREFUSED:
    case UV_EAI_NONAME:
    case UV_EAI_AGAIN:
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
    case UV_ENETDOWN:
        return true;
    default:
        return false;
    }
}

bool call_error_may_pass(int error)
{
    return was_not_sent(error) || error == UV_ECONNRESET || error == UV_EOF ||
           error == UV_ETIMEDOUT;
}

bool call_status_is_refusal(int status)
{
    return status >= 300 && status < 500 && status != 429;
}

bool call_may_be_done(const struct http_response *response)
{
    if (response->error != 0)
        return !was_not_sent(response->error);
    return response->status != 429 && !call_status_is_refusal(response->status);
}

static const char *words_of_code(const char *code)
{
    static const struct {
        const char *code;
        const char *words;
    } codes[] = {
        {"10009", "the key is not accepted"},    {"10011", "too many commands"},
        {"10016", "the number is not in E.164"}, {"90015", "the call is not known"},
        {"90018", "the call has ended"},         {"90034", "nobody has answered"},
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].words;
    return NULL;
}

/* The code of {"errors":[{"code":"90018","title":"Call has already ended",...}]}. */
static void read_code(const json_t *answer, char *code)
{
    const json_t *first = json_array_get(json_object_get(answer, "errors"), 0);
    const char *given = json_string_value(json_object_get(first, "code"));

    code[0] = '\0';
    if (given != NULL && strlen(given) < CALL_CODE_SIZE &&
        strspn(given, "0123456789") == strlen(given))
        strcpy(code, given);
}

void call_answer_explain(int status, const json_t *answer, char code[CALL_CODE_SIZE],
                         char problem[CALL_PROBLEM_SIZE])
{
    const char *words;

    read_code(answer, code);
    words = words_of_code(code);
    if (words != NULL)
        snprintf(problem, CALL_PROBLEM_SIZE, "%s (%s)", words, code);
    else if (code[0] != '\0' && call_status_is_refusal(status))
        snprintf(problem, CALL_PROBLEM_SIZE, "refused, code %s", code);
    else
        snprintf(problem, CALL_PROBLEM_SIZE, "it answered %d", status);
}
