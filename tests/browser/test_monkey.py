"""A monkey on every lab, in Chromium and Firefox: some actions each, and page and kernel in step.

``make monkey`` lets it act two minutes on each lab in each browser, with a seed that is new each
time, and restarts the kernel in between.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest
from described_labs import LABS, OF_OWN_DATA, cells_of_all
from lab_cases import LAPTOP
from monkey import FILES, Monkey
from real_jupyter import Browser, Firefox, NotebookPage, firefox_path

PAGE = dict(zip(("width", "height"), LAPTOP, strict=True))
SECONDS = float(os.environ.get("MLP_WIDGETS_MONKEY", "0"))
"""A lab; 0 is a few actions."""
SEED = int(os.environ.get("MLP_WIDGETS_SEED") or (time.time() if SECONDS else 1))
ACTIONS = {"chromium": 12, "firefox": 5}
"""A lab."""


@pytest.fixture(scope="module", params=ACTIONS, ids="monkey-{}".format)
def engine(request) -> str:
    """The name of a browser, which has a page of its own here."""
    return request.param


@pytest.fixture(scope="module")
def opened(engine, missing, server) -> Iterator[NotebookPage]:
    """A page with all labs."""
    if engine == "firefox" and firefox_path() is None:
        missing("no Firefox was found")
    with (Firefox if engine == "firefox" else Browser)() as browser:
        notebook = server.write(f"monkey_{engine}.ipynb", *cells_of_all()[:1 + len(LABS)])
        with browser.open(server, notebook, **PAGE) as page:
            page.run_all()
            page.settle()
            assert page.problems() == []
            yield page


@pytest.fixture
def monkey(opened, lab) -> Monkey:
    """On a lab."""
    return Monkey(opened, 1 + LABS.index(lab), str(lab), SEED)


def enough(monkey: Monkey, share: float, actions: int) -> Callable[[], bool]:
    """Whether there is more to do: of the seconds a share from now on, or so many actions."""
    end, most = time.monotonic() + share * SECONDS, len(monkey.done) + actions
    return lambda: time.monotonic() < end if SECONDS else len(monkey.done) < most


@pytest.mark.parametrize("lab", LABS, ids=str)
def test_page_and_kernel_are_in_step_after_anything(monkey, engine):
    monkey.begin()
    monkey.go_on(enough(monkey, 0.5, ACTIONS[engine]))
    monkey.check()
    if SECONDS:
        monkey.restart()
        monkey.go_on(enough(monkey, 0.5, 0))
        monkey.check()


@pytest.mark.parametrize("lab", OF_OWN_DATA, ids=str)
def test_page_and_kernel_are_in_step_after_any_file(monkey):
    monkey.begin()
    monkey.bring_all()
    monkey.check()
    brought = {action.how for action in monkey.done if action.what == "bring"}
    assert brought >= {(what,) for what in FILES}


@pytest.mark.parametrize("lab", LABS[:1], ids=str)
def test_a_lab_says_that_its_kernel_is_gone_and_comes_back(monkey):
    monkey.begin()
    monkey.restart()
    monkey.go_on(enough(monkey, 0, 3))
    monkey.check()
    monkey.change_kernel()
    monkey.check()
    monkey.shut_down()
