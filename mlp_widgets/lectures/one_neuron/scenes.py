"""What the pictures of the one-neuron lab show, made from its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...drawing.neuron import ActivationScene, LossScene
from ...drawing.picture import round_limit, stepped_limit, thinned
from .numbers import W_REACH, Numbers

Z_REACH = 10.0
"""The axis of z reaches at least so far from 0: with x = 3, z stays inside for all of w."""
MOST_PATH_POINTS = 500
NEAR_ZERO = -1e-12
"""A place just left of a jump at 0, in parts of the axis."""


def activation(numbers: Numbers) -> ActivationScene:
    """f and f' over z, on an axis that widens in steps."""
    f, reach = numbers.network.f[1], stepped_limit(abs(numbers.z), Z_REACH)
    grid, points = _grid(reach)
    at_zero = np.array([NEAR_ZERO, 0.0])
    functions = [f.f, f.df or np.zeros_like]
    curve, slopes = (_with_gap(function(points)) for function in functions)
    jump, jump_of_slope = (np.round(function(at_zero), 9).tolist() for function in functions)
    limits = float(f.f(points)[0]), float(f.f(points)[-1])
    return ActivationScene(numbers.z, numbers.g, numbers.slope, (f.name, reach), f.symbol, grid,
                           curve, slopes, (tuple(jump), tuple(jump_of_slope)), limits)


def loss(numbers: Numbers, path: list[tuple[dict[str, float], float]]) -> LossScene:
    """L over w, and the path of SGD, all of it on the axis of w."""
    s, all_w = numbers.state, np.array([values["w"] for values, _ in path])
    reach = stepped_limit(max(abs(s.w), float(np.abs(all_w).max())), W_REACH)
    grid, points = _grid(reach)
    kept = [path[k] for k in thinned(len(path), MOST_PATH_POINTS)]
    kept = [step for k, step in enumerate(kept) if not k or step[0] != kept[k - 1][0]]
    # room for L at w = 0 and for the present L, widened in steps
    at_zero = float(numbers.losses(np.zeros(1))[0])
    top = stepped_limit(1.1 * numbers.loss, round_limit(1.3 * at_zero))
    return LossScene(
        s.w, numbers.loss, numbers.gradient["w"], (s.x, s.y, s.activation, reach), grid,
        _with_gap(numbers.losses(points)), top,
        np.array([values["w"] for values, _ in kept]), np.array([loss for _, loss in kept]),
    )


def loss_alone(numbers: Numbers, path: list[tuple[dict[str, float], float]]) -> LossScene:
    """The same without the tangent, whose slope is the gradient."""
    return replace(loss(numbers, path), gradient=None)


def _grid(reach: float) -> tuple[np.ndarray, np.ndarray]:
    """From -reach to reach in two halves: with a NaN between them, and without."""
    left = np.linspace(-reach, reach * NEAR_ZERO, 81)
    points = np.concatenate([left, np.linspace(0.0, reach, 81)])
    return _with_gap(points), points


def _with_gap(values: np.ndarray) -> np.ndarray:
    """A NaN between the two halves, so that no line is drawn across a jump."""
    return np.insert(values, len(values) // 2, np.nan)
