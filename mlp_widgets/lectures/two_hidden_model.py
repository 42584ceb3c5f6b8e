"""The numbers of the two-hidden-neuron lab: its state, and everything computed from a state.

    z₁¹ = w₁¹ x,  z₂¹ = w₂¹ x,  aⱼ¹ = ReLU(zⱼ¹),  z² = w₁² a₁¹ + w₂² a₂¹,  g = f(z²) + skip
    L = (g − y)²

The skip is none, z² or a₁¹ + a₂¹. In code ``w1_2`` is w₁²: neuron (input) 1, layer 2.
Source: MIT 6.390, "Neural Networks II", Spring 2026 (worked example) and Fall 2025 (blackboard).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..core import Network, Skip, backward, forward
from ..drawing.numbers import number, symbol
from .steps import (
    Factor,
    Step,
    applied,
    operation,
    slope_of_squared_error,
    squared_error,
)

# fmt: off
PARAMETERS: dict[str, tuple[int, tuple[int, int]]] = {
    "w1_1": (1, (0, 0)), "w2_1": (1, (1, 0)), "w1_2": (2, (0, 0)), "w2_2": (2, (0, 1)),
}
"""Name of each weight -> its layer and its place in w[layer]."""

WORKED = {"w1_1": 2.0, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0, "x": 1.0, "y": 3.0,
          "output": "identity", "skip": "none"}
BLACKBOARD = {"w1_1": 1.5, "w2_1": 1.5, "w1_2": 1.5, "w2_2": 1.5, "x": 3.0, "y": 6.0,
              "output": "relu", "skip": "none"}
PRESETS: dict[str, dict[str, object]] = {
    "worked example": WORKED,
    "(3, 6), weight 1.5": BLACKBOARD,
    "one neuron dead": {**BLACKBOARD, "w1_1": -1.5},
    "output dead": {**BLACKBOARD, "w1_2": -1.5, "w2_2": -1.5},
    "output dead, skip z²": {**BLACKBOARD, "w1_2": -1.5, "w2_2": -1.5, "skip": "z"},
    "output dead, skip a¹": {**BLACKBOARD, "w1_2": -1.5, "w2_2": -1.5, "skip": "a"},
}
"""The lecture's situations, by the names of the buttons."""
# fmt: on

OUTPUTS = ("identity", "relu")
SKIPS = {"none": (), "z": (Skip(2, 2, of="z"),), "a": (Skip(1, 2, of="a"),)}
"""No skip; g = z² + f(z²); g = a₁¹ + a₂¹ + f(z²)."""
TITLES = {"identity": "identity", "relu": "ReLU"}
OTHERS = ((-1.0, 4.0), (2.0, 5.0))
"""Points beside (x, y) when there are several."""
TRIED_STEPS = 100
MOST_OPERATIONS = 17
"""Operations of both passes."""


@dataclass(frozen=True)
class TwoHiddenState:
    """All that the student can set."""

    w1_1: float
    w2_1: float
    w1_2: float
    w2_2: float
    x: float
    y: float
    output: str = "identity"
    skip: str = "none"
    others: tuple[tuple[float, float], ...] = ()
    explain: str = "w2_1"
    below: str = "curves"
    operation: int = 0
    learning_rate: float = 0.01

    @property
    def parameters(self) -> dict[str, float]:
        """The four weights by name."""
        return {name: getattr(self, name) for name in PARAMETERS}


def build_network(weights: dict[str, float], output: str, skip: str) -> Network:
    """The network with these weights."""
    w1 = [[weights["w1_1"]], [weights["w2_1"]]]
    w2 = [[weights["w1_2"], weights["w2_2"]]]
    return Network([w1, w2], None, ["relu", output], SKIPS[skip])


def named(network: Network) -> dict[str, float]:
    """The four weights of a network by name."""
    return {name: float(network.w[layer][place]) for name, (layer, place) in PARAMETERS.items()}


def other_skip(state: TwoHiddenState) -> TwoHiddenState:
    """The same weights without the skip, or with the skip z² if there is none."""
    return replace(state, skip="z" if state.skip == "none" else "none")


class Solution:
    """Everything a state determines: both passes at the point (x, y), and over all points."""

    def __init__(self, state: TwoHiddenState) -> None:
        self.state = state
        self.network = build_network(state.parameters, state.output, state.skip)
        points = ((state.x, state.y), *state.others)
        x, y = (np.array([values]) for values in zip(*points, strict=True))
        self.trace = forward(self.network, x, y)
        if not np.isfinite(self.trace.J):
            raise ValueError("these numbers make the loss infinite; move them closer to 0")
        self.back = backward(self.trace)
        self.at = forward(self.network, [state.x], [state.y])
        self.grad = backward(self.at)

    # -- at the point (x, y) ----------------------------------------------------------------

    @cached_property
    def gradient(self) -> dict[str, float]:
        """∂L/∂w at the point (x, y), by name."""
        return {n: float(self.grad.dJ_dw[layer][place]) + 0.0  # not "−0"
                for n, (layer, place) in PARAMETERS.items()}

    @cached_property
    def mean_gradient(self) -> dict[str, float]:
        """∂J/∂w over all points, by name; with one point the same as ``gradient``."""
        return {n: float(self.back.dJ_dw[layer][place]) + 0.0
                for n, (layer, place) in PARAMETERS.items()}

    @cached_property
    def values(self) -> dict[str, float]:
        """x, y, z and a of every neuron, g, L and the gradients, by the lecture's symbols."""
        (z1, z2), (a1, a2), z = self.at.z[1][:, 0], self.at.a[1][:, 0], self.at.z[2][0, 0]
        back = self.grad
        found = {
            "x": self.state.x, "y": self.state.y, "z₁¹": z1, "z₂¹": z2, "a₁¹": a1, "a₂¹": a2,
            "z²": z, "f": self.network.f[2].f(z), "g": self.at.output[0, 0], "L": self.at.J,
            "∂L/∂g": back.dJ_da[2][0, 0], "∂L/∂z²": back.dJ_dz[2][0, 0],
            "f′": self.network.f[2].df(self.at.z[2])[0, 0],
            **{symbol(name): value for name, value in self.state.parameters.items()},
        }  # fmt: skip
        for j, sub in enumerate("₁₂"):
            found[f"∂L/∂a{sub}¹"] = back.dJ_da[1][j, 0]
            found[f"∂L/∂z{sub}¹"] = back.dJ_dz[1][j, 0]
            found[f"slope{sub}"] = self.network.f[1].df(self.at.z[1])[j, 0]
        return {name: float(value) + 0.0 for name, value in found.items()}  # + 0.0: no "−0"

    def factor(self, name: str, shown: str = "") -> Factor:
        """A symbol with its present value."""
        return Factor(shown or name, self.values[name])

    def slope(self, neuron: str) -> Factor:
        """𝟙[z > 0] of a ReLU; exactly on the kink it is written ≥, because the slope there is 1."""
        z = {"₁": "z₁¹", "₂": "z₂¹", "": "z²"}[neuron]
        sign = "≥" if self.values[z] == 0 else ">"
        return self.factor("f′" if not neuron else f"slope{neuron}", f"𝟙[{z} {sign} 0]")

    # -- a gradient as the sum of products along its paths -----------------------------------

    def paths(self, name: str) -> dict[str, list[Factor]]:
        """Each path from L to a weight, with its factors; their products sum to ``gradient``.

        Plain networks have one path, "". With a skip there is one "through f" and one "by the
        skip", whose own factor is the +1.
        """
        sub, layer = name[1].translate(str.maketrans("12", "₁₂")), int(name[-1])
        first, one = self.factor("∂L/∂g"), Factor("1", 1.0)
        through = [] if self.state.output == "identity" else [self.slope("")]
        inner = ([self.factor(f"a{sub}¹")] if layer == 2 else
                 [self.factor(f"w{sub}²"), self.slope(sub), self.factor("x")])
        found = {"": [first, *through, *inner]}
        if self.state.skip == "z":
            found = {"through f": [first, *through, *inner], "by the skip": [first, one, *inner]}
        elif self.state.skip == "a" and layer == 1:
            skipping = [first, one, self.slope(sub), self.factor("x")]
            found = {"through f": found[""], "by the skip": skipping}
        return found

    def blocked_by(self, name: str) -> str:
        """Why a weight gets no update at this point, in words; "" if it gets one."""
        if self.gradient[name] != 0:
            return ""
        zeros = [[f for f in path if f.value == 0] for path in self.paths(name).values()]
        if not all(zeros):
            return "the two paths cancel"
        return " and ".join(dict.fromkeys(self._why_zero(found[0]) for found in zeros))

    def _why_zero(self, factor: Factor) -> str:
        """What it means that this factor is 0."""
        name, v = factor.symbol, self.values
        if name == "∂L/∂g":
            return "g = y: the loss is at its minimum"
        if name.startswith("𝟙"):
            z = name[2:].split()[0]
            neuron = {"z₁¹": "neuron 1 is", "z₂¹": "neuron 2 is", "z²": "the output is"}[z]
            around = "; the skip a¹ goes around this layer" if (
                z == "z²" and self.state.skip == "a") else ""
            return f"{neuron} off ({z} = {number(v[z])} < 0){around}"
        if name.startswith("a"):
            if v["x"] == 0:
                return f"x = 0, so {name} = 0"
            z, j = name.replace("a", "z"), 1 if "₁" in name else 2
            why = "is on the kink" if v[z] == 0 else f"is off ({z} = {number(v[z])} < 0)"
            return f"{name} = 0, because neuron {j} {why}"
        return f"{name} = 0"

    # -- off, dead, revived -----------------------------------------------------------------

    @cached_property
    def states(self) -> dict[str, str]:
        """"on", "off" (at this point) or "dead" (at every point) of h1, h2 and the output z2."""
        layers = {"h1": (1, 0), "h2": (1, 1), "z2": (2, 0)}
        found = {}
        for key, (layer, j) in layers.items():
            off = self.trace.z[layer][j] < 0
            linear = key == "z2" and self.state.output == "identity"
            found[key] = ("on" if linear or not off[0] else "dead" if off.all() else "off")
        return found

    @cached_property
    def on_the_kink(self) -> list[str]:
        """The z that are exactly 0 under a ReLU."""
        names = ["z₁¹", "z₂¹"] + (["z²"] if self.state.output == "relu" else [])
        return [name for name in names if self.values[name] == 0]

    def never_move(self, names: list[str]) -> bool:
        """True if gradient descent can move none of these weights, however long it goes on.

        A hidden neuron that is off on every point (or has x = 0 there) keeps its wⱼ¹ (gradient
        0), so its zⱼ¹, so it stays off. And where every gradient is 0, nothing changes at all.
        """
        if not any(self.mean_gradient.values()):
            return True
        held = (self.trace.z[1] < 0) | (self.trace.a[0] == 0)  # x = 0 gives w₁¹, w₂¹ no gradient
        return all(held[int(name[1]) - 1].all() for name in names)

    # -- the passes, operation by operation -------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        """Both passes at the point (x, y), forward then backward, one operation a step."""
        return [*self._forward_steps(), *self._backward_steps()]

    def _forward_steps(self) -> list[Step]:
        f, steps = self.factor, []
        for j, sub in ((1, "₁"), (2, "₂")):
            z, a = f"z{sub}¹", f"a{sub}¹"
            steps.append(operation("forward", z, [[f(f"w{sub}¹"), f("x")]],
                                   (f"h{j}", f"w{j}_1"), ("x",)))
            steps.append(applied(a, "ReLU", f(z), self.values[a], (f"h{j}",), self._kink_words(z)))
        steps.append(operation("forward", "z²", [[f("w₁²"), f("a₁¹")], [f("w₂²"), f("a₂¹")]],
                               ("z2", "w1_2", "w2_2"), ("h1", "h2")))
        steps.append(self._output_step())
        steps.append(squared_error("L", f("g"), f("y"), self.values["L"], ("L", "gL"),
                                   ("g",)))
        return steps

    def _kink_words(self, z: str) -> str:
        """What is special about this z."""
        if self.values[z] == 0:
            return f"{z} = 0: exactly on the kink. ReLU's slope there counts as 1."
        return "Off: the ReLU gives 0." if self.values[z] < 0 else "On: the ReLU passes it."

    def _output_step(self) -> Step:
        """g = f(z²), with what the skip adds."""
        name = TITLES[self.state.output]
        z, skip = self.factor("z²"), self.state.skip
        bare = name == "identity"
        symbols, numbers = (z.symbol, z.text) if bare else (f"ReLU({z.symbol})", f"ReLU({z.text})")
        lit, reused, says = ["g", "f"], ["z2"], ""
        kink = not bare and self.values["z²"] == 0
        if not bare and (skip == "none" or kink):
            says = self._kink_words("z²")
        if skip == "z":
            symbols, numbers = f"z² + {symbols}", f"{z.text} + {numbers}"
            lit, says = [*lit, "skip z"], f"The skip adds z² itself. {says}".rstrip()
        elif skip == "a":
            a1, a2 = self.factor("a₁¹"), self.factor("a₂¹")
            symbols, numbers = f"a₁¹ + a₂¹ + {symbols}", f"{a1.text} + {a2.text} + {numbers}"
            lit, reused = [*lit, "skip a1", "skip a2"], ["z2", "h1", "h2"]
            says = f"The skip adds a¹, the sum of both. {says}".rstrip()
        if bare:
            numbers = numbers.replace("+ −", "− ")
        return Step("forward", "g", symbols, numbers, self.values["g"], tuple(lit), tuple(reused),
                    says)

    def _backward_steps(self) -> list[Step]:
        f, skip = self.factor, self.state.skip
        steps = [slope_of_squared_error("∂L/∂g", f("g"), f("y"), self.values["∂L/∂g"], ("gL", "g"))]
        through = [f("∂L/∂g")] + ([] if self.state.output == "identity" else [self.slope("")])
        if skip == "z":
            terms = [[*through], [f("∂L/∂g"), Factor("1", 1.0)]]
            steps.append(operation("backward", "∂L/∂z²", terms, ("z2", "f", "skip z"), ("g",),
                                   "∂L/∂g is reused; the skip gives the second term, its +1."))
        else:
            steps.append(operation("backward", "∂L/∂z²", [through], ("z2", "f"), ("g",),
                                   "∂L/∂g is reused."))
        for j, sub in ((1, "₁"), (2, "₂")):
            steps.append(operation("backward", f"∂L/∂w{sub}²", [[f("∂L/∂z²"), f(f"a{sub}¹")]],
                                   (f"w{j}_2",), ("z2", f"h{j}"),
                                   f"∂L/∂z² and, from the forward pass, a{sub}¹ are reused."))
        for j, sub in ((1, "₁"), (2, "₂")):
            steps += self._backward_steps_of(j, sub)
        return steps

    def _backward_steps_of(self, j: int, sub: str) -> list[Step]:
        """∂L/∂a, ∂L/∂z and ∂L/∂w of one hidden neuron."""
        f = self.factor
        terms, lit, says = [[f("∂L/∂z²"), f(f"w{sub}²")]], [f"h{j}", f"w{j}_2"], ""
        reused = ["z2"]
        if self.state.skip == "a":
            terms.append([f("∂L/∂g"), Factor("1", 1.0)])
            lit.append(f"skip a{j}")
            reused.append("g")
            says = " The skip gives the second term, its +1."
        a, z, w = f"∂L/∂a{sub}¹", f"∂L/∂z{sub}¹", f"∂L/∂w{sub}¹"
        return [
            operation("backward", a, terms, lit, reused, "∂L/∂z² is reused." + says),
            operation("backward", z, [[f(a), self.slope(sub)]], (f"h{j}",), (),
                      f"{a} is reused."),
            operation("backward", w, [[f(z), f("x")]], (f"w{j}_1",), (f"h{j}", "x"),
                      f"{z} and x are reused."),
        ]  # fmt: skip
