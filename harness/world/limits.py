"""Every maximum of the world, in one place."""

from __future__ import annotations

import resource

HEAD_MAX = 64 * 1024  # bytes of a request's line and headers
BODY_MAX = 1024 * 1024  # bytes of a request's body
PAGE_MAX = 8 * 1024 * 1024  # bytes of a page that a site serves
DELAY_MAX = 60.0  # seconds that a site makes its client wait

LOG_MAX = 4096  # requests that a service remembers; the oldest go first
LOG_BYTES_MAX = 16 * 1024 * 1024  # bytes of their heads and bodies together
RULES_MAX = 1000  # rules in force on one service

CALLS_MAX = 4096  # calls that the telephone network remembers; the oldest ended go first
EVENTS_MAX = 64  # events, and speeches, that it remembers of one call
COMMANDS_MAX = 16384  # command_ids that it remembers
DELIVERIES_MAX = 1000  # webhooks on their way at once; more wait,
UNTOLD_MAX = 16384  # up to so many events; and what then happens is not told
WORD_MAX = 4096  # characters of a text in a command, unless it has a limit of its own

BACKLOG = 4096  # connections that wait to be accepted; the system may allow fewer
READ_SIZE = 64 * 1024  # bytes read, and written, at a time
LINGER_BYTES = 4 * BODY_MAX  # read and dropped after a last answer,
LINGER_SECONDS = 2.0  # and for so long, so that the client can still read the answer

WAIT_LIMIT = 10.0  # seconds that a waiting call waits, unless told otherwise


def raise_open_file_limit() -> None:
    """Let this process, and those it starts, open as many files as the system allows.

    A thousand held requests are a thousand sockets, and 256 or 1024 is a common limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, 10240):  # macOS says "unlimited" and then accepts only this
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
            return
        except (ValueError, OSError):
            continue
