"""The gradients of mini-batches at one place: they scatter around the gradient over all points.

A mini-batch of B of the N points, drawn without putting back, has the mean of its points'
gradients. Its distance from the mean over all has the root mean square

    spread(B) = σ / √B · √((N − B) / (N − 1)),   σ² = (1/N) Σᵢ ‖gᵢ − mean‖²

(Cochran, *Sampling Techniques*, theorem 2.2.) So 1/√B while B is small beside N, and 0 at B = N.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice

import numpy as np

from ...core import BackwardTrace, ForwardTrace
from ...core.activations import Array
from ...core.descent import minibatches

MOST_DRAWN = 120
"""Mini-batches that are drawn."""


class Noise:
    """Of two parameters, the first weight and the last bias: arrays of shape (..., 2)."""

    def __init__(self, trace: ForwardTrace, back: BackwardTrace, size: int, seed: int) -> None:
        """The passes are those over all N points; ``size`` is B."""
        self.count, self.size, self._seed = trace.a[0].shape[-1], size, seed
        self._shares = back.dJ_dz[1][0] * trace.a[0][0], back.dJ_dz[-1][0]

    @cached_property
    def of_points(self) -> Array:
        """The gradient of each point's own loss, shape (N, 2): J is a mean, so N times its share
        in the gradient of J."""
        return self.count * np.stack(self._shares, axis=-1)

    @property
    def mean(self) -> Array:
        """The gradient over all points, which GD follows."""
        return np.asarray(self.of_points.mean(axis=0))

    @cached_property
    def drawn(self) -> Array:
        """The gradients of mini-batches of exactly B points, in the order of the shuffles."""
        batches = islice(minibatches(self.count, self.size, self._seed), MOST_DRAWN)
        return np.array([self.of_points[points].mean(axis=0) for points in batches
                         if len(points) == self.size])

    @property
    def measured(self) -> float:
        """Root mean square distance of those drawn from the mean."""
        if self.size == self.count:  # each is the mean, and only its rounding would be seen
            return 0.0
        return float(np.sqrt(((self.drawn - self.mean) ** 2).sum(axis=-1).mean()))

    @cached_property
    def spreads(self) -> Array:
        """spread(B) for B = 1 ... N, shape (N,)."""
        variance = ((self.of_points - self.mean) ** 2).sum(axis=-1).mean()
        sizes = np.arange(1, self.count + 1)
        return np.asarray(np.sqrt(variance / sizes * (self.count - sizes) / (self.count - 1)))

    @property
    def spread(self) -> float:
        """Of the present batch size."""
        return float(self.spreads[self.size - 1])
