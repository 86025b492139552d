/* currency_blocking: stage 3's currency_server as it must not be written. Given,
 * finished.
 *
 *     $ currency_blocking
 *     listening on http://127.0.0.1:8080
 *     $ curl http://127.0.0.1:8080/convert/GBP/100
 *     GBP 88.4
 *
 * Whoever asks it alone sees no difference. But on_convert() waits, on the loop's thread,
 * until the service of rates has answered; and whoever else has come waits with it, also
 * for /health. `make compare` shows what that means.
 *
 * In the order of time: */
#include "lib/program.h"
#include "stage3_server/server_program.h"
#include "stage4_background_tasks/currency_easy.h"

#include <curl/curl.h>

enum { DEFAULT_TIMEOUT_MS = 5000 };

static void on_convert(struct http_exchange *exchange);
static void on_health(struct http_exchange *exchange);

static const struct http_route routes[] = {
    {"GET", "/convert/{currency}/{amount}", on_convert},
    {"GET", "/health", on_health},
    {NULL, NULL, NULL},
};

static void on_convert(struct http_exchange *exchange)
{
    struct easy_conversion conversion;

    if (!easy_conversion_read(&conversion, exchange,
                              server_program_of(exchange)->timeout_ms))
        return;
    easy_conversion_run(&conversion); /* here everybody waits */
    easy_conversion_answer(&conversion, exchange);
}

static void on_health(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

int main(int argc, char **argv)
{
    struct server_program program = {
        .name = "currency_blocking",
        .routes = routes,
        .timeout_ms = DEFAULT_TIMEOUT_MS,
    };

    int status = server_program_init(&program, argc, argv);
    if (status != 0)
        return status;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        program_fail(program.name, "libcurl cannot begin");
    status = server_program_run(&program);
    curl_global_cleanup();
    return status;
}
