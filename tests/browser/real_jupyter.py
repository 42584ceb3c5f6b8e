"""A real JupyterLab in a real browser, for the browser tests and for the benchmarks.

    with JupyterServer("notebooks") as server, Browser() as browser:
        page = browser.open(server, "03_three_neuron.ipynb")
        page.run_all()
        page.press(".mlp-slider-w11", "ArrowRight")
        assert page.problems() == []

Nothing of the user's own Jupyter is read or written, and nothing is asked of the network.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mlp_widgets.__main__ import LAB

CHECKOUT = Path(__file__).resolve().parents[2]

# The first is Chromium without what draws its window: that takes an eighth of the time.
BROWSER_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
                 "google-chrome-stable")

# macOS and Windows put no browser on the path. A place begins with an environment variable.
BROWSER_PLACES = (
    ("", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    ("", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
    ("PROGRAMFILES", "/Google/Chrome/Application/chrome.exe"),
    ("PROGRAMFILES(X86)", "/Google/Chrome/Application/chrome.exe"),
    ("LOCALAPPDATA", "/Google/Chrome/Application/chrome.exe"),
    ("LOCALAPPDATA", "/Chromium/Application/chrome.exe"),
)

FIREFOX_NAMES = ("firefox-esr", "firefox")
FIREFOX_PLACES = (
    ("", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    ("PROGRAMFILES", "/Mozilla Firefox/firefox.exe"),
)

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # letters as wide as with a window
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# (pattern of a message, why it says nothing about a lab).
HARMLESS: tuple[tuple[str, str], ...] = (
    (
        r"^kernel stderr: .*No such comm( target registered)?: "
        r"(jupyter\.widget\.control|[0-9a-f-]{36})\s*$",
        "a page that opens before the kernel has imported ipywidgets asks for widgets in vain "
        "(ipywidgets issue 3525: harmless); it depends on who is faster",
    ),
    (
        r"^page error: ResizeObserver loop "
        r"(completed with undelivered notifications\.|limit exceeded)$",
        "the browser's own notice, not an exception: JupyterLab watches sizes (ours has no such "
        "observer), and a change that came while it was told of another is told a frame later; "
        "what never came to rest would fail where a test waits for rest",
    ),
    (
        r"(?s)^((\[E |\[Voila\] ERROR)[^\n]*Uncaught exception in ZMQStream callback"
        r"|[^\n]*Exception in callback |Task exception was never retrieved)"
        r".*\n\s*tornado\.websocket\.WebSocketClosedError\s*$",
        "a message of a kernel came for a page that was just closed, and jupyter_server 2 does not "
        "catch what tornado says to that",
    ),
)

# What tells in the server's log of an error in the server or in a kernel; and how a record of the
# log begins, with tracebacks in the lines after it.
LOG_ERROR = re.compile(r"Traceback \(most recent call last\)|\[(E|C) \d|\b(ERROR|CRITICAL)\b")
RECORD = re.compile(r"^(?=\[[EWIDC] \d|\[(?:Voila|\w+App)\]|Task exception was|"
                    r"Exception in callback)", re.M)


def missing_parts() -> list[str]:
    """What a browser test needs and this machine has not, one short reason each."""
    reasons = [
        f"the Python package {name} is not installed"
        for name in ("playwright", "jupyterlab", "ipykernel")
        if not _installed(name)
    ]
    return reasons if browser_path() else [*reasons, "no Chromium or Chrome was found"]


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def browser_path() -> str | None:
    """The first Chromium or Chrome on the path, or where macOS and Windows keep it."""
    return _first_of(BROWSER_NAMES, BROWSER_PLACES)


def firefox_path() -> str | None:
    """The same of Firefox."""
    return _first_of(FIREFOX_NAMES, FIREFOX_PLACES)


def _first_of(names: Iterable[str], places: Iterable[tuple[str, str]]) -> str | None:
    usual = (os.environ.get(start, "") + rest for start, rest in places)
    return next(filter(None, map(shutil.which, [*names, *usual])), None)


class JupyterServer:
    """A JupyterLab server on a temporary copy of a folder of notebooks; use it in a `with`."""

    harmless = HARMLESS
    module, app, place = "jupyterlab", "LabApp", "lab/tree"
    """What is started, its class, and where its pages have a notebook."""

    def __init__(self, notebooks: str | Path):
        self.temporary = tempfile.TemporaryDirectory(
            prefix="mlp-jupyter-", ignore_cleanup_errors=True
        )
        self.home = Path(self.temporary.name)
        self.notebooks = self.home / "notebooks"
        hidden = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(notebooks, self.notebooks, ignore=hidden)
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = self.home / "server.log"

    def __enter__(self) -> JupyterServer:
        self._write_settings()
        self._start()
        return self

    def _start(self) -> None:
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                self._command(), cwd=self.notebooks, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_error) -> None:
        self._stop()
        self.temporary.cleanup()

    def restart(self) -> None:
        """End the server with all kernels, as at night, and start another one in its place."""
        self._stop()
        self._start()

    def _stop(self) -> None:
        """Ask the server to stop, which stops its kernels too; kill only what does not obey."""
        try:
            self.ask("api/shutdown", method="POST")
        except OSError:
            self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def write(self, notebook: str, *cells: str) -> str:
        """A notebook with these cells of code; gives its name."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = {"cells": code_cells(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4,
                "nbformat_minor": 5}
        (self.notebooks / notebook).write_text(json.dumps(made), encoding="utf-8")
        return notebook

    def append(self, notebook: str, *cells: str) -> None:
        """Put more cells of code below those of a notebook."""
        file = self.notebooks / notebook
        there = json.loads(file.read_text(encoding="utf-8"))
        there["cells"] += code_cells(cells)
        file.write_text(json.dumps(there), encoding="utf-8")

    def _command(self) -> list[str]:
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.root_dir": self.notebooks,
            "ServerApp.terminals_enabled": False,
            "IdentityProvider.token": self.token,
            "LabApp.extension_manager": "readonly",
            # gives the page window.jupyterapp, so that run_all can wait for the cells
            f"{self.app}.expose_app_in_browser": True,
        }
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        given = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", self.module, *LAB, *given, *root]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "MPLCONFIGDIR": "matplotlib",
        }
        own = {name: str(self.home / folder) for name, folder in folders.items()}
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        # without it the debugger tells each new kernel's page that it may miss breakpoints
        quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        return {**kept, **own, **quiet, "PYTHONPATH": path, "JUPYTER_PREFER_ENV_PATH": "1"}

    def _write_settings(self) -> None:
        folder = self.home / "settings" / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        (folder / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
        # Else each page asks whether to build JupyterLab anew, for which the server starts node.
        folder = self.home / "config" / "labconfig"
        folder.mkdir(parents=True)
        (folder / "page_config.json").write_text(json.dumps({"buildCheck": "false"}))

    def _wait_until_it_answers(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.ask("api/status")
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the JupyterLab server did not start; it said:\n{self.log()}")

    def ask(self, path: str, method: str = "GET") -> None:
        """One request to the server, past any proxy; OSError where it does not answer."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers=headers)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(request, timeout=10).close()

    def log(self) -> str:
        """What the server and its kernels have printed so far."""
        return self.log_file.read_text(errors="replace")

    def log_errors(self) -> list[str]:
        """The records of the log that tell of an error that is not harmless."""
        return errors_in(self.log(), self.harmless)


def code_cells(sources: Iterable[str]) -> list[dict[str, object]]:
    """Cells of code, as a notebook's file has them."""
    given = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return [{**given, "id": f"cell-{k}", "source": source} for k, source in enumerate(sources)]


class Notebook7Server(JupyterServer):
    """The same with Jupyter Notebook 7."""

    harmless = (*HARMLESS, (
        r"^page error: Cannot read properties of undefined \(reading 'schema'\)$",
        "Notebook 7 says so of its own settings whenever a notebook is opened",
    ))
    module, app, place = "notebook", "JupyterNotebookApp", "notebooks"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """Chromium without a window; use it in a `with`.

    All browsers of a process share one Playwright, which a process can start but once at a time.
    """

    _playwright, _open = None, 0

    def __enter__(self) -> Browser:
        from playwright.sync_api import sync_playwright

        if not Browser._open:
            Browser._playwright = sync_playwright().start()
        Browser._open += 1
        self.playwright = Browser._playwright
        try:
            self.program = self.launch()
        except BaseException:
            self._leave()
            raise
        return self

    def launch(self):
        """Start the program."""
        return self.playwright.chromium.launch(
            executable_path=browser_path(),
            args=BROWSER_ARGUMENTS,
            # a student's page has scrollbars, and they take width
            ignore_default_args=["--hide-scrollbars"],
        )

    def __exit__(self, *_error) -> None:
        self.program.close()
        self._leave()

    @staticmethod
    def _leave() -> None:
        Browser._open -= 1
        if not Browser._open:
            Browser._playwright.stop()

    def open(
        self,
        server: JupyterServer,
        notebook: str,
        *,
        width: int = 1280,
        height: int = 900,
        device_pixels: float = 1,
        sidebar: bool = False,
    ) -> NotebookPage:
        """Open a notebook in JupyterLab in a fresh browser profile.

        `width` and `height` are the page's, in CSS pixels; `device_pixels` is the number of
        screen pixels per CSS pixel (2 on a HiDPI screen).
        """
        context = self.program.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=device_pixels
        )
        return NotebookPage(context, server, notebook, sidebar)


class Firefox(Browser):
    """Firefox without a window, as the system has it: Playwright drives it over WebDriver BiDi."""

    def launch(self):
        """Start the program."""
        return self.playwright.firefox.launch(channel="moz-firefox", executable_path=firefox_path())


class NotebookPage:
    """One notebook in JupyterLab: run it, press its keys, read its pictures and its errors.

    Where a page has several labs, `look_at` says which one is meant from then on; where `alone`
    is set the cells of the other ones are not shown until all of the page is meant again.
    """

    root = "body"
    alone = False

    def __init__(self, context, server: JupyterServer, notebook: str, sidebar: bool = False):
        self.server, self.context = server, context
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.said: list[str] = []  # by the page: console errors, exceptions, lost requests
        self._listen()
        self.page.goto(f"{server.url}/{server.place}/{notebook}?reset&token={server.token}")
        self._wait_until_open()
        if not sidebar:
            self.page.evaluate(COLLAPSE_SIDEBAR)

    def _wait_until_open(self) -> None:
        self.page.wait_for_function(NOTEBOOK_IS_OPEN, timeout=60_000)
        self.page.evaluate(COLLECT_KERNEL_ERRORS)
        self.page.evaluate(COUNT_MESSAGES)

    def __enter__(self) -> NotebookPage:
        return self

    def __exit__(self, *_error) -> None:
        self.context.close()

    def reload(self) -> None:
        """Load the page anew, as by F5; what was not saved is lost, and the kernel goes on."""
        self.page.once("dialog", lambda dialog: dialog.accept())
        self.page.reload()
        self._wait_until_open()

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")

    # What went wrong -----------------------------------------------------------------------

    def _listen(self) -> None:
        self.page.on("console", self._hear_console)
        self.page.on("pageerror", lambda error: self.said.append(f"page error: {error}"))
        self.page.on("crash", lambda _page: self.said.append("page error: the page crashed"))
        self.page.on("request", self._hear_request)

    def _hear_console(self, message) -> None:
        if message.type in ("error", "assert"):
            where = message.location.get("url", "")
            self.said.append(f"console {message.type}: {message.text} ({where})")

    def _hear_request(self, request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:", "ws:", "about:")):
            self.said.append(f"request that leaves the machine: {request.url}")

    def problems(self) -> list[str]:
        """Every error that the page, the kernel or the server told of, harmless ones left out."""
        kernel = self.page.evaluate("window.mlpKernelErrors")
        shown = self.page.evaluate(ERRORS_IN_OUTPUTS)
        found = [*self.said, *kernel, *shown, *self.server.log_errors()]
        return [text for text in found if not is_harmless(text, self.server.harmless)]

    # The notebook --------------------------------------------------------------------------

    def wait_for_last_cell(self) -> None:
        """Wait until the last cell stands in the page: JupyterLab puts the cells below the first
        ones there when it is idle, within 3 s. Run All before that scrolls to the last cell late,
        even after a cell has put the keyboard elsewhere."""
        self.page.wait_for_function(LAST_CELL_STANDS)

    def run_all(self, seconds: float = 120) -> None:
        """Run every cell and wait until the last one is done and the kernel is idle."""
        self.page.set_default_timeout(seconds * 1000)
        try:
            self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        finally:
            self.page.set_default_timeout(30_000)
        self.wait_idle(seconds)

    def run_new_cell(self, code: str) -> None:
        """Add a cell with this code below all others, and run it."""
        self.page.evaluate(RUN_NEW_CELL, code)

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs or waits, and the kernel says it is idle."""
        self.page.wait_for_function(NOTEBOOK_IS_IDLE, timeout=seconds * 1000)

    def settle(self, seconds: float = 30) -> None:
        """Wait until all that was asked of the kernel is answered, in view and painted."""
        self.page.evaluate(SETTLE, seconds * 1000)

    def wait_for(self, happened: Callable[[], object], seconds: float = 20) -> None:
        """Wait until a condition holds."""
        wait_until(self.page, happened, seconds)

    def look_at(self, number: int | None) -> None:
        """Mean only this lab of the page from now on, counted from 0; None: all of the page."""
        self.page.evaluate(LOOK_AT, [number, self.alone])
        self.root = "body" if number is None else f"[data-mlp-lab='{number}']"

    def all(self, selector: str):
        """The elements of the lab in question that fit."""
        return self.page.locator(self.root).locator(selector)

    def find(self, selector: str):
        """The first of them."""
        return self.all(selector).first

    def collapse_sidebar(self) -> None:
        """Fold the file browser on the left away, as a student in a lecture hall does."""
        self.page.evaluate(COLLAPSE_SIDEBAR)

    def screenshot(self, path: str | Path, selector: str | None = None) -> None:
        """A PNG of the page, or of one part of it."""
        place = self.page.locator(selector).first if selector else self.page
        place.screenshot(path=str(path))

    # A student's hands ---------------------------------------------------------------------

    def focus_slider(self, selector: str) -> None:
        """Put the keyboard on the handle of the slider inside `selector`."""
        self.find(f"{selector} .noUi-handle").focus()

    def press(self, selector: str, key: str = "ArrowRight", times: int = 1) -> None:
        """Press a key on the handle of the slider inside `selector`."""
        self.focus_slider(selector)
        for _ in range(times):
            self.page.keyboard.press(key)

    def keys(self, selector: str, *keys: str) -> None:
        """Press keys on one control."""
        self.find(selector).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def type_number(self, selector: str, number: float | str) -> None:
        """Type a number in the number box inside `selector`, and Enter.

        Key by key: of a text that was put there at once Firefox says no change.
        """
        self.find(f"{selector} input").select_text()
        keyboard = self.page.keyboard
        keyboard.press("Delete")
        keyboard.type(str(number))
        keyboard.press("Enter")

    def click(self, selector: str) -> None:
        """Press a button, found by its class or by `text=...`."""
        self.find(selector).click()

    def click_button(self, text: str) -> None:
        """Press the button that shows this text."""
        self.page.locator(self.root).get_by_role("button", name=text, exact=True).first.click()

    # What a student sees -------------------------------------------------------------------

    def text(self, selector: str) -> str:
        """The text shown in the first element that fits."""
        return self.find(selector).inner_text().strip()

    def value(self, selector: str) -> float:
        """The number in the number box inside `selector`."""
        return float(self.find(f"{selector} input").input_value())

    def slider_value(self, selector: str, low: float, high: float) -> float:
        """Where the handle of the slider inside `selector` stands, between these ends."""
        handle = self.find(f"{selector} .noUi-handle")
        least, now, most = (float(handle.get_attribute(f"aria-value{name}"))
                            for name in ("min", "now", "max"))
        return low + (high - low) * (now - least) / (most - least)

    def wait_for_value(self, selector: str, fits: Callable[[float], bool], seconds: float = 20):
        """Wait until the number in the box inside `selector` fits."""
        end = time.monotonic() + seconds
        while not fits(value := self.value(selector)):
            if time.monotonic() > end:
                raise AssertionError(f"{selector} still shows {value:g} after {seconds} s")
            self.page.wait_for_timeout(20)

    def box(self, selector: str) -> dict[str, float]:
        """x, y, width and height of an element in CSS pixels, measured from its cell's top.

        Scrolling the notebook does not change it, also not of what stays in view; a jump of the
        layout does.
        """
        return self.find(selector).evaluate(BOX_IN_CELL)

    def overflow(self, selector: str) -> list[str]:
        """The elements inside `selector` that reach beyond its right edge, or that scroll."""
        return self.find(selector).evaluate(WHAT_OVERFLOWS)

    def pixels(self, selector: str) -> str:
        """A hash of the pixels of the picture at or inside `selector`, once it is decoded."""
        return self.find(picture(selector)).evaluate(HASH_OF_PIXELS)

    def remember(self, selector: str) -> str:
        """Keep the picture at `selector` in the page for `unlike`; gives its hash."""
        return self.find(picture(selector)).evaluate(REMEMBER_PIXELS)

    def unlike(self, selector: str, remembered: str) -> float:
        """The share of pixels that differ visibly from a remembered picture, 0 to 1.

        The colour of a blend at a line's edge may differ a little: a PNG has 256 colours.
        """
        find = self.find(picture(selector))
        return find.evaluate(SHARE_OF_UNLIKE_PIXELS, remembered)

    def wait_for_new_pixels(self, selector: str, old: str, seconds: float = 20) -> str:
        """Wait until a picture differs from `old`, and give its hash."""
        end = time.monotonic() + seconds
        while (new := self.pixels(selector)) == old:
            if time.monotonic() > end:
                raise AssertionError(f"the picture {selector} did not change in {seconds} s")
            self.page.wait_for_timeout(50)
        return new

    def wait_until_still(self, *selectors: str, quiet: float = 0.3, seconds: float = 20) -> None:
        """Wait until none of the pictures has changed for `quiet` seconds."""
        end = time.monotonic() + seconds
        old, since = None, time.monotonic()
        while time.monotonic() - since < quiet:
            if (new := [self.pixels(selector) for selector in selectors]) != old:
                old, since = new, time.monotonic()
            if time.monotonic() > end:
                raise AssertionError(f"{', '.join(selectors)} still change after {seconds} s")
            self.page.wait_for_timeout(50)


def wait_until(page, happened: Callable[[], object], seconds: float = 20) -> None:
    """Wait until a condition holds, while Playwright's page goes on."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"this did not happen in {seconds} s"
        page.wait_for_timeout(20)


@contextmanager
def dark(page: NotebookPage) -> Iterator[None]:
    """The dark theme for a while."""
    def to(theme: str, light: str) -> None:
        page.page.evaluate(CHANGE_THEME, [f"JupyterLab {theme}", light])

    to("Dark", "false")
    try:
        yield
    finally:
        to("Light", "true")


def picture(selector: str) -> str:
    """The CSS selector of the image that is, or is inside, `selector`."""
    return f"img{selector}, {selector} img" if selector.startswith(".") else f"{selector} img"


def errors_in(log: str, harmless: tuple[tuple[str, str], ...] = HARMLESS) -> list[str]:
    """The records of a server's log that tell of an error, each with its traceback."""
    return [record.strip() for record in RECORD.split(log)
            if LOG_ERROR.search(record) and not is_harmless(record, harmless)]


def is_harmless(text: str, harmless: tuple[tuple[str, str], ...] = HARMLESS) -> bool:
    """Whether a message is on a short list of those that say nothing about a lab."""
    return any(re.search(pattern, text) for pattern, _reason in harmless)


NOTEBOOK_IS_OPEN = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    const kernel = panel?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === 'connected' && kernel?.status === 'idle'
        && document.querySelector('.jp-Notebook-ExecutionIndicator') !== null;
}"""

LAST_CELL_STANDS = """() => {
    const { widgets } = window.jupyterapp.shell.currentWidget.content;
    return widgets.length > 0 && widgets[widgets.length - 1].node.isConnected;
}"""

# Errors in a widget's callback belong to no cell: only the kernel's own channel has all. One is
# left out: that a picture is gone of which the page has told only how often it is shown. ipyevents
# has it count, and the page tells so as it leaves: by then its cell, run again, may have closed it.
COLLECT_KERNEL_ERRORS = """() => {
    window.mlpKernelErrors = [];
    const context = window.jupyterapp.shell.currentWidget.sessionContext, onlyCounted = new Map();
    context.session.anyMessage.connect((_, { msg, direction }) => {
        if (direction !== 'send' || msg.header.msg_type !== 'comm_msg') return;
        const { comm_id, data } = msg.content, isCount = /^{"_view_count":[^,]*}$/;
        onlyCounted.set(comm_id, isCount.test(JSON.stringify(data.state))
            && (onlyCounted.get(comm_id) ?? true));
    });
    const ofLabs = text => text.replace(/No such comm: ([0-9a-f]{32})\\n/g,
        (line, comm) => onlyCounted.get(comm) ? '' : line);
    context.iopubMessage.connect((_, message) => {
        const { header, content } = message;
        if (header.msg_type === 'error')
            window.mlpKernelErrors.push(`kernel error: ${content.ename}: ${content.evalue}`);
        if (header.msg_type === 'stream' && content.name === 'stderr' && ofLabs(content.text))
            window.mlpKernelErrors.push(`kernel stderr: ${ofLabs(content.text)}`);
    });
    context.statusChanged.connect((_, status) => {
        if (['dead', 'autorestarting', 'restarting', 'terminating'].includes(status))
            window.mlpKernelErrors.push(`kernel status: ${status}`);
    });
}"""

# Each message to the kernel that is not done yet, and how many went or came: a page is settled when
# there are none, and none come any more.
COUNT_MESSAGES = """() => {
    window.mlpAsked = new Set();
    window.mlpMessages = 0;
    const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
    session.anyMessage.connect((_, { msg, direction }) => {
        window.mlpMessages += 1;
        if (direction === 'send' && msg.channel === 'shell') mlpAsked.add(msg.header.msg_id);
        else if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle')
            mlpAsked.delete(msg.parent_header.msg_id);
    });
}"""

SETTLE = """async milliseconds => {
    const frame = () => new Promise(requestAnimationFrame);
    const end = performance.now() + milliseconds;
    for (let quiet = 0; quiet < 3;) {
        const before = mlpMessages;
        await frame();
        quiet = mlpAsked.size || mlpMessages !== before ? 0 : quiet + 1;
        if (performance.now() > end) throw new Error('the page does not come to rest');
    }
    const decoded = window.mlpDecoded ??= new WeakMap();  // a page has many pictures, few are new
    const images = [...document.querySelectorAll('.mlp-lab img')]
        .filter(image => decoded.get(image) !== image.src);
    await Promise.all(images.map(image => image.decode().catch(() => null)));
    images.forEach(image => decoded.set(image, image.src));
    await frame();
}"""

RUN_NEW_CELL = """async code => {
    const { commands, shell } = window.jupyterapp, notebook = shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await commands.execute('notebook:insert-cell-below');
    notebook.activeCell.model.sharedModel.setSource(code);
    await commands.execute('notebook:run-cell');
}"""

NUMBER_LABS = """() => [...document.querySelectorAll('.mlp-lab')].forEach((lab, number) => {
    lab.closest('.jp-OutputArea-output').dataset.mlpLab = number;
})"""

# A lab far out of view is laid out when it comes into view: then it is scrolled to once more.
LOOK_AT = f"""async ([number, alone]) => {{
    ({NUMBER_LABS})();
    const frame = () => new Promise(requestAnimationFrame);
    for (const output of document.querySelectorAll('[data-mlp-lab]')) if (alone) {{
        const is_meant = number === null || output.dataset.mlpLab === String(number);
        output.closest('.jp-Cell').style.display = is_meant ? '' : 'none';
    }}
    if (number === null) return;
    const lab = document.querySelector(`[data-mlp-lab='${{number}}'] .mlp-lab`);
    for (let times = 0; times < 2; times++) {{
        const box = lab.getBoundingClientRect();
        if (box.top < 0 || box.bottom > innerHeight) lab.scrollIntoView({{ block: 'center' }});
        await frame();
    }}
}}"""

# The style sheet of a theme comes after its name.
CHANGE_THEME = """async ([theme, light]) => {
    const color = () => getComputedStyle(document.body).getPropertyValue('--jp-layout-color1');
    const frame = () => new Promise(requestAnimationFrame);
    const before = color();
    await window.jupyterapp.commands.execute('apputils:change-theme', { theme });
    while (document.body.dataset.jpThemeLight !== light || color() === before) await frame();
    // its splash fades; JupyterLab fails where the next theme comes before that has ended
    while (document.getElementById('jupyterlab-splash')) await frame();
    await frame();
}"""

COLLAPSE_SIDEBAR = """() => {
    const shell = window.jupyterapp.shell;
    shell.collapseLeft();
    shell.collapseRight();
}"""

NOTEBOOK_IS_IDLE = """() => {
    const indicator = document.querySelector('.jp-Notebook-ExecutionIndicator');
    const waiting = [...document.querySelectorAll('.jp-InputArea-prompt')]
        .some(prompt => prompt.textContent.includes('[*]'));
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    return indicator?.dataset.status === 'idle' && !waiting && kernel.status === 'idle';
}"""

ERRORS_IN_OUTPUTS = """() => {
    const stderr = '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]';
    const broken = '.jupyter-widgets-error-widget, .jp-OutputArea-output.jp-mod-error';
    return [...document.querySelectorAll(`${stderr}, ${broken}`)]
        .map(element => `error output: ${element.innerText}`);
}"""

# What is sticky stands elsewhere when the page scrolls; measured is where it stands at rest. Only
# the labs that are measured are changed: a style sheet would have all styles of the page found
# anew, twice a measurement.
FLOW = """
    const inFlow = (labs, measure) => {
        const sticky = labs.flatMap(lab => [...lab.querySelectorAll('.mlp-strip, .mlp-pictures')]);
        const before = sticky.map(e => e.getAttribute('style'));
        for (const e of sticky) {
            e.style.setProperty('position', 'relative', 'important');
            e.style.setProperty('top', '0', 'important');
        }
        try { return measure(); } finally {
            sticky.forEach((e, k) => before[k] === null ? e.removeAttribute('style')
                                                        : e.setAttribute('style', before[k]));
        }
    };
"""

BOX_IN_CELL = f"""element => {{
    {FLOW}
    const round = length => Math.round(length * 10) / 10;
    const cell = element.closest('.jp-Cell');
    return inFlow([cell], () => {{
        const origin = cell.getBoundingClientRect();
        const box = element.getBoundingClientRect();
        return {{ x: round(box.x - origin.x), y: round(box.y - origin.y),
                 width: round(box.width), height: round(box.height) }};
    }});
}}"""

# Half a pixel of rounding is no overflow. Clipped or scrolling boxes are found by their
# scrollWidth, visible ones by their right edge.
WHAT_OVERFLOWS = """root => {
    const cell = root.closest('.jp-OutputArea-output') ?? root;
    const edge = Math.min(cell.getBoundingClientRect().right, window.innerWidth) + 0.5;
    const name = element => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`;
    const found = [];
    for (const element of [cell, ...cell.querySelectorAll('*')]) {
        const box = element.getBoundingClientRect();
        const hidden = box.width === 0 || getComputedStyle(element).visibility === 'hidden';
        if (hidden || element.closest('.noUi-target') || element.closest('svg')) continue;
        if (box.right > edge) found.push(`${name(element)} ends at ${box.right}, not ${edge}`);
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
        if (scrolls && element.scrollWidth > element.clientWidth + 1)
            found.push(`${name(element)} is ${element.scrollWidth} wide in ${element.clientWidth}`);
    }
    return found;
}"""

READ_PIXELS = """
    async function read(image) {
        await image.decode().catch(() => null);
        const { naturalWidth: width, naturalHeight: height } = image;
        if (!width || !height) return { width, bytes: new Uint8Array(), hash: 'no picture' };
        const context = new OffscreenCanvas(width, height)
            .getContext('2d', { willReadFrequently: true });
        context.drawImage(image, 0, 0);
        const bytes = context.getImageData(0, 0, width, height).data;
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        const hash = [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
        return { width, bytes, hash };
    }
"""

# What stands behind an address never changes, so its hash is computed once: a test that waits asks
# for it many times.
HASH_OF_PIXELS = f"""async image => {{
    {READ_PIXELS}
    const known = window.mlpHashes ??= {{}}, source = image.src;
    if (known[source]) return known[source];
    const {{ hash }} = await read(image);
    if (image.src === source && image.complete && hash !== 'no picture') known[source] = hash;
    return hash;
}}"""

REMEMBER_PIXELS = f"""async image => {{
    {READ_PIXELS}
    const seen = await read(image);
    (window.mlpPictures ??= {{}})[seen.hash] = seen;
    return seen.hash;
}}"""

VISIBLE = 40  # of 255, in any one channel

SHARE_OF_UNLIKE_PIXELS = f"""async (image, remembered) => {{
    {READ_PIXELS}
    const now = await read(image), then = window.mlpPictures[remembered];
    if (now.width !== then.width || now.bytes.length !== then.bytes.length) return 1;
    let unlike = 0;
    for (let i = 0; i < now.bytes.length; i += 4) {{
        const gap = Math.max(Math.abs(now.bytes[i] - then.bytes[i]),
            Math.abs(now.bytes[i + 1] - then.bytes[i + 1]),
            Math.abs(now.bytes[i + 2] - then.bytes[i + 2]));
        unlike += gap > {VISIBLE};
    }}
    return unlike / (now.bytes.length / 4);
}}"""
