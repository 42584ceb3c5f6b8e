"""The chain: every gradient, its local factors, overflow, and the logarithms of many chains."""

from __future__ import annotations

import decimal
import math
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lab_tools import much_of
from oracle import H, check_gradients, compare, reference_pass

import mlp_widgets
from mlp_widgets.core import Network, Skip, backward, clip_by_norm, forward, gradient_norm
from mlp_widgets.lectures.deep_chain.chain import chain, local_factors, overflow_layer
from mlp_widgets.lectures.deep_chain.log_chain import log10_gradients

OF_THE_LAB = ["sigmoid", "tanh", "relu", "leaky_relu", "identity"]
DEPTHS = [1, 2, 5, 20, 100]
SKIPS = pytest.mark.parametrize("skip", [False, True], ids=["plain", "skip"])
ACTIVATIONS = pytest.mark.parametrize("activation", OF_THE_LAB)


def passes(weights, activation, skip=False, x=0.7, y=0.2):
    """Both passes of a chain."""
    return backward(forward(chain(weights, activation, skip), [x], [y]))


def random_weights(activation, depth):
    """Weights of both signs; where ReLU would be off from then on, of one sign."""
    generator = np.random.default_rng([depth, OF_THE_LAB.index(activation)])
    signs = 1.0 if activation == "relu" else generator.choice([-1.0, 1.0], depth)
    return signs * generator.uniform(0.3, 1.8, depth)


# --- gradients against complex step ---


def test_a_chain_is_a_network_of_width_1():
    network = chain([2.0, -1.0, 0.5], "tanh")
    assert network.widths == (1, 1, 1, 1) and network.b is None and network.skips == ()
    assert [w.tolist() for w in network.w[1:]] == [[[2.0]], [[-1.0]], [[0.5]]]
    assert network.activations[1:] == ("tanh",) * 3
    assert chain([2.0, 3.0], "relu", skip=True).skips == (Skip(0, 1), Skip(1, 2))


@much_of("deep_chain")
@SKIPS
@ACTIVATIONS
@pytest.mark.parametrize("depth", DEPTHS)
def test_every_gradient_is_right(depth, activation, skip):
    network = chain(random_weights(activation, depth), activation, skip)
    truth = check_gradients(network, [0.7], [0.2])
    assert np.all([gradient != 0 for gradient in truth.values()])


@SKIPS
@ACTIVATIONS
@pytest.mark.parametrize("depth", DEPTHS)
def test_local_factors_are_right(depth, activation, skip):
    network = chain(random_weights(activation, depth), activation, skip)
    factors = []
    for layer in range(1, depth + 1):
        a = reference_pass(network, [0.7], [0.2], nudged=("a", layer - 1, 0, 0))[1]
        factors.append(complex(a[layer][0][0]).imag / H)
    received = local_factors(forward(network, [0.7]))
    compare("factors", received, factors)
    # and they lead from the gradient of one layer to that of the layer before
    dJ_da = np.concatenate(passes(np.ravel(network.w[1:]), activation, skip).dJ_da, axis=None)
    compare("dJ_da", dJ_da[1:] * received, dJ_da[:-1])


def test_lecture_chain_written_out():
    """CMU 10-315: ∂J/∂w1 of the five layers is a product of 1 + 2·5 factors."""
    w, x, y = [0.0, 0.8, -1.2, 0.5, 2.0, -0.7], 0.9, 0.4
    gradients = passes(w[1:], "sigmoid", x=x, y=y)
    z = [0.0, *(z.item() for z in gradients.forward.z[1:])]
    slope = [1 / (1 + math.exp(-v)) * (1 - 1 / (1 + math.exp(-v))) for v in z]
    factors = [2 * (gradients.forward.output.item() - y)]
    for layer in (5, 4, 3, 2):
        factors += [slope[layer], w[layer]]
    factors += [slope[1], x]
    assert len(factors) == 1 + 2 * 5
    compare("dJ_dw1", gradients.dJ_dw[1].item(), math.prod(factors))


@pytest.mark.parametrize(("skip", "factor"), [(False, 1.5), (True, 2.5)])
def test_identity_explodes_by_its_factor(skip, factor):
    gradients = passes([1.5] * 60, "identity", skip, x=1.0, y=0.0)
    compare("factors", local_factors(gradients.forward), [factor] * 60)
    compare("dJ_dw1", gradients.dJ_dw[1].item(), 2 * factor**60 * factor**59, rtol=1e-12)


@pytest.mark.parametrize(
    ("activation", "w", "dJ_dw"), [("identity", 1.5, -9.0), ("relu", 1.5, -9.0), ("relu", -1, 0)]
)
def test_one_layer_is_the_one_point_example(activation, w, dJ_dw):
    assert passes([w], activation, x=3.0, y=6.0).dJ_dw[1].item() == dJ_dw


def test_a_hundred_sigmoid_layers_keep_their_digits():
    gradient = passes([1.0] * 100, "sigmoid", x=1.0, y=0.0).dJ_dw[1].item()
    assert 1e-66 < gradient < 1e-60
    assert math.log10(gradient) == pytest.approx(
        exact_log10([1.0] * 100, 1.0, 0.0, "sigmoid"), abs=1e-12
    )


@ACTIVATIONS
@pytest.mark.parametrize("zero", [1, 3, 5])
def test_a_zero_weight_has_a_gradient_and_stops_all_before_it(activation, zero):
    weights = np.array([0.9, 1.2, 0.8, 1.1, 0.7])
    weights[zero - 1] = 0.0
    gradients = passes(weights, activation)
    dJ_dw = [gradient.item() for gradient in gradients.dJ_dw[1:]]
    assert dJ_dw[: zero - 1] == [0.0] * (zero - 1)
    # the weights after it meet a = g(0), which is 0 but for sigmoid; its own gradient does not
    assert dJ_dw[zero - 1] != 0
    assert all(dJ_dw[zero:]) == (activation == "sigmoid" or zero == 5)
    assert local_factors(gradients.forward)[zero - 1] == 0
    check_gradients(gradients.forward.network, [0.7], [0.2])


@ACTIVATIONS
def test_a_zero_weight_stops_nothing_with_skip(activation):
    gradients = passes([0.9, 1.2, 0.0, 1.1, 0.7], activation, skip=True)
    assert all(gradient.item() for gradient in gradients.dJ_dw[1:])
    assert local_factors(gradients.forward)[2] == 1.0


# --- depth 10,000 ---


@much_of("deep_chain")
@SKIPS
@pytest.mark.parametrize("activation", ["sigmoid", "leaky_relu"])
def test_depth_10_000(activation, skip):
    """The last layers of a very deep chain are those of a short one that starts where they do."""
    weights = np.resize([0.9, 1.1, 1.02], 10_000) * (0.001 if skip else 1.0)
    deep = passes(weights, activation, skip)
    short = passes(weights[9_990:], activation, skip, x=deep.forward.a[9_990].item())
    for group in ("dJ_dw", "dJ_dz"):
        last = [gradient.item() for gradient in getattr(deep, group)[9_991:]]
        expected = [gradient.item() for gradient in getattr(short, group)[1:]]
        compare(group, last, expected, rtol=1e-12)
        assert np.all(last)
    factors = local_factors(deep.forward)
    assert factors.shape == (10_000,) and overflow_layer(deep.forward) is None
    # the gradient of w[1] from that of z[L], through all layers between, in logarithms
    w, z = np.ravel(deep.forward.network.w[1:]), np.ravel(deep.forward.z[1:])
    slope = deep.forward.network.f[1].df(z)
    path = [abs(deep.dJ_dz[-1].item()) / slope[-1], *np.abs(factors[1:]), slope[0] * 0.7]
    logs = log10_gradients(w, [1.0], x=0.7, y=0.2, activation=activation, skip=skip)
    assert logs[-1, 0] == pytest.approx(math.fsum(np.log10(path)), rel=1e-12, abs=1e-9)


def lines_run(depth, skip):
    """How many lines of ours both passes run at this depth."""
    count, ours = 0, str(Path(mlp_widgets.__file__).parent)

    def count_line(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(ours):
            return None  # such as what the garbage of an earlier test runs at its end
        count += event == "line"
        return count_line

    before = sys.gettrace()
    sys.settrace(count_line)
    try:
        trace = passes(np.ones(depth), "sigmoid", skip).forward
        local_factors(trace), overflow_layer(trace)
        log10_gradients(np.ones(depth), [1.0], x=1.0, y=0.0, activation="sigmoid", skip=skip)
    finally:
        sys.settrace(before)
    return count


@SKIPS
def test_the_work_is_linear_in_depth(skip):
    work = [lines_run(depth, skip) for depth in (100, 200, 400)]
    assert work[0] > 100
    assert work[2] - work[1] == 2 * (work[1] - work[0])


# --- overflow ---


def test_the_layer_that_overflows():
    # x = 1, weights 1e100: z[3] = 1e300, z[4] is too large
    gradients = passes([1e100] * 5, "identity", x=1.0, y=0.0)
    assert overflow_layer(gradients.forward) == 4
    assert overflow_layer(forward(chain([1e100] * 3, "identity"), [1.0])) is None
    factors = local_factors(gradients.forward)
    assert factors[:3].tolist() == [1e100] * 3 and np.isnan(factors[3:]).all()


def test_overflow_that_comes_and_goes_is_seen():
    # tanh brings z = infinity back to a = 1
    trace = forward(chain([1e200, 1.0, 1.0], "tanh"), [1e200])
    assert np.isfinite(trace.output).all() and overflow_layer(trace) == 1
    # with skip z[1] = 1e308 is a number, a[1] = x + z[1] is not
    trace = forward(chain([1.0], "identity", skip=True), [1e308])
    assert np.isfinite(trace.z[1]).all() and overflow_layer(trace) == 1


def test_an_infinite_J_alone_is_no_overflow_of_a_layer():
    gradients = passes([1e200], "identity", x=1.0, y=0.0)
    assert np.isposinf(gradients.forward.J) and overflow_layer(gradients.forward) is None
    assert gradients.dJ_dw[1].item() == 2e200
    log = log10_gradients([1e200], [1.0], x=1.0, y=0.0, activation="identity")
    assert log.item() == pytest.approx(200 + math.log10(2), rel=1e-14)


def test_clipping_keeps_the_direction_of_an_exploded_gradient():
    gradients = passes([30.0] * 100, "identity", x=1.0, y=0.0).parameters()
    clipped = clip_by_norm(gradients, 2.0)
    assert 1e290 < gradient_norm(gradients) < np.inf
    assert gradient_norm(clipped) == pytest.approx(2.0, rel=1e-14)
    compare("shares", np.divide(clipped, 2.0), np.divide(gradients, gradient_norm(gradients)))


# --- log10 of many gradients ---


def single_run(weights, x, y, activation, skip):
    """What log10_gradients promises, from one forward and one backward pass.

    Where only the gradient is too large for a float, from decimal numbers.
    """
    gradients = passes(weights, activation, skip, x, y)
    if overflow_layer(gradients.forward) is not None:
        return np.inf
    size = abs(gradients.dJ_dw[1].item())
    if not math.isfinite(size):
        return exact_log10(weights, x, y, activation, skip)
    return math.log10(size) if size else -np.inf


def compare_with_single_runs(pattern, scales, activation, skip, x=0.7, y=0.2, within=1e-11,
                             depths=None):
    """At all depths unless some are given."""
    received = log10_gradients(pattern, scales, x=x, y=y, activation=activation, skip=skip)
    assert received.shape == (len(pattern), len(scales))
    depths = np.array(depths or range(1, len(pattern) + 1))
    received = received[depths - 1]
    expected = np.array([[single_run(s * pattern[:depth], x, y, activation, skip) for s in scales]
                         for depth in depths])
    finite = np.isfinite(expected)
    assert received[~finite].tolist() == expected[~finite].tolist()
    np.testing.assert_allclose(received[finite], expected[finite], rtol=0, atol=within)
    return expected


PATTERNS = {
    "one weight": np.ones(12),
    "mixed signs": np.array([0.9, -1.3, 0.4, 1.6, -0.8, -0.2, 1.0, 0.7, -1.1, 1.2, 0.5, -0.6]),
    "zeros": np.array([1.0, 0.0, -1.5, 0.5, 0.0, 2.0]),
    "zero first": np.array([0.0, 1.0, 1.0]),
}
SCALES = np.array([-1e80, -40.0, -3.0, -0.9, -0.25, -1e-3, 0.0, 1e-3, 0.5, 1.0, 1.75, 4.0, 1e80])


@SKIPS
@ACTIVATIONS
@pytest.mark.parametrize("name", PATTERNS)
def test_logarithms_agree_with_single_runs(name, activation, skip):
    scales = SCALES
    if activation in ("sigmoid", "tanh"):  # where floats underflow the single runs are wrong
        scales = scales[np.abs(scales) <= 4.0]
    expected = compare_with_single_runs(PATTERNS[name], scales, activation, skip)
    assert np.isfinite(expected).any()
    if name == "mixed signs" and activation in ("leaky_relu", "identity"):
        assert (expected == np.inf).any()


@SKIPS
@ACTIVATIONS
def test_logarithms_agree_down_to_layer_100(activation, skip):
    pattern = random_weights(activation, 100)
    scales = np.array([-0.7, 0.5, 1.0, 1.3])
    compare_with_single_runs(pattern, scales, activation, skip, depths=(1, 2, 13, 60, 99, 100))


@pytest.mark.parametrize("activation", ["threshold", *OF_THE_LAB])
def test_logarithms_where_a_factor_is_zero(activation):
    for x, y in [(0.0, 0.3), (-1.0, 0.0), (1.0, 1.0)]:
        for skip in (False, True):
            compare_with_single_runs(np.ones(4), np.array([-1.0, 0.0, 1.0]), activation, skip, x, y)


EIGHTHS = st.integers(-24, 24).map(lambda number: number / 8)


@given(
    st.lists(EIGHTHS, min_size=1, max_size=8),
    st.lists(EIGHTHS, min_size=1, max_size=4),
    EIGHTHS,
    EIGHTHS,
    st.sampled_from(OF_THE_LAB),
    st.booleans(),
)
def test_logarithms_agree_everywhere(pattern, scales, x, y, activation, skip):
    scales = np.array(scales) / 4
    for scale in scales if skip else ():  # a - tanh(a) near 0 cancels: floats have no true value
        trace = passes(scale * np.array(pattern), activation, skip, x).forward
        factors = np.abs(local_factors(trace))
        assume(((factors == 0) | (factors > 1e-3)).all())
    compare_with_single_runs(np.array(pattern), scales, activation, skip, x, y, within=1e-6)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


def underflows(trace) -> bool:
    """Whether some z is 0 although the weight and the a before it are not."""
    return any(not z.any() and w.any() and a.any()
               for z, w, a in zip(trace.z[1:], trace.network.w[1:], trace.a, strict=False))


@given(
    st.lists(FINITE, min_size=1, max_size=6),
    st.lists(FINITE, min_size=1, max_size=3),
    FINITE,
    FINITE,
    st.sampled_from(OF_THE_LAB),
    st.booleans(),
)
def test_no_numbers_make_nan_or_a_warning(pattern, scales, x, y, activation, skip):
    logs = log10_gradients(pattern, scales, x=x, y=y, activation=activation, skip=skip)
    assert not np.isnan(logs).any()
    for k, scale in enumerate(scales):
        weights = [float(scale) * float(value) for value in pattern]
        if np.isfinite(weights).all():
            trace = passes(weights, activation, skip, x, y).forward
            local_factors(trace)
            if underflows(trace):
                continue  # the logarithms go on where the floats have lost the number
            layer = overflow_layer(trace)
            depth = len(weights) if layer is None else layer - 1
            assert (logs[:depth, k] < np.inf).all() and (logs[depth:, k] == np.inf).all()


# --- beyond what floats can hold: numbers of 60 digits and any size as the truth ---


def decimal_slope_and_value(name, z):
    one = Decimal(1)
    if name == "sigmoid":
        e = (-abs(z)).exp()
        return e / (1 + e) ** 2, (one if z >= 0 else e) / (1 + e)
    if name == "tanh":
        e = (-2 * abs(z)).exp()
        small = abs(z) < Decimal("1e-30")
        value = z if small else (1 - e) / (1 + e) * (1 if z >= 0 else -1)
        return 4 * e / (1 + e) ** 2, value
    slope = {"identity": one, "relu": Decimal(0), "leaky_relu": Decimal("0.01")}[name]
    slope = one if z >= 0 else slope
    return slope, slope * z


def exact_log10(weights, x, y, activation, skip=False):
    """log10 |∂J/∂w1| by the formula, in decimal numbers."""
    with decimal.localcontext() as context:
        context.prec, context.Emin, context.Emax = 60, -999_999, 999_999
        a, product = Decimal(x), Decimal(1)
        for layer, weight in enumerate(weights, start=1):
            w = Decimal(float(weight))
            slope, value = decimal_slope_and_value(activation, w * a)
            if layer == 1:
                product = slope * a
            else:
                product *= skip + slope * w
            a = value + (a if skip else 0)
        product *= 2 * (a - Decimal(y))
        return float(abs(product).log10()) if product else -np.inf


@pytest.mark.parametrize(
    ("activation", "weight", "depth", "y", "size"),
    [
        ("sigmoid", 0.01, 200, 0.2, -510),
        ("sigmoid", 2000.0, 3, 0.2, -1700),  # a slope of e^-2000
        ("sigmoid", -1100.0, 2, 0.2, -300),  # both sides
        ("tanh", 500.0, 3, 0.2, -1000),
        ("tanh", 0.001, 150, 0.0, -890),  # a[150] underflows too
        ("tanh", -0.001, 150, 0.0, -890),
        ("identity", 0.001, 200, 0.2, -590),
        ("identity", 0.001, 200, 0.0, -1190),
        ("identity", 1e-300, 4, 0.0, -2000),
        ("leaky_relu", -0.01, 150, 0.0, -890),  # the sign of a z that underflows decides
        ("leaky_relu", 1e-3, 150, 1e-200, -640),
        ("relu", 0.001, 150, 0.0, -890),
    ],
)
def test_logarithms_of_gradients_below_floats(activation, weight, depth, y, size):
    logs = log10_gradients([weight] * depth, [1.0], x=0.7, y=y, activation=activation)
    expected = exact_log10([weight] * depth, 0.7, y, activation)
    assert expected < size
    assert logs[-1, 0] == pytest.approx(expected, rel=1e-12)


@SKIPS
@ACTIVATIONS
def test_logarithms_agree_with_decimals_at_every_depth(activation, skip):
    pattern = np.tile([1.0, -0.002, 0.7, 1e-30, 0.4, -1.1], 10)
    scales = [1.0, -300.0, 1e-250]
    for y in (0.0, 0.2):
        logs = log10_gradients(pattern, scales, x=0.7, y=y, activation=activation, skip=skip)
        for depth in (1, 2, 3, 7, 20, 41, 60):
            for k, scale in enumerate(scales):
                expected = exact_log10(scale * pattern[:depth], 0.7, y, activation, skip)
                assert logs[depth - 1, k] == pytest.approx(expected, rel=1e-11, abs=1e-9)


def test_what_underflowed_comes_back():
    # 1e-200 * 1e-200 * 1e200 * 1e200: floats lose it at layer 2
    weights = [1e-200, 1e-200, 1e200, 1e200]
    assert passes(weights, "identity", x=1.0, y=0.0).dJ_dw[1].item() == 0
    logs = log10_gradients(weights, [1.0], x=1.0, y=0.0, activation="identity")[:, 0]
    # 2 a[d] w2 ... wd, with a = 1e-200, 1e-400, 1e-200, 1
    np.testing.assert_allclose(logs, np.array([-200, -600, -200, 200]) + math.log10(2), rtol=1e-12)


def test_an_output_rounded_to_y_is_a_zero():
    # as the docstring says: a = 1 - e^-40 is 1 in floats
    log = log10_gradients([40.0], [1.0], x=1.0, y=1.0, activation="sigmoid")
    assert log.item() == -np.inf == single_run([40.0], 1.0, 1.0, "sigmoid", False)


# --- errors ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chain([[1.0]], "relu"), "weights must be one row of numbers"),
        (lambda: chain([], "relu"), "weights is empty"),
        (lambda: chain([np.nan], "relu"), "weights must be finite"),
        (lambda: chain([1.0], "cosine"), "unknown activation 'cosine'"),
        (lambda: local_factors(forward(chain([1.0], "relu"), [[1.0, 2.0]])), "one point"),
        (lambda: local_factors(forward(chain([1.0], "softmax"), [1.0])), "slope"),
        (
            lambda: local_factors(forward(Network([[[1.0], [2.0]]], None, ["relu"]), [1.0])),
            "one chain",
        ),
        (
            lambda: local_factors(
                forward(Network([[[1.0]]] * 2, None, ["relu"] * 2, [Skip(0, 2)]), [1.0])
            ),
            "one chain",
        ),
        (
            lambda: local_factors(forward(Network([[[1.0]]] * 2, None, ["relu", "tanh"]), [1.0])),
            "one chain",
        ),
        (lambda: logs_of(pattern=[[1.0]]), "pattern must be one row"),
        (lambda: logs_of(scales=[np.inf]), "scales must be finite"),
        (lambda: logs_of(x=[1.0, 2.0]), "x must be one number"),
        (lambda: logs_of(y=np.nan), "y must be finite"),
        (lambda: logs_of(activation="softmax"), "slope"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def logs_of(pattern=(1.0,), scales=(1.0,), x=1.0, y=0.0, activation="relu"):
    return log10_gradients(pattern, scales, x=x, y=y, activation=activation)
