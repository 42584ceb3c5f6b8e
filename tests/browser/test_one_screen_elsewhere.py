"""What belongs together is seen together in Notebook 7, and presented under Voilà.

See ``test_one_screen`` for JupyterLab; another file, so that both run at the same time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from lab_cases import (
    LAPTOP,
    PROJECTORS,
    Case,
    all_cases,
    assert_all_had_it,
    cells,
    check_start_presented,
    check_steps_presented,
    click_all,
    fold,
    hidden_in,
    size,
    with_all,
)
from real_jupyter import CHECKOUT, NUMBER_LABS, Notebook7Server, NotebookPage
from real_voila import VoilaPage, VoilaServer


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """States of all labs in which each of their controls stands somewhere."""
    return all_cases()


@pytest.fixture(scope="module")
def notebook7(missing, browser) -> Iterator[NotebookPage]:
    """All cases in Notebook 7."""
    if find_spec("notebook") is None:
        missing("the Python package notebook is not installed")
    with (Notebook7Server(CHECKOUT / "notebooks") as own, with_all(browser, own) as page):
        yield page
        assert page.problems() == []


@pytest.fixture(scope="module")
def voila(missing, browser, cases) -> Iterator[NotebookPage]:
    """All cases presented, under Voilà."""
    if find_spec("voila") is None:
        missing("the Python package voila is not installed")
    with VoilaServer(CHECKOUT / "notebooks") as own:
        own.write("cases.ipynb", *cells(cases))
        with VoilaPage(browser, own) as page:
            page.follow("cases.ipynb")
            page.wait_for(lambda: page.page.locator(".mlp-lab img").count() >= len(cases))
            page.settle()
            page.page.evaluate(NUMBER_LABS)
            yield page
            assert page.problems() == []


@pytest.mark.parametrize("is_open", [False, True], ids=["folded", "open"])
def test_the_same_in_notebook_7(notebook7, cases, is_open):
    fold(notebook7, is_open)
    size(notebook7, *LAPTOP)
    found, had = hidden_in(notebook7, cases)
    assert found == []
    if is_open:
        assert_all_had_it(had)


@pytest.mark.parametrize("is_open", [False, True], ids=["folded", "open"])
def test_the_same_presented_under_voila(voila, cases, is_open):
    fold(voila, is_open)
    all_had = defaultdict(set)
    for place in range(voila.page.locator(".mlp-lab").first.locator(".mlp-pages button").count()):
        click_all(voila, f".mlp-page-{place}")
        for screen in PROJECTORS:
            size(voila, *screen)
            found, had = hidden_in(voila, cases)
            assert found == [], f"page {place} at {screen}"
        for kind, names in had.items():
            all_had[kind] |= names
    if is_open:
        assert_all_had_it(all_had)


@pytest.fixture
def folded(voila) -> NotebookPage:
    """The page under Voilà with its folds closed, all labs at their first sections."""
    fold(voila, False)
    click_all(voila, ".mlp-page-0")
    return voila


def test_presented_presets_j_sliders_and_picture_are_on_one_screen(folded):
    check_start_presented(folded, files=None)


def test_presented_the_stepper_is_seen_with_what_it_lights(folded):
    check_steps_presented(folded, files=None)
