"""The static site of `make site`: what is in it, and its pages in a browser.

Pyodide and its packages come from a content network, which no test asks: here it does not answer,
or the test answers in its place. What happens behind that was tried by hand: docs/deploying.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from real_jupyter import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "lite"))
from build_site import (
    EXTENSIONS,
    FROM_PYODIDE,
    PYODIDE_KERNEL,
    TOOLS,
    WHEELS,
    extension,
    write_settings,
)

NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
PYODIDE = re.compile(r"https://cdn\.jsdelivr\.net/pyodide/v[\d.]+/full/pyodide\.mjs")
TEXTS = {".html", ".js", ".mjs", ".json", ".ipynb", ".css", ".txt", ".svg", ".webmanifest"}
ONLY_IN_THE_PAGE = {"jupyterlab-widgets", "widgetsnbextension"}
BY_IPYTHON = {"ipython", "traitlets"}

# Stands for Pyodide: it fetches the packages that are files of the site, from where Pyodide does.
ASKS_FOR_PACKAGES = """export async function loadPyodide({ packages }) {
    await Promise.all(packages.filter(name => name.endsWith('.whl')).map(name => fetch(name)));
    throw new Error('no Pyodide here');
}"""


@pytest.fixture(scope="module")
def site(missing, tmp_path_factory) -> Path:
    """The site as `make site` builds it, in a folder ``course`` of a web server."""
    if not (TOOLS / "jupyterlite_core").is_dir():
        missing("the tools of `make site` are not installed: make .lite/ready")
    made = tmp_path_factory.mktemp("server") / "course"
    done = subprocess.run([sys.executable, CHECKOUT / "lite" / "build_site.py", made],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def wheels_of(site: Path) -> dict[str, Path]:
    """Name of a package -> its wheel in the site."""
    return {file.name.partition("-")[0]: file for file in (site / "pypi").glob("*.whl")}


# What is in it ---------------------------------------------------------------------------------


def test_the_notebooks_are_there_unchanged_and_listed(site):
    held = {file.name: file.read_bytes() for file in (site / "files").iterdir()}
    assert held == {file.name: file.read_bytes() for file in NOTEBOOKS}
    listed = json.loads((site / "api" / "contents" / "all.json").read_text(encoding="utf-8"))
    assert sorted(entry["name"] for entry in listed["content"]) == sorted(held)


def test_every_wheel_stands_in_the_index_with_its_hash(site):
    index = json.loads((site / "pypi" / "all.json").read_text(encoding="utf-8"))
    files = [entry for package in index.values() for release in package["releases"].values()
             for entry in release]
    assert {file["filename"] for file in files} == {w.name for w in wheels_of(site).values()}
    assert set(wheels_of(site)) == {"mlp_widgets", *WHEELS}
    for file in files:
        held = (site / "pypi" / file["filename"]).read_bytes()
        assert hashlib.sha256(held).hexdigest() == file["digests"]["sha256"]


def test_the_wheel_holds_the_package_as_it_is(site):
    with zipfile.ZipFile(wheels_of(site)["mlp_widgets"]) as wheel:
        held = {name: wheel.read(name) for name in wheel.namelist()
                if name.startswith("mlp_widgets/")}
    package = CHECKOUT / "mlp_widgets"
    ours = {path.relative_to(CHECKOUT).as_posix(): path.read_bytes() for path in
            package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert held == ours


def test_all_that_the_wheels_need_is_named():
    """The kernel does not look for dependencies of the wheels that it installs."""
    there = {*WHEELS, *FROM_PYODIDE, *BY_IPYTHON, *ONLY_IN_THE_PAGE}
    for package in ("mlp_widgets", *WHEELS):
        needed = [re.match(r"[\w.-]+", line)[0].lower().replace("_", "-")
                  for line in requires(package) or [] if "extra ==" not in line]
        assert set(needed) <= there, package


def test_page_and_kernel_have_the_widgets_of_this_environment(site):
    for name in EXTENSIONS:
        held = (site / "extensions" / name / "package.json").read_bytes()
        assert held == (extension(name, TOOLS) / "package.json").read_bytes()
    for name in WHEELS:
        assert wheels_of(site)[name].name.startswith(f"{name}-{version(name)}-")


def test_nothing_tells_of_the_machine_that_built_it(site, machine_paths):
    # The notebooks are those of the project, and are looked through with its other files.
    texts = [file for file in site.rglob("*") if file.suffix in TEXTS and "build" not in
             file.relative_to(site).parts and "files" not in file.relative_to(site).parts]
    assert len(texts) > 20
    for file in texts:
        assert machine_paths(file.read_text(encoding="utf-8")) == [], file
        assert str(CHECKOUT) not in file.read_text(encoding="utf-8")


def test_it_is_small(site):
    sizes = [file.stat().st_size for file in site.rglob("*") if file.is_file()]
    assert sum(sizes) < 60e6 and max(sizes) < 10e6
    assert not [file for file in site.rglob("*.map") if "build" not in file.parts]


@pytest.mark.parametrize("address", ["", "./pyodide/pyodide.mjs"])
def test_pyodide_may_come_from_elsewhere(site, address, tmp_path, monkeypatch):
    write_settings(tmp_path, [], address, TOOLS)
    settings = json.loads((tmp_path / "jupyter-lite.json").read_text(encoding="utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"][PYODIDE_KERNEL]
    assert kernel.get("pyodideUrl", "") == address


# In a browser ----------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, as any web server gives them."""

    def log_message(self, *_words) -> None:
        pass


@pytest.fixture(scope="module")
def address(site) -> Iterator[str]:
    """The site on the loopback, below a folder as on GitHub Pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site.parent)) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/{site.name}/"
        server.shutdown()
        serving.join()


class Visit:
    """The site in a fresh browser profile, and what it asks of other machines."""

    def __init__(self, browser, address: str, pyodide: str = ""):
        self.address, self.pyodide = address, pyodide
        self.context = browser.program.new_context(viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.asked: list[str] = []  # of other machines
        self.got: dict[str, int] = {}  # from this one: file -> status
        self.context.on("response", self._hear)
        self.context.route(lambda url: not url.startswith(address), self._answer)
        self.context.route("**/course/jupyter-lite.json*", self._expose)
        self.page.goto(address)

    def _hear(self, response) -> None:
        self.got[response.url.rpartition("/")[2]] = response.status

    def _answer(self, route) -> None:
        self.asked.append(route.request.url)
        if self.pyodide:
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body=self.pyodide, content_type="text/javascript", headers=headers)
        else:
            route.abort()

    def _expose(self, route) -> None:
        """Give the page window.jupyterapp, so that a test can ask it."""
        response = route.fetch()
        settings = response.json()
        settings["jupyter-config-data"]["exposeAppInBrowser"] = True
        route.fulfill(response=response, json=settings)

    def __enter__(self) -> Visit:
        self.page.get_by_role("heading", name="Start here").wait_for(timeout=60_000)
        return self

    def __exit__(self, *_error) -> None:
        self.context.close()

    def wait_for(self, happened) -> None:
        for _ in range(3000):
            if happened():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"this did not happen; asked {self.asked}, got {self.got}")


@pytest.fixture(scope="module")
def visit(browser, address) -> Iterator[Visit]:
    """The start page, while Pyodide's content network does not answer."""
    with Visit(browser, address) as opened:
        yield opened


def test_the_start_page_opens_first_and_shows_its_stored_pictures(visit):
    picture = visit.page.locator(".jp-OutputArea img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    files = visit.page.locator(".jp-DirListing-itemName").all_inner_texts()
    assert [name.strip() for name in files] == [file.name for file in NOTEBOOKS]


def test_the_other_half_of_the_widgets_is_loaded(visit):
    for plugin in ("@jupyter-widgets/jupyterlab-manager:plugin", "ipyevents",
                   PYODIDE_KERNEL):
        assert visit.page.evaluate("name => jupyterapp.hasPlugin(name)", plugin), plugin
        assert visit.page.evaluate("name => jupyterapp.isPluginActivated(name)", plugin), plugin


def test_only_pyodide_is_asked_of_another_machine(visit):
    visit.wait_for(lambda: visit.asked)
    assert all(PYODIDE.fullmatch(url) for url in visit.asked), visit.asked
    assert [file for file, status in visit.got.items() if status >= 400] == []


def test_a_link_opens_another_notebook(visit):
    visit.page.locator(".jp-Notebook a[href*='01_one_neuron']").first.click()
    visit.page.locator(".lm-TabBar-tab.lm-mod-current", has_text="01_one_neuron").wait_for()


def test_the_kernel_asks_the_site_for_its_wheels(browser, address, site):
    wheels = {wheel.name for wheel in wheels_of(site).values()}
    with Visit(browser, address, ASKS_FOR_PACKAGES) as visit:
        visit.wait_for(lambda: wheels <= set(visit.got))
        assert {visit.got[name] for name in wheels} == {200}
        assert all(PYODIDE.fullmatch(url) for url in visit.asked)
