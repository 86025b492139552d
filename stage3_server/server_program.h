/* server_program: what every program of this stage does around its http_server: it reads
 * the command line, says where it listens, serves until it is told to end, and ends in
 * order.
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct app app = {.program = {.name = "joke_server", .routes = routes}};
 *
 *         int status = server_program_init(&app.program, argc, argv);
 *         if (status != 0)
 *             return status;
 *         ...open what else it needs, on &app.program.loop...
 *         return server_program_run(&app.program);
 *     }
 *
 * SIGINT (Ctrl-C) and SIGTERM stop it: what is under way is finished. A second one ends
 * that at once. */
#ifndef STAGE3_SERVER_PROGRAM_H
#define STAGE3_SERVER_PROGRAM_H

#include "stage3_server/http_server.h"

struct server_program;

/* The server has stopped, and no handler has anything to do any more: the program closes
 * what it has opened itself. Once, from the loop. */
typedef void (*server_stopped_cb)(struct server_program *program);

/* An option of the program's own, which takes a value. */
struct server_option {
    char letter;        /* "-c" */
    const char *name;   /* "--config" */
    const char *takes;  /* "FILE", for the help; as `says` */
    const char *says;   /* "read the configuration there" */
    const char **value; /* becomes what stands behind it in argv; else it is left alone */
};

/* The caller's memory, usually a member of the program's own struct: a handler finds that
 * one with server_program_of() and container_of(). The first part is filled in before
 * server_program_init(), by an initializer that leaves everything else 0. All of it is
 * borrowed. */
struct server_program {
    const char *name;                /* of the program */
    const struct http_route *routes; /* the last one has no method */
    uint64_t timeout_ms; /* how long the service behind it may take, unless --timeout says
                            otherwise; 0: there is none, and no such option */
    server_stopped_cb on_asked;   /* it was told to end; the server goes on until
                                     server_program_stop(). NULL: it stops at once */
    server_stopped_cb on_stopped; /* NULL: it has opened nothing */
    server_stopped_cb on_hurry; /* what still goes on after on_stopped is to end at once:
                                     called when the program is told a second time to end;
                                     then server_program_end() is to be called. NULL:
                                     nothing goes on for long */
    const struct server_option *option; /* its own; NULL: it has none */

    /* Read these, once it is initialized. */
    uv_loop_t loop;
    struct http_server server;
    time_t started; /* seconds since 1970 */

    /* The rest is its own. */
    uint64_t started_ms; /* the loop's time */
    const char *host;    /* NULL: the command line does not say */
    int port;            /* negative: the same */
    const char *default_host;
    unsigned default_port;
    bool asked;            /* to end */
    uv_signal_t interrupt; /* SIGINT */
    uv_signal_t terminate; /* SIGTERM */
};

/* Reads the command line (-h prints the help and exits), and makes the loop and the
 * server. Returns 0; or the program's exit status, and why is said on stderr. */
int server_program_init(struct server_program *program, int argc, char **argv);

/* Where to listen, unless the command line says otherwise; without this it is 127.0.0.1,
 * port 8080. Borrows `host` until server_program_run() returns. */
void server_program_listen_at(struct server_program *program, const char *host,
                              unsigned port);

/* Listens, prints "listening on http://127.0.0.1:PORT", and serves until it is told to
 * end. Returns the program's exit status. A port that is taken ends the program here,
 * with one line on stderr and exit status 1. */
int server_program_run(struct server_program *program);

/* For a program with on_asked: nothing more is to come in. What is under way is finished,
 * and on_stopped comes; called again, it ends at once what is under way. */
void server_program_stop(struct server_program *program);

/* For a program with on_hurry: what went on after on_stopped has ended, and signals are
 * not watched any more. To be called once, after on_stopped has come. */
void server_program_end(struct server_program *program);

/* The program that serves this exchange. */
struct server_program *server_program_of(const struct http_exchange *exchange);

/* Who serves, and since when: {"host":"...","started":"2026-11-20T12:00:00Z",
 * "uptime":3,"date":"2026-11-20T12:00:03Z"}, the uptime in seconds. Gives it. */
json_t *server_program_info(struct server_program *program);

#endif
