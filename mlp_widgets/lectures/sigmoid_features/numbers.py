"""The numbers of the two-sigmoid-features lab: its state, and everything computed from a state.

    z₁ = w₁₁₁ x₁ + w₁₁₂ x₂ + b₁₁,   σ₁ = σ(z₁)
    z₂ = w₁₂₁ x₁ + w₁₂₂ x₂ + b₁₂,   σ₂ = σ(z₂)
    z  = w₂₁₁ σ₁ + w₂₁₂ σ₂ + b₂₁

Names: w_{layer, output, input}, b_{layer, output}. With the negative log-likelihood ŷ = σ(z); with
the squared loss ŷ = z, as in the lecture, and the classes 0 and 1 are the targets. With both, a
point is put into class 1 where ŷ ≥ ½.

The lecture has −3(σ₁ + σ₂), without a bias: from −4.386, where x₁ = x₂, to −3, far from there. So
b₂₁ has to bring the boundary into between. It is where σ₁ + σ₂ = b₂₁ / 3, or (b₂₁ − ½) / 3 with the
squared loss; with both this is between 1 and 1.462 for b₂₁ = 4.

Source: MIT 6.390, "Neural Networks II", two sigmoid features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from operator import attrgetter

import numpy as np

from ...core import ForwardTrace, Network, forward
from ...core.activations import Array
from ...data.labelled import LARGEST, LabelledPoints, load_labelled
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import most_operations
from ...fields import (
    DATA,
    PARAMETER,
    RATE,
    VIEW,
    Ends,
    State,
    choice,
    cover,
    number,
    parsed,
    place,
)
from ...text import round_limit
from .lines import MOST_LINED, most_right
from .sets import REACH, SETS

NOTATION = Notation({
    "w111": Var("w", 1, 0, 0), "w112": Var("w", 1, 0, 1), "b11": Var("b", 1, 0),
    "w121": Var("w", 1, 1, 0), "w122": Var("w", 1, 1, 1), "b12": Var("b", 1, 1),
    "w211": Var("w", 2, 0, 0), "w212": Var("w", 2, 0, 1), "b21": Var("b", 2, 0),
}, depth=2, index=lambda layer, neuron: "₁₂"[neuron] * (layer == 1), inputs=("x₁", "x₂"),
    hidden="σ", loss="ℓ",
    neuron=lambda layer, neuron: f"neuron {neuron + 1}" if layer == 1 else "the output")
"""ℓ is the loss of one point, J the mean over all of them."""
FEATURES = tuple(NOTATION.parameters)[:6]
"""The parameters of the two features; the other three make the output of them."""

OUTPUTS = {"nll": "sigmoid", "squared": "identity"}
"""Loss -> activation of the output."""
LOSSES = {"nll": "negative log-likelihood, ŷ = σ(z)", "squared": "squared, ŷ = z"}
HALF = 0.5
"""ŷ from which a point is put into class 1."""
CLASSES = {"0": "○ class 0", "1": "■ class 1"}
CLICKS = {"mark": "moves ×", "add": "adds a point", "remove": "removes a point"}


def _values(*numbers: float) -> dict[str, float]:
    return dict(zip(NOTATION.parameters, numbers, strict=True))


LECTURE = _values(5, -5, 1, -5, 5, 1, -3, -3, 4)
START = _values(1.5, -0.5, 0.2, -1, 0.8, -0.3, -1, -1.2, 0.5)
"""A start of the usual size, from which descent gets far with every set."""
STUCK = _values(1, 0.5, 0, -0.5, 1, 0, 1, -1, 0)
"""From here descent on XOR ends on a plateau: both lines go through the middle, and stay there."""
TWINS = {**START, "w121": 1.5, "w122": -0.5, "b12": 0.2, "w212": -1.0}
PRESETS: dict[str, dict[str, object]] = {
    "lecture": {**LECTURE, "points": SETS["diagonal bands"]},
    "XOR": {**START, "points": SETS["XOR"]},
    "ring": {**START, "points": SETS["ring"]},
    "blobs": {**START, "points": SETS["blobs"]},
    "stuck": {**STUCK, "points": SETS["XOR"]},
    "twins": {**TWINS, "points": SETS["XOR"]},
    "zeros": {**_values(*[0] * 9), "points": SETS["XOR"]},
}
CELLS = 81
"""Cells of a map, along each axis."""

# -- what depends on the points alone -------------------------------------------------------------

Box = tuple[tuple[float, float], tuple[float, float]]


def read_points(source: object) -> LabelledPoints:
    """Points from a name of ``SETS``, a text file of three columns, or three lists."""
    return load_labelled(source, SETS)


@lru_cache(maxsize=64)
def plane_of(points: LabelledPoints) -> Box:
    """The ends of both axes: those of the sets, or around own points that go beyond them."""
    if np.abs(points.x).max() <= REACH:
        return (-REACH, REACH), (-REACH, REACH)
    (low1, high1), (low2, high2) = (_around(row) for row in points.x)
    return (low1, high1), (low2, high2)


def _around(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.1 * (high - low) or max(1.0, 1e-6 * abs(high))
    return low - margin, high + margin


@lru_cache(maxsize=64)
def ranges_for(points: LabelledPoints) -> Mapping[str, Ends]:
    """(low, high, step) of the sliders: ±10, stretched to the scale of own points."""
    ends = dict.fromkeys(NOTATION.parameters, 10.0)
    for axis, (low, high) in enumerate(plane_of(points)):
        if (low, high) != (-REACH, REACH):
            slope = round_limit(20 * REACH / (high - low))
            shift = round_limit(slope * max(abs(low), abs(high)))
            ends |= {f"w11{axis + 1}": slope, f"w12{axis + 1}": slope}
            ends |= {name: max(ends[name], shift) for name in ("b11", "b12")}
    return {name: (-end, end, end / 100) for name, end in ends.items()}


@lru_cache(maxsize=8)
def grid_of(plane: Box) -> Array:
    """The middles of the cells of a map over the plane, row by row, shape (2, CELLS²)."""
    across, up = (low + (np.arange(CELLS) + 0.5) / CELLS * (high - low) for low, high in plane)
    x1, x2 = np.meshgrid(across, up)
    return np.array([x1.ravel(), x2.ravel()])


ROOM: Box = ((-0.05, 1.05), (-0.05, 1.05))
"""Of the feature space: a little more than there can be, so that no point is cut."""


@lru_cache(maxsize=64)
def best_line(points: LabelledPoints) -> int | None:
    """How many points a straight line in the plane can have right; None of too many points."""
    return most_right(points.x, points.label) if points.count <= MOST_LINED else None


# -- the state ------------------------------------------------------------------------------------


def _parameter(name: str) -> float:
    """A parameter with the lecture's value; the points set the ends of its slider."""
    return number(LECTURE[name], PARAMETER, always=True,
                  slider=lambda state: ranges_for(state.points)[name])


def _ends_of_mark(state: SigmoidFeaturesState, axis: int) -> Ends:
    low, high = plane_of(state.points)[axis]
    return low, high, (high - low) / 60


@dataclass(frozen=True)
class SigmoidFeaturesState(State):
    """All that the student can set."""

    w111: float = _parameter("w111")
    w112: float = _parameter("w112")
    b11: float = _parameter("b11")
    w121: float = _parameter("w121")
    w122: float = _parameter("w122")
    b12: float = _parameter("b12")
    w211: float = _parameter("w211")
    w212: float = _parameter("w212")
    b21: float = _parameter("b21")
    points: LabelledPoints = parsed(
        "diagonal bands", DATA, read=read_points, write=attrgetter("contents"),
        contents=attrgetter("contents"), texts=tuple(SETS),
        allowed=f"{', '.join(map(repr, SETS))}, a text file of three columns, or three lists "
                "(x1, x2, class)")
    loss_name: str = choice("nll", LOSSES, DATA, label="loss", called="loss")
    x1: float = number(0.6, VIEW, most=LARGEST, slider=partial(_ends_of_mark, axis=0),
                       label="x₁ of ×", says="of the mark ×, the point that is walked through")
    x2: float = number(0.5, VIEW, most=LARGEST, slider=partial(_ends_of_mark, axis=1),
                       label="x₂ of ×", says="of the mark ×")
    label: str = choice("0", CLASSES, VIEW, label="class of ×", called="class",
                        says="of the mark ×, and of a point that is added")
    click: str = choice("mark", CLICKS, VIEW, label="a click", called="kind of click",
                        says="what a click on the plane of the output does")
    view: str = choice("network", {"network": "Network at ×", "steps": "J over the steps"}, VIEW,
                       buttons=True)
    edges: str = choice("values", {"values": "values", "gradients": "gradients at ×"}, VIEW,
                        label="edges show")
    learning_rate: float = number(0.3, RATE, slider=(-4, 1, 0.05), log=True, positive=True,
                                  label="learning rate η", called="learning rate")
    operation: int = place(most_operations((2, 2, 1), biases=True))
    covered: bool = cover()


def network_of(parameters: Mapping[str, float], loss: str) -> Network:
    """The network with these parameters, and the output that goes with a loss."""
    p = parameters
    w1 = [[p["w111"], p["w112"]], [p["w121"], p["w122"]]]
    return Network([w1, [[p["w211"], p["w212"]]]], [[p["b11"], p["b12"]], [p["b21"]]],
                   ["sigmoid", OUTPUTS[loss]])


# -- the numbers ----------------------------------------------------------------------------------


class Numbers(NetworkNumbers):
    """Everything a state determines. The passes run at once; the rest when it is asked for."""

    def __init__(self, state: SigmoidFeaturesState) -> None:
        self.state, self.points = state, state.points
        super().__init__(network_of(state.parameters, state.loss_name), NOTATION,
                         (self.points.x, self.points.label),
                         at=((state.x1, state.x2), float(state.label)), loss=state.loss_name)

    @property
    def features(self) -> Array:
        """σ₁ and σ₂ at the points, shape (2, N)."""
        return self.trace.a[1]

    @cached_property
    def right(self) -> Array:
        """Which points are put into their class, shape (N,)."""
        return (self.trace.output[0] >= HALF) == (self.points.label == 1)

    @property
    def count_right(self) -> int:
        """How many."""
        return int(self.right.sum())

    @property
    def best_line(self) -> int | None:
        """How many a straight line over (x₁, x₂) can have right; None of too many points."""
        return best_line(self.points)

    @cached_property
    def best_line_of_features(self) -> int | None:
        """The same over (σ₁, σ₂), with the present features."""
        few = self.points.count <= MOST_LINED
        return most_right(self.features, self.points.label) if few else None

    # -- maps -----------------------------------------------------------------------------------

    @property
    def plane(self) -> Box:
        """The ends of both axes of the plane."""
        return plane_of(self.points)

    @cached_property
    def over_the_plane(self) -> ForwardTrace:
        """The forward pass at the middles of the cells."""
        return forward(self.network, grid_of(self.plane))

    @cached_property
    def over_the_features(self) -> ForwardTrace:
        """Layer 2 alone, at the middles of the cells of the feature space."""
        net = self.network
        assert net.b is not None
        last = Network([net.w[2]], [net.b[2]], [net.activations[2]])
        return forward(last, grid_of(ROOM))
