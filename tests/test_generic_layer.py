"""check_layer: right layers pass, wrong ones fail with the right words; chains of layers."""

from __future__ import annotations

import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.lectures.generic_layer.check import backward_through, check_layer

POINTS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
WEIGHTS = np.array([[1.0, 2.0], [3.0, -4.0]])
RIGHT = ("Both gradients are right: ∂J/∂z_in and ∂J/∂θ agree with the complex step "
         "to 8 digits.")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def linear(z_in, theta):
    return theta * z_in


def linear_back(z_in, theta, g):
    return g * theta, g * z_in


def neuron(z_in, theta):
    return sigmoid(theta * z_in)


def neuron_back(z_in, theta, g):
    slope = g * sigmoid(theta * z_in) * sigmoid(-theta * z_in)
    return slope * theta, slope * z_in


def relu(z_in, theta):
    z = theta * z_in
    return np.where(z.real >= 0, z, 0) if isinstance(z, complex) else max(0.0, z)


def relu_back(z_in, theta, g):
    on = theta * z_in >= 0
    return g * on * theta, g * on * z_in


def affine(z_in, theta):
    return theta[0] * z_in + theta[1]


def affine_back(z_in, theta, g):
    return g * theta[0], np.array([np.sum(g * z_in), np.sum(g)])


def matrix(z_in, theta):
    return theta @ z_in


def matrix_back(z_in, theta, g):
    return theta.T @ g, g @ z_in.T


def softmax(z_in, theta):
    e = np.exp(z_in - z_in.real.max())
    return e / e.sum()


def softmax_back(z_in, theta, g):
    a = softmax(z_in, theta)
    return a * (g - np.sum(a * g)), None


def message(back, fwd=linear, z_in=2.0, theta=3.0):
    answer = check_layer(fwd, back, z_in, theta)
    assert answer.message == repr(answer) and bool(answer) == answer.ok
    assert answer.ok == (" right: " in answer.message)
    assert "\n" not in answer.message and answer.message.endswith(".")
    assert repr(check_layer(fwd, back, z_in, theta)) == answer.message  # the same each time
    return answer.message


# --- right layers ---


@pytest.mark.parametrize(
    ("fwd", "back", "z_in", "theta"),
    [
        (linear, linear_back, 2, 3),
        (linear, linear_back, -1e-9, 1e12),
        (linear, linear_back, np.float64(2), np.array(3.0)),
        (neuron, neuron_back, 2.0, -0.5),
        (relu, relu_back, 2.0, 3.0),
        (relu, relu_back, -2.0, 3.0),
        (affine, affine_back, 2.0, [0.5, -1.0]),
        (affine, affine_back, POINTS, np.array([0.5, -1.0])),
        (matrix, matrix_back, POINTS, WEIGHTS),
        (matrix, matrix_back, POINTS.tolist(), WEIGHTS.tolist()),
        (matrix, matrix_back, POINTS[:, 0] * 0, WEIGHTS[:1] * 0 + 1),
    ],
)
def test_a_right_layer_is_accepted(fwd, back, z_in, theta):
    if fwd is matrix and np.ndim(z_in) == 1:
        def back(z, t, g):
            return t.T @ g, np.outer(g, z)
    assert message(back, fwd, z_in, theta) == RIGHT


def test_a_layer_without_parameters_is_accepted():
    words = "∂J/∂z_in is right: it agrees with the complex step to 8 digits."
    assert message(softmax_back, softmax, np.array([0.5, -1.0, 2.0]), None) == words
    one = check_layer(softmax, softmax_back, np.array([3.0]))  # the gradient is exactly 0
    assert one.message == words


def normalized(z_in, theta):
    centred = z_in - z_in.mean()
    return theta * centred / np.sqrt((centred * centred).mean())


def normalized_back(z_in, theta, g):
    centred = z_in - z_in.mean()
    size = np.sqrt((centred * centred).mean())
    a, back = centred / size, g * theta
    return (back - back.mean() - a * (back * a).mean()) / size, np.sum(g * a)


def test_gradients_that_are_sums_of_terms_that_cancel():
    # The first number is the mean, so its z_out is 0.
    assert message(normalized_back, normalized, np.array([1.0, 2.0, 4.0, -3.0]), 2.0) == RIGHT


sizes = st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6)


@settings(max_examples=30)
@given(sizes, sizes)
def test_any_numbers_are_accepted_for_a_right_layer_and_a_thousandth_is_seen(z_in, theta):
    assert check_layer(linear, linear_back, z_in, theta)
    assert not check_layer(linear, lambda z, t, g: (g * t, 1.001 * g * z), z_in, theta)
    assert not check_layer(linear, lambda z, t, g: (g * t * (1 + 3e-8), g * z), z_in, theta)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_matrix_layers_of_any_shape(rows, columns, points, seed):
    random = np.random.default_rng(seed)
    z_in, theta = random.normal(size=(columns, points)), random.normal(size=(rows, columns))
    assert check_layer(matrix, matrix_back, z_in, theta)

    def off(z, t, g):
        wrong = g @ z.T
        wrong[-1, -1] *= 1.001
        return t.T @ g, wrong

    assert not check_layer(matrix, off, z_in, theta)


@pytest.mark.parametrize("size", [1e-14, 1e-60, 1e60])
def test_tiny_and_huge_gradients_are_checked_relatively(size):
    def fwd(z, t):
        return size * t * z

    assert check_layer(fwd, lambda z, t, g: (size * g * t, size * g * z), 2.0, 3.0)
    words = message(lambda z, t, g: (1.001 * size * g * t, size * g * z), fwd)
    assert words == "∂J/∂θ is right; ∂J/∂z_in: it is 1.001 times what it should be."
    assert not check_layer(fwd, lambda z, t, g: (0.0, size * g * z), 2.0, 3.0)


def test_a_zero_gradient_must_be_exactly_zero():
    assert not check_layer(relu, lambda z, t, g: (1e-14 * g, 0.0), -2.0, 3.0)
    assert check_layer(relu, lambda z, t, g: (0.0, 0), -2.0, 3.0)


# --- mistakes with a name ---


def stop(*_):
    raise NotImplementedError


CHAIN = "(chain rule: multiply the local derivative by dJ_dz_out)"
MISTAKES = [
    (lambda z, t, g: None,
     "Not filled in yet: backward returns None; it needs `return dJ_dz_in, dJ_dtheta`."),
    (lambda z, t, g: ...,
     "Not filled in yet: backward returns ...; it needs `return dJ_dz_in, dJ_dtheta`."),
    (lambda z, t, g: (..., ...),
     "Both gradients: not filled in yet (write a formula in place of ...)."),
    (lambda z, t, g: (None, g * z),
     "∂J/∂θ is right; ∂J/∂z_in: not filled in yet (write a formula in place of None)."),
    (lambda z, t, g: (... * g, g * z),
     "Not filled in yet: backward still has its placeholder; write a formula there."),
    (stop, "Not filled in yet: backward still has its placeholder; write a formula there."),
    (lambda z, t, g: g * t,
     "backward must return two values, `dJ_dz_in, dJ_dtheta`; it returns one value."),
    (lambda z, t, g: (g, t, z),
     "backward must return two values, `dJ_dz_in, dJ_dtheta`; it returns 3 values."),
    (lambda z, t, g: (g * z, g * t),
     "The two gradients are swapped: return dJ_dz_in first, then dJ_dtheta."),
    (lambda z, t, g: (t, z), f"Both gradients: the factor dJ_dz_out is missing {CHAIN}."),
    (lambda z, t, g: (g * t, z),
     f"∂J/∂z_in is right; ∂J/∂θ: the factor dJ_dz_out is missing {CHAIN}."),
    (lambda z, t, g: (-t, g * z), "∂J/∂θ is right; ∂J/∂z_in: the sign is wrong and the factor "
                                  f"dJ_dz_out is missing {CHAIN}."),
    (lambda z, t, g: (-g * t, -g * z), "Both gradients: the sign is wrong."),
    (lambda z, t, g: (g * t, -g * z), "∂J/∂z_in is right; ∂J/∂θ: the sign is wrong."),
    (lambda z, t, g: (2 * g * t, g * z),
     "∂J/∂θ is right; ∂J/∂z_in: it is 2 times what it should be."),
    (lambda z, t, g: (g * t, g * z / 3),
     "∂J/∂z_in is right; ∂J/∂θ: it is 0.3333 times what it should be."),
    (lambda z, t, g: (g * t, 1.00001 * g * z),
     "∂J/∂z_in is right; ∂J/∂θ: it is 1.00001 times what it should be."),
    (lambda z, t, g: (g, g),
     "Both gradients: this is dJ_dz_out alone, and the local derivative is missing."),
    (lambda z, t, g: (g * g * t, abs(g) * z),
     "∂J/∂z_in: dJ_dz_out is in it twice, and belongs there once; "
     "∂J/∂θ: the sign of dJ_dz_out is lost."),
    (lambda z, t, g: (g * t, g * t),
     "∂J/∂z_in is right; ∂J/∂θ: this is ∂J/∂z_in, the derivative by the other input."),
    (lambda z, t, g: (7.0, g * z), "∂J/∂θ is right; ∂J/∂z_in: it does not depend on dJ_dz_out, "
                                   "and the chain rule multiplies by dJ_dz_out."),
    (lambda z, t, g: (g * t, float("nan")),
     "∂J/∂z_in is right; ∂J/∂θ: real numbers are needed, and it holds NaN or infinity."),
    (lambda z, t, g: (g * t, "g * z"),
     "∂J/∂z_in is right; ∂J/∂θ: real numbers are needed, and it is of type str."),
    (lambda z, t, g: (g * t, 1j * g * z),
     "∂J/∂z_in is right; ∂J/∂θ: real numbers are needed, and it is complex."),
    (lambda z, t, g: (g * t, [g * z]),
     "∂J/∂z_in is right; ∂J/∂θ: it needs the shape of θ, (), and has (1,); the numbers are right, "
     "only an axis of length 1 is too many."),
]


@pytest.mark.parametrize(("back", "words"), MISTAKES)
def test_a_mistake_has_its_sentence(back, words):
    assert message(back) == words


@settings(max_examples=30)
@given(st.floats(-1e3, 1e3).filter(lambda c: abs(c) > 1e-3 and abs(abs(c) - 1) > 1e-3))
def test_any_constant_factor_is_named(factor):
    words = check_layer(linear, lambda z, t, g: (g * t, factor * g * z), 2.0, 3.0).message
    said = words.removeprefix("∂J/∂z_in is right; ∂J/∂θ: it is ").split(" times ")[0]
    assert float(said.replace("−", "-")) == pytest.approx(factor, rel=1e-3)


def test_an_unknown_mistake_shows_both_numbers():
    words = message(lambda z, t, g: (g * t, g * z + 0.001))
    start, where = words.split(" at ")
    should, is_ = (float(part) for part in start.split("should be ")[1].split(" and is "))
    z_in, theta, g = (float(part.split("= ")[1]) for part in where.rstrip(".").split(", "))
    assert (z_in, theta) == (2, 3) and should == g * z_in and is_ == should + 0.001


def test_a_formula_that_is_right_by_chance_is_found():
    words = message(lambda z, t, g: (g * t * t / 3, g * z))
    assert "right at your numbers by chance only; it should be" in words
    assert not check_layer(linear, lambda z, t, g: (g * t * z, g * z), 1.0, 3.0)
    assert not check_layer(linear, lambda z, t, g: (g * t, g), 1.0, 3.0)
    assert not check_layer(linear, lambda z, t, g: (g, g * z), 0.0, 0.0)


def test_a_gradient_that_is_always_zero():
    words = message(lambda z, t, g: (g * t, 0))
    assert words.startswith("∂J/∂z_in is right; ∂J/∂θ: it is always 0; it should be ")


# --- shapes ---


def test_a_gradient_that_is_not_summed_over_the_points():
    row = POINTS[0]
    assert message(lambda z, t, g: (g * t, g * z), linear, row, 3.0) == (
        "∂J/∂z_in is right; ∂J/∂θ: it needs the shape of θ, (), and has (3,); "
        "sum it over the points."
    )
    words = message(lambda z, t, g: (t.T @ g, np.einsum("in,jn->nij", g, z)), matrix, POINTS,
                    WEIGHTS)
    assert words.endswith("shape of θ, (2, 2), and has (3, 2, 2); sum it over the points (axis 0).")


def test_other_wrong_shapes():
    words = message(lambda z, t, g: (g * t, g.mean() * z.sum()), linear, POINTS, 3.0)
    assert words.startswith("∂J/∂z_in is right; ∂J/∂θ: ")  # of the right shape, but wrong
    words = message(lambda z, t, g: (np.sum(g * t), np.sum(g * z)), linear, POINTS, 3.0)
    assert words == "∂J/∂θ is right; ∂J/∂z_in: it needs the shape of z_in, (2, 3), and has ()."
    tall = np.array([[1.0, 2.0]])
    words = message(lambda z, t, g: (t.T @ g, z @ g.T), matrix, POINTS, tall)
    assert words.endswith("(1, 2), and has (2, 1); it is transposed.")
    words = message(lambda z, t, g: (t.T @ g, z @ g.T), matrix, POINTS, WEIGHTS)
    assert words == "∂J/∂z_in is right; ∂J/∂θ: it is transposed."


def test_swapped_arrays_and_the_mean_over_points():
    words = message(lambda z, t, g: (g @ z.T, t.T @ g), matrix, POINTS, WEIGHTS)
    assert words == "The two gradients are swapped: return dJ_dz_in first, then dJ_dtheta."
    words = message(lambda z, t, g: (t.T @ g, g @ z.T / 3), matrix, POINTS, WEIGHTS)
    assert words.endswith("0.3333 times what it should be (J is a sum over the 3 points here, "
                          "not their mean).")


def test_a_wrong_entry_is_named():
    def back(z, t, g):
        gradient = g @ z.T
        gradient[1, 0] += 1.0
        return t.T @ g, gradient

    words = message(back, matrix, POINTS, WEIGHTS)
    assert words.startswith("∂J/∂z_in is right; ∂J/∂θ: entry [1, 0] should be ")


# --- forward and complex numbers ---

ROUGH = "That is exact to 6 digits only"


@pytest.mark.parametrize(
    ("fwd", "back", "advice"),
    [
        (lambda z, t: math.exp(t * z),
         lambda z, t, g: (g * t * math.exp(t * z), g * z * math.exp(t * z)),
         "use np.exp instead of math.exp"),
        (lambda z, t: abs(t * z), lambda z, t, g: (g * t, g * z), "instead of abs"),
        (lambda z, t: np.abs(t * z), lambda z, t, g: (g * t, g * z), "instead of abs"),
        (lambda z, t: float(t * z), linear_back, "use the number itself instead of float"),
        (lambda z, t: (t * z).real, linear_back, "use functions of numpy that keep it"),
    ],
)
def test_a_forward_that_loses_the_imaginary_part(fwd, back, advice):
    words = message(back, fwd, 0.2, 3.0)
    assert words.startswith("Both gradients are right: ∂J/∂z_in and ∂J/∂θ agree with a central")
    assert ROUGH in words and advice in words
    wrong = message(lambda z, t, g: (back(z, t, g)[0] * 1.001, back(z, t, g)[1]), fwd, 0.2, 3.0)
    assert wrong.startswith("∂J/∂θ is right; ∂J/∂z_in: it is 1.001 times") and ROUGH in wrong


@pytest.mark.parametrize("z_in", [0.7, -0.7])
def test_branches_and_max_keep_the_complex_step(z_in):
    for fwd in (lambda z, t: max(0, t * z), lambda z, t: np.maximum(0, t * z),
                lambda z, t: t * z if z > 0 else 0.0):
        assert message(relu_back, fwd, z_in, 3.0) == RIGHT


def test_a_difference_too_rough_to_judge_says_so():
    words = message(lambda z, t, g: (1.01e-13 * g, g), lambda z, t: float(1e-13 * z + t))
    assert "a central difference is too rough to judge it" in words and ROUGH in words


def test_close_to_a_kink_the_complex_step_decides():
    assert message(relu_back, relu, 1e-9, 3.0) == RIGHT
    assert check_layer(relu, relu_back, 0.0, 3.0)  # the lecture's slope at the kink is 1
    words = message(lambda z, t, g: (g * t * (z > 0), g * z * (z > 0)), relu, 0.0, 3.0)
    assert "kink exactly at your numbers" in words


def test_a_point_at_the_end_of_forward_is_checked_without_its_neighbour():
    def fwd(z, t):
        if abs(z) != 2:
            raise ValueError("only here")
        return t * z * 1.0

    assert check_layer(fwd, lambda z, t, g: (0, g * z), 2.0, 3.0).message  # no traceback
    assert check_layer(lambda z, t: t * np.arcsin(z), lambda z, t, g: (
        g * t / np.sqrt(1 - z * z), g * np.arcsin(z)), 0.99, 3.0)


@pytest.mark.parametrize(
    ("fwd", "words"),
    [
        (lambda z, t: None, "forward returns None: it needs `return z_out`."),
        (lambda z, t: ..., "forward returns ...: it needs `return z_out`."),
        (lambda z, t: (z, t), "forward must return z_out alone, got 2 values."),
        (lambda z, t: "z", "forward must return a number or an array for z_out; it is of type "
                           "str."),
        (lambda z, t: z * np.inf, "forward must return a number or an array for z_out; it holds "
                                  "NaN or infinity."),
        (3, "forward must be a function, got 3."),
        (np.random.default_rng(1).normal,
         "forward gives two different z_out for the same z_in and theta."),
    ],
)
def test_mistakes_in_forward(fwd, words):
    assert message(linear_back, fwd) == words


# --- errors, changed inputs, memory ---


def test_an_error_is_told_with_its_line():
    def back(z_in, theta, dJ_dz_out):
        local = theta
        raise ValueError("my own", local)

    assert message(back) == (
        "backward stopped with ValueError (('my own', 3.0)) in line 3 of back: "
        "`raise ValueError(\"my own\", local)`."
    )
    assert message(lambda z, t: (t, z)).startswith("backward stopped with TypeError (")

    def fwd(z_in, theta):
        return np.ones(2) @ np.ones(3)

    words = message(linear_back, fwd)
    assert words.startswith("forward stopped with ValueError (")
    assert words.endswith("in line 2 of fwd: `return np.ones(2) @ np.ones(3)`.")


def test_an_error_about_shapes_names_them():
    def back(z_in, theta, dJ_dz_out):
        return theta @ dJ_dz_out, None

    words = message(back, matrix, POINTS, np.ones((3, 2)))
    assert words.endswith("`return theta @ dJ_dz_out, None`. The shapes: z_in (2, 3), "
                          "theta (3, 2), dJ_dz_out (3, 3).")
    words = message(linear_back, lambda z, t: t @ t, POINTS, np.ones((3, 2)))
    assert words.endswith(" The shapes: z_in (2, 3), theta (3, 2).")


@pytest.mark.parametrize("name", ["z_in", "theta", "dJ_dz_out"])
def test_a_backward_that_changes_its_inputs(name):
    def back(z_in, theta, dJ_dz_out):
        answers = theta.T @ dJ_dz_out, dJ_dz_out @ z_in.T
        locals()[name][...] = 0
        return answers

    z_in, theta = POINTS.copy(), WEIGHTS.copy()
    words = message(back, matrix, z_in, theta)
    assert words.startswith(f"backward changes its input {name}, which other layers still need")
    assert (z_in == POINTS).all() and (theta == WEIGHTS).all()  # the student's own are untouched


def test_a_forward_that_changes_its_input():
    def fwd(z_in, theta):
        z_in *= theta
        return z_in

    assert message(linear_back, fwd, POINTS, 3.0).startswith("forward changes its input z_in")


def test_a_backward_with_a_memory():
    calls = []

    def back(z, t, g):
        calls.append(g)
        return g * t + len(calls), g * z

    answer = check_layer(linear, back, 2.0, 3.0)
    assert answer.message.startswith("backward gives two different answers for the same z_in")


def test_a_backward_may_use_what_forward_stored_and_one_buffer():
    store, buffer = {}, np.empty(3)

    def fwd(z, t):
        store["a"] = sigmoid(t * z)
        return store["a"]

    def back(z, t, g):
        buffer[:] = g * store["a"] * (1 - store["a"])
        dJ_dtheta = np.sum(buffer * z)
        buffer[:] *= t
        return buffer, dJ_dtheta

    assert message(back, fwd, POINTS[0], 0.3) == RIGHT


def test_prints_of_the_student_are_few(capsys):
    def fwd(z, t):
        print("z =", z)
        return t * z

    assert check_layer(fwd, linear_back, 2.0, 3.0)
    assert 0 < len(capsys.readouterr().out.splitlines()) <= 4


@pytest.mark.parametrize(
    ("z_in", "theta", "words"),
    [
        ("two", 3.0, "z_in must be a number or an array of real numbers; it is of type str."),
        (2.0, [[1], [2, 3]], "theta must be a number or an array of real numbers; it is not a "
                             "regular array."),
        (np.nan, 3.0, "z_in must be a number or an array of real numbers; it holds NaN or "
                      "infinity."),
        ([], 3.0, "z_in is empty: give at least one number."),
        (np.ones(2000), 3.0, "z_in and theta hold 2001 numbers, at most 1000 can be checked: "
                             "check your layer on a small example."),
    ],
)
def test_bad_numbers_to_check_at(z_in, theta, words):
    assert message(linear_back, linear, z_in, theta) == words


# --- a network of such layers ---

CHAIN_WEIGHTS = (0.5, -1.5, 2.0, 0.8, -0.7)


def of_neurons(weights, back=neuron_back):
    return [(neuron, back, weight) for weight in weights]


def by_core(weights, x, y):
    net = Network([[[w]] for w in weights], activations=["sigmoid"] * len(weights))
    return backward(forward(net, [x], [y]))


moderate = st.sampled_from([-1.0, 0.0, 1.0]) | st.floats(0.01, 3) | st.floats(-3, -0.01)


@given(st.lists(moderate, min_size=1, max_size=8), moderate, moderate)
def test_a_chain_of_own_layers_gives_the_gradients_of_the_core(weights, x, y):
    mine = backward_through(of_neurons(weights), x, lambda y_hat: 2 * (y_hat - y))
    core = by_core(weights, x, y)
    assert mine.ok and len(mine.z) == len(mine.dJ_dz) == len(mine.dJ_dtheta) == len(weights) + 1
    for layer in range(1, len(weights) + 1):
        assert mine.dJ_dtheta[layer] == pytest.approx(core.dJ_dw[layer].item(), rel=1e-10, abs=0)
        assert mine.dJ_dz[layer] == pytest.approx(core.dJ_da[layer].item(), rel=1e-10, abs=0)
        assert mine.z[layer] == pytest.approx(core.forward.a[layer].item(), rel=1e-10, abs=0)
    assert mine.compare(core.dJ_dw).ok


def test_the_lines_of_a_chain():
    chain = [(linear, linear_back, weight) for weight in (1, 2, 3)]
    assert repr(backward_through(chain, 2.0, 18.0)) == (
        "layer 3: ∂J/∂z_out = 18, ∂J/∂θ = 72, ∂J/∂z_in = 54\n"
        "layer 2: ∂J/∂z_out = 54, ∂J/∂θ = 108, ∂J/∂z_in = 108\n"
        "layer 1: ∂J/∂z_out = 108, ∂J/∂θ = 216, ∂J/∂z_in = 108"
    )


def test_layers_with_and_without_parameters_on_arrays():
    layers = [(matrix, matrix_back, WEIGHTS), (softmax, softmax_back, None)]
    mine = backward_through(layers, POINTS[:, :1], np.array([[1.0], [0.0]]))
    assert mine.ok and mine.dJ_dtheta[2] is None and mine.dJ_dtheta[1].shape == (2, 2)
    assert repr(mine).splitlines()[0] == (
        "layer 2: ∂J/∂z_out of shape (2, 1), ∂J/∂z_in of shape (2, 1)"
    )


def test_compare_names_the_layer_that_differs():
    core = by_core(CHAIN_WEIGHTS, 1.0, 0.5)
    assert repr(backward_through(of_neurons(CHAIN_WEIGHTS), 1.0, core.dJ_da[-1].item())
                .compare(core.dJ_dw)) == (
        "All 5 gradients ∂J/∂θ agree to 8 digits."
    )
    wrong = of_neurons(CHAIN_WEIGHTS)
    wrong[2] = (neuron, lambda *v: (neuron_back(*v)[0], 1.001 * neuron_back(*v)[1]), 2.0)
    answer = backward_through(wrong, 1.0, core.dJ_da[-1].item()).compare(core.dJ_dw)
    assert not answer and answer.message.startswith("Layer 3: your ∂J/∂θ = ")
    assert not backward_through(wrong, 1.0, 1.0).compare(core.dJ_dw[:3])
    wrong[3] = (neuron, wrong[2][1], 0.8)  # of two, the one that the way back meets first
    assert backward_through(wrong, 1.0, 1.0).compare(core.dJ_dw).message.startswith("Layer 5:")
    answer = backward_through(wrong, 1.0, core.dJ_da[-1].item()).compare(core.dJ_dw)
    assert answer.message.startswith("Layer 4:")


@pytest.mark.parametrize(
    ("layers", "dJ_dy", "words"),
    [
        (of_neurons(CHAIN_WEIGHTS, lambda *_: None), 1.0,
         "Layer 5 of 5: Not filled in yet: backward returns None; it needs `return dJ_dz_in, "
         "dJ_dtheta`."),
        (of_neurons([1.0, 2.0], lambda z, t, g: (..., ...)), 1.0,
         "Layer 2 of 2: ∂J/∂z_in: not filled in yet (write a formula in place of ...)."),
        ([(neuron, neuron_back)], 1.0,
         "Layer 1 of 1: a layer is given as (forward, backward, theta)."),
        ([(neuron, lambda z, t, g: ([1.0], 1.0), 2.0)], 1.0,
         "Layer 1 of 1: ∂J/∂z_in: it needs the shape of z_in, (), and has (1,)."),
        ([], 1.0, "layers must be a list of (forward, backward, theta), at least one."),
        (of_neurons([1.0]), [1.0, 2.0], "dJ_dy needs the shape of ŷ, (), and has (2,)."),
    ],
)
def test_a_mistake_in_a_chain_is_said(layers, dJ_dy, words):
    mine = backward_through(layers, 1.0, dJ_dy)
    assert not mine.ok and repr(mine) == words
    assert repr(mine.compare([None])) == words


# --- the notebook ---

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "08d_chain_generic_layer.ipynb"
TODO = "dJ_dz_in = ...  # TODO\n    dJ_dtheta = ...  # TODO\n"
SOLUTIONS = {
    "def neuron_backward(": "a = neuron(z_in, theta)\n"
                            "    dJ_dz_in = dJ_dz_out * a * (1 - a) * theta\n"
                            "    dJ_dtheta = dJ_dz_out * a * (1 - a) * z_in\n",
    "def matrix_backward(": "dJ_dz_in = theta.T @ dJ_dz_out\n"
                            "    dJ_dtheta = dJ_dz_out @ z_in.T\n",
}


def with_solution(source):
    """The source of a cell; where a gradient is left to the student it is filled in."""
    for name, body in SOLUTIONS.items():
        if name in source:
            assert TODO in source
            return source.replace(TODO, body)
    return source


@pytest.mark.parametrize("solved", [False, True])
def test_the_notebook_before_and_after_the_student_has_worked(solved, capsys):
    names, cells = {}, nbformat.read(NOTEBOOK, as_version=4).cells
    for source in (cell.source for cell in cells if cell.cell_type == "code"):
        if "Lab(" not in source and source != "lab":
            exec(with_solution(source) if solved else source, names)
    answers = [
        check_layer(names["neuron"], names["neuron_backward"], 2, -0.5),
        check_layer(names["matrix"], names["matrix_backward"], names["points"], names["weights"]),
        names["mine"].compare(names["core"].dJ_dw),
    ]
    assert [answer.ok for answer in answers] == [solved] * 3
    assert all("not filled in yet" in answer.message for answer in answers) != solved
    folded = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    exec("\n".join(re.findall(r"```python\n(.*?)```", folded, re.DOTALL)), names)  # the solutions
    assert names["solved"].compare(names["core"].dJ_dw).ok
    assert capsys.readouterr().err == ""
