"""Why a gradient is exactly 0: the factor that is 0, and its cause, as facts.

    why_zero(trace, back, notation, "w2_1")     # Why(zeros=(Zero("off", slope of neuron 2, z=-1),))

∂J/∂w is a product of factors on the way back from the loss to the weight. The way is followed from
the loss on, and the first factor that is 0 is the reason; where several ways meet (more neurons,
a skip), each has its own. :mod:`mlp_widgets.widgets.why_zero` puts these facts into words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..core import BackwardTrace, ForwardTrace, backward, forward
from .notation import Notation, Var
from .operations import Passes


@dataclass(frozen=True)
class Zero:
    """One reason. ``factor`` is the variable that is 0, None where a product is.

    cause: "minimum" (output = target), "off" (a ReLU with z < 0), "flat" (another slope 0),
    "weight", "input" (x = 0), "kink" (a = ReLU(0)), "zero" (a = f(0), without a kink), "skip" (a
    layer takes away what its skip brings), "cancel" (several ways sum to 0), "underflow" (too small
    for a float).
    z: of the neuron, where the cause is its slope. later: the a after ``factor`` are 0 too, and
    the weight meets one of these. around: a skip goes around the neuron that is off.
    """

    cause: str
    factor: Var | None = None
    z: float = math.nan
    later: bool = False
    around: bool = False
    of: Var | None = None
    """Where an a is 0: the factor that makes it so, such as a weight; ``factor`` is the a."""


@dataclass(frozen=True)
class Why:
    """The reasons at one of ``points`` points, that of number ``point``: whether they hold at each
    of them, or, if ``cancel``, no single one is 0 but their mean is."""

    zeros: tuple[Zero, ...] = ()
    points: int = 1
    everywhere: bool = True
    cancel: bool = False
    point: int = 1


def why_zero(trace: ForwardTrace, back: BackwardTrace, notation: Notation,
             name: str) -> Why | None:
    """Why the gradient of a parameter, the mean over the points, is 0; None if it is not. The
    reasons are those at the point with the largest ∂J/∂ŷ: one with ŷ = y adds 0 anyway."""
    var = notation.parameters[name]
    if notation.gradient(back, name) != 0:
        return None
    shares = back.dJ_dz[var.layer][var.neuron]
    if var.kind == "w":
        shares = shares * trace.a[var.layer - 1][var.input]
    count = trace.a[0].shape[-1]
    if np.any(shares != 0):
        return Why(points=count, cancel=True)
    worst = int(np.argmax(np.abs(back.dJ_da[-1]).sum(axis=0)))
    zeros = zeros_of(one_point(trace, back, notation, worst), var._replace(kind=f"d{var.kind}"))
    everywhere = all(_zero_at_all(trace, back, zero.factor) for zero in zeros)
    return Why(zeros, count, everywhere, point=worst + 1)


def one_point(trace: ForwardTrace, back: BackwardTrace, notation: Notation,
              point: int) -> Passes:
    """Both passes at one of the points of a trace."""
    if trace.a[0].shape[-1] == 1 or trace.loss is None:
        return Passes(trace, back, notation)
    x, y = trace.a[0][:, point], trace.y[:, point]
    at = forward(trace.network, x, y, loss=trace.loss.name)
    return Passes(at, backward(at), notation)


def _zero_at_all(trace: ForwardTrace, back: BackwardTrace, factor: Var | None) -> bool:
    """Whether a factor is 0 at every point."""
    if factor is None:
        return trace.a[0].shape[-1] == 1
    if factor.kind == "w":
        return True
    if factor.kind == "slope":
        slope = trace.network.f[factor.layer].df
        values = slope(trace.z[factor.layer][factor.neuron]) if slope else np.ones(1)
    else:
        arrays = {"a": trace.a, "da": back.dJ_da}[factor.kind]
        values = arrays[factor.layer][factor.neuron]
    return not np.any(values)


def zeros_of(p: Passes, var: Var) -> tuple[Zero, ...]:
    """The reasons for a gradient 0 at one point: of "dw", "db", "dz" or "da"; () if it is not 0."""
    return _Search(p).reasons(var)


def zeros_of_each(p: Passes, variables: Iterable[Var]) -> dict[Var, tuple[Zero, ...]]:
    """The same for many gradients in one search. Give those of the last layer first: each then
    goes on from what the one before has found."""
    search = _Search(p)
    return {var: search.reasons(var) for var in variables}


class _Search:
    """Follows the way back, and remembers what it found: a chain of 100 layers shares its ways."""

    def __init__(self, p: Passes) -> None:
        self.p, self.depth = p, p.network.depth
        self.reasons = lru_cache(maxsize=None)(self._reasons)
        self._of_a = lru_cache(maxsize=None)(self._reasons_of_a)

    def _reasons(self, var: Var) -> tuple[Zero, ...]:
        if self.p.value(var) != 0:
            return ()
        kind, layer, neuron, place = var
        if kind in ("dw", "db"):
            found = self.reasons(Var("dz", layer, neuron))
            if found or kind == "db":
                return found
            return self._of_a(layer - 1, place) or (Zero("underflow"),)
        if kind == "da" and layer == self.depth:
            return (Zero("minimum", var),)
        terms = self._terms_of_dz(layer, neuron) if kind == "dz" else self._terms_of_da(
            layer, neuron)
        return self._of_sum(terms)

    def _terms_of_dz(self, layer: int, neuron: int) -> list[tuple[Var, Var]]:
        """(gradient, factor) of each way into ∂/∂z."""
        skips = self.p.skips_from("z", layer)
        return [(Var("da", layer, neuron), Var("slope", layer, neuron)),
                *((self.p.target(s, neuron), Var("skip")) for s in skips)]

    def _terms_of_da(self, layer: int, neuron: int) -> list[tuple[Var, Var]]:
        """(gradient, factor) of each way into ∂/∂a."""
        ways = [(Var("dz", layer + 1, k), Var("w", layer + 1, k, neuron))
                for k in self.p.neurons(layer + 1)]
        skips = self.p.skips_from("a", layer)
        return [*ways, *((self.p.target(s, neuron), Var("skip", layer)) for s in skips)]

    def _of_sum(self, terms: list[tuple[Var, Var]]) -> tuple[Zero, ...]:
        """The first zero of each way; or ways that are not 0 and sum to 0."""
        found: dict[Zero, None] = {}
        for gradient, factor in terms:
            value = self.p.value(gradient)
            if value != 0 and value * self.p.value(factor) != 0:
                skip = next((f for _, f in terms if f.kind == "skip"), None)
                into = Var("a", skip.layer + 1) if skip else None
                return (Zero("skip", None, of=into),) if skip else (Zero("cancel"),)
            found.update(dict.fromkeys(self.reasons(gradient) or (self._of_factor(factor),)))
        return tuple(found)

    def _of_factor(self, factor: Var) -> Zero:
        """Why the factor of a way is 0; if it is not, the product is too small."""
        if self.p.value(factor) != 0:
            return Zero("underflow")
        return Zero("weight", factor) if factor.kind == "w" else self._of_slope(factor)

    def _of_slope(self, factor: Var) -> Zero:
        activation = self.p.network.activations[factor.layer]
        z = self.p.value(factor._replace(kind="z"))
        around = any(s.of == "a" and s.start < factor.layer
                     for s in self.p.network.skips_into.get(factor.layer, ()))
        return Zero("off" if activation == "relu" else "flat", factor, z, around=around)

    def _reasons_of_a(self, layer: int, neuron: int) -> tuple[Zero, ...]:
        """Why an a (or x) is 0, from the first layer on in which it is; () if it is not 0."""
        a, p = Var("a", layer, neuron), self.p
        if p.value(a) != 0:
            return ()
        if layer == 0:
            return (Zero("input", a),)
        if p.network.skips_into.get(layer):
            before = self._of_a(layer - 1, 0) if p.widths[layer - 1] == 1 else ()
            return tuple(_later(zero) for zero in before) or (Zero("skip", a, of=a),)
        z = p.value(Var("z", layer, neuron))
        if z < 0 and p.network.activations[layer] in ("relu", "threshold"):
            return (Zero("off", a, z, of=Var("slope", layer, neuron)),)
        return self._of_z(a, z)

    def _of_z(self, a: Var, z: float) -> tuple[Zero, ...]:
        """Why f(z) = 0 where the neuron is not off: z = 0, because an input or a weight is."""
        inputs = [self._of_a(a.layer - 1, i) for i in self.p.neurons(a.layer - 1)]
        if z == 0 and self.p.network.b is None:
            if all(inputs):
                return tuple(dict.fromkeys(_later(zero) for zeros in inputs for zero in zeros))
            weights = [Var("w", a.layer, a.neuron, i) for i in self.p.neurons(a.layer - 1)]
            zero_weights = [w for w in weights if self.p.value(w) == 0]
            if len(zero_weights) == len(weights) == 1:
                return (Zero("weight", a, of=zero_weights[0]),)
        if z == 0:
            kinked = self.p.network.activations[a.layer] in ("relu", "leaky_relu")
            return (Zero("kink" if kinked else "zero", a, z),)
        return (Zero("underflow", a, z),)


def _later(zero: Zero) -> Zero:
    """The same reason, met further on. x = 0 is named as it is."""
    if zero.cause == "input":
        return zero
    return Zero(zero.cause, zero.factor, zero.z, True, zero.around, zero.of)
