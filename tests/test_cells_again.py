"""Any cell of a notebook may be run again, in any order: text, lab and question stay in step.

Each notebook is run from top to bottom, and then its cells again: all of them twice in another
order, or from the last to the first after a student has moved all sliders. What a cell shows must
be what it showed at first, for that is what the texts speak of; and what stands in the page must be
parts of the labs that there are now.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from unittest.mock import patch

import ipywidgets as widgets
import pytest
from cells import NOTEBOOKS, cells_of, value_of
from lab_tools import when
from shown_labs import bare, lab_of

from mlp_widgets import Lab, Poll
from mlp_widgets.fields import Number, declared
from mlp_widgets.widgets import made_again
from mlp_widgets.widgets.cell import Shown
from mlp_widgets.widgets.made_again import latest
from mlp_widgets.widgets.part import Part
from mlp_widgets.widgets.predict import Prediction

IN_QUICK = ("02_two_hidden",)
BY_DAY = ("01_one_neuron", "03_three_neuron", "08b_chain_backward", "11_digits")
"""In `make test` too; the others at night."""


@dataclass
class Page:
    """What stands below each cell of a notebook that is run here."""

    cells: dict[str, str]
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    shown: dict[str, list[tuple[object, widgets.Widget | None]]] = field(default_factory=dict)
    """Id of a cell -> what it shows, and the box of that in the page."""
    runs: int = 0
    running: str = ""

    def __post_init__(self) -> None:
        self.names["display"] = self.display

    def running_cell(self) -> tuple[str, str]:
        """As Jupyter says it."""
        return self.running, str(self.runs)

    def display(self, *things: object) -> None:
        """Show something below the cell that runs."""
        self.shown[self.running] += [
            (thing, thing.widget if isinstance(thing, Shown) else None) for thing in things]

    def run(self, cell: str) -> list[object]:
        """Run a cell; what it says."""
        self.running, self.runs, self.shown[cell] = cell, self.runs + 1, []
        printed = StringIO()
        with redirect_stdout(printed):
            value = value_of(self.cells[cell], self.names)
        if value is not None:
            self.display(value)
        self.running = ""
        return [printed.getvalue(), *(said(thing) for thing, _ in self.shown[cell])]

    def labs(self) -> list[Lab]:
        """The labs in the page, each once."""
        found = [latest(lab) for thing, _ in self.all_shown() if (lab := lab_of(thing))]
        return [*{id(lab): lab for lab in found}.values()]

    def all_shown(self) -> Iterator[tuple[object, widgets.Widget | None]]:
        """What stands in the page."""
        for below in self.shown.values():
            yield from below

    def out_of_step(self) -> list[str]:
        """What stands in the page and is not of the labs that are there now: those that have names,
        and those that their cells show as they made them."""
        named = [lab for lab in self.names.values() if isinstance(lab, Lab)]
        now = [*named, *(thing for thing, _ in self.all_shown() if isinstance(thing, Lab))]
        found = []
        for thing, box in self.all_shown():
            if isinstance(thing, Poll):
                fits = thing.about is None or any(thing.about is lab for lab in now)
            elif isinstance(thing, Part):
                fits = any(box.children == lab.part(*thing.names).root.children for lab in now
                           if thing.names in lab.views.shown)
            else:
                fits = not isinstance(thing, Lab) or any(
                    box.children == lab.root.children for lab in now if lab.is_built)
            found += [] if fits else [f"{thing!r} is of a lab that is gone"]
        return found

    def close(self) -> None:
        """Close all that stands there."""
        for thing, _ in self.all_shown():
            if isinstance(thing, Poll):
                thing.close()
        for lab in self.labs():
            lab.close()


def said(thing: object) -> object:
    """What something says of its subject, as far as a text or an answer may rest on it."""
    lab = lab_of(thing)
    if lab is not None:
        return type(lab), getattr(thing, "names", ()), bare(lab.state)
    if isinstance(thing, Poll):
        reasons = {letter: thing.reason(letter) for letter in thing.choices}
        return thing.words, thing._right_answer(), thing._explained(), reasons
    return thing.in_text() if isinstance(thing, Prediction) else repr(thing)


def move(page: Page) -> None:
    """What a student may have done meanwhile: all sliders of the parts stand elsewhere."""
    sliders = {(latest(thing._host), name) for thing, _ in page.all_shown()
               if isinstance(thing, Part) for name in thing.names}
    for lab, name in sorted(sliders, key=lambda slider: (repr(slider[0]), slider[1])):
        of = declared(type(lab.state)).get(name)
        ends = of.ends(lab.state) if isinstance(of, Number) else None
        if ends and of.role.of_the_network and (of.when is None or of.when(lab.state)):
            low, high = (10.0 ** end if of.log else end for end in ends[:2])
            lab.set(**{name: high if getattr(lab.state, name) != high else low})


@pytest.fixture
def page(request, monkeypatch) -> Iterator[Page]:
    found = Page(cells_of(request.param))
    monkeypatch.setattr(made_again, "running_cell", found.running_cell)
    monkeypatch.setattr(made_again, "_CELLS", {})
    with patch.object(Lab, "show_pictures", lambda lab: bool(lab.canvases)):  # no pixel is drawn
        yield found
        found.close()


each_notebook = pytest.mark.parametrize("page", [
    pytest.param(path, marks=when(path.stem, IN_QUICK, BY_DAY)) for path in NOTEBOOKS],
    indirect=True, ids=lambda path: path.stem)


@each_notebook
def test_cells_that_are_run_again_in_any_order_stay_in_step(page):
    first = {cell: page.run(cell) for cell in page.cells}
    order = [*page.cells] * 2
    random.Random(1).shuffle(order)
    others = [f"{cell}: {now} instead of {first[cell]}" for cell in order
              if (now := page.run(cell)) != first[cell]]
    assert others == []
    assert page.out_of_step() == []


@each_notebook
def test_the_answers_of_cells_stay_when_a_student_has_moved_the_labs(page):
    """A lab keeps what the student did, until its cell is run; a question that asks the lab on the
    screen follows it. Numbers that are printed, and those of predictions, do neither. The cells are
    run from the last one to the first, so that each finds the labs as they were moved."""
    first = {cell: page.run(cell) for cell in page.cells}
    fixed = {cell: answers(page, cell, whole) for cell, whole in first.items()}
    move(page)
    others = [f"{cell}: {now} instead of {fixed[cell]}" for cell in reversed(page.cells)
              if (now := answers(page, cell, page.run(cell))) != fixed[cell]]
    assert others == []
    assert page.out_of_step() == []


def answers(page: Page, cell: str, whole: list[object]) -> list[object]:
    """Of what a cell said: what follows no lab of the page."""
    printed, *rest = whole
    return [printed, *(words for words, (thing, _) in zip(rest, page.shown[cell], strict=True)
                       if lab_of(thing) is None and getattr(thing, "about", None) is None)]
