"""Does it learn? A few steps of gradient descent on one of the random networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core import Diverged, Network, backward, forward, gradient_descent

DIVERGED = 1e6
"""Descent is stopped when J is so many times what it was at the start."""
EQUAL = 1e-12
"""Weights that differ by less than this count as equal: another order of a sum can do that."""
HARDLY = 0.01
"""A change of J by less than this part of it is called small."""


@dataclass(frozen=True, eq=False)
class Learning:
    """What the steps did to a network of D hidden layers of ``width`` neurons.

    steps: taken; J: before each of them and at the end, shape (steps + 1,); moved: the largest
    change of a weight, by layer 1..D+1; apart: the largest difference between the weights of two
    neurons of one hidden layer, by layer 1..D; blocked: whether every gradient was exactly 0 at the
    start.
    """

    width: int
    steps: int
    J: np.ndarray
    moved: np.ndarray
    apart: np.ndarray
    blocked: bool

    @property
    def outcome(self) -> str:
        """"infinite" (J was so at the start), "diverged", "blocked" (every gradient is 0), "still"
        (the steps are too small for 16 digits), "equal" (the neurons of a layer are), "hardly"
        (J changed) or "learned"."""
        if self.J[0] == np.inf:
            return "infinite"
        if self.J.max() > DIVERGED * self.J[0]:
            return "diverged"
        if not self.moved.any():
            return "blocked" if self.blocked else "still"
        if self.width > 1 and not self.differ:
            return "equal"
        return "hardly" if abs(self.J[-1] - self.J[0]) < HARDLY * self.J[0] else "learned"

    @property
    def differ(self) -> float:
        """How far apart two neurons of a layer are; 0 where it is rounding only."""
        apart = float(self.apart.max())
        return 0.0 if apart < EQUAL else apart


def learn(start: Network, x: np.ndarray, y: np.ndarray, alpha: float, steps: int) -> Learning:
    """``steps`` steps of gradient descent on all points; stops early if it diverges."""
    now, losses = start, []
    try:
        for step in gradient_descent(start, x, y, alpha=alpha, steps=steps):
            now = step.network
            losses.append(step.J)
            if DIVERGED * losses[0] < step.J:
                break
    except Diverged:
        losses = losses or [np.inf]
    last = float(forward(now, x, y).J)
    losses.append(last if np.isfinite(last) else np.inf)
    pairs = list(zip(now.w[1:], start.w[1:], strict=True))
    return Learning(start.widths[0], len(losses) - 1, np.array(losses),
                    np.array([np.abs(w - old).max() for w, old in pairs]),
                    np.array([np.ptp(w, axis=0).max() for w, _ in pairs[:-1]]),
                    not any(g.any() for g in backward(forward(start, x, y)).dJ_dw[1:]))
