"""Runs parse_requests, which shows what request_parser makes of bytes."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, Iterable

from harness import sanitizer
from harness.build import BuildError, first_complaint, make
from harness.layout import ROOT
from harness.timeouts import scaled

PROGRAM = "build/harness/fuzz/parse_requests"

# It allocates a lot: AddressSanitizer is to be quick about each, not thorough.
ASAN_OPTIONS = f"{sanitizer.environment()['ASAN_OPTIONS']}:fast_unwind_on_malloc=1"


def build() -> None:
    """Builds the program. BuildError: it does not compile, or llhttp is missing."""
    done = make("BUILD_DIR=build", PROGRAM)
    if done.returncode != 0:
        raise BuildError(first_complaint(done.stderr))


def run(data: bytes, *arguments: str) -> str:
    """What the program prints about the bytes; that it fails is a failed test."""
    done = subprocess.run(
        [str(ROOT / PROGRAM), *arguments],
        input=data,
        capture_output=True,
        env={**os.environ, **sanitizer.environment(), "ASAN_OPTIONS": ASAN_OPTIONS},
        timeout=scaled(60),
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    return done.stdout.decode("ascii")


def parse(data: bytes, *arguments: str) -> list[dict[str, Any]]:
    """What is reported of each request of a stream, cut in every way."""
    return lines(run(data, "--every-cut", *arguments))


def lines(text: str) -> list[dict[str, Any]]:
    """The reports in what the program has printed."""
    return [json.loads(line) for line in text.splitlines()]


def parse_streams(
    streams: Iterable[bytes], *arguments: str
) -> list[list[dict[str, Any]]]:
    """The same of many streams, in one run of the program."""
    data = b"".join(b"%d\n%s" % (len(stream), stream) for stream in streams)
    text = run(data, "--streams", "--every-cut", *arguments)
    return [lines(block) for block in text.split("\n\n") if block]


def digest(body: bytes) -> str:
    """A body's digest as the program prints it: FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in body:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"
