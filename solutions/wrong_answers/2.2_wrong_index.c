/* mistake: reports every site as the first one
 * caught by: test_fetch_sites.py::test_the_last_site_ends_it
 * says: it reported before */
    gather_report(&app->gather, 0, status, NULL);
