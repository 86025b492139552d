/* mistake: returns 0, which says that a request is under way, and starts none
 * caught by: test_fetch_sites.py::test_four_sites_are_asked_at_once
 * says: no request has reached the world */
    (void)site, (void)site_on_body, (void)site_on_done;
    return 0;
