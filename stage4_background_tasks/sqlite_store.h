/* sqlite_store: a call_store in a file, through SQLite (https://sqlite.org), which
 * outlives the program, however that ends.
 *
 * SQLite blocks: on the disk, and for long when a commit has to be safe from a power cut.
 * So it works on a thread of the pool, one job after another on one connection; what has
 * arrived meanwhile is done in one transaction, and costs one commit. */
#ifndef STAGE4_SQLITE_STORE_H
#define STAGE4_SQLITE_STORE_H

#include "stage4_background_tasks/call_store.h"

/* Opens the store in the file `path` (copied), which is made when there is none. Blocks:
 * for the beginning of a program. 0, and gives the store: call_store_close() frees it. Or
 * a negative UV_E*, and says why in `problem` (of `size` bytes): UV_EBUSY, another
 * process has it open; UV_EINVAL, it is no such store; what the system said. */
int sqlite_store_open(struct call_store **store, uv_loop_t *loop, const char *path,
                      char *problem, size_t size);

#endif
