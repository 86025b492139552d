"""`python3 -m harness.world`: the outside world for a class without internet."""

from __future__ import annotations

import argparse
import signal
import sys

from .watch import WorldError
from .world import DEFAULT_HOST, DEFAULT_PORT, World

ADVICE = "is it running already? For other ports: make world PORT=9100 (PORT=0: any free)"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options; a bad one ends the program with status 2."""
    parser = argparse.ArgumentParser(
        prog="python3 -m harness.world",
        description="The outside world: every service the workshop's programs talk to.",
        epilog="It prints where each service listens. Ctrl-C ends it.",
    )
    parser.add_argument(
        "--host", default=DEFAULT_HOST, help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=DEFAULT_PORT,
        help="port of the first service; 0 takes any (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """A port that leaves room for those that follow."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= 65500):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 65500")
    return int(text)


def main(arguments: list[str]) -> int:
    """Run until SIGINT or SIGTERM; returns the exit status."""
    options = parse_arguments(arguments)
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # every thread: sigwait() gets them
    world = World(options.host, options.port)
    try:
        world.start()
    except WorldError as error:
        print(f"world: {error}; {ADVICE}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(errors="backslashreplace")  # for what the telephones hear
    lines = [f"{s.name} listening on {s.url}" for s in world.services]
    lines += [f"telephony signs, public key {world.telephony.public_key}"]
    if (options.host, options.port) != (DEFAULT_HOST, DEFAULT_PORT):
        lines += ["", "Type this first in the terminal where you run the programs:"]
        lines += [f"export {name}={url}" for name, url in world.environment.items()]
    print("\n".join(lines), flush=True)
    world.telephony.on_line = print_line
    signal.sigwait(ends)
    world.stop()
    return 0


def print_line(line: str) -> None:
    """Print what a telephone does; it does it, too, where nobody reads any more."""
    try:
        print(line, flush=True)
    except OSError:
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
