"""The page of dial_a_joke in a browser: with JavaScript and without, on a desktop and on a
phone, by day and by night."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.browser import DESKTOP, PHONE, Browser
from harness.joke_line import JokeLine, soon

pytestmark = pytest.mark.reference
NUMBER = "+15550100123"
MASKED = "+15***23"
WRONG = {"date": "01012020", "time": "0101AM", "number": "5550100"}
NEW_YORK = "America/New_York"


@pytest.fixture
def line(serve, world, tmp_path):
    """A JokeLine."""
    return JokeLine(serve, world, tmp_path)


@pytest.fixture
def browse(tmp_path):
    """browse(OPTION=VALUE...) is a browser; see harness.browser."""
    browsers = []

    def started(**options):
        folder = tmp_path / f"browser{len(browsers)}"
        folder.mkdir()
        browsers.append(Browser(folder, **options))
        return browsers[-1]

    yield started
    for one in browsers:
        one.close()


def type_form(browser, seconds):
    """Fills the form with a time so long from now on: keys, as they are typed in America."""
    date, time = soon(seconds)
    year, month, day = date.split("-")
    hour, minute, _ = time.split(":")
    half = "PM" if int(hour) >= 12 else "AM"
    browser.fill("#date", f"{month}{day}{year}")
    browser.fill("#time", f"{(int(hour) - 1) % 12 + 1:02}{minute}{half}")
    browser.fill("#number", NUMBER)


def submit(browser, then):
    """Presses the button, and waits for what the page is to have `then`."""
    browser.click("button")
    browser.wait_until(lambda: browser.has(then), then)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_call_is_scheduled_and_seen(line, world, browse, javascript):
    """Filled in, sent, listed; and dialled, as it happens, or when one looks again."""
    phone = world.telephony
    rings = phone.steps.hold("*/ring")
    server = line.start()
    browser = browse(javascript=javascript)
    browser.open(server.url + "/")
    assert browser.has("#nothing:not([hidden])")
    type_form(browser, 3600)
    submit(browser, "#coming li")
    assert browser.url == server.url + "/"
    listed = browser.text("#coming li")
    assert MASKED in listed and "scheduled" in listed
    assert not browser.has("#nothing:not([hidden])")
    # A form has whole minutes only; who writes a program can have seconds.
    assert line.book(server, NUMBER, 1).status == 303

    def shows(selector):
        if not javascript:
            browser.open(server.url + "/")
        return browser.has(selector)

    browser.wait_until(lambda: shows('#coming [data-state="ringing"]'))
    rings.release_all()
    browser.wait_until(lambda: shows('#over [data-state="done"]'))
    assert "joke told" in browser.text("#over")
    if javascript:
        assert browser.run("return document.getElementById('news').textContent")
    assert NUMBER not in browser.text("body")
    assert browser.complaints() == []
    server.stop().expect_clean()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_wrong_stands_beside_its_field(line, browse, javascript):
    """What was typed is still there, and one can go on with the first field that is wrong."""
    server = line.start()
    browser = browse(javascript=javascript)
    browser.open(server.url + "/")
    for name, keys in WRONG.items():
        browser.fill(f"#{name}", keys)
    submit(browser, ".notice")
    assert browser.text("#time-problem") == "This time has passed."
    assert "country's code" in browser.text("#number-problem")
    assert not browser.has("#date-problem")
    assert browser.value("#date") == "2020-01-01"
    assert browser.value("#time") == "01:01"
    assert browser.value("#number") == "5550100"
    browser.wait_until(lambda: browser.focused() == "time", "the focus")
    type_form(browser, 3600)
    submit(browser, "#coming li")
    server.stop().expect_clean()


def test_times_are_utc_and_ones_own_beside_them(line, browse):
    """Five hours behind, or four: the page says both, and the server's is the same."""
    server = line.start()
    browser = browse(zone=NEW_YORK)
    browser.open(server.url + "/")
    browser.fill("#date", "01152099")
    browser.fill("#time", "0630PM")
    said = browser.text("#time-help")
    assert re.search(r"Times are UTC\. That is Thu,? 01:30.PM in yours", said)
    assert NEW_YORK in said
    browser.fill("#number", NUMBER)
    submit(browser, "#coming .local")
    assert line.calls(server)["coming"][0]["at"] == "2099-01-15T18:30:00Z"
    listed = browser.text("#coming li")
    assert "2099-01-15 18:30 UTC" in listed
    assert re.search(r"01:30.PM your time", listed)
    server.stop().expect_clean()


def test_without_javascript_it_says_that_times_are_utc(line, browse):
    """And which time it is there."""
    server = line.start()
    browser = browse(javascript=False, zone=NEW_YORK)
    browser.open(server.url + "/")
    said = browser.text("#time-help")
    assert re.fullmatch(r"Times are UTC\. Now it is \d\d:\d\d UTC\.", said)
    assert browser.has("noscript a")
    server.stop().expect_clean()


def test_a_server_that_has_gone(line, browse):
    """The page says so, and goes on when it is back."""
    server = line.start()
    browser = browse()
    browser.open(server.url + "/")
    server.stop().expect_clean()
    browser.wait_until(lambda: browser.has("#offline:not([hidden])"), "that it has gone")
    host, port = server.host, str(server.port)
    server = line.start("--host", host, "--port", port)
    browser.wait_until(lambda: browser.has("#offline[hidden]"), "that it is back")
    server.stop().expect_clean()


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_how_it_looks(line, world, browse, size, dark):
    """Nothing is cut off, nobody has to move the page to and fro, every text can be told from
    what is behind it. SCREENSHOTS=FOLDER keeps the pictures, to be looked at."""
    world.telephony.person("+15550100102", "busy")
    speaks = world.telephony.steps.hold("/+15550100103/speak")
    world.telephony.ring_seconds = 0
    server = line.start()
    for place in range(1, 4):
        line.book(server, f"+1555010010{place}", 1)
    line.book(server, "+15550100104", 86400)
    states = '[data-state="done"], [data-state="failed"], [data-state="speaking"]'
    browser = browse(size=size, dark=dark, zone=NEW_YORK)
    browser.open(server.url + "/")
    count = f"return document.querySelectorAll('li:is({states})').length"
    browser.wait_until(lambda: browser.run(count) == 3, "three calls")
    look(browser, size, dark, "calls")
    for name, keys in WRONG.items():
        browser.fill(f"#{name}", keys)
    submit(browser, ".notice")
    look(browser, size, dark, "wrong")
    speaks.lift()  # else it would wait for the end of that call
    server.stop()


def look(browser, size, dark, what):
    """Looks at the page as it is now."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        which = (
            f"{'desktop' if size == DESKTOP else 'phone'}_{'dark' if dark else 'light'}"
        )
        Path(folder, f"{which}_{what}.png").write_bytes(browser.screenshot())
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]
    assert browser.run(CUT_OFF) == []
    assert browser.run(CONTRASTS) == []
    assert browser.run(UNLABELLED) == []


# Elements with text of which a part is outside.
CUT_OFF = """
return Array.from(document.querySelectorAll("body *:not(.unseen):not(noscript)"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
    && getComputedStyle(one).overflow !== "visible" && one.tagName !== "INPUT")
  .map((one) => one.outerHTML);
"""

# Texts with less contrast than WCAG 2 asks for (AA: 4.5).
CONTRASTS = r"""
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = (colour) => {
  const [r, g, b] = numbers(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (one) => {
  for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
};
return Array.from(document.querySelectorAll("body *")).filter((one) => {
  const own = Array.from(one.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !one.checkVisibility() || one.closest("noscript")) return false;
  const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
}).map((one) => one.outerHTML);
"""

# Fields of which a screen reader could not say what they are.
UNLABELLED = """
return Array.from(document.querySelectorAll("input"))
  .filter((one) => one.labels.length === 0
    || (one.getAttribute("aria-describedby") || "").split(" ")
      .some((id) => id && !document.getElementById(id)))
  .map((one) => one.outerHTML);
"""
