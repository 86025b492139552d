"""Ed25519 as the world signs with it: the vectors of RFC 8032, and OpenSSL's opinion."""

from __future__ import annotations

import base64

import pytest

from harness.tools import run_tool
from harness.world.ed25519 import ORDER, P, SigningKey, decode, encode, times_base, verify

# Section 7.1: seed, public key, message, signature.
VECTORS = {
    "empty": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "one byte": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "two bytes": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "SHA(abc)": (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_of_the_rfc(name: str) -> None:
    seed, public, message, signature = map(bytes.fromhex, VECTORS[name])
    key = SigningKey(seed)
    assert key.public == public
    assert key.sign(message) == signature
    assert verify(public, message, signature)


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_what_was_changed_is_not_verified(place: int) -> None:
    key = SigningKey(bytes(range(32)))
    signature = key.sign(b"1700000000|{}")
    changed = bytearray(signature)
    changed[place] ^= 1
    assert verify(key.public, b"1700000000|{}", signature)
    assert not verify(key.public, b"1700000000|{}", bytes(changed))
    assert not verify(key.public, b"1700000001|{}", signature)
    assert not verify(SigningKey(bytes(32)).public, b"1700000000|{}", signature)


def test_what_is_no_signature_or_key_is_not_verified() -> None:
    key = SigningKey(bytes(32))
    signature = key.sign(b"x")
    again = int.from_bytes(signature[32:], "little") + ORDER  # the same to the curve
    assert not verify(key.public, b"x", signature[:32] + again.to_bytes(32, "little"))
    assert not verify(key.public, b"x", signature[:63])
    assert not verify(key.public, b"x", signature + b"\0")
    assert not verify(key.public[:31], b"x", signature)
    assert not verify(b"\xff" * 32, b"x", signature)  # y is beyond the field
    assert not verify(b"\2" + bytes(31), b"x", signature)  # the curve has no such y
    assert decode(b"\2" + bytes(31)) is None
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        SigningKey(bytes(31))


def test_a_point_has_one_encoding() -> None:
    signature = encode(times_base(5)) + (5).to_bytes(32, "little")  # of the neutral point
    assert verify((1).to_bytes(32, "little"), b"x", signature)
    assert not verify((1 + P).to_bytes(32, "little"), b"x", signature)
    assert decode((1 | 1 << 255).to_bytes(32, "little")) is None  # minus 0


@pytest.mark.parametrize("length", [1, 64, 3000])
def test_openssl_agrees(tmp_path, length: int) -> None:
    """It makes the same signature with the same seed, and takes ours."""
    seed, message = bytes(range(100, 132)), bytes(n % 251 for n in range(length))
    key = SigningKey(seed)
    files = {name: tmp_path / name for name in ("seed", "public", "message", "ours")}
    pem = b"-----BEGIN %s KEY-----\n%s-----END %s KEY-----\n"
    for name, kind, head, data in (
        ("seed", b"PRIVATE", "302e020100300506032b657004220420", seed),
        ("public", b"PUBLIC", "302a300506032b6570032100", key.public),
    ):
        der = base64.encodebytes(bytes.fromhex(head) + data)
        files[name].write_bytes(pem % (kind, der, kind))
    files["message"].write_bytes(message)
    files["ours"].write_bytes(key.sign(message))
    message_in = ("-rawin", "-in", str(files["message"]))
    theirs = tmp_path / "theirs"
    run_tool(
        "openssl", "pkeyutl", "-sign", "-inkey", str(files["seed"]), *message_in,
        "-out", str(theirs),
    )  # fmt: skip
    assert theirs.read_bytes() == key.sign(message)
    done = run_tool(
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(files["public"]),
        *message_in, "-sigfile", str(files["ours"]),
    )  # fmt: skip
    assert "Signature Verified Successfully" in done.stdout
