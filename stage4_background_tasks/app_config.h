/* app_config: the configuration of dial_a_joke: a JSON object in a file. Given, finished.
 *
 *     {
 *         "http": {"host": "127.0.0.1", "port": 8080},
 *         "src_number": "+15550100",
 *         "telnyx_api_key": "...",
 *         "telnyx_connection_id": "...",
 *         "telnyx_api_url": "https://api.telnyx.com",
 *         "telnyx_public_key": "...",
 *         "webhook_url": "https://.../webhook",
 *         "templates_dir": "templates",
 *         "jokes_external_api_url": "https://icanhazdadjoke.com",
 *         "database": "dial_a_joke.db"
 *     }
 *
 * Paths are relative to the file's folder. What stands in the environment wins:
 * TELNYX_API_KEY, TELNYX_CONNECTION_ID, TELNYX_PUBLIC_KEY, SRC_NUMBER, WEBHOOK_URL; and
 * TELEPHONY_URL and JOKES_URL, as for the other programs. A secret need not be in a file,
 * and is never shown: no message quotes a value. */
#ifndef STAGE4_APP_CONFIG_H
#define STAGE4_APP_CONFIG_H

#include <stddef.h>

enum { CONFIG_PROBLEM_SIZE = 512 }; /* bytes */

/* The caller's memory. Read it; the texts are its own. */
struct app_config {
    char *host;          /* a numeric address */
    unsigned port;       /* 0: any free one */
    char *src_number;    /* who calls: E.164 */
    char *api_key;       /* secret */
    char *connection_id; /* of the application at the provider's */
    char *api_url;       /* the provider's, without a slash at the end */
    char *public_key;    /* with which it signs its webhooks: base64, or "" (stage 5) */
    char *webhook_url; /* where it tells what happens; "": where it was told to before */
    char *jokes_url;   /* the service of jokes, without a slash at the end */
    char *templates_dir;
    char *database; /* the calls' file; "": they are forgotten with the program */
};

/* Reads the file `path`. 0; or a negative UV_E*, and `problem` (of `size` bytes) names in
 * one line the key that is missing, wrong, or not known. */
int app_config_read(struct app_config *config, const char *path, char *problem,
                    size_t size);

void app_config_deinit(struct app_config *config);

#endif
