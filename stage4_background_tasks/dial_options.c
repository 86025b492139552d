/* dial_options: given, finished. */
#include "stage4_background_tasks/dial_options.h"

#include "lib/phone.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "stage4_background_tasks/call_control.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_JOKE_MS = 1000, DEFAULT_PORT = 8080, DEFAULT_RETRIES = 4 };
enum { MAX_SECONDS = 3600, MAX_PORT = 65535, MAX_RETRIES = 10, MAX_TASKS = 1000000 };

static const char usage[] =
    "dial_now [OPTION]... NUMBER...\n"
    "  NUMBER             to telephone a joke to, in E.164: +15555550101\n"
    "  --api URL          of the telephone network (default: TELEPHONY_URL in the\n"
    "                     environment, else http://127.0.0.1:8105, of `make world`)\n"
    "  --key KEY          for it (default: TELNYX_API_KEY in the environment, which "
    "others\n"
    "                     cannot read as they can a command line; else \"demo\")\n"
    "  --connection ID    the application there (TELNYX_CONNECTION_ID; else \"demo\")\n"
    "  --from NUMBER      who telephones (SRC_NUMBER; else +15555550100)\n"
    "  --port N           take webhooks on that port (default: 8080; 0: any free one)\n"
    "  --webhook URL      where the network reaches that port (default: this machine)\n"
    "  --timeout SECONDS  wait so long for the service of jokes (default: 1)\n"
    "  --pause SECONDS    between the joke's arrival and the speaking (default: 0.5)\n"
    "  --retries N        of each command, at most (default: 4)\n"
    "  --running N        tasks at once, at most (default: 100)\n"
    "  --queued N         tasks that wait, at most (default: 10000)\n"
    "  --stay             go on when all calls are over, until Ctrl-C\n"
    "  -h, --help         print this";

enum {
    OPTION_API = 256,
    OPTION_KEY,
    OPTION_CONNECTION,
    OPTION_FROM,
    OPTION_PORT,
    OPTION_WEBHOOK,
    OPTION_TIMEOUT,
    OPTION_PAUSE,
    OPTION_RETRIES,
    OPTION_RUNNING,
    OPTION_QUEUED,
    OPTION_STAY
};

static const struct option long_options[] = {
    {"api", required_argument, NULL, OPTION_API},
    {"key", required_argument, NULL, OPTION_KEY},
    {"connection", required_argument, NULL, OPTION_CONNECTION},
    {"from", required_argument, NULL, OPTION_FROM},
    {"port", required_argument, NULL, OPTION_PORT},
    {"webhook", required_argument, NULL, OPTION_WEBHOOK},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"pause", required_argument, NULL, OPTION_PAUSE},
    {"retries", required_argument, NULL, OPTION_RETRIES},
    {"running", required_argument, NULL, OPTION_RUNNING},
    {"queued", required_argument, NULL, OPTION_QUEUED},
    {"stay", no_argument, NULL, OPTION_STAY},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void set_defaults(struct dial_options *options);
static const char *from_environment(const char *name, const char *otherwise);
static int read_option(struct dial_options *options, int option, const char *value);
static int read_seconds(const char *name, const char *value, uint64_t *ms);
static int read_whole(const char *name, const char *value, unsigned long long min,
                      unsigned long long max, unsigned long long *number);
static int check(const struct dial_options *options);

int dial_options_read(struct dial_options *options, int argc, char **argv)
{
    int option, status = 0;

    set_defaults(options);
    opterr = 0;
    while (status == 0 &&
           (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (option == ':' || option == '?')
            status = program_bad_option(usage, option, argv);
        else
            status = read_option(options, option, optarg);
    }
    options->numbers = argv + optind;
    options->count = (size_t)(argc - optind);
    return status != 0 ? status : check(options);
}

static void set_defaults(struct dial_options *options)
{
    *options = (struct dial_options){
        .api = upstream_url(UPSTREAM_TELEPHONY),
        .key = from_environment("TELNYX_API_KEY", "demo"),
        .connection = from_environment("TELNYX_CONNECTION_ID", "demo"),
        .from = from_environment("SRC_NUMBER", "+15555550100"),
        .port = DEFAULT_PORT,
        .joke_ms = DEFAULT_JOKE_MS,
        .pause_ms = CALL_PAUSE_MS,
        .retries = DEFAULT_RETRIES,
    };
}

static const char *from_environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static int read_option(struct dial_options *options, int option, const char *value)
{
    unsigned long long number = 0;
    int status = 0;

    switch (option) {
    case 'h':
        printf("usage: %s\n", usage);
        exit(PROGRAM_OK);
    case OPTION_API:
        options->api = value;
        break;
    case OPTION_KEY:
        options->key = value;
        break;
    case OPTION_CONNECTION:
        options->connection = value;
        break;
    case OPTION_FROM:
        options->from = value;
        break;
    case OPTION_WEBHOOK:
        options->webhook = value;
        break;
    case OPTION_STAY:
        options->stay = true;
        break;
    case OPTION_TIMEOUT:
        return read_seconds("--timeout", value, &options->joke_ms);
    case OPTION_PAUSE:
        return read_seconds("--pause", value, &options->pause_ms);
    case OPTION_PORT:
        status = read_whole("--port", value, 0, MAX_PORT, &number);
        options->port = (unsigned)number;
        break;
    case OPTION_RETRIES:
        status = read_whole("--retries", value, 0, MAX_RETRIES, &number);
        options->retries = (unsigned)number;
        break;
    case OPTION_RUNNING:
        status = read_whole("--running", value, 1, MAX_TASKS, &number);
        options->max_running = (size_t)number;
        break;
    case OPTION_QUEUED:
        status = read_whole("--queued", value, 1, MAX_TASKS, &number);
        options->max_queued = (size_t)number;
        break;
    }
    return status;
}

static int read_seconds(const char *name, const char *value, uint64_t *ms)
{
    double seconds;

    if (!parse_decimal(value, MAX_SECONDS, &seconds) || seconds == 0)
        return program_usage(usage, "%s takes seconds, above 0, at most %d: %s", name,
                             MAX_SECONDS, value);
    *ms = (uint64_t)ceil(seconds * 1000);
    return 0;
}

static int read_whole(const char *name, const char *value, unsigned long long min,
                      unsigned long long max, unsigned long long *number)
{
    if (parse_whole(value, min, max, number))
        return 0;
    return program_usage(usage, "%s takes a number from %llu to %llu: %s", name, min, max,
                         value);
}

/* A number that is wrong is not repeated: it may be nearly somebody's. */
static int check(const struct dial_options *options)
{
    if (!phone_is_valid(options->from))
        return program_usage(usage, "--from takes a number in E.164: +15555550100");
    for (size_t i = 0; i < options->count; i++)
        if (!phone_is_valid(options->numbers[i]))
            return program_usage(usage, "number %zu is not in E.164: +15555550101",
                                 i + 1);
    if (options->count == 0 && !options->stay)
        return program_usage(usage, "whom to telephone?");
    return 0;
}
