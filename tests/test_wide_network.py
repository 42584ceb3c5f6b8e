"""The wider-networks lab: what it measures, against formulas, single networks and complex step.

Source of the rules: MIT 6.390, "Neural Networks II", "Reference: weight initialization".
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from cells import cells_of, value_of
from lab_tools import all_words, as_new, find, much_of, text_of
from oracle import H, compare, reference_pass

from mlp_widgets import WideNetworkLab
from mlp_widgets.core import backward, forward, initial_weights
from mlp_widgets.drawing import wide_layers
from mlp_widgets.drawing.quick_artists import text_width
from mlp_widgets.drawing.wide_layers import (
    BINS,
    Histogram,
    HistogramsPicture,
    HistogramsScene,
    LayersPicture,
    LayersScene,
)
from mlp_widgets.explain.notation import Var
from mlp_widgets.explain.zeros import Zero
from mlp_widgets.lectures.wide_network import profile as measuring
from mlp_widgets.lectures.wide_network import scenes, words
from mlp_widgets.lectures.wide_network.networks import MOST_DEPTH, network, point_count, points
from mlp_widgets.lectures.wide_network.numbers import (
    ACTIVATIONS,
    COMPARED,
    INITS,
    PRESETS,
    Numbers,
    WideState,
)
from mlp_widgets.lectures.wide_network.profile import Profile, over_draws, profile, typical
from mlp_widgets.text import number

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "09_wide_network.ipynb"
SQRT2 = float(np.sqrt(2.0))
F = {"relu": lambda z: np.maximum(z, 0.0), "tanh": np.tanh,
     "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
EACH = pytest.mark.parametrize("activation", ACTIVATIONS)


@pytest.fixture(scope="module")
def kept():
    made = WideNetworkLab(scale=0.5, depth=4, width=6)
    yield made
    made.close()


@pytest.fixture
def lab(kept):
    """One lab for all tests, each of which finds it as it was made."""
    return as_new(kept)


def said(lab) -> str:
    return text_of(lab.status)


def small(**changes) -> WideState:
    return WideState(**{"depth": 4, "width": 6, **changes})


def learn(state: WideState, init: str, steps: int):
    return Numbers(state).learn(init, steps)


def true_gradients(network, x, y) -> list[np.ndarray]:
    """∂J/∂W^l for l = 1, 2, ... by complex step."""
    truth = [np.empty(w.shape) for w in network.w[1:]]
    for layer, gradient in enumerate(truth, start=1):
        for index in np.ndindex(gradient.shape):
            J = reference_pass(network, x, y, nudged=("w", layer, *index))[2]
            gradient[index] = complex(J).imag / H
    return truth


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
    found = {name: state.c(name) for name in INITS}
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
    x, y = points(100, 4)
    assert x.shape == (100, 24) and y.shape == (1, 24)
    assert abs(x.mean()) < 5 / np.sqrt(x.size) and abs(x.var() - 1) < 5 * np.sqrt(2 / x.size)
    assert (points(100, 4)[0] == x).all() and not (points(100, 5)[0] == x).any()
    assert point_count(1) == point_count(100) == 24 and point_count(200) == 6


# --- 2. what is measured, against single networks and complex step ---


@EACH
@pytest.mark.parametrize("c", [0.3, 1.0, SQRT2, 3.0])
def test_gradients_of_a_stack_are_those_of_each_network_by_complex_step(activation, c):
    x, y = (values[:, :4] for values in points(3, 0))
    stack = network(3, 3, activation, c, (0, 1, 2))
    back = backward(forward(stack, x, y))
    for seed in range(3):
        single = network(3, 3, activation, c, (seed,))
        for layer, truth in enumerate(true_gradients(single, x, y), start=1):
            assert (stack.w[layer][seed] == single.w[layer]).all()
            compare(f"seed {seed} layer {layer}", back.dJ_dw[layer][seed], truth)


@EACH
def test_the_profile_is_measured_on_these_networks(activation):
    found = profile(3, 4, activation, 1.3, 2, 5)
    x, y = points(4, 5)
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
        lengths = [np.sqrt((truth**2).sum()) for truth in true_gradients(single, x, y)]
        compare("gradient", found.gradient[k], np.array(lengths))


@EACH
def test_a_stack_and_one_by_one_give_the_same_profile(activation, monkeypatch):
    found = []
    for limit in (0, 10**9):
        monkeypatch.setattr(measuring, "STACKED", limit)
        profile.cache_clear()
        found.append(profile(5, 8, activation, 1.2, 3, 0))
    profile.cache_clear()
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
    compare("length", measuring._length(numbers * size) / size, expected, 1e-12)
    whole, part = measuring._variances(numbers * size)
    with np.errstate(over="ignore"):
        factor = np.float64(size) ** 2
    assert factor in (0.0, np.inf) or np.allclose(whole / factor, numbers.var(axis=(1, 2)), 1e-12)
    if factor == np.inf:
        assert np.isinf(whole).all() and np.isinf(part).all()


def test_a_number_that_is_not_finite_counts_as_overflow_and_never_as_nan():
    numbers = np.ones((3, 2, 2))
    numbers[0, 0, 0], numbers[1, 1, 1] = np.nan, np.inf
    assert list(measuring._length(numbers)) == [np.inf, np.inf, 2.0]
    assert [list(v) for v in measuring._variances(numbers)] == [[np.inf, np.inf, 0.0]] * 2
    assert measuring._length(np.zeros((2, 3))) == 0


# --- 3. Xavier and He keep the variance ---

DEPTH, WIDTH, DRAWS = 6, 100, 80


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
    x, _ = points(WIDTH, 0)
    return np.array([[(a**2).mean() for a in forward(network(DEPTH, WIDTH, activation, c, (s,)),
                                                     x).a[:-1]] for s in range(DRAWS)])


@pytest.mark.parametrize(("activation", "c"),
                         [("relu", SQRT2), ("relu", 1.0), ("tanh", 1.0), ("tanh", SQRT2),
                          ("sigmoid", 1.0)])
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
              for width in (10, 50, 200)]
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
    assert not np.ptp(learned.J) and learned.outcome == "blocked"


def test_zeros_on_the_sigmoid_move_but_all_neurons_stay_equal():
    state = small(init="zeros", activation="sigmoid", learning_rate=0.5)
    p = Numbers(state).main
    # ŷ = 0 and every a is 0.5: ∂J/∂w = -2 mean(y) 0.5 for each of the 6 output weights
    y = points(6, 0)[1]
    compare("output", p.gradient[:, -1], np.full(5, abs(y.mean()) * np.sqrt(6)), 1e-12)
    assert not p.gradient[:, :-1].any() and not p.variance[:, 1:].any()
    learned = learn(state, "zeros", 20)
    assert (learned.moved[-3:] > 0).all() and (learned.apart < 1e-12).all()
    assert "do the work of one" in words.learning_verdict("zeros", learned)
    assert (learn(state, "xavier", 20).apart > 1e-3).all()
    # with 2 layers the gradient reaches W¹, whose columns differ, because the inputs do
    short = learn(small(depth=2, activation="sigmoid", learning_rate=0.5), "zeros", 20)
    assert short.moved[0] > 1e-6 and (short.apart < 1e-12).all()


# --- 5. learning ---


@EACH
def test_one_step_is_the_gradient_times_the_rate(activation):
    state = small(depth=2, width=3, activation=activation, learning_rate=0.25)
    learned = learn(state, "xavier", 1)
    truth = true_gradients(network(2, 3, activation, 1.0, (0,)), *points(3, 0))
    moves = [0.25 * gradient for gradient in truth]
    np.testing.assert_allclose(learned.moved, [np.abs(m).max() for m in moves], rtol=1e-10)
    start = network(2, 3, activation, 1.0, (0,))
    after = [w - m for w, m in zip(start.w[1:3], moves, strict=False)]
    widest = [max(np.abs(w[i] - w[j]).max() for i in range(3) for j in range(3)) for w in after]
    np.testing.assert_allclose(learned.apart, widest, rtol=1e-10)
    assert learned.steps == 1 and learned.J.shape == (2,)


def test_he_learns_and_too_large_diverges_in_words():
    state = WideState(depth=20, width=50, large=3.0)
    he = learn(state, "he", 20)
    assert he.outcome == "learned" and he.J[-1] < 0.7 * he.J[0] and he.steps == 20
    large = learn(state, "large", 20)
    assert large.outcome == "diverged" and large.steps < 20 and not np.isnan(large.J).any()
    assert "Try a smaller learning rate" in words.learning_verdict("large", large)
    some = learn(WideState(depth=5, width=50, small=0.1), "small", 5)
    assert "hardly changes" in words.learning_verdict("small", some)
    none = learn(state, "small", 5)  # 0.1 + 1e-24 is 0.1
    assert not none.moved.any() and not none.blocked
    assert "too small to change a number" in words.learning_verdict("small", none)
    none = learn(WideState(depth=50, width=50, large=1e30), "large", 5)
    assert none.steps == 1 and np.isinf(none.J).all()
    assert "nothing to descend from" in words.learning_verdict("large", none)


# --- 6. parameters, gradient, loss of the first draw, and why a gradient is 0 ---


@EACH
@pytest.mark.parametrize("init", INITS)
def test_parameters_gradient_and_loss_are_those_of_the_first_draw(activation, init):
    state = WideState(depth=2, width=3, activation=activation, init=init, seed=7)
    numbers, net = Numbers(state), network(2, 3, activation, state.c(init), (7,))
    x, y = points(3, 7)
    assert list(numbers.parameters) == list(numbers.gradient) == ["W1", "W2", "W3"]
    compare("loss", numbers.loss, numbers.main.J[0], 1e-12)
    for layer, truth in enumerate(true_gradients(net, x, y), start=1):
        name = f"W{layer}"
        assert (numbers.parameters[name] == net.w[layer]).all()
        compare(name, numbers.gradient[name], truth)
        assert (numbers.why_zero(name) is None) == truth.any()
        for arrays in (numbers.parameters, numbers.gradient):
            assert not arrays[name].flags.writeable


def reasons(state: WideState) -> dict[str, tuple[Zero, ...]]:
    numbers = Numbers(state)
    found = {name: numbers.why_zero(name) for name in numbers.parameters}
    return {name: why.zeros if why else () for name, why in found.items()}


@pytest.mark.parametrize(("changes", "expected"), [
    ({"init": "zeros"}, [("weight", "w", 3, 0), ("weight", "w", 3, 0), ("weight", "a", 2, 1)]),
    ({"init": "zeros", "activation": "sigmoid"},
     [("weight", "w", 3, 0), ("weight", "w", 3, 0), None]),
    ({"init": "small", "small": 1e-200},
     [("underflow", "", 0, 0), ("underflow", "", 0, 0), ("underflow", "a", 2, 0)]),
    ({"init": "large", "large": 1e6, "activation": "tanh", "width": 1},
     [("flat", "slope", 2, 0), ("flat", "slope", 2, 0), None]),
])
def test_the_reason_for_a_zero(changes, expected):
    found = reasons(WideState(**{"depth": 2, "width": 5, **changes}))
    for zeros, parts in zip(found.values(), expected, strict=True):
        if parts is None:
            assert zeros == ()
            continue
        cause, kind, layer, of = parts
        assert zeros == (Zero(cause, Var(kind, layer) if kind else None,
                              of=Var("w", of) if of else None),)


def found_point_by_point(numbers: Numbers, layer: int) -> list[Zero]:
    """The reasons for a gradient 0 of ReLUs: the layer that stops the last of the points."""
    a, dz = numbers.trace.a, numbers.back.dJ_dz
    stopped_at = [next((i for i in range(layer) if not a[i][:, k].any()), 0) for k in range(24)]
    cut_at = [next(i for i in range(7, 0, -1) if not dz[i][:, k].any()) for k in range(24)
              if not (stopped_at[k] and dz[layer].any())]
    if not dz[layer].any():
        return [Zero("off", Var("slope", min(cut_at)))]
    forward = [Zero("off", Var("a", layer - 1), of=Var("slope", max(stopped_at)))]
    return forward * any(stopped_at) + [Zero("off", Var("slope", min(cut_at, default=0)))] * bool(
        cut_at)


def test_the_layer_that_is_off_is_found():
    seen = set()
    for seed in range(25):
        numbers = Numbers(WideState(depth=6, width=2, seed=seed, compare="none", seeds=1))
        for layer in range(1, 8):
            why = numbers.why_zero(f"W{layer}")
            assert (why is None) == numbers.gradient[f"W{layer}"].any()
            if why is not None:
                expected = found_point_by_point(numbers, layer)
                assert list(why.zeros) == expected, (seed, layer)
                assert why.points == 24 and why.everywhere == (len(expected) == 1)
                seen.add(tuple(zero.factor.kind for zero in expected))
    assert seen == {("a",), ("slope",), ("a", "slope")}


def test_why_zero_in_words():
    lab = WideNetworkLab(depth=4, width=1, scale=0.25, compare="none", seeds=1, seed=0)
    assert lab.why_zero("W5") == "a⁴ = 0 at every input, because the ReLUs of layer 2 are off"
    assert lab.why_zero("W1") == "the ReLUs of layer 1 are off wherever a gradient comes back"
    assert lab.why_zero("W2") == (
        "a¹ = 0 at some inputs, because the ReLUs of layer 1 are off; at the others the ReLUs of "
        "layer 2 are off wherever a gradient comes back")
    lab.init = "zeros"
    assert lab.why_zero("W5") == "a⁴ = 0 at every input, because W¹ = 0"
    assert lab.why_zero("W4") == "W⁵ = 0"
    lab.set(init="small", small=1e-200)
    assert lab.why_zero("W5") == "a⁴ = 0 at every input, because it is too small for a float"
    assert lab.why_zero("W1") == "the product is too small for a float"
    lab.init = "xavier"
    lab.activation = "tanh"
    assert lab.why_zero("W1") == "" and lab.gradient["W1"].any()
    with pytest.raises(ValueError, match="unknown parameter 'W6'; known are W1, W2"):
        lab.why_zero("W6")
    lab.close()


# --- 7. overflow, underflow, off ---


def first_overflow(depth: int, width: int, c: float, seeds: int) -> int:
    """The first layer in which plain products leave the range of a float."""
    found = []
    x, _ = points(width, 0)
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
    p = profile(50, 20, "relu", c, 3, 0)
    s = Numbers(WideState(depth=50, width=20, init="large", large=c, seeds=3))
    scenes.histograms(s)
    assert p.overflow == first_overflow(50, 20, c, 3) < 50
    text = words.verdict(s) + words.board(s)
    for values in (p.variance, p.gradient, p.by_point):
        assert not np.isnan(values).any()
    assert np.isinf(p.gradient).all() and np.isinf(p.variance[:, p.overflow :]).any()
    assert f"overflow at layer {p.overflow}" in text and not re.search(r"\bnan\b", text)


def test_the_lab_shows_overflow_without_a_warning(lab):
    lab.set(depth=50, width=20, init="large", large=1e30)
    assert "overflow at layer" in said(lab) and text_of(lab.error) == ""
    assert lab.snapshot().startswith(b"\x89PNG") and lab.loss == np.inf
    assert "overflow in layer 50" in lab.words
    assert "overflow" in " ".join(h.notes[0] for h in scenes.histograms(lab.numbers).layers)


def test_underflow_and_off_are_different_words():
    tiny = Numbers(WideState(depth=50, width=20, init="small", small=1e-30))
    assert not tiny.main.off.any() and tiny.main.per_layer == 0
    assert "smaller than a float can hold" in words.verdict(tiny)
    off = Numbers(WideState(depth=30, width=1))
    assert off.main.off.any() and "every ReLU of a layer is off" in words.verdict(off)
    squared = Numbers(WideState(depth=1, width=20, init="small", small=1e-190))
    assert squared.main.variance[0, 1] == 0 and squared.main.samples[1].any()
    assert "too small to be squared" in words.verdict(squared)


# --- 8. means over draws ---


def test_mean_and_spread_leave_out_what_a_log_axis_cannot_show():
    values = np.array([[1.0, 0.0, np.inf, 0.0], [100.0, 4.0, 9.0, np.inf]])
    mean, low, high = over_draws(values)
    np.testing.assert_allclose(mean, [10, 4, 9, np.nan])
    np.testing.assert_allclose(low, [1, 4, 9, np.nan])
    np.testing.assert_allclose(high, [100, 4, 9, np.nan])
    assert list(typical(values)[[0, 3]]) == [pytest.approx(10), np.inf]
    assert typical(np.zeros((2, 1))) == [0.0]


def measured(variance=((1.0, 1.0),), gradient=((1.0, 1.0),), overflow=None, **slopes) -> Profile:
    """A profile of these numbers."""
    rows = np.array(variance)
    return Profile(rows, rows, np.array(gradient), np.zeros(len(rows)), {}, slopes, overflow,
                   np.zeros(len(rows), bool))


@pytest.mark.parametrize(("rows", "expected"), [
    ([[1.0, 5.0, 10.0, 20.0]], 2.0),
    ([[1.0, 5.0, 1.0, 20.0], [1.0, 5.0, 7.0, 1.25]], 1.0),
    ([[1.0, 0.25]], 0.25),
    ([[1.0, 0.5, 0.0], [1.0, 0.5, 0.25]], 0.5),
    ([[1.0, 0.0, 0.0]], 0.0),
    ([[1.0, 1e300, np.inf]], np.inf),
])
def test_the_factor_per_layer(rows, expected):
    assert measured(rows).per_layer == pytest.approx(expected)


@pytest.mark.parametrize(("per_layer", "layers", "trend"), [
    (0.97, 20, "constant"), (0.97, 100, "shrinks slowly"), (0.86, 20, "shrinks slowly"),
    (1.2, 20, "grows slowly"), (1.2, 3, "constant"), (0.7, 3, "shrinks"), (1.3, 3, "grows"),
    (0.0, 3, "shrinks"), (np.inf, 3, "grows"),
])
def test_a_small_change_at_each_layer_is_no_small_change_after_many(per_layer, layers, trend):
    with np.errstate(all="ignore"):
        rows = [[1.0, *np.nan_to_num(np.float64(per_layer) ** np.arange(layers), posinf=np.inf)]]
    assert measured(rows).variance_trend == trend


@pytest.mark.parametrize(("gradient", "trend", "layer"), [
    ([1.0, 5.0, 1.0], "arrives", None), ([2e-3, 1.0, 1.0], "arrives", None),
    ([0.5e-3, 1.0, 1.0], "vanishes", None), ([2e3, 1.0, 1.0], "explodes", None),
    ([5e-5, 9e-5, 5e-5], "tiny", None), ([5e4, 2e4, 2e4], "huge", None),
    ([0.0, 0.0, 1.0], "zero", None), ([1.0, np.inf, np.inf], "overflow", 2),
])
def test_what_becomes_of_the_gradient(gradient, trend, layer):
    p = measured(gradient=[gradient])
    assert (p.gradient_trend, p.gradient_overflow) == (trend, layer)
    assert measured(gradient=[gradient], overflow=2).gradient_trend == "lost"


def test_saturated_is_a_share_of_the_slopes():
    assert measured(a=np.array([0.001, 0.25, 0.009, 0.0])).saturated("a") == 0.75


# --- 9. pictures ---


def test_the_curves_are_the_logarithms_of_the_means():
    picture = LayersPicture(scale=0.5)
    values = np.array([[1.0, 10.0, 0.0], [1.0, 1000.0, 1e-4]])
    curves = scenes.curve("He", values, 0), scenes.curve("He", values[:, 1:], 1)
    picture.update(LayersScene(curves[:1], curves[1:], 2))
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
    picture.update(LayersScene([scenes.curve("zeros", zeros, 0), scenes.curve("large", high, 0)],
                              [scenes.curve("zeros", zeros, 1), scenes.curve("large", high, 1)], 2))
    for plot in picture.plots:
        assert set(plot.marks[0].get_ydata()) == {plot.lanes.zero}
        assert set(plot.marks[1].get_ydata()) == {plot.lanes.overflow}
        assert np.isnan(plot.lines[0].get_ydata()).all()
    assert (picture.render() != 255).any()


def test_the_axis_of_the_layers_reaches_the_last_layer():
    assert wide_layers.LAST_LAYERS[-1] == MOST_DEPTH + 1
    picture = LayersPicture(scale=0.5)
    for depth in (1, 5, 20, 50):
        curve = scenes.curve("He", np.ones((1, depth + 1)), 1)
        picture.update(LayersScene([curve], [curve], 1))
        assert picture.plots[0].axes.get_xlim()[1] > depth + 1


@EACH
@pytest.mark.parametrize("init", INITS)
def test_histograms_count_every_value(activation, init):
    s = Numbers(WideState(depth=5, width=20, activation=activation, init=init, compare="xavier"))
    for histogram, layer in zip(scenes.histograms(s).layers, (1, 3, 5), strict=True):
        assert histogram.title.startswith(f"a in layer {layer} of 5")
        for counts, p in zip(histogram.counts, s.profiles.values(), strict=True):
            a = p.samples[layer]
            assert len(counts) == BINS and counts.sum() + (a == 0).sum() == a.size
            inside = histogram.low + (histogram.high - histogram.low) * (counts.nonzero()[0] + 0.5)
            assert a.max() <= histogram.high and len(inside) <= BINS
    if init == "zeros":
        expected = ("all from 0.5 to 0.5" if activation == "sigmoid" else "100 % are 0")
        assert expected in scenes.histograms(s).layers[2].notes[0]


def test_what_bars_hardly_show_is_written_beside_them():
    state = WideState(depth=8, width=20, activation="tanh", init="small", compare="none", seeds=1)
    *_, last = scenes.histograms(numbers := Numbers(state)).layers
    assert last.notes == [f"too small: max |a| {number(np.abs(numbers.main.samples[8]).max(), 3)}"]
    *_, last = scenes.histograms(Numbers(state.changed(init="large", large=1e9))).layers
    assert last.notes == ["too large"]
    *_, last = scenes.histograms(Numbers(state.changed(activation="sigmoid", small=0.01))).layers
    assert re.fullmatch(r"too small: all from 0\.4\d+ to 0\.5\d+", last.notes[0])


def test_a_histogram_is_drawn_at_its_place():
    picture = HistogramsPicture(scale=0.5)
    counts = np.zeros(BINS, int)
    counts[0], counts[-1] = 5, 10
    histogram = Histogram("t", -1.0, 1.0, [counts, counts], ["a", "b"])
    picture.update(HistogramsScene([histogram]))
    up, down = (bars.get_paths()[0].vertices for bars in picture.bars)
    base = (up[:, 1].min() + down[:, 1].max()) / 2
    assert up[:, 1].min() == pytest.approx(base) and up[:, 1].max() > base > down[:, 1].min()
    assert up[1, 1] - base == pytest.approx((up[:, 1].max() - base) / 2)  # 5 of 10, on the left
    assert [text.text for text in picture.texts[0]] == ["t", "a", "b", "−1", "0", "1"]
    assert [text.text for text in picture.texts[1]] == [""] * 6


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (1.0, "100 %"), (0.9999, "99.9 %"),
                                             (1e-9, "0.1 %"), (0.483, "48.3 %")])
def test_a_share_is_all_or_nothing_only_if_it_is(share, text):
    assert words.percent(share) == text


# --- 10. the lab ---


def test_every_preset_says_what_happens(lab):
    expected = {"zeros": "nothing can learn", "too small": "tiny in every layer",
                "too large": "grows", "Xavier on tanh": "shrinks slowly",
                "Xavier on ReLU": "shrinks", "He on ReLU": "stays about constant",
                "sigmoid saturates": "saturated"}
    for name, values in PRESETS.items():
        find(lab, f"mlp-preset-{name.lower().replace(' ', '-')}").click()
        assert said(lab).startswith(f"Preset {name}.") and expected[name] in said(lab), name
        assert {k: getattr(lab.state, k) for k in values} == values


def test_attributes_give_the_numbers_in_view(lab):
    assert lab.variance.shape == (5,) and lab.gradient_norms.shape == (5,)
    compare("variance", lab.variance, np.exp(np.log(lab.numbers.main.variance).mean(axis=0)), 1e-9)
    shown = re.search(r'class="mlp-mse-now">([^<]*)<', lab.headline_text.value)[1]
    assert float(shown.removeprefix("× ")) == pytest.approx(lab.per_layer, rel=5e-3)
    before = lab.variance
    lab.depth = 9
    assert lab.variance.shape == (10,) and (lab.variance[:5] == before).all()
    assert lab.loss == lab.numbers.main.J[0] and lab.parameters["W10"].shape == (1, 6)


def test_the_verdict_in_words():
    assert words.verdict(Numbers(WideState(depth=10, width=3))) == (
        "He on ReLU, 10 layers of 3: the variance of a shrinks: 0.794 in layer 1, 1.72e−5 in layer "
        "10. In 3 of 5 draws it is exactly 0 at the end. From input to input only 0: all inputs "
        "look alike. The gradient reaches the first layer: 0.00266 long at W¹, 2.68e−4 at W¹¹. "
        "Beside it Xavier: × 0.148 per layer.")
    assert words.verdict(Numbers(WideState(depth=30, width=1))) == (
        "He on ReLU, 30 layers of 1: from layer 4 on the variance of a is exactly 0: every ReLU of "
        "a layer is off on every input. ∂J/∂W¹ is exactly 0: the first layer can't learn. Beside "
        "it Xavier: variance 0 at the end.")
    assert words.verdict(Numbers(WideState(depth=1, width=4, compare="none"))) == (
        "He on ReLU, 1 layer of 4: the variance of a is 0.89 in layer 1 (1.2 in the input). The "
        "gradient reaches the first layer: 1.44 long at W¹, 3.22 at W².")
    # the picture has the variance in the lane for overflow from layer 20 on
    far = Numbers(WideState(depth=50, width=9, init="large", large=1e8, compare="none"))
    first = int(np.isinf(far.main.typical_variance).argmax())
    assert 15 < first < 25 < far.main.overflow
    assert words.verdict(far).endswith(
        f": overflow at layer {far.main.overflow}: numbers larger than a float can hold (1.8e308). "
        f"The variance, a square, is so from layer {first} on. All gradients are lost.")


ROOM = 633  # CSS pixels beside the number, on a laptop with the file browser open


def lines_of(text: str) -> int:
    """How many lines a text takes there."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if text_width(longer) <= ROOM else [lines[-1], word]
    return len(lines)


@much_of("wide_network")
def test_every_verdict_has_room_in_three_lines():
    """What is longer would have to be scrolled, and nobody does."""
    verdicts = [words.verdict(Numbers(WideState(depth=depth, width=100, activation=activation,
                                                init=init, compare=compare, large=large, seeds=2)))
                for depth in (1, 20, MOST_DEPTH) for activation in ACTIVATIONS for init in INITS
                for compare in COMPARED for large in (3.0, 30.0)]
    verdicts += [f"Preset {name}. {words.verdict(Numbers(WideState(**values)))}"
                 for name, values in PRESETS.items()]
    assert [said for said in verdicts if lines_of(f"Undone. {said}") > 3] == []
    assert max(map(lines_of, verdicts)) == 3


def test_the_pictures_in_words(lab):
    lab.set(width=9, seeds=3)
    said = lab.words.split("Mean of")[1]
    ends = [number(value, 3) for value in (*lab.variance[[0, -1]], *lab.gradient_norms[[0, -1]])]
    assert said.startswith(" 3 draws.")
    assert f"Variance of a, He: {ends[0]} in layer 0, {ends[1]} in layer 4" in said
    assert f"Length of the gradient, He: {ends[2]} in layer 1, {ends[3]} in layer 5" in said
    assert "a in layer 4 of 4, first draw" in said
    lab.set(init="zeros", compare="none")
    assert "Length of the gradient, zeros: 0 in layer 1, 0 in layer 5" in lab.words


def test_the_same_draws_are_prolonged_not_replaced():
    # A deeper network begins with the same layers, so the curves grow at their end only.
    short, long = (profile(depth, 30, "tanh", 1.0, 4, 0) for depth in (5, 12))
    compare("variance", long.variance[:, :6], short.variance, 1e-10)


def test_new_draws_are_new_and_can_be_undone(lab):
    before = lab.variance
    find(lab, "mlp-draw").click()
    assert lab.seed == 5 and not (lab.variance == before).any()
    lab.undo()
    assert lab.seed == 0 and (lab.variance == before).all()


def test_comparison_can_be_switched_off(lab):
    assert list(lab.numbers.profiles) == ["he", "xavier"]
    lab.compare = "none"
    assert list(lab.numbers.profiles) == ["he"] and "Beside it" not in said(lab)
    lab.compare = "he"  # with itself
    assert list(lab.numbers.profiles) == ["he"]


def test_steps_are_a_trial_that_is_shown_until_the_state_changes(lab):
    state, W1 = lab.state, lab.parameters["W1"]
    found = lab.step(3)
    assert list(found) == ["he", "xavier"] and found["he"].steps == 3
    assert lab.state is state and (lab.parameters["W1"] == W1).all()
    assert "J before" in all_words(lab) and "3 steps" in said(lab)
    lab.learning_rate = 0.02
    assert "J before" not in all_words(lab) and "Press the button" in all_words(lab)
    assert lab.step()["he"].moved[0] == pytest.approx(0.02 * np.abs(lab.gradient["W1"]).max())
    for bad in (0, 1.5, 1001, "5"):
        with pytest.raises(ValueError, match="count must be"):
            lab.step(bad)
    with pytest.raises(ValueError, match="has no gradient descent of its own"):
        lab.run()


def test_the_button_tells_what_zeros_do(lab):
    lab.set(init="zeros", compare="none")
    find(lab, "mlp-learn").click()
    assert "in 20 steps no weight moved: every gradient is exactly 0" in said(lab)


# --- 11. the notebook's numbers ---


def asked(cell_id: str) -> dict[str, float]:
    """The numbers that a cell of the notebook asks for, as it stores them."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (output,) = next(cell for cell in cells if cell.id == cell_id).outputs
    return {name: float(value) for name, value in
            (line.split(" = ") for line in output.data["text/plain"].splitlines())}


def test_the_notebook_asks_for_what_the_rules_say():
    assert asked("warm-up") == {"variance of z": 4}
    assert set(asked("wide-04").values()) == {0.0} and len(asked("wide-04")) == 3
    assert asked("wide-08") == {"layers with a gradient": 1}
    assert asked("wide-10")["factor per layer"] == pytest.approx(0.01, rel=0.1)
    # n = 100, 19 layers, 5 draws: log of the factor -0.025 ± 5 · 0.023, as above
    assert abs(np.log(2 * asked("wide-20")["factor per layer"]) + 0.025) < 0.12
    assert asked("wide-22") == {"He / Xavier in layer 1": 2, "in layer 10": 1024}


def test_what_the_notebook_says_of_a_weight_of_any_size_is_so():
    """Its last move of section 4: c = 1e8 at 50 layers."""
    found = WideState(depth=50, init="large", large=1e8)
    assert Numbers(found).main.overflow == first_overflow(50, 100, 1e8, 5)


@pytest.mark.parametrize(("cell", "right"), [
    ("wide-12", "C"), ("wide-16", "C"), ("wide-26", "A"), ("wide-28", "C")])
def test_the_right_choice_of_each_question_of_the_notebook(cell, right):
    cells, names = cells_of(NOTEBOOK), {}
    value_of(cells["warm-up"], names)
    poll = value_of(cells[cell], names)
    poll.predict(right)
    assert poll.right
