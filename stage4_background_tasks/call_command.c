/* call_command: send, look, wait, send again.
 *
 * When there is no answer nobody knows whether the command was done: perhaps it got lost,
 * perhaps the answer did. To dial is not idempotent. Sent twice it would ring twice, were
 * it not for the command id: the network has written it down, and does nothing the second
 * time. So the body is made once, with the id in it, and every try sends the same one.
 *
 * What is known: an answer 4xx says that the command itself is wrong, and so it will be
 * the next time. An answer 5xx, or 429, says that the network could not do it now.
 *
 * In the order of time: */
#include "stage4_background_tasks/call_command.h"

#include "lib/memory.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/call_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BASE_DELAY_MS = 200, DEFAULT_MAX_DELAY_MS = 10000 };
enum { MAX_ANSWER = 64 * 1024 }; /* bytes */

static void command_prepare(struct call_command *command, const char *path);
static int command_try(struct call_command *command);
static void command_on_response(struct http_call *call,
                                const struct http_response *response);
static bool command_may_repeat(const struct call_command *command,
                               const struct http_response *response);
static void command_wait(struct call_command *command);
static double random_chance(void);
static void command_on_pause(struct pause *pause, int status);
static void command_finish(struct call_command *command,
                           const struct http_response *response);
static void command_free(struct call_command *command);

int call_command_start(struct call_command *command, const struct call_api *api,
                       const char *path, json_t *body, const char *command_id,
                       int64_t give_up_ms, call_command_cb on_done)
{
    char id[UUID_LENGTH + 1];

    *command = (struct call_command){
        .api = api,
        .policy = api->policy,
        .give_up_ms = give_up_ms,
        .on_done = on_done,
    };
    if (command_id == NULL) {
        uuid_random(id);
        command_id = id;
    }
    json_object_set_new(body, "command_id", json_string(command_id));
    command->body = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    command_prepare(command, path);
    int status = command->body != NULL ? command_try(command) : UV_EINVAL;
    if (status != 0)
        command_free(command);
    return status;
}

/* What is the same for each try. */
static void command_prepare(struct call_command *command, const char *path)
{
    command->url = xasprintf("%s%s", command->api->url, path);
    command->authorization = xasprintf("Authorization: Bearer %s", command->api->key);
    command->headers[0] = command->authorization;
    command->headers[1] = "Content-Type: application/json";
    command->headers[2] = "Accept: application/json";
    if (command->policy.base_delay_ms == 0)
        command->policy.base_delay_ms = DEFAULT_BASE_DELAY_MS;
    if (command->policy.max_delay_ms == 0)
        command->policy.max_delay_ms = DEFAULT_MAX_DELAY_MS;
}

/* Not so late that the network could have forgotten the id when it comes. */
static int command_try(struct call_command *command)
{
    struct http_request request = {
        .url = command->url,
        .method = "POST",
        .headers = command->headers,
        .body = command->body,
        .body_length = strlen(command->body),
        .timeout_ms = command->api->timeout_ms,
        .max_body = MAX_ANSWER,
    };

    if (command->give_up_ms != 0 &&
        utc_now_ms() + (int64_t)request.timeout_ms > command->give_up_ms)
        return UV_ETIMEDOUT;
    command->tries++;
    return http_start(&command->call, command->api->client, &request, NULL,
                      command_on_response);
}

static void command_on_response(struct http_call *call,
                                const struct http_response *response)
{
    struct call_command *command = container_of(call, struct call_command, call);

    if (call_may_be_done(response))
        command->unsure = true;
    if (!command->cancelled && command_may_repeat(command, response))
        command_wait(command);
    else
        command_finish(command, response);
}

/* Whether it is to be tried once more. */
static bool command_may_repeat(const struct call_command *command,
                               const struct http_response *response)
{
    if (response->error == 0 && response->status < 400)
        return false; /* it was done */
    /* TODO 4.14 (red) Try again, and let it ring once.
     * Not more than policy.max_retries times after the first try: command->tries have
     * begun. When there was no answer call_error_may_pass(response->error) says whether
     * it may help; when there was one it may if it is 429, or 500 or more. It can do no
     * harm: every try has the same body, and so the same command id. */
    (void)command;
    TODO("4.14");
    return false;
    /* END 4.14 */
}

/* The longer the more often it was tried, and by chance: see http_retry.h. */
static void command_wait(struct call_command *command)
{
    uint64_t ms =
        http_retry_delay_ms(&command->policy, command->tries - 1, random_chance());

    pause_start(&command->pause, command->api->client->loop, ms, command_on_pause);
}

/* From 0 to below 1 (the middle, if the system has no random bits). */
static double random_chance(void)
{
    uint32_t bits;

    if (uv_random(NULL, NULL, &bits, sizeof bits, 0, NULL) != 0)
        return 0.5;
    return ldexp(bits, -32);
}

static void command_on_pause(struct pause *pause, int status)
{
    struct call_command *command = container_of(pause, struct call_command, pause);

    if (command->cancelled)
        status = UV_ECANCELED;
    if (status == 0)
        status = command_try(command);
    if (status != 0) {
        struct http_response response = {.error = status, .body = "", .url = ""};
        command_finish(command, &response);
    }
}

/* The only way out. The command may be started anew by whom it calls. */
static void command_finish(struct call_command *command,
                           const struct http_response *response)
{
    char code[CALL_CODE_SIZE] = "", problem[CALL_PROBLEM_SIZE] = "";
    json_t *answer =
        json_loadb(response->body, response->body_length, JSON_REJECT_DUPLICATES, NULL);
    struct call_result result = {
        .error = response->error,
        .status = response->status,
        .tries = command->tries,
        .code = code,
        .problem = problem,
    };

    if (result.error == 0 && result.status < 300)
        result.data = json_object_get(answer, "data");
    if (result.error != 0) {
        result.problem = uv_strerror(result.error);
    } else if (!json_is_object(result.data)) {
        result.error = UV_EPROTO;
        result.data = NULL;
        call_answer_explain(result.status, answer, code, problem);
    }
    result.unsure =
        result.error != 0 && command->unsure && !call_status_is_refusal(result.status);
    command_free(command);
    command->on_done(command, &result);
    json_decref(answer);
}

static void command_free(struct call_command *command)
{
    free(command->url);
    free(command->body);
    free(command->authorization);
    command->url = command->body = command->authorization = NULL;
}

void call_command_cancel(struct call_command *command)
{
    command->cancelled = true;
    pause_cancel(&command->pause);
    http_cancel(&command->call);
}
