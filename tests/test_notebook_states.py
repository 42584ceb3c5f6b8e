"""No cell of a notebook moves a lab that stands in the page: Run All leaves it as it was shown.

All parts of a lab share one state. A later cell that moves it would change what stands beside an
earlier text, so numbers of other settings come from labs that are not shown. And a question is
about a lab that stands beside it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
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
    texts: dict[int, str] = field(default_factory=dict)
    """What the notebook says since the lab before, for each cell of code."""

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

    def contradictions(self) -> list[str]:
        """Numbers that a text claims of a lab, and that its lab below does not have."""
        return [f"{symbol} = {value:g}"
                for shown in self.labs
                for symbol, value, now in claims(self.texts.get(shown.cell, ""), shown.state)
                if now != value]

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


HELD_BACK = re.compile(r"<details>.*?</details>|^\*\*(?:Predict|Try|Then)\b.*?(?:\n\n|\Z)"
                       r"|(?:[^.?!]|\.\d)*\?|\*\*[^*]*\*\*", re.S | re.M)
"""What a text does not say of the lab as it stands: answers, questions, what to try, buttons."""
OF_ANOTHER_LAB = {
    "03_three_neuron": {"b₁₁ = -15"},  # "a dead neuron": what if
    "06_sigmoid_features": {"w₁₂₁ = 1.5", "w₁₂₂ = -0.5"},  # the button Twins below shows it
    "08b_chain_backward": {"w₃ = 0"},  # the student moves it there after the question
    "08d_chain_generic_layer": {"x = 2"},  # three layers as functions, without a lab
    "08f_chain_remedies": {"w = -0.4", "w₁₀ = 1.5"},  # numbers first; the state of a preset
}
"""Numbers that a text gives, and says that they are not those of the lab below it."""


def claims(text: str, state: State) -> Iterator[tuple[str, float, object]]:
    """Of each number that a text gives for a field of a lab, as in "w₂¹ = −1": the symbol, the
    number, and what the lab has. "w · x = 4.5" says nothing of x, and "∂L/∂w = 2" nothing of w."""
    said = HELD_BACK.sub("", text)
    for name, declaration in declared(type(state)).items():
        symbol = getattr(declaration, "symbol", "") or name
        equation = rf"(?<!cdot )(?<![·+−/] )(?<![\w∂/]){re.escape(symbol)} = (−?\d+(?:\.\d+)?)"
        for found in re.finditer(equation, said):
            yield symbol, float(found[1].replace("−", "-")), getattr(state, name)


def lab_of(thing: object) -> Lab | None:
    """The lab that is shown, or of which a part is."""
    if isinstance(thing, Part):
        thing = thing._host
    return thing if isinstance(thing, Lab) else None


def bare(state: State) -> State:
    """A state without the cover that a question lays on its lab, and takes away."""
    return state.changed(covered=False) if "covered" in declared(type(state)) else state


def texts_above(cells: list[Any], labs: set[int]) -> dict[int, str]:
    """For each cell of code what is written above it, back to the cell that shows a lab."""
    texts, text, code = {}, "", -1
    for cell in cells:
        if cell.cell_type == "markdown":
            text += f"{cell.source}\n\n"
        else:
            code += 1
            texts[code], text = text, "" if code in labs else text
    return texts


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def notebook(request) -> Run:
    cells = nbformat.read(request.param, as_version=4).cells
    run = Run().cells([cell.source for cell in cells if cell.cell_type == "code"])
    assert run.labs
    run.texts = texts_above(cells, {shown.cell for shown in run.labs})
    yield run
    for lab in {id(shown.lab): shown.lab for shown in run.labs}.values():
        lab.close()


def test_no_cell_moves_a_lab_that_is_shown(notebook):
    assert notebook.moved == []


def test_a_question_stands_beside_the_lab_that_it_is_about(notebook):
    assert notebook.lost_questions() == []


def test_what_a_text_says_of_the_lab_below_is_what_the_lab_shows(notebook, request):
    name = request.node.callspec.params["notebook"].stem
    assert set(notebook.contradictions()) == OF_ANOTHER_LAB.get(name, set())


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


@pytest.mark.parametrize(("text", "found"), [
    ("Here w = −1.5 and x = 3.", [("w", -1.5), ("x", 3)]),
    ("Here ∂L/∂w = 2, w · x = 4.5 and g − y = 1.", []),
    ("Now w = 2.\n\n**Predict:** L at w = −1.\n\nAnd x = 3.", [("w", 2), ("x", 3)]),
    ("What is L at w = −1? It is small at w = 2.", [("w", 2)]),
    ("<details><summary>Explain</summary>\n\nAt w = 2\n\n</details>\n\n**w = 0** is", []),
])  # fmt: skip
def test_what_a_text_claims_is_found(text, found):
    state = Run().cells([MADE, "lab"]).labs[0].state
    assert [claim[:2] for claim in claims(text, state)] == found


def test_a_text_that_contradicts_its_lab_is_found():
    cells = [nbformat.v4.new_code_cell(MADE), nbformat.v4.new_markdown_cell("Here w = 2, x = 3."),
             nbformat.v4.new_code_cell("lab")]
    run = Run().cells([MADE, "lab"])
    run.texts = texts_above(cells, {1})
    assert run.contradictions() == ["w = 2"]


def test_a_cell_shows_the_value_that_ends_it():
    names: dict[str, Callable | int] = {}
    assert value_of("x = 2\nx + 1", names) == 3
    assert value_of("x + 1;", names) is None
    assert value_of("y = x", names) is None and names["y"] == 2
