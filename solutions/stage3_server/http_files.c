/* http_files: files of a folder, for whoever asks.
 *
 * A disk takes its time, and does not tell the loop when it has a file ready. So threads
 * of libuv's pool wait for it: one opens the file, one reads each piece, when the client
 * has taken the one before.
 *
 * The path is a stranger's. It must not lead out of the folder: not by "..", not by a
 * symbolic link. So it is walked one name at a time, from folder to folder, and each name
 * is looked at.
 *
 * In the order of time: */
#include "lib/http_date.h"
#include "lib/media_type.h"
#include "lib/memory.h"
#include "stage3_server/http_server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 }; /* bytes that are read at once */

/* A file on its way to a client. */
struct file {
    struct http_exchange *exchange;
    char *folder;
    char *path;
    uv_work_t opening;
    int descriptor; /* negative: there is none, but a UV_E* that says why */
    struct stat about;
    uv_fs_t reading;
    bool in_pool; /* a thread works for it */
    int64_t left; /* bytes that were not read yet */
    char *piece;
};

static void file_open(uv_work_t *work);
static int open_below(const char *folder, const char *path);
static int open_in(int folder, const char *name, int flags);
static void file_on_opened(uv_work_t *work, int status);
static void file_refuse(struct file *file);
static bool file_is_at_client(const struct file *file);
static void file_on_more(struct http_exchange *exchange);
static void file_on_read(uv_fs_t *request);
static void file_on_gone(struct http_exchange *exchange);
static void file_free(struct file *file);

void http_answer_file(struct http_exchange *exchange, const char *folder,
                      const char *path)
{
    struct file *file = xmalloc(sizeof *file);
    size_t length = strlen(path);
    bool is_folder = length == 0 || path[length - 1] == '/';

    file->exchange = exchange;
    file->folder = xstrdup(folder);
    file->path = xasprintf("%s%s", path, is_folder ? "index.html" : "");
    file->in_pool = true;
    exchange->data = file;
    http_on_gone(exchange, file_on_gone);
    uv_queue_work(exchange->server->loop, &file->opening, file_open, file_on_opened);
}

/* On a thread of the pool: nothing here may touch the exchange. */
static void file_open(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, opening);
    int status = 0;

    file->descriptor = open_below(file->folder, file->path);
    if (file->descriptor < 0)
        return;
    if (fstat(file->descriptor, &file->about) != 0)
        status = uv_translate_sys_error(errno);
    else if (!S_ISREG(file->about.st_mode))
        status = UV_ENOENT;
    if (status != 0) {
        close(file->descriptor);
        file->descriptor = status;
    }
}

/* Opens a file for reading. Returns its descriptor; or a negative UV_E*. */
static int open_below(const char *folder, const char *path)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; /* a pipe would be waited for */
    int at = open(folder, flags | O_DIRECTORY);
    char name[NAME_MAX + 1];

    if (at < 0)
        return uv_translate_sys_error(errno);
    while (at >= 0 && path != NULL) {
        const char *slash = strchr(path, '/');
        size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);
        int next = UV_ENAMETOOLONG;

        if (length < sizeof name) {
            memcpy(name, path, length);
            name[length] = '\0';
            next = open_in(at, name, slash != NULL ? flags | O_DIRECTORY : flags);
        }
        close(at);
        at = next;
        path = slash != NULL ? slash + 1 : NULL;
    }
    return at;
}

/* Opens what a folder has by that name: nothing else, wherever the name points to.
 * Returns a descriptor; or a negative UV_E*. */
static int open_in(int folder, const char *name, int flags)
{
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    int opened = openat(folder, name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
}

static void file_on_opened(uv_work_t *work, int status)
{
    struct file *file = container_of(work, struct file, opening);
    struct http_exchange *exchange = file->exchange;
    struct http_date date = {0};

    (void)status; /* it is never cancelled */
    file->in_pool = false;
    if (file->descriptor < 0) {
        file_refuse(file);
        file_free(file);
        return;
    }
    const char *modified = http_date_at(&date, file->about.st_mtime);
    if (modified != NULL)
        http_add_header(exchange, "Last-Modified", modified);
    http_add_header(exchange, "X-Content-Type-Options", "nosniff");
    file->left = file->about.st_size;
    file->piece = xmalloc(PIECE);
    if (!http_stream_start(exchange, file_is_at_client(file) ? 304 : 200,
                           media_type_of(file->path), file->left, file_on_more))
        file_free(file);
}

/* What a client may not have is not there. */
static void file_refuse(struct file *file)
{
    switch (file->descriptor) {
    case UV_ENOENT:
    case UV_ENOTDIR:
    case UV_EACCES:
    case UV_ELOOP: /* a symbolic link */
    case UV_ENAMETOOLONG:
    case UV_ENXIO: /* a pipe, or a socket */
        http_answer_error(file->exchange, 404, NULL);
        break;
    default:
        http_answer_failure(file->exchange, file->descriptor);
    }
}

/* The client says how old his copy is, in our words: it is as good as ours if we would
 * say the same (RFC 9110, 13.1.3). */
static bool file_is_at_client(const struct file *file)
{
    const char *since = http_header(file->exchange, "If-Modified-Since");
    struct http_date date = {0};
    const char *modified = http_date_at(&date, file->about.st_mtime);

    return since != NULL && modified != NULL && strcmp(since, modified) == 0;
}

static void file_on_more(struct http_exchange *exchange)
{
    struct file *file = exchange->data;
    uv_buf_t buffer = uv_buf_init(file->piece, PIECE);

    if (file->left == 0) {
        http_stream_end(exchange);
        file_free(file);
        return;
    }
    file->in_pool = true;
    uv_fs_read(exchange->server->loop, &file->reading, file->descriptor, &buffer, 1, -1,
               file_on_read);
}

/* A file may become shorter meanwhile, or the disk may fail: then the client must not
 * think that he has all of it. Has he gone, nothing more is needed. */
static void file_on_read(uv_fs_t *request)
{
    struct file *file = container_of(request, struct file, reading);
    ssize_t count = request->result;

    uv_fs_req_cleanup(request);
    file->in_pool = false;
    if (count <= 0 || !http_is_waited_for(file->exchange)) {
        http_stream_abort(file->exchange);
        file_free(file);
        return;
    }
    http_stream_write(file->exchange, file->piece, (size_t)count);
    file->left -= count < file->left ? count : file->left;
}

/* What a thread still works on is left to its callback. */
static void file_on_gone(struct http_exchange *exchange)
{
    struct file *file = exchange->data;

    if (file->in_pool)
        return;
    http_stream_abort(exchange);
    file_free(file);
}

static void file_free(struct file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    free(file->folder);
    free(file->path);
    free(file->piece);
    free(file);
}
