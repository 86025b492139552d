# mistake: has one client only, so nobody is served meanwhile
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: the joke that came for the one before
    client = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    hold.lift()
    joke = client.answer().json["joke"]
    expect(joke == world.jokes.jokes[0], saw=joke, expected=world.jokes.jokes[0])

    hold = world.jokes.hold("/")
    gone = server.ask("/joke")
    server.wait_for_requests(hold, 1)
    gone.close()
    world.jokes.wait_for(abandoned=1)
