/* mistake: does not count the bytes
 * caught by: test_fetch_sites.py::test_the_bytes_are_counted
 * says: added to site->bytes */
    return page_file_write(&site->file, data, length);
