/* mistake: makes the loop but never runs it
 * caught by: test_sleep_gather.py::test_the_loop_runs_until_nothing_is_left
 * says: Was the loop run at all? */
static int app_make_loop(struct app *app)
{
    return uv_loop_init(&app->loop);
}

static void app_run_loop(struct app *app)
{
    (void)app;
}
