/* mistake: leaves what waits in the queue, to begin and end only when its turn comes
 * caught by: test_heavy_work.py::test_the_deadline_cancels_what_waits_and_what_runs
 * says: were not taken out of it */
    atomic_store(&part->stop, true);
