"""Least-squares polynomials: baselines for a network on one-input data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core import as_numbers
from ...core.activations import Array


@dataclass(frozen=True, eq=False)
class PolynomialFit:
    """y ≈ sum_k coefficients[k] x^k, with its mean squared error on the data."""

    coefficients: Array
    mse: float

    def __call__(self, x: Array) -> Array:
        """The polynomial at x."""
        return np.polynomial.polynomial.polyval(x, self.coefficients)

    def __repr__(self) -> str:
        terms = ", ".join(f"{value:.4f}" for value in self.coefficients)
        return f"PolynomialFit([{terms}], mse={self.mse:.4f})"


def fit_polynomial(x: object, y: object, degree: int) -> PolynomialFit:
    """The polynomial of this degree with the least mean squared error; x and y of shape (N,).

    Degree 2 is linear regression on x1 and x2 = x1² (CMU 10-315, quadratic feature engineering).
    With fewer different x than coefficients it is the one of smallest norm. ValueError on shapes
    that differ, NaN or infinity.
    """
    x, y = as_numbers(x, "x"), as_numbers(y, "y")
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"x and y must be two lists of one length, got {x.shape} and {y.shape}")
    # solved in units of the largest x, because powers of large x would drown each other
    unit = np.abs(x).max() or 1.0
    powers = np.vander(x / unit, degree + 1, increasing=True)
    solution = np.linalg.lstsq(powers, y, rcond=None)[0]
    mse = float(np.mean((powers @ solution - y) ** 2))
    return PolynomialFit(solution / unit ** np.arange(degree + 1), mse)
