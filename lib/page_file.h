/* page_file: a file that is there only when it is whole.
 *
 * What is written goes to a file beside it whose name begins with a dot; page_file_keep()
 * gives it its name, page_file_discard() removes it. Writing blocks the loop for as long
 * as the system's file cache takes: for pages that is nothing against a network. */
#ifndef LIB_PAGE_FILE_H
#define LIB_PAGE_FILE_H

#include <stddef.h>
#include <stdio.h>

/* The caller's memory; zeroed, or NULL in `file`: no file is open. */
struct page_file {
    FILE *file;
    char *path;      /* as it will be called */
    char *temporary; /* as it is called meanwhile */
};

/* Opens a file that will be called DIR/NAME. Copies both. 0, and it must be kept or
 * discarded; or a negative UV_E*. */
int page_file_open(struct page_file *page, const char *dir, const char *name);

/* Adds `length` bytes, at once. 0, or a negative UV_E* (a full disk: UV_ENOSPC). */
int page_file_write(struct page_file *page, const char *data, size_t length);

/* It is whole: gives it its name, in place of a file of that name. 0, or a negative
 * UV_E*, and then it is discarded. Does nothing when no file is open. */
int page_file_keep(struct page_file *page);

/* It will not be whole: removes it. Does nothing when no file is open. */
void page_file_discard(struct page_file *page);

#endif
