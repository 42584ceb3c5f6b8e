"""The numbers of the deep-chain lab: its state, and everything computed from a state.

    z_ℓ = w_ℓ a_{ℓ-1},   a_ℓ = g(z_ℓ)   (with skip: a_ℓ = a_{ℓ-1} + g(z_ℓ)),   a_0 = x,   ŷ = a_L
    J = (ŷ − y)²

Arrays over the layers have shape (L,) and index 0 is layer 1.
Source: CMU 10-315, "Neural Networks" (chain, both passes); MIT 6.390, "Neural Networks II"
(vanishing and exploding, skip, clipping).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from ..core import (
    backward,
    chain,
    forward,
    gradient_norm,
    local_factors,
    log10_gradients,
    multiplication_counts,
    overflow_layer,
)
from ..drawing.numbers import inner, number, symbol
from .steps import Factor, Step, operation, slope_of_squared_error, squared_error

MOST_LAYERS = 100
MOST_DRAWN = 10
"""Layers of a chain that is drawn, walked through, and has a weight of its own for each layer."""
ACTIVATIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU",
               "identity": "identity"}
"""Name in code -> how it is written in a formula."""
WORDS = {**{name: name for name in ACTIVATIONS}, "relu": "ReLU", "leaky_relu": "leaky ReLU"}
"""Name in code -> how it is written in a sentence."""
MODES = {"shared": "one weight for all", "each": "one weight a layer", "random": "drawn at random"}
VIEWS = ("chain", "profiles")
BELOW = {"map": "Map", "why": "Why backwards?", "clipping": "Clipping", "training": "Training"}
OWN = tuple(f"w{layer}" for layer in range(1, MOST_DRAWN + 1))
"""The weights of mode "each"."""


@dataclass(frozen=True)
class DeepChainState:
    """All that the student can set.

    depth: L; mode: where the weights come from, "shared" (all are w), "each" (w1 to w10, up to 10
    layers) or "random" (normal, with this seed, times ``spread``); tau: the largest length of a
    clipped gradient; learning_rate, steps: of the training.
    """

    depth: int = 5
    activation: str = "sigmoid"
    mode: str = "shared"
    w: float = 1.0
    w1: float = 1.0
    w2: float = 1.0
    w3: float = 1.0
    w4: float = 1.0
    w5: float = 1.0
    w6: float = 1.0
    w7: float = 1.0
    w8: float = 1.0
    w9: float = 1.0
    w10: float = 1.0
    seed: int = 0
    spread: float = 1.0
    x: float = 1.0
    y: float = 0.0
    skip: bool = False
    tau: float = 1.0
    learning_rate: float = 0.05
    steps: int = 200
    view: str = "chain"
    below: str = "map"
    operation: int = 0

    @property
    def weights(self) -> tuple[float, ...]:
        """w_1 ... w_L."""
        if self.mode == "each":
            return tuple(float(getattr(self, name)) for name in OWN[: self.depth])
        if self.mode == "random":
            return tuple((drawn(self.seed)[: self.depth] * self.spread).tolist())
        return (float(self.w),) * self.depth

    @property
    def numbers(self) -> tuple:
        """What the numbers of both passes depend on."""
        return self.weights, self.activation, self.skip, float(self.x), float(self.y)


# The lecture draws the chain of five layers but puts no numbers in, and names sigmoid first of
# its activations; x = 1, y = 0 and w = 1 are this project's choice.
LECTURE = {"depth": 5, "activation": "sigmoid", "mode": "shared", "w": 1.0, "x": 1.0, "y": 0.0,
           "skip": False}
IN_THE_MIDDLE = dict(zip(OWN, (1.2, 0.9, 1.1, -1.0, 1.3, 0.8, 1.2), strict=False))
PRESETS: dict[str, dict[str, object]] = {
    "lecture chain": {**LECTURE, "view": "chain", "below": "why"},
    "sigmoid vanishes": {**LECTURE, "depth": 20, "below": "map"},
    "identity w = 1.5 explodes": {**LECTURE, "depth": 30, "activation": "identity", "w": 1.5,
                                  "below": "map"},
    "tanh at the edge": {**LECTURE, "depth": 50, "activation": "tanh", "below": "map"},
    "ReLU dead in the middle": {**LECTURE, "depth": 7, "activation": "relu", "mode": "each",
                                "y": 1.0, **IN_THE_MIDDLE, "view": "chain",
                                "below": "map"},
    "skip saves it": {**LECTURE, "depth": 20, "skip": True, "view": "profiles", "below": "map"},
    "clipping tames it": {**LECTURE, "activation": "identity", "depth": 10, "w": 1.5, "y": 1.0,
                          "view": "profiles", "below": "training", "tau": 1.0,
                          "learning_rate": 0.01, "steps": 250},
}
"""The lecture's situations, by the names of the buttons."""


@lru_cache(maxsize=64)
def drawn(seed: int) -> np.ndarray:
    """Normal numbers for all layers there can be, so that a deeper chain keeps its first ones."""
    values = np.random.default_rng(seed).normal(0.0, 1.0, MOST_LAYERS)
    values.setflags(write=False)
    return values


def most_operations(depth: int) -> int:
    """Operations of both passes: 2L + 1 forward, 3L backward; deeper chains have no stepper."""
    return 5 * depth + 1 if depth <= MOST_DRAWN else 0


class Layers(NamedTuple):
    """Both passes of one chain over its layers; arrays of shape (L,), NaN where no number is."""

    z: np.ndarray
    a: np.ndarray
    slope: np.ndarray
    factor: np.ndarray
    dJ_da: np.ndarray
    dJ_dz: np.ndarray
    dJ_dw: np.ndarray
    overflow: int | None
    """The first layer whose z or a is too large for a float."""
    lost: int | None
    """The last layer whose gradient is too large for a float, though the forward pass is fine."""


def _row(arrays: tuple) -> np.ndarray:
    """The numbers of layers 1..L; + 0.0 makes −0 a plain 0."""
    return np.array([float(array[0, 0]) for array in arrays[1:]]) + 0.0


def _lost_layer(dJ_da: np.ndarray, dJ_dz: np.ndarray, dJ_dw: np.ndarray) -> int | None:
    """The last layer with a gradient that is not finite; on the way back it is met first."""
    bad = np.flatnonzero(~np.isfinite([dJ_da, dJ_dz, dJ_dw]).all(axis=0))
    return int(bad[-1]) + 1 if len(bad) else None


class Solution:
    """Everything a state determines."""

    def __init__(self, state: DeepChainState) -> None:
        self.state = state
        self.w = np.array(state.weights)
        self.network = chain(state.weights, state.activation, state.skip)
        self.trace = forward(self.network, [state.x], [state.y])
        self.back = backward(self.trace)
        self.layers = self._layers(self.trace, self.back)

    def _layers(self, trace, back) -> Layers:
        """The numbers of both passes; behind an overflow there are none."""
        z, a = _row(trace.z), _row(trace.a)
        slope = trace.network.f[1].df(z)
        factor = np.array(local_factors(trace)) + 0.0
        gradients = [_row(back.dJ_da), _row(back.dJ_dz), _row(back.dJ_dw)]
        overflow, lost = overflow_layer(trace), None
        if overflow is not None:
            for values in (z, a, slope, factor):
                values[overflow:] = np.nan
            slope[overflow - 1] = factor[overflow - 1] = np.nan
            gradients = [np.full(len(z), np.nan) for _ in gradients]
        else:
            lost = _lost_layer(*gradients)
            for values in gradients:
                values[: (lost or 1) - 1] = np.nan
        return Layers(z, a, slope, factor, *gradients, overflow, lost)

    @cached_property
    def other(self) -> Layers:
        """The same weights with the other choice of skip."""
        s = self.state
        trace = forward(chain(s.weights, s.activation, not s.skip), [s.x], [s.y])
        return self._layers(trace, backward(trace))

    # -- numbers ----------------------------------------------------------------------------

    @property
    def overflow(self) -> int | None:
        """The first layer whose z or a is too large for a float; None if there is none."""
        return self.layers.overflow

    @property
    def J(self) -> float:
        """(ŷ − y)²; infinite where it is too large for a float, NaN where there is no ŷ."""
        return float(self.trace.J) if self.overflow is None else math.nan

    @property
    def output(self) -> float:
        """ŷ = a_L; NaN after an overflow."""
        return float(self.layers.a[-1]) if self.overflow is None else math.nan

    @cached_property
    def gradients(self) -> dict[str, float]:
        """∂J/∂w_ℓ by name: "w1" ... "w100"; NaN or infinity where there is no such float."""
        return {f"w{k}": float(v) for k, v in enumerate(self.layers.dJ_dw, start=1)}

    @property
    def exists(self) -> bool:
        """True if every gradient is a number."""
        return bool(np.isfinite(self.layers.dJ_dw).all())

    @property
    def norm(self) -> float:
        """‖∇‖ = sqrt(Σ (∂J/∂w_ℓ)²)."""
        return gradient_norm([self.layers.dJ_dw]) if self.exists else math.nan

    @property
    def slope_of_J(self) -> float:
        """∂J/∂ŷ = 2(ŷ − y)."""
        return float(self.layers.dJ_da[-1])

    @cached_property
    def states(self) -> tuple[str, ...]:
        """"off" for each layer that passes nothing back because g′(z) = 0, else "on"."""
        return tuple("off" if slope == 0 else "on" for slope in self.layers.slope)

    @cached_property
    def log10_first(self) -> float:
        """log10 |∂J/∂w_1|, also where it is too small for a float; −inf: exactly 0."""
        s = self.state
        return float(log10_gradients(self.w, np.ones(1), x=float(s.x), y=float(s.y),
                                     activation=s.activation, skip=s.skip)[-1, 0])

    # -- why a gradient is exactly 0 ----------------------------------------------------------

    @cached_property
    def zeros(self) -> dict[str, list[int]]:
        """Reason in words -> the layers whose ∂J/∂w_ℓ is exactly 0 for it, from the last back."""
        found: dict[str, list[int]] = {}
        for layer in range(self.state.depth, 0, -1):
            if reason := self.blocked_by(layer):
                found.setdefault(reason, []).append(layer)
        return found

    def blocked_by(self, layer: int) -> str:
        """Why ∂J/∂w_ℓ is exactly 0: the first such factor on the way back; "" if it is not 0."""
        if self.layers.dJ_dw[layer - 1] != 0:
            return ""
        if self.slope_of_J == 0:
            return "ŷ = y: J is at its minimum"
        for k in range(self.state.depth, layer - 1, -1):
            if reason := self._blocked_at(k, k == layer):
                return reason
        return self._no_input(layer) or "the product is too small for a float"

    def _blocked_at(self, k: int, last: bool) -> str:
        """Which factor 0 of layer k ends the way back; ``last``: the way ends at its w_k."""
        slope, factor = self.layers.slope[k - 1], self.layers.factor[k - 1]
        w, z = symbol(f"w{k}"), self._z(k)
        if slope == 0 and (last or factor == 0):
            if self.state.activation == "relu":
                return f"g′({symbol(f'z{k}')}) = 0: neuron {k} is off ({z} < 0)"
            return f"g′({symbol(f'z{k}')}) is too small for a float ({z})"
        if last or factor != 0:
            return ""
        if self.state.skip:
            return f"1 + g′({symbol(f'z{k}')})·{w} = 0: layer {k} takes away what its skip brings"
        return f"{w} = 0" if self.w[k - 1] == 0 else f"g′·{w} of layer {k} is too small for a float"

    def _no_input(self, layer: int) -> str:
        """Why a_{ℓ-1} = 0; "" if it is not 0."""
        if (self.layers.a[layer - 2] if layer > 1 else self.state.x) != 0:
            return ""
        k = layer - 1  # the layer from which on a is 0
        while k > 1 and self.layers.a[k - 2] == 0:
            k -= 1
        if k <= 1 and self.state.x == 0:
            return "x = 0"
        a, s, later = symbol(f"a{k}"), self.state, ""
        if k < s.depth and s.activation != "sigmoid" and not s.skip:
            later = ", and so is every a after it"
        return f"{a} = 0 ({self._why_no_output(k)}){later}"

    def _why_no_output(self, k: int) -> str:
        """Why a_k = 0 though a_{k-1} is not."""
        if self.state.skip:
            return "the layer takes away what its skip brings"
        if self.state.activation == "relu" and self.layers.z[k - 1] < 0:
            return f"neuron {k} is off, {self._z(k)} < 0"
        w = symbol(f"w{k}")
        return f"{w} = 0" if self.w[k - 1] == 0 else "it is too small for a float"

    def _z(self, k: int) -> str:
        return f"{symbol(f'z{k}')} = {number(float(self.layers.z[k - 1]))}"

    # -- overflow in words --------------------------------------------------------------------

    @cached_property
    def overflow_words(self) -> str:
        """Where a number became too large for a float, and what that means; "" if nowhere."""
        s, k = self.layers, self.overflow
        if k is not None:
            before = symbol(f"a{k - 1}") if k > 1 else "x"
            value = float(s.a[k - 2]) if k > 1 else self.state.x
            return (f"overflow at layer {k}: {symbol(f'w{k}')}·{before} = "
                    f"{number(float(self.w[k - 1]))}·{inner(number(value))} is too large for a "
                    "float (over 1.8e308), so there is no ŷ, no J and no gradient")
        if s.lost is not None:
            return (f"overflow at layer {s.lost} on the way back: its gradient is too large for a "
                    "float (over 1.8e308), so there is none for the layers before it")
        if not math.isfinite(self.trace.J):
            return "overflow: J = (ŷ − y)² is too large for a float (over 1.8e308)"
        return ""

    # -- the stepper ------------------------------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        """Both passes, one operation a step, up to 10 layers; an overflow is the last step."""
        if self.state.depth > MOST_DRAWN:
            return []
        found = []
        for step in [*self._forward_steps(), *self._backward_steps()]:
            found.append(step)
            if step.result != "J" and not math.isfinite(step.value):
                break
        return found

    def _value(self, name: str, k: int) -> float:
        return float(getattr(self.layers, name)[k - 1])

    def _factor(self, name: str, k: int) -> Factor:
        """"z", "a" or "w" of layer k; a_0 is x."""
        if name == "a" and k == 0:
            return Factor("x", float(self.state.x))
        value = float(self.w[k - 1]) if name == "w" else self._value(name, k)
        return Factor(symbol(f"{name}{k}"), value)

    def _gradient(self, name: str, k: int) -> Factor:
        """∂J/∂z, ∂J/∂a or ∂J/∂w of layer k."""
        return Factor(f"∂J/∂{symbol(f'{name}{k}')}", self._value(f"dJ_d{name}", k))

    def _forward_steps(self) -> list[Step]:
        f, steps = self._factor, []
        for k in range(1, self.state.depth + 1):
            before = f"a{k - 1}" if k > 1 else "x"
            steps.append(self._ending(operation("forward", symbol(f"z{k}"),
                                                [[f("w", k), f("a", k - 1)]],
                                                (f"w{k}", f"z{k}"), (before,))))
            steps.append(self._ending(self._activation_step(k, before)))
            if k == self.overflow:
                return steps
        L = self.state.depth
        return [*steps, self._ending(squared_error("J", f("a", L), Factor("y", self.state.y),
                                                   self.J, ("J", "y"), (f"a{L}",)))]

    def _activation_step(self, k: int, before: str) -> Step:
        """a_ℓ = g(z_ℓ), with what the skip adds."""
        z, name, says = self._factor("z", k), ACTIVATIONS[self.state.activation], []
        bare = self.state.activation == "identity"
        symbols, numbers = (z.symbol, z.text) if bare else (f"{name}({z.symbol})",
                                                            f"{name}({z.text})")
        reused = [f"z{k}"]
        if self.state.skip:
            earlier = self._factor("a", k - 1)
            symbols = f"{earlier.symbol} + {symbols}"
            numbers = f"{earlier.text} + {inner(numbers)}"
            reused.append(before)
            says.append(f"The skip adds {earlier.symbol}.")
        says.append(self._kink_words(k))
        return Step("forward", symbol(f"a{k}"), symbols, numbers, self._value("a", k), (f"a{k}",),
                    tuple(reused), " ".join(filter(None, says)))

    def _kink_words(self, k: int) -> str:
        """What is special about z of a ReLU."""
        if self.state.activation not in ("relu", "leaky_relu"):
            return ""
        z = self._value("z", k)
        if z == 0:
            return f"{symbol(f'z{k}')} = 0: exactly on the kink. The slope there counts as 1."
        if self.state.activation == "leaky_relu":
            return "z < 0: the leaky ReLU passes a hundredth." if z < 0 else ""
        return "Off: the ReLU gives 0." if z < 0 else ""

    @staticmethod
    def _ending(step: Step) -> Step:
        """A step whose value is too large for a float says so."""
        if math.isfinite(step.value):
            return step
        return Step(step.way, step.result, step.formula, step.numbers, math.inf, step.lit,
                    step.reused, "Overflow: too large for a float (over 1.8e308).")

    def _backward_steps(self) -> list[Step]:
        L = self.state.depth
        if self.overflow is not None:
            return []
        steps = [self._ending(slope_of_squared_error(
            self._gradient("a", L).symbol, self._factor("a", L), Factor("y", self.state.y),
            self._value("dJ_da", L), (f"da{L}",), (f"a{L}", "y")))]
        for k in range(L, 0, -1):
            steps += map(self._ending, self._backward_steps_of(k))
            if k == self.layers.lost:
                break
        return steps

    def _backward_steps_of(self, k: int) -> list[Step]:
        """∂J/∂z_ℓ, ∂J/∂w_ℓ and, down to layer 1, ∂J/∂a_{ℓ-1}."""
        da, dz = self._gradient("a", k), self._gradient("z", k)
        before, slope = self._factor("a", k - 1), self._slope(k)
        off = f" Neuron {k} is off: its slope is 0." if self.states[k - 1] == "off" else ""
        steps = [
            operation("backward", dz.symbol, [[da, slope]], (f"dz{k}",), (f"da{k}", f"z{k}"),
                      f"{da.symbol} is reused.{off}"),
            operation("backward", self._gradient("w", k).symbol, [[dz, before]], (f"dw{k}",),
                      (f"dz{k}", f"a{k - 1}" if k > 1 else "x"),
                      f"{dz.symbol} and, from the forward pass, {before.symbol} are reused."),
        ]
        if k > 1:
            steps.append(self._step_to_the_layer_before(k, da, dz))
        return steps

    def _slope(self, k: int) -> Factor:
        return Factor(f"g′({symbol(f'z{k}')})", self._value("slope", k))

    def _step_to_the_layer_before(self, k: int, da: Factor, dz: Factor) -> Step:
        """∂J/∂a_{ℓ-1} = ∂J/∂z_ℓ · w_ℓ, and with a skip + ∂J/∂a_ℓ · 1."""
        terms, reused = [[dz, self._factor("w", k)]], [f"dz{k}", f"w{k}"]
        says = f"{dz.symbol} is reused."
        if self.state.skip:
            terms.append([da, Factor("1", 1.0)])
            reused.append(f"da{k}")
            says += " The skip gives the second term, its +1."
        return operation("backward", self._gradient("a", k - 1).symbol, terms, (f"da{k - 1}",),
                         reused, says)


# --- the map: log10 |∂J/∂w_1| over depth and weight ---


class Map(NamedTuple):
    """log10 |∂J/∂w_1|, shape (D, W), for these depths (D,) and scales (W,)."""

    scales: np.ndarray
    depths: np.ndarray
    log10: np.ndarray


@dataclass(frozen=True)
class MapAxis:
    """What goes across the map: the field of the state it sets, and its columns.

    The columns stand half a slider step apart, so that every step of a slider is on the map.
    """

    name: str
    low: float
    high: float
    scales: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = round((self.high - self.low) / 0.025) + 1
        scales = np.round(np.linspace(self.low, self.high, count), 3) + 0.0
        scales.setflags(write=False)
        object.__setattr__(self, "scales", scales)


AXES = {
    "shared": MapAxis("w of every layer", -3.0, 3.0),
    "each": MapAxis("factor on all weights", -3.0, 3.0),
    "random": MapAxis("spread of the weights", 0.0, 3.0),
}


def map_key(state: DeepChainState) -> tuple:
    """What the map depends on; the shared weight, the spread and the depth only move its point."""
    pattern = {"shared": (), "each": state.weights, "random": (int(state.seed),)}[state.mode]
    return state.mode, pattern, state.activation, state.skip, float(state.x), float(state.y)


def map_point(state: DeepChainState) -> tuple[float, int]:
    """(scale, depth) of the present setting."""
    return {"shared": state.w, "each": 1.0, "random": state.spread}[state.mode], state.depth


@lru_cache(maxsize=6)
def make_map(key: tuple) -> Map:
    """The map of a ``map_key``, in one vectorized call."""
    mode, pattern, activation, skip, x, y = key
    axis = AXES[mode]
    weights = {"shared": lambda: np.ones(MOST_LAYERS), "each": lambda: np.array(pattern),
               "random": lambda: drawn(*pattern)}[mode]()
    log10 = log10_gradients(weights, axis.scales, x=x, y=y, activation=activation, skip=skip)
    return Map(axis.scales, np.arange(1, len(weights) + 1), log10)


# --- multiplications ---


@lru_cache(maxsize=2)
def count_curves(skip: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(depths, with reuse, without): counted once for depths 1 to 20 and every fifth to 100."""
    depths = np.array([*range(1, 20), *range(20, MOST_LAYERS + 1, 5)])
    return (depths, *multiplication_counts(depths, skip))


def counted(depth: int, skip: bool) -> tuple[int, int]:
    """(with reuse, without) at one depth; the core keeps what it has counted."""
    with_reuse, without = multiplication_counts([depth], skip)
    return int(with_reuse[0]), int(without[0])
