"""Networks with random weights, and the random points on which they are measured.

    w[l] ~ N(0, c²/n_{l-1}),   x and y ~ N(0, 1)

Every initialization of the lecture is a number c: zeros 0, Xavier 1, He √2. All of them take the
same draws, times c, so that a comparison shows c and not the luck of a draw.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...core import Network, initial_weights

MOST_DEPTH, MOST_WIDTH, MOST_SEEDS = 50, 200, 8
"""Hidden layers, neurons of a layer, and networks drawn."""
MOST_POINTS, ONE_THREAD = 24, 262_144
"""Random inputs of a network, and multiplications in one product of matrices up to which OpenBLAS
(0.3, interface/gemm.c) stays on one thread. Beyond, a busy machine with two cores took ten times
as long, because the threads wait for each other; so wide networks get fewer inputs."""


@lru_cache(maxsize=MOST_SEEDS)
def _draws(depth: int, width: int, seed: int) -> tuple[np.ndarray, ...]:
    """Weights N(0, 1/n_{l-1}) of one network with one output neuron (Xavier, c = 1)."""
    return tuple(initial_weights([width] * (depth + 1) + [1], "xavier", seed))


def network(depth: int, width: int, activation: str, c: float, seeds: tuple[int, ...]) -> Network:
    """The networks of these seeds as a stack, or a single one, with the factor c.

    w[l] has shape (len(seeds), n_l, n_{l-1}), without the first axis for one seed.
    """
    draws = [_draws(depth, width, seed) for seed in seeds]
    layers = zip(*draws, strict=True)
    w = [c * (layer[0] if len(seeds) == 1 else np.stack(layer)) for layer in layers]
    return Network(w, None, [activation] * depth + ["identity"])


def point_count(width: int) -> int:
    """How many random inputs a network of this width gets: 24, and 6 at a width of 200."""
    return min(MOST_POINTS, ONE_THREAD // width**2)


def points(width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs x, shape (width, N), and targets y, shape (1, N), all from N(0, 1)."""
    count, generator = point_count(width), np.random.default_rng([seed, 1])
    return generator.normal(size=(width, count)), generator.normal(size=(1, count))
