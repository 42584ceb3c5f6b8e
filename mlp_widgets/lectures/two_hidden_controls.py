"""The controls of the two-hidden-neuron lab: widgets, where they stand, and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..drawing.numbers import number, symbol
from ..widgets.lab_controls import LabControls
from ..widgets.layout import column, heading, line
from ..widgets.present import folded, presets
from ..widgets.rows import NumberRow
from ..widgets.stepper import Stepper
from . import two_hidden_views as views
from .descent_controls import DescentControls
from .two_hidden_model import OTHERS, PARAMETERS, PRESETS, other_skip

if TYPE_CHECKING:
    from .two_hidden import TwoHiddenLab

RANGES = {"x": (-5.0, 5.0, 0.1), "y": (-10.0, 10.0, 0.1)}
HEADINGS = {
    False: '<div class="mlp-heading">SGD <small>w ← w − η ∂L/∂w</small></div>',
    True: '<div class="mlp-heading">Gradient descent <small>w ← w − η ∂J/∂w, J over all points'
          "</small></div>",
}
CLASSES = ("worked", "weight", "neuron-dead", "output-dead", "skip-z", "skip-a")


def _point_text(points: tuple[tuple[float, float], ...]) -> str:
    return "(x, y) and " + ", ".join(f"({number(x)}, {number(y)})" for x, y in points)


class Controls(LabControls):
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: TwoHiddenLab) -> None:
        super().__init__(lab, zip(PRESETS, PRESETS, CLASSES, strict=True))
        self.revive = lab.button("Can it revive?", "mlp-revive", lab.revive,
                                 tooltip="Take 100 steps and see whether a dead weight moves")
        self.descent = DescentControls(lab, "SGD", "learning rate η")
        self.stepper = Stepper(lab)
        self.board, self.blocked, self.product = (widgets.HTML() for _ in range(3))
        self.answered: tuple[str, object] = ("", None)
        self.board.add_class("mlp-board")
        self.rows = {name: NumberRow(name, name, *ends) for name, ends in RANGES.items()}
        for row in self.rows.values():
            row.connect(lab)
        self._make_choices()

    def _make_choices(self) -> None:
        """Output, skip, points, the weight that is explained, and the picture below."""
        self.output = self.drop("output", "output",
                                [("identity", "identity"), ("ReLU", "relu")], "160px")
        self.skip = self.drop("skip", "skip", [("none", "none"), ("z²", "z"), ("a¹", "a")],
                              "160px")
        self.others = self.drop("others", "points",
                                [("(x, y) only", ()), (_point_text(OTHERS), OTHERS)], "326px")
        self.explain = self.toggle(
            "explain", [(f"∂L/∂{symbol(name)}", name) for name in PARAMETERS], "96px")
        self.below = self.toggle("below", [("Curves of SGD", "curves"),
                                           ("The same weights, other skip", "beside")], "236px")

    def columns(self) -> list[widgets.Widget]:
        """The diagram over the whole width, controls on the left, explanations on the right."""
        lab = self.lab
        rows = [row.widget for row in self.rows.values()]
        self.words = widgets.HTML()
        return [
            column("whole", *presets(self.presets), lab.canvas.widget),
            column("left", lab.table.widget,
                   *folded(*rows, line(self.output, self.skip), self.others,
                           line(self.undo, self.reset, self.revive)),
                   self.board, self.blocked, *folded(*self.descent.rows)),
            column("right",
                   *folded(heading("Why is a gradient what it is?"), self.explain, self.product),
                   heading("Step by step"), *self.stepper.rows, self.below, self.words,
                   lab.lower.widget),
        ]

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        lab, state, solution = self.lab, self.lab.state, self.lab.solution
        lab.table.objective = "J" if state.others else "L"
        lab.table.show(state.parameters, solution.mean_gradient)
        for name, row in self.rows.items():
            row.show(getattr(state, name))
        self._show_points(state.others)
        for name in ("output", "skip", "explain", "below"):
            getattr(self, name).value = getattr(state, name)
        self.descent.show(state.learning_rate)
        self.stepper.show(solution.steps, state.operation)
        self.board.value = views.board(solution)
        self.blocked.value = self._answer() or views.blocked(solution)
        self.descent.title.value = HEADINGS[bool(state.others)]
        self.product.value = views.products(solution, state.explain)
        titles = {"curves": "Loss and weights since the last move by hand.",
                  "beside": views.SKIP_TITLES[other_skip(state).skip]
                  + ", gradients at the same weights."}
        self.words.value = f"<small>{titles[state.below]}</small>"

    def _show_points(self, others: tuple[tuple[float, float], ...]) -> None:
        """The dropdown, with an entry for points of the student's own."""
        options = [("(x, y) only", ()), (_point_text(OTHERS), OTHERS)]
        if others not in ((), OTHERS):
            options.append(("(x, y) and your own", others))
        if list(self.others.options) != options:
            self.others.options = options
        self.others.value = others

    def answer(self, text: str) -> None:
        """Show the answer to "Can it revive?" beside the button until the state changes."""
        self.answered = (text, self.lab.state)
        self.blocked.value = self._answer()

    def _answer(self) -> str:
        text, state = self.answered
        return f'<div class="mlp-blocked">{text}</div>' if state is self.lab.state and text else ""

    def gather(self) -> None:
        """Nothing is hidden: all parts stand in the widget."""
