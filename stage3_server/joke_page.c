#include "stage3_server/joke_page.h"

#include "lib/buffer.h"
#include "lib/media_type.h"

#include <string.h>

static void append(struct buffer *page, const char *text);
static void append_escaped(struct buffer *page, const char *text);

static const char policy[] =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/* The empty icon keeps browsers from asking for /favicon.ico. */
static const char before_joke[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>A joke</title>\n"
    "<link rel=\"icon\" href=\"data:,\">\n"
    "<link rel=\"stylesheet\" href=\"" JOKE_STYLE_PATH "\">\n"
    "</head>\n"
    "<body>\n"
    "<main>\n"
    "<h1>A joke</h1>\n"
    "<p id=\"joke\">";

static const char after_joke[] = "</p>\n"
                                 "<p><a href=\"/\">Another one</a></p>\n"
                                 "</main>\n"
                                 "</body>\n"
                                 "</html>\n";

static const char style[] =
    ":root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }\n"
    "body { margin: 0; min-height: 100vh; min-height: 100svh; display: grid;\n"
    "       place-items: center; }\n"
    "main { box-sizing: border-box; width: 100%; max-width: 36rem; padding: 1.5rem; }\n"
    "h1 { margin: 0; font-size: 1rem; font-weight: normal; }\n"
    "#joke { margin: 1rem 0 2rem; font-size: clamp(1.5rem, 6vw, 2.25rem);\n"
    "        line-height: 1.25; overflow-wrap: anywhere; text-wrap: balance; }\n"
    "a { display: inline-block; padding: 0.75rem 1.25rem; border: 1px solid;\n"
    "    border-radius: 0.5rem; color: inherit; text-decoration: none; }\n"
    "a:hover, a:focus-visible { text-decoration: underline; }\n";

void joke_page_answer(struct http_exchange *exchange, const char *joke)
{
    struct buffer page;

    buffer_init(&page, SIZE_MAX);
    append(&page, before_joke);
    append_escaped(&page, joke);
    append(&page, after_joke);
    http_add_header(exchange, "Content-Security-Policy", policy);
    http_add_header(exchange, "X-Content-Type-Options", "nosniff");
    http_add_header(exchange, "Cache-Control", "no-store"); /* the next one is another */
    http_answer(exchange, 200, media_type_of("page.html"), page.data, page.length);
    buffer_deinit(&page);
}

static void append(struct buffer *page, const char *text)
{
    buffer_append(page, text, strlen(text));
}

static void append_escaped(struct buffer *page, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            append(page, "&amp;");
            break;
        case '<':
            append(page, "&lt;");
            break;
        case '>':
            append(page, "&gt;");
            break;
        case '"':
            append(page, "&quot;");
            break;
        case '\'':
            append(page, "&#39;");
            break;
        default:
            buffer_append(page, text, 1);
        }
    }
}

void joke_page_style(struct http_exchange *exchange)
{
    http_add_header(exchange, "Cache-Control", "max-age=3600");
    http_answer(exchange, 200, media_type_of("joke.css"), style, sizeof style - 1);
}
