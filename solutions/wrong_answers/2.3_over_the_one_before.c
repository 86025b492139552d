/* mistake: writes every piece to the beginning of the file
 * caught by: test_fetch_sites.py::test_every_piece_is_written
 * says: The second is where the first was */
    rewind(site->file.file);
    site->bytes += length;
    return page_file_write(&site->file, data, length);
