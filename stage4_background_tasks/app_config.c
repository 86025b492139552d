#include "stage4_background_tasks/app_config.h"

#include "lib/json_config.h"
#include "lib/memory.h"
#include "lib/phone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { MAX_PORT = 65535, PUBLIC_KEY_LENGTH = 44 /* characters: base64 of 32 bytes */ };

#define TEXT(key, member, standard, variable)                                            \
    {                                                                                    \
        key, CONFIG_TEXT, offsetof(struct app_config, member), standard, variable, 0     \
    }

static const struct config_key keys[] = {
    TEXT("http.host", host, NULL, NULL),
    {"http.port", CONFIG_NUMBER, offsetof(struct app_config, port), NULL, NULL, MAX_PORT},
    TEXT("src_number", src_number, NULL, "SRC_NUMBER"),
    TEXT("telnyx_api_key", api_key, NULL, "TELNYX_API_KEY"),
    TEXT("telnyx_connection_id", connection_id, NULL, "TELNYX_CONNECTION_ID"),
    TEXT("telnyx_api_url", api_url, NULL, "TELEPHONY_URL"),
    TEXT("telnyx_public_key", public_key, "", "TELNYX_PUBLIC_KEY"),
    TEXT("webhook_url", webhook_url, "", "WEBHOOK_URL"),
    TEXT("templates_dir", templates_dir, NULL, NULL),
    TEXT("jokes_external_api_url", jokes_url, NULL, "JOKES_URL"),
    TEXT("database", database, "dial_a_joke.db", NULL),
    {NULL, CONFIG_TEXT, 0, NULL, NULL, 0},
};

static const char *app_config_problem(const struct app_config *config, const char **key);
static bool is_address(const char *text);
static bool is_url(const char *text);
static bool is_header_text(const char *text);
static bool is_public_key(const char *text);
static void cut_slash(char *url);
static void make_relative_to(const char *file, char **path);

int app_config_read(struct app_config *config, const char *path, char *problem,
                    size_t size)
{
    int status = json_config_read(path, keys, config, problem, size);
    const char *key, *wrong;

    if (status != 0)
        return status;
    wrong = app_config_problem(config, &key);
    if (wrong != NULL) {
        snprintf(problem, size, "%s: %s: %s", path, key, wrong);
        app_config_deinit(config);
        return UV_EINVAL;
    }
    cut_slash(config->api_url);
    cut_slash(config->jokes_url);
    make_relative_to(path, &config->templates_dir);
    make_relative_to(path, &config->database);
    return 0;
}

/* What is wrong, with which key; NULL: nothing. */
static const char *app_config_problem(const struct app_config *config, const char **key)
{
    static const char url[] = "it is to be a URL, http:// or https://";
    const struct {
        const char *key;
        bool right;
        const char *problem;
    } checks[] = {
        {"http.host", is_address(config->host), "it is to be an address, in numbers"},
        {"src_number", phone_is_valid(config->src_number),
         "it is to be a telephone number as E.164 writes it, +15550100"},
        {"telnyx_api_key", is_header_text(config->api_key),
         "it is to be printable, and not empty"},
        {"telnyx_connection_id", is_header_text(config->connection_id),
         "it is to be printable, and not empty"},
        {"telnyx_api_url", is_url(config->api_url), url},
        {"telnyx_public_key",
         config->public_key[0] == '\0' || is_public_key(config->public_key),
         "it is to be the base64 of 32 bytes"},
        {"webhook_url", config->webhook_url[0] == '\0' || is_url(config->webhook_url),
         url},
        {"templates_dir", config->templates_dir[0] != '\0', "it is empty"},
        {"jokes_external_api_url", is_url(config->jokes_url), url},
    };

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        *key = checks[i].key;
        if (!checks[i].right)
            return checks[i].problem;
    }
    return NULL;
}

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    return uv_inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, address) == 0;
}

/* Printable ASCII: a line end in it would make two headers of one. */
static bool is_header_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return text[0] != '\0';
}

static bool is_url(const char *text)
{
    size_t scheme = strncmp(text, "http://", 7) == 0    ? 7
                    : strncmp(text, "https://", 8) == 0 ? 8
                                                        : 0;

    return scheme > 0 && is_header_text(text) && text[scheme] != '\0' &&
           text[scheme] != '/';
}

static bool is_public_key(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/";

    return strlen(text) == PUBLIC_KEY_LENGTH &&
           strspn(text, letters) == PUBLIC_KEY_LENGTH - 1 &&
           text[PUBLIC_KEY_LENGTH - 1] == '=';
}

static void cut_slash(char *url)
{
    size_t length = strlen(url);

    if (url[length - 1] == '/')
        url[length - 1] = '\0';
}

/* `path` ("" stays as it is) was meant from the folder of `file`. */
static void make_relative_to(const char *file, char **path)
{
    const char *slash = strrchr(file, '/');

    if ((*path)[0] == '\0' || (*path)[0] == '/' || slash == NULL)
        return;
    char *whole = xasprintf("%.*s%s", (int)(slash + 1 - file), file, *path);
    free(*path);
    *path = whole;
}

void app_config_deinit(struct app_config *config)
{
    json_config_free(keys, config);
}
