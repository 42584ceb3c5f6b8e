"""The names-and-counts lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from described_labs import described
from seen import boxes

from mlp_widgets.drawing.named_network import HEIGHT, WIDTH, Diagram, Matrix, name_of
from mlp_widgets.lectures.names_counts.numbers import NamesState, Numbers
from mlp_widgets.lectures.names_counts.scenes import names


@pytest.fixture(scope="module")
def lab():
    """This lab only."""
    return described("NamesCountsLab")


def pick(page) -> list[float]:
    """The picked layer, output and input."""
    return [page.value(f".mlp-box-{name}") for name in ("layer", "output", "input")]


def click(page, x: float, y: float) -> None:
    """A click on the picture, CSS pixels from its lower left corner."""
    image = page.find("img.mlp-picture-names")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    page.page.mouse.click(box["x"] + x / WIDTH * box["width"],
                          box["y"] + (1 - y / HEIGHT) * box["height"])
    page.settle()


def test_a_click_picks_a_line_a_circle_and_an_entry_and_nothing_jumps(page, missing):
    if find_spec("ipyevents") is None:
        missing("ipyevents")
    scene, places = names(Numbers(NamesState())), boxes(page)
    line = Diagram(scene).lines[0]
    circle = next(found for found in Diagram(scene).circles if found[:2] == (3, 1))
    cell = next(cell for cell in Matrix(names(Numbers(NamesState(layer=3, input=0)))).cells)
    for (x, y), place in ((line.label, line.place), (circle[2], (3, 1, 0)),
                          (((cell.left + cell.right) / 2, cell.y), cell.place)):
        click(page, x, y)
        assert pick(page) == [*place]
        assert f"{name_of(place)} = " in page.text(".mlp-status")
        assert boxes(page) == places


def test_the_presets_tell_the_counts_of_the_lecture(page):
    for preset, count in (("traffic", "7"), ("logistic", "7,850"), ("digits", "266,610"),
                          ("lecture", "23")):
        page.click(f".mlp-preset-{preset}")
        page.settle()
        assert page.text(".mlp-mse-now") == count
