"""The slopes of a student's forward: by complex step, or else by central differences.

f(v + ih) = f(v) + ih f'(v) for a small h, so the imaginary part over h is f'(v) to all digits. A
forward that loses the imaginary part is found out by comparing with a central difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .calls import NAMES, Array, ForwardMistake, Mistake, quiet, run_forward

H = 1e-100
RTOL = 1e-8
RTOL_DIFFERENCE = 1e-6
ROUNDING = 1e-13  # of a sum, relative to the sum of the sizes of its terms
EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Slopes:
    """dz_out/dv for one input v: ``J`` has one row for each number of v, a column for each z_out.

    ``noise`` is the possible error of each entry; ``exact``: by complex step; ``kink``: the slopes
    on both sides differ.
    """

    shape: tuple[int, ...]
    J: Array
    noise: Array
    exact: bool
    kink: bool

    def gradient(self, weights: Array) -> Array:
        """The derivative of sum(weights · z_out), shaped like v."""
        return (self.J @ weights.ravel()).reshape(self.shape)

    def agrees(self, answer: Array, weights: Array, with_noise: bool = False) -> bool:
        """Whether the answer is this gradient, each number to the relative tolerance."""
        if answer.shape != self.shape:
            return False
        truth = self.gradient(weights)
        allowed = (RTOL if self.exact else RTOL_DIFFERENCE) * np.abs(truth)
        if self.exact or with_noise:
            noise = self.noise @ np.abs(weights).ravel()
            allowed = allowed + noise.reshape(self.shape)
        return bool((np.abs(answer - truth) <= allowed).all())


class Point:
    """forward at one z_in and θ: z_out and the slopes by each input."""

    def __init__(self, forward: Callable, inputs: dict) -> None:
        self.forward, self.inputs = forward, inputs
        self.names = [name for name in NAMES if inputs[name] is not None]
        self.z_out = self.run()
        if not np.array_equal(self.z_out, self.run()):
            raise ForwardMistake("forward gives two different z_out for the same z_in and theta.")
        with quiet():
            self.slopes = self._slopes()

    def run(self, **moved: object) -> Array:
        values = {**self.inputs, **moved}
        return run_forward(self.forward, values["z_in"], values["theta"])

    def _slopes(self) -> dict[str, Slopes]:
        """By complex step if that can be trusted for every number, else all by differences."""
        shapes = {name: np.shape(self.inputs[name]) for name in self.names}
        rows = {name: [self._row(name, index) for index in np.ndindex(shape)]
                for name, shape in shapes.items()}
        exact = all(row[0] is not None for name in self.names for row in rows[name])
        slopes = {}
        for name in self.names:
            J, noise = (np.array([row[k] for row in rows[name]]) for k in (0 if exact else 1, 2))
            noise = ROUNDING * np.abs(J) if exact else noise
            kink = any(row[3] for row in rows[name])
            slopes[name] = Slopes(shapes[name], J, noise, exact, kink)
        return slopes

    def _row(self, name: str, index: tuple) -> tuple[Array | None, Array, Array, bool]:
        """(complex step or None if it is not to be trusted, central difference, noise, kink)."""
        step = self._complex_step(name, index)
        coarse, fine, rounding = self._differences(name, index)
        central = (4 * fine - coarse) / 3
        gap = np.abs(fine - coarse)
        if step is not None and _near(step, central, gap + rounding):
            return step, central, 1e-3 * gap + rounding, False
        right, left, rounding = self._one_sided(name, index)
        kink = not _near(right, left, rounding)
        if step is not None and not _near(step, right, rounding, left):
            step = None
        return step, central, 1e-3 * gap + rounding, kink

    def _complex_step(self, name: str, index: tuple) -> Array | None:
        """imag(forward(v + ih)) / h; None if forward does not take it or z_out comes out new."""
        v = np.array(self.inputs[name], dtype=complex)
        v[index] += H * 1j
        values = {key: np.copy(value) if np.ndim(value) else value
                  for key, value in self.inputs.items()}
        values[name] = v if v.ndim else v[()]
        try:
            with np.errstate(all="ignore"):
                z_out = np.array(self.forward(*values.values()), dtype=complex)
        except Exception:
            return None
        if z_out.shape != self.z_out.shape or not np.isfinite(z_out).all():
            return None
        if np.abs(z_out.real - self.z_out).max() > 1e-6 * np.abs(self.z_out).max():
            return None
        return z_out.imag.ravel() / H

    def _moved(self, name: str, index: tuple, step: float) -> Array:
        v = np.array(self.inputs[name])
        v[index] += step
        try:
            z_out = self.run(**{name: v if v.ndim else float(v)})
        except Mistake:
            return np.full(self.z_out.size, np.nan)
        same = z_out.shape == self.z_out.shape
        return z_out.ravel() if same else np.full(self.z_out.size, np.nan)

    def _differences(self, name: str, index: tuple) -> tuple[Array, Array, Array]:
        """Central differences with step δ and δ/2, and what rounding may do to them."""
        delta = 1e-3 * self._scale(name)
        coarse, fine = (
            (self._moved(name, index, d) - self._moved(name, index, -d)) / (2 * d)
            for d in (delta, delta / 2)
        )
        return coarse, fine, 8 * EPS * np.abs(self.z_out).ravel() / delta

    def _one_sided(self, name: str, index: tuple) -> tuple[Array, Array, Array]:
        delta, z_out = 1e-6 * self._scale(name), self.z_out.ravel()
        right = (self._moved(name, index, delta) - z_out) / delta
        left = (z_out - self._moved(name, index, -delta)) / delta
        return right, left, 8 * EPS * np.abs(z_out) / delta

    def _scale(self, name: str) -> float:
        return float(np.max(np.abs(self.inputs[name]))) or 1.0


def _near(a: Array, b: Array, noise: Array, or_b: Array | None = None) -> bool:
    """Whether a is b (or or_b) to 0.1 %, noise aside; numbers that are not known count as equal."""
    near = ~(np.abs(a - b) > 1e-3 * np.maximum(np.abs(a), np.abs(b)) + noise)
    if or_b is not None:
        near |= np.abs(a - or_b) <= 1e-3 * np.maximum(np.abs(a), np.abs(or_b)) + noise
    return bool(near.all())
