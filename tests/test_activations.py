"""Activations: kinks, values far out, slopes against complex step, softmax."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import compare

from mlp_widgets.core import ACTIVATIONS, find_activation
from mlp_widgets.core.activations import LEAK, sum_of_others

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
TINY = 5e-324  # the smallest float above 0


def evaluate(name, z):
    """f(z) and df(z) of one number."""
    row = find_activation(name)
    return row.f(np.array([float(z)])).item(), row.df(np.array([float(z)])).item()


# The one table of kinks and special values. ReLU's slope at 0 is 1 here, as on the slides.
SPECIAL = [
    # name,        z,       f(z),         df(z)
    ("relu",        0.0,    0.0,          1.0),
    ("relu",       -0.0,    0.0,          1.0),
    ("relu",        TINY,   TINY,         1.0),
    ("relu",       -TINY,   0.0,          0.0),
    ("relu",        2.5,    2.5,          1.0),
    ("relu",       -2.5,    0.0,          0.0),
    ("relu",       -1e308,  0.0,          0.0),
    ("leaky_relu",  0.0,    0.0,          1.0),
    ("leaky_relu", -0.0,    0.0,          1.0),
    ("leaky_relu", -1e-300, -1e-300*LEAK, LEAK),
    ("leaky_relu",  3.0,    3.0,          1.0),
    ("leaky_relu", -3.0,    -0.03,        LEAK),
    ("threshold",   0.0,    1.0,          0.0),
    ("threshold",  -0.0,    1.0,          0.0),
    ("threshold",   TINY,   1.0,          0.0),
    ("threshold",  -TINY,   0.0,          0.0),
    ("threshold",   1000.0, 1.0,          0.0),
    ("sigmoid",     0.0,    0.5,          0.25),
    ("sigmoid",    -0.0,    0.5,          0.25),
    ("sigmoid",     1000.0, 1.0,          0.0),   # the slope is e^-1000, below every float
    ("sigmoid",    -1000.0, 0.0,          0.0),
    ("sigmoid",     720.0,  1.0,          0.0),   # e^-720 is a float, with few of its digits
    ("tanh",        0.0,    0.0,          1.0),
    ("tanh",        1000.0, 1.0,          0.0),
    ("tanh",       -1000.0, -1.0,         0.0),
    ("identity",   -1000.0, -1000.0,      1.0),
    ("identity",    0.0,    0.0,          1.0),
]


@pytest.mark.parametrize(("name", "z", "f", "df"), SPECIAL)
def test_special_values(name, z, f, df):
    assert evaluate(name, z) == (f, df)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "threshold"])
def test_a_complex_number_takes_the_branch_of_its_real_part(name):
    row = find_activation(name)
    real, steps = np.array([0.0, -2.0, 2.0]), np.array([-1e-30j, 1e-30j, -1e-30j])
    assert row.f(real + steps).real.tolist() == row.f(real).tolist()
    assert row.df(real + steps).tolist() == row.df(real).tolist()


FAR = [-745, -708, -700, -100, -40, -20, -1.5, -1e-9, 0, 1e-9, 0.5, 5, 20, 36, 37, 40, 350, 700]


def exact(formula, z):
    """A formula in e^-z, worked out with 60 decimal digits."""
    with localcontext() as context:
        context.prec = 60
        return float(formula((-Decimal(z)).exp()))


@pytest.mark.parametrize("z", FAR)
def test_sigmoid_keeps_its_digits_far_out(z):
    f, df = evaluate("sigmoid", z)
    compare("sigmoid", f, exact(lambda e: 1 / (1 + e), z), rtol=1e-14)
    compare("slope", df, exact(lambda e: e / (1 + e) ** 2, z), rtol=1e-14)


@pytest.mark.parametrize("z", FAR)
def test_both_sides_of_a_sigmoid_keep_their_digits(z):
    """sigmoid(z) and sigmoid(-z): 1 - a would lose them where a is nearly 1."""
    with np.errstate(all="raise", under="ignore"):
        a, rest = find_activation("sigmoid").sides(np.array([[float(z)]]))
    compare("a", a.item(), exact(lambda e: 1 / (1 + e), z), rtol=1e-14)
    compare("1 - a", rest.item(), exact(lambda e: 1 / (1 + e), -z), rtol=1e-14)


@np.errstate(over="ignore", invalid="ignore")  # as both passes do it
def test_a_sigmoid_is_never_more_than_1():
    """From e^708 on, 1 / (1 + e^z) has fewer digits; its product with e^z rounds to more than 1."""
    a, _ = find_activation("sigmoid").sides(np.linspace(690.0, 720.0, 3001)[:, None])
    assert (a <= 1).all() and (a > 1 - 1e-14).all()
    for z in (708.466, 709.782, 800.0):
        assert evaluate("sigmoid", z)[0] == 1


@pytest.mark.parametrize("z", [[1000.0, 0.0, -1000.0], [720.0, -720.0, 3.0], [-0.0, 1e-9, 37.0]])
@np.errstate(over="ignore", invalid="ignore")  # as both passes do it
def test_what_is_known_already_changes_no_number(z):
    """f and its slope are the same to the last bit with sides(z) and without."""
    row, z = find_activation("sigmoid"), np.array(z)[:, None]
    a, rest = row.sides(z)
    assert a.tolist() == row.f(z).tolist() and (a * rest).tolist() == row.df(z).tolist()
    assert np.abs(a + rest - 1).max() <= 2e-16
    dJ_da = np.array([[0.7], [-1.3], [0.1]])
    assert (dJ_da * (a * rest)).tolist() == row.vjp(z, dJ_da).tolist()
    assert np.isfinite(row.vjp(z, dJ_da)).all()


@pytest.mark.parametrize("z", [z for z in FAR if abs(z) < 360])
def test_tanh_keeps_its_digits_far_out(z):
    f, df = evaluate("tanh", z)
    compare("tanh", f, exact(lambda e: (1 - e) / (1 + e), 2 * Decimal(z)), rtol=1e-14)
    compare("slope", df, exact(lambda e: 4 * e / (1 + e) ** 2, 2 * Decimal(z)), rtol=1e-14)


def test_slopes_far_out_are_not_zero():
    """The two that a naive formula rounds to 0: sigmoid'(-700) = e^-700, tanh'(20) = 4 e^-40."""
    compare("sigmoid'(-700)", evaluate("sigmoid", -700)[1], np.exp(-700.0), rtol=1e-14)
    compare("tanh'(20)", evaluate("tanh", 20)[1], 4 * np.exp(-40.0), rtol=1e-14)


@given(st.floats(-100, 100))  # numpy's complex tanh loses digits further out
def test_slopes_are_the_complex_steps_of_the_functions(z):
    for name in ELEMENTWISE:
        row, step = find_activation(name), 1e-100
        by_step = row.f(np.array([complex(z, step)])).imag / step
        compare(f"{name}'({z})", row.df(np.array([z])), by_step, rtol=1e-12)


@given(st.floats(-100, 100))
def test_both_sides_of_a_sigmoid_take_a_complex_step(z):
    row = find_activation("sigmoid")
    a, rest = row.sides(np.array([complex(z, 1e-100)]))
    compare("a", a.real, row.f(np.array([z])), rtol=1e-14)
    compare("da/dz", a.imag / 1e-100, row.df(np.array([z])), rtol=1e-12)
    compare("1 - a", rest.real, row.f(np.array([-z])), rtol=1e-14)
    compare("d(1 - a)/dz", rest.imag / 1e-100, -row.df(np.array([z])), rtol=1e-12)


@given(st.floats(-8e307, 8e307))
def test_no_float_makes_a_warning_or_a_number_that_is_not_finite(z):
    for name in ELEMENTWISE:
        with np.errstate(all="raise", under="ignore"):
            assert np.isfinite(evaluate(name, z)).all(), name


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (3, 5), (2, 4, 3, 5)])
def test_shapes_are_kept_and_the_input_is_left_alone(name, shape):
    row = find_activation(name)
    z = np.random.default_rng(0).normal(size=shape)
    before, dJ_da = z.copy(), np.ones(shape)
    assert row.f(z).shape == row.vjp(z, dJ_da).shape == shape
    assert row.f(z).dtype == row.vjp(z, dJ_da).dtype == float
    assert (z == before).all() and (dJ_da == 1).all()


# Softmax.


def softmax(*z):
    return find_activation("softmax").f(np.array(z, dtype=float)[:, None])[:, 0]


def vjp_softmax(z, dJ_da):
    z, dJ_da = (np.array(v, dtype=float)[:, None] for v in (z, dJ_da))
    return find_activation("softmax").vjp(z, dJ_da)[:, 0]


def exact_softmax(z):
    with localcontext() as context:
        context.prec = 60
        e = [Decimal(value).exp() for value in z]
        return np.array([float(value / sum(e)) for value in e])


@pytest.mark.parametrize(
    "z",
    [
        (0, 0), (1, 2, 3), (1000, 0, -1000), (-1000, -1000), (1000, 1000, 999.5),
        (-700, 0), (0, 40), (1e-9, 0, -1e-9),
    ],
)
def test_softmax_to_the_last_digits(z):
    with np.errstate(all="raise", under="ignore"):
        a = softmax(*z)
    compare("softmax", a, exact_softmax(z), rtol=1e-14)


def test_softmax_works_along_the_neurons_for_every_point_alone():
    z = np.random.default_rng(0).normal(size=(2, 3, 4))
    a = find_activation("softmax").f(z)
    np.testing.assert_allclose(a.sum(axis=-2), 1.0, rtol=1e-15)
    for network in range(2):
        for point in range(4):
            compare("softmax", a[network, :, point], softmax(*z[network, :, point]), 1e-15)


def test_softmax_vjp_is_the_transposed_jacobian():
    z, dJ_da = [0.3, -1.0, 2.0], [1.0, -2.0, 0.5]
    a = exact_softmax(z)
    jacobian = np.diag(a) - np.outer(a, a)
    compare("dJ_dz", vjp_softmax(z, dJ_da), jacobian.T @ dJ_da, rtol=1e-13)


def test_softmax_vjp_keeps_its_digits_where_one_neuron_has_nearly_all():
    """Two neurons 40 apart: dJ/dz = ± a1 a2 = ± e^-40 / (1 + e^-40)², where 1 - a1 is 0."""
    slope = exact(lambda e: e / (1 + e) ** 2, 40)
    compare("dJ_dz", vjp_softmax([40, 0], [1, 0]), np.array([slope, -slope]), rtol=1e-14)


@pytest.mark.parametrize("z", [(1000, -1000), (-1000, 1000, 0)])
def test_softmax_vjp_at_1000(z):
    with np.errstate(all="raise", under="ignore"):
        assert vjp_softmax(z, np.arange(len(z))).tolist() == [0.0] * len(z)


def test_sum_of_others():
    others = sum_of_others(np.array([[1.0], [2.0], [4.0]]))
    assert others.tolist() == [[6.0], [5.0], [3.0]]
    assert sum_of_others(np.array([[7.0, 8.0]])).tolist() == [[0.0, 0.0]]


# The table itself.


def test_the_lecture_s_activations_are_there():
    assert list(ACTIVATIONS) == [
        "identity", "threshold", "sigmoid", "tanh", "relu", "leaky_relu", "softmax",
    ]
    assert all(find_activation(name).name == name for name in ACTIVATIONS)
    assert find_activation("softmax").df is None
    assert repr(find_activation("relu")) == "Activation('relu')"
    with pytest.raises(FrozenInstanceError):
        find_activation("relu").f = np.tanh


@pytest.mark.parametrize("name", ["Relu", "", None, 3])
def test_unknown_names_are_told_the_known_ones(name):
    with pytest.raises(ValueError, match=r"unknown activation .*known are identity, threshold, si"):
        find_activation(name)
