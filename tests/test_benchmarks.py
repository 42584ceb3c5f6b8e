"""Which labs `python -m benchmarks` measures; their times are no test."""

from __future__ import annotations

import re

import pytest

from benchmarks import by_pyplot
from benchmarks.kernel import MOVES
from benchmarks.labs import CASES
from mlp_widgets import LABS


def test_every_lab_of_the_registry_is_measured():
    made = {kind for case in CASES for kind in re.findall(r"lab = (\w+)\(", case.cell)}
    assert made == {kind.__name__ for kind in LABS.values()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_its_cell_makes_it_and_its_slider_can_be_moved(case):
    names: dict = {}
    exec(case.cell, names)
    lab = names["lab"]
    assert getattr(lab, case.parameter) == case.start
    slider = lab.control(case.parameter).slider
    assert (slider.number_at(0), slider.number_at(slider.max)) == (case.low, case.high)
    lab.close()
    assert case.start + MOVES * case.step <= case.high  # beyond it nothing would be drawn
    module, function = case.redraw.split(":")
    assert callable(getattr(by_pyplot, function)) and module == by_pyplot.__name__
