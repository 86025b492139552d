/* mistake: returns 0 for a page that was thrown away
 * caught by: test_fetch_sites.py::test_what_is_no_page_is_told_and_leaves_no_file
 * says: still return its status? */
    if (status == 0)
        return page_file_keep(&site->file);
    page_file_discard(&site->file);
    return 0;
