"""Gradient descent, SGD and mini-batches, clipping, and where the weights start.

    for step in gradient_descent(network, x, y, alpha=0.1, steps=100): print(step.J)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .activations import Array
from .network import Network, all_finite, frozen
from .passes import as_columns, backward, checked_target, evaluate

INITIALIZATIONS = ("zeros", "normal", "xavier", "he")


class Diverged(ArithmeticError):
    """J left the range of sensible numbers; the message says at which step and what to try."""


@dataclass(frozen=True)
class DescentStep:
    """The network after ``number`` updates, and J of the points used for the last of them."""

    number: int
    network: Network
    J: float

    def __repr__(self) -> str:
        return f"DescentStep({self.number}, J={self.J:.6g})"


def gradient_norm(gradients: Sequence[Array]) -> float:
    """Length of the gradient over all parameters together: sqrt of the sum of all squares."""
    # hypot instead of squares: entries beyond 1e154 would overflow
    with np.errstate(over="ignore"):
        return float(np.hypot.reduce(np.concatenate([np.ravel(g) for g in gradients])))


def clip_by_norm(gradients: Sequence[Array], max_norm: float) -> list[Array]:
    """If the norm is over max_norm, rescale by max_norm / norm: same direction, that length.

    Source: MIT 6.390 Lecture 6, where max_norm is τ. Raises ValueError unless it is a positive
    number, and :class:`Diverged` for an infinite gradient, which has no direction.
    """
    if not max_norm > 0:
        raise ValueError("the clipping threshold max_norm must be a positive number, "
                         f"got {max_norm!r}")
    norm = gradient_norm(gradients)
    if not np.isfinite(norm):
        raise Diverged("the gradient became infinite; try smaller parameters or a smaller alpha")
    return list(gradients) if norm <= max_norm else [max_norm * (g / norm) for g in gradients]


@np.errstate(over="ignore", invalid="ignore")
def descend(network: Network, gradients: Sequence[Array], alpha: float) -> Network:
    """One update θ ← θ - α ∂J/∂θ of every parameter; ``gradients`` as Network.parameters()."""
    if not 0 < alpha < np.inf:
        raise ValueError(f"the learning rate alpha must be a positive number, got {alpha!r}")
    pairs = list(zip(network.parameters(), gradients, strict=True))
    updated = [parameter - alpha * gradient for parameter, gradient in pairs]
    if not all(map(all_finite, updated)):
        raise Diverged(f"a parameter became infinite at alpha = {alpha:g}; try a smaller alpha")
    if all(new.shape == old.shape for new, (old, _) in zip(updated, pairs, strict=True)):
        return network.with_checked(updated)
    return network.with_parameters(updated)  # of a stack: what was shared no longer is


def minibatches(count: int, size: int, seed: int = 0) -> Iterator[Array]:
    """Endless index sets of ``size`` points: every epoch a new shuffle of all ``count`` points.

    The last set of an epoch is smaller where size does not divide count. size = 1 is SGD.
    """
    if not 1 <= size <= count:
        raise ValueError(f"a mini-batch needs 1 to {count} points, got {size}")
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(count)
        yield from (order[start : start + size] for start in range(0, count, size))


def gradient_descent(network: Network, x: object, y: object, *, alpha: float, steps: int,
                     loss: str = "squared", max_norm: float | None = None,
                     batch_size: int | None = None, seed: int = 0) -> Iterator[DescentStep]:
    """Yield ``steps`` updates θ ← θ - α ∂J/∂θ, with J as it was before each update.

    All points by default; ``batch_size=1`` is SGD; ``max_norm`` clips each gradient. Raises
    :class:`Diverged` when J or a parameter is no longer finite, and ValueError as forward does
    or for a stack of networks, at the first step.
    """
    x = as_columns(x, network.widths[0], "x")
    y, rule = checked_target(network, x, y, loss)
    batches = None if batch_size is None else minibatches(x.shape[-1], batch_size, seed)
    for number in range(1, steps + 1):
        points = next(batches) if batches else slice(None)
        batch_x, batch_y = frozen([x[:, points], y[:, points]])
        trace = evaluate(network, batch_x, batch_y, rule)
        if np.ndim(trace.J):
            raise ValueError(f"descent takes one network, got a stack of shape {trace.J.shape}")
        if not np.isfinite(trace.J):
            raise Diverged(f"J is infinite at step {number}; try a smaller alpha than {alpha:g}")
        gradients = backward(trace).parameters()
        if max_norm is not None:
            gradients = clip_by_norm(gradients, max_norm)
        network = descend(network, gradients, alpha)
        yield DescentStep(number, network, float(trace.J))


def initial_weights(widths: Sequence[int], scheme: str, seed: int = 0,
                    scale: float = 1.0) -> list[Array]:
    """Weights for layers 1..L of a network with these widths (n_0, ..., n_L).

    zeros: 0.  normal: N(0, scale²).  xavier: N(0, 1/n_{l-1}).  he: N(0, 2/n_{l-1}).
    Source: MIT 6.390 Lecture 6, "Reference: weight initialization". Raises ValueError on an
    unknown scheme and on widths below 1.
    """
    if scheme not in INITIALIZATIONS:
        known = ", ".join(INITIALIZATIONS)
        raise ValueError(f"unknown initialization {scheme!r}; known are {known}")
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"a network needs 2 or more widths of at least 1 neuron, got {widths!r}")
    generator = np.random.default_rng(seed)
    weights = []
    for n_in, n_out in pairwise(widths):
        variance = {"zeros": 0.0, "normal": scale**2, "xavier": 1 / n_in, "he": 2 / n_in}[scheme]
        weights.append(generator.normal(0.0, np.sqrt(variance), (n_out, n_in)))
    return weights
