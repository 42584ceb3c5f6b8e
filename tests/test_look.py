"""The style sheet: one for all, and it tells the page that the kernel ends."""

from __future__ import annotations

import pytest
from example_lab import ExampleLab

from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.look import look, say_that_the_kernel_ends
from mlp_widgets.widgets.predict import predict


@pytest.fixture
def lab() -> ExampleLab:
    """A lab that a page shows."""
    made = ExampleLab()
    assert made.widget
    return made


def sheets(box) -> list:
    """The style sheets in a box of the page."""
    return [widget for child in getattr(box, "children", ()) for widget in (child, *sheets(child))
            if widget is look()]


def test_a_lab_its_parts_and_a_question_show_the_same_style_sheet(lab):
    for shown in (lab.root, lab.part("w1").root, predict({"w": 1}, covers=lab).root):
        assert len(sheets(shown)) == 1 and look() not in all_widgets(shown)


def test_the_style_sheet_stays_when_a_lab_is_closed(lab):
    kept = look()
    lab.close()
    assert kept.comm is not None and look() is kept


def test_a_style_sheet_that_was_closed_is_made_anew(monkeypatch):
    monkeypatch.setattr("mlp_widgets.widgets.look._MADE", [])
    closed = look()
    closed.close()
    assert look() is not closed and look().comm is not None
    look().close()


def test_at_its_end_the_kernel_says_so_to_all_labs(lab):
    say_that_the_kernel_ends()
    assert "mlp-ended" in look()._dom_classes
    look().remove_class("mlp-ended")
