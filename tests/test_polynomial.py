"""Least-squares polynomials against exact fractions, and what makes them the least."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.lectures.three_neuron.polynomial import fit_polynomial


def exact_fit(x, y, degree):
    """Coefficients and MSE by the normal equations in fractions: no rounding at all."""
    x, y = ([Fraction(str(value)) for value in values] for values in (x, y))
    size = degree + 1
    rows = [[sum(v ** (i + j) for v in x) for j in range(size)] for i in range(size)]
    for i, row in enumerate(rows):
        row.append(sum(v**i * w for v, w in zip(x, y, strict=True)))
    for pivot in range(size):
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for i in set(range(size)) - {pivot}:
            factor = rows[i][pivot]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[pivot], strict=True)]
    c = [row[-1] for row in rows]
    errors = [sum(c[k] * v**k for k in range(size)) - w for v, w in zip(x, y, strict=True)]
    return [float(value) for value in c], float(sum(e * e for e in errors) / len(x))


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("name", TRAFFIC)
def test_the_fit_is_the_exact_one(name, degree):
    coefficients, mse = exact_fit(HOURS, TRAFFIC[name], degree)
    fit = fit_polynomial(HOURS, TRAFFIC[name], degree)
    np.testing.assert_allclose(fit.coefficients, coefficients, rtol=1e-10)
    np.testing.assert_allclose(fit.mse, mse, rtol=1e-12)


def test_the_numbers_beside_the_lecture():
    # exactly: 0.8717932, -0.0335132, -0.70832, so the last one rounds to -0.7083
    quadratic = fit_polynomial(HOURS, TRAFFIC["all days"], 2)
    assert repr(quadratic) == "PolynomialFit([-0.7083, 0.8718, -0.0335], mse=0.5012)"
    assert round(fit_polynomial(HOURS, TRAFFIC["all days"], 1).mse, 3) == 2.553


def test_the_call_gives_the_polynomial():
    fit = fit_polynomial([0, 1, 2, 3], [1, 2, 5, 10], 2)  # 1 + x²
    np.testing.assert_allclose(fit.coefficients, [1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(fit(np.array([[4.0], [-1.0]])), [[17.0], [2.0]])
    assert fit.mse < 1e-25


POINTS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=12)


@given(POINTS, st.integers(0, 2), st.sampled_from([1e-6, 1.0, 1e6]))
def test_no_other_coefficients_are_better(points, degree, unit):
    x, y = np.array(points, float).T
    x = x * unit
    fit = fit_polynomial(x, y, degree)
    np.testing.assert_allclose(fit.mse, np.mean((fit(x) - y) ** 2), rtol=1e-6, atol=1e-18)
    for k in range(degree + 1):  # the slope of J along every coefficient is 0
        power = (x / (np.abs(x).max() or 1)) ** k
        assert abs(np.mean((fit(x) - y) * power)) <= 1e-9 * (1 + np.abs(y).max())


PLACES = st.sampled_from([(0.0, 1.0), (2020.0, 5.0), (1e6, 1.0), (-1e9, 1.0), (1e9, 1e5),
                          (1e6, 1e-3), (1e-6, 1e-6), (0.0, 1e9), (0.0, 1e-9)])
"""(middle, unit) of the x."""


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=4, max_size=9,
                unique_by=lambda point: point[0]), st.integers(1, 2), PLACES)
def test_it_is_the_exact_one_also_far_from_0_and_in_clusters(points, degree, where):
    middle, unit = where
    x = middle + unit * np.array([a for a, _ in points]) / 50
    y = np.array([float(b) for _, b in points])
    _, mse = exact_fit([Fraction(v) for v in x.tolist()], y, degree)
    fit = fit_polynomial(x, y, degree)
    noise = (1e-13 * (1 + np.abs(y).max())) ** 2
    assert fit.mse == pytest.approx(mse, rel=1e-9, abs=noise)
    assert np.mean((fit(x) - y) ** 2) == pytest.approx(mse, rel=1e-9, abs=noise)


def test_too_few_different_x():
    fit = fit_polynomial([2.0, 2.0, 2.0], [1.0, 2.0, 6.0], 2)
    np.testing.assert_allclose(fit(2.0), 3.0)
    np.testing.assert_allclose(fit.mse, 14 / 3)


@pytest.mark.parametrize(
    ("x", "y"), [([1, 2], [1]), ([[1, 2]], [[1, 2]]), ([1, np.nan], [1, 2]), ([1, 2], [1, np.inf])]
)
def test_bad_points(x, y):
    with pytest.raises(ValueError):
        fit_polynomial(x, y, 1)
