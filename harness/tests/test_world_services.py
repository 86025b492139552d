"""The services of the outside world: sites, rates, orders, jokes."""

from __future__ import annotations

import datetime
import gzip
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest

from harness.tests.client import Client, fetch, get
from harness.world import RawJson, World
from harness.world.http1 import Headers, Request
from harness.world.jokes import JOKES
from harness.world.jsontext import encode_json, to_json
from harness.world.limits import PAGE_MAX
from harness.world.orders import DEMO_ORDER, EMPTY_ORDER
from harness.world.rates import RATES, Rates, cross
from harness.world.sites import OTHERS, SITES, Sites

# The slow sites.


def test_index_lists_the_four_sites(world: World) -> None:
    status, headers, body = get(world.sites, "/")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert [site for site in SITES if f'href="/{site}"' in body.decode()] == list(SITES)


def test_index_lists_everything(world: World) -> None:
    body = get(world.sites, "/")[2].decode()
    assert [path for path in OTHERS if f"<li>{path}: " not in body] == []
    listed = {path.split("?")[0].rstrip("ENOCD") for path in OTHERS} | {"/"}
    assert {pattern.partition("{")[0] for _, pattern in world.sites.routes} == listed


def test_four_sites_have_delays_of_their_own(world: World) -> None:
    assert len(SITES) == 4 and len(set(SITES.values())) == 4
    with world.sites.hold("*") as hold:
        clients = [Client(world.sites) for _ in SITES]
        for client, url in zip(clients, world.sites.urls):
            client.get(url[len(world.sites.url) :])
        hold.wait_for(4)
        hold.release_all()
        for client, site in zip(clients, SITES):
            assert f"<h1>{site}</h1>".encode() in client.answer()[2]
            client.close()


@pytest.mark.parametrize(
    "text, seconds", [("0", 0), ("1.5", 1.5), (".25", 0.25), ("60", 60)]
)
def test_delay_is_the_one_in_the_path(text: str, seconds: float) -> None:
    request = Request("GET", f"/delay/{text}", "1.1", Headers())
    assert Sites().delay(request, text).delay == seconds


def test_a_delayed_answer_keeps_nobody_else_waiting(world: World) -> None:
    with Client(world.sites) as slow:
        slow.get("/delay/60")
        world.sites.wait_for(arrived=1)
        assert get(world.sites, "/delay/0.01")[0] == 200
        world.sites.wait_for(finished=1)
        assert world.sites.in_flight == 1


@pytest.mark.parametrize("text", ["61", "-1", "1e1", "nan", "x", "1.2.3", "+1", "%31;"])
def test_bad_delay_is_400(world: World, text: str) -> None:
    assert get(world.sites, f"/delay/{text}")[0] == 400


@pytest.mark.parametrize("size", [0, 10, 1000, 70_000, PAGE_MAX])
def test_page_of_chosen_size(world: World, size: int) -> None:
    status, headers, body = get(world.sites, f"/delay/0?bytes={size}")
    assert (status, headers["content-length"], len(body)) == (200, str(size), size)
    assert size < 1000 or body.endswith(b"</html>\n")


@pytest.mark.parametrize("size", [str(PAGE_MAX + 1), "-1", "", "ten"])
def test_bad_size_is_400(world: World, size: str) -> None:
    assert get(world.sites, f"/delay/0?bytes={size}")[0] == 400


@pytest.mark.parametrize("path", ["/nothing", "/delay", "/delay/", "/delay/1/2", "//"])
def test_unknown_path_is_404(world: World, path: str) -> None:
    assert get(world.sites, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_wrong_method_is_405_and_says_which_is_right(world: World, method: str) -> None:
    with Client(world.sites) as client:
        client.send(f"{method} /delay/0 HTTP/1.1\r\nHost: world\r\n\r\n")
        status, headers, _ = client.answer()
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_the_body(world: World) -> None:
    with Client(world.sites) as client:
        client.send("HEAD /delay/0?bytes=500 HTTP/1.1\r\nHost: world\r\n\r\n")
        status, headers, _ = client.answer(head_only=True)
        assert (status, headers["content-length"]) == (200, "500")
        assert client.get("/delay/0").answer()[0] == 200  # nothing was in between


def test_redirects_lead_to_a_page(world: World) -> None:
    path, seen = "/redirect/3", []
    with Client(world.sites) as client:
        while (answer := client.get(path).answer())[0] == 302:
            path = answer[1]["location"]
            seen.append(path)
    assert seen == ["/redirect/2", "/redirect/1", "/redirect/0"]
    assert (answer[0], b"<h1>At the end</h1>" in answer[2]) == (200, True)


def test_redirect_loop(world: World) -> None:
    status, headers, _ = get(world.sites, "/redirect-loop")
    assert (status, headers["location"]) == (302, "/redirect-loop")


@pytest.mark.parametrize(
    "given, location",
    [
        ("/gzip", "/gzip"),
        ("http%3A%2F%2Fw%3A1%2F%3Fa%3Db%26c", "http://w:1/?a=b&c"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("a%20b", "a b"),
        ("", ""),
    ],
)
def test_redirect_to_a_chosen_place(world: World, given: str, location: str) -> None:
    answer, _ = fetch(world.sites, "GET", f"/redirect-to?url={given}")
    assert (answer.status, answer.headers["Location"]) == (302, location)


@pytest.mark.parametrize(
    "path",
    ["/redirect/x", "/redirect/-1", "/redirect/12345", "/redirect-to"]
    + ["/redirect-to?url=/%0d%0aX:y", "/redirect-to?url=%C3%A9"]
    + ["/status/199", "/status/600", "/status/2000", "/status/ok"],
)
def test_bad_wish_is_400(world: World, path: str) -> None:
    assert get(world.sites, path)[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("status", [200, 204, 301, 404, 418, 503, 599])
def test_chosen_status(world: World, method: str, status: int) -> None:
    answer, body = fetch(world.sites, method, f"/status/{status}?bytes=300")
    assert (answer.status, len(body)) == (status, 0 if status == 204 else 300)


@pytest.mark.parametrize(
    "wishes, is_compressed",
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, br", True),
        ("GZip;q=0.001", True),
        ("gzip;q=0", False),
        ("gzip;q=0.00,br", False),
        ("identity", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
def test_gzip_for_those_who_take_it(
    world: World, wishes: str, is_compressed: bool
) -> None:
    answer, body = fetch(
        world.sites, "GET", "/gzip?bytes=100000", **{"Accept-Encoding": wishes}
    )
    plain = gzip.decompress(body) if is_compressed else body
    coding = "gzip" if is_compressed else None
    assert (answer.headers["Content-Encoding"], len(plain)) == (coding, 100_000)
    assert (len(body) < 10_000) == is_compressed


def test_headers_come_back(world: World) -> None:
    _, body = fetch(world.sites, "GET", "/headers", **{"X-Api-Key": "k"})
    assert json.loads(body)["X-Api-Key"] == "k"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_echo(world: World, method: str) -> None:
    _, body = fetch(world.sites, method, "/echo?a=b", "h\xe9".encode(), Accept="x/y")
    echo = json.loads(body)
    assert echo.pop("headers").items() >= {"Accept": "x/y", "Content-Length": "3"}.items()
    assert echo == {"method": method, "target": "/echo?a=b", "body": "h\xe9"}


def test_other_methods_are_405_and_told_once(world: World) -> None:
    answer, _ = fetch(world.sites, "POST", "/gzip")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


# Exchange rates.


def latest(world: World, query: str = "") -> Any:
    """The JSON of /latest, numbers with all their digits."""
    status, headers, body = get(world.rates, f"/latest{query}")
    assert (status, headers["content-type"]) == (200, "application/json")
    return json.loads(body, parse_float=Decimal, parse_int=Decimal)


def test_rates_to_the_euro(world: World) -> None:
    days = [datetime.datetime.now(datetime.timezone.utc).date().isoformat()]
    answer = latest(world, "?base=EUR&symbols=USD,GBP&access_key=anything")
    days.append(datetime.datetime.now(datetime.timezone.utc).date().isoformat())
    assert answer.pop("date") in days
    rates = {"USD": Decimal("1.22"), "GBP": Decimal("0.884")}
    assert answer == {"base": "EUR", "rates": rates}


def test_without_symbols_come_all(world: World) -> None:
    answer = latest(world)
    assert answer["base"] == "EUR"
    assert set(answer["rates"]) == set(RATES)
    assert set(RATES) >= {"EUR", "USD", "GBP", "JPY", "CHF", "BRL", "SEK"}
    assert len(RATES) > 15


def test_rates_to_another_base_have_six_digits(world: World) -> None:
    answer = latest(world, "?base=USD&symbols=EUR,GBP,USD,KRW")
    rates = {name: str(rate) for name, rate in answer["rates"].items()}
    assert answer["base"] == "USD"
    assert rates == {"EUR": "0.819672", "GBP": "0.724590", "USD": "1", "KRW": "1128.16"}


def test_rates_may_take_long() -> None:
    rates, request = Rates(), Request("GET", "/latest", "1.1", Headers())
    assert rates.latest(request).delay == 0
    rates.delay = 1.5
    assert rates.latest(request).delay == 1.5
    rates.reset()
    assert rates.latest(request).delay == 0


@pytest.mark.parametrize(
    "query, code, kind",
    [
        ("?symbols=XYZ", 202, "invalid_currency_codes"),
        ("?symbols=USD,", 202, "invalid_currency_codes"),
        ("?symbols=usd", 202, "invalid_currency_codes"),
        ("?base=XYZ&symbols=XYZ", 201, "invalid_base_currency"),
    ],
)
def test_unknown_currency(world: World, query: str, code: int, kind: str) -> None:
    answer = latest(world, query)
    assert answer["error"].pop("info").startswith("there is no currency '")
    assert answer == {"success": False, "error": {"code": code, "type": kind}}


@pytest.mark.parametrize(
    "rate, text",
    [
        (Decimal("1.10000000000000000001"), "1.10000000000000000001"),
        (Decimal("0.10"), "0.10"),
        (Decimal("1E-9"), "0.000000001"),
        (0.1, "0.1"),
        (7, "7"),
        ("1.22", '"1.22"'),
        (None, "null"),
        ({"is": [True]}, '{"is": [true]}'),
        (RawJson("1e999"), "1e999"),
    ],
)
def test_rate_of_the_tests_own(world: World, rate: Any, text: str) -> None:
    world.rates.rates["USD"] = rate
    body = get(world.rates, "/latest?symbols=USD")[2].decode()
    assert body.endswith(f'"rates": {{"USD": {text}}}}}\n')
    assert get(world.rates, "/latest?base=GBP")[0] == 200
    assert get(world.rates, "/latest?base=USD")[0] == 200
    world.reset()
    assert latest(world, "?symbols=USD")["rates"] == {"USD": Decimal("1.22")}


def test_strange_rates_stay_as_they_are_in_another_base() -> None:
    for strange in ("1.22", None, True, RawJson("7")):
        assert cross(strange, Decimal(2)) is strange
        assert cross(3, strange) == 3
    assert (cross(3, 2.0), cross(3, 0)) == (Decimal("1.5"), Decimal("Infinity"))


def test_json_services_word_errors_in_json(world: World) -> None:
    for service in (world.rates, world.orders, world.jokes):
        status, headers, body = get(service, "/nowhere")
        assert (status, headers["content-type"]) == (404, "application/json")
        assert list(json.loads(body)) == ["error"]


def test_json_to_the_digit_and_raw() -> None:
    value = {"a": [Decimal("1.50"), RawJson("[1,"), None], "\xe9": (True, 0.1)}
    assert to_json(value) == '{"a": [1.50, [1,, null], "\xe9": [true, 0.1]}'
    assert encode_json("\xe9\ud800") == b'"\xc3\xa9\\ud800"\n'


# Orders.

KEYS = {"X-Api-Key": "k", "X-Tenant-Id": "t"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def ask(world: World, *parts: str, **headers: str) -> tuple[int, Any]:
    """The status and JSON of an order, or of the items of a package in it."""
    path = "/maestro/v1/orders/" + "/packages/".join(parts)
    path += "/items" if len(parts) > 1 else ""
    answer, body = fetch(world.orders, "GET", path, **(headers or KEYS))
    return answer.status, json.loads(body)


def test_demonstration_order(world: World) -> None:
    status, order = ask(world, DEMO_ORDER)
    packages = [package["uuid"] for package in order["packages"]]
    assert (status, len(set(packages))) == (200, 10)
    assert packages == [str(uuid.UUID(package)) for package in packages]
    items = [ask(world, DEMO_ORDER, package)[1] for package in packages]
    assert {len(package) for package in items} == {1, 2, 3}
    assert items == list(world.orders.orders[DEMO_ORDER].values())
    products = [item["product"] for package in items for item in package]
    assert all(item["quantity"] >= 1 for package in items for item in package)
    assert len({product["code"] for product in products}) == len(products)
    assert {"code"} in [set(product) for product in products]
    assert {"code", "description", "image_url", "reference"} in map(set, products)
    assert not all(product.get("description", "").isascii() for product in products)


def test_descriptions_come_as_utf_8(world: World) -> None:
    order = world.orders.add([[{"product": {"code": "\u7dd1"}, "quantity": 1}]])
    (package,) = world.orders.orders[order]
    path = f"/maestro/v1/orders/{order}/packages/{package}/items"
    _, body = fetch(world.orders, "GET", path, **KEYS)
    assert "\u7dd1".encode() in body


def test_uuids_are_the_same_every_time(world: World) -> None:
    with World() as other:
        assert other.orders.orders == world.orders.orders
        assert other.orders.add([[], []]) == world.orders.add([[], []])
        assert other.orders.orders == world.orders.orders


def test_order_without_packages(world: World) -> None:
    assert ask(world, EMPTY_ORDER) == (200, {"packages": []})


@pytest.mark.parametrize(
    "headers, status, missing",
    [
        ({"X-Tenant-Id": "t"}, 401, "X-Api-Key"),
        ({"X-Tenant-Id": "t", "X-Api-Key": ""}, 401, "X-Api-Key"),
        ({"X-Api-Key": "k"}, 403, "X-Tenant-Id"),
    ],
)
@pytest.mark.parametrize("parts", [[UNKNOWN], [DEMO_ORDER, UNKNOWN]])
def test_both_headers_are_wanted(
    world: World, parts: list[str], headers: dict[str, str], status: int, missing: str
) -> None:
    error = {"error": f"the header {missing} is missing"}
    assert ask(world, *parts, **headers) == (status, error)


@pytest.mark.parametrize(
    "parts, status, message",
    [
        ([UNKNOWN], 404, f"there is no order {UNKNOWN}"),
        ([UNKNOWN, UNKNOWN], 404, f"there is no order {UNKNOWN}"),
        ([DEMO_ORDER, UNKNOWN], 404, f"order {DEMO_ORDER} has no package {UNKNOWN}"),
        (["efb77dcf"], 422, "'efb77dcf' is not a UUID"),
        ([DEMO_ORDER.replace("-", "")], 422, "is not a UUID"),
        ([DEMO_ORDER + "0"], 422, "is not a UUID"),
        ([DEMO_ORDER, "7"], 422, "'7' is not a UUID"),
    ],
)
def test_order_that_is_not_there(
    world: World, parts: list[str], status: int, message: str
) -> None:
    seen, error = ask(world, *parts)
    assert (seen, message in error["error"]) == (status, True), error


def test_uuid_in_capitals_is_the_same(world: World) -> None:
    assert ask(world, DEMO_ORDER.upper()) == ask(world, DEMO_ORDER)


def test_order_of_the_tests_own(world: World) -> None:
    packages = [[{"product": {"code": "A"}, "quantity": 1}], [], [None, "x"], {"a": 1}]
    order = world.orders.add(packages)
    uuids = [package["uuid"] for package in ask(world, order)[1]["packages"]]
    assert [ask(world, order, one)[1] for one in uuids] == packages
    assert world.orders.add([]) != order
    world.reset()
    assert ask(world, order)[0] == 404


def test_each_answer_takes_a_second_until_told_otherwise() -> None:
    with World() as world:
        request = Request("GET", "/", "1.1", Headers())
        for name, value in KEYS.items():
            request.headers.add(name, value)
        package = list(world.orders.orders[DEMO_ORDER])[0]
        assert world.orders.show_order(request, DEMO_ORDER).delay == 1
        assert world.orders.show_items(request, DEMO_ORDER, package).delay == 1
        world.orders.delay = 0.25
        assert world.orders.show_order(request, DEMO_ORDER).delay == 0.25
        assert world.orders.show_items(request, DEMO_ORDER, package).delay == 0.25
        world.reset()
        assert world.orders.delay == 1


def test_orders_can_be_held(world: World) -> None:
    world.orders.delay = 60
    with world.orders.hold("*/items") as hold, Client(world.orders) as client:
        package = list(world.orders.orders[DEMO_ORDER])[0]
        path = f"/maestro/v1/orders/{DEMO_ORDER}/packages/{package}/items"
        client.send(
            f"GET {path} HTTP/1.1\r\nHost: w\r\nX-Api-Key: k\r\nX-Tenant-Id: t\r\n\r\n"
        )
        hold.wait_for(1)
        hold.release_all()
        assert client.answer()[0] == 200


# Jokes.

ACCEPT_JSON = {"User-Agent": "a-test", "Accept": "application/json"}


def test_jokes_come_in_turn_and_begin_again(world: World) -> None:
    seen = []
    for _ in range(len(JOKES) + 2):
        answer, body = fetch(world.jokes, "GET", "/", **ACCEPT_JSON)
        assert (answer.status, answer.headers["Content-Type"]) == (
            200,
            "application/json",
        )
        seen.append(json.loads(body))
    assert [joke["joke"] for joke in seen] == [*JOKES, *JOKES[:2]]
    assert len({joke["id"] for joke in seen}) == len(set(JOKES)) == len(JOKES) == 20
    assert {tuple(joke) for joke in seen} == {("id", "joke", "status")}
    assert {joke["status"] for joke in seen} == {200}
    assert seen[-2:] == seen[:2]


@pytest.mark.parametrize(
    "accept, is_json",
    [
        ("application/json", True),
        ("text/plain, Application/JSON;q=0.5", True),
        ("application/json;q=0", False),
        ("application/jsonlines", False),
        ("text/html", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_joke_is_plain_text_unless_json_is_asked_for(
    world: World, accept: str, is_json: bool
) -> None:
    headers = {"User-Agent": "a-test", **({"Accept": accept} if accept else {})}
    answer, body = fetch(world.jokes, "GET", "/", **headers)
    assert (answer.status, answer.headers["Vary"]) == (200, "Accept")
    if is_json:
        assert json.loads(body)["joke"] == JOKES[0]
    else:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert body.decode() == f"{JOKES[0]}\n"


@pytest.mark.parametrize("agent", [{}, {"User-Agent": ""}])
def test_joke_is_for_those_who_say_who_they_are(
    world: World, agent: dict[str, str]
) -> None:
    headers = {"Accept": "application/json", **agent}
    answer, body = fetch(world.jokes, "GET", "/", **headers)
    assert answer.status == 403
    assert "User-Agent" in json.loads(body)["error"]
    _, body = fetch(world.jokes, "GET", "/", **ACCEPT_JSON)
    assert json.loads(body)["joke"] == JOKES[0]  # the one refused has not used it up


def test_jokes_of_the_tests_own(world: World) -> None:
    fetch(world.jokes, "GET", "/", **ACCEPT_JSON)
    world.jokes.jokes = ["Gr\xfc\xdfe", "\u7dd1"]
    _, body = fetch(world.jokes, "GET", "/", **ACCEPT_JSON)
    assert json.loads(body)["joke"] == "\u7dd1" and "\u7dd1".encode() in body
    world.reset()
    _, body = fetch(world.jokes, "GET", "/", **ACCEPT_JSON)
    assert json.loads(body)["joke"] == JOKES[0]


def test_jokes_can_be_held_and_broken(world: World) -> None:
    request = "GET / HTTP/1.1\r\nHost: w\r\nUser-Agent: t\r\n\r\n"
    with world.jokes.hold("/") as hold, Client(world.jokes) as client:
        client.send(request)
        hold.wait_for(1)
        assert (world.jokes.in_flight, client.is_silent()) == (1, True)
        hold.release_all()
        assert client.answer()[2].decode() == f"{JOKES[0]}\n"
    world.jokes.fault("/", "status", code=503, times=1)
    statuses = [fetch(world.jokes, "GET", "/", **ACCEPT_JSON)[0].status for _ in "ab"]
    assert statuses == [503, 200]
    world.jokes.wait_for(finished=3, abandoned=0)
