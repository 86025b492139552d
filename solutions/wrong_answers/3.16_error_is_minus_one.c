/* mistake: returns -1 for whatever went wrong
 * caught by: test_http_server_pieces.py::test_no_way_through_a_link
 * says: 500 */
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    return openat(folder, name, flags | O_NOFOLLOW);
