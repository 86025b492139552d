#include "stage3_server/http_text.h"

#include <strings.h>

static const char *const texts[] = {
    [100] = "Continue",
    [101] = "Switching Protocols",
    [200] = "OK",
    [201] = "Created",
    [202] = "Accepted",
    [204] = "No Content",
    [206] = "Partial Content",
    [301] = "Moved Permanently",
    [302] = "Found",
    [303] = "See Other",
    [304] = "Not Modified",
    [307] = "Temporary Redirect",
    [308] = "Permanent Redirect",
    [400] = "Bad Request",
    [401] = "Unauthorized",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [406] = "Not Acceptable",
    [408] = "Request Timeout",
    [409] = "Conflict",
    [410] = "Gone",
    [411] = "Length Required",
    [413] = "Content Too Large",
    [414] = "URI Too Long",
    [415] = "Unsupported Media Type",
    [417] = "Expectation Failed",
    [421] = "Misdirected Request",
    [422] = "Unprocessable Content",
    [426] = "Upgrade Required",
    [429] = "Too Many Requests",
    [431] = "Request Header Fields Too Large",
    [500] = "Internal Server Error",
    [501] = "Not Implemented",
    [502] = "Bad Gateway",
    [503] = "Service Unavailable",
    [504] = "Gateway Timeout",
    [505] = "HTTP Version Not Supported",
};

const char *http_status_text(int status)
{
    bool has_name = status >= 0 && status < (int)(sizeof texts / sizeof *texts) &&
                    texts[status] != NULL;

    return has_name ? texts[status] : "Unknown";
}

void append_number(struct buffer *buffer, size_t number)
{
    size_t length = 1;

    for (size_t rest = number; rest >= 10; rest /= 10)
        length++;
    char *to = buffer_extend(buffer, length);
    for (; to != NULL && length > 0; number /= 10)
        to[--length] = (char)('0' + number % 10);
}

void append_to_list(struct buffer *list, const char *item)
{
    if (is_in_list(list->data, item))
        return;
    if (list->length > 0)
        append_text(list, ", ");
    append_text(list, item);
}

bool is_in_list(const char *list, const char *item)
{
    size_t length = strlen(item);

    while (*list != '\0') {
        size_t skipped = strspn(list, ", \t");
        size_t size = strcspn(list + skipped, ", \t");

        if (size == length && strncasecmp(list + skipped, item, length) == 0)
            return true;
        list += skipped + size;
    }
    return false;
}
