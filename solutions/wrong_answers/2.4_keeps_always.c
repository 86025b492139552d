/* mistake: keeps a half page, too
 * caught by: test_fetch_sites.py::test_half_a_page_leaves_no_file
 * says: the half file was left */
    int kept = page_file_keep(&site->file);

    return status != 0 ? status : kept;
