"""The wider-networks lab: what it measures, against formulas, single networks and complex step.

Source of the rules: MIT 6.390, "Neural Networks II", "Reference: weight initialization".
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest
from oracle import check_gradients, compare, complex_step
from test_numbers import read
from test_panel import text_of

from mlp_widgets.core import backward, forward, gradient_norm, initial_weights
from mlp_widgets.drawing import wide_layers
from mlp_widgets.drawing.wide_layers import (
    BINS,
    Curve,
    HistogramsPicture,
    LayersPicture,
    LayersView,
    over_draws,
)
from mlp_widgets.lectures import wide_network_model as model
from mlp_widgets.lectures import wide_network_views as views
from mlp_widgets.lectures.wide_network import WideNetworkLab
from mlp_widgets.lectures.wide_network_model import (
    ACTIVATIONS,
    INITS,
    PRESETS,
    Solution,
    WideState,
    learn,
    network,
    point_count,
    points,
    profile,
)

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "wide_network.ipynb"
SQRT2 = float(np.sqrt(2.0))
F = {"relu": lambda z: np.maximum(z, 0.0), "tanh": np.tanh,
     "sigmoid": lambda z: 1 / (1 + np.exp(-z))}  # fmt: skip
EACH = pytest.mark.parametrize("activation", ACTIVATIONS)


def new_lab():
    return WideNetworkLab(scale=0.5, depth=4, width=6)


@pytest.fixture
def lab(shared):
    """One lab for many tests, each of which finds it as it was made."""
    shared.reset()
    shared._undo, shared._group = [], (None, 0.0)
    shared.complain("")
    return shared


def said(lab) -> str:
    return text_of(lab.status)


def apart(lab) -> None:
    """Let the next move be a step of its own for undo."""
    lab._group = (None, 0.0)


def small(**changes) -> WideState:
    return WideState(**{"depth": 4, "width": 6, **changes})


# --- 1. what is drawn ---


def test_the_rules_are_those_of_the_core():
    widths = [7, 7, 7, 1]
    for scheme, c in (("zeros", 0.0), ("xavier", 1.0), ("he", SQRT2)):
        drawn = network(2, 7, "relu", c, (3,))
        for ours, theirs in zip(drawn.w[1:], initial_weights(widths, scheme, 3), strict=True):
            compare(scheme, ours, theirs, rtol=1e-15)
    assert drawn.activations[1:] == ("relu", "relu", "identity") and drawn.b is None


def test_each_initialization_is_its_c():
    state = small(small=0.02, large=7.0)
    found = {name: model.factor(state, name) for name in INITS}
    assert found == {"zeros": 0, "small": 0.02, "xavier": 1, "he": SQRT2, "large": 7}


@pytest.mark.parametrize("c", [0.1, 1.0, SQRT2, 3.0])
def test_the_variance_of_the_weights_is_c_squared_over_n(c):
    # The variance of K normal numbers has the relative standard deviation sqrt(2 / K); 5 of them.
    weights = np.concatenate([w.ravel() for s in range(3)
                              for w in network(4, 80, "relu", c, (s,)).w[1:]])
    off = 80 * weights.var() / c**2 - 1
    assert abs(off) < 5 * np.sqrt(2 / weights.size)
    assert abs(weights.mean()) < 5 * c / np.sqrt(80 * weights.size)


def test_inputs_and_targets_are_standard_normal_and_seeded():
    x, y = points(200, 4, 24)
    assert x.shape == (200, 24) and y.shape == (1, 24)
    assert abs(x.mean()) < 5 / np.sqrt(x.size) and abs(x.var() - 1) < 5 * np.sqrt(2 / x.size)
    assert (points(200, 4, 24)[0] == x).all() and not (points(200, 5, 24)[0] == x).any()
    assert point_count(1) == point_count(100) == 24 and point_count(200) == 6


# --- 2. what is measured, against single networks and complex step ---


@EACH
@pytest.mark.parametrize("c", [0.3, 1.0, SQRT2, 3.0])
def test_gradients_of_a_stack_are_those_of_each_network_by_complex_step(activation, c):
    x, y = points(3, 0, 4)
    stack = network(3, 3, activation, c, (0, 1, 2))
    back = backward(forward(stack, x, y))
    for seed in range(3):
        single = network(3, 3, activation, c, (seed,))
        truth = complex_step(single, x, y)
        for layer in range(1, 5):
            assert (stack.w[layer][seed] == single.w[layer]).all()
            compare(f"seed {seed} layer {layer}", back.dJ_dw[layer][seed],
                    truth[f"dJ_dw[{layer}]"])


@EACH
def test_the_profile_is_measured_on_these_networks(activation):
    found = profile(3, 4, activation, 1.3, 2, 5)
    x, y = points(4, 5, point_count(4))
    for k, seed in enumerate((5, 6)):
        single = network(3, 4, activation, 1.3, (seed,))
        a, J = x, None
        for layer in range(4):
            compare("variance", found.variance[k, layer], ((a - a.mean()) ** 2).mean(), 1e-10)
            by_point = ((a - a.mean(axis=1, keepdims=True)) ** 2).mean()
            compare("by point", found.by_point[k, layer], by_point, 1e-10)
            if k == 0 and layer:
                np.testing.assert_allclose(found.samples.get(layer, a), a, rtol=1e-12)
            z = single.w[layer + 1] @ a
            a = F[activation](z)
            J = ((z - y) ** 2).mean()
        compare("J", found.J[k], J, 1e-10)
        truth = complex_step(single, x, y)
        lengths = [np.sqrt((truth[f"dJ_dw[{layer}]"] ** 2).sum()) for layer in range(1, 5)]
        compare("gradient", found.gradient[k], np.array(lengths))
        assert lengths[1] == pytest.approx(gradient_norm([truth["dJ_dw[2]"]]), rel=1e-12)


@EACH
def test_a_stack_and_one_by_one_give_the_same_profile(activation, monkeypatch):
    found = []
    for limit in (0, 10**9):
        monkeypatch.setattr(model, "STACKED", limit)
        model.profile.cache_clear()
        found.append(profile(5, 8, activation, 1.2, 3, 0))
    model.profile.cache_clear()
    for name in ("variance", "by_point", "gradient", "J"):
        compare(name, getattr(found[0], name), getattr(found[1], name), 1e-8)
    assert found[0].samples.keys() == found[1].samples.keys() == {1, 3, 5}
    for layer in found[0].samples:
        for name in ("samples", "slopes"):
            one, other = (getattr(p, name)[layer] for p in found)
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e-140, 1.0, 1e100, 1e200])
def test_lengths_and_variances_keep_their_digits_at_any_size(size):
    numbers = np.random.default_rng(0).normal(size=(2, 5, 4))
    expected = np.sqrt((numbers**2).sum(axis=(1, 2)))
    compare("length", model._length(numbers * size) / size, expected, 1e-12)
    whole, part = model._variances(numbers * size)
    with np.errstate(over="ignore"):
        factor = np.float64(size) ** 2
    assert factor in (0.0, np.inf) or np.allclose(whole / factor, numbers.var(axis=(1, 2)), 1e-12)
    if factor == np.inf:
        assert np.isinf(whole).all() and np.isinf(part).all()


def test_a_number_that_is_not_finite_counts_as_overflow_and_never_as_nan():
    numbers = np.ones((3, 2, 2))
    numbers[0, 0, 0], numbers[1, 1, 1] = np.nan, np.inf
    assert list(model._length(numbers)) == [np.inf, np.inf, 2.0]
    assert [list(v) for v in model._variances(numbers)] == [[np.inf, np.inf, 0.0]] * 2
    assert model._length(np.zeros((2, 3))) == 0


# --- 3. Xavier and He keep the variance ---

DEPTH, WIDTH, DRAWS = 6, 200, 40


def mean_field(activation: str, c: float, start: float) -> list[float]:
    """Second moment of a in the layers of infinitely wide networks: m -> E f(c sqrt(m) g)²."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(201)
    weights = weights / weights.sum()
    moments = [start]
    for _ in range(DEPTH):
        moments.append(float(weights @ F[activation](c * np.sqrt(moments[-1]) * nodes) ** 2))
    return moments


def second_moments(activation: str, c: float) -> np.ndarray:
    """Mean of a² in the layers 0..DEPTH of DRAWS networks, shape (DRAWS, DEPTH + 1)."""
    x, _ = points(WIDTH, 0, 6)
    return np.array([[(a**2).mean() for a in forward(network(DEPTH, WIDTH, activation, c, (s,)),
                                                     x).a[:-1]] for s in range(DRAWS)])


@pytest.mark.parametrize(("activation", "c"),
                         [("relu", SQRT2), ("relu", 1.0), ("tanh", 1.0), ("tanh", SQRT2),
                          ("sigmoid", 1.0)])  # fmt: skip
def test_the_second_moments_are_those_of_the_rule(activation, c):
    # Given layer l - 1, the n neurons of layer l are independent. With ReLU the mean of a² over
    # them has the relative variance 5 / n (E g⁴ on one side is 3/2, times 4, minus 1). So its
    # logarithm has, after l layers and over S draws, a mean of about -5 l / (2 n) and a standard
    # deviation of sqrt(5 l / (n S)) = 0.06; five of them and the mean are allowed. The inputs are
    # correlated by then, so that several of them help little. tanh and sigmoid vary less.
    moments = second_moments(activation, c)
    expected = mean_field(activation, c, moments[0, 0])
    for layer in range(1, DEPTH + 1):
        off = np.log(moments[:, layer]).mean() - np.log(expected[layer])
        spread = np.sqrt(5 * layer / (WIDTH * DRAWS))
        assert abs(off + 5 * layer / (4 * WIDTH)) < 5 * layer / (4 * WIDTH) + 5 * spread, layer
    if (activation, c) == ("relu", SQRT2):
        np.testing.assert_allclose(expected, expected[0], rtol=1e-3)  # quadrature at the kink


@EACH
def test_xavier_and_he_keep_the_variance_about_constant(activation):
    # 20 layers of 100 neurons: between a fifth and five times, while 0.3 c and 3 c leave that far.
    # (tanh with Xavier sinks like 1/l: that is the 20.)
    c = SQRT2 if activation == "relu" else 1.0
    ends = {k: profile(20, 100, activation, k * c, 8, 0).typical_variance for k in (0.3, 1.0, 3.0)}
    share = ends[1.0][20] / ends[1.0][1]
    assert 1 / (20 if activation == "tanh" else 5) < share < 5
    if activation != "sigmoid":
        assert ends[0.3][20] < 1e-15 * ends[0.3][1]
    if activation == "relu":
        assert ends[3.0][20] > 1e15 * ends[3.0][1]


def test_the_factor_2_of_he_is_one_factor_2_at_each_layer():
    xavier, he = (profile(20, 60, "relu", c, 5, 0) for c in (1.0, SQRT2))
    powers = np.broadcast_to(2.0 ** np.arange(21), (5, 21))
    compare("variance", he.variance / xavier.variance, powers, 1e-9)
    assert he.per_layer / xavier.per_layer == pytest.approx(2.0, rel=1e-10)
    # Mean of log: -5 / (2 n) = -0.04 a layer; standard deviation sqrt(5 / (n L S)) = 0.03; 5 of it
    assert abs(np.log(he.per_layer) + 0.04) < 0.15
    assert abs(np.log(2 * xavier.per_layer) + 0.04) < 0.15
    assert 0.4 < (he.samples[10] == 0).mean() < 0.6


def test_wide_layers_spread_less():
    spread = [np.ptp(np.log(profile(20, width, "relu", SQRT2, 8, 0).variance[:, -1]))
              for width in (10, 50, 200)]  # fmt: skip
    assert spread[0] > 2 * spread[1] > 4 * spread[2] > 0


def test_sigmoid_with_xavier_forgets_its_input():
    p = profile(20, 100, "sigmoid", 1.0, 5, 0)
    assert (p.variance[:, -1] > 0.005).all() and (p.by_point[:, -1] < 1e-20).all()
    assert p.typical_gradient[0] < 1e-10 < p.typical_gradient[-1]


# --- 4. zeros ---


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_zeros_give_exactly_nothing(activation):
    p = profile(10, 20, activation, 0.0, 3, 0)
    assert (p.variance[:, 0] > 0.5).all() and not p.variance[:, 1:].any()
    assert not p.gradient.any() and p.per_layer == 0 and not p.off.any()
    learned = learn(small(init="zeros", activation=activation, learning_rate=5.0), "zeros", 30)
    assert learned.steps == 30 and not learned.moved.any() and not learned.apart.any()
    assert not np.ptp(learned.J) and learned.blocked and learned.problem == ""


def test_zeros_on_the_sigmoid_move_but_all_neurons_stay_equal():
    state = small(init="zeros", activation="sigmoid", learning_rate=0.5)
    p = Solution(state).main
    # ŷ = 0 and every a is 0.5: ∂J/∂w = -2 mean(y) 0.5 for each of the 6 output weights
    y = points(6, 0, point_count(6))[1]
    compare("output", p.gradient[:, -1], np.full(5, abs(y.mean()) * np.sqrt(6)), 1e-12)
    assert not p.gradient[:, :-1].any() and not p.variance[:, 1:].any()
    learned = learn(state, "zeros", 20)
    assert (learned.moved[-3:] > 0).all() and (learned.apart < 1e-12).all()
    assert "do the work of one" in views.learning_verdict("zeros", learned, 6)
    assert (learn(state, "xavier", 20).apart > 1e-3).all()
    # with 2 layers the gradient reaches W¹, whose columns differ, because the inputs do
    short = learn(small(depth=2, activation="sigmoid", learning_rate=0.5), "zeros", 20)
    assert short.moved[0] > 1e-6 and (short.apart < 1e-12).all()


# --- 5. learning ---


@EACH
def test_one_step_is_the_gradient_times_the_rate(activation):
    state = small(depth=2, width=3, activation=activation, learning_rate=0.25)
    learned = learn(state, "xavier", 1)
    truth = complex_step(network(2, 3, activation, 1.0, (0,)), *points(3, 0, point_count(3)))
    moves = [0.25 * truth[f"dJ_dw[{layer}]"] for layer in (1, 2, 3)]
    np.testing.assert_allclose(learned.moved, [np.abs(m).max() for m in moves], rtol=1e-10)
    start = network(2, 3, activation, 1.0, (0,))
    after = [w - m for w, m in zip(start.w[1:3], moves, strict=False)]
    widest = [max(np.abs(w[i] - w[j]).max() for i in range(3) for j in range(3)) for w in after]
    np.testing.assert_allclose(learned.apart, widest, rtol=1e-10)
    assert learned.steps == 1 and learned.J.shape == (2,)


def test_he_learns_and_too_large_diverges_in_words():
    state = WideState(depth=20, width=50, large=3.0)
    he = learn(state, "he", 20)
    assert he.problem == "" and he.J[-1] < 0.7 * he.J[0] and he.steps == 20
    large = learn(state, "large", 20)
    assert "diverges" in large.problem and large.steps < 20 and not np.isnan(large.J).any()
    assert "smaller learning rate" in views.learning_verdict("large", large, 50)
    some = learn(WideState(depth=5, width=50, small=0.1), "small", 5)
    assert "hardly changes" in views.learning_verdict("small", some, 50)
    none = learn(state, "small", 5)  # 0.1 + 1e-24 is 0.1
    assert not none.moved.any() and not none.blocked
    assert "too small to change a number" in views.learning_verdict("small", none, 50)


# --- 6. overflow, underflow, off ---


def first_overflow(depth: int, width: int, c: float, seeds: int) -> int:
    """The first layer in which plain products leave the range of a float."""
    found = []
    x, _ = points(width, 0, point_count(width))
    for seed in range(seeds):
        a = x
        for layer, w in enumerate(initial_weights([width] * (depth + 1) + [1], "xavier", seed), 1):
            with np.errstate(all="ignore"):
                a = np.maximum(c * w @ a, 0)
            if not np.isfinite(a).all():
                found.append(layer)
                break
    return min(found)


@pytest.mark.parametrize("c", [1e8, 1e12, 1e30])
def test_overflow_is_told_with_its_layer(c):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p = profile(50, 20, "relu", c, 3, 0)
        s = Solution(WideState(depth=50, width=20, init="large", large=c, seeds=3))
        views.histograms(s)
        assert p.overflow == first_overflow(50, 20, c, 3) < 50
        text = views.verdict(s) + views.board(s)
    for values in (p.variance, p.gradient, p.by_point):
        assert not np.isnan(values).any()
    assert np.isinf(p.gradient).all() and np.isinf(p.variance[:, p.overflow :]).any()
    assert f"overflow at layer {p.overflow}" in text and not re.search(r"\bnan\b", text)


def test_the_lab_shows_overflow_without_a_warning(lab):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.set(depth=50, width=20, init="large", large=1e30)
        assert "overflow at layer" in said(lab) and text_of(lab.error) == ""
        assert lab.snapshot().startswith(b"\x89PNG")
    assert "overflow" in " ".join(h.notes[0] for h in views.histograms(lab.solution).layers)


def test_underflow_and_off_are_different_words():
    tiny = Solution(WideState(depth=50, width=20, init="small", small=1e-30))
    assert not tiny.main.off.any() and tiny.main.per_layer == 0
    assert "smaller than a float can hold" in views.verdict(tiny)
    off = Solution(WideState(depth=30, width=1))
    assert off.main.off.any() and "every ReLU of a layer is off" in views.verdict(off)
    squared = Solution(WideState(depth=1, width=20, init="small", small=1e-190))
    assert squared.main.variance[0, 1] == 0 and squared.main.samples[1].any()
    assert "too small to be squared" in views.verdict(squared)


# --- 7. means over draws ---


def test_mean_and_spread_leave_out_what_a_log_axis_cannot_show():
    values = np.array([[1.0, 0.0, np.inf, 0.0], [100.0, 4.0, 9.0, np.inf]])
    mean, low, high = over_draws(values)
    np.testing.assert_allclose(mean, [10, 4, 9, np.nan])
    np.testing.assert_allclose(low, [1, 4, 9, np.nan])
    np.testing.assert_allclose(high, [100, 4, 9, np.nan])
    assert list(model.typical(values)[[0, 3]]) == [pytest.approx(10), np.inf]
    assert model.typical(np.zeros((2, 1))) == [0.0]


def with_variance(*rows):
    rows = np.array(rows)
    return model.Profile(rows, rows, rows, np.zeros(len(rows)), {}, {}, None,
                         np.zeros(len(rows), bool))


@pytest.mark.parametrize(("rows", "expected"), [
    ([[1.0, 5.0, 10.0, 20.0]], 2.0),
    ([[1.0, 5.0, 1.0, 20.0], [1.0, 5.0, 7.0, 1.25]], 1.0),
    ([[1.0, 0.25]], 0.25),
    ([[1.0, 0.5, 0.0], [1.0, 0.5, 0.25]], 0.5),
    ([[1.0, 0.0, 0.0]], 0.0),
    ([[1.0, 1e300, np.inf]], np.inf),
])  # fmt: skip
def test_the_factor_per_layer(rows, expected):
    assert with_variance(*rows).per_layer == pytest.approx(expected)


# --- 8. pictures ---


def test_the_curves_are_the_logarithms_of_the_means():
    picture = LayersPicture(scale=0.5)
    values = np.array([[1.0, 10.0, 0.0], [1.0, 1000.0, 1e-4]])
    picture.update(LayersView([Curve("He", values, 0)], [Curve("He", values[:, 1:], 1)], 2))
    plot = picture.plots[0]
    np.testing.assert_allclose(plot.lines[0].get_xydata(), [[0, 0], [1, 2], [2, -4]], atol=1e-12)
    assert list(plot.marks[0].get_xdata()) == [2]
    assert plot.marks[0].get_ydata() == [plot.lanes.zero]
    band = plot.bands[0].get_paths()[0].vertices
    assert {tuple(v) for v in np.round(band, 9)} >= {(1.0, 1.0), (1.0, 3.0), (2.0, -4.0)}
    assert plot.lines[0].get_visible() and not plot.lines[1].get_visible()
    assert list(picture.plots[1].lines[0].get_xdata()) == [1, 2]


def test_zeros_stand_in_their_lane_and_overflow_in_its_own():
    picture = LayersPicture(scale=0.5)
    zeros, high = np.zeros((2, 3)), np.full((2, 3), np.inf)
    picture.update(LayersView([Curve("zeros", zeros, 0), Curve("large", high, 0)],
                              [Curve("zeros", zeros, 1), Curve("large", high, 1)], 2))
    for plot in picture.plots:
        assert set(plot.marks[0].get_ydata()) == {plot.lanes.zero}
        assert set(plot.marks[1].get_ydata()) == {plot.lanes.overflow}
        assert np.isnan(plot.lines[0].get_ydata()).all()
    assert (picture.render() != 255).any()


def test_the_axis_of_the_layers_reaches_the_last_layer():
    assert wide_layers.LAST_LAYERS[-1] == model.MOST["depth"] + 1
    picture = LayersPicture(scale=0.5)
    for depth in (1, 5, 20, 50):
        curve = Curve("He", np.ones((1, depth + 1)), 1)
        picture.update(LayersView([curve], [curve], 1))
        assert picture.plots[0].axes.get_xlim()[1] > depth + 1


@EACH
@pytest.mark.parametrize("init", INITS)
def test_histograms_count_every_value(activation, init):
    s = Solution(WideState(depth=5, width=20, activation=activation, init=init, compare="xavier"))
    for histogram, layer in zip(views.histograms(s).layers, (1, 3, 5), strict=True):
        assert histogram.title.startswith(f"a in layer {layer} of 5")
        for counts, p in zip(histogram.counts, s.profiles.values(), strict=True):
            a = p.samples[layer]
            assert len(counts) == BINS and counts.sum() + (a == 0).sum() == a.size
            inside = histogram.low + (histogram.high - histogram.low) * (counts.nonzero()[0] + 0.5)
            assert a.max() <= histogram.high and len(inside) <= BINS
    if init == "zeros":
        expected = ("all from 0.5 to 0.5" if activation == "sigmoid" else "100 % are 0")
        assert expected in views.histograms(s).layers[2].notes[0]


def test_a_histogram_is_drawn_at_its_place():
    picture = HistogramsPicture(scale=0.5)
    counts = np.zeros(BINS, int)
    counts[0], counts[-1] = 5, 10
    histogram = wide_layers.Histogram("t", -1.0, 1.0, [counts, counts], ["a", "b"])
    picture.update(wide_layers.HistogramsView([histogram]))
    up, down = (bars.get_paths()[0].vertices for bars in picture.bars)
    base = (up[:, 1].min() + down[:, 1].max()) / 2
    assert up[:, 1].min() == pytest.approx(base) and up[:, 1].max() > base > down[:, 1].min()
    assert up[1, 1] - base == pytest.approx((up[:, 1].max() - base) / 2)  # 5 of 10, on the left
    assert [text.text for text in picture.texts[0]] == ["t", "a", "b", "−1", "0", "1"]
    assert [text.text for text in picture.texts[1]] == [""] * 6


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (1.0, "100 %"), (0.9999, "99.9 %"),
                                             (1e-9, "0.1 %"), (0.483, "48.3 %")])
def test_a_share_is_all_or_nothing_only_if_it_is(share, text):
    assert views.percent(share) == text


# --- 9. the lab ---


def test_presets_are_one_click(lab):
    for button, name in zip(lab.controls.presets, PRESETS, strict=True):
        button.click()
        assert said(lab).startswith(f"Preset {name}.") and text_of(lab.error) == ""
        assert {k: getattr(lab.state, k) for k in PRESETS[name]} == PRESETS[name]
        apart(lab)
    lab.undo()
    assert lab.activation == PRESETS["He on ReLU"]["activation"]


def test_every_preset_says_what_happens(lab):
    words = {"zeros": "nothing can learn", "too small": "tiny in every layer",
             "too large": "grows", "Xavier on tanh": "stays about constant",
             "Xavier on ReLU": "shrinks", "He on ReLU": "stays about constant",
             "sigmoid saturates": "saturated"}  # fmt: skip
    for name in PRESETS:
        lab.preset(name)
        assert words[name] in said(lab), name


def test_attributes_give_the_numbers_in_view(lab):
    assert lab.variance.shape == (5,) and lab.gradient_norms.shape == (5,)
    compare("variance", lab.variance, np.exp(np.log(lab.solution.main.variance).mean(axis=0)), 1e-9)
    shown = re.search(r'class="mlp-mse-now">([^<]*)<', lab.controls.board.value)[1]
    assert read(shown) == pytest.approx(lab.per_layer, rel=5e-3)
    before = lab.variance
    lab.depth = 9
    assert lab.variance.shape == (10,) and (lab.variance[:5] == before).all()


def test_the_same_draws_are_prolonged_not_replaced():
    # A deeper network begins with the same layers, so the curves grow at their end only.
    short, long = (profile(depth, 30, "tanh", 1.0, 4, 0) for depth in (5, 12))
    compare("variance", long.variance[:, :6], short.variance, 1e-10)


@pytest.mark.parametrize(("changes", "words"), [
    ({"depth": 0}, "depth must be a whole number from 1 to 50, got 0"),
    ({"depth": 2.5}, "depth must be a whole number"),
    ({"width": 201}, "width must be a whole number from 1 to 200, got 201"),
    ({"seeds": 9}, "seeds must be a whole number from 1 to 8"),
    ({"seed": -1}, "seed must be a whole number from 0 to 1000000"),
    ({"small": 0}, "small, the factor c of the weights, must be positive"),
    ({"large": -2.0}, "must be positive, got -2"),
    ({"large": float("nan")}, "large must be a number"),
    ({"learning_rate": 0}, "learning rate must be positive"),
    ({"activation": "step"}, "unknown activation 'step'; known are relu, tanh, sigmoid"),
    ({"init": "none"}, "unknown initialization 'none'"),
    ({"compare": "best"}, "unknown initialization 'best'"),
    ({"breadth": 3}, "unknown field 'breadth'"),
    ({"depth": "5"}, "depth must be a number, got '5'"),
])  # fmt: skip
def test_errors_are_one_clear_sentence(lab, changes, words):
    before = lab.state
    with pytest.raises(ValueError, match=re.escape(words)):
        lab.set(**changes)
    assert lab.state is before
    if "breadth" not in changes:
        with pytest.raises(ValueError, match=re.escape(words)):
            WideNetworkLab(**changes)


def test_half_a_layer_is_refused(lab):
    lab.controls.rows["depth"].slider.value = 7
    assert lab.depth == 7 and text_of(lab.error) == ""
    lab.controls.rows["depth"].box.value = 7.4
    assert lab.depth == 7 and "whole number" in text_of(lab.error)
    assert lab.controls.rows["depth"].box.value == 7


def test_new_draws_are_new_and_can_be_undone(lab):
    before = lab.variance
    lab.controls.draw.click()
    assert lab.seed == 5 and not (lab.variance == before).any()
    lab.undo()
    assert lab.seed == 0 and (lab.variance == before).all()


@pytest.mark.parametrize(("name", "value"), [
    ("depth", 5), ("width", 7), ("activation", "tanh"), ("init", "zeros"), ("compare", "none"),
    ("small", 0.2), ("large", 4.0), ("seeds", 2), ("seed", 3),
])  # fmt: skip
def test_the_frame_follows_every_field(lab, name, value):
    lab.set(init="large", compare="small")
    before = lab.canvas.image.value
    lab.set(**{name: value})
    assert lab.canvas.image.value != before
    fresh = WideNetworkLab(scale=0.5, **{f: getattr(lab, f) for f in lab.undoable})
    for one, other in zip(lab.canvas.pictures, fresh.canvas.pictures, strict=True):
        assert (one.render() == other.render()).all()
    fresh.close()


def test_comparison_can_be_switched_off(lab):
    assert list(lab.solution.profiles) == ["he", "xavier"]
    lab.compare = "none"
    assert list(lab.solution.profiles) == ["he"] and "Beside it" not in said(lab)
    lab.compare = "he"  # with itself
    assert list(lab.solution.profiles) == ["he"]


def test_learning_is_shown_until_the_state_changes(lab):
    found = lab.learn(3)
    assert list(found) == ["he", "xavier"] and found["he"].steps == 3
    assert "J before" in lab.controls.answer_box.value and "3 steps" in said(lab)
    lab.width = 7
    assert "Press the button" in lab.controls.answer_box.value
    for bad in (0, 1.5, 1e6, "5"):
        with pytest.raises(ValueError, match="steps must be"):
            lab.learn(bad)


def test_the_button_tells_what_zeros_do(lab):
    lab.set(init="zeros", compare="none")
    lab.controls.learn.click()
    assert "no weight moved: every gradient is exactly 0" in said(lab)


@EACH
@pytest.mark.parametrize("init", INITS)
def test_the_small_network_can_be_checked(activation, init):
    s = Solution(small(activation=activation, init=init))
    assert max(s.network.widths) <= 3
    check_gradients(s.network, s.trace.a[0], s.trace.y)


def test_repr_rebuilds_the_lab(lab):
    lab.set(depth=3, large=5.5, seed=9, init="large", compare="none")
    text = repr(lab)
    again = eval(text, {"WideNetworkLab": WideNetworkLab})
    assert repr(again) == text and again.state == lab.state
    again.close()


# --- 10. the notebook's numbers ---


def printed(containing: str) -> str:
    """What the notebook's cell with this text printed."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    cell = next(c for c in cells if c.cell_type == "code" and containing in c.source)
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_notebook_prints_what_the_rules_say():
    assert "largest change of a weight 0\n" in printed("learned = lab.learn()")
    assert "layers with a gradient: [21]" in printed('lab.set(activation="sigmoid")')
    ratios = printed('lab.solution.of("xavier")')
    for layer, power in ((1, 2.0), (10, 1024.0), (20, 1048576.0)):
        low, high = re.search(rf"layer {layer}: ratio (\S+) to (\S+),", ratios).groups()
        assert float(low) == float(high) == pytest.approx(power, rel=1e-5)
    xavier, he = map(float, re.search(r"Xavier x (\S+), He x (\S+)\n", ratios).groups())
    # n = 100, 19 layers, 5 draws: log of the factor -0.025 ± 5 · 0.023, as above
    assert abs(np.log(he) + 0.025) < 0.12 and abs(np.log(2 * xavier) + 0.025) < 0.12
    assert abs(float(re.search(r"x (\S+) per", printed('"too small"'))[1]) - 0.01) < 0.001
    layer = int(re.search(r"overflow at layer (\d+)", printed("large=1e8"))[1])
    assert layer == first_overflow(50, 100, 1e8, 5)
