"""Both passes of the three-neuron network at the chosen hour, one operation a step.

Without a data point at this hour there is no loss, so only the forward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core import backward, forward
from .steps import Factor, Step, applied, operation, slope_of_squared_error, squared_error

if TYPE_CHECKING:
    from .three_neuron_model import Solution

NAMES = {"relu": "ReLU", "sigmoid": "σ", "tanh": "tanh"}
MOST_OPERATIONS = 18
"""Operations of both passes; where there is no loss they are fewer."""
NEURONS = ((1, "₁₁", "₁₁", "₂₁"), (2, "₁₂", "₁₂", "₂₂"))
"""Number of a hidden neuron, index of its z and a, of w1j and b1j, and of w2j."""


class _Passes:
    """The numbers of both passes at one point, by the lecture's symbols."""

    def __init__(self, solution: Solution) -> None:
        self.activation = solution.state.activation
        self.hour = float(solution.state.hour)
        at = np.flatnonzero(solution.points.x == self.hour)
        self.trace = solution.at_hour
        net = self.trace.network
        self.values = {"x": self.hour, "ŷ": float(self.trace.output[0, 0]),
                       "b₂₁": float(net.b[2][0])}
        for j, sub, own, outer in NEURONS:
            self.values |= {
                f"w{own}": float(net.w[1][j - 1, 0]), f"b{own}": float(net.b[1][j - 1]),
                f"w{outer}": float(net.w[2][0, j - 1]), f"z{sub}": float(self.trace.z[1][j - 1, 0]),
                f"a{sub}": float(self.trace.a[1][j - 1, 0]),
                f"f′{sub}": float(net.f[1].df(self.trace.z[1])[j - 1, 0]),
            }  # fmt: skip
        self.has_loss = bool(len(at))
        if self.has_loss:
            self._go_back(float(solution.points.y[at].mean()))

    def _go_back(self, y: float) -> None:
        """ℓ and its derivatives."""
        trace = forward(self.trace.network, [self.hour], [y])
        back = backward(trace)
        self.values |= {"y": y, "ℓ": float(trace.J), "∂ℓ/∂ŷ": float(back.dJ_da[2][0, 0])}
        for j, sub, _, _ in NEURONS:
            self.values[f"∂ℓ/∂a{sub}"] = float(back.dJ_da[1][j - 1, 0])
            self.values[f"∂ℓ/∂z{sub}"] = float(back.dJ_dz[1][j - 1, 0])

    def factor(self, name: str, shown: str = "") -> Factor:
        """A symbol with its present value."""
        return Factor(shown or name, self.values[name])

    def slope(self, sub: str) -> Factor:
        """f′(z): for ReLU 𝟙[z > 0], which counts as 1 on the kink."""
        if self.activation != "relu":
            return self.factor(f"f′{sub}", f"{NAMES[self.activation]}′(z{sub})")
        sign = "≥" if self.values[f"z{sub}"] == 0 else ">"
        return self.factor(f"f′{sub}", f"𝟙[z{sub} {sign} 0]")


def steps(solution: Solution) -> list[Step]:
    """Forward, then backward if there is a data point at this hour."""
    p = _Passes(solution)
    found = _forward_steps(p)
    return found + _backward_steps(p) if p.has_loss else found


def _forward_steps(p: _Passes) -> list[Step]:
    f, found = p.factor, []
    for j, sub, own, _ in NEURONS:
        z, a = f"z{sub}", f"a{sub}"
        found.append(operation("forward", z, [[f(f"w{own}"), f("x")], [f(f"b{own}")]],
                               (f"h{j}", f"w1{j}", f"b1{j}"), ("x",)))
        says = "On the kink: slope 1 there." if p.values[z] == 0 else ""
        found.append(applied(a, NAMES[p.activation], f(z), p.values[a], (f"h{j}",), says))
    terms = [[f(f"w{outer}"), f(f"a{sub}")] for _, sub, _, outer in NEURONS]
    found.append(operation("forward", "ŷ", [*terms, [f("b₂₁")]], ("y", "w21", "w22", "b21"),
                           ("h1", "h2")))
    if p.has_loss:
        found.append(squared_error("ℓ", f("ŷ"), f("y"), p.values["ℓ"], ("y",)))
    return found


def _backward_steps(p: _Passes) -> list[Step]:
    f = p.factor
    one = Factor("1", 1.0)
    out = f("∂ℓ/∂ŷ")
    found = [slope_of_squared_error("∂ℓ/∂ŷ", f("ŷ"), f("y"), out.value, ("y",)),
             operation("backward", "∂ℓ/∂b₂₁", [[out, one]], ("b21",), ("y",), "∂ℓ/∂ŷ is reused.")]
    for j, sub, _, outer in NEURONS:
        found.append(operation("backward", f"∂ℓ/∂w{outer}", [[out, f(f"a{sub}")]], (f"w2{j}",),
                               ("y", f"h{j}"),
                               f"∂ℓ/∂ŷ and, from the forward pass, a{sub} are reused."))
    for j, sub, own, outer in NEURONS:
        a, z = f"∂ℓ/∂a{sub}", f"∂ℓ/∂z{sub}"
        found += [
            operation("backward", a, [[out, f(f"w{outer}")]], (f"h{j}", f"w2{j}"), ("y",),
                      "∂ℓ/∂ŷ is reused."),
            operation("backward", z, [[f(a), p.slope(sub)]], (f"h{j}",), (), f"{a} is reused."),
            operation("backward", f"∂ℓ/∂b{own}", [[f(z), one]], (f"b1{j}",), (f"h{j}",),
                      f"{z} is reused."),
            operation("backward", f"∂ℓ/∂w{own}", [[f(z), f("x")]], (f"w1{j}",), (f"h{j}", "x"),
                      f"{z} and x are reused."),
        ]  # fmt: skip
    return found
