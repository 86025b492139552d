/* Probe: SQLite opens a file in the current directory in WAL mode, writes and reads. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs `sql` and says whether the first column of its first row is `expected`. */
static int answer_is(sqlite3 *store, const char *sql, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    int same = 0;

    if (sqlite3_prepare_v2(store, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);
        same = answer && strcmp(answer, expected) == 0;
    }
    sqlite3_finalize(statement);
    return same;
}

int main(void)
{
    sqlite3 *store = NULL;

    printf("%s\n", sqlite3_libversion());
    if (sqlite3_open("probe.db", &store) != SQLITE_OK ||
        !answer_is(store, "PRAGMA journal_mode=WAL", "wal") ||
        sqlite3_exec(store, "CREATE TABLE calls (number TEXT)", NULL, NULL, NULL) ||
        sqlite3_exec(store, "INSERT INTO calls VALUES ('42')", NULL, NULL, NULL) ||
        !answer_is(store, "SELECT number FROM calls", "42")) {
        fprintf(stderr, "a file in WAL mode: %s\n", sqlite3_errmsg(store));
        return 1;
    }
    return sqlite3_close(store) == SQLITE_OK ? 0 : 1;
}
