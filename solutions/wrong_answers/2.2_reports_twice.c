/* mistake: reports a failed site twice
 * caught by: test_fetch_sites.py::test_the_last_site_ends_it
 * says: it reported before */
    if (status != 0)
        gather_report(&app->gather, site->index, status, NULL);
    gather_report(&app->gather, site->index, status, NULL);
