"""What belongs together is seen together in Notebook 7 too, and `lab.beside()` says what it lacks.

See ``test_one_screen`` for JupyterLab, and ``test_access`` for the keyboard in both.
"""

from __future__ import annotations

import pytest
from described_labs import by_day, labs_of_a_home
from lab_cases import (
    DESK,
    LAPTOP,
    assert_all_had_it,
    cells_of_cases,
    click_all,
    fold,
    hidden_in,
    present,
    size,
)
from real_jupyter import WHAT_OVERFLOWS, NotebookPage
from seen import CLIPPED

from mlp_widgets.widgets.beside import ELSEWHERE

pytestmark = labs_of_a_home


@pytest.fixture(scope="module")
def page(notebook7, pages, labs) -> NotebookPage:
    """All cases in Notebook 7, as they begin: ``test_access`` moved the labs of this page."""
    page = pages(notebook7, cells_of_cases(labs))
    click_all(page, ".mlp-reset")
    return page


@pytest.mark.parametrize("is_open", by_day([True], [False, True]), ids=["folded", "open"])
def test_what_follows_a_control_is_seen_with_it(page, cases, is_open):
    fold(page, is_open)
    size(page, *LAPTOP)
    found, had = hidden_in(page, cases)
    assert found == []
    if is_open:
        assert_all_had_it(had, cases)


def test_presented_on_a_projector_nothing_is_cut(page, cases):
    """The column of Notebook 7 is 1,093 pixels wide in a page of 1,920."""
    fold(page, False)
    size(page, *DESK)
    present(page, True)
    try:
        for place in range(3):
            click_all(page, f".mlp-page-{place}")
            for case in cases:
                lab = page.page.locator(case.root)
                assert lab.evaluate(WHAT_OVERFLOWS) == [] == lab.evaluate(CLIPPED), case
    finally:
        present(page, False)


def test_where_there_is_no_room_beside_a_notebook_a_sentence_says_so(page):
    assert page.problems() == []  # of all tests before
    page.run_new_cell("labs['ThreeNeuronLab'].beside()")
    page.page.wait_for_selector(f"text={ELSEWHERE}")
    page.settle()
    unknown = [text for text in page.problems()
               if "Could not create a view" not in text]  # of the panel, in the console
    assert unknown == []
