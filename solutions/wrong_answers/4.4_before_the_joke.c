/* mistake: speaks before the joke has come
 * caught by: test_call_control.py::test_not_before_the_joke_is_there
 * says: something was spoken before the joke was there */
static void job_fetch_joke(struct job *job)
{
    (void)job_on_joke;
    job_pause(job, joke_of_ours(), job_on_pause);
    job->request = (struct http_call){0};
}

static void job_on_joke(struct http_call *request, const struct http_response *response)
{
    (void)request, (void)response;
}

static void job_on_pause(struct pause *pause, int status)
{
    struct job *job = container_of(pause, struct job, pause);

    if (status == 0)
        status = job_send(job, "speak",
                          json_pack("{s:s, s:s, s:s}", "payload", job->joke, "voice",
                                    "male", "language", "en-GB"),
                          job_on_spoken);
    if (status != 0)
        job_finish(job, status);
}
