"""Every gradient of the core against complex step, entry by entry, without absolute tolerance."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle import (
    check_gradients,
    compare,
    compare_gradients,
    complex_step,
    random_network,
    random_points,
)

from mlp_widgets.core import ACTIVATIONS, Network, Skip, backward, forward

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
CROSS = "softmax_cross_entropy"
CHAIN = (1,) * 6  # five layers, as in the lecture
EACH_LAYER_A = [Skip(layer - 1, layer) for layer in range(1, 6)]
EACH_LAYER_Z = [Skip(layer, layer, of="z") for layer in range(1, 6)]

CASES = {
    # name:                    (widths, activations, loss, what else)
    "1-1":                     ((1, 1), "identity", "squared", {}),
    "1-2-1":                   ((1, 2, 1), ["relu", "identity"], "squared", {"seed": 1}),
    "1-2-1 relu output":       ((1, 2, 1), "relu", "squared", {"seed": 3}),
    "2-3-2":                   ((2, 3, 2), ["tanh", "identity"], "squared", {}),
    "3-3-2-1":                 ((3, 3, 2, 1), ["relu", "sigmoid", "identity"], "squared", {}),
    "4-5-3 softmax":           ((4, 5, 3), ["leaky_relu", "softmax"], CROSS, {}),
    "4-5-3 soft targets":      ((4, 5, 3), ["tanh", "softmax"], CROSS, {"hard": False}),
    "softmax, squared loss":   ((2, 3), "softmax", "squared", {}),
    "softmax inside":          ((2, 3, 4, 2), ["softmax", "softmax", "tanh"], "squared", {}),
    "logistic regression":     ((3, 1), "sigmoid", "nll", {}),
    "several sigmoid outputs": ((2, 3, 3), ["relu", "sigmoid"], "nll", {}),
    "nll, targets inside 0-1": ((2, 2, 2), ["tanh", "sigmoid"], "nll", {"hard": False}),
    "digits in small":         ((8, 5, 4, 3), ["relu", "relu", "softmax"], CROSS, {"points": 2}),
    "chain of 1":              ((1,) * 2, "sigmoid", "squared", {"biases": False}),
    "chain of 2":              ((1,) * 3, "sigmoid", "squared", {"biases": False}),
    "chain of 5":              (CHAIN, "sigmoid", "squared", {"biases": False}),
    "chain of 5, tanh":        (CHAIN, "tanh", "squared", {"biases": False, "points": 1}),
    "chain of 5, leaky":       (CHAIN, "leaky_relu", "squared", {"biases": False, "scale": 3}),
    "chain of 20":             ((1,) * 21, "sigmoid", "squared", {"biases": False, "points": 1}),
    "chain of 60":             ((1,) * 61, "sigmoid", "squared", {"biases": False, "points": 1}),
    "chain of 60, explodes":   ((1,) * 61, "identity", "squared",
                                {"biases": False, "scale": 10, "points": 1}),
    "mixed chain, log loss":   ((1, 1, 1, 1), ["tanh", "relu", "sigmoid"], "nll", {"seed": 2}),
    "g = z + relu(z)":         ((1, 2, 1), "relu", "squared", {"skips": [Skip(2, 2, of="z")]}),
    "g = a + relu(z), sum":    ((1, 2, 1), "relu", "squared", {"skips": [Skip(1, 2)]}),
    "z skip into one, sum":    ((2, 3, 1), "tanh", "squared", {"skips": [Skip(1, 2, of="z")]}),
    "a skip, equal widths":    ((2, 3, 3), "sigmoid", "squared", {"skips": [Skip(1, 2)]}),
    "from x":                  ((2, 3, 2), "relu", "squared", {"skips": [Skip(0, 2)]}),
    "from x, sum":             ((3, 2, 1), "tanh", "squared", {"skips": [Skip(0, 2)]}),
    "from x into layer 1":     ((2, 2, 1), "relu", "squared", {"skips": [Skip(0, 1)]}),
    "a skip at each layer":    (CHAIN, "sigmoid", "squared", {"skips": EACH_LAYER_A}),
    "z skip at each layer":    (CHAIN, "tanh", "squared", {"skips": EACH_LAYER_Z}),
    "both at each layer":      (CHAIN, "relu", "squared", {"skips": EACH_LAYER_A + EACH_LAYER_Z}),
    "over all layers":         (CHAIN, "tanh", "squared", {"skips": [Skip(0, 5), Skip(1, 5, "z")]}),
    "two from one source":     (CHAIN, "sigmoid", "squared", {"skips": [Skip(1, 3), Skip(1, 5)]}),
    "the same skip twice":     (CHAIN, "sigmoid", "squared", {"skips": [Skip(2, 4), Skip(2, 4)]}),
    "a and z of one layer":    (CHAIN, "tanh", "squared", {"skips": [Skip(2, 4), Skip(2, 4, "z")]}),
    "skip below a log loss":   ((2, 3, 3, 3), ["relu", "tanh", "softmax"], CROSS,
                                {"skips": [Skip(1, 2), Skip(1, 2, "z")]}),
    "skip into softmax":       ((2, 3, 3), ["tanh", "softmax"], "squared", {"skips": [Skip(1, 2)]}),
}


def make(widths, activations, loss, points=3, seed=0, hard=True, **structure):
    network = random_network(widths, activations, seed=seed, **structure)
    return network, *random_points(network, points=points, seed=seed, loss=loss, hard=hard), loss


WITH_AND_WITHOUT_BIASES = [
    (case, biases) for case in CASES for biases in (True, False)
    if CASES[case][3].get("biases", biases) == biases
]


@pytest.mark.parametrize(("case", "biases"), WITH_AND_WITHOUT_BIASES)
def test_table_of_networks(case, biases):
    widths, activations, loss, options = CASES[case]
    truth = check_gradients(*make(widths, activations, loss, **{"biases": biases} | options))
    assert any(gradient.any() for gradient in truth.values()), "this case shows nothing"


@pytest.mark.parametrize("output", ELEMENTWISE)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_pair_of_activations(hidden, output):
    check_gradients(*make((2, 3, 2), [hidden, output], "squared"))


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "nll"), ("softmax", CROSS)])
def test_every_activation_below_a_log_loss(hidden, output, loss):
    check_gradients(*make((2, 3, 2), [hidden, output], loss))


def test_one_point_may_be_a_list():
    check_gradients(random_network((3, 2, 2), "tanh"), [1.0, 2.0, 3.0], [0.5, -0.5])


def test_a_point_given_twice_has_the_gradient_of_the_point():
    network, x, y, loss = make((3, 2, 1), "tanh", "squared", points=1)
    once = backward(forward(network, x, y, loss=loss))
    twice = backward(forward(network, np.tile(x, 2), np.tile(y, 2), loss=loss))
    for one, two in zip(once.parameters(), twice.parameters(), strict=True):
        compare("gradient", two, one, rtol=1e-14)
    assert twice.dJ_dz[1].shape == (2, 2)
    compare("dJ_dz", 2 * twice.dJ_dz[1][:, :1], once.dJ_dz[1])  # each point has its 1/N


# Where the truth is exactly 0, only 0 passes.


@pytest.mark.parametrize("name", ["relu", "threshold"])
def test_dead_neurons_get_exactly_nothing(name):
    network = Network([[[-1.0], [-2.0]], [[1.0, 2.0]]], [[-1.0, -0.5], [0.3]], [name, "identity"])
    truth = check_gradients(network, [[1.0, 2.0]], [[1.0, 5.0]])
    for gradient in ("dJ_dz[1]", "dJ_dw[1]", "dJ_db[1]", "dJ_da[0]", "dJ_dw[2]"):
        assert not truth[gradient].any()
    assert truth["dJ_da[1]"].all()


def test_zero_input_zero_weight_and_zero_error():
    network = Network([[[1.0, 2.0]], [[0.0]]], None, ["tanh", "identity"])
    truth = check_gradients(network, [[0.0, 0.0], [0.0, 1.0]], [[0.0, 3.0]])
    assert truth["dJ_dw[1]"].tolist() == [[0.0, 0.0]]  # w[2] = 0 keeps everything back
    assert truth["dJ_da[2]"].tolist() == [[0.0, -3.0]]  # no error at the first point
    assert truth["dJ_dw[2]"][0, 0] != 0


def test_softmax_of_one_neuron_never_learns():
    network = Network([[[0.7]]], [[0.2]], ["softmax"])
    for loss in ("squared", CROSS):
        gradients = backward(forward(network, [1.3], [1.0], loss=loss))
        assert [g.item() for g in gradients.parameters()] == [0.0, 0.0]


# Random structures.


@st.composite
def networks(draw):
    """A network of 1 to 4 layers with fitting points and loss; numbers from a drawn seed."""
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    depth = len(widths) - 1
    names = draw(st.lists(st.sampled_from(ELEMENTWISE), min_size=depth, max_size=depth))
    loss, last = draw(st.sampled_from([("squared", None), ("nll", "sigmoid"), (CROSS, "softmax")]))
    if last == "softmax" and widths[-1] == 1:  # has a test of its own: all 0
        widths[-1] = 2
    names[-1] = last or names[-1]
    possible = possible_skips(widths, into_last=last is None)
    skips = draw(st.lists(st.sampled_from(possible), max_size=4)) if possible else []
    return make(
        widths, names, loss,
        points=draw(st.integers(1, 4)), seed=draw(st.integers(0, 2**32)), hard=draw(st.booleans()),
        scale=draw(st.sampled_from([0.1, 0.5, 1.0, 2.0])), biases=draw(st.booleans()), skips=skips,
    )


def possible_skips(widths, into_last):
    depth = len(widths) - 1
    return [
        Skip(start, into, of)
        for into in range(1, depth + into_last)
        for of, first, last in (("a", 0, into - 1), ("z", 1, into))
        for start in range(first, last + 1)
        if widths[into] in (1, widths[start])
    ]


@given(networks())
@settings(max_examples=40)
def test_random_networks(problem):
    network, x, _, loss = problem
    largest = [np.abs(z).max() for z in forward(network, x).z[1:]]
    assume(max(largest) < 100)  # the oracle's e^z has no protection
    assume(loss == "squared" or largest[-1] < 10)  # nor has its log(1 - a)
    assume(is_well_conditioned(*problem))
    check_gradients(*problem)


def is_well_conditioned(network, x, y, loss):
    """False where terms cancel or a z lies on a kink, so that rounding alone decides the digits.

    Then moving every number by 1e-12 of itself moves some gradient by more than 1e-8 of itself.
    One such move may cancel by chance, so five are tried. A saturated sigmoid under a log loss has
    tests of its own: there the oracle, which takes log(1 - a), has lost the digits itself.
    """
    if loss == "nll" and forward(network, x).output.max() > 0.999:
        return False
    generator = np.random.default_rng(0)

    def moved(array):
        return array * (1 + 1e-12 * generator.choice([-1, 1], size=array.shape))

    here = complex_step(network, x, y, loss)
    for _ in range(5):
        nearby = network.with_parameters([moved(array) for array in network.parameters()])
        there = complex_step(nearby, moved(x), y, loss)
        if any(np.any(abs(here[k] - there[k]) > 1e-8 * abs(here[k])) for k in here):
            return False
    return True


@given(networks())
@settings(max_examples=40)
def test_the_core_itself_accepts_complex_numbers(problem):
    network, x, y, loss = problem
    direction = [np.cos(np.arange(p.size)).reshape(p.shape) for p in network.parameters()]
    nudged = [p + 1e-100j * d for p, d in zip(network.parameters(), direction, strict=True)]
    along = forward(network.with_parameters(nudged), x, y, loss=loss).J.imag / 1e-100
    gradients = backward(forward(network, x, y, loss=loss)).parameters()
    terms = [g * d for g, d in zip(gradients, direction, strict=True)]
    size = sum(np.abs(term).sum() for term in terms)
    assert abs(along - sum(term.sum() for term in terms)) <= 1e-9 * size


# The check itself: it must reject what is wrong.


@pytest.fixture(scope="module")
def vanishing():
    """A chain of 20 sigmoids, its gradients, and the truth; dJ_dw[1] is 7.5e-14."""
    network = Network([[[1.0]]] * 20, None, ["sigmoid"] * 20)
    x, y = [0.5], [0.0]
    return backward(forward(network, x, y)), complex_step(network, x, y)


def test_the_vanishing_gradient_is_right(vanishing):
    gradients, truth = vanishing
    assert 7.4e-14 < truth["dJ_dw[1]"].item() < 7.6e-14
    compare_gradients(gradients, truth)


@pytest.mark.parametrize("group", ["dJ_dw", "dJ_dz", "dJ_da"])
@pytest.mark.parametrize("factor", [1.001, 0.999, 1 + 1e-9, 0.0, -1.0, np.nan, np.inf])
def test_the_check_rejects_a_wrong_gradient(vanishing, group, factor):
    gradients, truth = vanishing
    wrong = list(getattr(gradients, group))
    wrong[1] = wrong[1] * factor
    changed = copy(gradients)
    changed.__dict__[group] = tuple(wrong)
    with pytest.raises(AssertionError, match=rf"{group}\[1\], entry \(0, 0\): received .*expected"):
        compare_gradients(changed, truth)


def test_the_check_names_the_argument_what_came_and_what_was_expected():
    with pytest.raises(AssertionError) as error:
        compare("dJ_db[2]", np.array([1.0, 0.0]), np.array([1.0, 1e-14]))
    for part in ("dJ_db[2]", "entry (1,)", "0.0", "1e-14", "1 of 2"):
        assert part in str(error.value)


def test_the_check_accepts_only_zero_for_zero():
    compare("dJ_dw[1]", np.array([-0.0]), np.array([0.0]))
    with pytest.raises(AssertionError, match=r"received .*1e-300.*expected .*0\.0"):
        compare("dJ_dw[1]", np.array([1e-300]), np.array([0.0]))


@pytest.mark.parametrize("shape", [(), (1,), (3, 2), (1, 2, 3), (2, 1)])
def test_the_check_rejects_wrong_shapes(shape):
    with pytest.raises(AssertionError, match=r"dJ_dw\[1\]: received shape .* expected \(2, 3\)"):
        compare("dJ_dw[1]", np.ones(shape), np.ones((2, 3)))


def test_the_check_rejects_a_missing_gradient(vanishing):
    gradients, truth = vanishing
    with pytest.raises(AssertionError, match=r"received .* expected"):
        compare_gradients(replace(gradients, dJ_dw=(None, None, *gradients.dJ_dw[2:])), truth)


def test_the_oracle_is_right_where_the_answer_is_known():
    """J = (w x + b - y)² at w = 2, b = 1, x = 3, y = 5: dJ/dw = 2·2·3, dJ/db = 4, dJ/dx = 8."""
    truth = complex_step(Network([[[2.0]]], [[1.0]], ["identity"]), [3.0], [5.0])
    got = {name: gradient.item() for name, gradient in truth.items()}
    assert got == {
        "dJ_dw[1]": 12, "dJ_db[1]": 4, "dJ_dz[1]": 4, "dJ_da[1]": 4, "dJ_da[0]": 8,
    }
