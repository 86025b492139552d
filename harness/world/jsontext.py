"""JSON as it is sent, with more say than the json module gives: to the digit, or raw."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


class RawJson(str):
    """Text that is sent as it stands where a value would be: `RawJson("1e999")`."""


def to_json(value: Any) -> str:
    """`value` as JSON text; anywhere in it may be a Decimal or a RawJson."""
    if isinstance(value, RawJson):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")  # every digit, and no exponent
    if isinstance(value, dict):
        return "{%s}" % ", ".join(f"{to_json(k)}: {to_json(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ", ".join(map(to_json, value))
    return json.dumps(value, ensure_ascii=False)


def encode_json(value: Any) -> bytes:
    """`value` as JSON in UTF-8, and the end of a line.

    What UTF-8 cannot say, half of a surrogate pair, is escaped as JSON does it.
    """
    return f"{to_json(value)}\n".encode("utf-8", "backslashreplace")
