/* parse_requests: reads bytes from stdin, parses them as requests that follow one another
 * on a connection, and prints a line of JSON for each: what request_parser made of it.
 *
 * With --streams stdin holds many streams, each after a line with its length in bytes,
 * and an empty line is printed after each. With --every-cut every stream is parsed again
 * byte by byte and cut in two at every position: where that makes a difference it says so
 * and fails. For the harness's own tests. */
#include "harness/fuzz/request_text.h"
#include "lib/memory.h"
#include "lib/program.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "parse_requests [--cut N] [--every-cut] [--streams] [--max-target N] [--max-head N]" \
    " [--max-headers N] [--max-body N] <BYTES"

/* What the command line says. */
struct options {
    struct request_limits limits;
    size_t cut; /* 0: all at once */
    bool every_cut;
    bool streams;
};

static int read_options(struct options *options, int argc, char **argv);
static void read_stdin(struct buffer *input);
static bool parse_streams(const struct options *options, const struct buffer *input);
static bool parse(const struct options *options, const char *bytes, size_t length);
static bool parse_again(const struct options *options, const char *bytes, size_t length,
                        const struct buffer *expected);

int main(int argc, char **argv)
{
    struct options options = {.limits = {8192, 16384, 100, 1024 * 1024}};
    struct buffer input;

    program_init();
    int status = read_options(&options, argc, argv);
    if (status != PROGRAM_OK)
        return status;
    buffer_init(&input, SIZE_MAX);
    read_stdin(&input);
    bool right = options.streams ? parse_streams(&options, &input)
                                 : parse(&options, input.data, input.length);
    buffer_deinit(&input);
    return right ? PROGRAM_OK : PROGRAM_FAILED;
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"cut", required_argument, NULL, 'c'},
        {"max-target", required_argument, NULL, 't'},
        {"max-head", required_argument, NULL, 'h'},
        {"max-headers", required_argument, NULL, 'n'},
        {"max-body", required_argument, NULL, 'b'},
        {"every-cut", no_argument, NULL, 'e'},
        {"streams", no_argument, NULL, 's'},
        {0},
    };
    unsigned long long number = 0;
    int option;

    while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
        if (option == ':' || option == '?')
            return program_bad_option(USAGE, option, argv);
        if (optarg != NULL && !parse_whole(optarg, 0, SIZE_MAX, &number))
            return program_usage(USAGE, "%s is not a whole number", optarg);
        if (option == 'c')
            options->cut = (size_t)number;
        else if (option == 't')
            options->limits.max_target = (size_t)number;
        else if (option == 'h')
            options->limits.max_head = (size_t)number;
        else if (option == 'n')
            options->limits.max_headers = (size_t)number;
        else if (option == 'b')
            options->limits.max_body = (size_t)number;
        else if (option == 'e')
            options->every_cut = true;
        else
            options->streams = true;
    }
    return optind == argc ? PROGRAM_OK : program_usage(USAGE, "too many arguments");
}

static void read_stdin(struct buffer *input)
{
    char bytes[65536];
    size_t length;

    while ((length = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        buffer_append(input, bytes, length);
}

static bool parse_streams(const struct options *options, const struct buffer *input)
{
    size_t at = 0;
    bool right = true;

    while (at < input->length) {
        char *end;
        size_t length = strtoul(input->data + at, &end, 10);

        at = (size_t)(end - input->data) + 1;
        if (*end != '\n' || length > input->length - at)
            program_fail("parse_requests", "no length before a stream");
        right = parse(options, input->data + at, length) && right;
        putchar('\n');
        at += length;
    }
    return right;
}

static bool parse(const struct options *options, const char *bytes, size_t length)
{
    struct buffer text;

    buffer_init(&text, SIZE_MAX);
    request_text_of_stream(&text, &options->limits, bytes, length,
                           (struct cuts){.every = options->cut});
    fputs(text.data, stdout);
    bool right = !options->every_cut || parse_again(options, bytes, length, &text);
    buffer_deinit(&text);
    return right;
}

/* Byte by byte, and in two at every position. */
static bool parse_again(const struct options *options, const char *bytes, size_t length,
                        const struct buffer *expected)
{
    struct buffer text;
    bool right = true;

    buffer_init(&text, SIZE_MAX);
    for (size_t first = 0; first < length && right; first++) {
        struct cuts cuts = {.first = first, .every = first == 0 ? 1 : 0};

        buffer_clear(&text);
        request_text_of_stream(&text, &options->limits, bytes, length, cuts);
        right = strcmp(text.data, expected->data) == 0;
        if (!right)
            printf("cut at %zu (0: byte by byte) it is another:\n%s", first, text.data);
    }
    buffer_deinit(&text);
    return right;
}
