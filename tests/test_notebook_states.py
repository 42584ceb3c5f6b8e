"""No cell of a notebook moves a lab that stands in the page: Run All leaves it as it was shown.

All parts of a lab share one state. A later cell that moves it would change what stands beside an
earlier text, so numbers of other settings come from labs that are not shown. And a question is
about a lab that stands beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mlp_widgets import Lab, Poll
from mlp_widgets.fields import State, declared
from mlp_widgets.widgets.part import Part

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
CALLS_OF_IPYTHON = ("%", "!", "get_ipython")

@dataclass
class Shown:
    """What a cell left in the page, and the state that its lab had then."""

    cell: int
    thing: object
    lab: Lab | None
    state: object


@dataclass
class Run:
    """All cells of a notebook, run in order without Jupyter."""

    shown: list[Shown] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    """The cells that changed the state of a lab after it was shown."""

    def cells(self, sources: list[str]) -> Run:
        """Run them in one namespace."""
        names: dict[str, Any] = {"__name__": "__main__", "display": self.display}
        for self.cell, source in enumerate(sources):
            if not any(line.lstrip().startswith(CALLS_OF_IPYTHON) for line in source.splitlines()):
                self.display(value_of(source, names))
            self.moved += [
                f"cell {self.cell} moves the lab that cell {shown.cell} shows: {shown.lab!r}"
                for shown in self.labs if bare(shown.lab.state) != shown.state]
        return self

    def display(self, *things: object) -> None:
        """Note what is shown, and the state of its lab."""
        for thing in things:
            lab = lab_of(thing)
            self.shown.append(Shown(self.cell, thing, lab, lab and bare(lab.state)))

    @property
    def labs(self) -> list[Shown]:
        """The labs and parts of labs that were shown."""
        return [shown for shown in self.shown if shown.lab is not None]

    def lost_questions(self) -> list[str]:
        """Questions about a lab that stands neither right before nor right after them, nor in
        their cell."""
        found = []
        for poll in (shown for shown in self.shown if isinstance(shown.thing, Poll)):
            before = [shown.lab for shown in self.labs if shown.cell <= poll.cell][-1:]
            after = [shown.lab for shown in self.labs if shown.cell > poll.cell][:1]
            about = poll.thing.about
            if about is not None and not any(about is lab for lab in before + after):
                found.append(f"cell {poll.cell}: {poll.thing!r}")
        return found


def value_of(source: str, names: dict[str, Any]) -> object:
    """Run a cell; the value of the expression that ends it, as Jupyter shows it."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return None if source.rstrip().endswith(";") else value


def lab_of(thing: object) -> Lab | None:
    """The lab that is shown, or of which a part is."""
    if isinstance(thing, Part):
        thing = thing._host
    return thing if isinstance(thing, Lab) else None


def bare(state: State) -> State:
    """A state without the cover that a question lays on its lab, and takes away."""
    return state.changed(covered=False) if "covered" in declared(type(state)) else state


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def notebook(request) -> Run:
    cells = nbformat.read(request.param, as_version=4).cells
    run = Run().cells([cell.source for cell in cells if cell.cell_type == "code"])
    assert run.labs
    yield run
    for lab in {id(shown.lab): shown.lab for shown in run.labs}.values():
        lab.close()


def test_no_cell_moves_a_lab_that_is_shown(notebook):
    assert notebook.moved == []


def test_a_question_stands_beside_the_lab_that_it_is_about(notebook):
    assert notebook.lost_questions() == []


# --- can these tests fail? ---

MADE = "from mlp_widgets import OneNeuronLab, will_move\nlab = OneNeuronLab()"


@pytest.mark.parametrize(("cells", "finds"), [
    ([MADE, "lab.part('w')", "lab.w = 1"], True),
    ([MADE, "lab.part('w')", "lab.w = 1", "lab.reset()"], True),
    ([MADE, "display(lab)", "lab.step()"], True),
    ([MADE, "lab.w = 1\nlab", "lab.step(0)"], False),
    ([MADE, "lab;", "lab.w = 1"], False),
    ([MADE, "other = OneNeuronLab(w=1)\nlab", "other.step(5)"], False),
])  # fmt: skip
def test_a_lab_that_was_moved_is_found(cells, finds):
    assert bool(Run().cells(cells).moved) is finds


@pytest.mark.parametrize(("cells", "problems"), [
    ([MADE, "lab.part('w')", "will_move(lab, 'w')"], 0),
    ([MADE, "will_move(lab, 'w')", "lab"], 0),
    ([MADE, "OneNeuronLab()", "display(will_move(lab, 'w'))\nlab"], 0),
    ([MADE, "will_move(lab, 'w')"], 1),
    ([MADE, "lab", "OneNeuronLab()", "will_move(lab, 'w')", "OneNeuronLab()"], 1),
])  # fmt: skip
def test_a_question_about_a_lab_that_is_elsewhere_is_found(cells, problems):
    assert len(Run().cells(cells).lost_questions()) == problems


def test_a_cell_shows_the_value_that_ends_it():
    names: dict[str, Callable | int] = {}
    assert value_of("x = 2\nx + 1", names) == 3
    assert value_of("x + 1;", names) is None
    assert value_of("y = x", names) is None and names["y"] == 2
