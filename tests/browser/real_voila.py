"""A real Voilà server as `make present` starts it, and its pages, for the browser tests.

Each page is offline: a request to anything but the server is refused and remembered.
"""

from __future__ import annotations

import sys
import urllib.request

from real_jupyter import ERRORS_IN_OUTPUTS, JupyterServer, NotebookPage, is_harmless

from mlp_widgets.__main__ import PRESENT, for_voila

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

    def _command(self) -> list[str]:
        options = [f"--port={self.port}", "--no-browser", "--Voila.ip=127.0.0.1", *PRESENT]
        return [sys.executable, "-m", "voila", *options, str(self.notebooks)]

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
