"""aiohttp_fetch.py COUNT CAP URL: as client_fetch.c, with Python's aiohttp."""

from __future__ import annotations

import asyncio
import sys

import aiohttp


async def main(count: int, cap: int, url: str) -> int:
    """Fetches `url` `count` times, at most `cap` at once; how many answered 200."""

    async def fetch() -> int:
        async with session.get(url) as response:
            await response.read()
            return response.status

    connector = aiohttp.TCPConnector(limit=cap)
    async with aiohttp.ClientSession(connector=connector) as session:
        statuses = await asyncio.gather(*(fetch() for _ in range(count)))
    return statuses.count(200)


print(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
