"""A JupyterLab server and a browser for all browser tests, and a page for each lab."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from described_labs import LABS, LabDescription
from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage, missing_parts

NARROW = 1024  # CSS pixels: the narrowest page in which a lab must fit


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


@pytest.fixture(scope="module", params=LABS, ids=str)
def lab(request) -> LabDescription:
    """Each lab in turn."""
    return request.param


@pytest.fixture(scope="module")
def home(server) -> JupyterServer:
    """Where the notebooks are opened."""
    return server


@pytest.fixture(scope="module")
def opened(request, home, browser, lab) -> Iterator[NotebookPage]:
    """The lab in a page, every cell run without an error.

    Of its notebook only the cells of the lab and of the questions, unless the module of the tests
    says WHOLE_NOTEBOOK; in a narrow page, unless it gives PAGE, width and height.
    """
    whole = getattr(request.module, "WHOLE_NOTEBOOK", False)
    notebook = lab.notebook if whole else home.only_the_lab(lab.notebook)
    width, height = getattr(request.module, "PAGE", (NARROW, 768))
    with browser.open(home, notebook, width=width, height=height) as page:
        page.run_all()
        assert page.problems() == []
        yield page


@pytest.fixture
def page(opened, lab) -> Iterator[NotebookPage]:
    """The page with the lab reset; any new error in page, kernel or server fails the test."""
    before = Counter(opened.problems())
    opened.click(".mlp-reset")
    lab.settle(opened)
    yield opened
    lab.settle(opened)
    assert Counter(opened.problems()) - before == Counter()
