/* mistake: throws away every page
 * caught by: test_fetch_sites.py::test_an_empty_page_is_a_page
 * says: Was the page thrown away? */
    page_file_discard(&site->file);
    return status;
