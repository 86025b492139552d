"""aiohttp_server.py: as hello_server.c, with Python's aiohttp."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def on_json(_: web.Request) -> web.Response:
    """The small answer, always the same."""
    return web.Response(
        body=b'{"message":"Hello, World!"}', content_type="application/json"
    )


async def main() -> None:
    """Serves until it is killed."""
    app = web.Application()
    app.router.add_get("/json", on_json)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    port = runner.addresses[0][1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
