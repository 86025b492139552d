/* mistake: reports from the thread of the pool instead of the loop's
 * caught by: test_heavy_work.py::test_the_pool_finds_all_primes
 * says: not on the loop's thread */
static int part_start_on_pool(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct part *part = &app->parts[index];

    return uv_queue_work(&app->loop, &part->request, part_on_work, part_after_work);
}

static void part_on_work(uv_work_t *request)
{
    struct part *part = container_of(request, struct part, request);

    part_compute(part);
    part_ended(part, part->status);
}

static void part_after_work(uv_work_t *request, int status)
{
    (void)request, (void)status;
}
