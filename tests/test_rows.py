"""A row: box and slider of one number."""

from __future__ import annotations

import math

import ipywidgets as widgets

from mlp_widgets.widgets.rows import NumberRow


class Receiver:
    """Stands for a lab: it notes what the rows set."""

    def __init__(self):
        self.moves = []

    def on_value(self, control, action):
        control.observe(lambda change: action(change["new"]), names="value")

    def set(self, **changes):
        self.moves.append(changes)


def test_a_row_sets_what_its_box_and_slider_say():
    lab = Receiver()
    row = NumberRow("w", "w", -3.0, 3.0, 0.05)
    row.slider.value = 0.5
    row.connect(lab)
    row.slider.value = 1.25
    row.box.value = 7.125
    assert lab.moves == [{"w": 1.25}, {"w": 7.125}]
    assert "mlp-slider-w" in row.slider._dom_classes and "mlp-box-w" in row.box._dom_classes


def test_a_row_shows_a_value_beyond_its_ends():
    row = NumberRow("w", "w", -3.0, 3.0, 0.05)
    row.show(1234.5678)
    assert row.box.value == 1235.0 and row.slider.value == 3.0
    log = NumberRow("tau", "τ", -3, 3, 0.05, log=True)
    log.show(0.05)
    assert math.isclose(log.slider.value, 0.05, rel_tol=0.06) and log.box.value == 0.05


def test_a_row_of_whole_numbers():
    row = NumberRow("depth", "depth", 1, 100, 1, whole=True)
    row.show(40)
    assert row.slider.value == 40 and type(row.slider) is widgets.IntSlider
    row.set_ends(1, 10, 1)
    assert (row.slider.min, row.slider.max, row.slider.value) == (1, 10, 10)
    row.set_ends(1, 100, 1)
    assert row.slider.max == 100
    row.enable(False)
    assert row.box.disabled and row.slider.disabled
