"""A JupyterLab server and a browser for all browser tests, and pages that are opened once.

To open a page costs more than many tests. So tests that look at the same page run in the same
process of pytest-xdist, whatever their file: ``page_of_test`` names it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from described_labs import LABS, LabDescription, cells_of_all, described
from lab_cases import Case, all_cases, cells_of_cases
from real_jupyter import (
    CHECKOUT,
    NUMBER_LABS,
    Browser,
    JupyterServer,
    Notebook7Server,
    NotebookPage,
    missing_parts,
)
from seen import reset

pytest.register_assert_rewrite("monkey")  # its assertions say what they found

NARROW = {"width": 1024, "height": 768}  # CSS pixels: the narrowest page in which a lab must fit


OWN_PAGES = ("test_one_screen", "[firefox", "[webkit", "real_jupyter", "test_voila", "notebook7",
             "test_site", "polls_page", "[monkey-chromium", "[monkey-firefox")
"""What is looked at in a page of its own; all else is in the page of all labs in JupyterLab. The
pages that take longest come first: at the end no process works alone."""


def page_of_test(name: str) -> str:
    """The page that a test looks at, by the name of its file or of its parameter."""
    return next((page for page in OWN_PAGES if page in name), "labs")


def pytest_collection_modifyitems(items):
    """xdist takes the pages as they come, if it is told so."""
    order = [OWN_PAGES[0], "labs", *OWN_PAGES[1:]]
    items.sort(key=lambda item: order.index(page_of_test(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """As with ``--dist loadfile``, but by page and not by file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return page_of_test(nodeid)

    return ByPage(config, log)


@pytest.fixture(scope="session")
def server(missing) -> Iterator[JupyterServer]:
    """JupyterLab on a copy of the project's notebooks."""
    if reasons := missing_parts():
        missing("; ".join(reasons))
    with JupyterServer(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="session")
def notebook7(missing) -> Iterator[JupyterServer]:
    """Jupyter Notebook 7 on a copy of the project's notebooks."""
    if find_spec("notebook") is None:
        missing("the Python package notebook is not installed")
    with Notebook7Server(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="session")
def browser(missing) -> Iterator[Browser]:
    """Chromium without a window."""
    if reasons := missing_parts():
        missing("; ".join(reasons))
    with Browser() as running:
        yield running


@pytest.fixture(scope="session")
def pages(browser) -> Iterator[Callable[[JupyterServer, list[str]], NotebookPage]]:
    """``pages(server, cells)``: a page in which these cells ran without an error; opened once.

    One page a server, and others close it: where a second one starts its kernel while the first
    asks for the list of kernels, the server may fail.
    """
    opened: dict[JupyterServer, tuple[list[str], NotebookPage]] = {}

    def page_of(server: JupyterServer, cells: list[str]) -> NotebookPage:
        if server in opened and opened[server][0] != cells:
            opened.pop(server)[1].context.close()
        if server not in opened:
            notebook = server.write(f"with_{len(cells)}_cells.ipynb", *cells)
            page = browser.open(server, notebook, **NARROW)
            opened[server] = cells, page
            page.run_all()
            page.settle()
            page.page.evaluate(NUMBER_LABS)
            assert page.problems() == []
        return opened[server][1]

    yield page_of
    for _cells, page in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def labs(request) -> list[LabDescription]:
    """The labs of a page: all, or those that a test asks for."""
    return getattr(request, "param", LABS)


@pytest.fixture(scope="module")
def cases(labs) -> list[Case]:
    """States of these labs in which each of their controls stands somewhere."""
    return all_cases(labs)


@pytest.fixture(scope="module")
def lab() -> LabDescription:
    """The lab that is driven fully; a module of tests may take others."""
    return described("ThreeNeuronLab")


@pytest.fixture(scope="module")
def home(server) -> JupyterServer:
    """Where the notebooks are opened."""
    return server


@pytest.fixture(scope="module")
def opened(home, pages, labs) -> Iterator[NotebookPage]:
    """A page with these labs; in Notebook 7 that of ``test_notebook7``, where these tests come
    first. A lab that is looked at is shown alone: the others would be laid out with each of its
    keys."""
    is_notebook_7 = isinstance(home, Notebook7Server)
    page = pages(home, cells_of_cases(labs) if is_notebook_7 else cells_of_all(of=labs))
    page.alone = True
    yield page
    page.look_at(None)
    page.alone = False


@pytest.fixture
def page(request, opened, labs, lab) -> Iterator[NotebookPage]:
    """The page at its lab, reset and folded; a new error of page, kernel or server is a failure."""
    opened.page.set_viewport_size(getattr(request.module, "PAGE", NARROW))
    opened.look_at(labs.index(lab))
    before = Counter(opened.problems())
    reset(opened)
    yield opened
    opened.settle()
    assert Counter(opened.problems()) - before == Counter()
