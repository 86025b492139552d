#include "harness/fuzz/request_text.h"

#include "lib/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stream that is being parsed. */
struct stream {
    struct request_parser parser;
    const char *bytes;
    size_t length;
    size_t at;
    struct cuts cuts;
    size_t cut;   /* where the piece at hand ends */
    size_t taken; /* bytes, by the request at hand */
    size_t head;  /* bytes that it had taken when its body began; 0: it did not */
    bool wanted;  /* wants_continue, when its body began */
};

static void stream_feed(struct stream *stream);
static void next_cut(struct stream *stream);
static void check(const struct stream *stream);
static void print_request(struct buffer *text, const struct stream *stream);

static const char *const STATES[] = {"idle", "head", "body", "whole", "failed"};

/* What must hold whatever is sent. */
static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "request_parser has broken its word: %s\n", what);
    abort();
}

void request_text_of_stream(struct buffer *text, const struct request_limits *limits,
                            const char *bytes, size_t length, struct cuts cuts)
{
    struct stream stream = {.bytes = bytes, .length = length, .cuts = cuts};
    struct request_parser *parser = &stream.parser;

    request_parser_init(parser, limits);
    stream.cut = cuts.first;
    do {
        request_parser_reset(parser);
        stream.taken = stream.head = 0;
        stream.wanted = false;
        while (stream.at < length && parser->state < REQUEST_WHOLE)
            stream_feed(&stream);
        check(&stream);
        print_request(text, &stream);
    } while (stream.at < length && parser->state == REQUEST_WHOLE &&
             !parser->wants_upgrade);
    request_parser_deinit(parser);
}

/* The piece is copied, so that the sanitizers see who reads beyond it. */
static void stream_feed(struct stream *stream)
{
    struct request_parser *parser = &stream->parser;

    while (stream->cut <= stream->at)
        next_cut(stream);
    size_t length = stream->cut - stream->at;
    char *piece = xmalloc(length);
    memcpy(piece, stream->bytes + stream->at, length);
    size_t taken = request_parser_feed(parser, piece, length);
    free(piece);
    must(taken <= length, "it has taken more than there was");
    must(taken == length || parser->state >= REQUEST_BODY, "it has left bytes");
    must(stream->head == 0 || !parser->wants_continue, "it wants what has begun to come");
    stream->at += taken;
    stream->taken += taken;
    if (stream->head == 0 && parser->state == REQUEST_BODY) {
        stream->head = stream->taken;
        stream->wanted = parser->wants_continue;
    }
}

static void next_cut(struct stream *stream)
{
    size_t length = stream->cuts.every;

    if (stream->cuts.seed != 0) {
        stream->cuts.seed = stream->cuts.seed * 1664525u + 1013904223u;
        length = 1 + (stream->cuts.seed >> 28);
    }
    if (length == 0 || length > stream->length - stream->cut)
        length = stream->length - stream->cut;
    stream->cut += length;
}

static bool is_in_text(const struct request_parser *parser, const char *string)
{
    const char *begin = parser->text.data, *end = begin + parser->text.length;

    return string >= begin && string < end && string + strlen(string) < end;
}

static void check(const struct stream *stream)
{
    const struct request_parser *parser = &stream->parser;
    const struct request_limits *limits = parser->limits;
    bool failed = parser->state == REQUEST_FAILED;

    must(failed == (parser->problem != NULL) && failed == (parser->status != 0),
         "a refusal has a status and a problem, and nothing else has");
    must(parser->state == REQUEST_HEAD || parser->method != NULL ||
             parser->header_count == 0,
         "headers without a head");
    must(parser->body.length <= limits->max_body, "a body beyond its limit");
    must(parser->text.length <= limits->max_head + 2, "a head beyond its limit");
    if (parser->method == NULL)
        return;
    must(parser->target[0] == '/' || strcmp(parser->target, "*") == 0, "the target");
    must(is_in_text(parser, parser->target), "the target is elsewhere");
    must(parser->host == NULL || is_in_text(parser, parser->host), "the host");
    must(parser->header_count <= limits->max_headers, "too many headers");
    for (size_t i = 0; i < parser->header_count; i++) {
        must(is_in_text(parser, parser->headers[i].name), "a name is elsewhere");
        must(is_in_text(parser, parser->headers[i].value), "a value is elsewhere");
        must(parser->headers[i].name[0] != '\0', "a header without a name");
        must(request_parser_header(parser, parser->headers[i].name) != NULL,
             "a header that is not found");
    }
}

/* --- JSON --------------------------------------------------------------------------- */

static void print(struct buffer *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void print(struct buffer *text, const char *format, ...)
{
    char piece[256];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    buffer_append(text, piece, (size_t)length);
}

static void print_string(struct buffer *text, const char *string)
{
    if (string == NULL) {
        print(text, "null");
        return;
    }
    print(text, "\"");
    for (; *string != '\0'; string++) {
        unsigned char c = (unsigned char)*string;

        if (c < ' ' || c > '~' || c == '"' || c == '\\')
            print(text, "\\u%04x", c);
        else
            buffer_append(text, string, 1);
    }
    print(text, "\"");
}

/* FNV-1a: it is enough to see a difference. */
static uint64_t digest(const struct buffer *bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < bytes->length; i++)
        hash = (hash ^ (unsigned char)bytes->data[i]) * 0x100000001b3u;
    return hash;
}

static void print_head(struct buffer *text, const struct request_parser *parser)
{
    print(text, ", \"method\": ");
    print_string(text, parser->method);
    print(text, ", \"target\": ");
    print_string(text, parser->target);
    print(text, ", \"host\": ");
    print_string(text, parser->host);
    print(text, ", \"headers\": [");
    for (size_t i = 0; i < parser->header_count; i++) {
        print(text, i > 0 ? ", [" : "[");
        print_string(text, parser->headers[i].name);
        print(text, ", ");
        print_string(text, parser->headers[i].value);
        print(text, "]");
    }
    print(text, "]");
}

static const char *yes_or_no(bool is)
{
    return is ? "true" : "false";
}

static void print_request(struct buffer *text, const struct stream *stream)
{
    const struct request_parser *parser = &stream->parser;

    print(text,
          "{\"state\": \"%s\", \"status\": %d, \"problem\": ", STATES[parser->state],
          parser->status);
    print_string(text, parser->problem);
    if (parser->method != NULL) {
        print_head(text, parser);
        print(text, ", \"keep_alive\": %s", yes_or_no(parser->keep_alive));
        print(text, ", \"wants_continue\": %s", yes_or_no(stream->wanted));
        print(text, ", \"wants_upgrade\": %s", yes_or_no(parser->wants_upgrade));
        print(text, ", \"has_body\": %s", yes_or_no(parser->has_body));
        print(text, ", \"body\": %zu, \"digest\": \"%016llx\"", parser->body.length,
              (unsigned long long)digest(&parser->body));
    }
    print(text, ", \"head\": %zu, \"consumed\": %zu}\n", stream->head, stream->taken);
}
