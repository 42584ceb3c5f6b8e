"""Where the hinges lie before anybody has moved them: triples (w1j, b1j, w2j), j = 1 ... K."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...core import initial_weights

STARTS = {"even": "hinges evenly spaced", "random": "hinges at random", "zero": "all biases 0"}
"""Name -> what the control says."""

Neuron = tuple[float, float, float]


@lru_cache(maxsize=128)
def laid(start: str, count: int) -> tuple[Neuron, ...]:
    """The K neurons of a start; x runs from -1 to 1.

    even: kinks at -1, -1 + 2/K, ..., all on to the right, w2j = 1, -1, 1, ... random: He weights,
    kinks anywhere in the data; always the same ones for a K. zero: the same weights with b1j = 0,
    as networks are often begun: every kink is at x = 0.
    """
    if start == "even":
        return tuple((1.0, 1.0 - 2.0 * j / count, (-1.0) ** j) for j in range(count))
    w1, w2 = initial_weights([1, count, 1], "he", seed=count)
    kinks = np.random.default_rng([count, 1]).uniform(-0.95, 0.95, count)
    rows = zip(w1[:, 0], -w1[:, 0] * kinks * (start == "random"), w2[0], strict=True)
    return tuple((short(a), short(b), short(c)) for a, b, c in rows)


def short(value: float) -> float:
    """Four digits, as the boxes of the sliders show them; and no −0."""
    return float(f"{value:.4g}") + 0.0
