"""The one-neuron lab: a weight, an activation, one point, and SGD.

    from mlp_widgets import OneNeuronLab
    lab = OneNeuronLab()                      # show it: put `lab` last in a cell
    lab.w = -1                                # the same as moving the slider
    lab.z, lab.g, lab.loss, lab.gradient["w"]

Source: MIT 6.390, Lecture 6 "Neural Networks II", one neuron on the point (x, y) = (3, 6).
"""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets as widgets

from ..core import Network
from ..drawing.neuron import ActivationPicture, LossPicture
from ..drawing.numbers import number
from ..drawing.table import TablePicture
from ..widgets.canvas import Canvas, Drawing, composite_png
from ..widgets.lab_controls import LabControls
from ..widgets.layout import column, heading, line
from ..widgets.parameters import Group, ParameterTable
from ..widgets.present import folded, presets
from ..widgets.rows import NumberRow
from .checks import add_fields, check_choice, check_scale
from .descent_controls import DescentControls
from .descent_lab import LARGEST, DescentLab
from .one_neuron_model import (
    ACTIVATION_NAMES,
    PRESETS,
    W_REACH,
    OneNeuronState,
    Solution,
    named,
)

GROUP = Group("One neuron <small>z = w·x, g = f(z)</small>", ("w",))
NUMBERS = {"w": LARGEST, "x": 1e9, "y": 1e9, "learning_rate": LARGEST}
TITLES = {"identity": "identity (linear)", "relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh",
          "threshold": "hard threshold", "leaky_relu": "leaky ReLU"}
PRESET_TITLES = {"linear": "linear w = 1.5", "relu": "ReLU w = 1.5", "dead": "ReLU w = −1"}
PRESET_TOOLTIP = "The lecture's example on the point (3, 6)"


class OneNeuronLab(DescentLab):
    """The lab as a widget and as an object: w, x, y are attributes, ``repr`` rebuilds it.

    z = w x, g = f(z), L = (g - y)². Every argument is a keyword: ``w``, ``x``, ``y``;
    ``activation``, one of identity, relu, sigmoid, tanh, threshold, leaky_relu;
    ``learning_rate``, the η of SGD; ``scale``, pixels drawn per CSS pixel. Raises ValueError, in
    one sentence, on anything else.
    """

    numbers = NUMBERS
    undoable = ("w", "x", "y", "activation")
    loss_symbol = "L"

    def __init__(self, *, w: float = 1.5, x: float = 3.0, y: float = 6.0,
                 activation: str = "identity", learning_rate: float = 0.01,
                 scale: float = 2.0) -> None:
        self.scale = check_scale(scale)
        super().__init__(OneNeuronState(w, x, y, activation, learning_rate))
        self._build()

    def _build(self) -> None:
        """Pictures, controls and their connections; made once."""
        self.table = ParameterTable([GROUP], objective="L")
        self.pictures = (ActivationPicture(scale=self.scale), LossPicture(scale=self.scale))
        self.canvas = Canvas(self.pictures, "mlp-picture-lab",
                             "The activation with its slope, and the loss over w")
        self.controls = Controls(self)
        self.assemble(*self.controls.columns())

    # -- numbers from code ------------------------------------------------------------------

    @property
    def z(self) -> float:
        """z = w x."""
        return self.solution.z

    @property
    def g(self) -> float:
        """g = f(z), the output of the neuron."""
        return self.solution.g

    @property
    def gradient(self) -> dict[str, float]:
        """∂L/∂w, by the name of the parameter."""
        return self.solution.gradient

    @property
    def lines(self) -> dict[str, str]:
        """How z, g, L and ∂L/∂w are computed: symbols, numbers put in, result."""
        return dict(self.solution.lines)

    def path_key(self, state: OneNeuronState) -> object:
        """A path belongs to the point and the activation."""
        return state.x, state.y, state.activation

    def named(self, network: Network) -> dict[str, float]:
        """The one parameter of a network by name."""
        return named(network)

    # -- actions ----------------------------------------------------------------------------

    def stayed(self) -> str:
        """What is said of steps that changed nothing."""
        return f"of SGD w is still exactly {number(self.w)}"

    def preset(self, name: str) -> None:
        """Load one of the lecture's examples: "linear", "relu" (w = 1.5) or "dead" (w = −1)."""
        check_choice("preset", name, tuple(PRESETS))
        self._load(PRESETS[name])
        self.say(f"Preset {PRESET_TITLES[name]}. " + self.describe())

    # -- what Panel asks for ----------------------------------------------------------------

    def solve(self, state: OneNeuronState) -> Solution:
        """All numbers of a state; ValueError says which field is not allowed."""
        self.check_numbers(state)
        check_choice("activation", state.activation, ACTIVATION_NAMES)
        return Solution(state)

    def frames(self, state: OneNeuronState, s: Solution) -> Iterator:
        """f and f′ with the present z, and L over w."""
        (activation, loss), path = self.pictures, self.path_to(state, s)
        moved = (state.w, self.path_key(state))
        yield self.canvas, [
            Drawing(activation, moved, s.activation_view),
            Drawing(loss, (moved, self.path_name(path)), lambda: s.loss_view(path)),
        ]

    def describe(self) -> str:
        """Where z is, what the slope is there, and what SGD does with w."""
        where, zeros = self._where(), self.solution.zero_factors
        if zeros == ["f′(z)"]:
            return f"{where}, so ∂L/∂w = 0 and SGD never moves w."
        return f"{where}. {self._consequence(zeros)}"

    def _where(self) -> str:
        """The side of z, and what the activation does there."""
        z, slope, name = self.z, number(self.solution.slope), self.state.activation
        sign = "<" if z < 0 else ">" if z > 0 else "="
        place = f"z = {number(z)}" + (f" {sign} 0" if z else "")
        if name == "threshold":
            return f"{place}: the hard threshold has slope 0 everywhere, f′(z) = 0"
        if name in ("relu", "leaky_relu") and z == 0:
            return f"{TITLES[name]} is on the kink (z = 0, slope 1), f′(z) = 1"
        if name == "relu":
            return f"{place}: the ReLU is {'on' if z > 0 else 'off'}, f′(z) = {slope}"
        if name in ("sigmoid", "tanh") and self.solution.slope < 0.01:
            return f"{place}: the {name} is flat here (saturated), f′(z) = {slope}"
        return f"{place}: f′(z) = {slope}"

    def _consequence(self, zeros: list[str]) -> str:
        """What SGD does with w, and why if it does nothing."""
        gradient = self.gradient["w"]
        if zeros == ["g − y"]:
            return "g = y: the error is 0, so ∂L/∂w = 0 and SGD has arrived."
        if gradient == 0:
            why = " and ".join(f"{name} = 0" for name in zeros) or "the product is too small"
            return f"Because {why}, ∂L/∂w = 0 and SGD never moves w."
        return (f"∂L/∂w = {number(gradient)}, so L falls when w "
                f"{'grows' if gradient < 0 else 'shrinks'}.")

    def snapshot(self) -> bytes:
        """The lab as one picture: numbers on the left, both pictures on the right."""
        with self._lock:
            return composite_png([self._numbers_picture(), self.canvas.pictures])

    def _numbers_picture(self) -> TablePicture:
        """The panel's numbers as a picture, for viewers without a kernel."""
        s, g = self.state, self.gradient["w"]
        values = {"w": s.w, "x": s.x, "y": s.y, "z": self.z, "g": self.g, "L": self.loss,
                  "∂L/∂w": g, "learning rate η": s.learning_rate}
        rows = [("", "", "value"), *((name, "", number(v)) for name, v in values.items())]
        symbols, _, result = self.lines["∂L/∂w"].partition(" = ")[2].partition(" = ")
        notes = ("z = w·x,   g = f(z),   L = (g − y)²", f"∂L/∂w = {symbols}",
                 f"           = {result}", "Run this notebook to move the sliders.")
        height = sum(picture.height for picture in self.pictures)
        title = f"One neuron: {TITLES[s.activation]}"
        return TablePicture(title, rows, notes, 300, height, self.scale)

    def __repr__(self) -> str:
        state = self.state
        given = {name: float(getattr(state, name)) for name in ("w", "x", "y")}
        options = {
            "activation": (state.activation, "identity"),
            "learning_rate": (float(state.learning_rate), 0.01),
            "scale": (self.scale, 2.0),
        }
        return self._call(given, options)


add_fields(OneNeuronLab, OneNeuronState)


class Controls(LabControls):
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: OneNeuronLab) -> None:
        super().__init__(lab, [(name, title, name, PRESET_TOOLTIP)
                               for name, title in PRESET_TITLES.items()])
        self.board = widgets.HTML()
        self.board.add_class("mlp-board")
        self.activation = self.drop("activation", "activation f",
                                    [(TITLES[name], name) for name in ACTIVATION_NAMES], "240px")
        self.data = {name: NumberRow(name, name, -end, end, 0.1, slider_width=100)
                     for name, end in (("x", 5.0), ("y", 10.0))}
        for row in self.data.values():
            row.connect(lab)
        lab.table.set_ranges({"w": (-W_REACH, W_REACH, 0.05)})
        lab.table.connect(lab)
        self.descent = DescentControls(lab, "SGD <small>w ← w − η ∂L/∂w</small>",
                                       "learning rate η")

    def columns(self) -> list[widgets.Widget]:
        """Controls and numbers beside the pictures, or below each other if narrow."""
        lab, rows = self.lab, [row.widget for row in self.data.values()]
        return [
            column("left", *presets(self.presets), lab.table.widget,
                   *folded(heading("One point <small>SGD never changes x and y</small>"), *rows,
                           line(self.activation), line(self.undo, self.reset))),
            column("right", lab.canvas.widget),
            column("left", self.board, *folded(*self.descent.rows)),
        ]

    # -- showing ----------------------------------------------------------------------------

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        lab, state = self.lab, self.lab.state
        lab.table.show(state.parameters, lab.gradient)
        for name, row in self.data.items():
            row.show(getattr(state, name))
        self.activation.value = state.activation
        self.descent.show(state.learning_rate)
        self.board.value = self._board()

    def gather(self) -> None:
        """Nothing is ever hidden here."""

    def _board(self) -> str:
        """The lines of z, g, L and ∂L/∂w; a factor that makes the gradient 0 is bold and named."""
        lines = self.lab.lines
        before, _, loss = lines["L"].rpartition(" = ")
        symbols, _, numbers = lines["∂L/∂w"].partition("2(g − y)")
        zeros = self.lab.solution.zero_factors
        names = " and ".join(f"{name} = 0" for name in zeros)
        mark = f"<br>&emsp;&emsp;<b>← {names}</b>" if zeros else ""
        rows = (lines["z"], lines["g"],
                f'{before} = <b class="mlp-mse-now">{loss}</b>',
                f"{symbols}2(g − y)", f"&emsp;&emsp;{_zeros_bold(numbers, zeros)}{mark}")
        # the last row has room for two lines: the mark, or the end of a product of many digits
        style = "white-space:normal;overflow-wrap:anywhere;vertical-align:top;height:"
        body = "".join(f'<tr><td style="{style}{height}px">{row}</td></tr>'
                       for row, height in zip(rows, (19, 19, 19, 19, 38), strict=True))
        return f"<table>{body}</table>"


def _zeros_bold(text: str, zeros: list[str]) -> str:
    """ " = x · f′ · 2(g − y) = result" with its zero factors bold."""
    product, _, result = text.rpartition(" = ")
    factors = product.removeprefix(" = ").split(" · ")
    marked = [f"<b>{factor}</b>" if name in zeros else factor
              for name, factor in zip(("x", "f′(z)", "g − y"), factors, strict=True)]
    return f"= {' · '.join(marked)} = <b>{result}</b>"
