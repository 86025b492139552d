/* Two readers for every byte. The head, the lines between chunks and the trailers are
 * taken line by line: a line is looked at when it is whole, and only then given to
 * llhttp. So it does not matter how the bytes came, and llhttp sees nothing that we have
 * not found right; should it disagree all the same, the request is refused. Mostly a
 * line stands in the caller's bytes as a whole, and is not copied; `line` keeps the
 * beginning of one that does not.
 *
 * What is kept of the head are strings in `text`: the target, the host (if the target was
 * a whole URL), then name and value of each header. When `text` has to grow it moves, and
 * the pointers into it go along. */
#include "lib/request_parser.h"

#include "lib/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is to come next. */
enum next {
    NEXT_REQUEST_LINE,
    NEXT_HEADER,    /* or the empty line after the headers */
    NEXT_CHUNK,     /* the line with its size */
    NEXT_BYTES,     /* of the body, or of a chunk */
    NEXT_CHUNK_END, /* the line end after the bytes of a chunk */
    NEXT_TRAILER,   /* or the empty line after the trailers */
};

/* What has stood in the head. */
enum seen {
    SEEN_VERSION_1_0 = 1 << 0,
    SEEN_WHOLE_URL = 1 << 1, /* as the target */
    SEEN_OPTIONS = 1 << 2,
    SEEN_HOST = 1 << 3,
    SEEN_LENGTH = 1 << 4,
    SEEN_CHUNKED = 1 << 5,
    SEEN_CLOSE = 1 << 6,
    SEEN_KEEP_ALIVE = 1 << 7,
    SEEN_UPGRADE_OPTION = 1 << 8, /* in Connection */
    SEEN_UPGRADE = 1 << 9,
    SEEN_CONTINUE = 1 << 10,
};

/* A chunk's line without extensions: as many digits as 64 bits have, and the line end. */
enum { SIZE_DIGITS = 16, SIZE_LINE = SIZE_DIGITS + 2 };

enum { LEAST_HEADERS = 8 }; /* that have room when there are some */

/* A piece of a line. */
struct piece {
    const char *at;
    size_t length;
};

static size_t take_line(struct request_parser *parser, const char *bytes, size_t length);
static void line_is_whole(struct request_parser *parser, struct piece line);
static void take_request_line(struct request_parser *parser, struct piece line);
static void take_header(struct request_parser *parser, struct piece line);
static void take_end_of_head(struct request_parser *parser, struct piece line);
static void take_chunk(struct request_parser *parser, struct piece line);
static size_t take_bytes(struct request_parser *parser, const char *bytes, size_t length);
static void take_chunk_end(struct request_parser *parser, struct piece line);
static void take_trailer(struct request_parser *parser, struct piece line);
static int parser_on_body(llhttp_t *llhttp, const char *bytes, size_t length);
static int parser_on_complete(llhttp_t *llhttp);

static const llhttp_settings_t SETTINGS = {
    .on_body = parser_on_body,
    .on_message_complete = parser_on_complete,
};

/* --- Which characters may stand where ----------------------------------------------- */

enum {
    IN_LINE = 1,    /* of the head: no control character but the tab */
    IN_TOKEN = 2,   /* names and methods */
    IN_TARGET = 4,  /* visible ASCII, without the fragment's "#" */
    IN_HOST = 8,    /* a name or IPv4 address (RFC 3986, 3.2.2) */
    IN_QUOTES = 16, /* without a backslash before it */
    IS_PLAIN = 32   /* in a target: no escape begins with it either */
};

#define IS_WORD(c)                                                                       \
    (((c) >= '0' && (c) <= '9') || ((c) >= 'A' && (c) <= 'Z') ||                         \
     ((c) >= 'a' && (c) <= 'z'))
#define IS_TOKEN(c)                                                                      \
    (IS_WORD(c) || (c) == '!' || (c) == '#' || (c) == '$' || (c) == '%' || (c) == '&' || \
     (c) == '\'' || (c) == '*' || (c) == '+' || (c) == '-' || (c) == '.' ||              \
     (c) == '^' || (c) == '_' || (c) == '`' || (c) == '|' || (c) == '~')
#define IS_HOST(c)                                                                       \
    (IS_WORD(c) || (c) == '-' || (c) == '.' || (c) == '_' || (c) == '~' || (c) == '%' || \
     (c) == '!' || (c) == '$' || (c) == '&' || (c) == '\'' || (c) == '(' ||              \
     (c) == ')' || (c) == '*' || (c) == '+' || (c) == ',' || (c) == ';' || (c) == '=')
#define IS_LINE(c)   ((c) == '\t' || ((c) >= ' ' && (c) != 0x7f))
#define IS_TARGET(c) ((c) > ' ' && (c) < 0x7f && (c) != '#')

#define KIND(c)                                                                          \
    (IS_LINE(c) * IN_LINE | IS_TOKEN(c) * IN_TOKEN | IS_TARGET(c) * IN_TARGET |          \
     IS_HOST(c) * IN_HOST | (IS_LINE(c) && (c) != '"' && (c) != '\\') * IN_QUOTES |      \
     (IS_TARGET(c) && (c) != '%') * IS_PLAIN)
#define KINDS_4(c)  KIND(c), KIND((c) + 1), KIND((c) + 2), KIND((c) + 3)
#define KINDS_16(c) KINDS_4(c), KINDS_4((c) + 4), KINDS_4((c) + 8), KINDS_4((c) + 12)
#define KINDS_64(c)                                                                      \
    KINDS_16(c), KINDS_16((c) + 16), KINDS_16((c) + 32), KINDS_16((c) + 48)

static const uint8_t KINDS[256] = {KINDS_64(0), KINDS_64(64), KINDS_64(128),
                                   KINDS_64(192)};

static bool is(char c, int kind)
{
    return (KINDS[(unsigned char)c] & kind) != 0;
}

/* How many of the first characters are of this kind. */
static size_t span(struct piece piece, int kind)
{
    size_t length = 0;

    while (length < piece.length && is(piece.at[length], kind))
        length++;
    return length;
}

/* Whether there may be a control character among eight bytes. In one the subtraction (for
 * those below 0x20) or the addition (for 0x7f) sets the highest bit, which was clear. What
 * is carried from byte to byte may set it in others, too, but clears it in none. */
static bool may_have_control(const char *bytes)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t eight;

    memcpy(&eight, bytes, sizeof eight);
    return (((eight - ones * 0x20) | (eight + ones)) & ~eight & (ones * 0x80)) != 0;
}

/* How many of the first characters may stand in a line. Nearly all of what comes is read
 * here, so eight at a time. */
static size_t span_of_line(const char *bytes, size_t length)
{
    size_t i = 0;

    while (i + 8 <= length && !may_have_control(bytes + i))
        i += 8;
    while (i < length && is(bytes[i], IN_LINE))
        i++;
    return i;
}

/* --- Pieces of lines ---------------------------------------------------------------- */

/* Without its first `length` characters. */
static struct piece after(struct piece piece, size_t length)
{
    return (struct piece){piece.at + length, piece.length - length};
}

/* Cuts what stands before the first `separator` off `rest`, and the separator with it.
 * False: there is none, and the piece is all of it. */
static bool cut(struct piece *rest, char separator, struct piece *before)
{
    const char *at = rest->length > 0 ? memchr(rest->at, separator, rest->length) : NULL;

    *before = *rest;
    if (at == NULL) {
        *rest = after(*rest, rest->length);
        return false;
    }
    before->length = (size_t)(at - rest->at);
    *rest = after(*rest, before->length + 1);
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the space around it. */
static struct piece trimmed(struct piece piece)
{
    while (piece.length > 0 && is_space(piece.at[0]))
        piece = after(piece, 1);
    while (piece.length > 0 && is_space(piece.at[piece.length - 1]))
        piece.length--;
    return piece;
}

/* In whatever case; `word` is in lower case. The bit that is added makes a letter, a digit,
 * "-" or "*" only of a capital or of a control character, and of those there is none in a
 * line. */
static bool same(struct piece piece, const char *word)
{
    size_t i = 0;

    while (i < piece.length && (piece.at[i] | 0x20) == word[i])
        i++;
    return i == piece.length && word[i] == '\0';
}

/* The value of a hexadecimal digit; -1: it is none. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* --- Refusing, and asking the other reader ------------------------------------------ */

/* False, for `return refuse(...)`. The first refusal counts. */
static bool refuse(struct request_parser *parser, int status, const char *problem)
{
    if (parser->state == REQUEST_FAILED)
        return false;
    parser->state = REQUEST_FAILED;
    parser->status = status;
    parser->problem = problem;
    parser->keep_alive = parser->wants_continue = false;
    if (parser->method == NULL) { /* nobody is to read the half of a head */
        parser->target = parser->host = NULL;
        parser->header_count = 0;
    }
    return false;
}

/* Whether llhttp takes it, too. */
static bool llhttp_takes(struct request_parser *parser, const char *bytes, size_t length)
{
    llhttp_errno_t status = llhttp_execute(&parser->llhttp, bytes, length);

    return status == HPE_OK || (status == HPE_PAUSED_UPGRADE && parser->complete);
}

/* The same of a line, without what we have found not to matter at its end. Mostly that is
 * nothing, and the line end stands right behind it. */
static bool llhttp_takes_line(struct request_parser *parser, struct piece line)
{
    if (line.at[line.length] == '\r') {
        if (llhttp_takes(parser, line.at, line.length + 2))
            return true;
    } else if (llhttp_takes(parser, line.at, line.length) &&
               llhttp_takes(parser, "\r\n", 2)) {
        return true;
    }
    return refuse(parser, 400, "not an HTTP/1.1 request");
}

static int parser_on_body(llhttp_t *llhttp, const char *bytes, size_t length)
{
    struct request_parser *parser = container_of(llhttp, struct request_parser, llhttp);

    return buffer_append(&parser->body, bytes, length) == 0 ? 0 : HPE_USER;
}

static int parser_on_complete(llhttp_t *llhttp)
{
    struct request_parser *parser = container_of(llhttp, struct request_parser, llhttp);

    parser->complete = true;
    return 0;
}

/* All of it has come, as we count: llhttp must have come to the same end. */
static void finish(struct request_parser *parser)
{
    if (parser->complete)
        parser->state = REQUEST_WHOLE;
    else
        refuse(parser, 400, "not an HTTP/1.1 request");
}

/* --- Lines -------------------------------------------------------------------------- */

/* How many bytes the line may have in all, with its line end. */
static size_t line_limit(const struct request_parser *parser)
{
    size_t left = parser->limits->max_head - parser->head_bytes;

    if (parser->next == NEXT_CHUNK && left < SIZE_MAX - SIZE_LINE)
        return left + SIZE_LINE;
    return parser->next == NEXT_CHUNK_END ? 2 : left;
}

/* `begun` is what has come of the line: there must not come more. */
static void refuse_long_line(struct request_parser *parser, struct piece begun)
{
    struct piece before;

    switch ((enum next)parser->next) {
    case NEXT_REQUEST_LINE:
        cut(&begun, ' ', &before); /* the method */
        cut(&begun, ' ', &before);
        if (before.length > parser->limits->max_target)
            refuse(parser, 414, "the target is too long");
        break;
    case NEXT_CHUNK:
        refuse(parser, 431, "the chunk extensions are too long");
        break;
    case NEXT_CHUNK_END:
        refuse(parser, 400, "a chunk that is not as long as it says");
        break;
    case NEXT_TRAILER:
        refuse(parser, 431, "the trailers are too long");
        break;
    default:
        break;
    }
    refuse(parser, 431, "the request line and the headers are too long");
}

/* A byte that may not stand in a line, or not there. */
static void refuse_byte(struct request_parser *parser, char byte, bool after_cr)
{
    if (after_cr)
        refuse(parser, 400, "a CR without an LF");
    else if (byte == '\n')
        refuse(parser, 400, "an LF without a CR");
    else
        refuse(parser, 400, "a control character");
}

/* Takes bytes up to the end of the line, and then acts on the line. */
static size_t take_line(struct request_parser *parser, const char *bytes, size_t length)
{
    const struct buffer *begun = &parser->line;
    bool after_cr = begun->length > 0 && begun->data[begun->length - 1] == '\r';
    size_t limit = line_limit(parser) - begun->length;
    size_t most = length < limit ? length : limit;
    size_t end = after_cr ? 0 : span_of_line(bytes, most);

    if (parser->state == REQUEST_IDLE && !after_cr && bytes[0] != '\r')
        parser->state = REQUEST_HEAD;
    if (end < most && !after_cr && bytes[end] == '\r') {
        after_cr = true;
        end++;
    }
    if (end < most) {
        if (after_cr && bytes[end] == '\n')
            line_is_whole(parser, (struct piece){bytes, end + 1});
        else
            refuse_byte(parser, bytes[end], after_cr);
        return end + 1;
    }
    buffer_append(&parser->line, bytes, most);
    if (most == length)
        return length;
    refuse_long_line(parser, (struct piece){parser->line.data, parser->line.length});
    return most + 1;
}

/* Each line goes to who waits for it, without its line end. */
static void line_is_whole(struct request_parser *parser, struct piece line)
{
    if (parser->line.length > 0) {
        buffer_append(&parser->line, line.at, line.length);
        line = (struct piece){parser->line.data, parser->line.length};
    }
    line.length -= 2;
    switch ((enum next)parser->next) {
    case NEXT_REQUEST_LINE:
        take_request_line(parser, line);
        break;
    case NEXT_HEADER:
        if (line.length > 0)
            take_header(parser, line);
        else
            take_end_of_head(parser, line);
        break;
    case NEXT_CHUNK:
        take_chunk(parser, line);
        break;
    case NEXT_CHUNK_END:
        take_chunk_end(parser, line);
        break;
    default:
        take_trailer(parser, line);
        break;
    }
    if (parser->line.length > 0)
        buffer_clear(&parser->line);
}

/* Moves what is kept of the head, and the pointers to it, to where there is more room. */
static void move_text(struct request_parser *parser, size_t length)
{
    struct buffer old = parser->text, *text = &parser->text;

    buffer_init(text, SIZE_MAX);
    buffer_make_room(text, old.length + length);
    buffer_append(text, old.data, old.length);
    if (parser->target != NULL)
        parser->target = text->data + (parser->target - old.data);
    if (parser->host != NULL)
        parser->host = text->data + (parser->host - old.data);
    for (size_t i = 0; i < parser->header_count; i++) {
        struct request_header *header = &parser->headers[i];

        header->name = text->data + (header->name - old.data);
        header->value = text->data + (header->value - old.data);
    }
    buffer_deinit(&old);
}

/* Adds a string to what is kept of the head, and returns it. */
static char *keep(struct request_parser *parser, struct piece piece)
{
    if (piece.length + 1 >= parser->text.capacity - parser->text.length)
        move_text(parser, piece.length + 1);
    char *text = buffer_extend(&parser->text, piece.length + 1);
    memcpy(text, piece.at, piece.length);
    text[piece.length] = '\0';
    return text;
}

/* --- The request line --------------------------------------------------------------- */

/* "name", "name:port", "[address]:port"; a port may be empty. */
static bool is_host(struct piece host)
{
    size_t length = span(host, IN_HOST);

    if (host.length > 0 && host.at[0] == '[') {
        const char *end = memchr(host.at, ']', host.length);
        length = end == NULL ? 0 : (size_t)(end - host.at) + 1;
        for (size_t i = 1; i + 1 < length; i++)
            if (strchr("0123456789abcdefABCDEF:.", host.at[i]) == NULL)
                return false;
        if (length < 4) /* "[::]" */
            return false;
    }
    if (length == 0)
        return false;
    host = after(host, length);
    if (host.length > 0 && host.at[0] != ':')
        return false;
    for (size_t i = 1; i < host.length; i++)
        if (host.at[i] < '0' || host.at[i] > '9')
            return false;
    return true;
}

static bool take_version(struct request_parser *parser, struct piece version)
{
    const char *at = version.at;

    if (version.length == 8 && memcmp(at, "HTTP/1.1", 8) == 0)
        return true;
    if (memchr(at, ' ', version.length) != NULL)
        return refuse(parser, 400, "more than two spaces in the request line");
    if (version.length != 8 || memcmp(at, "HTTP/", 5) != 0 || at[5] < '0' ||
        at[5] > '9' || at[6] != '.' || at[7] < '0' || at[7] > '9')
        return refuse(parser, 400, "no HTTP version at the end of the request line");
    if (at[5] != '1' || at[7] != '0')
        return refuse(parser, 505, "not HTTP/1.1 or HTTP/1.0");
    parser->seen |= SEEN_VERSION_1_0;
    return true;
}

/* "http://host:port/path": what stands before the path is the host. */
static bool take_whole_url(struct request_parser *parser, struct piece target)
{
    struct piece host = after(target, strlen("http://")), path = host;

    while (path.length > 0 && path.at[0] != '/' && path.at[0] != '?')
        path = after(path, 1);
    host.length -= path.length;
    if (!is_host(host))
        return refuse(parser, 400, "not a host in the target's URL");
    parser->seen |= SEEN_WHOLE_URL;
    if (path.length == 0 && (parser->seen & SEEN_OPTIONS))
        buffer_append(&parser->text, "*", 1);
    else if (path.length == 0 || path.at[0] != '/')
        buffer_append(&parser->text, "/", 1);
    keep(parser, path);
    parser->target = parser->text.data; /* the first of what is kept */
    parser->host = keep(parser, host);
    return true;
}

/* Each % stands before two hexadecimal digits, which are not 00: that would end a string
 * for whoever decodes it. */
static bool are_escapes(struct piece target)
{
    struct piece before;

    while (cut(&target, '%', &before))
        if (target.length < 2 || hex_digit(target.at[0]) < 0 ||
            hex_digit(target.at[1]) < 0 || memcmp(target.at, "00", 2) == 0)
            return false;
    return true;
}

/* Cuts the target off `rest`, and the space after it. Mostly it is plain: then this is
 * seen while its end is looked for. False: there is no space. */
static bool cut_target(struct piece *rest, struct piece *target, bool *plain)
{
    size_t length = span(*rest, IS_PLAIN);

    *plain = length < rest->length && rest->at[length] == ' ';
    if (!*plain)
        return cut(rest, ' ', target);
    *target = (struct piece){rest->at, length};
    *rest = after(*rest, length + 1);
    return true;
}

static bool take_target(struct request_parser *parser, struct piece target, bool plain)
{
    if (target.length > parser->limits->max_target)
        return refuse(parser, 414, "the target is too long");
    if (!plain && span(target, IN_TARGET) < target.length)
        return refuse(parser, 400, "a character that no target may have");
    if (!plain && !are_escapes(target))
        return refuse(parser, 400, "a % in the target without two digits, or with 00");
    if (target.length > 0 && target.at[0] == '/') {
        parser->target = keep(parser, target);
        return true;
    }
    if (target.length > 7 && strncasecmp(target.at, "http://", 7) == 0)
        return take_whole_url(parser, target);
    if (!same(target, "*"))
        return refuse(parser, 400, "a target that is neither a path nor a URL of http");
    if (!(parser->seen & SEEN_OPTIONS))
        return refuse(parser, 400, "the target * of another method than OPTIONS");
    parser->target = keep(parser, target);
    return true;
}

static void take_empty_line(struct request_parser *parser)
{
    if (++parser->empty_lines > REQUEST_EMPTY_LINES)
        refuse(parser, 400, "too many empty lines before the request");
}

/* "GET /path HTTP/1.1". What llhttp does not take of a line that is right otherwise is
 * the method. */
static void take_request_line(struct request_parser *parser, struct piece line)
{
    struct piece method = {line.at, span(line, IN_TOKEN)};
    struct piece rest = after(line, method.length), target;
    bool plain;

    if (line.length == 0) {
        take_empty_line(parser);
        return;
    }
    parser->head_bytes += line.length + 2;
    if (method.length == 0 || (rest.length > 0 && rest.at[0] != ' ')) {
        refuse(parser, 400, "no method at the beginning of the request line");
        return;
    }
    rest = after(rest, rest.length > 0 ? 1 : 0);
    if (!cut_target(&rest, &target, &plain)) {
        refuse(parser, 400, "a request line without a version");
        return;
    }
    if (!take_version(parser, rest))
        return;
    if (method.length == 7 && memcmp(method.at, "CONNECT", 7) == 0) {
        refuse(parser, 501, "CONNECT is for proxies");
        return;
    }
    if (method.length == 7 && memcmp(method.at, "OPTIONS", 7) == 0)
        parser->seen |= SEEN_OPTIONS;
    if (!take_target(parser, target, plain))
        return;
    if (!llhttp_takes(parser, line.at, line.length + 2)) /* with the line end */
        refuse(parser, 501, "an unknown method");
    parser->next = NEXT_HEADER;
}

/* --- Headers ------------------------------------------------------------------------ */

static bool take_host(struct request_parser *parser, struct piece value)
{
    if (parser->seen & SEEN_HOST)
        return refuse(parser, 400, "two Host headers");
    parser->seen |= SEEN_HOST;
    return is_host(value) || refuse(parser, 400, "not a host in the Host header");
}

static bool take_length(struct request_parser *parser, struct piece value)
{
    if (parser->seen & SEEN_LENGTH)
        return refuse(parser, 400, "two Content-Length headers");
    if (parser->seen & SEEN_CHUNKED)
        return refuse(parser, 400, "Content-Length and Transfer-Encoding together");
    parser->seen |= SEEN_LENGTH;
    if (value.length == 0)
        return refuse(parser, 400, "Content-Length is not a number");
    for (size_t i = 0; i < value.length; i++) {
        unsigned digit = (unsigned char)value.at[i] - (unsigned)'0';

        if (digit > 9)
            return refuse(parser, 400, "Content-Length is not a number");
        if (parser->left > (UINT64_MAX - digit) / 10)
            return refuse(parser, 400, "Content-Length is too large a number");
        parser->left = parser->left * 10 + digit;
    }
    return true;
}

static bool take_encoding(struct request_parser *parser, struct piece value)
{
    struct piece coding;
    bool more;

    if (parser->seen & SEEN_VERSION_1_0)
        return refuse(parser, 400, "Transfer-Encoding in HTTP/1.0");
    if (parser->seen & SEEN_LENGTH)
        return refuse(parser, 400, "Content-Length and Transfer-Encoding together");
    do {
        more = cut(&value, ',', &coding);
        coding = trimmed(coding);
        if (coding.length == 0)
            return refuse(parser, 400, "an empty Transfer-Encoding");
        bool chunked = same(coding, "chunked");
        if (parser->seen & SEEN_CHUNKED)
            return refuse(parser, 400,
                          chunked ? "chunked twice in Transfer-Encoding"
                                  : "chunked is not the last Transfer-Encoding");
        if (!chunked)
            return refuse(parser, 501, "a Transfer-Encoding other than chunked");
        parser->seen |= SEEN_CHUNKED;
    } while (more);
    return true;
}

static bool take_connection(struct request_parser *parser, struct piece value)
{
    struct piece option;
    bool more;

    do {
        more = cut(&value, ',', &option);
        option = trimmed(option);
        if (same(option, "close"))
            parser->seen |= SEEN_CLOSE;
        else if (same(option, "keep-alive"))
            parser->seen |= SEEN_KEEP_ALIVE;
        else if (same(option, "upgrade"))
            parser->seen |= SEEN_UPGRADE_OPTION;
    } while (more);
    return true;
}

static bool take_upgrade(struct request_parser *parser, struct piece value)
{
    parser->seen |= value.length > 0 ? SEEN_UPGRADE : 0;
    return true;
}

static bool take_expect(struct request_parser *parser, struct piece value)
{
    parser->seen |= same(value, "100-continue") ? SEEN_CONTINUE : 0;
    return true;
}

/* The headers that say something about the request itself. */
static const struct known_header {
    const char *name; /* in lower case */
    size_t length;
    bool (*take)(struct request_parser *parser, struct piece value);
    bool in_head_only; /* as a trailer it would come too late */
} KNOWN[] = {
    {"host", 4, take_host, true},
    {"content-length", 14, take_length, true},
    {"transfer-encoding", 17, take_encoding, true},
    {"connection", 10, take_connection, false},
    {"upgrade", 7, take_upgrade, false},
    {"expect", 6, take_expect, false},
};

/* NULL: none of them. */
static const struct known_header *find_known(struct piece name)
{
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (name.length == KNOWN[i].length && same(name, KNOWN[i].name))
            return &KNOWN[i];
    return NULL;
}

/* A line that does not begin with a name and a colon: says what is wrong with it. */
static bool refuse_header(struct request_parser *parser, struct piece line)
{
    struct piece rest = line, name;

    if (is_space(line.at[0]) && parser->header_count == 0 && parser->next == NEXT_HEADER)
        return refuse(parser, 400, "a space before the first header");
    if (is_space(line.at[0]))
        return refuse(parser, 400, "a header that goes on in the next line");
    if (!cut(&rest, ':', &name))
        return refuse(parser, 400, "a header without a colon");
    if (name.length == 0)
        return refuse(parser, 400, "a header without a name");
    if (is_space(name.at[name.length - 1]))
        return refuse(parser, 400, "a space before the colon of a header");
    return refuse(parser, 400, "a character that no header's name may have");
}

/* "Name: value", of a header or a trailer; the space at its end is cut off the line. */
static bool split_header(struct request_parser *parser, struct piece *line,
                         struct piece *name, struct piece *value)
{
    parser->head_bytes += line->length + 2;
    *name = (struct piece){line->at, span(*line, IN_TOKEN)};
    if (name->length == 0 || name->length == line->length ||
        line->at[name->length] != ':')
        return refuse_header(parser, *line);
    *value = trimmed(after(*line, name->length + 1));
    line->length = (size_t)(value->at - line->at) + value->length;
    return true;
}

/* Keeps the whole line, with a zero byte in place of the colon. */
static void keep_header(struct request_parser *parser, struct piece line, size_t colon,
                        size_t value)
{
    if (parser->header_count == parser->header_capacity) {
        parser->header_capacity =
            parser->header_capacity > 0 ? 2 * parser->header_capacity : LEAST_HEADERS;
        parser->headers = xrealloc(parser->headers,
                                   parser->header_capacity * sizeof parser->headers[0]);
    }
    char *text = keep(parser, line);
    text[colon] = '\0';
    parser->headers[parser->header_count++] = (struct request_header){text, text + value};
}

static void take_header(struct request_parser *parser, struct piece line)
{
    struct piece name, value;

    if (!split_header(parser, &line, &name, &value))
        return;
    if (parser->header_count == parser->limits->max_headers) {
        refuse(parser, 431, "too many headers");
        return;
    }
    const struct known_header *known = find_known(name);
    if (known != NULL && !known->take(parser, value))
        return;
    if (!llhttp_takes_line(parser, line))
        return;
    keep_header(parser, line, name.length, (size_t)(value.at - line.at));
    if ((parser->seen & SEEN_HOST) && parser->host == NULL) /* then this is it */
        parser->host = parser->headers[parser->header_count - 1].value;
}

/* --- The end of the head ------------------------------------------------------------ */

/* What the headers say together. */
static void conclude(struct request_parser *parser)
{
    int seen = parser->seen;
    bool chunked = (seen & SEEN_CHUNKED) != 0;
    bool is_1_0 = (seen & SEEN_VERSION_1_0) != 0;
    bool follows = chunked || parser->left > 0;

    parser->has_body = chunked || (seen & SEEN_LENGTH);
    parser->keep_alive = !(seen & SEEN_CLOSE) && (!is_1_0 || (seen & SEEN_KEEP_ALIVE));
    parser->wants_continue = follows && !is_1_0 && (seen & SEEN_CONTINUE);
    parser->wants_upgrade =
        !follows && !is_1_0 && (seen & SEEN_UPGRADE) && (seen & SEEN_UPGRADE_OPTION);
    parser->next = chunked ? NEXT_CHUNK : NEXT_BYTES;
    parser->state = follows ? REQUEST_BODY : REQUEST_HEAD;
}

static void take_end_of_head(struct request_parser *parser, struct piece line)
{
    parser->head_bytes += 2;
    if (!(parser->seen & (SEEN_HOST | SEEN_VERSION_1_0))) {
        refuse(parser, 400, "no Host header");
        return;
    }
    if (!llhttp_takes_line(parser, line))
        return;
    parser->method = llhttp_method_name((llhttp_method_t)parser->llhttp.method);
    conclude(parser);
    if (parser->left > parser->limits->max_body)
        refuse(parser, 413, "the body is too long");
    else if (parser->state != REQUEST_BODY)
        finish(parser);
}

/* --- The body ----------------------------------------------------------------------- */

static size_t take_bytes(struct request_parser *parser, const char *bytes, size_t length)
{
    if (length > parser->left)
        length = (size_t)parser->left;
    parser->left -= length;
    if (!llhttp_takes(parser, bytes, length))
        refuse(parser, 400, "not an HTTP/1.1 request");
    else if (parser->left == 0 && (parser->seen & SEEN_CHUNKED))
        parser->next = NEXT_CHUNK_END;
    else if (parser->left == 0)
        finish(parser);
    return length;
}

/* How long the string in quotes is with which it begins; 0: there is none, or no end. */
static size_t quoted_length(struct piece piece)
{
    size_t length = 1;

    if (piece.length == 0 || piece.at[0] != '"')
        return 0;
    while (length < piece.length && piece.at[length] != '"') {
        length += is(piece.at[length], IN_QUOTES) ? 1 : 2;
        if (length >= piece.length)
            return 0;
    }
    return length < piece.length ? length + 1 : 0;
}

/* ";name", ";name=value" or ";name="value"", as often as there are. */
static bool are_extensions(struct piece rest)
{
    while (rest.length > 0) {
        if (rest.at[0] != ';')
            return false;
        rest = after(rest, 1);
        size_t length = span(rest, IN_TOKEN);
        if (length == 0)
            return false;
        rest = after(rest, length);
        if (rest.length == 0 || rest.at[0] != '=')
            continue;
        rest = after(rest, 1);
        length = span(rest, IN_TOKEN);
        if (length == 0)
            length = quoted_length(rest);
        if (length == 0)
            return false;
        rest = after(rest, length);
    }
    return true;
}

/* "1f" or "1f;name=value": the last chunk is that of no bytes. llhttp is not shown the
 * extensions, which nobody needs: not every version takes what is in quotes. */
static void take_chunk(struct request_parser *parser, struct piece line)
{
    size_t digits = 0;

    parser->left = 0;
    while (digits < line.length && digits < SIZE_DIGITS &&
           hex_digit(line.at[digits]) >= 0)
        parser->left = parser->left * 16 + (uint64_t)hex_digit(line.at[digits++]);
    struct piece extensions = after(line, digits);
    parser->head_bytes += extensions.length;
    if (digits == 0 || (extensions.length > 0 && extensions.at[0] != ';'))
        refuse(parser, 400, "not a chunk size");
    else if (!are_extensions(extensions))
        refuse(parser, 400, "not a chunk extension");
    else if (parser->head_bytes > parser->limits->max_head)
        refuse(parser, 431, "the chunk extensions are too long");
    else if (parser->left > parser->limits->max_body - parser->body.length)
        refuse(parser, 413, "the body is too long");
    else
        llhttp_takes_line(parser, (struct piece){line.at, digits});
    parser->next = parser->left > 0 ? NEXT_BYTES : NEXT_TRAILER;
}

static void take_chunk_end(struct request_parser *parser, struct piece line)
{
    llhttp_takes_line(parser, line);
    parser->next = NEXT_CHUNK;
}

/* It is dropped. */
static void take_trailer(struct request_parser *parser, struct piece line)
{
    struct piece name, value;

    if (line.length > 0) {
        if (!split_header(parser, &line, &name, &value))
            return;
        const struct known_header *known = find_known(name);
        if (known != NULL && known->in_head_only)
            refuse(parser, 400, "a trailer that must be a header");
        else
            llhttp_takes_line(parser, line);
    } else if (llhttp_takes_line(parser, line)) {
        finish(parser);
    }
}

/* --- The whole ---------------------------------------------------------------------- */

void request_parser_init(struct request_parser *parser,
                         const struct request_limits *limits)
{
    *parser = (struct request_parser){.limits = limits};
    buffer_init(&parser->text, SIZE_MAX);
    buffer_init(&parser->line, SIZE_MAX);
    buffer_init(&parser->body, limits->max_body);
    request_parser_reset(parser);
}

void request_parser_reset(struct request_parser *parser)
{
    buffer_clear(&parser->text);
    buffer_clear(&parser->line);
    buffer_clear(&parser->body);
    llhttp_init(&parser->llhttp, HTTP_REQUEST, &SETTINGS);
    parser->state = REQUEST_IDLE;
    parser->status = 0;
    parser->problem = parser->method = parser->target = parser->host = NULL;
    parser->header_count = 0;
    parser->keep_alive = parser->wants_continue = parser->wants_upgrade = false;
    parser->has_body = parser->complete = false;
    parser->head_bytes = 0;
    parser->left = 0;
    parser->seen = 0;
    parser->next = NEXT_REQUEST_LINE;
    parser->empty_lines = 0;
}

void request_parser_deinit(struct request_parser *parser)
{
    buffer_deinit(&parser->text);
    buffer_deinit(&parser->line);
    buffer_deinit(&parser->body);
    free(parser->headers);
    parser->headers = NULL;
    parser->header_count = parser->header_capacity = 0;
}

size_t request_parser_feed(struct request_parser *parser, const char *bytes,
                           size_t length)
{
    /* With the head it stops when the body begins. */
    enum request_state last = parser->state < REQUEST_BODY ? REQUEST_HEAD : REQUEST_BODY;
    size_t taken = 0;

    while (taken < length && parser->state <= last) {
        const char *rest = bytes + taken;

        if (parser->state == REQUEST_BODY)
            parser->wants_continue = false;
        if (parser->next == NEXT_BYTES)
            taken += take_bytes(parser, rest, length - taken);
        else
            taken += take_line(parser, rest, length - taken);
    }
    return taken;
}

const char *request_parser_header(const struct request_parser *parser, const char *name)
{
    if (parser->method == NULL)
        return NULL;
    for (size_t i = 0; i < parser->header_count; i++)
        if (strcasecmp(parser->headers[i].name, name) == 0)
            return parser->headers[i].value;
    return NULL;
}
