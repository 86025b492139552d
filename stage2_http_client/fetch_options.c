#include "stage2_http_client/fetch_options.h"

#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define USAGE                                                                            \
    "fetch_sites [-o DIR] [-c MAX] [--ca FILE] [--internet] [URL...]\n"                  \
    "  -o DIR      where the pages go (default: the current folder)\n"                   \
    "  -c MAX      at most so many requests in flight (default: 100)\n"                  \
    "  --ca FILE   trust only the authorities in this PEM file\n"                        \
    "  --internet  without URL: four real sites instead of those of make world"

enum { OPTION_CA = 256, OPTION_INTERNET, OPTION_HELP, MAX_MAX_IN_FLIGHT = 10000 };

static const struct option long_options[] = {
    {"ca", required_argument, NULL, OPTION_CA},
    {"internet", no_argument, NULL, OPTION_INTERNET},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const char *const world_sites[] = {"python-org", "libuv-org", "curl-se",
                                          "example-com", NULL};
static const char *const real_sites[] = {"https://www.python.org", "https://libuv.org",
                                         "https://curl.se", "https://example.com", NULL};

static void default_urls(struct fetch_options *options, bool internet)
{
    static char urls[4][UPSTREAM_URL_SIZE];

    options->advice = internet ? NULL : upstream_advice(UPSTREAM_SITES);
    options->urls = xcalloc(4, sizeof(char *));
    for (; options->count < 4; options->count++) {
        char *url = urls[options->count];

        if (internet)
            snprintf(url, UPSTREAM_URL_SIZE, "%s", real_sites[options->count]);
        else
            snprintf(url, UPSTREAM_URL_SIZE, "%s/%s", upstream_url(UPSTREAM_SITES),
                     world_sites[options->count]);
        options->urls[options->count] = url;
    }
}

static void given_urls(struct fetch_options *options, char **urls, size_t count)
{
    options->count = count;
    options->urls = xcalloc(count, sizeof(char *));
    for (size_t i = 0; i < count; i++)
        options->urls[i] = urls[i];
}

static int read_max(struct fetch_options *options, const char *text)
{
    unsigned long long max;

    if (!parse_whole(text, 1, MAX_MAX_IN_FLIGHT, &max))
        return program_usage(USAGE, "-c takes a number from 1 to %d: %s",
                             MAX_MAX_IN_FLIGHT, text);
    options->client.max_in_flight = (size_t)max;
    return 0;
}

/* Known before anything is fetched, and told once. */
static int check_dir(const char *dir)
{
    struct stat info;

    if (stat(dir, &info) == 0 && S_ISDIR(info.st_mode))
        return 0;
    return program_usage(USAGE, "-o takes a folder that is there: %s", dir);
}

int fetch_options_read(struct fetch_options *options, int argc, char **argv)
{
    bool internet = false;
    int option, status = 0;

    *options = (struct fetch_options){.dir = "."};
    opterr = 0;
    while (status == 0 &&
           (option = getopt_long(argc, argv, ":o:c:", long_options, NULL)) != -1) {
        if (option == 'o')
            options->dir = optarg;
        else if (option == 'c')
            status = read_max(options, optarg);
        else if (option == OPTION_CA)
            options->client.ca_file = optarg;
        else if (option == OPTION_INTERNET)
            internet = true;
        else if (option == OPTION_HELP)
            exit(puts("usage: " USAGE) < 0);
        else
            status = program_bad_option(USAGE, option, argv);
    }
    if (status == 0)
        status = check_dir(options->dir);
    if (status != 0)
        return status;
    if (internet && optind < argc)
        return program_usage(USAGE, "--internet is for when no URL is given");
    if (optind == argc)
        default_urls(options, internet);
    else
        given_urls(options, argv + optind, (size_t)(argc - optind));
    options->client.max_queued = options->count;
    return 0;
}
