"""The numbers of the deep-chain lab: its state, and everything computed from a state.

    z_ℓ = w_ℓ a_{ℓ-1},   a_ℓ = g(z_ℓ)   (with skip: a_ℓ = a_{ℓ-1} + g(z_ℓ)),   a_0 = x,   ŷ = a_L
    J = (ŷ − y)²

Arrays over the layers have shape (L,) and index 0 is layer 1.
Source: CMU 10-315, "Neural Networks" (chain, both passes); MIT 6.390, "Neural Networks II"
(vanishing and exploding, skip, clipping).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from ...core import BackwardTrace, ForwardTrace, backward, clip_by_norm, forward, gradient_norm
from ...core.activations import Array
from ...explain.notation import Notation, Var
from ...explain.operations import Operation, Passes, most_operations, operations
from ...explain.zeros import Why, Zero, zeros_of_each
from ...fields import (
    DATA,
    PARAMETER,
    RATE,
    VIEW,
    State,
    choice,
    cover,
    number,
    place,
    switch,
    whole,
)
from ...text import SUBSCRIPTS, TITLES
from .chain import chain, local_factors, overflow_layer, slope_of
from .log_chain import log10_gradients

MOST_LAYERS = 100
MOST_DRAWN = 10
"""Layers of a chain that is drawn, walked through, and has a weight of its own for each layer."""
LARGEST = 1e9
"""Of a weight and of x and y, either way; a chain of such numbers may overflow, and says so."""
NUMBERS = (-3.0, 3.0, 0.05)
"""Ends and step of the sliders of weights, x and y."""
ACTIVATIONS = {name: TITLES[name] for name in ("sigmoid", "tanh", "relu", "leaky_relu",
                                               "identity")}
MODES = {"shared": "one weight for all", "each": "one weight a layer", "random": "drawn at random"}
VIEWS = {"chain": "Chain", "profiles": "Profiles"}
BELOW = {"map": "Map", "why": "Why backwards?", "clipping": "Clipping", "training": "Training"}
OWN = tuple(f"w{layer}" for layer in range(1, MOST_DRAWN + 1))
"""The weights of mode "each"."""


def _own(layer: int) -> float:
    """The weight of one layer in mode "each", in use where the chain has such a layer."""
    return number(1.0, PARAMETER, most=LARGEST, slider=NUMBERS, says="in mode each",
                  when=lambda state: layer <= state.depth)


def _depths(state: DeepChainState) -> tuple[float, float, float]:
    return 1, MOST_DRAWN if state.mode == "each" else MOST_LAYERS, 1


def _operations(state: DeepChainState) -> int:
    """Operations of both passes, 5L + 1; deeper chains have no stepper."""
    return most_operations([1] * (state.depth + 1), False) if state.depth <= MOST_DRAWN else 0


@dataclass(frozen=True)
class DeepChainState(State):
    """All that the student can set."""

    depth: int = whole(5, DATA, 1, MOST_LAYERS, slider=_depths, always=True,
                       says="L, the number of layers")
    activation: str = choice("sigmoid", ACTIVATIONS, DATA, always=True)
    x: float = number(1.0, DATA, most=LARGEST, slider=NUMBERS, always=True, says="the input")
    y: float = number(0.0, DATA, most=LARGEST, slider=NUMBERS, always=True, says="the target")
    mode: str = choice("shared", MODES, DATA, label="weights", called="way to choose weights",
                       says="where the weights come from: all are w; or w1 to w10, up to 10 "
                            "layers; or drawn from a normal distribution")
    w: float = number(1.0, PARAMETER, most=LARGEST, slider=NUMBERS, says="in mode shared",
                      when=lambda state: state.mode == "shared")
    w1: float = _own(1)
    w2: float = _own(2)
    w3: float = _own(3)
    w4: float = _own(4)
    w5: float = _own(5)
    w6: float = _own(6)
    w7: float = _own(7)
    w8: float = _own(8)
    w9: float = _own(9)
    w10: float = _own(10)
    seed: int = whole(0, DATA, 0, 999, says="of the weights in mode random",
                      when=lambda state: state.mode == "random")
    std: float = number(1.0, DATA, most=LARGEST, not_negative=True, slider=(0.0, 3.0, 0.05),
                        formerly="spread", says="of the weights in mode random",
                        when=lambda state: state.mode == "random")
    skip: bool = switch(False, DATA, label="skip connections",
                        says="whether a_ℓ = a_{ℓ-1} + g(z_ℓ)")
    max_norm: float = number(1.0, DATA, most=LARGEST, positive=True, slider=(-3, 3, 0.05), log=True,
                             label="threshold τ", called="threshold τ", formerly="tau",
                             says="the largest length of a clipped gradient")
    learning_rate: float = number(0.05, RATE, most=LARGEST, positive=True, slider=(-5, 1, 0.05),
                                  log=True, label="learning rate α", called="learning rate",
                                  says="of the training")
    steps: int = whole(200, RATE, 1, 1000, label="training steps", says="of the training")
    view: str = choice("chain", VIEWS, VIEW, buttons=True)
    below: str = choice("map", BELOW, VIEW, buttons=True, called="picture",
                        says="the picture below the chain")
    operation: int = place(_operations)
    covered: bool = cover()

    def check(self) -> None:
        """Each layer has a weight of its own in chains of up to 10 layers only."""
        if self.mode == "each" and self.depth > MOST_DRAWN:
            raise ValueError(f"one weight a layer goes up to depth {MOST_DRAWN}, got depth "
                             f"{self.depth}: choose one weight for all, or drawn ones")

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """To set one weight means that each layer has its own from now on. These take over the
        numbers that are there, and a deep chain becomes as short as it must."""
        if set(OWN) & set(changes):
            changes.setdefault("mode", "each")
        if changes.get("mode", self.mode) == "each" != self.mode:
            changes.setdefault("depth", min(self.depth, MOST_DRAWN))
            present = (*self.weights, *[self.weights[-1]] * MOST_DRAWN)
            changes = {**dict(zip(OWN, present, strict=False)), **changes}
        return changes

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """w_1 ... w_L."""
        if self.mode == "each":
            return tuple(getattr(self, name) for name in OWN[: self.depth])
        if self.mode == "random":
            return tuple((drawn(self.seed)[: self.depth] * self.std).tolist())
        return (self.w,) * self.depth

    @property
    def parameters(self) -> dict[str, float]:
        """The weights of the chain, "w1" to "w100"."""
        return {f"w{layer}": w for layer, w in enumerate(self.weights, start=1)}

    @property
    def passes(self) -> tuple[object, ...]:
        """What the numbers of both passes depend on."""
        return self.weights, self.activation, self.skip, self.x, self.y


# The lecture draws the chain of five layers but puts no numbers in, and names sigmoid first of
# its activations; x = 1, y = 0 and w = 1 are this project's choice.
LECTURE: dict[str, object] = {"depth": 5, "activation": "sigmoid", "mode": "shared", "w": 1.0,
                              "x": 1.0, "y": 0.0, "skip": False, "operation": 0}
IN_THE_MIDDLE = dict(zip(OWN, (1.2, 0.9, 1.1, -1.0, 1.3, 0.8, 1.2), strict=False))
EXPLODING = {**LECTURE, "depth": 30, "activation": "identity", "w": 1.5}
PRESETS: dict[str, dict[str, object]] = {
    "lecture chain": {**LECTURE, "view": "chain", "below": "map"},  # as a new lab
    "sigmoid vanishes": {**LECTURE, "depth": 20, "below": "map"},
    "identity w = 1.5 explodes": {**EXPLODING, "below": "map"},
    "tanh at the edge": {**LECTURE, "depth": 50, "activation": "tanh", "below": "map"},
    "ReLU dead in the middle": {**LECTURE, "depth": 7, "activation": "relu", "mode": "each",
                                "y": 1.0, **IN_THE_MIDDLE, "view": "chain", "below": "map"},
    # ∂J/∂w₁ is 1e-17 without the skip and 0.47 with it; each factor is a little below 1, and ŷ
    # comes nearer to y
    "skip saves it": {**LECTURE, "depth": 20, "w": -0.5, "x": 2.0, "y": 3.0, "skip": True,
                      "view": "profiles", "below": "map"},
    "skip explodes": {**EXPLODING, "skip": True, "view": "profiles", "below": "map"},
    "clipping tames it": {**LECTURE, "activation": "identity", "depth": 10, "w": 1.5, "y": 1.0,
                          "view": "profiles", "below": "clipping", "max_norm": 1.0,
                          "learning_rate": 0.01, "steps": 250},
}
"""The lecture's situations, by the names of the buttons."""


@lru_cache(maxsize=64)
def drawn(seed: int) -> Array:
    """Normal numbers for all layers there can be, so that a deeper chain keeps its first ones."""
    values = np.random.default_rng(seed).normal(0.0, 1.0, MOST_LAYERS)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=MOST_LAYERS)
def notation_of(depth: int) -> Notation:
    """How the lecture writes a chain: the layer below, "z₃"."""
    return Notation({f"w{layer}": Var("w", layer) for layer in range(1, depth + 1)}, depth,
                    index=lambda layer, neuron: str(layer).translate(SUBSCRIPTS), output="",
                    slope="g", neuron=lambda layer, neuron: f"neuron {layer}")


class Layers(NamedTuple):
    """Both passes of one chain over its layers; arrays of shape (L,), NaN where no number is."""

    z: Array
    a: Array
    slope: Array
    factor: Array
    dJ_da: Array
    dJ_dz: Array
    dJ_dw: Array
    overflow: int | None
    """The first layer whose z or a is too large for a float."""
    lost: int | None
    """The last layer whose gradient is too large for a float, though the forward pass is fine."""


def layers_of(trace: ForwardTrace, back: BackwardTrace) -> Layers:
    """The numbers of both passes; behind an overflow there are none."""
    z, a = _row(trace.z), _row(trace.a)
    slope = slope_of(trace.network.activations[1])(z)
    factor = local_factors(trace) + 0.0
    gradients = [_row(back.dJ_da), _row(back.dJ_dz), _row(back.dJ_dw)]
    overflow, lost = overflow_layer(trace), None
    if overflow is not None:
        for values in (z, a, slope, factor):
            values[overflow:] = np.nan
        slope[overflow - 1] = factor[overflow - 1] = np.nan
        gradients = [np.full(len(z), np.nan) for _ in gradients]
    else:
        lost = _lost_layer(gradients)
        for values in gradients:
            values[: (lost or 1) - 1] = np.nan
    dJ_da, dJ_dz, dJ_dw = gradients
    return Layers(z, a, slope, factor, dJ_da, dJ_dz, dJ_dw, overflow, lost)


def _row(arrays: tuple[Array, ...]) -> Array:
    """The numbers of layers 1..L; + 0.0 makes −0 a plain 0."""
    return np.array([float(array[0, 0]) for array in arrays[1:]]) + 0.0


def _lost_layer(gradients: list[Array]) -> int | None:
    """The last layer with a gradient that is not finite; on the way back it is met first."""
    bad = np.flatnonzero(~np.isfinite(gradients).all(axis=0))
    return int(bad[-1]) + 1 if len(bad) else None


class Numbers:
    """Everything a state determines."""

    def __init__(self, state: DeepChainState) -> None:
        self.state = state
        self.w = np.array(state.weights)
        self.network = chain(state.weights, state.activation, state.skip)
        self.notation = notation_of(state.depth)
        self.trace = forward(self.network, [state.x], [state.y])
        self.back = backward(self.trace)
        self.layers = layers_of(self.trace, self.back)

    @cached_property
    def plain(self) -> Layers:
        """The same weights without skips."""
        s = self.state
        if not s.skip:
            return self.layers
        trace = forward(chain(s.weights, s.activation), [s.x], [s.y])
        return layers_of(trace, backward(trace))

    @property
    def overflow(self) -> int | None:
        """The first layer whose z or a is too large for a float; None if there is none."""
        return self.layers.overflow

    @property
    def loss(self) -> float:
        """J = (ŷ − y)²; infinite where it is too large for a float, NaN where there is no ŷ."""
        return float(self.trace.J) if self.overflow is None else math.nan

    @property
    def output(self) -> float:
        """ŷ = a_L; NaN after an overflow."""
        return float(self.layers.a[-1]) if self.overflow is None else math.nan

    @property
    def parameters(self) -> dict[str, float]:
        """w_ℓ by name."""
        return self.state.parameters

    @cached_property
    def gradient(self) -> dict[str, float]:
        """∂J/∂w_ℓ by name: "w1" ... "w100"; NaN or infinity where there is no such float."""
        return dict(zip(self.notation.parameters, self.layers.dJ_dw.tolist(), strict=True))

    @property
    def exists(self) -> bool:
        """True if every gradient is a number."""
        return bool(np.isfinite(self.layers.dJ_dw).all())

    @property
    def norm(self) -> float:
        """‖∇J‖ = sqrt(Σ (∂J/∂w_ℓ)²)."""
        return gradient_norm([self.layers.dJ_dw]) if self.exists else math.nan

    @cached_property
    def clipped(self) -> Array:
        """The gradient after clipping to the length max_norm, shape (L,); the gradients must
        exist."""
        return clip_by_norm([self.layers.dJ_dw], self.state.max_norm)[0]

    @cached_property
    def log10_first(self) -> float:
        """log10 |∂J/∂w_1|, also where it is too small for a float; −inf: exactly 0."""
        s = self.state
        return float(log10_gradients(self.w, np.ones(1), x=s.x, y=s.y, activation=s.activation,
                                     skip=s.skip)[-1, 0])

    # -- both passes as facts -----------------------------------------------------------------

    @cached_property
    def at(self) -> Passes:
        """Both passes, by variable."""
        return Passes(self.trace, self.back, self.notation)

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes, one operation a step, up to 10 layers; an overflow is the last one."""
        return operations(self.at) if self.state.depth <= MOST_DRAWN else []

    @cached_property
    def _zeros_by_name(self) -> dict[str, tuple[Zero, ...]]:
        """Why each gradient that is exactly 0 is so, the last layer first."""
        layers = 1 + np.flatnonzero(self.layers.dJ_dw == 0)[::-1]
        found = zeros_of_each(self.at, [Var("dw", int(layer)) for layer in layers])
        return {f"w{var.layer}": zeros for var, zeros in found.items()}

    def why_zero(self, name: str) -> Why | None:
        """Why ∂J/∂w_ℓ is exactly 0; None if it is not."""
        zeros = self._zeros_by_name.get(name)
        return Why(zeros) if zeros else None

    @cached_property
    def zeros(self) -> list[tuple[Why, list[str]]]:
        """Each reason with the weights whose gradient is exactly 0 for it, the last layer first.

        An a that is 0 makes those after it 0 too: this is one reason for all of them.
        """
        found: dict[tuple[Zero, ...], tuple[Why, list[str]]] = {}
        for name, zeros in self._zeros_by_name.items():
            origin = tuple(replace(zero, later=False) for zero in zeros)
            found.setdefault(origin, (Why(zeros), []))[1].append(name)
        return list(found.values())

    @property
    def states(self) -> tuple[str, ...]:
        """"off" for each layer that passes nothing back because g′(z) = 0, else "on"."""
        return tuple("off" if slope == 0 else "on" for slope in self.layers.slope)
