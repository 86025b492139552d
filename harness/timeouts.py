"""Time limits: they exist only to end a hang, and one number stretches all of them."""

from __future__ import annotations

import math
import os


class BadScale(Exception):
    """WORKSHOP_TIMEOUT_SCALE is no number to multiply with; the text is the line to print."""


def scale() -> float:
    """WORKSHOP_TIMEOUT_SCALE, 1 when it is not set. BadScale unless it is above 0."""
    text = os.environ.get("WORKSHOP_TIMEOUT_SCALE") or "1"
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (math.isfinite(number) and number > 0):
        raise BadScale(
            f"WORKSHOP_TIMEOUT_SCALE={text}: it must be a number above 0, like 3"
        )
    return number


def scaled(seconds: float) -> float:
    """A time limit in seconds, stretched by WORKSHOP_TIMEOUT_SCALE."""
    return seconds * scale()
