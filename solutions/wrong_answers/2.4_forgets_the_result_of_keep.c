/* mistake: does not return what page_file_keep() says
 * caught by: test_fetch_sites.py::test_a_page_that_cannot_get_its_name_is_an_error
 * says: Is what page_file_keep() says returned? */
    if (status == 0)
        page_file_keep(&site->file);
    else
        page_file_discard(&site->file);
    return status;
