"""gather_timers.py COUNT: the same timers as gather_timers.c, with asyncio.gather().

Prints the processor time it took in ms, user and system.
"""

from __future__ import annotations

import asyncio
import resource
import sys

SPREAD_MS, STRIDE = 1000, 7919


async def main(count: int) -> None:
    """Sleeps `count` times at once, each within one second."""
    delays = (i * STRIDE % SPREAD_MS / 1000 for i in range(count))
    results = await asyncio.gather(*(asyncio.sleep(delay, delay) for delay in delays))
    assert len(results) == count


asyncio.run(main(int(sys.argv[1])))
usage = resource.getrusage(resource.RUSAGE_SELF)
print(f"{(usage.ru_utime + usage.ru_stime) * 1000:.3f}")
