/* mistake: takes the piece for a string, with strlen()
 * caught by: test_fetch_sites.py::test_a_page_is_saved_as_it_is
 * says: Use length, not strlen() */
    size_t strlen(const char *);

    site->bytes += length;
    return page_file_write(&site->file, data, strlen(data));
