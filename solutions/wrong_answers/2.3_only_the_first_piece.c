/* mistake: writes the first piece only
 * caught by: test_fetch_sites.py::test_every_piece_is_written
 * says: the first piece only */
    if (site->bytes > 0)
        return 0;
    site->bytes += length;
    return page_file_write(&site->file, data, length);
