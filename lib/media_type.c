#include "lib/media_type.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* --- By a file's name --------------------------------------------------------------- */

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".json", "application/json"}, /* always UTF-8 */
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/vnd.microsoft.icon"},
};

const char *media_type_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;
    const char *ending = strrchr(base, '.');

    /* A dot in front begins a hidden file's name, not an ending. */
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ending != NULL && ending != base && strcasecmp(ending, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* --- The Accept header -------------------------------------------------------------- */

/* One element of the list: "text/html;q=0.5". The texts are not terminated. */
struct range {
    const char *type; /* "text/html" */
    size_t length;
    int quality;     /* in thousandths; -1: not said yet */
    bool has_others; /* parameters that are neither q nor charset=utf-8 */
    bool has_charset;
};

/* The readers move `*at` behind what they have read; false: it is malformed. In the order
 * in which they are needed: */
static bool read_range(const char **at, struct range *range);
static bool read_token(const char **at);
static bool read_parameter(const char **at, struct range *range);
static bool read_quoted(const char **at);
static bool read_quality(const char *text, size_t length, int *quality);

static void skip_space(const char **at)
{
    *at += strspn(*at, " \t");
}

/* Whether the text at `text`, `length` bytes of it, is `word`, in either case. */
static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

static bool read_range(const char **at, struct range *range)
{
    *range = (struct range){.type = *at, .quality = -1};
    if (!read_token(at) || *(*at)++ != '/' || !read_token(at))
        return false;
    range->length = (size_t)(*at - range->type);
    if (strncmp(range->type, "*/", 2) == 0 && !is_word(range->type, range->length, "*/*"))
        return false;
    for (skip_space(at); **at == ';'; skip_space(at)) {
        (*at)++;
        skip_space(at);
        bool is_empty = **at == ';' || **at == ',' || **at == '\0';
        if (!is_empty && !read_parameter(at, range))
            return false;
    }
    if (range->quality < 0)
        range->quality = ACCEPT_MAX;
    return **at == ',' || **at == '\0';
}

static bool read_token(const char **at)
{
    size_t length = strspn(*at, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    *at += length;
    return length > 0;
}

/* q counts wherever it stands, but only once. */
static bool read_parameter(const char **at, struct range *range)
{
    const char *name = *at;

    if (!read_token(at) || **at != '=')
        return false;
    size_t name_length = (size_t)(*at - name);
    const char *value = ++*at;
    if (**at == '"' ? !read_quoted(at) : !read_token(at))
        return false;
    size_t length = (size_t)(*at - value);

    if (is_word(name, name_length, "q"))
        return range->quality < 0 && read_quality(value, length, &range->quality);
    if (is_word(name, name_length, "charset") &&
        (is_word(value, length, "utf-8") || is_word(value, length, "\"utf-8\"")))
        range->has_charset = true;
    else
        range->has_others = true;
    return true;
}

static bool read_quoted(const char **at)
{
    for ((*at)++; **at != '"'; (*at)++) {
        if (**at == '\\')
            (*at)++;
        if ((unsigned char)**at < ' ' ? **at != '\t' : **at == 0x7f)
            return false;
    }
    (*at)++;
    return true;
}

/* "0", "1", and up to three digits after a point: "0.125", "1.", "1.000". */
static bool read_quality(const char *text, size_t length, int *quality)
{
    int worth = 100;

    if (length > 5 || (text[0] != '0' && text[0] != '1') ||
        (length > 1 && text[1] != '.'))
        return false;
    *quality = (text[0] - '0') * ACCEPT_MAX;
    for (size_t i = 2; i < length; i++, worth /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *quality += (text[i] - '0') * worth;
    }
    return *quality <= ACCEPT_MAX;
}

/* How specific the range is when it matches `type`; -1: it does not. */
static int range_match(const struct range *range, const char *type)
{
    size_t major = strcspn(type, "/") + 1; /* with the slash */
    int more = range->has_charset ? 1 : 0;

    if (range->has_others)
        return -1;
    if (is_word(range->type, range->length, type))
        return 4 + more;
    if (range->length == major + 1 && range->type[major] == '*' &&
        strncasecmp(range->type, type, major) == 0)
        return 2 + more;
    return is_word(range->type, range->length, "*/*") ? more : -1;
}

int accept_quality(const char *accept, const char *type)
{
    int best = -1, quality = 0;
    bool any = false;
    const char *at = accept != NULL ? accept : "";

    for (;;) {
        struct range range;

        at += strspn(at, " \t,"); /* empty elements are allowed */
        if (*at == '\0')
            return any ? quality : ACCEPT_MAX;
        if (!read_range(&at, &range))
            return ACCEPT_MAX;
        any = true;
        int match = range_match(&range, type);
        if (match > best || (match == best && match >= 0 && range.quality > quality)) {
            best = match;
            quality = range.quality;
        }
    }
}

bool accept_prefers_json(const char *accept)
{
    return accept_quality(accept, "application/json") >
           accept_quality(accept, "text/html");
}
