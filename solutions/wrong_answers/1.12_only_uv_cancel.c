/* mistake: relies on uv_cancel(), which cannot stop what runs already
 * caught by: test_heavy_work.py::test_the_deadline_cancels_what_waits_and_what_runs
 * says: uv_cancel() cannot stop what runs already */
    uv_cancel((uv_req_t *)&part->request);
