/* http_client: who is next, and who is told.
 *
 * A request is in one of three lists: it waits in the queue, it is with curl, or it was
 * asked to end and is to be told. Starting, cancelling and closing only move it from one
 * to the next and wake the client, since they may be called from anywhere, from within
 * curl's callbacks too. The work is done in the loop's next turn, in client_on_turn().
 *
 * All paths end in call_finish(), the only caller of the user's callback.
 *
 * In the order of time: */
#include "stage2_http_client/http_client.h"

#include "lib/memory.h"
#include "stage2_http_client/http_setup.h"
#include "stage2_http_client/http_transfer.h"

enum { BEGUN_A_TURN = 16 }; /* requests */

static void call_move(struct http_call *call, enum http_state to);
static void client_wake(struct http_client *client);
static void client_on_turn(uv_idle_t *turn);
static void client_tell_cancelled(struct http_client *client);
static void client_start_queued(struct http_client *client);
static struct http_call *client_next(struct http_client *client);
static void call_begin(struct http_call *call);
static void client_on_transfer_done(struct curl_loop *curl, CURL *easy, CURLcode code);
static void call_finish(struct http_call *call, CURLcode code, int error);
static void client_cancel_all(struct http_client *client, enum http_state state);
static void client_disconnect(struct http_client *client);
static void client_on_disconnected(struct curl_loop *curl);
static void client_on_closed(uv_handle_t *handle);

int http_client_init(struct http_client *client, uv_loop_t *loop,
                     const struct http_client_options *options)
{
    *client = (struct http_client){.loop = loop};
    int status = http_setup_options(&client->options, options);
    if (status != 0)
        return status;
    for (int state = 0; state < HTTP_STATES; state++)
        list_init(&client->calls[state]);

    status = curl_loop_init(&client->curl, loop, client_on_transfer_done);
    if (status == 0)
        uv_idle_init(loop, &client->turn);
    return status;
}

int http_start(struct http_call *call, struct http_client *client,
               const struct http_request *request, http_body_cb on_body,
               http_done_cb on_done)
{
    size_t places = client->options.max_in_flight;
    size_t taken = client->count[HTTP_QUEUED] + client->count[HTTP_IN_FLIGHT] +
                   client->count[HTTP_CANCELLED];

    *call = (struct http_call){.client = client, .on_done = on_done};
    if (client->closing)
        return UV_ECANCELED;
    if (taken >= places && taken - places >= client->options.max_queued)
        return UV_ENOBUFS;

    int status =
        http_transfer_create(&call->transfer, call, request, on_body, &client->options);
    if (status != 0)
        return status;
    list_init(&call->link);
    call_move(call, HTTP_QUEUED);
    client_wake(client);
    return 0;
}

/* The one place where a request changes its state. */
static void call_move(struct http_call *call, enum http_state to)
{
    struct http_client *client = call->client;

    if (call->state != HTTP_ENDED) {
        list_remove(&call->link);
        client->count[call->state]--;
    }
    call->state = to;
    if (to != HTTP_ENDED) {
        list_append(&client->calls[to], &call->link);
        client->count[to]++;
    }
}

/* Something is to be done, but not here: we may be inside a callback of curl's. */
static void client_wake(struct http_client *client)
{
    uv_idle_start(&client->turn, client_on_turn);
}

static void client_on_turn(uv_idle_t *turn)
{
    struct http_client *client = container_of(turn, struct http_client, turn);

    uv_idle_stop(turn);
    client_tell_cancelled(client);
    if (client->count[HTTP_CANCELLED] == 0) /* else curl still has some: next turn */
        client_start_queued(client);
    if (client->closing)
        client_disconnect(client);
}

/* Only those that were cancelled before this turn: whoever is told may start and cancel
 * another one, and that one's turn is the next. */
static void client_tell_cancelled(struct http_client *client)
{
    struct list *first;
    size_t count = client->count[HTTP_CANCELLED];

    while (count-- > 0 && (first = list_first(&client->calls[HTTP_CANCELLED])) != NULL) {
        struct http_call *call = container_of(first, struct http_call, link);

        if (call->with_curl)
            curl_loop_remove(&client->curl, http_transfer_easy(call->transfer));
        call_finish(call, CURLE_OK, UV_ECANCELED);
    }
}

/* Fills up what is in flight from the queue. Only some in a turn of the loop: so the
 * first ones are on their way before the last ones have begun. */
static void client_start_queued(struct http_client *client)
{
    for (int begun = 0; begun < BEGUN_A_TURN; begun++) {
        struct http_call *next = client_next(client);

        if (next == NULL)
            return;
        call_begin(next);
    }
    client_wake(client);
}

/* The request that may begin: the first of the queue, or NULL when none may. */
static struct http_call *client_next(struct http_client *client)
{
    struct list *first = list_first(&client->calls[HTTP_QUEUED]);

    /* TODO 2.16 (red) Keep the cap on how many are in flight.
     * As it stands whoever is first may begin. He may only as long as
     * client->count[HTTP_IN_FLIGHT] is below client->options.max_in_flight. When a
     * request has ended and others wait, this function is called again. */
    if (client->count[HTTP_QUEUED] > client->options.max_in_flight)
        TODO("2.16");
    return first != NULL ? container_of(first, struct http_call, link) : NULL;
    /* END 2.16 */
}

static void call_begin(struct http_call *call)
{
    struct http_client *client = call->client;

    call_move(call, HTTP_IN_FLIGHT);
    http_transfer_begin(call->transfer);
    int status = curl_loop_add(&client->curl, http_transfer_easy(call->transfer));
    call->with_curl = status == 0;
    if (status != 0)
        call_finish(call, CURLE_OK, status);
}

/* Cancelled after all, if it was asked to end before it ended. */
static void client_on_transfer_done(struct curl_loop *curl, CURL *easy, CURLcode code)
{
    struct http_call *call = http_transfer_call(easy);

    (void)curl;
    call_finish(call, code, call->state == HTTP_CANCELLED ? UV_ECANCELED : 0);
}

void http_cancel(struct http_call *call)
{
    /* TODO 2.17 (red) Cancel a request, wherever it is.
     * Only one that is HTTP_QUEUED or HTTP_IN_FLIGHT can be cancelled; with any other do
     * nothing. We may be inside one of curl's callbacks, so nobody is told from here:
     * http_transfer_mute() its transfer, call_move() it to HTTP_CANCELLED, and wake the
     * client. */
    if (call->state == HTTP_QUEUED || call->state == HTTP_IN_FLIGHT)
        TODO("2.17");
    /* END 2.17 */
}

/* The only way out. The caller may free the call, or use it again, in its callback. */
static void call_finish(struct http_call *call, CURLcode code, int error)
{
    struct http_client *client = call->client;
    struct http_transfer *transfer = call->transfer;
    struct http_response response;

    call_move(call, HTTP_ENDED);
    if (client->count[HTTP_QUEUED] > 0 || client->closing)
        client_wake(client); /* there is room for the next one */
    http_transfer_end(transfer, code, error, &response);
    call->on_done(call, &response);
    http_transfer_destroy(transfer);
}

void http_client_close(struct http_client *client, http_client_closed_cb on_closed)
{
    client->closing = true;
    client->on_closed = on_closed;
    client_cancel_all(client, HTTP_QUEUED);
    client_cancel_all(client, HTTP_IN_FLIGHT);
    client_wake(client);
}

static void client_cancel_all(struct http_client *client, enum http_state state)
{
    struct list *head = &client->calls[state], *link, *next;

    for (link = head->next; link != head; link = next) {
        next = link->next;
        http_cancel(container_of(link, struct http_call, link));
    }
}

/* When the last request has been told, all connections are closed; then our own
 * handle. */
static void client_disconnect(struct http_client *client)
{
    if (client->count[HTTP_QUEUED] + client->count[HTTP_IN_FLIGHT] +
            client->count[HTTP_CANCELLED] >
        0)
        return;
    uv_idle_stop(&client->turn);
    curl_loop_close(&client->curl, client_on_disconnected);
}

static void client_on_disconnected(struct curl_loop *curl)
{
    struct http_client *client = container_of(curl, struct http_client, curl);

    uv_close((uv_handle_t *)&client->turn, client_on_closed);
}

static void client_on_closed(uv_handle_t *handle)
{
    struct http_client *client =
        container_of((uv_idle_t *)handle, struct http_client, turn);

    if (client->on_closed != NULL)
        client->on_closed(client);
}
