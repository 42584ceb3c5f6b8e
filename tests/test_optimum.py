"""The exact optimum of one and two hidden neurons, against oracles that only search."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import much_of

from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.fits import optimum
from mlp_widgets.fits.optimum import best_relu_fit

SIDES = list(itertools.product((1, -1), repeat=2))


def hinge(x, side, kink):
    """(x - kink)+ for side 1, (kink - x)+ for side -1; the last axis of the result is x."""
    return np.maximum(np.multiply.outer(side, x) - np.expand_dims(side * kink, -1), 0)


def mse_of_hinges(x, y, hinges1, hinges2):
    """Smallest MSE with an offset and two hinges each, for rows of hinges, by batched SVD."""
    columns = np.stack([np.ones_like(hinges1), hinges1, hinges2], axis=-1)
    length = np.linalg.norm(columns, axis=-2, keepdims=True)
    u, sizes, _ = np.linalg.svd(columns / np.where(length > 0, length, 1), full_matrices=False)
    u = u * (sizes > 1e-5)[:, None, :]  # smaller ones would leave the span by 1e-11 and more
    fitted = np.einsum("pnc,pc->pn", u, np.einsum("pnc,n->pc", u, y))
    return np.mean((y - fitted) ** 2, axis=-1)


def searched_mse(x, y, per_gap=7):
    """Best MSE over all pairs of kinks on a grid: the points, and `per_gap` places in each gap."""
    points = np.unique(x)
    places = np.linspace(0, 1, per_gap + 1, endpoint=False)
    gaps = points[:-1, None] + np.diff(points)[:, None] * places
    kinks = np.concatenate([gaps.ravel(), points[-1:]])
    sides = np.repeat([1, -1], len(kinks))
    hinges = hinge(x, sides, np.tile(kinks, 2))
    first, second = np.triu_indices(len(hinges))
    return mse_of_hinges(x, y, hinges[first], hinges[second]).min()


def refined_mse(x, y, side1, side2, kink1, kink2, sweeps=12):
    """Rows of starts: golden section on one kink at a time, the rest by least squares (MSE)."""
    golden = (math.sqrt(5) - 1) / 2
    kinks, sides = [kink1, kink2], (side1, side2)
    reach = np.full(kink1.shape, np.ptp(x) / 4)

    def value(j, at):
        both = [at if j == i else kinks[i] for i in (0, 1)]
        return mse_of_hinges(x, y, hinge(x, sides[0], both[0]), hinge(x, sides[1], both[1]))

    for sweep in range(2 * sweeps):
        j = sweep % 2
        low, high = kinks[j] - reach, kinks[j] + reach
        for _ in range(18):
            a, b = high - golden * (high - low), low + golden * (high - low)
            better_a = value(j, a) < value(j, b)
            low, high = np.where(better_a, low, a), np.where(better_a, b, high)
        middle = (low + high) / 2
        kinks[j] = np.where(value(j, middle) < value(j, kinks[j]), middle, kinks[j])
        reach = reach * 0.8
    return value(0, kinks[0])


def plain_mse(fit, x, y):
    """The network formula of the lecture, one point at a time, without NumPy."""
    total = 0.0
    for xi, yi in zip(x, y, strict=True):
        a11 = max(0.0, fit.w11 * xi + fit.b11)
        a12 = max(0.0, fit.w12 * xi + fit.b12)
        total += (yi - (fit.b21 + fit.w21 * a11 + fit.w22 * a12)) ** 2
    return total / len(x)


def assert_optimal(x, y, bound, relative=1e-9):
    """The fit reaches its own MSE, is normalised, and no `bound` found by search is lower."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    fit = best_relu_fit(x, y)
    rounding = (1e-13 * (1 + np.abs(y).max())) ** 2
    assert fit.mse == pytest.approx(plain_mse(fit, x.tolist(), y.tolist()), rel=1e-9, abs=rounding)
    assert fit.mse <= bound * (1 + relative) + 1e-22 * np.ptp(y) ** 2 + rounding
    for w1, b1, w2 in ((fit.w11, fit.b11, fit.w21), (fit.w12, fit.b12, fit.w22)):
        assert abs(w2) == 1 if w1 else (w1, b1, w2) == (0, 0, 0)
    assert fit.w11 >= fit.w12 or fit.w12 == 0
    return fit


integers = st.integers(-6, 6).map(float)
floats = st.integers(-4000, 4000).map(lambda i: i / 1000)
points = st.one_of(
    st.lists(st.tuples(integers, integers), min_size=3, max_size=8),
    st.lists(st.tuples(floats, floats), min_size=3, max_size=8),
)


@much_of("three_neuron", "relu_sums")
@settings(max_examples=40)
@given(points)
def test_no_grid_of_kinks_beats_it(data):
    x, y = np.array(data).T
    assert_optimal(x, y, searched_mse(x, y))


@much_of("three_neuron", "relu_sums")
@settings(max_examples=6)
@given(st.lists(st.tuples(integers, integers), min_size=6, max_size=10), st.integers(0, 2**32 - 1))
def test_no_refined_search_beats_it(data, seed):
    x, y = np.array(data).T
    rng = np.random.default_rng(seed)
    side1, side2 = np.repeat(np.array(SIDES), 6, axis=0).T
    kink1, kink2 = rng.uniform(x.min(), x.max(), size=(2, 24))
    assert_optimal(x, y, refined_mse(x, y, side1, side2, kink1, kink2).min())


@much_of("three_neuron", "relu_sums")
@pytest.mark.parametrize("column", TRAFFIC)
def test_no_search_from_many_starts_beats_it_on_the_traffic_data(column):
    x, y = HOURS, np.array(TRAFFIC[column])
    side1, side2 = np.repeat(np.array(SIDES), 24, axis=0).T
    kink1, kink2 = np.random.default_rng(1).uniform(-1, 24, size=(2, 96))
    searched = refined_mse(x, y, side1, side2, kink1, kink2)
    fit = assert_optimal(x, y, searched.min())
    # The search is a strong one: it finds the same optimum, and poorer local ones too.
    assert searched.min() == pytest.approx(fit.mse, rel=1e-6)
    assert searched.max() > 1.05 * fit.mse


def test_traffic_optimum():
    """All days: far below the lecture's parameters (0.5019) and the plateau near them (0.365)."""
    best = {column: best_relu_fit(HOURS, y) for column, y in TRAFFIC.items()}
    assert best["all days"].mse == pytest.approx(0.32122, rel=1e-4)
    assert best["weekday"].mse == pytest.approx(0.54024, rel=1e-4)
    assert best["weekend"].mse == pytest.approx(0.067039, rel=1e-4)
    assert repr(best["all days"]) == (
        "ReluFit(w11=0.525281, b11=-3.87961, w12=-0.643063, b12=10.2991, "
        "w21=-1, w22=-1, b21=9.77202, mse=0.321222)"
    )


@much_of("three_neuron")
@pytest.mark.parametrize(
    "kinks", [(8.7, 14.75), (14.75, 8.7), (8.0, 15.0), (15.0, 8.0), (8.3, 8.6)]
)
@pytest.mark.parametrize("signs", SIDES)
@pytest.mark.parametrize("sides", SIDES)
def test_a_known_network_is_found(sides, signs, kinks):
    slopes = (0.6, 0.4)
    y = 5.1 + sum(
        sign * slope * hinge(HOURS, side, np.array(kink))
        for side, sign, slope, kink in zip(sides, signs, slopes, kinks, strict=True)
    )
    fit = best_relu_fit(HOURS, y)
    assert fit.mse <= 1e-26 * np.var(y)
    assert fit.predict(HOURS) == pytest.approx(y, rel=1e-12)


def exact_two_hinge_mse(x, y, side1, kink1, side2, kink2):
    """MSE of an offset and two given hinges in rational arithmetic (normal equations, Cramer)."""
    cut = [
        [max(Fraction(0), s * (xi - k)) for xi in x] for s, k in ((side1, kink1), (side2, kink2))
    ]
    rows = [[Fraction(1)] * len(x), *cut, list(y)]
    gram = [[sum(map(Fraction.__mul__, a, b)) for b in rows] for a in rows]
    for j in range(3):  # elimination leaves the squared distance of y from the columns
        for i in range(j + 1, 4):
            if gram[j][j]:
                factor = gram[i][j] / gram[j][j]
                gram[i] = [p - factor * q for p, q in zip(gram[i], gram[j], strict=True)]
    return gram[3][3] / len(x)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-9, 9)), min_size=4, max_size=7))
def test_kinks_on_the_points_in_rational_arithmetic(data):
    x, y = ([Fraction(v) for v in column] for column in zip(*data, strict=True))
    kinks = [(side, kink) for side in (1, -1) for kink in sorted(set(x))]
    pairs = itertools.combinations_with_replacement(kinks, 2)
    bound = min(exact_two_hinge_mse(x, y, *a, *b) for a, b in pairs)
    assert_optimal([float(v) for v in x], [float(v) for v in y], float(bound), relative=1e-12)


def test_hidden_kinks_inside_gaps_come_back_as_they_were():
    y = 5.1 - 0.4 * hinge(HOURS, 1, np.array(14.75)) - 0.6 * hinge(HOURS, -1, np.array(8.7))
    fit = best_relu_fit(HOURS, y)
    found = (fit.w11, fit.b11, fit.w12, fit.b12, fit.w21, fit.w22, fit.b21)
    assert found == pytest.approx((0.4, -5.9, -0.6, 5.22, -1, -1, 5.1), rel=1e-9)


@pytest.mark.parametrize("sides", SIDES)
def test_noisy_networks_in_every_direction(sides):
    rng = np.random.default_rng(5)
    x = np.sort(rng.uniform(-2, 3, 14))
    y = hinge(x, sides[0], np.array(-0.4)) - 2 * hinge(x, sides[1], np.array(1.1))
    y = y + 0.05 * rng.normal(size=14)
    assert_optimal(x, y, searched_mse(x, y, per_gap=4))


# Special cases


def test_one_point_one_x_and_constant_y_need_no_hidden_neuron():
    for x, y in (([3.0], [7.0]), ([3.0, 3.0], [6.0, 8.0]), ([0.0, 1.0, 5.0, 9.0], [0.1] * 4)):
        fit = best_relu_fit(x, y)
        assert (fit.w11, fit.b11, fit.w12, fit.b12, fit.w21, fit.w22) == (0, 0, 0, 0, 0, 0)
        assert fit.b21 == pytest.approx(np.mean(y))
        assert fit.mse == pytest.approx(np.var(y), abs=1e-30)


def test_two_distinct_x_leave_only_the_scatter_within_each_x():
    fit = best_relu_fit([1, 1, 4, 4, 4], [0, 2, 5, 5, 8])
    assert fit.mse == pytest.approx((1 + 1 + 1 + 1 + 4) / 5)
    assert (fit.w12, fit.b12, fit.w22) == (0, 0, 0)


@pytest.mark.parametrize("slope", [2.5, -2.5])
def test_a_line_needs_one_neuron(slope):
    x = np.linspace(-3, 11, 9)
    fit = best_relu_fit(x, slope * x + 1)
    assert fit.mse < 1e-26
    assert (fit.w11 * fit.w21, fit.w12, fit.b12, fit.w22) == pytest.approx((slope, 0, 0, 0))
    assert -fit.b11 / fit.w11 == pytest.approx(-3)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("kink", [4.0, 4.3])
def test_one_hinge_needs_one_neuron(side, kink):
    x = np.arange(10.0)
    fit = best_relu_fit(x, 2 - 3 * hinge(x, side, np.array(kink)))
    assert fit.mse < 1e-26
    assert (fit.w11, -fit.b11 / fit.w11, fit.w21) == pytest.approx((3 * side, kink, -1))
    assert (fit.w12, fit.b12, fit.w22) == (0, 0, 0)


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-8])
def test_two_points_that_nearly_coincide_can_be_told_apart(gap):
    x = np.array([0, 0.5, 1, 1 + gap, 2, 2.5])
    y = np.array([0, 0, 0, 1.0, 1, 1])
    assert best_relu_fit(x, y).mse < (1e-14 / gap) ** 2


def test_repeated_points_count_as_often_as_they_stand():
    rng = np.random.default_rng(0)
    x, y = np.arange(9.0), rng.normal(size=9)
    once, thrice = best_relu_fit(x, y), best_relu_fit(np.tile(x, 3), np.tile(y, 3))
    assert thrice.predict(x) == pytest.approx(once.predict(x), abs=1e-12)
    scatter = np.array([[-1.0], [0.0], [1.0]])
    spread = best_relu_fit(np.tile(x, 3), (y + scatter).ravel())
    assert spread.mse == pytest.approx(once.mse + 2 / 3, rel=1e-12)
    assert (
        best_relu_fit(np.repeat(x, [9, 1, 1, 1, 1, 1, 1, 1, 1]), np.repeat(y, [9] + [1] * 8))
        != once
    )


# Equivariance

moves = st.sampled_from([0.0, 1.0, -20.0, 1000.0])
scales = st.sampled_from([1e-140, 1e-9, 0.3, 1.0, 7.0, 1e9, 1e140])


@much_of("three_neuron", "relu_sums")
@settings(max_examples=30)
@given(points, moves, moves, scales, scales, st.sampled_from([1, -1]), st.sampled_from([1, -1]))
def test_moved_scaled_and_mirrored_data_have_the_same_optimum(
    data, move_x, move_y, scale_x, scale_y, mirror_x, mirror_y
):
    x, y = np.array(data).T
    new_x, new_y = mirror_x * scale_x * (x + move_x), mirror_y * scale_y * (y + move_y)
    fit, new = best_relu_fit(x, y), best_relu_fit(new_x, new_y)
    scaled_back = np.mean(((new_y - new.predict(new_x)) / scale_y) ** 2)
    assert scaled_back == pytest.approx(fit.mse, rel=1e-6, abs=1e-16)


def test_the_optimum_of_traffic_data_moves_with_the_clock_and_the_unit():
    y = np.array(TRAFFIC["all days"])
    fit, moved = best_relu_fit(HOURS, y), best_relu_fit(60 * (HOURS - 12), 1000 * y + 5)
    assert moved.mse == pytest.approx(1e6 * fit.mse, rel=1e-10)
    assert moved.predict(60 * (HOURS - 12)) == pytest.approx(1000 * fit.predict(HOURS) + 5)
    mirrored = best_relu_fit(-HOURS, y)
    assert mirrored.predict(-HOURS) == pytest.approx(fit.predict(HOURS))


# Limits


@much_of("three_neuron")
def test_two_hundred_distinct_x():
    rng = np.random.default_rng(2)
    x = rng.normal(size=200)
    y = np.sin(2 * x) + 0.3 * rng.normal(size=200)
    start = rng.choice(x, size=(2, 8))
    side1, side2 = np.tile(np.array(SIDES), (2, 1)).T
    assert_optimal(x, y, refined_mse(x, y, side1, side2, *start, sweeps=4).min())


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [], "no points"),
        ([1, 2, 3], [1, 2], "same length"),
        ([[1, 2]], [[1, 2]], "same length"),
        (1.0, 2.0, "same length"),
        ([1, math.nan], [1, 2], "finite"),
        ([1, 2], [1, -math.inf], "finite"),
        ([1, 1e200], [1, 2], "1e\\+150"),
        (range(501), range(501), "501 distinct"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_one_sentence(x, y, message):
    with pytest.raises(ValueError, match=message) as error:
        best_relu_fit(x, y)
    assert str(error.value).count(". ") == 0
    assert str(error.value).endswith(".")


def test_five_hundred_points_on_few_x_are_few():
    x = np.tile(np.arange(6.0), 500)
    assert best_relu_fit(x, np.sin(x)).mse == pytest.approx(best_relu_fit(x[:6], np.sin(x[:6])).mse)


@pytest.mark.parametrize("target", [np.sin, np.abs, np.sign, np.exp])
def test_one_hinge_has_a_best_place_too(target):
    x = np.linspace(-2.0, 2.1, 24)
    y = target(x)
    fit = best_relu_fit(x, y, hinges=1)
    places = np.linspace(-3, 3, 4001)
    flat = np.zeros((len(places), len(x)))
    searched = min(mse_of_hinges(x, y, hinge(x, np.full(len(places), side), places), flat).min()
                   for side in (1, -1))
    assert fit.w12 == fit.b12 == fit.w22 == 0
    assert best_relu_fit(x, y).mse <= fit.mse <= searched * (1 + 1e-9)
    assert fit.mse == pytest.approx(searched, rel=1e-3, abs=1e-20)
    assert fit.mse == pytest.approx(np.mean((y - fit.predict(x)) ** 2), rel=1e-12)


@pytest.mark.parametrize("hinges", [0, 3, "2"])
def test_other_numbers_of_hinges_are_refused(hinges):
    with pytest.raises(ValueError, match="for 1 or 2 hinges, not"):
        best_relu_fit([0, 1, 2], [0, 1, 0], hinges)


# x in clusters, and far from 0


def exact_bound(x, y):
    """The best MSE of two hinges with kinks on the points or in the middle between two, exactly."""
    x, y = ([Fraction(v) for v in column] for column in (x, y))
    places = sorted(set(x))
    places += [(a + b) / 2 for a, b in itertools.pairwise(places)]
    hinges = [(side, kink) for side in (1, -1) for kink in places]
    pairs = itertools.combinations_with_replacement(hinges, 2)
    return float(min(exact_two_hinge_mse(x, y, *a, *b) for a, b in pairs))


CLUSTERS = {
    "pairs 2e-7 apart": (
        [-2, 2, -1, 1, -1, -2.0000002, 2, -1, 1.0000001, -1.0000002],
        [-2, 1, -1, 0, 1, 2, 1, -1, 0, -2]),
    "pairs 2e-4 apart": (
        [3, 3, 3, -3, 1, 2.9998, 2.9998, 2.9998, -2.9999, 1], [2, 3, 2, 3, -1, -2, 1, -1, -3, 1]),
    "pairs 1e-7 apart, of which one counts": (
        [0, 3, 0, 1, 0, 3.0000001, -2e-7, 1.0000001], [-2.6, 0.7, -0.2, 0.8, 0.9, 0, -1, -1.4]),
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_points_in_narrow_clusters_are_told_apart(name):
    x, y = CLUSTERS[name]
    assert_optimal(x, y, exact_bound(x, y))


whole = st.integers(-3, 3)


@much_of("three_neuron")
@settings(max_examples=15)
@given(st.lists(st.tuples(whole, whole, whole), min_size=4, max_size=6),
       st.sampled_from([(0.0, 2**-23, 1e-8), (1e6, 2**-10, 1e-5), (1e6, 0.25, 1e-6),
                        (-1e9, 2**-10, 1e-3)]))
def test_clusters_far_from_0_cost_some_digits_and_no_more(data, where):
    """As many as best_relu_fit says: w11 x + b11 is rounded in units of the largest x."""
    middle, width, relative = where
    x = [middle + a + width * b for a, b, _ in data]
    y = [float(c) for _, _, c in data]
    bound = exact_bound(x, y)
    fit = best_relu_fit(x, y)
    assert fit.mse <= bound * (1 + relative) + (1e-14 * abs(middle) / width + 1e-7) ** 2


def test_of_fits_that_rounding_cannot_tell_apart_the_one_with_fewer_neurons_is_given():
    fit = best_relu_fit([999997.0, 999999, 1000001, 1000001], [3, 3, 3, 0])
    assert fit.mse == 1.125 and (fit.w12, fit.b12, fit.w22) == (0, 0, 0)


@pytest.mark.parametrize("spacing", ["even", "pairs"])
def test_what_the_screening_keeps_is_a_network_and_what_it_drops_is_none(spacing):
    """For every pair of options: its sum of squares is that of the fit with kinks inside their
    gaps; a sum without such a network would push a real fit out of those that are tried."""
    rng = np.random.default_rng(4)
    x = np.arange(7.0) / 3 - 1 if spacing == "even" else np.array([-1, -0.99, -0.2, 0.3, 0.31, 1])
    y, ones = rng.normal(size=len(x)), np.ones_like(x)
    options = optimum._options(x)
    h, s = optimum._columns(x, options)
    sums = optimum._screen(h, s, options[:, 2], y, ones, len(options))
    kept = dropped = 0
    for i, j in itertools.combinations_with_replacement(range(len(options)), 2):
        pair = [i, j]
        columns = np.column_stack([ones, h[:, pair], s[:, pair]])
        if i == j or np.linalg.matrix_rank(columns) < np.count_nonzero(columns.any(axis=0)):
            continue  # other solutions of the same fit may have other kinks
        neurons = optimum._refit(x, options[pair], h[:, pair], s[:, pair], y, ones)
        y_hat = sum(c * hinge(x, side, np.array(kink)) for side, c, kink in neurons)
        error = y - y_hat
        found = np.sum((error - error.mean()) ** 2)
        plain = np.sum((y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]) ** 2)
        if np.isfinite(sums[i, j]):
            kept += 1
            assert sums[i, j] == pytest.approx(found, rel=1e-9, abs=1e-25)
        elif found == pytest.approx(plain, rel=1e-9):
            raise AssertionError(f"{options[pair]} was dropped, and its kinks are in their gaps")
        else:
            dropped += 1
    assert kept > 50 and dropped > 50
