"""Gaps 2.18 to 2.21: orders.c, shown by order_items. (And 2.22: what --retries does.)"""

from __future__ import annotations

import json
import re

import pytest

from harness import Failure, expect, gap, sanitizer
from harness.layout import DEMO_ORDER
from harness.world.orders import EMPTY_ORDER

RESTS_ON = ["2.7", "2.8", "2.9", "2.10", "2.11", "2.16", "2.17"]

EVENT = re.compile(r"\w+ (starting|finished)$")  # a line of --trace
NO_ORDER = "00000000-0000-4000-8000-000000000000"
ORDER = f"/maestro/v1/orders/{DEMO_ORDER}"
ITEMS = "/maestro/v1/orders/*/packages/*/items"
ENDS = {
    1: "failed otherwise",
    3: "not a UUID",
    4: "there is no such order",
    5: "the service is down, or has failed",
    6: "the service took too long",
    7: "its answer is not what it promises",
}


def start(program, world, *arguments, **environment):
    """Starts order_items on the demo order, or with other arguments."""
    environment = {**world.environment, **environment}
    return program("order_items").start(*(arguments or (DEMO_ORDER,)), **environment)


def order_items(program, world, *arguments, **environment):
    """The same, to its end."""
    return start(program, world, *arguments, **environment).finish()


def order_items_all(program, world, orders):
    """Runs it on all these orders at once; the runs, in that order."""
    patient = ("--timeout", "3600")  # so many at once may take their time
    started = [start(program, world, *patient, order) for order in orders]
    return [process.finish() for process in started]


def said(run):
    """How it ended, in the words of a failure."""
    words = " / ".join([*run.lines[-3:], *run.complaints[:3]]) or "nothing"
    return f"exit status {run.exit}, and it said: {words}"


def expect_failure(run, code, remark=""):
    """It ends with that exit status, and one clear line on stderr (unless 2.21, which comes
    into every failure of a package, speaks up instead)."""
    lines = run.stderr_lines
    expect(
        run.exit == code
        and len(lines) == 1
        and lines[0].startswith(("order_items: ", "TODO 2.21 ")),
        did=run.did,
        saw=said(run) + (f". {remark}" if remark else ""),
        expected=f"exit status {code} ({ENDS[code]}), and why in one line on stderr",
    )


def items_path(world, number, order=DEMO_ORDER):
    """Where the items of the order's package are; the first one has number 1."""
    package = list(world.orders.orders[order])[number - 1]
    return f"/maestro/v1/orders/{order}/packages/{package}/items"


def flat(world, order=DEMO_ORDER):
    """The items that must come out, in the packages' order."""
    names = ("description", "image_url", "reference")
    return [
        {
            "sku": item["product"]["code"],
            **{name: item["product"].get(name) or "" for name in names},
            "quantity": item["quantity"],
        }
        for package in world.orders.orders[order].values()
        for item in package
    ]


def printed(run):
    """The items that it printed; a Failure when that is no list."""
    text = "\n".join(line for line in run.lines if not EVENT.match(line))
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    expect(isinstance(items, list), saw=said(run), expected="a list of items, as JSON")
    return items


def skus(items):
    """What they are, in short."""
    return ", ".join(item["sku"].replace("SKU-", "") for item in items) or "none"


# --- 2.18: tell success from failure ---------------------------------------------------------


@gap("2.18")
def test_an_unknown_order(program, world):
    """404 to the order: there is no such order."""
    run = order_items(program, world, NO_ORDER)
    expect_failure(run, 4, "The service answered 404: that is an answer, and no success")


FAILURES = [
    {"name": "status", "code": 500},
    {"name": "status", "code": 401},
    {"name": "status", "code": 204},
    {"name": "status", "code": 302},
    {"name": "reset"},
    {"name": "reset", "body": 10},
    {"name": "close", "body": 10},
    {"name": "body", "text": '{"packages":[]}', "code": 500},
    {"name": "body", "text": '{"packages":[]}'.ljust(8 * 1024 * 1024 + 1)},
]


@gap("2.18")
def test_a_failing_service(program, world):
    """No answer, half a one, or one with any status but 200 is no success."""
    orders = [world.orders.add([]) for _ in FAILURES]
    for order, fault in zip(orders, FAILURES):
        world.orders.fault(f"*/{order}", **fault)
    for run, fault in zip(order_items_all(program, world, orders), FAILURES):
        remark = ""
        if run.exit in (0, 7) and "code" in fault:
            remark = f"The status was {fault['code']}, and the body was read all the same"
        elif run.exit in (0, 7):
            remark = "There was a response->error, and the body was read all the same"
        expect_failure(run, 5, remark)


@gap("2.18")
def test_a_service_that_is_not_there(program, world):
    """Nobody listens: it says so, and what to do."""
    run = order_items(program, world, ORDERS_URL=world.refused_url)
    expect_failure(run, 5)
    assert "make world" in run.stderr


@gap("2.18")
@pytest.mark.parametrize("fault", [None, {"name": "stall", "body": 10}])
def test_a_service_that_keeps_silent(program, world, fault):
    """What does not come in time is told as that, also when it has begun."""
    world.orders.fault(ORDER, **fault) if fault else world.orders.hold(ORDER)
    run = order_items(program, world, "--timeout", "0.05", DEMO_ORDER)
    mistake = "A service that is slow (UV_ETIMEDOUT) is told as one that is down"
    expect_failure(run, 6, mistake if run.exit == 5 else "")


@gap("2.18")
def test_success_is_no_failure(program, world):
    """An answer of 200 to the order is a success."""
    run = order_items(program, world, EMPTY_ORDER)
    expect(
        run.exit in (0, 7),  # 7: its packages are not fetched yet
        saw=f"{said(run)}. The service answered 200",
        expected="success: query_judge() returns true, and query->outcome is ORDER_DONE",
    )


BAD_ORDERS = [
    "<!DOCTYPE html>",
    "",
    '{"packages":[',
    "[]",
    "{}",
    '{"packages":{}}',
    '{"packages":[{}]}',
    '{"packages":["%s"]}' % NO_ORDER,
    '{"packages":[{"uuid":"../../../etc/passwd"}]}',
    '{"packages":[],"packages":[]}',
]


@gap("2.18")
def test_a_bad_order(program, world):
    """An answer that is not what the service promises."""
    orders = [world.orders.add([]) for _ in BAD_ORDERS]
    for order, text in zip(orders, BAD_ORDERS):
        world.orders.fault(f"*/{order}", "body", text=text)
    for run, text in zip(order_items_all(program, world, orders), BAD_ORDERS):
        expect_failure(run, 7, f"The answer was {text[:40] or 'empty'}")


@gap("2.18")
def test_too_many_packages(program, world):
    """10,000 packages are the most: who promised that a list has an end?"""
    packages = ",".join(['{"uuid":"%s"}' % NO_ORDER] * 10_001)
    world.orders.fault(ORDER, "body", text='{"packages":[%s]}' % packages)
    # Noting where each of 60,000 pieces of memory comes from would take half a second.
    quick = sanitizer.environment()["ASAN_OPTIONS"] + ":malloc_context_size=0"
    expect_failure(order_items(program, world, ASAN_OPTIONS=quick), 7)


@gap("2.18", needs=["2.19", "2.20"])
def test_a_package_is_no_order(program, world):
    """404 to a package's items: the order is there, and the service has failed."""
    order = world.orders.add([[]])
    world.orders.fault(items_path(world, 1, order), "status", code=404)
    run = order_items(program, world, order)
    mistake = "The order is there; its package was answered with 404: see is_order"
    expect_failure(run, 5, mistake if run.exit == 4 else "")


# --- 2.19: all packages at once --------------------------------------------------------------


def expect_all_at_once(program, world):
    """The ten packages are asked for before one has come."""
    traced = order_items(program, world, "--trace", DEMO_ORDER)
    # The order's own two events come first.
    begun = [line for line in traced.lines if EVENT.match(line)][2:]
    starts = [f"package_{number} starting" for number in range(1, 11)]
    expect(
        sorted(event for event in begun if "starting" in event) == sorted(starts),
        saw="; ".join(begun) or "no package was asked for",
        expected="each of the ten packages is asked for, once",
    )
    expect(
        begun[:10] == starts,
        saw="; ".join(begun[:3]) + "; ...: they are asked for one after another",
        expected="all ten start before one has finished",
    )


@gap("2.19", needs=["2.18"])
def test_all_packages_are_asked_for_at_once(program, world):
    """The ten packages are on their way together: nobody is answered before all are."""
    expect_all_at_once(program, world)
    hold = world.orders.hold(ITEMS)
    process = start(program, world)
    hold.wait_for(10)
    hold.release_all()
    process.finish()


@gap("2.19", needs=["2.18"])
def test_an_empty_order(program, world):
    """An order without packages has no items, and that is no failure."""
    run = order_items(program, world, EMPTY_ORDER)
    expect(run.lines == ["[]"], saw=said(run), expected="[]")
    run.expect_clean()


# --- 2.20: items in the package's place ------------------------------------------------------


@gap("2.20", needs=["2.18", "2.19"])
def test_the_items_of_the_demo_order(program, world):
    """All items of all packages, as JSON; a field that is not there is ""."""
    run = order_items(program, world).expect_clean()
    items = printed(run)
    expect(items == flat(world), saw=skus(items), expected=skus(flat(world)))


@gap("2.20", needs=["2.18", "2.19"])
def test_items_stand_in_the_order_of_the_packages(program, world):
    """Whichever answer comes first: the items stand in the packages' order."""
    expect_all_at_once(program, world)
    hold = world.orders.hold(ITEMS)
    process = start(program, world, "--trace", DEMO_ORDER)
    hold.wait_for(10)
    for number in range(10, 0, -1):
        hold.release(items_path(world, number))
        process.wait_for(f"^package_{number} finished")
    items = printed(process.finish())
    expect(
        items == flat(world),
        saw=f"{skus(items)}. The packages were answered from the last to the first: that "
        "is the order of finishing",
        expected=f"{skus(flat(world))}: the order of the packages",
    )


@gap("2.20", needs=["2.18", "2.19"])
def test_odd_items(program, world):
    """Fields that are missing or null, any text, and a package without items."""
    product = {"code": "", "description": None, "reference": 'Größe "7" \\ 緑茶\n\u0001'}
    order = world.orders.add(
        [
            [],
            [{"product": product, "quantity": 0, "colour": "green"}],
            [{"product": {"code": "B"}, "quantity": 2**63 - 1}],
        ]
    )
    run = order_items(program, world, order).expect_clean()
    items = printed(run)
    expect(items == flat(world, order), saw=f"{items}", expected=f"{flat(world, order)}")


BAD_ITEMS = [
    "<!DOCTYPE html>",
    "{}",
    "[1]",
    '[{"quantity":1}]',
    '[{"product":{},"quantity":1}]',
    '[{"product":{"code":1},"quantity":1}]',
    '[{"product":{"code":"A"}}]',
    '[{"product":{"code":"A"},"quantity":1.5}]',
    '[{"product":{"code":"A"},"quantity":"1"}]',
    '[{"product":{"code":"A"},"quantity":9223372036854775808}]',
    '[{"product":{"code":"A"},"quantity":1},null]',
]


@gap("2.20", needs=["2.18", "2.19"])
def test_bad_items(program, world):
    """A package whose answer is not what the service promises."""
    orders = [world.orders.add([[]]) for _ in BAD_ITEMS]
    for order, text in zip(orders, BAD_ITEMS):
        world.orders.fault(items_path(world, 1, order), "body", text=text)
    for run, text in zip(order_items_all(program, world, orders), BAD_ITEMS):
        remark = f"The answer was {text}"
        if run.exit == 1:
            remark = "A package without items must be reported, too"
        expect_failure(run, 7, remark)


@gap("2.20", needs=["2.18", "2.19"])
def test_one_after_the_other(program, world):
    """--sequential: never two requests at once, and the same items."""
    run = order_items(program, world, "--sequential", DEMO_ORDER).expect_clean()
    items = printed(run)
    expect(items == flat(world), saw=skus(items), expected=skus(flat(world)))
    most = world.orders.counts.most_in_flight
    expect(most == 1, saw=f"{most} requests were in flight", expected="never two")


# --- 2.21: the first failure cancels the rest ------------------------------------------------


def expect_no_package_after_a_failure(program, world):
    """One after the other; the third one fails: the fourth one is not asked for."""
    rule = world.orders.fault(items_path(world, 3), "status", code=500)
    run = order_items(program, world, "--sequential", DEMO_ORDER)
    asked = world.orders.counts.arrived - 1
    expect(
        asked == 3,
        saw=f"{asked} packages were asked for, although the third one had failed: the "
        "others go on",
        expected="the first failure ends it: three packages are asked for",
    )
    expect_failure(run, 5)
    rule.lift()


@gap("2.21", needs=["2.18", "2.19", "2.20"])
def test_what_was_not_asked_for_is_not(program, world):
    """When they come one after the other, the first failure is the end."""
    expect_no_package_after_a_failure(program, world)


@gap("2.21", needs=["2.17", "2.18", "2.19", "2.20"])
def test_what_is_on_its_way_is_cancelled(program, world):
    """A package fails, and the nine others, which nobody answers, are given up."""
    expect_no_package_after_a_failure(program, world)  # a mistake is seen sooner here
    held = [world.orders.hold(items_path(world, n)) for n in range(1, 11) if n != 3]
    failing = world.orders.hold(items_path(world, 3))
    world.orders.fault(items_path(world, 3), "status", code=500)
    process = start(program, world)
    for hold in [*held, failing]:
        hold.wait_for(1)
    failing.release_all()
    try:
        run = process.finish()
    except Failure:
        raise Failure(
            saw="package 3 had failed, and the program waited for the others",
            expected="they are cancelled (gather_cancel calls the package_cancel that "
            "gather_start was given), and it ends at once",
        ) from None
    expect_failure(run, 5)
    world.orders.wait_for(abandoned=9, in_flight=0)


# --- 2.22: --retries -------------------------------------------------------------------------


@gap("2.22", needs=["2.18", "2.19", "2.20"])
def test_retries(program, world):
    """--retries: what failed and may succeed is asked for again."""
    world.orders.fault(items_path(world, 3), "status", code=503, times=1)
    run = order_items(program, world, "--retries", "1", DEMO_ORDER)
    asked = world.orders.counts.arrived
    expect(
        run.exit == 0 and asked == 12,
        saw=f"{asked} requests, {said(run)}",
        expected="12 requests: package 3 was answered 503, and is asked for again",
    )
    items = printed(run)
    expect(items == flat(world), saw=skus(items), expected=skus(flat(world)))


# --- The command line (given: no gap) --------------------------------------------------------


def test_who_asks_is_told(program, world):
    """The key and the tenant come from the environment, or are "demo"."""
    world.orders.fault("*", "status", code=500)
    order_items(program, world)
    order_items(program, world, ORDERS_API_KEY="k3y", ORDERS_TENANT_ID="Ünit 7")
    order_items(program, world, ORDERS_API_KEY="", ORDERS_TENANT_ID="")
    headers = [
        (request.headers.get("X-Api-Key"), request.headers.get("X-Tenant-Id"))
        for request in world.orders.requests
    ]
    latin = "Ünit 7".encode().decode("latin-1")  # the world reads headers so
    assert headers == [("demo", "demo"), ("k3y", latin), ("", "")]
    request = world.orders.requests[0]
    assert (request.method, request.target) == ("GET", ORDER)
    assert request.headers["Accept"] == "application/json"


@pytest.mark.parametrize("name", ["ORDERS_API_KEY", "ORDERS_TENANT_ID", "ORDERS_URL"])
def test_what_is_malformed_is_refused(program, world, name):
    """A line break in a header would be a header of somebody else's choice."""
    run = order_items(program, world, **{name: "a\r\nX-Admin: yes"})
    assert (run.exit, run.lines) == (1, [])
    assert run.stderr_lines == [
        "order_items: ORDERS_URL, or the key or tenant, is malformed"
    ]
    assert world.orders.counts.arrived == 0


NO_UUIDS = [
    "",
    "x",
    DEMO_ORDER[:-1],
    DEMO_ORDER + "0",
    DEMO_ORDER.replace("-", ""),
    DEMO_ORDER.replace("e", "g"),
    "{" + DEMO_ORDER[1:-1] + "}",
    DEMO_ORDER[:14] + "/../" + DEMO_ORDER[18:],
]


def test_what_is_no_uuid_is_refused(program):
    """It is told before anybody is asked."""
    for uuid in NO_UUIDS:
        run = program("order_items").run(uuid)
        assert (run.exit, run.lines) == (3, [])
        assert run.stderr_lines == [f"order_items: not a UUID: {uuid}"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("", "one order is wanted"),
        (f"{DEMO_ORDER} {DEMO_ORDER}", "one order is wanted"),
        (f"--fast {DEMO_ORDER}", "--fast: no such option"),
        (f"-xy {DEMO_ORDER}", "-x: no such option"),
        ("--retries", "--retries: its value is missing"),
        ("--retries 21 x", "--retries takes a number from 0 to 20: 21"),
        ("--retries -1 x", "--retries takes a number from 0 to 20: -1"),
        ("--timeout soon x", "not a number of seconds from 0 to 3600: soon"),
    ],
)
def test_a_bad_command_line_is_refused(program, arguments, words):
    """One line, the usage, and exit 2."""
    run = program("order_items").run(*arguments.split())
    assert (run.exit, run.lines) == (2, [])
    assert run.stderr_lines[0] == words
    assert run.stderr_lines[1].startswith("usage: order_items ")


def test_the_help_has_the_exit_codes(program):
    """Every exit status is in --help."""
    run = program("order_items").run("--help").expect_clean()
    text = "\n".join(run.lines)
    assert all(f"{code}  {words}" in text for code, words in ENDS.items())
