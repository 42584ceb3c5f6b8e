"""What is measured in random networks, layer by layer: variance, gradient, saturation, overflow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ...core import ForwardTrace, backward, forward
from ...explain.whole_layers import slopes_of
from .networks import network, points

STACKED = 250_000
"""Parameters of all networks together up to which one stack is faster than one by one."""
SATURATED = 0.01
"""A sigmoid or tanh with a slope below this counts as saturated."""
SLOWLY = 1.25
"""Up to this factor per layer, either way, the variance changes slowly."""
CONSTANT = 10
"""Up to this factor from the first layer to the last, it counts as about constant then."""
ALIKE = 1e-3
"""Below this part of the variance from input to input, all inputs look alike."""
TINY = 1e-4
"""Lengths of ∂J/∂W below this are called tiny, above its inverse huge."""
VANISHED = 1e-3
"""Below this share of the last gradient the first one has vanished, above its inverse exploded."""


@dataclass(frozen=True, eq=False)
class Profile:
    """What was measured in S networks that differ in their seed only; D hidden layers.

    variance: of a[l] over neurons and points, l = 0..D, shape (S, D+1); by_point: the part of it
    that is there from point to point (variance over the points, mean over the neurons), the same
    shape; gradient: the length of ∂J/∂W^l, l = 1..D+1, shape (S, D+1). All three are infinite
    where a number is beyond the range of a float. J: shape (S,). samples: layer -> a[l] of the
    first seed, for the first, middle and last hidden layer; slopes: layer -> f'(z[l]).
    overflow: the first layer of any network with an a[l] that is not finite, or None. off: for
    each network, whether some hidden layer has only ReLUs that are off, shape (S,).
    """

    variance: np.ndarray
    by_point: np.ndarray
    gradient: np.ndarray
    J: np.ndarray
    samples: dict[int, np.ndarray]
    slopes: dict[int, np.ndarray]
    overflow: int | None
    off: np.ndarray

    # -- the variance -------------------------------------------------------------------------

    @cached_property
    def typical_variance(self) -> np.ndarray:
        """Geometric mean of the variance over the seeds, shape (D+1,)."""
        return typical(self.variance)

    @cached_property
    def per_layer(self) -> float:
        """By what the variance is multiplied at each layer from 1 to D (at D = 1, from x to a[1]).

        Geometric mean over layers and seeds; seeds that end in exactly 0 or overflow count only
        if there are no others.
        """
        first = min(1, self.variance.shape[1] - 2)
        start, end = self.variance[:, first], self.variance[:, -1]
        steps = self.variance.shape[1] - 1 - first
        good = (start > 0) & (end > 0) & np.isfinite(start) & np.isfinite(end)
        if not good.any():
            return float("inf") if np.isinf(end).any() else 0.0
        logs = np.log(end[good]) - np.log(start[good])
        return float(np.exp(np.mean(logs) / steps))

    @property
    def variance_trend(self) -> str:
        """"constant", "shrinks", "grows", or one of these slowly: a factor that is near to 1 is not
        near to it any more after 20 layers, and a student sees that in the picture."""
        if not 0 < self.per_layer < np.inf:
            return "shrinks" if self.per_layer < 1 else "grows"
        rate = abs(float(np.log(self.per_layer)))
        steps = max(self.variance.shape[1] - 2, 1)
        slowly = rate <= float(np.log(SLOWLY))
        if slowly and rate * steps <= np.log(CONSTANT):
            return "constant"
        return ("shrinks" if self.per_layer < 1 else "grows") + " slowly" * slowly

    @property
    def first_zero(self) -> int | None:
        """The first layer whose variance is exactly 0 in every draw, or None."""
        zero = np.flatnonzero(self.typical_variance == 0)
        return int(zero[0]) if len(zero) else None

    @property
    def cause_of_zero(self) -> str:
        """Why a variance is exactly 0: "off" (ReLUs), "square" (a is not 0, its spread squared
        is too small for a float) or "underflow" (a itself is)."""
        if self.off.any():
            return "off"
        return "square" if self.samples[max(self.samples)].any() else "underflow"

    @property
    def zero_at_the_end(self) -> int:
        """In how many draws the variance of the last layer is exactly 0."""
        return int((self.variance[:, -1] == 0).sum())

    @property
    def typical_part(self) -> float:
        """The part of the last layer's variance that is there from point to point."""
        good = self.by_point[:, -1][np.isfinite(self.by_point[:, -1])]
        return float(np.median(good)) if len(good) else float("inf")

    @property
    def inputs_look_alike(self) -> bool:
        """Whether the variance of the last layer is no message from the input any more."""
        return self.typical_part < ALIKE * self.typical_variance[-1]

    def saturated(self, layer: int) -> float:
        """The share of the slopes f'(z) of a layer that are below 0.01."""
        return float((self.slopes[layer] < SATURATED).mean())

    # -- the gradient -------------------------------------------------------------------------

    @cached_property
    def typical_gradient(self) -> np.ndarray:
        """Geometric mean of the length of ∂J/∂W^l over the seeds, shape (D+1,)."""
        return typical(self.gradient)

    @property
    def gradient_overflow(self) -> int | None:
        """The first layer whose gradient is too large for a float, or None."""
        infinite = np.isinf(self.typical_gradient)
        return int(infinite.argmax()) + 1 if infinite.any() else None

    @property
    def gradient_trend(self) -> str:
        """What becomes of the gradient on its way from the last layer to the first.

        "lost" (activations overflow), "overflow", "zero" (in the first layer), "vanishes",
        "explodes", "tiny" or "huge" (in every layer), or "arrives".
        """
        g = self.typical_gradient
        if self.overflow is not None or self.gradient_overflow is not None:
            return "lost" if self.overflow is not None else "overflow"
        if g[0] == 0:
            return "zero"
        share = g[0] / g[-1] if g[-1] else np.inf
        if not VANISHED <= share <= 1 / VANISHED:
            return "vanishes" if share < 1 else "explodes"
        if g.max() < TINY:
            return "tiny"
        return "huge" if g.min() > 1 / TINY else "arrives"


def over_draws(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Geometric mean, smallest and largest over the first axis, each of shape (K,).

    Over the draws that are neither 0 nor infinite; NaN in a layer where there is none.
    """
    good = (values > 0) & np.isfinite(values)
    logs = np.log(values, where=good, out=np.zeros(values.shape))
    count = good.sum(axis=0)
    low = np.where(good, values, np.inf).min(axis=0)
    high = np.where(good, values, 0.0).max(axis=0)
    # rounding may take the mean of equal numbers outside of them
    mean = np.clip(np.exp(logs.sum(axis=0) / np.maximum(count, 1)), low, high)
    mean, low, high = (np.where(count > 0, v, np.nan) for v in (mean, low, high))
    return mean, low, high


def typical(values: np.ndarray) -> np.ndarray:
    """Geometric mean over the first axis; 0 and infinity count only where there is nothing else."""
    mean, otherwise = over_draws(values)[0], np.where(np.isinf(values).any(axis=0), np.inf, 0.0)
    return np.where(np.isnan(mean), otherwise, mean)


# -- measuring ----------------------------------------------------------------------------------


@lru_cache(maxsize=48)
def profile(depth: int, width: int, activation: str, c: float, seeds: int, seed: int) -> Profile:
    """Both passes of the networks of ``seeds`` seeds, from ``seed`` on, measured."""
    x, y = points(width, seed)
    numbers = tuple(range(seed, seed + seeds))
    together = seeds * (depth * width**2 + width) <= STACKED
    parts = [_measured(forward(network(depth, width, activation, c, part), x, y))
             for part in ([numbers] if together else [(n,) for n in numbers])]
    layers = [part.overflow for part in parts if part.overflow is not None]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts])
              for name in ("variance", "by_point", "gradient", "J", "off")}
    return Profile(**arrays, samples=parts[0].samples, slopes=parts[0].slopes,
                   overflow=min(layers, default=None))


def shown_layers(depth: int) -> tuple[int, ...]:
    """First, middle and last hidden layer; fewer if they are the same."""
    return tuple(sorted({1, (depth + 1) // 2, depth}))


def _measured(trace: ForwardTrace) -> Profile:
    """The profile of one network or of a stack."""
    depth = trace.network.depth - 1
    back = backward(trace)
    stack = np.atleast_1d(trace.J).shape
    spreads = [_variances(a) for a in trace.a[:-1]]
    variance, by_point = (np.stack([np.broadcast_to(pair[k], stack) for pair in spreads], axis=1)
                          for k in (0, 1))
    gradient = np.stack([np.broadcast_to(_length(g), stack) for g in back.dJ_dw[1:]], axis=1)
    first = (0,) * (trace.a[1].ndim - 2)
    layers = shown_layers(depth)
    samples = {layer: trace.a[layer][first] for layer in layers}
    slopes = {layer: slopes_of(trace.network.f[layer], trace.z[layer][first]) for layer in layers}
    finite = [bool(np.isfinite(a).all()) for a in trace.a]
    return Profile(variance, by_point, gradient, np.atleast_1d(trace.J), samples, slopes,
                   None if all(finite) else finite.index(False),
                   np.broadcast_to(_all_off(trace, variance), stack))


def _all_off(trace: ForwardTrace, variance: np.ndarray) -> np.ndarray:
    """Whether a layer has no a > 0 although some z < 0: off ReLUs, not zeros or underflow."""
    found = np.zeros(variance.shape[0], bool)
    for layer in np.flatnonzero((variance == 0).any(axis=0)):
        if layer and trace.network.activations[layer] == "relu":
            z = trace.z[layer]
            found |= (z.max(axis=(-2, -1)) <= 0) & (z.min(axis=(-2, -1)) < 0)
    return found


def _variances(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance over neurons and points, and the mean over neurons of that over the points.

    Divided by the largest |a| first, so that squares neither overflow nor underflow on the way.
    """
    size, safe = _largest(a)
    with np.errstate(over="ignore", invalid="ignore"):
        share = a / safe
        means = share.mean(axis=-1, keepdims=True)  # of each neuron
        part = np.square(share - means).mean(axis=(-2, -1))
        whole = part + means.var(axis=(-2, -1))
        whole, part = (np.where(np.isfinite(size), (np.sqrt(v) * size) ** 2, np.inf)
                       for v in (whole, part))
    return whole, part


def _length(gradient: np.ndarray) -> np.ndarray:
    """Square root of the sum of the squares over the last two axes; infinite for NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("...ij,...ij->...", gradient, gradient)
        if ((squares > 1e-280) & (squares < 1e280)).all():
            return np.sqrt(squares)
        size, safe = _largest(gradient)
        share = gradient / safe
        lengths = np.sqrt(np.einsum("...ij,...ij->...", share, share)) * size
    return np.where(np.isfinite(size), lengths, np.inf)


def _largest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest size over the last two axes, and a divisor: the same, but 1 for 0."""
    size = np.abs(values).max(axis=(-2, -1))
    return size, np.where((size > 0) & np.isfinite(size), size, 1.0)[..., None, None]
