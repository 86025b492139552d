/* Probe: llhttp parses a request, given in two pieces, and refuses what is not HTTP. */
#include <llhttp.h>
#include <stdio.h>
#include <string.h>

static size_t url_length;
static int complete;

static int parser_on_url(llhttp_t *parser, const char *at, size_t length)
{
    (void)parser;
    (void)at;
    url_length += length;
    return 0;
}

static int parser_on_complete(llhttp_t *parser)
{
    (void)parser;
    complete = 1;
    return 0;
}

int main(void)
{
    static const char first[] = "GET /jo";
    static const char second[] = "ke HTTP/1.1\r\nHost: localhost\r\n\r\n";
    llhttp_settings_t settings;
    llhttp_t parser;

    printf("%d.%d.%d\n", LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR,
           LLHTTP_VERSION_PATCH);
    llhttp_settings_init(&settings);
    settings.on_url = parser_on_url;
    settings.on_message_complete = parser_on_complete;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    if (llhttp_execute(&parser, first, strlen(first)) != HPE_OK ||
        llhttp_execute(&parser, second, strlen(second)) != HPE_OK || !complete ||
        url_length != strlen("/joke")) {
        fprintf(stderr, "a plain GET request is not parsed\n");
        return 1;
    }
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    if (llhttp_execute(&parser, "\x01\x02", 2) == HPE_OK) {
        fprintf(stderr, "garbage is taken for HTTP\n");
        return 1;
    }
    return 0;
}
