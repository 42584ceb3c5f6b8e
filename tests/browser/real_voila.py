"""A real Voilà server as `make present` starts it, and its pages, for the browser tests.

Each page is offline: a request to anything but the server is refused and remembered.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from real_jupyter import ERRORS_IN_OUTPUTS, JupyterServer, NotebookPage, is_harmless

from mlp_widgets.__main__ import for_voila, present_flags

UNTIL_STILL = """milliseconds => new Promise((resolve, reject) => {
    const end = performance.now() + milliseconds;
    let changed = performance.now();
    const observer = new MutationObserver(() => { changed = performance.now(); });
    observer.observe(document.body,
        { subtree: true, childList: true, attributes: true, characterData: true });
    const look = setInterval(() => {
        const now = performance.now();
        if (now - changed < 400 && now < end) return;
        clearInterval(look);
        observer.disconnect();
        if (now < end) resolve();
        else reject(new Error('the page does not come to rest'));
    }, 20);
})"""


class VoilaServer(JupyterServer):
    """Voilà on a temporary copy of a folder of notebooks; use it in a `with`."""

    def __init__(self, notebooks: str | Path, *flags: str) -> None:
        super().__init__(notebooks)
        self.flags = flags

    def _command(self) -> list[str]:
        own = [f"--port={self.port}", "--no-browser", "--Voila.ip=127.0.0.1", *self.flags]
        return [sys.executable, "-m", "voila", *present_flags(own), *own, str(self.notebooks)]

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), **for_voila()}

    def ask(self, path: str, method: str = "GET") -> None:
        """Whether the server answers at all; it has no address for its end."""
        if method != "GET":
            raise OSError("Voilà ends by a signal")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(f"{self.url}/", timeout=10).close()


class VoilaPage(NotebookPage):
    """One page of a Voilà server: the index, or a notebook."""

    def __init__(self, browser, server: VoilaServer, theme: str = "light") -> None:
        self.server, self.theme = server, theme
        self.context = browser.program.new_context(viewport={"width": 1920, "height": 1080})
        self.context.route("**/*", self._local_only)
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)  # a page comes when all of its cells ran
        self.said: list[str] = []
        self._listen()

    def _local_only(self, route) -> None:
        if route.request.url.startswith(self.server.url):
            route.continue_()
        else:
            route.abort()

    def index(self) -> None:
        """Open the index page."""
        self.page.goto(f"{self.server.url}/?theme={self.theme}")

    def follow(self, notebook: str) -> None:
        """Follow the link of the index page to a notebook, and wait for its first lab."""
        self.index()
        self.page.locator(f'a[href*="{notebook}"]').click()
        self.page.wait_for_selector(".mlp-present", state="visible")
        self.page.wait_for_function("document.querySelector('.mlp-lab img')?.complete")

    def settle(self, seconds: float = 30) -> None:
        """Wait until nothing in the page has changed for a while."""
        self.page.evaluate(UNTIL_STILL, seconds * 1000)

    def problems(self) -> list[str]:
        """Errors of the page and of the server, outputs that are errors, lost requests."""
        found = [*self.said, *self.page.evaluate(ERRORS_IN_OUTPUTS), *self.server.log_errors()]
        return [text for text in found if not is_harmless(text)]


@dataclass(frozen=True)
class Opened:
    """What became of a page, in seconds from its request; inf for what did not come."""

    first: float
    """Until the first picture of a lab was shown."""
    whole: float
    """Until all outputs with widgets were."""


@contextmanager
def opened_at_once(browser, server: VoilaServer, notebook: str, number: int) -> Iterator[list]:
    """So many pages of a notebook, asked for in the same moment, each in a profile of its own."""
    size = {"width": 1366, "height": 768}
    contexts = [browser.program.new_context(viewport=size) for _ in range(number)]
    try:
        pages = [context.new_page() for context in contexts]
        expected = widgets_stored(server.notebooks / notebook)
        address = f"{server.url}/voila/render/{notebook}"
        for page in pages:
            page.add_init_script(f"({WHEN_SHOWN})({expected})")
        for page in pages:  # goto() would wait for the answer
            page.evaluate("to => { setTimeout(() => { location = to; }, 0); }", address)
        yield pages
    finally:
        for context in contexts:
            context.close()


def widgets_stored(notebook: Path) -> int:
    """How many outputs of a notebook are widgets, as they are stored in it."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return sum("application/vnd.jupyter.widget-view+json" in output.get("data", ())
               for cell in cells for output in cell.get("outputs", ()))


def became_of(pages: Sequence, seconds: float) -> list[Opened]:
    """What became of these pages, once all are whole or the time is over."""
    from playwright.sync_api import TimeoutError as TooLate

    end, found = time.monotonic() + seconds, []
    for page in pages:
        with suppress(TooLate):
            left = max(1, 1000 * (end - time.monotonic()))
            page.wait_for_function("window.mlpShown?.whole", timeout=left)
        shown = page.evaluate("window.mlpShown")
        found.append(Opened(*(shown[name] or float("inf") for name in ("first", "whole"))))
    return found


# The page looks 20 times a second: is there a lab with its picture, are there as many outputs with
# widgets as the notebook has stored, each with its pictures?
WHEN_SHOWN = """expected => {
    const shown = window.mlpShown = { first: 0, whole: 0 };
    if (!location.protocol.startsWith('http')) return;
    const visible = node => node.offsetParent !== null;
    const painted = image => image.complete && image.naturalWidth > 0;
    const look = () => {
        const now = performance.now() / 1000;
        const images = [...document.querySelectorAll('.mlp-lab img')].filter(visible);
        if (!shown.first && images.some(painted)) shown.first = now;
        const outputs = [...document.querySelectorAll('.jp-OutputArea-output')].filter(
            output => visible(output) && output.querySelector('.jupyter-widgets'));
        if (shown.first && outputs.length >= expected && images.every(painted)) shown.whole = now;
        else setTimeout(look, 50);
    };
    look();
}"""
