/* mistake: does not return what page_file_write() says
 * caught by: test_fetch_sites.py::test_a_full_disk_ends_the_request
 * says: Is what page_file_write() says returned? */
    site->bytes += length;
    page_file_write(&site->file, data, length);
    return 0;
