"""The numbers of the two-hidden-neuron lab: its state, and everything computed from a state.

    z₁¹ = w₁¹ x,  z₂¹ = w₂¹ x,  aⱼ¹ = ReLU(zⱼ¹),  z² = w₁² a₁¹ + w₂² a₂¹,  g = f(z²) + skip
    L = (g − y)²

The skip is none, z² or a₁¹ + a₂¹. In code ``w1_2`` is w₁²: neuron (input) 1, layer 2.
Source: MIT 6.390, "Neural Networks II", Spring 2026 (worked example) and Fall 2025 (blackboard).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from ...core import Network, Skip
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import most_operations
from ...explain.zeros import Why
from ...fields import DATA, PARAMETER, RATE, VIEW, State, choice, cover, number, parsed, place, real
from ...text import TITLES, Factor, symbol

OUTPUTS = {name: TITLES[name] for name in ("identity", "relu")}
SKIPS = {"none": (), "z": (Skip(2, 2, of="z"),), "a": (Skip(1, 2, of="a"),)}
"""No skip; g = z² + f(z²); g = a₁¹ + a₂¹ + f(z²)."""
OTHERS = ((-1.0, 4.0), (2.0, 5.0))
"""Points beside (x, y) when there are several."""
MOST_OTHERS = 20
LARGEST = 1e9
"""Of a weight and of x and y: their products stay far from infinity."""

NOTATION = Notation(
    {"w1_1": Var("w", 1, 0), "w2_1": Var("w", 1, 1),
     "w1_2": Var("w", 2, 0, 0), "w2_2": Var("w", 2, 0, 1)},
    depth=2, index=lambda layer, neuron: "²" if layer == 2 else ("₁¹", "₂¹")[neuron],
    output="g", loss="L",
    neuron=lambda layer, neuron: "the output" if layer == 2 else f"neuron {neuron + 1}")
SUBSCRIPTS = "₁₂"
HIDDEN = (0, 1)
"""The two hidden neurons, counted from 0."""


def as_points(points: object) -> tuple[tuple[float, float], ...]:
    """A tuple of (x, y) pairs from any list of pairs; ValueError says what is allowed."""
    wrong = ValueError(f"others must be a list of at most {MOST_OTHERS} points (x, y), such as "
                       f"[(-1, 2)], got {points!r:.40}")
    if isinstance(points, str) or not isinstance(points, Iterable):
        raise wrong
    found = [tuple(p) if isinstance(p, Iterable) and not isinstance(p, str) else () for p in points]
    if len(found) > MOST_OTHERS or any(len(point) != 2 for point in found):
        raise wrong
    return tuple((real("x of a point", x, LARGEST), real("y of a point", y, LARGEST))
                 for x, y in found)


def _weight(default: float) -> float:
    """A weight with a slider."""
    return number(default, PARAMETER, most=LARGEST, slider=(-4.0, 4.0, 0.05), always=True)


@dataclass(frozen=True)
class TwoHiddenState(State):
    """All that the student can set."""

    w1_1: float = _weight(2.0)
    w2_1: float = _weight(-1.0)
    w1_2: float = _weight(1.0)
    w2_2: float = _weight(2.0)
    x: float = number(1.0, DATA, most=LARGEST, slider=(-5.0, 5.0, 0.1), always=True)
    y: float = number(3.0, DATA, most=LARGEST, slider=(-10.0, 10.0, 0.1), always=True)
    output: str = choice("identity", OUTPUTS, DATA)
    skip: str = choice("none", {"none": "none", "z": "z²", "a": "a¹"}, DATA,
                       says="g = z² + f(z²) with z, g = a₁¹ + a₂¹ + f(z²) with a")
    others: tuple[tuple[float, float], ...] = parsed(
        (), DATA, as_points, label="points", says="points beside (x, y)",
        allowed=f"at most {MOST_OTHERS} pairs [(x, y), ...]")
    explain: str = choice("w2_1", {name: f"∂L/∂{symbol(name)}" for name in NOTATION.parameters},
                          VIEW, called="weight", buttons=True,
                          says="the weight whose gradient is written out")
    below: str = choice("curves", {"curves": "Curves of SGD",
                                   "beside": "The same weights, other skip"},
                        VIEW, called="picture", buttons=True)
    operation: int = place(most_operations((1, 2, 1), biases=False))
    learning_rate: float = number(0.01, RATE, most=LARGEST, slider=(-5, 1, 0.05), log=True,
                                  positive=True, label="learning rate η", called="learning rate")
    covered: bool = cover()


WORKED = {"w1_1": 2.0, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0, "x": 1.0, "y": 3.0,
          "output": "identity", "skip": "none", "others": ()}
BLACKBOARD = {"w1_1": 1.5, "w2_1": 1.5, "w1_2": 1.5, "w2_2": 1.5, "x": 3.0, "y": 6.0,
              "output": "relu", "skip": "none", "others": ()}
OUTPUT_DEAD = {**BLACKBOARD, "w1_2": -1.5, "w2_2": -1.5}
PRESETS: dict[str, dict[str, object]] = {
    "worked example": WORKED,
    "(3, 6), weight 1.5": BLACKBOARD,
    "one neuron dead": {**BLACKBOARD, "w1_1": -1.5},
    "output dead": OUTPUT_DEAD,
    "output dead, skip z²": {**OUTPUT_DEAD, "skip": "z"},
    "output dead, skip a¹": {**OUTPUT_DEAD, "skip": "a"},
}
"""The lecture's situations, by the names of the buttons."""


def network_of(state: TwoHiddenState) -> Network:
    """The network of a state."""
    w1 = [[state.w1_1], [state.w2_1]]
    w2 = [[state.w1_2, state.w2_2]]
    return Network([w1, w2], None, ["relu", state.output], SKIPS[state.skip])


def other_skip(state: TwoHiddenState) -> TwoHiddenState:
    """The same weights without the skip, or with the skip z² if there is none."""
    return replace(state, skip="z" if state.skip == "none" else "none")


class Numbers(NetworkNumbers):
    """Everything a state determines: over all points, and at the one point (x, y)."""

    def __init__(self, state: TwoHiddenState) -> None:
        self.state = state
        x, y = zip((state.x, state.y), *state.others, strict=True)
        super().__init__(network_of(state), NOTATION, (x, y), at=(state.x, state.y))

    @cached_property
    def values(self) -> dict[str, float]:
        """x, y, the weights, z and a of every neuron, f, g, L, ∂L/∂z and ∂L/∂a of every neuron,
        all at the point (x, y), by the lecture's symbols; and the slopes f′, slope₁, slope₂."""
        neurons = [(1, 0), (1, 1), (2, 0)]
        shown = [Var("a"), Var("y"), *NOTATION.parameters.values(), Var("loss"),
                 *(Var(kind, *place) for kind in ("z", "a", "dz", "da") for place in neurons)]
        slopes = {f"slope{SUBSCRIPTS[j]}": self.value("slope", 1, j) for j in HIDDEN}
        return {**{NOTATION.symbol(var): self.at.value(var) for var in shown}, **slopes,
                "f": float(self.network.f[2].f(self.at.trace.z[2])[0, 0]),
                "f′": self.value("slope", 2)}

    @cached_property
    def blocked(self) -> dict[str, Why]:
        """The weights that get no update at the point (x, y), and why each of them gets none."""
        found = {name: self.why_zero_at(name) for name, v in self.gradient_at.items() if v == 0}
        return {name: why for name, why in found.items() if why is not None}

    # -- a gradient as the sum of products along its paths --------------------------------

    def paths(self, name: str) -> list[list[Factor]]:
        """Each path from L to a weight as its factors; their products sum to ``gradient_at``.

        The first goes through f. With a skip on the way there is a second one, which goes by the
        skip: its own factor is the +1.
        """
        var, p = NOTATION.parameters[name], self.at
        first, by_skip = [p.factor(Var("da", 2))], [p.factor(Var("skip"))]
        f = p.slope(Var("slope", 2))
        if var.layer == 2:
            inside = [p.factor(Var("a", 1, var.input))]
            return [[*first, *f, *inside], *([[*first, *by_skip, *inside]] * self._has_skip("z"))]
        before = [p.factor(Var("w", 2, 0, var.neuron))]
        inside = [*p.slope(Var("slope", 1, var.neuron)), p.factor(Var("a"))]
        found = [[*first, *f, *before, *inside]]
        if self._has_skip("z"):
            found.append([*first, *by_skip, *before, *inside])
        if self._has_skip("a"):
            found.append([*first, *by_skip, *inside])
        return found

    def _has_skip(self, skip: str) -> bool:
        return self.state.skip == skip

    # -- off, dead, revived ---------------------------------------------------------------

    @cached_property
    def states(self) -> dict[str, str]:
        """"on", "off" (at the point (x, y)) or "dead" (at every point) of h1, h2 and z2."""
        layers = {"h1": (1, 0), "h2": (1, 1), "z2": (2, 0)}
        found = {}
        for key, (layer, neuron) in layers.items():
            off = self.trace.z[layer][neuron] < 0
            linear = self.network.activations[layer] == "identity"
            found[key] = "on" if linear or not off[0] else "dead" if off.all() else "off"
        return found

    @cached_property
    def on_the_kink(self) -> list[str]:
        """The z that are exactly 0 under a ReLU, at the point (x, y)."""
        neurons = [(1, 0), (1, 1)] + [(2, 0)] * (self.state.output == "relu")
        found = [Var("z", layer, neuron) for layer, neuron in neurons]
        return [NOTATION.symbol(z) for z in found if self.at.value(z) == 0]

    @property
    def at_minimum(self) -> bool:
        """Whether g = y at every point: the loss cannot be smaller."""
        return not self.back.dJ_da[2].any()

    @cached_property
    def dead_weights(self) -> list[str]:
        """The weights without gradient over all points; none where the loss is at its minimum."""
        return [] if self.at_minimum else [n for n, v in self.gradient.items() if v == 0]

    def never_move(self, names: list[str]) -> bool:
        """True if gradient descent can move none of these weights, however long it goes on.

        A hidden neuron that is off on every point (or has x = 0 there) keeps its wⱼ¹ (gradient
        0), so its zⱼ¹, so it stays off. And where every gradient is 0, nothing changes at all.
        """
        if not any(self.gradient.values()):
            return True
        held = (self.trace.z[1] < 0) | (self.trace.a[0] == 0)  # x = 0 gives w₁¹, w₂¹ no gradient
        return all(held[int(name[1]) - 1].all() for name in names)
