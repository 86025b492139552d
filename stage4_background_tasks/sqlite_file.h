/* sqlite_file: the file of a sqlite_store. It opens it, so that it can be trusted with
 * promises, and runs SQL on it; when, and in which transactions, is the store's affair.
 *
 * Everything here blocks. A file is for one thread at a time. */
#ifndef STAGE4_SQLITE_FILE_H
#define STAGE4_SQLITE_FILE_H

#include "stage4_background_tasks/call_store.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SQLITE_FILE_STATEMENTS = 12 }; /* different texts of SQL that may be run */

/* Which file a path leads to. */
struct file_identity {
    dev_t device;
    ino_t number;
};

/* The caller's memory. Leave it alone. */
struct sqlite_file {
    sqlite3 *db;
    char *path, *log_path; /* what was written last is in the log ("-wal") */
    struct file_identity identity, log_identity;
    struct prepared {
        const char *sql;
        sqlite3_stmt *statement;
    } prepared[SQLITE_FILE_STATEMENTS];
};

/* Opens the file, or makes it; from now on only its owner can read it. It has one table,
 * "calls", at first empty, whose columns are the members of struct call; `state` is the
 * state's name. Nobody else can open it until it is closed. Returns 0; or as
 * sqlite_store_open(), with `problem`, and there is nothing to close. */
int sqlite_file_open(struct sqlite_file *file, const char *path, char *problem,
                     size_t size);

/* Closes it. */
void sqlite_file_close(struct sqlite_file *file);

/* Calls `on_call` with each row, in order of their ids, before it returns. 0, or a
 * negative UV_E*: UV_EINVAL, there is something in it that is no call. */
int sqlite_file_load(struct sqlite_file *file, store_call_cb on_call, void *context);

/* Runs `sql` (borrowed until the file is closed: a literal), in which ":id", ":at_ms" and
 * so on stand for the members of `call` (NULL: there are none in it). Returns how many
 * rows it has changed, or a negative UV_E*: UV_ENOSPC, UV_EIO, ...; UV_EINVAL, this is no
 * SQL that fits the table. */
int sqlite_file_run(struct sqlite_file *file, const char *sql, const struct call *call);

/* The id of the row that was inserted last. */
int64_t sqlite_file_last_id(const struct sqlite_file *file);

/* Whether the file is still where it was opened. One that was removed or renamed takes
 * whatever is written to it, and after the next start it is not there. */
bool sqlite_file_is_there(const struct sqlite_file *file);

#endif
