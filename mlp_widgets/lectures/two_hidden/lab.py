"""The two-hidden-neuron lab: why a gradient is what it is, dead ReLUs, and what a skip changes.

    from mlp_widgets import TwoHiddenLab
    lab = TwoHiddenLab()                      # the lecture's worked example
    lab.w2_1 = 0.5                            # w₂¹: neuron 2, layer 1
    lab.gradient["w2_1"], lab.why_zero("w2_1")

Source: MIT 6.390, "Neural Networks II", Spring 2026 and Fall 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from ...drawing.curves import CurvesPicture
from ...drawing.diagram import DiagramPicture
from ...drawing.picture import Picture
from ...fields import Field, declared, one_of
from ...text import number, symbol, whole
from ...widgets import bare as widgets
from ...widgets.blocks import COVERED
from ...widgets.canvas import Slot
from ...widgets.controls import Control
from ...widgets.host import Host
from ...widgets.lab import Lab
from ...widgets.layout import Fold, Section, line, stack
from ...widgets.parameter_table import Group
from ...widgets.presets import Preset
from . import scenes, words
from .numbers import NOTATION, OTHERS, PRESETS, Numbers, TwoHiddenState

TRIED_STEPS = 100
WIDTH, HEIGHT = 696, 260
"""Of the diagram, CSS pixels."""
CLASSES = ("worked", "weight", "neuron-dead", "output-dead", "skip-z", "skip-a")
SYMBOLS = tuple(map(symbol, NOTATION.parameters))


class TwoHiddenLab(Lab[TwoHiddenState, Numbers]):
    """Two hidden ReLU neurons, g = f(z²) + skip, L = (g − y)²: the lab as a widget and an object.

    ``gradient`` is the mean over all points, ``gradient_at`` that at the point (x, y). Every
    argument is a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in one
    sentence, on what is not allowed.
    """

    state_type = TwoHiddenState
    title = "Two hidden neurons"
    objective = "L"
    presets: ClassVar[Mapping[str, Preset]] = {
        name: Preset(values, name, css)
        for (name, values), css in zip(PRESETS.items(), CLASSES, strict=True)}
    slots = (
        Slot("diagram", partial(DiagramPicture, WIDTH, HEIGHT), scenes.diagram,
             "The network with its numbers", also=("operation",),
             covered=scenes.diagram_of_values, halves="66-52"),
        Slot("curves", partial(CurvesPicture, SYMBOLS), scenes.curves, "The descent",
             progress=True, when=lambda state: state.below == "curves"),
        Slot("beside", partial(DiagramPicture, height=260), scenes.beside,
             "The network with another skip", when=lambda state: state.below == "beside",
             covered=COVERED),
    )

    def prepare(self) -> None:
        """No question was answered yet."""
        self._answer: tuple[str, TwoHiddenState | None] = ("", None)

    def compute(self, state: TwoHiddenState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code ------------------------------------------------------------------

    @property
    def gradient_at(self) -> dict[str, float]:
        """∂L/∂w of the four weights at the point (x, y)."""
        return dict(self.numbers.gradient_at)

    @property
    def values(self) -> dict[str, float]:
        """z, a, g, L and their gradients at the point (x, y), by the lecture's symbols."""
        return dict(self.numbers.values)

    def product(self, name: str) -> str:
        """∂L/∂w at the point (x, y) as the product along the path to w, or the sum of two."""
        one_of("weight", name, NOTATION.parameters)
        return words.product_line(self.numbers, name)

    # -- can it revive? ---------------------------------------------------------------------

    def revive(self) -> None:
        """Take 100 steps and say which of the weights without gradient moved; Rewind undoes it."""
        assert self.descent
        self.descent.stop()
        with self._lock:
            before, problem = self.numbers, ""
            if before.dead_weights:
                self.descent.begin_here()  # so that Rewind goes back to here
                problem = self._try_steps()
            text = words.revival(before, self.parameters, len(self.path) - 1)
            self._answer = (text, self.state)
            self.refresh()
            self.show_status(text)
            self.show_error(problem)

    def _try_steps(self) -> str:
        """The steps themselves, so that the curves show them; too large a rate ends them early, and
        is what is returned, in words."""
        try:
            self.step(TRIED_STEPS)
        except ArithmeticError as error:
            return str(error)
        return ""

    def _blocked(self, numbers: Numbers) -> str:
        """What gets no update; or the answer to "Can it revive?", until the state changes."""
        text, state = self._answer
        if state is numbers.state:
            return f'<div class="mlp-blocked">{text}</div>'
        return words.blocked(numbers)

    # -- words ------------------------------------------------------------------------------

    def describe(self) -> str:
        """The loss, and which weights get no update, with the reasons."""
        return words.describe(self.numbers)

    def groups(self) -> tuple[Group, ...]:
        """The two layers."""
        return (
            Group("Layer 1 <small>zⱼ¹ = wⱼ¹·x, aⱼ¹ = ReLU(zⱼ¹)</small>", ("w1_1", "w2_1")),
            Group("Layer 2 <small>z² = w₁²a₁¹ + w₂²a₂¹</small>", ("w1_2", "w2_2")),
        )

    def objective_of(self, state: TwoHiddenState) -> str:
        """J over several points, L of one."""
        return "J" if state.others else "L"

    def descent_title(self, state: TwoHiddenState) -> str:
        """SGD with one point, gradient descent with several."""
        return words.descent_title(state)

    # -- where things stand -----------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """L at the point (x, y)."""
        return "L = (g − y)²", number(numbers.values["L"], 5)

    def layout(self) -> list[Section]:
        """The diagram over the whole width; below it weights, point and explanations."""
        control = self.control
        others = self._part(PointsControl(declared(TwoHiddenState)["others"], self))
        revive = self.button("Can it revive?", "mlp-revive", self.revive,
                             tooltip="Take 100 steps and see whether a dead weight moves")
        assert self.table and self.descent and self.stepper
        self.controls["others"] = others
        why = [control("explain").widget, self.text(words.product_board, covered=COVERED)]
        self.blocks |= {
            "board": self.text(words.board, "mlp-board"), "why": stack(*why),
            "blocked": stack(self.text(self._blocked, covered=COVERED), line(revive)),
        }
        folds = self.folds(
            Fold("Step by step", "stepper", [self.stepper.widget]),
            Fold("Why this gradient?", "why", [self.blocks["why"]]),
            # the status line has the reasons at first sight: once is enough
            Fold("What is dead?", "dead", [self.blocks["blocked"]]),
            Fold("More points", "points", [others.widget]))
        return [
            Section("Network", ("diagram",), [
                stack(self.table.widget, control("x").widget, control("y").widget,
                      line(control("output").widget, control("skip").widget)),
                folds], wide=4),
            Section("Descent and skip", ("curves", "beside"), [stack(
                control("below").widget, self.text(words.below),
                self.folds(Fold("Descent", "descent", [self.descent.widget])),
                self.blocks["board"])]),
        ]

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel, at the point (x, y)."""
        s, v = self.state, self.values
        rows = [("weight", "value", "∂L/∂w")]
        rows += [(symbol(name), number(value), self.told(self.gradient_at[name]))
                 for name, value in self.parameters.items()]
        return [*rows, ("", "", ""), ("x", "", number(s.x)), ("y", "", number(s.y)),
                ("g", "", whole(v["g"])), ("L", "", whole(v["L"]))]

    def table_notes(self) -> tuple[str, ...]:
        """How g comes from z²."""
        return (words.formula(self.state), *super().table_notes())

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The diagram; below it the numbers, and the curves or the other diagram."""
        diagram, *below = self.pictures_in_view
        return [[diagram], [self.table_picture(338, 420), *below]]


class PointsControl(Control):
    """The list of points: (x, y) only, with the two of ``OTHERS``, or with the student's own."""

    def __init__(self, of: Field, host: Host) -> None:
        super().__init__(of, host)
        self.widget = widgets.Dropdown(description=of.symbol, options=self._options(()))
        self.widget.add_class("mlp-choice")
        self.connect(self.widget, f"mlp-{of.name}")

    def _options(self, others: tuple) -> list[tuple[str, tuple]]:
        own = [] if others in ((), OTHERS) else [("(x, y) and your own", others)]
        return [("(x, y) only", ()), (words.points(OTHERS), OTHERS), *own]

    def refresh(self, state: TwoHiddenState, numbers: object = None) -> None:
        """The points of the state, with an entry of their own if the list has none."""
        options = self._options(state.others)
        if list(self.widget.options) != options:
            self.widget.options = options
        self.widget.value = state.others
