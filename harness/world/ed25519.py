"""Ed25519 signatures (RFC 8032) on whole numbers: for a simulator, not for secrets.

A point of the curve is kept as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z: so two are
added without a division. To sign takes a multiple of the base point; as its multiples by
1 to 15, by 16 to 240, and so on are in a table, that is 64 additions: under a millisecond.
How long it takes depends on the key, which must not be on a machine with something to lose.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Optional, Tuple

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
WINDOWS = 64  # of four bits each: more than the 253 bits of a multiple

Point = Tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


class SigningKey:
    """A key pair from a seed of 32 bytes. `public` is the public key, 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise ValueError(f"a seed has 32 bytes, not {len(seed)}")
        digest = hashlib.sha512(seed).digest()
        scalar = int.from_bytes(digest[:32], "little")
        self._scalar = scalar & (2**254 - 8) | 2**254
        self._prefix = digest[32:]
        self.public = encode(times_base(self._scalar))

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes: always the same for the same message."""
        once = hash_number(self._prefix, message) % ORDER
        commitment = encode(times_base(once))
        challenge = hash_number(commitment, self.public, message)
        answer = (once + challenge * self._scalar) % ORDER
        return commitment + answer.to_bytes(32, "little")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` was made over `message` with the key that belongs to `public`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key = decode(public)
    answer = int.from_bytes(signature[32:], "little")
    if key is None or answer >= ORDER:
        return False
    x, y, z, t = key
    challenge = hash_number(signature[:32], public, message) % ORDER
    commitment = add(times_base(answer), times((P - x, y, z, P - t), challenge))
    return encode(commitment) == signature[:32]


def hash_number(*parts: bytes) -> int:
    """SHA-512 of the parts, as a number."""
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def add(p: Point, q: Point) -> Point:
    """The sum of two points, which may be the same."""
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * D * t1 * t2 % P
    d = 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(point: Point, factor: int) -> Point:
    """`factor` times any point."""
    product = NEUTRAL
    while factor > 0:
        if factor & 1:
            product = add(product, point)
        point = add(point, point)
        factor >>= 1
    return product


def times_base(factor: int) -> Point:
    """`factor` times the base point; the factor has less than 256 bits."""
    product = NEUTRAL
    for window in base_table():
        if factor & 15:
            product = add(product, window[factor & 15])
        factor >>= 4
    return product


@lru_cache(maxsize=None)
def base_table() -> list[list[Point]]:
    """In window w, at n: the base point n * 16**w times. Made when first used (10 ms)."""
    y = 4 * pow(5, P - 2, P) % P
    x = x_of(y, 0)
    assert x is not None
    first = (x, y, 1, x * y % P)
    table = []
    for _ in range(WINDOWS):
        window = [NEUTRAL]
        for _ in range(15):
            window.append(add(window[-1], first))
        table.append(window)
        first = add(window[-1], first)
    return table


def encode(point: Point) -> bytes:
    """A point in 32 bytes: y, and whether x is odd in the last bit."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Optional[Point]:
    """The point in 32 bytes; None if there is none."""
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    x = x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def x_of(y: int, odd: int) -> Optional[int]:
    """The x of the point with this y; None if the curve has none there."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square or (x == 0 and odd):
        return None
    return P - x if x & 1 != odd else x
