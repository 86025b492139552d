/* fetch_sites [-o DIR] [-c MAX] [URL...]: fetches all sites at once, each into its file.
 *
 * A request is started for each site, and none is waited for. What arrives is written to
 * its file piece by piece, as it comes; a page that is not whole leaves no file. A site
 * that has ended is reported to a gather (stage 1); after the last one all is summed up.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/page_file.h"
#include "lib/program.h"
#include "lib/progress.h"
#include "lib/site_names.h"
#include "stage1_event_loop/gather.h"
#include "stage2_http_client/fetch_options.h"
#include "stage2_http_client/http_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_REDIRECTS = 5, MAX_PAGE = 256 * 1024 * 1024 };

struct site {
    struct app *app;
    size_t index;
    const char *url;
    const char *name; /* of its file */
    struct http_call call;
    struct page_file file;
    size_t bytes; /* written */
};

struct app {
    uv_loop_t loop;
    struct fetch_options options;
    struct http_client client;
    struct site *sites;
    char **names;
    struct gather gather;
    struct gather_result *results;
    size_t ended;
    size_t saved;
    uint64_t sum_ms; /* what every site took, added up */
    uint64_t began_ns;
    bool gathered;
};

static int app_fetch(struct app *app);
static int site_start(struct gather *gather, size_t index);
static int site_request(struct site *site);
static int site_on_body(struct http_call *call, const char *data, size_t length);
static void site_on_done(struct http_call *call, const struct http_response *response);
static int site_end_file(struct site *site, const struct http_response *response);
static void site_tell(struct site *site, const struct http_response *response,
                      int status);
static void site_fail(struct site *site, int status, const char *problem);
static void app_on_gathered(struct gather *gather, int status);
static void app_sum_up(struct app *app);
static void app_free(struct app *app);

static int app_fetch(struct app *app)
{
    size_t count = app->options.count;

    app->sites = xcalloc(count, sizeof(struct site));
    app->results = xcalloc(count, sizeof(struct gather_result));
    app->names = site_names(app->options.urls, count);
    app->began_ns = uv_hrtime();
    progress_show("0 of %zu sites have ended", count);
    return gather_start(&app->gather, &app->loop, count, app->results, site_start, NULL,
                        app_on_gathered);
}

/* gather_start() calls it once for each site, one right after the other. */
static int site_start(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct site *site = &app->sites[index];

    *site = (struct site){.app = app, .index = index};
    site->url = app->options.urls[index];
    site->name = app->names[index];
    int status = site_request(site);
    app->ended += status != 0;
    if (status != 0)
        site_fail(site, status,
                  status == UV_EINVAL ? "not an HTTP URL" : uv_strerror(status));
    return status;
}

static int site_request(struct site *site)
{
    struct http_request request = {
        .url = site->url,
        .max_redirects = MAX_REDIRECTS,
        .max_body = MAX_PAGE,
    };

    return http_start(&site->call, &site->app->client, &request, site_on_body,
                      site_on_done);
}

/* A piece of the page has come: all of it, or a single byte, or anything between. The
 * file is opened when the first one comes. Only with a status of 2xx is it the page. */
static int site_on_body(struct http_call *call, const char *data, size_t length)
{
    struct site *site = container_of(call, struct site, call);
    int status = 0;

    if (http_status(call) / 100 != 2)
        return 0;
    if (site->file.file == NULL)
        status = page_file_open(&site->file, site->app->options.dir, site->name);
    if (status != 0)
        return status;
    site->bytes += length;
    return page_file_write(&site->file, data, length);
}

/* The site's end, whichever. `status` is 0 only when its page is in its file. */
static void site_on_done(struct http_call *call, const struct http_response *response)
{
    struct site *site = container_of(call, struct site, call);
    struct app *app = site->app;
    int status = site_end_file(site, response);

    app->ended++;
    progress_clear();
    site_tell(site, response, status);
    if (app->ended < app->options.count)
        progress_show("%zu of %zu sites have ended", app->ended, app->options.count);
    gather_report(&app->gather, site->index, status, NULL);
}

/* Ends the site's file: there is one only if the page is whole. Returns how it went. */
static int site_end_file(struct site *site, const struct http_response *response)
{
    int status = response->error;

    if (status == 0 && response->status / 100 != 2) /* an answer, but not the page */
        status = UV_ENOENT;
    if (status == 0 && site->file.file == NULL) /* an empty page has no piece */
        status = page_file_open(&site->file, site->app->options.dir, site->name);
    if (status == 0)
        return page_file_keep(&site->file);
    page_file_discard(&site->file);
    return status;
}

/* One line for the site. It took so long from leaving the client's queue to its end. */
static void site_tell(struct site *site, const struct http_response *response, int status)
{
    char words[64];

    if (response->error != 0) {
        site_fail(site, status, response->problem);
        return;
    }
    if (status != 0) {
        snprintf(words, sizeof words, "the server answered %d", response->status);
        site_fail(site, status,
                  response->status / 100 != 2 ? words : uv_strerror(status));
        return;
    }
    uint64_t ms = (response->times.done_us - response->times.queued_us) / 1000;

    site->app->sum_ms += ms;
    printf("%6llu ms  %s (%zu bytes)\n", (unsigned long long)ms, site->name, site->bytes);
}

/* What an unwritten gap has caused needs no other words. */
static void site_fail(struct site *site, int status, const char *problem)
{
    progress_clear();
    if (status != UV_ENOSYS)
        fprintf(stderr, "fetch_sites: %s: %s\n", site->url, problem);
}

static void app_on_gathered(struct gather *gather, int status)
{
    struct app *app = container_of(gather, struct app, gather);

    for (size_t i = 0; i < app->options.count; i++)
        app->saved += app->results[i].status == 0;
    app->gathered = true;
    if (status == UV_ECONNREFUSED && app->options.advice != NULL)
        fprintf(stderr, "fetch_sites: %s\n", app->options.advice);
    printf("%zu of %zu sites saved\n", app->saved, app->options.count);
    app_sum_up(app);
    http_client_close(&app->client, NULL);
}

/* The last line: how long all of it took, and would have taken one after another. */
static void app_sum_up(struct app *app)
{
    uint64_t total_ms = (uv_hrtime() - app->began_ns) / 1000000;

    printf("%llu ms in all; one after another %llu ms\n", (unsigned long long)total_ms,
           (unsigned long long)app->sum_ms);
}

static void app_free(struct app *app)
{
    site_names_free(app->names, app->options.count);
    free(app->sites);
    free(app->results);
    free(app->options.urls);
}

int main(int argc, char **argv)
{
    struct app app = {0};

    program_init();
    int status = fetch_options_read(&app.options, argc, argv);
    if (status != 0)
        return status;
    status = uv_loop_init(&app.loop);
    if (status == 0)
        status = http_client_init(&app.client, &app.loop, &app.options.client);
    if (status == 0)
        status = app_fetch(&app);
    if (status != 0)
        program_fail("fetch_sites", uv_strerror(status));
    uv_run(&app.loop, UV_RUN_DEFAULT);
    if (!app.gathered)
        program_fail("fetch_sites", "the loop stopped before every site was reported");
    if (program_close_loop(&app.loop) != 0)
        exit(PROGRAM_FAILED);
    status = app.saved == app.options.count ? PROGRAM_OK : PROGRAM_FAILED;
    app_free(&app);
    return status;
}
