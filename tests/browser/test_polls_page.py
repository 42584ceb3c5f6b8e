"""Questions in JupyterLab: about the lab that is on the screen, and nothing jumps at an answer."""

from __future__ import annotations

import re

import pytest
from lab_cases import LAPTOP, size

RUN_CELL = """async (cell) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
CELLS = ("from mlp_widgets import TwoHiddenLab, lecture_poll, will_move\nlab = TwoHiddenLab()\nlab",
         "will_move(lab, 'w2_2')", "lecture_poll(5)", "lab.part('w1_1', 'J')")


@pytest.fixture(scope="module")
def page(server, pages):
    opened = pages(server, list(CELLS))
    size(opened, *LAPTOP, files=True)
    yield opened
    assert opened.problems() == []


def poll_at(page, number: int):
    poll = page.page.locator(".mlp-poll").nth(number)
    poll.scroll_into_view_if_needed()
    return poll


def choose(page, poll, number: int) -> None:
    poll.locator("input[type=radio]").nth(number).click()
    poll.locator(".mlp-answer").click()
    page.settle()


def test_a_lab_made_again_by_its_cell_is_the_one_that_is_asked(page):
    page.page.evaluate(RUN_CELL, 0)
    page.wait_idle()
    page.settle()
    page.type_number(".mlp-box-w2_1", 1)
    page.settle()
    poll = poll_at(page, 0)
    choose(page, poll, 1)  # it shrinks: the gradient of the lab on the screen is 2
    assert poll.locator(".mlp-status").inner_text().startswith("Right: B (it shrinks)")


def test_its_part_in_another_cell_is_one_of_the_new_lab(page):
    part = page.page.locator(".mlp-part .mlp-mse-now")
    page.type_number(".mlp-lab:not(.mlp-part) .mlp-box-w2_1", -1)
    for value, loss in ((1.5, "2.25"), (2, "1")):
        page.type_number(".mlp-lab:not(.mlp-part) .mlp-box-w1_1", value)
        page.settle()
        assert part.inner_text() == loss


def test_a_number_is_judged_as_it_was_typed_while_the_kernel_is_busy(page):
    """Key by key the page would send the first digit, and Enter before the others."""
    page.run_new_cell("from mlp_widgets import predict\npredict({'L': 8125})")
    page.settle()
    asked = page.page.locator(".mlp-predict").last
    asked.scroll_into_view_if_needed()
    page.run_new_cell("import time\ntime.sleep(1)")
    asked.locator("input").click()
    page.page.keyboard.type("8125")
    page.page.keyboard.press("Enter")
    page.wait_idle()
    page.settle()
    assert asked.locator(".mlp-judged").inner_text() == "✓ Right: 8125."


def test_an_answer_moves_nothing_above_it_and_little_room_waits_for_it(page):
    poll = poll_at(page, 1)
    answer, picture = poll.locator(".mlp-answer"), poll.locator("img")
    before, size = answer.bounding_box(), poll.bounding_box()
    below = size["y"] + size["height"] - before["y"] - before["height"]
    assert below < 45  # one line
    choose(page, poll, 4)
    wrong = poll.locator(".mlp-verdict-wrong")
    assert re.match("Not yet: E .100.* is there a bias", wrong.inner_text())
    assert (answer.bounding_box(), poll.bounding_box()) == (before, size)
    choose(page, poll, 5)
    assert poll.locator(".mlp-verdict-right").inner_text().startswith("Right: F (101)")
    assert answer.bounding_box() == before
    assert picture.bounding_box()["x"] > poll.locator(".widget-radio").first.bounding_box()["x"]
    assert picture.bounding_box()["y"] < answer.bounding_box()["y"]


def test_right_and_wrong_have_another_sign_and_another_colour(page):
    poll, looks = poll_at(page, 1), []
    for choice, verdict in ((0, "wrong"), (5, "right")):
        choose(page, poll, choice)
        page.wait_for(poll.locator(f".mlp-verdict-{verdict}").count)
        looks.append(poll.locator(".mlp-verdict").evaluate("""e => {
            const sign = getComputedStyle(e, '::before');
            return [sign.content, sign.backgroundColor, getComputedStyle(e.children[0]).color];
        }"""))
    (wrong, red, words), (right, green, others) = looks
    assert (wrong, right) == ('"✗"', '"✓"') and red == words != green == others
