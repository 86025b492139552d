/* sqlite_file: given, finished.
 *
 * Two settings make a commit a promise. Journal mode WAL: what is new is appended to a
 * log, which whoever opens the file next reads to the last whole transaction; whatever
 * the moment of a kill -9, all that was committed is there, and nothing by halves.
 * synchronous=FULL: a commit has returned only when the disk has it, so a power cut does
 * no more harm. (https://sqlite.org/wal.html, https://sqlite.org/pragma.html)
 *
 * locking_mode=EXCLUSIVE: two processes on one file would dial each call twice. The
 * system lets go of the lock when the process ends, however it ends. */
#include "stage4_background_tasks/sqlite_file.h"

#include "lib/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

enum {
    APPLICATION_ID = 0x4a6f6b65, /* "Joke": says whose file it is */
    SCHEMA_VERSION = 1,
    SMALLEST = 512, /* bytes: SQLite would take a smaller file for an empty one */
};

enum { FILE_IS_OURS, FILE_IS_NEW };

static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA fullfsync = ON;"     /* macOS: else only a wish */
                               "PRAGMA secure_delete = ON;" /* telephone numbers */
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA journal_size_limit = 4194304;" /* bytes */
                               /* Reads, and so says whether it can be. */
                               "SELECT count(*) FROM sqlite_master;";

/* A file that is not ours is left as it is, so this comes after a look at it. */
static const char begin[] = "PRAGMA journal_mode = WAL;"
                            "BEGIN IMMEDIATE;"; /* takes the lock, and keeps it */

/* AUTOINCREMENT: no id is given twice, not even that of a call which is forgotten. */
static const char schema[] = "CREATE TABLE calls ("
                             " id INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " at_ms INTEGER NOT NULL,"
                             " claimed_ms INTEGER NOT NULL,"
                             " state TEXT NOT NULL,"
                             " number TEXT NOT NULL,"
                             " command_id TEXT NOT NULL,"
                             " reason TEXT NOT NULL);"
                             "PRAGMA application_id = 1248815973;"
                             "PRAGMA user_version = 1;";

static int file_make(struct sqlite_file *file, char *problem, size_t size);
static int file_prepare(struct sqlite_file *file, char *problem, size_t size);
static int file_check(struct sqlite_file *file, char *problem, size_t size);
static int file_hide(const struct sqlite_file *file);
static int file_begin(struct sqlite_file *file, bool is_new);
static int file_error(sqlite3 *db);

/* Says "PATH: WHAT" and returns `status`. */
static int problem_of(const struct sqlite_file *file, int status, const char *what,
                      char *problem, size_t size)
{
    snprintf(problem, size, "%s: %s", file->path, what);
    return status;
}

static bool identify(const char *path, struct file_identity *identity)
{
    struct stat found;

    if (stat(path, &found) != 0)
        return false;
    *identity = (struct file_identity){found.st_dev, found.st_ino};
    return true;
}

int sqlite_file_open(struct sqlite_file *file, const char *path, char *problem,
                     size_t size)
{
    *file = (struct sqlite_file){0};
    /* So that ":memory:" is a file, too. */
    file->path = path[0] == '/' ? xstrdup(path) : xasprintf("./%s", path);
    file->log_path = xasprintf("%s-wal", file->path);

    int status = file_make(file, problem, size);
    if (status == 0)
        status = file_prepare(file, problem, size);
    if (status != 0)
        sqlite_file_close(file);
    return status;
}

/* Makes the file if there is none. SQLite would let everybody read it. One that is there
 * must not be opened and closed here: that would let go of another store's lock. */
static int file_make(struct sqlite_file *file, char *problem, size_t size)
{
    int made = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error = uv_translate_sys_error(errno);
    struct stat found = {0};

    if (made >= 0)
        close(made);
    else if (error == UV_ENOENT || error == UV_ENOTDIR)
        return problem_of(file, error, "its folder does not exist", problem, size);
    else if (error != UV_EEXIST)
        return problem_of(file, error, uv_strerror(error), problem, size);
    else if (stat(file->path, &found) == 0 && !S_ISREG(found.st_mode))
        return problem_of(file, UV_EINVAL, "this is no file", problem, size);
    else if (found.st_size > 0 && found.st_size < SMALLEST)
        return problem_of(file, UV_EINVAL, "this is no store of calls", problem, size);
    return 0;
}

static int file_prepare(struct sqlite_file *file, char *problem, size_t size)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int status = 0;

    if (sqlite3_open_v2(file->path, &file->db, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(file->db, settings, NULL, NULL, NULL) != SQLITE_OK)
        status = file_error(file->db);
    if (status == UV_EINVAL)
        return problem_of(file, status, "this is no store of calls", problem, size);
    if (status == 0) {
        status = file_check(file, problem, size);
        if (status < 0)
            return status;
        bool is_new = status == FILE_IS_NEW;
        status = file_hide(file);
        if (status == 0)
            status = file_begin(file, is_new);
    }
    if (status == UV_EBUSY)
        return problem_of(file, status, "another process has it open", problem, size);
    if (status != 0)
        return problem_of(file, status, uv_strerror(status), problem, size);
    return 0;
}

/* The one number that `sql` has as its result; -1: it has none. */
static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/* Whether it is ours, and whole: FILE_IS_OURS, FILE_IS_NEW, or a negative UV_E*. */
static int file_check(struct sqlite_file *file, char *problem, size_t size)
{
    int64_t owner = number_of(file->db, "PRAGMA application_id");
    int64_t version = number_of(file->db, "PRAGMA user_version");

    if (owner == 0 && version == 0 &&
        number_of(file->db, "SELECT count(*) FROM sqlite_master") == 0)
        return FILE_IS_NEW;
    if (owner != APPLICATION_ID)
        return problem_of(file, UV_EINVAL, "this is no store of calls", problem, size);
    if (version != SCHEMA_VERSION) {
        snprintf(problem, size,
                 "%s: its format is version %" PRId64 ", and this program knows %d",
                 file->path, version, SCHEMA_VERSION);
        return UV_EINVAL;
    }
    if (number_of(file->db, "SELECT count(*) FROM pragma_quick_check(1)"
                            " WHERE quick_check = 'ok'") != 1)
        return problem_of(file, UV_EINVAL, "it is damaged", problem, size);
    return FILE_IS_OURS;
}

/* Nobody else is to read it. A file that was there may be readable for others, and its
 * log, if there is one; the logs that follow become like the file. */
static int file_hide(const struct sqlite_file *file)
{
    const char *paths[] = {file->path, file->log_path};
    struct stat found;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (stat(paths[i], &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0 &&
            chmod(paths[i], S_IRUSR | S_IWUSR) != 0)
            return uv_translate_sys_error(errno);
    return 0;
}

/* Takes the lock for good, makes the table if there is none, and notes which files they
 * are. */
static int file_begin(struct sqlite_file *file, bool is_new)
{
    if (sqlite3_exec(file->db, begin, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(file->db, is_new ? schema : "", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(file->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return file_error(file->db);
    return identify(file->path, &file->identity) &&
                   identify(file->log_path, &file->log_identity)
               ? 0
               : UV_EIO;
}

void sqlite_file_close(struct sqlite_file *file)
{
    for (size_t i = 0; i < SQLITE_FILE_STATEMENTS; i++)
        sqlite3_finalize(file->prepared[i].statement);
    sqlite3_close(file->db);
    free(file->path);
    free(file->log_path);
    *file = (struct sqlite_file){0};
}

/* The last error, as libuv calls it. */
static int file_error(sqlite3 *db)
{
    int error;

    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return UV_EBUSY;
    case SQLITE_FULL:
        return UV_ENOSPC;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
        return UV_EINVAL;
    case SQLITE_READONLY:
        return UV_EROFS;
    case SQLITE_NOMEM:
        return UV_ENOMEM;
    default:
        error = sqlite3_system_errno(db);
        return error != 0 ? uv_translate_sys_error(error) : UV_EIO;
    }
}

bool sqlite_file_is_there(const struct sqlite_file *file)
{
    struct file_identity now, log_now;

    return identify(file->path, &now) && identify(file->log_path, &log_now) &&
           now.device == file->identity.device && now.number == file->identity.number &&
           log_now.device == file->log_identity.device &&
           log_now.number == file->log_identity.number;
}

/* --- Calls in and out ----------------------------------------------------------------*/

/* The statement of `sql`, prepared once; NULL: it cannot be. */
static sqlite3_stmt *file_statement(struct sqlite_file *file, const char *sql)
{
    for (size_t i = 0; i < SQLITE_FILE_STATEMENTS; i++) {
        struct prepared *prepared = &file->prepared[i];

        if (prepared->sql == NULL) {
            prepared->sql = sql;
            sqlite3_prepare_v3(file->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &prepared->statement, NULL);
        }
        if (strcmp(prepared->sql, sql) == 0)
            return prepared->statement;
    }
    return NULL;
}

static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
}

/* Puts the member of `call` that is named there in place `index`. */
static void bind_member(sqlite3_stmt *statement, int index, const struct call *call)
{
    const char *name = sqlite3_bind_parameter_name(statement, index);

    if (name == NULL)
        return;
    if (strcmp(name, ":id") == 0)
        sqlite3_bind_int64(statement, index, call->id);
    else if (strcmp(name, ":at_ms") == 0)
        sqlite3_bind_int64(statement, index, call->at_ms);
    else if (strcmp(name, ":claimed_ms") == 0)
        sqlite3_bind_int64(statement, index, call->claimed_ms);
    else if (strcmp(name, ":state") == 0)
        bind_text(statement, index, call_state_name(call->state));
    else if (strcmp(name, ":number") == 0)
        bind_text(statement, index, call->number);
    else if (strcmp(name, ":command_id") == 0)
        bind_text(statement, index, call->command_id);
    else if (strcmp(name, ":reason") == 0)
        bind_text(statement, index, call->reason);
}

int sqlite_file_run(struct sqlite_file *file, const char *sql, const struct call *call)
{
    sqlite3_stmt *statement = file_statement(file, sql);

    if (statement == NULL)
        return UV_EINVAL;
    for (int i = 1; call != NULL && i <= sqlite3_bind_parameter_count(statement); i++)
        bind_member(statement, i, call);
    int result = sqlite3_step(statement) == SQLITE_DONE ? sqlite3_changes(file->db)
                                                        : file_error(file->db);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); /* no number stays behind */
    return result;
}

int64_t sqlite_file_last_id(const struct sqlite_file *file)
{
    return sqlite3_last_insert_rowid(file->db);
}

/* Copies a column into `text` of `size` bytes. False: it does not fit, or is no text. */
static bool read_text(sqlite3_stmt *row, int column, char *text, size_t size)
{
    const unsigned char *value = sqlite3_column_text(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);

    if (value == NULL || length >= size || memchr(value, '\0', length) != NULL)
        return false;
    memcpy(text, value, length + 1);
    return true;
}

static bool read_call(sqlite3_stmt *row, struct call *call)
{
    char state[16];

    *call = (struct call){
        .id = sqlite3_column_int64(row, 0),
        .at_ms = sqlite3_column_int64(row, 1),
        .claimed_ms = sqlite3_column_int64(row, 2),
    };
    if (!read_text(row, 3, state, sizeof state) ||
        !read_text(row, 4, call->number, sizeof call->number) ||
        !read_text(row, 5, call->command_id, sizeof call->command_id) ||
        !read_text(row, 6, call->reason, sizeof call->reason))
        return false;
    call->state = call_state_of_name(state);
    return call->state != CALL_STATES && call->id > 0 && is_uuid(call->command_id);
}

int sqlite_file_load(struct sqlite_file *file, store_call_cb on_call, void *context)
{
    sqlite3_stmt *rows = NULL;
    struct call call;
    int status = 0, code;

    sqlite3_prepare_v2(file->db,
                       "SELECT id, at_ms, claimed_ms, state, number, command_id, reason"
                       " FROM calls ORDER BY id",
                       -1, &rows, NULL);
    if (rows == NULL)
        return file_error(file->db);
    while (status == 0 && (code = sqlite3_step(rows)) != SQLITE_DONE) {
        if (code != SQLITE_ROW)
            status = file_error(file->db);
        else if (!read_call(rows, &call))
            status = UV_EINVAL;
        else
            on_call(context, &call);
    }
    sqlite3_finalize(rows);
    return status;
}
