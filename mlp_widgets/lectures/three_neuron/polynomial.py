"""Least-squares polynomials: baselines for a network on one-input data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...core import as_numbers
from ...core.activations import Array


@dataclass(frozen=True, eq=False)
class PolynomialFit:
    """y ≈ sum_k scaled[k] t^k with t = (x − middle) / unit, and its mean squared error on the data.

    In powers of t and not of x: where x is far from 0, such as a year, powers of x are so large and
    so alike that their sum loses all digits.
    """

    scaled: Array
    middle: float
    unit: float
    mse: float

    @cached_property
    def coefficients(self) -> Array:
        """The same polynomial in x: y ≈ sum_k coefficients[k] x^k."""
        found = self.scaled[-1:]
        for next_one in self.scaled[-2::-1]:  # Horner's rule, with t as a polynomial in x
            found = np.convolve(found, [-self.middle / self.unit, 1 / self.unit])
            found[0] += next_one
        return found

    def __call__(self, x: Array) -> Array:
        """The polynomial at x."""
        t = (np.asarray(x) - self.middle) / self.unit
        return np.polynomial.polynomial.polyval(t, self.scaled)

    def __repr__(self) -> str:
        terms = ", ".join(f"{value:.4f}" for value in self.coefficients)
        return f"PolynomialFit([{terms}], mse={self.mse:.4f})"


def fit_polynomial(x: object, y: object, degree: int) -> PolynomialFit:
    """The polynomial of this degree with the least mean squared error; x and y of shape (N,).

    Degree 2 is linear regression on x1 and x2 = x1² (CMU 10-315, quadratic feature engineering).
    With fewer different x than coefficients it is that of the smallest ``scaled``. ValueError
    on shapes that differ, NaN or infinity.
    """
    x, y = as_numbers(x, "x"), as_numbers(y, "y")
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"x and y must be two lists of one length, got {x.shape} and {y.shape}")
    middle = float(x.min() + x.max()) / 2
    unit = float(np.abs(x - middle).max()) or 1.0
    powers = np.vander((x - middle) / unit, degree + 1, increasing=True)
    solution = np.linalg.lstsq(powers, y, rcond=None)[0]
    mse = float(np.mean((powers @ solution - y) ** 2))
    return PolynomialFit(solution, middle, unit, mse)
