"""The one-neuron lab: a weight, an activation, one point, and SGD.

    from mlp_widgets import OneNeuronLab
    lab = OneNeuronLab()                      # show it: put `lab` last in a cell
    lab.w = -1                                # the same as moving the slider
    lab.z, lab.g, lab.loss, lab.gradient["w"]

Source: MIT 6.390, Lecture 6 "Neural Networks II", one neuron on the point (x, y) = (3, 6).
"""

from __future__ import annotations

from typing import ClassVar

from ...drawing.neuron import ActivationPicture, LossPicture
from ...text import number
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Section, stack
from ...widgets.parameter_table import Group
from ...widgets.presets import Preset
from . import scenes, words
from .numbers import ACTIVATIONS, PRESETS, Numbers, OneNeuronState

TITLES = {"linear": "linear w = 1.5", "relu": "ReLU w = 1.5", "dead": "ReLU w = −1"}


class OneNeuronLab(Lab[OneNeuronState, Numbers]):
    """z = w x, g = f(z), L = (g - y)²: the lab as a widget and as an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in
    one sentence, on what is not allowed.
    """

    state_type = OneNeuronState
    title = "One neuron"
    objective = "L"
    presets: ClassVar = {
        name: Preset(values, TITLES[name], name, "The lecture's example on the point (3, 6)")
        for name, values in PRESETS.items()
    }
    slots = (
        Slot("activation", ActivationPicture, scenes.activation, "The activation with its slope"),
        Slot("loss", LossPicture, scenes.loss, "The loss over w, with the steps of SGD",
             progress=True, covered=scenes.loss_alone),
    )

    def compute(self, state: OneNeuronState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def z(self) -> float:
        """z = w x."""
        return self.numbers.z

    @property
    def g(self) -> float:
        """g = f(z), the output of the neuron."""
        return self.numbers.g

    @property
    def lines(self) -> dict[str, str]:
        """How z, g, L and ∂L/∂w are computed: symbols, numbers put in, result."""
        return words.lines(self.numbers)

    # -- words ----------------------------------------------------------------------------------

    def describe(self) -> str:
        """Where z is, what the slope is there, and what SGD does with w."""
        return words.describe(self.numbers)

    def preset_title(self, name: str) -> str:
        """The text of its button."""
        return TITLES[name]

    def groups(self) -> tuple[Group, ...]:
        """One row."""
        return (Group("One neuron <small>z = w·x, g = f(z)</small>", ("w",)),)

    def descent_title(self, state: OneNeuronState) -> str:
        """SGD, because there is one point."""
        return "SGD <small>w ← w − η ∂L/∂w</small>"

    def steps_changed_nothing(self, numbers: Numbers) -> str:
        """What is said of steps that left w as it was."""
        return words.still_the_same(numbers)

    # -- where things stand -----------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """L with its formula."""
        return "L = (g − y)²", number(numbers.loss, 5)

    def layout(self) -> list[Section]:
        """The neuron; and the loss over w, on which SGD descends."""
        control = self.control
        assert self.table and self.descent
        self.blocks["board"] = self.text(words.board, "mlp-board", words.board_covered)
        return [
            Section("Neuron", ("activation",), [stack(
                self.table.widget, control("x").widget, control("y").widget,
                control("activation").widget, self.blocks["board"])]),
            Section("Loss and SGD", ("loss",), [stack(self.descent.widget)]),
        ]

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        s = self.state
        values = {"w": s.w, "x": s.x, "y": s.y, "z": self.z, "g": self.g, "L": self.loss}
        return [("", "", "value"), *((name, "", number(v)) for name, v in values.items()),
                ("∂L/∂w", "", self.told(self.gradient["w"])),
                ("learning rate η", "", number(s.learning_rate))]

    def table_notes(self) -> tuple[str, ...]:
        """The formulas, the gradient's with its numbers."""
        symbols, _, result = self.lines["∂L/∂w"].partition(" = ")[2].partition(" = ")
        result = "?" if self.state.covered else result
        return ("z = w·x,   g = f(z),   L = (g − y)²", f"∂L/∂w = {symbols}",
                f"           = {result}", *super().table_notes())

    def snapshot_rows(self) -> list:
        """Numbers on the left, both pictures on the right."""
        height = sum(picture.height for picture in self.pictures_in_view)
        return [[self.table_picture(300, height), self.pictures_in_view]]

    @property
    def picture_title(self) -> str:
        """With the activation."""
        return f"{self.title}: {ACTIVATIONS[self.state.activation]}"
