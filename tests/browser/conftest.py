"""A JupyterLab server and a browser for all browser tests, and pages that are opened once."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from described_labs import LABS, LabDescription, cells_of_all, described
from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage, missing_parts
from seen import fold

NARROW = {"width": 1024, "height": 768}  # CSS pixels: the narrowest page in which a lab must fit


@pytest.fixture(scope="session")
def server(missing) -> Iterator[JupyterServer]:
    """JupyterLab on a copy of the project's notebooks."""
    if reasons := missing_parts():
        missing("; ".join(reasons))
    with JupyterServer(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="session")
def browser(server) -> Iterator[Browser]:
    """Chromium without a window."""
    with Browser() as running:
        yield running


@pytest.fixture(scope="session")
def pages(browser) -> Iterator[Callable[[JupyterServer], NotebookPage]]:
    """``pages(server)``: a page with all labs, every cell run without an error; opened once.

    One page a server: where a second one starts its kernel while the first asks for the list of
    kernels, the server may fail.
    """
    opened: dict[JupyterServer, NotebookPage] = {}

    def page_of(server: JupyterServer) -> NotebookPage:
        if server not in opened:
            page = browser.open(server, server.write("all_labs.ipynb", *cells_of_all()), **NARROW)
            page.run_all()
            page.settle()
            assert page.problems() == []
            opened[server] = page
        return opened[server]

    yield page_of
    for page in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def lab() -> LabDescription:
    """The lab that is driven fully; a module of tests may take others."""
    return described("ThreeNeuronLab")


@pytest.fixture(scope="module")
def home(server) -> JupyterServer:
    """Where the notebooks are opened."""
    return server


@pytest.fixture(scope="module")
def opened(home, pages) -> NotebookPage:
    """A page with all labs."""
    return pages(home)


@pytest.fixture
def page(request, opened, lab) -> Iterator[NotebookPage]:
    """The page at its lab, reset and folded; a new error of page, kernel or server is a failure."""
    opened.page.set_viewport_size(getattr(request.module, "PAGE", NARROW))
    opened.look_at(LABS.index(lab))
    before = Counter(opened.problems())
    opened.click(".mlp-reset")
    fold(opened)
    yield opened
    opened.settle()
    assert Counter(opened.problems()) - before == Counter()
