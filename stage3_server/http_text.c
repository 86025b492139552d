#include "stage3_server/http_text.h"

#include <strings.h>

static const struct {
    int status;
    const char *text;
} statuses[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *http_status_text(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "Unknown";
}

void append_number(struct buffer *buffer, size_t number)
{
    char digits[20];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(buffer, digits + first, sizeof digits - first);
}

void append_header(struct buffer *buffer, const char *name, const char *value)
{
    if (value == NULL)
        return;
    append_text(buffer, name);
    append_text(buffer, ": ");
    append_text(buffer, value);
    append_text(buffer, "\r\n");
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
