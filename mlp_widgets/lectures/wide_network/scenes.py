"""What the pictures of the wider-networks lab show, made from its numbers."""

from __future__ import annotations

import math

import numpy as np

from ...drawing.wide_layers import BINS, Curve, Histogram, HistogramsScene, LayersScene
from . import words
from .numbers import INITS, Numbers
from .profile import over_draws

NARROW = 0.02
"""Below this part of the axis a bar hardly shows where its values are."""


def layers(numbers: Numbers) -> LayersScene:
    """Variance and gradient by layer, of one or two initializations."""
    profiles = numbers.profiles.items()
    return LayersScene([curve(INITS[init], p.variance, 0) for init, p in profiles],
                       [curve(INITS[init], p.gradient, 1) for init, p in profiles],
                       numbers.state.seeds)


def curve(name: str, values: np.ndarray, first: int) -> Curve:
    """One number of every layer from ``first`` on; values of S draws, shape (S, K)."""
    return Curve(name, values, first, *over_draws(values))


def histograms(numbers: Numbers) -> HistogramsScene:
    """The activations of the first, middle and last hidden layer of the first draw."""
    return HistogramsScene([_histogram(numbers, layer) for layer in numbers.main.samples])


def _histogram(numbers: Numbers, layer: int) -> Histogram:
    values = {init: p.samples[layer].ravel() for init, p in numbers.profiles.items()}
    low, high = _ends(numbers.state.activation, list(values.values()))
    return Histogram(words.histogram_title(numbers, layer), low, high,
                     [_counts(v, low, high) for v in values.values()],
                     [words.histogram_note(init, v, _badly_shown(v, low, high))
                      for init, v in values.items()])


def blank_histograms(numbers: Numbers) -> HistogramsScene:
    """The same axes without bars; how far the activations of ReLU reach is not told."""
    activation, names = numbers.state.activation, [INITS[init] for init in numbers.profiles]
    ends = (0.0, math.nan) if activation == "relu" else _ends(activation, [])
    empty = [np.zeros(BINS, dtype=int)] * len(names)
    return HistogramsScene([Histogram(words.histogram_title(numbers, layer), *ends, empty, names)
                            for layer in numbers.main.samples])


def _ends(activation: str, values: list[np.ndarray]) -> tuple[float, float]:
    """The ends of the axis of activations."""
    if activation == "relu":
        return 0.0, _end(max(float(v[np.isfinite(v)].max(initial=0.0)) for v in values))
    return (0.0, 1.0) if activation == "sigmoid" else (-1.0, 1.0)


def _end(largest: float) -> float:
    """A round end of an axis from 0 to at least ``largest``; 1 if that is 0."""
    if not largest:
        return 1.0
    power = 10.0 ** max(math.floor(math.log10(largest)), -300)
    return next((m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= largest), 1e308)


def _counts(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """How many values that are not 0 fall into each bin."""
    share = (values[np.isfinite(values) & (values != 0)] - low) / (high - low)
    return np.histogram(share, bins=BINS, range=(0.0, 1.0))[0]


def _badly_shown(values: np.ndarray, low: float, high: float) -> str:
    """What the bars hardly show: "near 0" (all values), "alike" (they are), or ""."""
    with np.errstate(invalid="ignore"):
        largest, reach = float(np.abs(values).max()), float(np.ptp(values))
    if low <= 0 < largest < NARROW * high and low + high != 1.0:
        return "near 0"
    return "alike" if reach < NARROW * (high - low) and (values != 0).all() else ""
