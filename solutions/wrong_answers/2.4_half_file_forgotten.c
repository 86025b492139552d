/* mistake: neither keeps nor throws away a half page
 * caught by: test_fetch_sites.py::test_half_a_page_leaves_no_file
 * says: A half file? */
    if (status == 0)
        return page_file_keep(&site->file);
    return status;
