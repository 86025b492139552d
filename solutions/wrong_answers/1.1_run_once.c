/* mistake: runs the loop once instead of until nothing is left in it
 * caught by: test_sleep_gather.py::test_the_loop_runs_until_nothing_is_left
 * says: UV_RUN_ONCE */
static int app_make_loop(struct app *app)
{
    return uv_loop_init(&app->loop);
}

static void app_run_loop(struct app *app)
{
    uv_run(&app->loop, UV_RUN_ONCE);
}
