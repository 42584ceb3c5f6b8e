"""The computational-graph lab: how a derivative walks backwards through an expression.

    from mlp_widgets import ComputationalGraphLab
    lab = ComputationalGraphLab()                      # the linear regressor on the point (3, 6)
    lab.graph = "two"                                  # two hidden ReLU neurons
    lab.expression = "relu(w*x)*v"                     # an expression of one's own
    lab.gradient["w"], lab.checks()

Source: MIT 6.390, "Neural Networks II" (Fall 2025: computational graphs); CMU 10-315, "Neural
Networks".
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from ...drawing.graph import GraphPicture
from ...drawing.picture import Picture
from ...explain.notation import Notation
from ...fields import PARAMETER
from ...text import number
from ...widgets.blocks import COVERED
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Fold, Section, stack
from ...widgets.parameter_table import Group
from ...widgets.presets import Preset
from ...widgets.stepper import STRIPES, YELLOW, Stepper
from . import scenes, words
from .layered import HEIGHT, WIDTH
from .numbers import (
    OWN,
    PRESETS,
    TITLES,
    Check,
    GraphState,
    Numbers,
    names_of_role,
    numbers_of,
)

CLASSES = ("linear", "logistic", "relu-off", "two", "three", "own", "twice", "skip")


class GraphStepper(Stepper):
    """Walks from node to node."""

    legend = f"{YELLOW}: the circle of the step and its wires; {STRIPES}: the circles that it uses."

    def notation(self, numbers: Numbers) -> Notation:
        """The names of the nodes."""
        return numbers.graph.notation


class ComputationalGraphLab(Lab[GraphState, Numbers]):
    """Operations as circles, values and derivatives on wires: the lab as a widget and an object.

    ``graph`` is one of five networks, or "own": then ``expression`` is drawn, which is read word by
    word and never evaluated. ``gradient`` has ∂L/∂θ of the parameters of the graph. Every argument
    is a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in one sentence, on
    what is not allowed.
    """

    state_type = GraphState
    title = "Computational graph"
    objective = "L"
    stepper_type = GraphStepper
    presets: ClassVar = {
        name: Preset(values, name, css)
        for (name, values), css in zip(PRESETS.items(), CLASSES, strict=True)}
    slots = (
        Slot("diagram", partial(GraphPicture, WIDTH, HEIGHT), scenes.graph,
             "The computational graph with its numbers", also=("operation", "local"),
             covered=scenes.covered, halves="60-40"),
    )

    def compute(self, state: GraphState) -> Numbers:
        """All numbers of a state."""
        return numbers_of(state)

    # -- from code ----------------------------------------------------------------------------

    def checks(self) -> list[Check]:
        """Each derivative by the backward pass and by a complex step."""
        return self.numbers.checks()

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """L, and why derivatives are 0."""
        return words.describe(self.numbers)

    def descent_title(self, state: GraphState) -> str:
        """The rule of a step; x and y stay as they are."""
        return "Gradient descent <small>θ ← θ − η ∂L/∂θ</small>"

    def groups(self) -> tuple[Group, ...]:
        """One group: a graph uses some of the rows."""
        return (Group("Parameters", tuple(names_of_role(PARAMETER))),)

    # -- where things stand -------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """L."""
        return words.formula(numbers.state), number(numbers.loss, 5)

    def layout(self) -> list[Section]:
        """The graph over the whole width; below it the parameters, and what graph it is."""
        assert self.table and self.stepper and self.descent
        control = self.control
        self.blocks["check"] = self.text(words.check, covered=COVERED)
        folds = self.folds(
            Fold("Step by step", "stepper", [self.stepper.widget]),
            Fold("Check", "check", [self.blocks["check"]]),
            Fold("Descent", "descent", [self.descent.widget]))
        return [Section("Graph", ("diagram",), [
            self.table.widget,
            stack(control("graph").widget, control("expression").widget, control("x").widget,
                  control("y").widget, control("local").widget)], wide=4, folds=folds)]

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        data = [(name, number(getattr(self.state, name)), "") for name in ("x", "y")
                if name in self.state.names]
        return [*super().table_rows(), *data]

    def table_notes(self) -> tuple[str, ...]:
        """Which graph it is."""
        return self._what(), *super().table_notes()

    def _what(self) -> str:
        state = self.state
        return f"L = {words.written(state)}" if state.graph == OWN else TITLES[state.graph]

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The graph, and its numbers below."""
        return [[*self.pictures_in_view], [self.table_picture(WIDTH // 2, 300)]]
