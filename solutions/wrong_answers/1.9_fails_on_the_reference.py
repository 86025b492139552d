# mistake: expects the tasks to finish in the order of their start
# caught by: test_exercise.py::test_your_test_tells_right_from_wrong
# says: it fails on the reference
    ends = [number for event, number in seen if event == "finished"]
    expect(ends == [1, 2, 3], saw=f"they finished as {ends}", expected="1, 2, 3")
