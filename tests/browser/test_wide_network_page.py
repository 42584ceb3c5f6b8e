"""The wider-networks lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

import pytest
from described_labs import described, number
from seen import PICTURE, boxes, unfold

PRESETS = ("zeros", "too-small", "too-large", "xavier-on-tanh", "xavier-on-relu", "he-on-relu",
           "sigmoid-saturates")


@pytest.fixture(scope="module")
def lab():
    """This lab only."""
    return described("WideNetworkLab")


def press(page, css: str) -> None:
    """Press a button and wait until the page has followed."""
    page.click(css)
    page.settle()


def learn(page) -> None:
    """Press the button "20 steps" and wait for the answer."""
    press(page, ".mlp-learn")
    page.wait_for(lambda: "J after" in page.text(".mlp-lab"))


def learned(page, row: str) -> list[float]:
    """The numbers in a row of the answer."""
    cells = page.all(f".mlp-lab tr:has(td:text-is('{row}')) td").all_inner_texts()
    return [number(cell) for cell in cells[1:]]


def test_twenty_steps_tell_what_they_did_and_nothing_jumps(page):
    unfold(page)
    before, c = boxes(page), page.text(".mlp-board")
    learn(page)
    he, xavier = zip(learned(page, "J before"), learned(page, "J after"), strict=True)
    assert he[1] < he[0] and xavier[1] <= xavier[0]
    assert page.text(".mlp-board") == c  # the lab itself stays as it is
    assert boxes(page) == before
    page.press(".mlp-slider-depth", "ArrowRight")
    page.wait_for(lambda: "J after" not in page.text(".mlp-lab"))
    page.settle()
    assert boxes(page) == before


def test_presets_by_mouse_leave_no_error_and_nothing_jumps(page):
    unfold(page)
    before = boxes(page)
    for preset in PRESETS:
        press(page, f".mlp-preset-{preset}")
        page.wait_for(lambda: page.text(".mlp-status").startswith("Preset"))
        assert boxes(page) == before, preset
        learn(page)
        assert page.text(".mlp-error") == "", preset
        assert page.overflow(".mlp-lab") == [], preset
        assert boxes(page) == before, f"{preset}, after 20 steps"


def test_new_draws_are_others_and_undo_brings_the_first_ones_back(page):
    unfold(page, "board", "draws")
    picture, texts = page.remember(PICTURE), page.text(".mlp-board")
    press(page, ".mlp-draw")
    assert page.unlike(PICTURE, picture) > 1e-3
    assert page.text(".mlp-board") != texts
    press(page, ".mlp-undo")
    assert page.unlike(PICTURE, picture) < 1e-4
    assert page.text(".mlp-board") == texts


def test_one_initialization_alone_has_one_column(page):
    unfold(page, "board", "compare")
    page.find(".mlp-compare select").select_option(label="nothing")
    page.wait_for(lambda: "Xavier" not in page.text(".mlp-board"))
    page.settle()
    assert "Xavier" not in page.text(".mlp-board")
    assert "Xavier" not in page.text(".mlp-status")
    learn(page)
    assert len(learned(page, "J after")) == 1
