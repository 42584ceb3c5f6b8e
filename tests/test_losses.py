"""Losses: the lecture's formulas, and the log losses where log(a) would be infinite."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import compare

from mlp_widgets.core import LOSSES, Network, Skip, as_numbers, backward, find_loss, forward

CROSS = "softmax_cross_entropy"


def at_output(z, y, activation, loss):
    """Both passes of a network whose z[1] is the given list: (J, dJ/dz, dJ/da), no warnings."""
    network = Network([np.eye(len(z))], None, [activation])
    with np.errstate(all="raise", under="ignore"):
        gradients = backward(forward(network, z, y, loss=loss))
    return gradients.forward.J, gradients.dJ_dz[1][:, 0], gradients.dJ_da[1][:, 0]


def digits(formula):
    """The value of a formula in Decimal, worked out with 400 digits: 1 + e^-700 needs 305."""
    with localcontext() as context:
        context.prec = 400
        return float(formula())


def exp(z):
    return Decimal(z).exp()


NLL = [
    # z,     y,    J,                   dJ/dz,            dJ/da = (1 - y)(1 + e^z) - y (1 + e^-z)
    (-1000,  1,    1000.0,              -1.0,             -np.inf),
    (1000,   1,    0.0,                 0.0,              -1.0),     # e^-1000 is below every float
    (1000,   0,    1000.0,              1.0,              np.inf),
    (-1000,  0,    0.0,                 0.0,              1.0),
    (1000,   0.5,  500.0,               0.5,              np.inf),
    (-1000,  0.25, 250.0,               -0.25,            -np.inf),
    (0,      1,    np.log(2),           -0.5,             -2.0),
    (0,      0,    np.log(2),           0.5,              2.0),
    (-700,   0,    np.exp(-700.0),      np.exp(-700.0),   1.0),
    (700,    1,    np.exp(-700.0),      -np.exp(-700.0),  -1.0),
    (-700,   1,    700.0,               -1.0,             -np.exp(700.0)),
]


@pytest.mark.parametrize(("z", "y", "J", "dJ_dz", "dJ_da"), NLL)
def test_log_loss_far_out(z, y, J, dJ_dz, dJ_da):
    got_J, got_dJ_dz, got_dJ_da = at_output([z], [y], "sigmoid", "nll")
    compare("J", got_J, J, rtol=1e-13)
    compare("dJ_dz", got_dJ_dz, np.array([dJ_dz]), rtol=1e-13)
    np.testing.assert_allclose(got_dJ_da, [dJ_da], rtol=1e-13)


@pytest.mark.parametrize("z", [-100, -40, -36, -5, -0.5, 1e-9, 3, 37, 40, 100])
@pytest.mark.parametrize("y", [0, 1])
def test_log_loss_keeps_its_digits(z, y):
    """log(1 + e^±z), and dJ/dz = ± sigmoid(±z): also where a - y is 0 in floats."""
    side = 1 - 2 * y
    J, dJ_dz, dJ_da = at_output([z], [y], "sigmoid", "nll")
    compare("J", J, digits(lambda: (1 + exp(side * z)).ln()), rtol=1e-14)
    compare("dJ_dz", dJ_dz[0], digits(lambda: side / (1 + exp(-side * z))), rtol=1e-14)
    compare("dJ_da", dJ_da[0], digits(lambda: side * (1 + exp(side * z))), rtol=1e-14)


@given(st.floats(-30, 30), st.floats(0, 1))
def test_log_loss_is_the_lecture_s_formula(z, y):
    """-[y log a + (1 - y) log(1 - a)] and its slope (a - y) / (a (1 - a)), a = sigmoid(z)."""
    with localcontext() as context:
        context.prec = 60
        a, y_exact = 1 / (1 + exp(-Decimal(z))), Decimal(y)
        L = -(y_exact * a.ln() + (1 - y_exact) * (1 - a).ln())
        slope, size = (a - y_exact) / (a * (1 - a)), (a + y_exact) / (a * (1 - a))
    J, dJ_dz, dJ_da = at_output([z], [y], "sigmoid", "nll")
    compare("J", J, float(L), rtol=1e-13)
    assert abs(dJ_da[0] - float(slope)) <= 1e-13 * float(size)
    assert abs(dJ_dz[0] - float(a - y_exact)) <= 1e-13 * float(a + y_exact)


def test_slope_beyond_all_floats_is_infinite_and_goes_no_further():
    J, dJ_dz, dJ_da = at_output([-1000], [1], "sigmoid", "nll")
    assert (J, dJ_dz[0], dJ_da[0]) == (1000.0, -1.0, -np.inf)  # dJ/da = -1/a = -(1 + e^1000)
    J, dJ_dz, dJ_da = at_output([1000, -1000], [0, 1], "softmax", CROSS)
    assert (J, dJ_dz.tolist(), dJ_da.tolist()) == (2000.0, [1.0, -1.0], [0.0, -np.inf])
    network = Network([[[1.0]], [[1000.0]]], None, ["identity", "sigmoid"])
    gradients = backward(forward(network, [-1.0], [1.0], loss="nll"))
    assert [g.item() for g in gradients.parameters()] == [1000.0, 1.0]


@pytest.mark.parametrize("k", [0, 1, 2])
def test_cross_entropy_at_1000(k):
    z, y = [1000.0, -1000.0, 0.0], np.eye(3)[k]
    J, dJ_dz, dJ_da = at_output(z, y, "softmax", CROSS)
    compare("J", J, 1000.0 - z[k], rtol=1e-15)
    assert dJ_dz.tolist() == ([1.0, 0.0, 0.0] - y).tolist()
    assert dJ_da.tolist() == [-(1.0 if j == 0 else np.inf) if j == k else 0.0 for j in range(3)]


@pytest.mark.parametrize("distance", [0, 1, 20, 40, 100, 700])
def test_cross_entropy_keeps_its_digits(distance):
    """The right class leads by `distance`: J = log(1 + e^-d), dJ/dz = ∓ e^-d / (1 + e^-d)."""
    J, dJ_dz, dJ_da = at_output([distance, 0], [1, 0], "softmax", CROSS)
    slope = digits(lambda: 1 / (1 + exp(distance)))
    compare("dJ_dz", dJ_dz, np.array([-slope, slope]), rtol=1e-14)
    compare("dJ_da", dJ_da, np.array([-digits(lambda: 1 + exp(-distance)), 0.0]), rtol=1e-14)
    expected = digits(lambda: (1 + exp(-distance)).ln())
    compare("J", J, expected, rtol=1e-14)


def test_cross_entropy_by_hand():
    """z = log 1, log 2, log 5: a = 1/8, 2/8, 5/8."""
    z = np.log([1.0, 2.0, 5.0])
    J, dJ_dz, dJ_da = at_output(z, [0, 1, 0], "softmax", CROSS)
    compare("J", J, np.log(4), rtol=1e-15)
    compare("dJ_dz", dJ_dz, np.array([0.125, -0.75, 0.625]), rtol=1e-14)
    compare("dJ_da", dJ_da, np.array([0.0, -4.0, 0.0]), rtol=1e-14)


def test_squared_loss_sums_over_outputs_and_averages_over_points():
    network = Network([np.eye(2)], None, ["identity"])
    trace = forward(network, [[1.0, 0.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 3.0]])
    assert trace.losses.tolist() == [5.0, 9.0]
    assert trace.J == 7.0
    assert backward(trace).dJ_da[1].tolist() == [[1.0, 0.0], [2.0, -3.0]]  # 2 (a - y) / N


@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [("nll", "sigmoid", [[0.0, 1.0], [1.0, 0.25]]), (CROSS, "softmax", [[0.0, 1.0], [1.0, 0.0]])],
)
def test_log_losses_sum_over_outputs_and_average_over_points(loss, activation, y):
    network = Network([np.eye(2)], None, [activation])
    x, y = np.array([[0.5, -1.0], [2.0, 0.0]]), np.array(y)
    trace = forward(network, x, y, loss=loss)
    alone = [forward(network, x[:, i], y[:, i], loss=loss).J for i in range(2)]
    np.testing.assert_allclose(trace.losses, alone, rtol=1e-15)
    np.testing.assert_allclose(trace.J, np.mean(alone), rtol=1e-15)


def test_logistic_regression_has_the_gradient_x_times_a_minus_y():
    network = Network([[[0.5, -1.0]]], [[0.25]], ["sigmoid"])
    gradients = backward(forward(network, [2.0, 1.0], [1.0], loss="nll"))
    a = 1 / (1 + np.exp(-0.25))
    compare("dJ_dw", gradients.dJ_dw[1], np.array([[2.0, 1.0]]) * (a - 1), rtol=1e-14)
    compare("dJ_db", gradients.dJ_db[1], np.array([a - 1]), rtol=1e-14)


# What is refused.


@pytest.mark.parametrize("name", ["mse", "", None])
def test_unknown_names_are_told_the_known_ones(name):
    known = rf"unknown loss .*known are squared, nll, {CROSS}"
    with pytest.raises(ValueError, match=known):
        find_loss(name)
    with pytest.raises(ValueError, match=known):
        forward(Network([[[1.0]]], None, ["identity"]), [1.0], [1.0], loss=name)


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "softmax", "relu"])
@pytest.mark.parametrize(("loss", "own"), [("nll", "sigmoid"), (CROSS, "softmax")])
def test_a_log_loss_needs_its_own_output(loss, own, activation):
    network = Network([np.eye(2)], None, [activation])
    if activation == own:
        put_together = "".join(list(own))  # another object than the name in the table
        for fitting in (network, Network([np.eye(2)], None, [put_together])):
            forward(fitting, [1.0, 2.0], [1.0, 0.0], loss=loss)
        return
    message = rf"the loss '{loss}' needs '{own}' as the last activation.* got '{activation}'"
    with pytest.raises(ValueError, match=message):
        forward(network, [1.0, 2.0], [1.0, 0.0], loss=loss)


@pytest.mark.parametrize("skip", [Skip(1, 2), Skip(2, 2, of="z"), Skip(0, 2)])
def test_a_log_loss_allows_no_skip_into_the_output(skip):
    network = Network([[[1.0]], [[1.0]]], None, ["relu", "sigmoid"], [skip])
    with pytest.raises(ValueError, match=r"no skip into the output, got 'sigmoid' and \[Skip\("):
        forward(network, [1.0], [1.0], loss="nll")
    forward(network, [1.0], [1.0])  # squared loss: fine


@pytest.mark.parametrize("y", [[-0.1, 1.0], [1.5, 0.0]])
@pytest.mark.parametrize(("loss", "activation"), [("nll", "sigmoid"), (CROSS, "softmax")])
def test_targets_of_a_log_loss_lie_between_0_and_1(loss, activation, y):
    network = Network([np.eye(2)], None, [activation])
    with pytest.raises(ValueError, match=rf"needs y from 0 to 1, got {min(y)} to {max(y)}"):
        forward(network, [1.0, 2.0], y, loss=loss)


def test_of_a_part_of_checked_numbers_only_that_part_is_looked_at():
    network, x = Network([[[1.0]]], None, ["sigmoid"]), as_numbers([[1.0, 2.0, 3.0]], "x")
    y = as_numbers([[0.0, 1.0, 2.0]], "y")
    part = forward(network, x[:, :2], y[:, :2], loss="nll")
    assert part.J == forward(network, [[1.0, 2.0]], [[0.0, 1.0]], loss="nll").J
    with pytest.raises(ValueError, match=r"needs y from 0 to 1, got 0\.0 to 2\.0"):
        forward(network, x, y, loss="nll")


def test_a_row_of_the_table_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        find_loss("nll").dL_dz = None


def test_repr():
    assert [repr(loss) for loss in LOSSES.values()] == [
        "Loss('squared')", "Loss('nll')", f"Loss('{CROSS}')",
    ]
