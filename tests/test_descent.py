"""Descent: steps by hand, mini-batches, clipping, divergence, where the weights start."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import random_network, random_points

from mlp_widgets.core import (
    INITIALIZATIONS,
    Diverged,
    Network,
    Skip,
    backward,
    clip_by_norm,
    descend,
    forward,
    gradient_descent,
    gradient_norm,
    initial_weights,
    minibatches,
)


def line(w=0.0, b=0.0):
    """yhat = w x + b, the smallest network there is."""
    return Network([[[w]]], [[b]], ["identity"])


def numbers(network):
    return np.concatenate([p.ravel() for p in network.parameters()]).tolist()


def last(steps):
    *_, step = steps
    return step


# One step by hand.


def test_one_step_by_hand():
    """x = 3, y = 6, w = 1.5: L = 2.25, dL/dw = -9, dL/db = -3 (MIT 6.390 Lecture 6)."""
    (step,) = gradient_descent(line(1.5), [3.0], [6.0], alpha=0.125, steps=1)
    assert (step.number, step.J) == (1, 2.25)  # J before the update
    assert numbers(step.network) == [1.5 + 0.125 * 9, 0.125 * 3]
    assert repr(step) == "DescentStep(1, J=2.25)"


def test_points_may_be_given_by_name_and_the_rest_only_so():
    network = Network([[[1.0]]], None, ["identity"])
    step, = gradient_descent(network=network, x=[1.0], y=[0.0], alpha=0.25, steps=1)
    assert step.network.w[1].item() == 0.5
    with pytest.raises(FrozenInstanceError):
        step.J = 0.0
    with pytest.raises(TypeError, match="positional"):
        gradient_descent(network, [1.0], [0.0], 0.25, 1)


def test_several_steps_in_exact_fractions():
    x, y, alpha = [1, 2, 4], [3, 0, 1], Fraction(1, 32)
    w, b, expected = Fraction(1), Fraction(-1), []
    for _ in range(5):
        errors = [w * xi + b - yi for xi, yi in zip(x, y, strict=True)]
        expected.append(float(sum(e * e for e in errors) / 3))
        dw = sum(2 * e * xi for e, xi in zip(errors, x, strict=True)) / 3
        w, b = w - alpha * dw, b - alpha * sum(2 * e for e in errors) / 3
    steps = list(gradient_descent(line(1, -1), [x], [y], alpha=1 / 32, steps=5))
    np.testing.assert_allclose([step.J for step in steps], expected, rtol=1e-13)
    np.testing.assert_allclose(numbers(steps[-1].network), [float(w), float(b)], rtol=1e-13)
    assert [step.number for step in steps] == [1, 2, 3, 4, 5]


def test_descend_follows_minus_the_gradient_and_leaves_the_network_alone():
    network = random_network((2, 3, 1), "tanh")
    gradients = backward(forward(network, *random_points(network))).parameters()
    before = numbers(network)
    after = descend(network, gradients, 0.1)
    for old, new, gradient in zip(network.parameters(), after.parameters(), gradients, strict=True):
        np.testing.assert_array_equal(new, old - 0.1 * gradient)
    assert numbers(network) == before


def test_the_dead_neuron_never_moves():
    """MIT 6.390 Lecture 6: ReLU with w = -1 at x = 3: SGD never moves it."""
    network = Network([[[-1.0]]], None, ["relu"])
    step = last(gradient_descent(network, [3.0], [6.0], alpha=0.1, steps=50))
    assert numbers(step.network) == [-1.0] and step.J == 36.0


def test_each_network_of_a_stack_takes_its_own_step():
    """Also where they share a parameter: after the step each has its own."""
    x, y = [2.0], [1.0]
    b = np.array([[0.0], [1.0], [5.0]])
    stack = Network([[[1.5]]], [b], ["identity"])
    after = descend(stack, backward(forward(stack, x, y)).parameters(), 0.1)
    for s in range(3):
        one = line(1.5, b[s, 0])
        one = descend(one, backward(forward(one, x, y)).parameters(), 0.1)
        assert [after.w[1][s].item(), after.b[1][s].item()] == numbers(one)


# Where it goes.


def test_a_quadratic_regression_reaches_least_squares():
    """Features x and x², as in the lecture's comparison; the hours scaled to -1..1."""
    u = np.linspace(-1, 1, 24)
    y = 3 - 2 * u + 1.5 * u**2 + 0.3 * np.cos(40 * u)
    features = np.array([u, u**2])
    network = Network([[[0.0, 0.0]]], [[0.0]], ["identity"])
    step = last(gradient_descent(network, features, [y], alpha=0.5, steps=300))
    columns = np.array([u, u**2, np.ones(24)]).T
    best, residual = np.linalg.lstsq(columns, y, rcond=None)[:2]
    np.testing.assert_allclose(numbers(step.network), best, rtol=1e-10)
    np.testing.assert_allclose(step.J, residual[0] / 24, rtol=1e-10)


def test_log_losses_descend_too():
    x, y = [[-2.0, -1.0, 1.0, 2.0]], [[0.0, 1.0, 0.0, 1.0]]
    network = Network([[[0.0]]], [[0.0]], ["sigmoid"])
    steps = list(gradient_descent(network, x, y, alpha=0.5, steps=200, loss="nll"))
    np.testing.assert_allclose(steps[0].J, np.log(2), rtol=1e-15)
    gradients = backward(forward(steps[-1].network, x, y, loss="nll")).parameters()
    assert gradient_norm(gradients) < 1e-8


# SGD and mini-batches.


@pytest.mark.parametrize(("count", "size"), [(1, 1), (10, 1), (10, 3), (10, 5), (10, 10)])
def test_every_epoch_visits_each_point_once(count, size):
    batches = minibatches(count, size, seed=3)
    per_epoch = -(-count // size)
    for _ in range(4):
        epoch = list(islice(batches, per_epoch))
        assert [len(batch) for batch in epoch[:-1]] == [size] * (per_epoch - 1)
        assert sorted(np.concatenate(epoch)) == list(range(count))


def test_epochs_are_shuffled_anew_and_a_seed_repeats_them():
    first, second = (list(islice(minibatches(20, 1, seed), 40)) for seed in (5, 5))
    other = list(islice(minibatches(20, 1, 6), 40))
    assert first == second != other
    assert first[:20] != first[20:] != sorted(first[20:])


def test_the_seed_is_0_and_the_scale_1_if_none_is_given():
    assert next(minibatches(100, 100)).tolist() == next(minibatches(100, 100, seed=0)).tolist()
    w = initial_weights((3, 2), "normal")
    assert w[0].tolist() == initial_weights((3, 2), "normal", seed=0, scale=1.0)[0].tolist()
    ways = [gradient_descent(line(), [[1.0, 2.0, 3.0]], [[1.0, 0.0, 2.0]], alpha=0.1, steps=9,
                             batch_size=1, **given) for given in ({}, {"seed": 0})]
    assert numbers(last(ways[0]).network) == numbers(last(ways[1]).network)


def test_sgd_takes_one_point_at_a_time():
    x, y = np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 1.0, 0.0]])
    network = line(0.5, 0.5)
    for step, points in zip(
        gradient_descent(network, x, y, alpha=0.05, steps=7, batch_size=1, seed=9),
        minibatches(3, 1, 9),
        strict=False,
    ):
        trace = forward(network, x[:, points], y[:, points])
        assert step.J == trace.J
        network = descend(network, backward(trace).parameters(), 0.05)
        assert numbers(step.network) == numbers(network)


@pytest.mark.parametrize("batch_size", [1, 4, 10])
def test_a_seed_repeats_the_descent(batch_size):
    network = random_network((2, 3, 1), "tanh")
    x, y = random_points(network, points=10)

    def run(seed):
        steps = gradient_descent(
            network, x, y, alpha=0.1, steps=23, batch_size=batch_size, seed=seed
        )
        return numbers(last(steps).network)

    assert run(1) == run(1)
    if batch_size < 10:
        assert run(1) != run(2)


def test_sgd_reaches_a_line_that_fits_exactly():
    x = np.array([[-1.0, -0.3, 0.2, 0.9]])
    steps = gradient_descent(line(), x, 2 * x - 1, alpha=0.3, steps=600, batch_size=1, seed=0)
    np.testing.assert_allclose(numbers(last(steps).network), [2.0, -1.0], rtol=1e-9)


# Clipping.


def test_norm_is_over_all_parameters_together():
    assert gradient_norm([np.array([[3.0]]), np.array([0.0, -4.0])]) == 5.0
    assert gradient_norm([np.zeros((2, 2))]) == 0.0


def test_clipping_by_hand():
    gradients = [np.array([[3.0]]), np.array([0.0, -4.0])]
    clipped = clip_by_norm(gradients, 1.0)
    assert [g.tolist() for g in clipped] == [[[3 / 5]], [0.0, -4 / 5]]
    assert [g.tolist() for g in gradients] == [[[3.0]], [0.0, -4.0]]
    for max_norm in (5.0, 6.0, np.inf):
        for kept, gradient in zip(clip_by_norm(gradients, max_norm), gradients, strict=True):
            assert kept is gradient


@given(
    st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: max(map(abs, v)) > 1e-3),
    st.sampled_from([1e-200, 1e-10, 1.0, 1e10, 1e200, 1e300]),
    st.sampled_from([1e-100, 1e-3, 1.0, 1e3, 1e100]),
)
def test_clipping_keeps_the_direction_and_caps_the_length(values, size, max_norm):
    values = np.array(values)
    gradients = [values[:1, None] * size, values[1:] * size]
    clipped = clip_by_norm(gradients, max_norm)
    flat = np.concatenate([g.ravel() for g in clipped])
    length = np.linalg.norm(values)  # of order 1, so no overflow here
    shorter = min(max_norm, length * size)
    np.testing.assert_allclose(flat, values / length * shorter, rtol=1e-12, atol=1e-12 * shorter)
    assert gradient_norm(clipped) <= max_norm * (1 + 1e-12)


def test_clipping_in_descent():
    """The gradient (-9, -3) has length √90; with max_norm = 1 the step has length alpha."""
    (step,) = gradient_descent(line(1.5), [3.0], [6.0], alpha=0.5, steps=1, max_norm=1.0)
    expected = np.array([1.5, 0.0]) + 0.5 * np.array([9.0, 3.0]) / np.sqrt(90)
    np.testing.assert_allclose(numbers(step.network), expected, rtol=1e-14)


def test_clipping_keeps_a_descent_finite_that_would_explode():
    network = Network([[[3.0]]] * 60, None, ["identity"] * 60)
    with pytest.raises(Diverged):
        last(gradient_descent(network, [1.0], [0.0], alpha=0.1, steps=20))
    step = last(gradient_descent(network, [1.0], [0.0], alpha=0.1, steps=20, max_norm=1.0))
    assert np.isfinite(numbers(step.network)).all() and step.J < 3.0**120


@pytest.mark.parametrize("values", [[np.inf, 1.0], [np.nan, 1.0], [1.7e308, 1.7e308]])
def test_a_gradient_without_a_length_cannot_be_clipped(values):
    with pytest.raises(Diverged, match="the gradient became infinite; try smaller parameters"):
        clip_by_norm([np.array(values)], 1.0)


@pytest.mark.parametrize("max_norm", [0, 0.0, -1.0, np.nan])
def test_max_norm_must_be_positive(max_norm):
    message = "clipping threshold max_norm must be a positive number, got"
    with pytest.raises(ValueError, match=message):
        clip_by_norm([np.ones(2)], max_norm)
    with pytest.raises(ValueError, match=message):
        next(gradient_descent(line(), [1.0], [1.0], alpha=0.1, steps=1, max_norm=max_norm))


# Divergence.


def test_a_too_large_alpha_diverges_with_advice():
    """J grows by a fixed factor a step, until it passes the largest float."""
    steps = gradient_descent(line(), [[1.0, 2.0]], [[1.0, 1.0]], alpha=10.0, steps=1000)
    seen = []
    with pytest.raises(Diverged, match=r"J is infinite at step \d+; try a smaller alpha than 10$"):
        seen.extend(step.J for step in steps)
    assert len(seen) > 10 and np.isfinite(seen).all()
    assert seen == sorted(seen)


def test_a_parameter_that_overflows_diverges():
    with pytest.raises(Diverged, match=r"parameter became infinite at alpha = 1e\+300; try a"):
        descend(line(1.0), [np.array([[1e10]]), np.array([0.0])], 1e300)


def test_a_start_with_infinite_J_diverges_at_once():
    with pytest.raises(Diverged, match="J is infinite at step 1"):
        next(gradient_descent(line(1e200), [1.0], [1.0], alpha=0.1, steps=1))


def test_an_infinite_gradient_diverges_with_and_without_clipping():
    """J = (1e150 - 1)² is finite, dJ/dw_1 = 2e150 · 1e150 · 1e20 is not."""
    network = Network([[[1e-20]], [[1e150]]], None, ["identity", "identity"])
    for max_norm in (None, 1.0):
        with pytest.raises(Diverged, match="became infinite"):
            next(gradient_descent(network, [1e20], [1.0], alpha=0.1, steps=1, max_norm=max_norm))


@pytest.mark.parametrize("alpha", [0, -0.1, np.nan, np.inf, float("inf")])
def test_alpha_must_be_positive(alpha):
    with pytest.raises(ValueError, match="learning rate alpha must be a positive number, got"):
        next(gradient_descent(line(), [1.0], [1.0], alpha=alpha, steps=1))


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_batch_has_some_of_the_points(size):
    message = f"a mini-batch needs 1 to 3 points, got {size}"
    with pytest.raises(ValueError, match=message):
        next(minibatches(3, size))
    with pytest.raises(ValueError, match=message):
        x = [[1.0, 2.0, 3.0]]
        next(gradient_descent(line(), x, x, alpha=0.1, steps=1, batch_size=size))


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([[1.0, 2.0]], [[1.0, 2.0, 3.0]], "x has 2 points, y 3; give as many of each"),
        ([[1.0, 2.0]], [[1.0]], "x has 2 points, y 1"),
        ([[1.0], [2.0]], [[1.0]], r"x must have shape \(1, N\)"),
        ([[1.0, np.nan]], [[1.0, 2.0]], "x must be finite"),
    ],
)
def test_wrong_points(x, y, message, batch_size):
    with pytest.raises(ValueError, match=message):
        next(gradient_descent(line(), x, y, alpha=0.1, steps=1, batch_size=batch_size))


def test_a_stack_and_an_unknown_loss_are_refused():
    stack = Network([np.ones((4, 1, 1))], None, ["identity"])
    with pytest.raises(ValueError, match=r"descent takes one network, got a stack of shape \(4,\)"):
        next(gradient_descent(stack, [1.0], [1.0], alpha=0.1, steps=1))
    with pytest.raises(ValueError, match="unknown loss 'mse'; known are squared"):
        next(gradient_descent(line(), [1.0], [1.0], alpha=0.1, steps=1, loss="mse"))


# Where the weights start.


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_from_zeros_all_neurons_of_a_layer_stay_identical(activation):
    assert initial_weights((2, 1), "zeros")[0].tolist() == [[0.0, 0.0]]
    w = initial_weights((2, 4, 1), "zeros")
    network = Network(w, [np.zeros(4), [0.0]], [activation, "identity"])
    x, y = random_points(network, points=8)
    end = last(gradient_descent(network, x, y, alpha=0.1, steps=50)).network
    assert len(np.unique(end.w[1], axis=0)) == len(np.unique(end.w[2])) == 1
    assert end.w[2].any() == (activation == "sigmoid")  # f(0) = 0: nothing moves at all


@pytest.mark.parametrize(
    ("scheme", "variance"), [("xavier", 1 / 400), ("he", 2 / 400), ("normal", 0.25), ("zeros", 0)]
)
def test_variances(scheme, variance):
    """160,000 numbers: mean and variance are within 5 standard errors of theirs."""
    first, second = initial_weights((400, 400, 2), scheme, seed=1, scale=0.5)
    assert first.shape == (400, 400) and second.shape == (2, 400)
    assert abs(first.mean()) <= 5 * np.sqrt(variance / first.size)
    assert abs(first.var() - variance) <= 5 * variance * np.sqrt(2 / first.size)


@pytest.mark.parametrize(("scheme", "times"), [("xavier", 1), ("he", 2)])
def test_variance_follows_the_inputs_of_each_layer(scheme, times):
    first, second = (w.var() / times for w in initial_weights((10, 1000, 20), scheme, seed=2))
    assert 0.09 < first < 0.11 and 0.0009 < second < 0.0011


@pytest.mark.parametrize(("scheme", "activation"), [("xavier", "tanh"), ("he", "relu")])
def test_the_right_scale_keeps_a_deep_signal_alive(scheme, activation):
    """Ten layers of 200: the signal keeps its size; with a tenth of the scale it is lost."""
    x = np.random.default_rng(0).normal(size=(200, 20))
    w = initial_weights((200,) * 11, scheme, seed=0)
    kept, shrunk = (
        np.abs(forward(Network([c * v for v in w], None, [activation] * 10), x).output).mean()
        for c in (1.0, 0.1)
    )
    assert 0.1 < kept < 2 and shrunk < 1e-9


def test_seeds_and_zeros():
    def flat(scheme, seed):
        return np.concatenate([w.ravel() for w in initial_weights((3, 4, 2), scheme, seed)])

    for scheme in INITIALIZATIONS:
        np.testing.assert_array_equal(flat(scheme, 1), flat(scheme, 1))
        assert (flat(scheme, 1) != flat(scheme, 2)).all() == (scheme != "zeros")
    assert not np.signbit(flat("zeros", 1)).any()  # no -0.0


@pytest.mark.parametrize("widths", [(), (3,), (3, 0), (0, 3), (2, -1, 2)])
def test_wrong_widths(widths):
    with pytest.raises(ValueError, match=r"2 or more widths of at least 1 neuron, got \("):
        initial_weights(widths, "he")


def test_unknown_schemes_are_told_the_known_ones():
    with pytest.raises(ValueError, match="unknown initialization 'He'; known are zeros, normal, x"):
        initial_weights((1, 1), "He")


# One step checks what is new only.


def test_after_a_step_the_network_is_frozen_and_shares_nothing_with_the_one_before():
    network = random_network((2, 3, 1), "tanh", skips=[Skip(2, 2, of="z")])
    gradients = backward(forward(network, *random_points(network))).parameters()
    after = descend(network, gradients, 0.1)
    assert (after.widths, after.skips, after.f) == (network.widths, network.skips, network.f)
    for old, new, gradient in zip(network.parameters(), after.parameters(), gradients, strict=True):
        assert not np.shares_memory(new, old) and not np.shares_memory(new, gradient)
        with pytest.raises(ValueError, match="read-only"):
            new[...] = 0.0


def test_gradients_of_another_shape_are_checked():
    network = line(1.0)
    with pytest.raises(ValueError, match=r"b\[1\] must have shape \(1,\), got \(2,\)"):
        descend(network, [np.ones((1, 1)), np.ones(2)], 0.1)
    with pytest.raises(ValueError, match="zip"):
        descend(network, [np.ones((1, 1))], 0.1)


def test_mini_batches_are_as_frozen_as_the_data(monkeypatch):
    traces = []
    monkeypatch.setattr("mlp_widgets.core.descent.backward",
                        lambda trace: traces.append(trace) or backward(trace))
    network = random_network((2, 1), "tanh")
    list(gradient_descent(network, *random_points(network), alpha=0.1, steps=2, batch_size=2))
    for trace in traces:
        assert trace.a[0].shape == (2, trace.y.shape[1])
        assert not trace.a[0].flags.writeable and not trace.y.flags.writeable
