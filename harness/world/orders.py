"""Orders: an order has packages, a package has items, and every answer takes its time.

    /maestro/v1/orders/ORDER                          {"packages": [{"uuid": "..."}, ...]}
    /maestro/v1/orders/ORDER/packages/PACKAGE/items   [{"product": {"code": "...", ...},
                                                        "quantity": 1}, ...]

Both want the headers X-Api-Key and X-Tenant-Id; any values will do. Errors are JSON, and
come at once: 401 and 403 for a missing header, 422 for what is no UUID, 404 for what is
not there. Of a product only `code` is sure; `description`, `image_url` and `reference` may
be there.
"""

from __future__ import annotations

import itertools
import re
import uuid
from typing import Any, Iterable

from .http1 import HttpError, Request, Response
from .service import JsonService, route

DEMO_ORDER = "efb77dcf-d83c-4935-81ac-7be5f37e6cdc"  # ten packages, of one to three items
EMPTY_ORDER = "5a2e7e50-9f0d-4c0b-8a53-c6bd0e5f7a01"  # no package
DELAY = 1.0
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# What there is to order: a description, and whether its picture and reference are known.
PRODUCTS = [
    ("Teapot, stoneware", True),
    ("Café filters, 100", True),
    ("", False),
    ("Größenverstellbarer Hocker", True),
    ("緑茶 Green tea, 200 g", False),
    ('Shelf, 30" x 12" (oak)', True),
    ("Crème brûlée torch \N{FIRE}", False),
]


class Orders(JsonService):
    """The orders. `delay` is the seconds that each answer takes, until reset().

    `orders` has the packages of each order by their UUIDs, and of each package the items.
    """

    name = "orders"

    def __init__(self) -> None:
        super().__init__()
        self._restore()

    def reset(self) -> None:
        """The orders, and the delay, are as they were, too."""
        super().reset()
        self._restore()

    def add(self, packages: Iterable[Any]) -> str:
        """A new order; returns its UUID. `packages` is `[[item, ...], ...]`.

        Instead of a package or an item there may be any other value that is JSON, a Decimal
        or a RawJson.
        """
        order = derived_uuid(DEMO_ORDER, f"order {next(self._numbers)}")
        self.orders[order] = with_uuids(order, packages)
        return order

    @route("GET", "/maestro/v1/orders/{order}")
    def show_order(self, request: Request, order: str) -> Response:
        """The packages of an order."""
        packages = [{"uuid": package} for package in self._packages(request, order)]
        return Response.json({"packages": packages}, delay=self.delay)

    @route("GET", "/maestro/v1/orders/{order}/packages/{package}/items")
    def show_items(self, request: Request, order: str, package: str) -> Response:
        """The items of a package."""
        packages = self._packages(request, order)
        items = look_up(packages, package, f"order {order} has no package")
        return Response.json(items, delay=self.delay)

    def _packages(self, request: Request, order: str) -> dict[str, Any]:
        for header, status in (("X-Api-Key", 401), ("X-Tenant-Id", 403)):
            if not request.headers.get(header):
                raise HttpError(status, f"the header {header} is missing")
        return look_up(self.orders, order, "there is no order")

    def _restore(self) -> None:
        self.delay = DELAY
        self.orders = {
            DEMO_ORDER: with_uuids(DEMO_ORDER, demo_packages()),
            EMPTY_ORDER: {},
        }
        self._numbers = itertools.count(1)


def look_up(things: dict[str, Any], name: str, otherwise: str) -> Any:
    """The thing with that UUID; HttpError 422 if it is none, 404 if it is not there."""
    if not UUID.fullmatch(name):
        raise HttpError(422, f"{name!r} is not a UUID")
    if name.lower() not in things:
        raise HttpError(404, f"{otherwise} {name}")
    return things[name.lower()]


def with_uuids(order: str, packages: Iterable[Any]) -> dict[str, Any]:
    """The packages of an order by UUIDs that are the same every time."""
    numbered = enumerate(packages, start=1)
    return {derived_uuid(order, f"package {n}"): package for n, package in numbered}


def derived_uuid(parent: str, name: str) -> str:
    """A UUID that is always the same for the same names."""
    return str(uuid.uuid5(uuid.UUID(parent), name))


def demo_packages() -> list[list[dict[str, Any]]]:
    """Ten packages of one to three items."""
    numbers = itertools.count(1)
    return [[demo_item(next(numbers)) for _ in range(1 + n % 3)] for n in range(10)]


def demo_item(number: int) -> dict[str, Any]:
    """An item; of some products nothing but the code is known."""
    description, is_known = PRODUCTS[number % len(PRODUCTS)]
    code = f"SKU-{number:03}"
    product = {"code": code}
    if description:
        product["description"] = description
    if is_known:
        product["image_url"] = f"https://images.example.com/{code}.png"
        product["reference"] = f"REF/{number}"
    return {"product": product, "quantity": 1 + number % 4}
