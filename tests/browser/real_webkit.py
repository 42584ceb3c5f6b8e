"""WebKit, the engine of Safari, as WebKitGTK has it on Linux (Debian, Ubuntu: the packages
webkit2gtk-driver and xvfb), with those of Playwright's methods that test_engines.py uses.

Playwright has a WebKit of its own to download; this one comes with the system. It is driven by
W3C WebDriver: JSON over HTTP (https://www.w3.org/TR/webdriver2).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from real_jupyter import JupyterServer, NotebookPage, free_port

PROGRAMS = ("WebKitWebDriver", "Xvfb")
KEYS = {"Enter": "\uE007", "Delete": "\uE017", "ArrowLeft": "\uE012", "ArrowRight": "\uE014"}
"""Names of keys in Playwright -> what WebDriver calls them."""

# What is evaluated is a function or an expression, and may be a promise.
EVALUATE = """const [given, done] = arguments;
    (async () => { const code = (%s); return typeof code === 'function' ? code(given) : code; })()
        .then(value => done({ value }), error => done({ error: String(error) }));"""

# The elements that a chain of selectors leads to; ":visible" at an end is Playwright's.
FIND = """chain => chain.reduce((found, step) => {
    if ('nth' in step) return found.slice(step.nth).slice(0, 1);
    if ('text' in step) return found.filter(e => e.textContent.trim() === step.text);
    const css = step.css.replace(/:visible$/, '');
    const all = [...new Set(found.flatMap(e => [...e.querySelectorAll(css)]))];
    return css === step.css ? all : all.filter(e => e.checkVisibility());
}, [document])"""

# Where to press: in view, and nothing else above it; null if there is no such place yet.
IN_VIEW = """async e => {
    for (const block of e ? ['nearest', 'center', 'start', 'end'] : []) {
        e.scrollIntoView({ block });
        await new Promise(requestAnimationFrame);
        const box = e.getBoundingClientRect();
        const x = box.x + box.width / 2, y = box.y + box.height / 2;
        const there = document.elementFromPoint(x, y);
        if (there && e.contains(there)) return [x, y];
    }
    return null;
}"""

# WebDriver has no word on the console, so the page itself listens, from its first scripts on.
LISTEN = """() => {
    const said = window.mlpSaid = [], error = console.error;
    performance.setResourceTimingBufferSize(100000);
    console.error = (...all) => { said.push(`console error: ${all.join(' ')}`); error(...all); };
    addEventListener('error', e => said.push(`page error: ${e.message}`));
    addEventListener('unhandledrejection', e => said.push(`page error: ${e.reason}`));
}"""
SAID = """home => [...window.mlpSaid, ...performance.getEntriesByType('resource')
    .filter(entry => !entry.name.startsWith(home) && !/^(data|blob):/.test(entry.name))
    .map(entry => `request that leaves the machine: ${entry.name}`)]"""


def missing_programs() -> list[str]:
    """Those that this machine has not."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class WebKit:
    """WebKitGTK on a screen that nobody sees; use it in a `with`."""

    def __enter__(self) -> WebKit:
        with ExitStack() as stack:
            display = stack.enter_context(_screen())
            self._session = stack.enter_context(_session(display))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error) -> None:
        self._stack.close()

    def open(self, server: JupyterServer, notebook: str, *, width: int, height: int) -> WebKitPage:
        """Open a notebook in JupyterLab, in its only window."""
        window = Window(self._session)
        window.set_viewport_size({"width": width, "height": height})
        return WebKitPage(window, server, notebook)


@contextmanager
def _screen() -> Iterator[str]:
    """A screen without a monitor; gives the name of its display."""
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "2048x1280x24", "-nolisten", "tcp"]
    with os.fdopen(read) as names:
        screen = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        try:
            yield f":{names.readline().strip()}"
        finally:
            screen.terminate()
            screen.wait()


@contextmanager
def _session(display: str) -> Iterator[Session]:
    """A browser on a display, with folders of its own."""
    with tempfile.TemporaryDirectory(prefix="mlp-webkit-", ignore_cleanup_errors=True) as home:
        own = {f"XDG_{name}_HOME": home for name in ("CACHE", "CONFIG", "DATA")}
        # Layers that a processor puts together in place of a graphics card take most of the time.
        own["WEBKIT_DISABLE_COMPOSITING_MODE"] = "1"
        port = free_port()
        driver = subprocess.Popen(
            ["WebKitWebDriver", "-p", str(port)], env={**os.environ, **own, "DISPLAY": display},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            session = Session(f"http://127.0.0.1:{port}/session")
            yield session
            session.ask("", method="DELETE")
        finally:
            driver.terminate()
            driver.wait()


class Session:
    """What WebDriver is asked, and its answers."""

    def __init__(self, url: str) -> None:
        self._direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._url = url
        self._url += "/" + self._begin()["sessionId"]
        self.ask("/timeouts", {"script": 300_000})

    def _begin(self, seconds: float = 30) -> dict[str, Any]:
        """Ask until the driver listens."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.ask("", {"capabilities": {}})
            except urllib.error.URLError as error:
                if time.monotonic() > end or not isinstance(error.reason, ConnectionRefusedError):
                    raise
                time.sleep(0.05)

    def ask(self, path: str, body: object = None, method: str = "POST") -> Any:
        """One command; the answer's value."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self._url + path, data, method=method)
        try:
            with self._direct.open(request, timeout=400) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"WebDriver: {path}: {error.read().decode()}") from error

    def act(self, kind: str, *actions: dict[str, object]) -> None:
        """Keys or moves of the mouse, one after the other."""
        self.ask("/actions", {"actions": [{"type": kind, "id": kind, "actions": actions}]})


class Window:
    """The window, as Playwright's context and page."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.keyboard, self.mouse = Keyboard(session), Mouse(session)

    def new_page(self) -> Window:
        """There is but one."""
        return self

    def close(self) -> None:
        """Leave the page; its kernel ends with the server."""
        self._session.ask("/url", {"url": "about:blank"})

    def goto(self, url: str) -> None:
        """Open a notebook, and listen to what goes wrong there.

        Where no program manages windows, only a click gives a page the keyboard; until then
        JupyterLab takes no notebook for the current one.
        """
        self._session.ask("/url", {"url": url})
        self.evaluate(LISTEN)
        self.wait_for_function("() => document.querySelector('.jp-Cell') !== null", 60_000)
        self.locator(".jp-Cell").first.click()

    def set_default_timeout(self, milliseconds: float) -> None:
        """Nothing: what is asked for is there, or a test waits for it."""

    def set_viewport_size(self, size: dict[str, int]) -> None:
        """So large is the page in the window."""
        around = self.evaluate("[outerWidth - innerWidth, outerHeight - innerHeight]")
        width, height = size["width"] + around[0], size["height"] + around[1]
        self._session.ask("/window/rect", {"width": width, "height": height})
        self.wait_for_function(f"() => innerWidth === {size['width']}")

    def evaluate(self, code: str, given: object = None) -> Any:
        """What a function makes of ``given``, or the value of an expression."""
        body = {"script": EVALUATE % code, "args": [given]}
        answer = self._session.ask("/execute/async", body)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer.get("value")

    def wait_for_function(self, code: str, timeout: float = 30_000) -> None:
        """Wait until it gives true."""
        assert self.evaluate(f"""async milliseconds => {{
            const end = performance.now() + milliseconds, is_so = ({code});
            while (!is_so() && performance.now() < end) await new Promise(go => setTimeout(go, 50));
            return is_so();
        }}""", timeout), f"this was not so in {timeout / 1000} s: {code}"

    def wait_for_timeout(self, milliseconds: float) -> None:
        """Wait."""
        time.sleep(milliseconds / 1000)

    def locator(self, css: str) -> Elements:
        """The elements that fit."""
        return Elements(self, []).locator(css)


class Keyboard:
    """Keys, as a hand presses them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def press(self, key: str) -> None:
        """One key."""
        self.type([KEYS[key]])

    def type(self, text: str | list[str]) -> None:
        """Key by key."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._session.act("key", *keys)


class Mouse:
    """The mouse, in CSS pixels of the window."""

    def __init__(self, session: Session) -> None:
        self._session, self._at = session, (0.0, 0.0)

    def move(self, x: float, y: float, steps: int = 1) -> None:
        """Go there in so many steps."""
        (from_x, from_y), self._at = self._at, (x, y)
        moves = [{"type": "pointerMove", "duration": 0, "x": round(from_x + (x - from_x) * share),
                  "y": round(from_y + (y - from_y) * share)}
                 for share in (step / steps for step in range(1, steps + 1))]
        self._session.act("pointer", *moves)

    def down(self) -> None:
        """Press the button."""
        self._session.act("pointer", {"type": "pointerDown", "button": 0})

    def up(self) -> None:
        """Release it."""
        self._session.act("pointer", {"type": "pointerUp", "button": 0})

    def click(self, x: float, y: float) -> None:
        """Press and release it there."""
        self.move(x, y)
        self.down()
        self.up()


class Elements:
    """What a chain of selectors leads to, sought anew each time; Playwright's locator."""

    def __init__(self, window: Window, chain: list[dict[str, Any]]) -> None:
        self._window, self._chain = window, chain

    def _then(self, **step: object) -> Elements:
        return Elements(self._window, [*self._chain, step])

    def locator(self, css: str) -> Elements:
        """Those inside that fit."""
        return self._then(css=css)

    def get_by_text(self, text: str, exact: bool) -> Elements:
        """Those with exactly this text."""
        return self._then(text=text)

    def nth(self, number: int) -> Elements:
        """One of them, counted from 0."""
        return self._then(nth=number)

    @property
    def first(self) -> Elements:
        """The first one."""
        return self.nth(0)

    def all(self) -> list[Elements]:
        """One after the other."""
        return [self.nth(number) for number in range(self.count())]

    def evaluate_all(self, code: str) -> Any:
        """What a function makes of the list of them."""
        return self._window.evaluate(f"chain => ({code})(({FIND})(chain))", self._chain)

    def evaluate(self, code: str, given: object = None) -> Any:
        """What a function makes of the first one, and of ``given``."""
        both = f"([chain, given]) => ({code})(({FIND})(chain)[0], given)"
        return self._window.evaluate(both, [self._chain, given])

    def count(self) -> int:
        """How many there are."""
        return self.evaluate_all("all => all.length")

    def is_visible(self) -> bool:
        """Whether the first one can be seen."""
        return self.evaluate("e => e.checkVisibility()")

    def inner_text(self) -> str:
        """Its text."""
        return self.evaluate("e => e.innerText")

    def input_value(self) -> str:
        """What stands in a box."""
        return self.evaluate("e => e.value")

    def get_attribute(self, name: str) -> str | None:
        """One of its attributes."""
        return self.evaluate("(e, name) => e.getAttribute(name)", name)

    def bounding_box(self) -> dict[str, float]:
        """Its place in the window."""
        return self.evaluate("""e => {
            const { x, y, width, height } = e.getBoundingClientRect();
            return { x, y, width, height };
        }""")

    def scroll_into_view_if_needed(self) -> None:
        """Scroll to where it can be seen."""
        self.evaluate("e => e.scrollIntoView({ block: 'nearest' })")

    def focus(self) -> None:
        """Give it the keyboard."""
        self.evaluate("e => e.focus()")

    def select_text(self) -> None:
        """Give a box the keyboard, all of its text chosen."""
        self.evaluate("e => { e.focus(); e.select(); }")

    def click(self) -> None:
        """Press it by the mouse, as soon as it is there and not covered."""
        end = time.monotonic() + 30
        while (place := self.evaluate(IN_VIEW)) is None:
            assert time.monotonic() < end, f"not there, or covered: {self._chain}"
            self._window.wait_for_timeout(50)
        self._window.mouse.click(*place)


class WebKitPage(NotebookPage):
    """One notebook in JupyterLab in WebKit."""

    def _listen(self) -> None:
        """The window does: see LISTEN."""

    def problems(self) -> list[str]:
        """Every error that the page, the kernel or the server told of, harmless ones left out."""
        self.said = self.page.evaluate(SAID, self.server.url)
        return super().problems()
