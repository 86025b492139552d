"""A browser in tests: Chromium, told what to do through WebDriver (W3C).

    with Browser(tmp_path) as browser:
        browser.open(server.url + "/")
        browser.fill("#number", "+15550100")
        browser.click("button")
        browser.wait_until(lambda: "ringing" in browser.text("#coming"))
        browser.complaints()            # what pages have written to the console

Both programs are the instructor's tools: `chromium` and `chromedriver`.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import time
from pathlib import Path
from typing import Any, Callable

from harness.explain import Failure
from harness.running import Process, Program
from harness.timeouts import scaled
from harness.tools import tool

TAKEN = "Address already in use"
STARTS = 20  # at most, of the driver
STARTED = r"started successfully on port (\d+)"
PHONE = (390, 844)
DESKTOP = (1280, 800)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver calls one in JSON
LOOK_AGAIN = 0.05  # seconds
# Seconds for one thing that it is told: beside other work a browser may take long to begin.
PATIENCE = 60.0


class BrowserError(Exception):
    """What the browser's driver has refused."""


class Browser:
    """A Chromium of its own, without a window; its files are in `folder`.

    `javascript`, `dark` (the user likes it so) and `zone` (his time zone) are as one would
    choose them in a browser; `size` is in pixels.
    """

    def __init__(
        self,
        folder: Path,
        *,
        javascript: bool = True,
        dark: bool = False,
        size: tuple[int, int] = DESKTOP,
        zone: str = "UTC",
    ) -> None:
        chromium = tool("chromium")
        self._driver, self._port = start_driver(folder)
        self._session = ""
        width, height = size
        arguments = ["--headless=new", "--disable-gpu", "--no-first-run", "--lang=en-US"]
        arguments += ["--disable-background-networking", "--disable-component-update"]
        arguments += [f"--user-data-dir={folder}/profile", "--disable-dev-shm-usage"]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none
        options = {"binary": chromium, "args": arguments}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{answer['sessionId']}"
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        self._devtools(
            "Emulation.setDeviceMetricsOverride", mobile=width < 600, **metrics
        )
        self._devtools("Emulation.setTimezoneOverride", timezoneId=zone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._devtools("Emulation.setEmulatedMedia", features=[scheme])
        self._devtools("Emulation.setScriptExecutionDisabled", value=not javascript)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the browser."""
        try:
            if self._session:
                self._ask("DELETE", self._session)
        finally:
            self._session = ""
            self._driver.kill()

    # --- What one does with a browser ----------------------------------------------------

    def open(self, url: str) -> None:
        """Opens a page, and waits until it is there."""
        self._do("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        """Where it is."""
        return self._do("GET", "/url")

    def fill(self, selector: str, keys: str) -> None:
        """Types into a field, over what stands there."""
        element = self._find(selector)
        self._do("POST", f"/element/{element}/clear", {})
        self._do("POST", f"/element/{element}/value", {"text": keys})

    def click(self, selector: str) -> None:
        """Clicks on something; waits for the page that comes by it."""
        self._do("POST", f"/element/{self._find(selector)}/click", {})

    def text(self, selector: str) -> str:
        """The text of an element, as one sees it."""
        return self._do("GET", f"/element/{self._find(selector)}/text")

    def has(self, selector: str) -> bool:
        """Whether there is such an element."""
        return bool(self._do("POST", "/elements", by_css(selector)))

    def value(self, selector: str, name: str = "value") -> Any:
        """A property of an element; without a name, what stands in a field."""
        return self._do("GET", f"/element/{self._find(selector)}/property/{name}")

    def focused(self) -> str:
        """The id of the element that has the focus."""
        element = self._do("GET", "/element/active")[ELEMENT]
        return self._do("GET", f"/element/{element}/property/id")

    def run(self, script: str) -> Any:
        """What a piece of JavaScript returns."""
        return self._do("POST", "/execute/sync", {"script": script, "args": []})

    def screenshot(self) -> bytes:
        """What one sees, as a PNG."""
        return base64.b64decode(self._do("GET", "/screenshot"))

    def complaints(self) -> list[str]:
        """What pages have written to the console since this was asked last, and what the
        browser has to say of them."""
        return [
            entry["message"] for entry in self._do("POST", "/se/log", {"type": "browser"})
        ]

    def wait_until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Looks again and again, until it is so."""
        end = time.monotonic() + scaled(PATIENCE)
        while not condition():
            assert time.monotonic() < end, f"it did not come in the browser: {what}"
            time.sleep(LOOK_AGAIN)

    # --- WebDriver -----------------------------------------------------------------------

    def _find(self, selector: str) -> str:
        return self._do("POST", "/element", by_css(selector))[ELEMENT]

    def _devtools(self, command: str, **parameters: object) -> None:
        body = {"cmd": command, "params": parameters}
        self._do("POST", "/goog/cdp/execute", body)

    def _do(self, method: str, path: str, body: dict | None = None) -> Any:
        return self._ask(method, self._session + path, body)

    def _ask(self, method: str, path: str, body: dict | None = None) -> Any:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=scaled(PATIENCE)
        )
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        finally:
            connection.close()
        if answer.status != 200:
            raise BrowserError(f"{method} {path}: {value['error']}: {value['message']}")
        return value


def start_driver(folder: Path) -> tuple[Process, int]:
    """A driver, and its port. It takes a free one of IPv4 and wants the same of IPv6, which
    somebody else may have: then it ends, and another one is started."""
    program = Program(Path(tool("chromedriver")), prefer="")
    for tries_left in reversed(range(STARTS)):
        driver = program.start("--port=0", HOME=str(folder), LANGUAGE="en")
        try:
            (line,) = driver.wait_for(STARTED)
            return driver, int(driver.lines[line].rstrip(".").rpartition(" ")[2])
        except Failure:
            if tries_left == 0 or not any(TAKEN in line for line in driver.stderr_lines):
                raise
    raise AssertionError("not reached")


def by_css(selector: str) -> dict[str, str]:
    """How WebDriver is told which element."""
    return {"using": "css selector", "value": selector}
