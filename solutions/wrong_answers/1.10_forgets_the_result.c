/* mistake: computes on the pool but never reports what came of it
 * caught by: test_heavy_work.py::test_the_pool_finds_all_primes
 * says: no part ended */
static int part_start_on_pool(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct part *part = &app->parts[index];

    return uv_queue_work(&app->loop, &part->request, part_on_work, part_after_work);
}

static void part_on_work(uv_work_t *request)
{
    part_compute(container_of(request, struct part, request));
}

static void part_after_work(uv_work_t *request, int status)
{
    (void)request, (void)status;
}
