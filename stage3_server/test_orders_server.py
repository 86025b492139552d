"""Gap 3.14: orders_server.c, the orders of stage 2 as a service. And its OpenAPI document,
which is given: what it promises is held against what the server answers."""

from __future__ import annotations

import re
import select

import pytest

from harness import expect, gap, sanitizer
from harness.layout import DEMO_ORDER
from harness.running import patience
from harness.serving import Server
from harness.world.orders import EMPTY_ORDER

# Each test runs over these, too.
RESTS_ON = ["3.8", "3.12", "3.13", "3.15"]
SERVES = ["3.1", "3.2", "3.3", "3.4", "3.5"]
NEVER = ("--timeout", "3600")  # who waits so long waits for the test
SOON = ("--timeout", "0.05")
BLOCKED = "Did the handler wait for the answer to the first one?"
NO_ORDER = "00000000-0000-4000-8000-000000000000"
ORDER = f"/maestro/v1/orders/{DEMO_ORDER}"
PACKAGES = "/maestro/v1/orders/*/packages/*/items"
ROUTE = "/orders/{uuid}/items"


def start(program, world, *arguments, **environment):
    """Starts orders_server on a free port; it is listening then."""
    environment = {**world.environment, **environment}
    process = program("orders_server").start("--port", "0", *arguments, **environment)
    return Server(process)


def items_of(order=DEMO_ORDER):
    """The path of an order's items."""
    return f"/orders/{order}/items"


def in_our_words(world, order=DEMO_ORDER):
    """What the order's items are, as the world has them, told as the server should."""
    return [
        {
            "sku": item["product"]["code"],
            "description": item["product"].get("description", ""),
            "image_url": item["product"].get("image_url", ""),
            "reference": item["product"].get("reference", ""),
            "quantity": item["quantity"],
        }
        for package in world.orders.orders[order].values()
        for item in package
    ]


def expect_items(answer, wanted):
    """It is this list of items."""
    expect(
        answer.status == 200 and answer.type == "application/json",
        saw=str(answer),
        expected="200, application/json: the list of items",
    )
    expect(answer.json == wanted, saw=str(answer), expected=f"{wanted[:1]}, ...")


def expect_error(server, answer, status, remark=""):
    """It is an error with that status, and as the server's document describes it."""
    expect(
        answer.status == status,
        saw=f"{answer}. {remark}",
        expected=f"status {status}",
    )
    expect_as_described(server, ROUTE, answer)
    expect(
        answer.json["error"]["status"] == status and answer.json["error"]["message"],
        saw=str(answer),
        expected='{"error":{"status":%d,"message":"..."}}' % status,
    )


# --- What the document promises --------------------------------------------------------------

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def resolve(document, reference):
    """What a reference like "#/components/schemas/Item" leads to."""
    assert reference.startswith("#/"), f"{reference} leads out of the document"
    found = document
    for name in reference[2:].split("/"):
        assert name in found, f"{reference} leads nowhere"
        found = found[name]
    return found


def violations(document, schema, value, where="the body"):
    """Where `value` is not as `schema` has it: lines of text. The part of JSON Schema that
    the document uses; a word that it does not know is a violation, too."""
    if "$ref" in schema:
        return violations(document, resolve(document, schema["$ref"]), value, where)
    known = {"type", "const", "properties", "required", "additionalProperties", "items"}
    found = [f"{where}: the schema says {word}" for word in set(schema) - known]
    if "const" in schema and value != schema["const"]:
        found.append(f"{where} is {value!r}, not {schema['const']!r}")
    wanted = schema.get("type")
    is_wanted = wanted is None or isinstance(value, TYPES[wanted])
    if not is_wanted or (isinstance(value, bool) and wanted != "boolean"):
        return [*found, f"{where} is {value!r}, not of type {wanted}"]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [
            f"{where} has no {n}" for n in schema.get("required", []) if n not in value
        ]
        for name, member in value.items():
            if name in properties:
                found += violations(document, properties[name], member, f"{where}.{name}")
            elif schema.get("additionalProperties", True) is False:
                found.append(f"{where} has a {name}, which is not described")
    if isinstance(value, list):
        for index, member in enumerate(value):
            found += violations(
                document, schema.get("items", {}), member, f"{where}[{index}]"
            )
    return found


def expect_as_described(server, route, answer):
    """The answer of this route is one that the document describes."""
    document = server.get("/openapi.json").json
    responses = document["paths"][route]["get"]["responses"]
    expect(
        str(answer.status) in responses,
        saw=f"{answer}; /openapi.json describes {', '.join(responses)}",
        expected="a status that it describes",
    )
    content = responses[str(answer.status)]["content"]
    expect(answer.type in content, saw=str(answer), expected=f"{', '.join(content)}")
    found = violations(document, content[answer.type]["schema"], answer.json)
    expect(
        not found,
        saw=f"{answer}: {'; '.join(found[:3])}",
        expected="a body as /openapi.json describes it",
    )


# --- 3.14: the items of an order -------------------------------------------------------------


@gap("3.14", needs=SERVES)
def test_the_items_of_the_demo_order(program, world):
    """All items of all packages, in the packages' order."""
    server = start(program, world)
    answer = server.get(items_of())
    expect_items(answer, in_our_words(world))
    expect_as_described(server, ROUTE, answer)
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_an_empty_order(program, world):
    """An order without packages has no items, and that is no failure."""
    server = start(program, world)
    answer = server.get(items_of(EMPTY_ORDER))
    expect_items(answer, [])
    expect_as_described(server, ROUTE, answer)
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_odd_items(program, world):
    """Any text, and fields that are missing."""
    product = {"code": "", "reference": 'Größe "7" \\ 緑茶\n\u0001</script>'}
    order = world.orders.add([[], [{"product": product, "quantity": 2**53}]])
    server = start(program, world)
    answer = server.get(items_of(order))
    expect_items(answer, in_our_words(world, order))
    expect_as_described(server, ROUTE, answer)
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_who_asks_is_told(program, world):
    """The key and the tenant of the environment go with each request."""
    server = start(program, world, ORDERS_API_KEY="k3y", ORDERS_TENANT_ID="t7")
    server.get(items_of())
    told = {
        (one.headers.get("X-Api-Key"), one.headers.get("X-Tenant-Id"))
        for one in world.orders.requests
    }
    expect(told == {("k3y", "t7")}, saw=f"{told}", expected="k3y and t7, each time")
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_two_clients_at_once(program, world):
    """Two orders, and then all their packages, are on their way at the same time."""
    orders = world.orders.hold("/maestro/v1/orders/*")
    server = start(program, world, *NEVER)
    one, two = world.orders.add([[], []]), world.orders.add([[], [], []])
    waiting = [server.ask(items_of(order)) for order in (one, two)]
    server.wait_for_requests(orders, 2)
    packages = world.orders.hold(PACKAGES)
    orders.lift()
    server.wait_for_requests(packages, 5)
    packages.lift()
    for order, client in zip((one, two), waiting):
        expect_items(client.answer(), in_our_words(world, order))
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_a_client_that_goes_away(program, world):
    """Whatever is on its way for it is given up: the order, or all its packages."""
    server = start(program, world, *NEVER)
    for pattern, count in [(ORDER, 1), (PACKAGES, 10)]:
        before = world.orders.counts.abandoned
        hold = world.orders.hold(pattern)
        client = server.ask(items_of())
        server.wait_for_requests(hold, count)
        client.close()
        gone = server.process.wait_until(
            lambda: world.orders.counts.abandoned == before + count
        )
        expect(
            gone,
            saw=f"a client has gone away; of {count} requests for it "
            f"{world.orders.counts.abandoned - before} were given up",
            expected="http_on_gone() tells, and order_query_cancel() ends them all",
        )
        hold.lift()
    expect_items(server.get(items_of()), in_our_words(world))
    server.stop().expect_clean()


@pytest.mark.reference
def test_stopped_at_once(program, world):
    """After a second signal nobody waits any more, and nothing is left behind."""
    hold = world.orders.hold(PACKAGES)
    server = start(program, world, *NEVER)
    waiting = server.ask(items_of())
    server.wait_for_requests(hold, 10)
    server.process.ask_to_end()
    server.process.wait_for("^stopping")
    server.stop().expect_clean()
    world.orders.wait_for(abandoned=10, in_flight=0)
    waiting.close()


# --- 3.14: what can go wrong -----------------------------------------------------------------


@gap("3.14", needs=SERVES)
def test_an_unknown_order(program, world):
    """There is no such order: 404."""
    server = start(program, world)
    expect_error(server, server.get(items_of(NO_ORDER)), 404)
    server.stop().expect_clean()


NO_UUIDS = {
    "invalido": 422,
    DEMO_ORDER[:-1]: 422,
    DEMO_ORDER + "0": 422,
    DEMO_ORDER.replace("-", ""): 422,
    "%7B" + DEMO_ORDER + "%7D": 422,
    "..%2F..%2Fadmin": 422,
    "%FF": 422,
    DEMO_ORDER + "%00": 400,  # no handler sees this: the path itself is malformed
}


@pytest.mark.reference  # what is checked before is given
def test_what_is_no_uuid(program, world):
    """422, and the service is not bothered."""
    server = start(program, world)
    for uuid, status in NO_UUIDS.items():
        answer = server.get(items_of(uuid))
        remark = f"The UUID was {uuid}"
        expect(answer.status == status, saw=f"{answer}. {remark}", expected=f"{status}")
        if status == 422:
            expect_error(server, answer, 422, remark)
    asked = world.orders.counts.arrived
    expect(asked == 0, saw="the service of orders was asked", expected="it was not")
    server.stop().expect_clean()


FAULTS = [
    ("status 500", {"name": "status", "code": 500}),
    ("status 401", {"name": "status", "code": 401}),
    ("a redirect", {"name": "status", "code": 302}),
    ("a reset", {"name": "reset"}),
    ("half an answer", {"name": "close", "body": 10}),
    ("no HTTP", {"name": "garbage"}),
    ("an endless answer", {"name": "huge"}),
    ("HTML", {"name": "not_json"}),
    ("a list of something else", {"name": "body", "text": '[{"quantity":1}]'}),
    ("an order of something else", {"name": "body", "text": '{"packages":[{}]}'}),
]


@gap("3.14", needs=SERVES)
def test_a_failing_service(program, world):
    """The service is down, or talks nonsense, about the order or about a package: 502."""
    server = start(program, world, *NEVER)
    package = list(world.orders.orders[DEMO_ORDER])[2]
    for path in (ORDER, f"{ORDER}/packages/{package}/items"):
        for what, fault in FAULTS:
            rule = world.orders.fault(path, **fault)
            answer = server.get(items_of())
            expect_error(server, answer, 502, f"The service had: {what}")
            rule.lift()
    expect_items(server.get(items_of()), in_our_words(world))  # and all is well again
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_a_service_that_is_not_there(program, world):
    """Nobody listens where the service was: 502."""
    server = start(program, world, ORDERS_URL=world.refused_url)
    expect_error(server, server.get(items_of()), 502)
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
@pytest.mark.parametrize("name", ["ORDERS_URL", "ORDERS_API_KEY", "ORDERS_TENANT_ID"])
def test_a_server_that_was_started_wrongly(program, world, name):
    """A line break in a header would be a header of somebody else's choice: 500."""
    server = start(program, world, **{name: "a\r\nX-Admin: yes"})
    expect_error(server, server.get(items_of()), 500)
    asked = world.orders.counts.arrived
    expect(asked == 0, saw="the service of orders was asked", expected="it was not")
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
@pytest.mark.parametrize("fault", [None, {"name": "stall", "body": 10}])
@pytest.mark.parametrize("path", [ORDER, PACKAGES])
def test_a_service_that_keeps_silent(program, world, path, fault):
    """An answer that does not come in time: 504, and the rest is given up."""
    world.orders.fault(path, **fault) if fault else world.orders.hold(path)
    server = start(program, world, *SOON)
    expect_error(server, server.get(items_of()), 504)
    server.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_it_waits_as_long_as_it_is_told(program, world):
    """The time limit is that of --timeout: one server waits for hours, one gives up soon."""
    hold = world.orders.hold(PACKAGES)
    patient = start(program, world, *NEVER)
    waiting = patient.ask(items_of())
    patient.wait_for_requests(hold, 10)
    hasty = start(program, world, *SOON)
    expect_error(hasty, hasty.get(items_of()), 504)
    hold.lift()
    expect_items(waiting.answer(), in_our_words(world))
    hasty.stop().expect_clean()
    patient.stop().expect_clean()


@gap("3.14", needs=SERVES)
def test_too_many_requests(program, world):
    """One order has very many packages; when the queue is full the next are told so: 503."""
    large = world.orders.add([[]] * 10_000)  # a hundred are asked for, the others wait
    hold = world.orders.hold(PACKAGES)
    # Noting where each of so many pieces of memory comes from would take seconds.
    quick = sanitizer.environment()["ASAN_OPTIONS"] + ":malloc_context_size=0"
    server = start(program, world, *NEVER, ASAN_OPTIONS=quick)
    waiting = [server.ask(items_of(large))]
    server.wait_for_requests(hold, 100)
    waiting += [server.ask(items_of(EMPTY_ORDER)) for _ in range(101)]
    answered, _, _ = select.select(waiting, [], [], patience())
    expect(
        len(answered) == 1,
        saw=f"of 101 clients {len(answered)} had an answer, although the service of orders "
        "kept silent",
        expected="one: a hundred find room in the queue",
    )
    expect_error(server, answered[0].answer(), 503)
    waiting[0].close()  # and with it ten thousand requests
    for one in waiting[1:]:
        if one not in answered:
            expect_items(one.answer(), [])
    hold.lift()
    server.stop().expect_clean()


# --- The document (given: no gap) ------------------------------------------------------------


@pytest.fixture
def document(program, world):
    """The server's /openapi.json, which is JSON."""
    server = start(program, world)
    answer = server.get("/openapi.json")
    server.stop().expect_clean()
    assert (answer.status, answer.type) == (200, "application/json")
    return answer.json


def operations(document):
    """Each operation, with its path."""
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    for path, item in document["paths"].items():
        assert path.startswith("/") and set(item) <= methods
        for operation in item.values():
            yield path, operation


def every_part(value):
    """The value, and every value in it."""
    yield value
    members = value.values() if isinstance(value, dict) else value
    for member in members if isinstance(value, (dict, list)) else []:
        yield from every_part(member)


@pytest.mark.reference
def test_it_is_an_openapi_document(document):
    """OpenAPI 3.1: what must be there is there, and has the shape it should have."""
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    known = {"openapi", "info", "servers", "security", "paths", "components"}
    assert set(document) <= known
    assert document["security"] == []  # nobody needs a key here
    assert document["info"]["title"] and document["info"]["version"]
    assert all(isinstance(one["url"], str) for one in document["servers"])
    identifiers = []
    for path, operation in operations(document):
        identifiers.append(operation["operationId"])
        assert operation["responses"], f"{path} has no responses"
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status)
            assert isinstance(response["description"], str) and response["description"]
            assert all("schema" in one for one in response["content"].values())
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.reference
def test_its_parameters_are_those_of_the_paths(document):
    """What stands in braces is declared, and nothing else is."""
    for path, operation in operations(document):
        declared = operation.get("parameters", [])
        assert [one["name"] for one in declared] == re.findall(r"{(\w+)}", path)
        for one in declared:
            assert one["in"] == "path" and one["required"] is True
            assert one["schema"]["type"] == "string"


@pytest.mark.reference
def test_its_references_lead_somewhere(document):
    """Each schema that is referred to is there, and each that is there is referred to."""
    parts = [part for part in every_part(document) if isinstance(part, dict)]
    references = {part["$ref"] for part in parts if "$ref" in part}
    for reference in references:
        resolve(document, reference)
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references == there


@pytest.mark.reference
def test_its_schemas_are_strict(document):
    """An object names its members, which must all be there, and allows no others."""
    for name, schema in document["components"]["schemas"].items():
        assert schema["type"] == "object", name
        assert sorted(schema["required"]) == sorted(schema["properties"]), name
        assert schema["additionalProperties"] is False, name


@pytest.mark.reference
def test_it_describes_the_routes_that_there_are(program, document):
    """Those that --help names: no more, no less."""
    lines = program("orders_server").run("--help").lines
    routes = [line.split() for line in lines[lines.index("It serves:") + 1 :]]
    described = [
        [method.upper(), path]
        for path, item in document["paths"].items()
        for method in item
    ]
    assert sorted(described) == sorted(routes)


@pytest.mark.reference
@pytest.mark.parametrize("route", ["/healthcheck", "/openapi.json"])
def test_what_needs_no_service(program, world, route):
    """It is answered as described, also when the service of orders is not there."""
    server = start(program, world, ORDERS_URL=world.refused_url)
    answer = server.get(route)
    assert answer.status == 200
    expect_as_described(server, route, answer)
    if route == "/healthcheck":
        assert answer.json == {"status": "ok"}
    server.stop().expect_clean()


@pytest.mark.reference
@pytest.mark.parametrize(
    "schema, value, words",
    [
        ({"type": "string"}, 1, "the body is 1, not of type string"),
        ({"type": "integer"}, True, "the body is True, not of type integer"),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], "the body[1] is 1"),
        ({"type": "object", "required": ["a"]}, {}, "the body has no a"),
        ({"additionalProperties": False}, {"a": 1}, "the body has a a, which is not"),
        ({"properties": {"a": {"const": "ok"}}}, {"a": "OK"}, "the body.a is 'OK'"),
        ({"$ref": "#/components/schemas/Item"}, [], "the body is [], not of type object"),
        ({"pattern": "x"}, "x", "the body: the schema says pattern"),
    ],
)
def test_the_checker_finds_what_is_wrong(document, schema, value, words):
    """Who checks the checker? A value that is not as described is found."""
    found = violations(document, schema, value)
    assert len(found) == 1 and found[0].startswith(words)
