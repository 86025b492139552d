/* memory_store: a call_store that forgets everything when the program ends. */
#ifndef STAGE4_MEMORY_STORE_H
#define STAGE4_MEMORY_STORE_H

#include "stage4_background_tasks/call_store.h"

/* Makes a store. Gives it: call_store_close() frees it. Nothing can fail. */
struct call_store *memory_store_create(uv_loop_t *loop);

#endif
