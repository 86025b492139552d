"""make fuzz: bytes that nobody thought of, for what takes bytes from strangers.

libFuzzer, of clang, changes requests for SECONDS seconds, led by the lines of the parser that
each one reaches. It begins with those of the tests. What it finds worth keeping stays in
build/fuzz/corpus for the next time; a finding is written to build/fuzz/ and shown.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from harness import sanitizer
from harness.build import BuildError, first_complaint, make
from harness.commands.lint import nothing_may_be_left_out
from harness.fuzz.requests import BAD, GOOD
from harness.layout import ROOT
from harness.settings import read

BUILD_DIR = "build/fuzz"
FUZZER = f"{BUILD_DIR}/harness/fuzz/fuzz_request_parser"
MAX_LENGTH = 1024  # bytes of an input


def main(arguments: list[str]) -> int:
    """fuzz, with SECONDS. 0 when nothing was found."""
    seconds = read().seconds
    if shutil.which("clang") is None:
        print("left out: clang is missing: apt-get install clang libclang-rt-dev")
        return 1 if nothing_may_be_left_out() else 0
    build()
    folder = ROOT / BUILD_DIR
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    write_seeds()
    command = [str(ROOT / FUZZER), str(corpus), str(folder / "seeds")]
    options = [f"-max_total_time={seconds}", f"-max_len={MAX_LENGTH}", "-timeout=10"]
    options += [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=1"]
    environment = {**os.environ, **sanitizer.environment()}
    # It allocates a lot: AddressSanitizer is to be quick about each, not thorough.
    environment["ASAN_OPTIONS"] += ":fast_unwind_on_malloc=1:malloc_context_size=3"
    sys.stdout.flush()
    return subprocess.run([*command, *options], env=environment, check=False).returncode


def build() -> None:
    """Builds the fuzzer. BuildError says what the compiler said."""
    done = make(
        "CC=clang",
        "BUILD=debug",
        "SAN=1",
        f"BUILD_DIR={BUILD_DIR}",
        "CFLAGS=-fsanitize=fuzzer-no-link",
        "LDFLAGS=-fsanitize=fuzzer",
        "fuzzers",
    )
    if done.returncode != 0:
        raise BuildError(first_complaint(done.stderr))


def write_seeds() -> None:
    """The requests of the tests, a file each, as libFuzzer wants them; and all good ones in
    one stream."""
    folder = ROOT / BUILD_DIR / "seeds"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    seeds = [row[0] for row in [*GOOD.values(), *BAD.values()]]
    seeds.append(b"".join(row[0] for row in GOOD.values()))
    for number, seed in enumerate(seeds):
        (folder / f"{number:03}").write_bytes(seed)
