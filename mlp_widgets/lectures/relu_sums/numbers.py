"""The numbers of the lab of sums of ReLUs: its state, and everything computed from a state.

    ŷ(x) = b2 + Σ_j w2j ReLU(w1j x + b1j),  j = 1 ... K,   J = mean over the points of (ŷ − y)²

Source: MIT 6.390, "Neural Networks II", "sums of ReLUs approximate any function"; the notation is
that of CMU 10-315, "Neural Networks".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

import numpy as np

from ...core import BackwardTrace, ForwardTrace, Network, backward, forward
from ...core.activations import Array
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import Operation, Passes, most_operations, operations
from ...fields import (
    DATA,
    PARAMETER,
    RATE,
    Ends,
    State,
    cover,
    declared,
    number,
    parsed,
    place,
    real,
    whole,
)
from ...fits.hinges import best_known, exact_from, lower_bounds, network_of, with_best_heights
from ...text import Factor, counted, inner, round_limit
from .starts import STARTS, Neuron, laid
from .targets import MOST_POINTS, NAMES, Target, as_target

MOST = 30
"""Neurons."""
LARGEST = 1e9
"""Of a parameter of a neuron: products of them and of x stay far from infinity."""
ROUNDING = 1e-16
"""A J below this share of the mean of y² is told as 0: errors of 1e-8 of the size of y."""


# -- the state ------------------------------------------------------------------------------------


def as_neurons(source: object) -> str | tuple[Neuron, ...]:
    """A name of STARTS, or a tuple of triples (w1j, b1j, w2j); ValueError says what is allowed."""
    if isinstance(source, str) and source in STARTS:
        return source
    wrong = ValueError(f"neurons must be one of {', '.join(map(repr, STARTS))}, or a list of 1 to "
                       f"{MOST} triples (w1j, b1j, w2j), got {source!r:.40}")
    if isinstance(source, str) or not isinstance(source, Iterable):
        raise wrong
    rows = [tuple(row) if isinstance(row, Iterable) and not isinstance(row, str) else ()
            for row in source]
    if not 1 <= len(rows) <= MOST or any(len(row) != 3 for row in rows):
        raise wrong
    return tuple((real("w1j", a, LARGEST), real("b1j", b, LARGEST), real("w2j", c, LARGEST))
                 for a, b, c in rows)


def heights(target: Target) -> Ends:
    """(low, high, step) of the slider of w2j: the slopes that a target may need."""
    end = round_limit(6.0 * target.span)
    return -end, end, end / 100


def levels(target: Target, without: int = 0) -> Ends:
    """The same of b2, and of the height of a point: then ``without`` that one, which moves."""
    others = [abs(y) for point, y in enumerate(target.values, 1) if point != without]
    end = round_limit(1.5 * (max(others) or 1.0))
    return -end, end, end / 100


def first_point(target: Target) -> int:
    """The point that is shown until another is chosen: at an end most neurons are off or at 0."""
    return 2 * target.count // 3 + 1


def _of_neuron(place: int, slider: Ends | Callable[[ReluSumsState], Ends]) -> float:
    """One of the three parameters of the neuron on the sliders."""
    return number(None, PARAMETER, most=LARGEST, slider=slider,
                  default_for=lambda state: state.given[state.neuron - 1][place])


@dataclass(frozen=True)
class ReluSumsState(State):
    """All that the student can set."""

    K: int = whole(3, DATA, 1, MOST, always=True, label="neurons K", says="hidden neurons")
    neuron: int = whole(1, DATA, 1, MOST, label="neuron j", slider=lambda s: (1, s.K, 1),
                        when=lambda s: s.K > 1, says="the one whose parameters are w1j, b1j, w2j")
    w1j: float = _of_neuron(0, (-2.0, 2.0, 0.02))
    b1j: float = _of_neuron(1, (-2.0, 2.0, 0.02))
    w2j: float = _of_neuron(2, lambda s: heights(s.target))
    b2: float = number(0.0, PARAMETER, most=LARGEST, slider=lambda s: levels(s.target))
    neurons: str | tuple[Neuron, ...] = parsed(
        "even", DATA, as_neurons, label="start", texts=tuple(STARTS),
        contents=lambda value: value if isinstance(value, str) else [list(row) for row in value],
        says="all neurons, of which the one on the sliders counts as these say",
        allowed=f"{', '.join(map(repr, STARTS))}, or K triples (w1j, b1j, w2j)")
    target: Target = parsed(
        "sine", DATA, as_target, write=attrgetter("plain"), contents=attrgetter("plain"),
        texts=tuple(NAMES), allowed=f"{', '.join(map(repr, NAMES))}, a text file of two columns, "
        f"or two lists (x, y) of at most {MOST_POINTS} points")
    point: int = whole(None, DATA, 1, MOST_POINTS, slider=lambda s: (1, s.target.count, 1),
                       default_for=lambda s: first_point(s.target), label="point",
                       says="that of the stepper, whose height is y_at; by default right of the "
                            "middle")
    y_at: float = number(None, DATA, most=LARGEST, slider=lambda s: levels(s.target, s.point),
                         default_for=lambda s: s.target.height(s.point), label="its y",
                         says="with another one the target becomes an own curve")
    learning_rate: float = number(0.02, RATE, slider=(-4, 0, 0.05), log=True, positive=True,
                                  label="learning rate α", called="learning rate")
    steps: int = whole(3000, RATE, 1, 20_000, slider=(100, 10_000, 100), label="training steps",
                       says="of gradient descent on all parameters")
    operation: int = place(most_operations((1, 1, 1), biases=True, plain_output=True))
    covered: bool = cover()

    def check(self) -> None:
        """There is a neuron j and a point; the sliders win over the lists."""
        shown = self.shown
        if isinstance(self.neurons, tuple):
            object.__setattr__(self, "neurons", shown)
        if self.target.height(self.point) != self.y_at:
            object.__setattr__(self, "target",
                               self.target.with_values({self.point - 1: self.y_at}))

    @property
    def given(self) -> tuple[Neuron, ...]:
        """The K neurons as the start or the list says; ValueError if these are not K, or j > K."""
        found = laid(self.neurons, self.K) if isinstance(self.neurons, str) else self.neurons
        if len(found) != self.K:
            raise ValueError(f"K is {self.K}, and neurons has {len(found)} triples; give as many")
        if self.neuron > self.K:
            raise ValueError(f"neuron must be at most K = {self.K}, got {self.neuron}")
        return found

    @property
    def shown(self) -> tuple[Neuron, ...]:
        """All K neurons, the one on the sliders as these say."""
        own = self.w1j, self.b1j, self.w2j
        return *self.given[:self.neuron - 1], own, *self.given[self.neuron:]

    @property
    def is_laid(self) -> bool:
        """Whether no neuron was moved since the start."""
        return isinstance(self.neurons, str) and self.shown == self.given

    @property
    def start(self) -> str:
        """The start of networks with other K: evenly spaced, where the neurons are a list."""
        return self.neurons if isinstance(self.neurons, str) else "even"

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """What the sliders show comes with the neuron, and the heights with the target."""
        found = dict(changes)
        if "target" in found:
            target = found["target"] = as_target(found["target"])
            chosen = self.point != first_point(self.target)
            found.setdefault("point", min(self.point, target.count) if chosen else None)
        if {"target", "point"} & set(found):
            found.setdefault("y_at", None)
        if {"K", "neuron", "neurons"} & set(found):
            # a box gives 4.0
            K: Any = declared(type(self))["K"].check(found["K"]) if "K" in found else self.K
            found = {**self._other_neurons(found, K), **found, "K": K}
        return found

    def _other_neurons(self, changes: Mapping[str, object], K: int) -> dict[str, object]:
        """Neurons that were moved stay, with more neurons the new ones add nothing (w2j = 0)."""
        found: dict[str, object] = dict.fromkeys(("w1j", "b1j", "w2j"))
        if "neurons" not in changes and not self.is_laid:
            new = [(w1, b1, 0.0) for w1, b1, _ in laid("even", K)[self.K:]]
            found["neurons"] = (*self.shown, *new)[:K]
        if "neuron" not in changes:
            found["neuron"] = min(self.neuron, K)
        return found


def _preset(neurons: str | tuple[Neuron, ...], target: str, b2: float = 0.0,
            K: int = 3) -> dict[str, object]:
    return {"K": K, "neurons": neurons, "b2": b2, "target": target}


PRESETS = {
    "three hinges": _preset("even", "sine"),
    "two make a step": _preset(((16.0, 1.0, 1.0), (16.0, 0.0, -1.0)), "step", K=2),
    "one is dead": {**_preset(((1.0, 1.0, 1.0), (-1.0, -1.4, 2.0), (1.0, -0.3333, 1.0)), "sine",
                              b2=0.5), "neuron": 2},
    "traffic": _preset("even", "all days", K=8),
    "all kinks at 0": _preset("zero", "sine", K=12),
    "as many as points": _preset("even", "sine", K=30),
}


# -- the numbers ----------------------------------------------------------------------------------


@lru_cache(maxsize=MOST)
def notation_of(neuron: int) -> Notation:
    """Names for the parameters of one neuron, counted from 1, and for b2."""
    j = neuron - 1
    return Notation({"w1j": Var("w", 1, j), "b1j": Var("b", 1, j), "w2j": Var("w", 2, 0, j),
                     "b2": Var("b", 2)}, depth=2, loss="ℓ", plain_output=True,
                    index=lambda layer, neuron: "₁ⱼ")


def built(neurons: Iterable[Neuron], b2: float) -> Network:
    """The network of some triples."""
    w1, b1, w2 = np.array(list(neurons)).T
    return network_of(w1, b1, w2, b2)


def error(network: Network, target: Target) -> float:
    """J over the target's points."""
    return float(forward(network, target.x[None], target.y[None]).J)


def is_rounding(J: float, target: Target) -> bool:
    """Whether a J is 0 but for rounding."""
    return float(np.mean(target.y**2)) * ROUNDING >= J


def _fitted(target: Target, start: str, K: int) -> Network:
    """The hinges of a start where they are, with the best heights."""
    return with_best_heights(built(laid(start, K), 0.0), target.x, target.y)


@lru_cache(maxsize=64)
def least_squares(target: Target, start: str) -> tuple[float, ...]:
    """J with the hinges of a start where they are and the best heights, for K = 1 ... MOST."""
    return tuple(error(_fitted(target, start, K), target) for K in range(1, MOST + 1))


@lru_cache(maxsize=64)
def bounds(target: Target) -> tuple[float, ...]:
    """What J of K hinges cannot be below, for K = 1 ... MOST."""
    return tuple(lower_bounds(target.x, target.y, MOST).tolist())


@lru_cache(maxsize=64)
def enough(target: Target) -> int:
    """A number of neurons with which J = 0 can be reached: that of a hinge for each turn, or the
    first with which evenly spaced hinges reach it but for rounding, as 27 do on the sine."""
    evenly = (K for K, J in enumerate(least_squares(target, "even"), 1) if is_rounding(J, target))
    return min(exact_from(target.x, target.y), next(evenly, MOST_POINTS))


@lru_cache(maxsize=256)
def best(target: Target, K: int) -> Network | None:
    """A network of at most K neurons with the smallest J there is, if that is known."""
    if enough(target) < K:  # one for all of them
        return best(target, enough(target))
    found = best_known(target.x, target.y, K)
    return _fitted(target, "even", K) if found is None and enough(target) == K else found


@dataclass(frozen=True)
class Hinges:
    """Facts about the hidden neurons of a network on N points, which are counted or measured.

    kinks: where they switch, NaN for w1j = 0, shape (K,); inside: kinks between the first and the
    last point; gaps: between neighbouring points, that hold one kink or more; dead: off at every
    point; lines: on at every point; blocked: neurons of whose three gradients each is exactly 0.
    """

    kinks: tuple[float, ...]
    inside: int
    gaps: int
    dead: int
    lines: int
    blocked: int


def hinges_of(back: BackwardTrace) -> Hinges:
    """The facts, from a backward trace of a 1-K-1 network."""
    network, z, x = back.forward.network, back.forward.z[1], back.forward.a[0][0]
    kinks = kinks_of(network)
    inside = (kinks > x[0]) & (kinks < x[-1])
    gaps = len(np.unique(np.searchsorted(x, kinks[inside])))
    assert back.dJ_db is not None
    zero = (back.dJ_dw[1][:, 0] == 0) & (back.dJ_db[1] == 0) & (back.dJ_dw[2][0] == 0)
    return Hinges(tuple(kinks.tolist()), int(inside.sum()), gaps, int((z < 0).all(axis=1).sum()),
                  int((z >= 0).all(axis=1).sum()), int(zero.sum()))


def kinks_of(network: Network) -> Array:
    """x = −b1j / w1j of every hidden neuron; NaN where w1j is 0."""
    assert network.b is not None
    w, b = network.w[1][:, 0], network.b[1]
    with np.errstate(over="ignore"):
        return np.divide(-b, w, out=np.full(len(w), np.nan), where=w != 0) + 0.0


class OfOneNeuron(Passes):
    """Both passes as one hidden neuron takes part in them."""

    def __init__(self, whole: Passes, neuron: int) -> None:
        super().__init__(whole.trace, whole.back, whole.notation)
        self._own = range(neuron, neuron + 1)

    def neurons(self, layer: int) -> range:
        """Of layer 1 that neuron alone."""
        return self._own if layer == 1 else super().neurons(layer)


class Numbers(NetworkNumbers):
    """Everything a state determines."""

    def __init__(self, state: ReluSumsState) -> None:
        self.state, self.target = state, state.target
        k = state.point - 1
        super().__init__(built(state.shown, state.b2), notation_of(state.neuron),
                         (self.target.x, self.target.y),
                         (self.target.x[k : k + 1], self.target.y[k : k + 1]))

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes at the point, of the neuron on the sliders: 11 operations with every K. In
        ŷ the other hinges are one number."""
        found = operations(OfOneNeuron(self.at, self.state.neuron - 1))
        return [self._with_others(op) if op.result == Var("a", 2) else op for op in found]

    def _with_others(self, op: Operation) -> Operation:
        """ŷ = w2j a1j + what b2 and the other hinges add."""
        if self.state.K == 1:
            return op
        others = Factor(f"(b₂ + {counted(self.state.K - 1, 'other hinge')})", self.others)
        formula, numbers = (text.rpartition(" + ")[0] for text in (op.formula, op.numbers))
        return replace(op, formula=f"{formula} + {others.symbol}",
                       numbers=f"{numbers} + {inner(others.text)}")

    @property
    def added(self) -> float:
        """w2j a1j at the point: the height of the neuron's own hinge there."""
        j = self.state.neuron - 1
        return self.value("w", 2, 0, j) * self.value("a", 1, j) + 0.0

    @property
    def others(self) -> float:
        """What b2 and the other hinges add there."""
        heights = self.network.w[2][0] * self.at.trace.a[1][:, 0]
        return float(np.delete(heights, self.state.neuron - 1).sum()) + self.value("b", 2)

    @cached_property
    def kinks(self) -> Array:
        """Where each neuron switches; NaN where w1j is 0, shape (K,)."""
        return kinks_of(self.network)

    @property
    def kink(self) -> float:
        """That of the neuron on the sliders."""
        return float(self.kinks[self.state.neuron - 1])

    @cached_property
    def hinges(self) -> Hinges:
        """What is dead, and what lies where."""
        return hinges_of(self.back)

    def curves(self, network: Network) -> tuple[Array, ForwardTrace]:
        """Places, which are enough to draw a sum of hinges exactly, and the pass over them."""
        kinks = kinks_of(network)
        ends = np.array([-1.06, 1.06])
        grid = np.unique(np.concatenate([ends, kinks[(kinks > ends[0]) & (kinks < ends[1])]]))
        return grid, forward(network, grid[None])

    # -- the three ways -------------------------------------------------------------------------

    @cached_property
    def with_best_heights(self) -> Network:
        """The present hinges, with the best w2j and b2."""
        return self.with_heights_of(self.network)

    def with_heights_of(self, network: Network) -> Network:
        """The hinges of a network, with the best heights for them."""
        return with_best_heights(network, self.target.x, self.target.y)

    @cached_property
    def best(self) -> Network | None:
        """The best there is with K neurons, if it is known: below J = 0 there is none."""
        found = best(self.target, self.state.K)
        if found is None and self.error(self.with_best_heights) == 0:
            return self.with_best_heights
        return found

    @property
    def bound(self) -> float:
        """What J of K neurons cannot be below."""
        return bounds(self.target)[self.state.K - 1]

    @property
    def exact_from(self) -> int:
        """A number of neurons with which J = 0 can be reached."""
        return enough(self.target)

    def hinges_of(self, network: Network) -> Hinges:
        """The same of another network on the same points."""
        return hinges_of(backward(forward(network, self.target.x[None], self.target.y[None])))

    def error(self, network: Network) -> float:
        """J of another network on the same points; 0 where it is that but for rounding."""
        return self.rounded(error(network, self.target))

    def rounded(self, J: float) -> float:
        """A J, or 0 where it is that but for rounding."""
        return 0.0 if is_rounding(J, self.target) else J
