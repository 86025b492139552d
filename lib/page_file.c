#include "lib/page_file.h"

#include "lib/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

static void forget(struct page_file *page)
{
    free(page->path);
    free(page->temporary);
    *page = (struct page_file){0};
}

/* Who may read it: as for any new file, not only its owner as mkstemp() has it. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

int page_file_open(struct page_file *page, const char *dir, const char *name)
{
    *page = (struct page_file){
        .path = xasprintf("%s/%s", dir, name),
        .temporary = xasprintf("%s/.%s.XXXXXX", dir, name),
    };
    int number = mkstemp(page->temporary);
    if (number != -1 && fchmod(number, usual_mode()) == 0)
        page->file = fdopen(number, "wb");
    if (page->file != NULL) {
        setvbuf(page->file, NULL, _IONBF, 0); /* what cannot be written is told at once */
        return 0;
    }

    int status = uv_translate_sys_error(errno);
    if (number != -1) {
        close(number);
        unlink(page->temporary);
    }
    forget(page);
    return status;
}

int page_file_write(struct page_file *page, const char *data, size_t length)
{
    if (fwrite(data, 1, length, page->file) == length)
        return 0;
    return uv_translate_sys_error(errno);
}

int page_file_keep(struct page_file *page)
{
    if (page->file == NULL)
        return 0;
    int status = fclose(page->file) == 0 ? 0 : uv_translate_sys_error(errno);
    if (status == 0 && rename(page->temporary, page->path) != 0)
        status = uv_translate_sys_error(errno);
    if (status != 0)
        unlink(page->temporary);
    forget(page);
    return status;
}

void page_file_discard(struct page_file *page)
{
    if (page->file == NULL)
        return;
    fclose(page->file);
    unlink(page->temporary);
    forget(page);
}
