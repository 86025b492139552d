/* mistake: computes on the loop's own thread
 * caught by: test_heavy_work.py::test_the_loop_goes_on_while_the_pool_computes
 * says: blocks it */
static int part_start_on_pool(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct part *part = &app->parts[index];

    part_on_work(&part->request);
    part_after_work(&part->request, 0);
    return 0;
}

static void part_on_work(uv_work_t *request)
{
    part_compute(container_of(request, struct part, request));
}

static void part_after_work(uv_work_t *request, int status)
{
    struct part *part = container_of(request, struct part, request);

    part_ended(part, status != 0 ? status : part->status);
}
