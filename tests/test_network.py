"""Network: parameter counts, frozen arrays, and errors that say what is allowed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from oracle import random_network

from mlp_widgets.core import Network, Skip, as_numbers


def one_layer(w=((1.0, 2.0),), b=(0.5,), activation="identity"):
    return Network([w], [b], [activation])


# Parameter counts of the polls in CMU 10-315.


def zeros(*widths):
    shapes = list(zip(widths[1:], widths[:-1], strict=True))
    w, b = [np.zeros(shape) for shape in shapes], [np.zeros(shape[0]) for shape in shapes]
    return Network(w, b, ["relu"] * len(shapes))


def test_parameter_counts_of_the_polls():
    assert zeros(1, 2, 1).parameter_count == 7  # Poll 1: the three-neuron network
    assert zeros(784, 10).parameter_count == 7850  # Poll 4: logistic regression on digits
    digits = zeros(784, 300, 100, 10)
    per_neuron = [w.shape[1] + 1 for w in digits.w[1:]]
    assert per_neuron == [785, 301, 101]  # Poll 6 (785) and Poll 5 (101)
    assert zeros(100, 1).parameter_count == 101
    assert zeros(784, 1).parameter_count == 785
    assert digits.parameter_count == 300 * 785 + 100 * 301 + 10 * 101


def test_structure():
    network = random_network((3, 4, 2), ["relu", "identity"])
    assert (network.depth, network.widths) == (2, (3, 4, 2))
    assert network.parameter_count == 4 * 3 + 4 + 2 * 4 + 2
    assert network.w[0] is None and network.b[0] is None and network.activations[0] is None
    assert [p.shape for p in network.parameters()] == [(4, 3), (2, 4), (4,), (2,)]
    assert repr(network) == "Network(3-4-2, relu, identity)"


def test_a_network_without_biases():
    network = random_network((3, 4, 2), "relu", biases=False)
    assert network.b is None
    assert network.parameter_count == 20
    assert [p.shape for p in network.parameters()] == [(4, 3), (2, 4)]


def test_a_stack_counts_the_parameters_of_one_network():
    network = Network([np.zeros((5, 2, 1)), np.zeros((1, 2))], [[0, 0], [0]], ["relu", "identity"])
    assert network.parameter_count == 7
    assert network.widths == (1, 2, 1)


# Frozen.


def test_arrays_cannot_be_written_to():
    network = random_network((2, 2, 1), "relu")
    for array in network.parameters():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


@pytest.mark.parametrize("name", ["w", "b", "activations", "skips", "f", "skips_into", "new"])
def test_attributes_cannot_be_set(name):
    with pytest.raises(FrozenInstanceError):
        setattr(random_network((1, 1), "relu"), name, None)
    with pytest.raises(FrozenInstanceError):
        Skip(1, 2).into = 3


def test_a_network_is_equal_to_itself_only():
    """Arrays have no single answer to ==; and so a network can be the key of a table."""
    network = random_network((2, 2, 1), "relu")
    assert len({network, network, network.with_parameters(network.parameters())}) == 2


def test_the_caller_s_arrays_stay_writable_and_apart():
    w, b = np.array([[1.0, 2.0]]), np.array([3.0])
    network = Network([w], [b], ["identity"])
    w[0, 0] = b[0] = 99.0
    assert network.w[1].tolist() == [[1.0, 2.0]]
    assert network.b[1].tolist() == [3.0]


def test_the_caller_s_lists_stay_apart():
    names, skips = ["relu"], [Skip(0, 1)]
    network = Network([[[1.0]]], None, names, skips)
    names[0] = "tanh"
    skips.clear()
    assert network.activations[1] == "relu" and network.skips == (Skip(0, 1),)


def test_with_parameters_makes_another_network_of_the_same_structure():
    network = Network([[[1.0]], [[2.0]]], [[3.0], [4.0]], ["relu", "tanh"], [Skip(1, 2)])
    other = network.with_parameters([[[5.0]], [[6.0]], [7.0], [8.0]])
    assert [p.item() for p in other.parameters()] == [5, 6, 7, 8]
    assert [p.item() for p in network.parameters()] == [1, 2, 3, 4]
    assert (other.activations, other.skips) == (network.activations, network.skips)
    assert network.with_parameters(network.parameters()).parameters() == network.parameters()


def test_a_deep_network_with_biases():
    """From 257 on, Python has more than one object for the same number."""
    network = zeros(*[1] * 301)
    assert (network.depth, network.parameter_count) == (300, 600)
    assert network.with_parameters(network.parameters()).depth == 300


@pytest.mark.parametrize("count", [0, 1, 3])
def test_with_parameters_wants_all_of_them(count):
    message = rf"Network\(1-1-1, relu, relu\) has 2 arrays of parameters, got {count}"
    with pytest.raises(ValueError, match=message):
        Network([[[1.0]], [[2.0]]], None, ["relu", "relu"]).with_parameters([[[1.0]]] * count)


def test_repr_is_short_whatever_the_size():
    assert repr(zeros(784, 300, 10)) == "Network(784-300-10, relu, relu)"


# Errors that teach: what was given, what is allowed.

WRONG_NETWORKS = [
    # w,                              b,            activations,     message
    ([],                              None,         [],              r"at least one layer"),
    ([[1.0, 2.0]],                    None,         ["relu"],
     r"w\[1\] must have shape \(n_1, n_0\), got \(2,\)"),
    ([3.0],                           None,         ["relu"],        r"w\[1\] must .*got \(\)"),
    ([[[1.0]], [[1.0, 2.0]]],         None,         ["relu"] * 2,
     r"w\[2\] takes 2 inputs, but layer 1 has 1 neurons"),
    ([[[1.0], [1.0]], [[1.0]]],       None,         ["relu"] * 2,
     r"w\[2\] takes 1 inputs, but layer 1 has 2 neurons"),
    ([np.ones((4, 2, 1)), np.ones((4, 3, 2)), np.ones((4, 1, 5))], None, ["relu"] * 3,
     r"w\[3\] takes 5 inputs, but layer 2 has 3 neurons"),
    ([np.ones((4, 2, 1))],            [np.ones(3)], ["relu"],
     r"b\[1\] must have shape \(2,\), got \(3,\)"),
    ([[[1.0]]],                       [[1.0, 2.0]], ["relu"],
     r"b\[1\] must have shape \(1,\), got \(2,\)"),
    ([[[1.0]]],                       [3.0],        ["relu"],
     r"b\[1\] must have shape \(1,\), got \(\)"),
    ([[[1.0]]],                       [[1.0]] * 2,  ["relu"],        r"need 1 biases, got 2"),
    ([[[1.0]]],                       [],           ["relu"],        r"need 1 biases, got 0"),
    ([[[1.0]]],                       None,         ["relu"] * 2,
     r"1 layers need 1 activation names, got \['relu', 'relu'\]"),
    ([[[1.0]]],                       None,         [],              r"need 1 activation names"),
    ([[[1.0]]] * 4,                   None,         "relu",          r"need 4 .*, got 'relu'"),
    ([[[1.0]]],                       None,         ["Relu"],
     r"unknown activation 'Relu'; known are identity, threshold, sigmoid, tanh, relu"),
    ([[[np.nan]]],                    None,         ["relu"],
     r"w\[1\] must be finite; it holds NaN or infinity"),
    ([[[1.0]], [[np.inf]]],           None,         ["relu"] * 2,    r"w\[2\] must be finite"),
    ([[[1.0]]],                       [[-np.inf]],  ["relu"],        r"b\[1\] must be finite"),
    ([[[None]]],                      None,         ["relu"],        r"w\[1\] must be finite"),
    ([[["one"]]],                     None,         ["relu"],
     r"w\[1\] must be numbers in a regular shape, got \[\['one'\]\]"),
    ([[["1.5"]]],                     None,         ["relu"],        r"w\[1\] must be numbers"),
    (["text"],                        None,         ["relu"],        r"w\[1\] .* got 'text'"),
    ([[[1.0], [1.0, 2.0]]],           None,         ["relu"],        r"w\[1\] .* regular shape"),
    ([[[10**400]]],                   None,         ["relu"],        r"w\[1\] must be numbers"),
    ([[[]]],                          None,         ["relu"],        r"w\[1\] is empty"),
    ([np.zeros((0, 3))],              None,         ["relu"],        r"w\[1\] is empty; at"),
    ([[[1.0]]],                       [[]],         ["relu"],        r"b\[1\] is empty"),
    ([np.ones((2, 1, 1))],            [np.ones((3, 1))], ["relu"],
     r"the leading axes of w and b must fit together, got \[\(2,\), \(3,\)\]"),
    ([np.ones((2, 1, 1)), np.ones((3, 1, 1))], None, ["relu"] * 2,   r"leading axes"),
]


@pytest.mark.parametrize(("w", "b", "activations", "message"), WRONG_NETWORKS)
def test_wrong_networks(w, b, activations, message):
    with pytest.raises(ValueError, match=message):
        Network(w, b, activations)


WRONG_SKIPS = [
    # skip in a 2-3-3-1-2 network,  message
    (Skip(2, 1),                    r"does not go forward inside a network of 4 layers"),
    (Skip(1, 1),                    r"Skip\(start=1, into=1, of='a'\) does not go forward"),
    (Skip(0, 0),                    r"does not go forward"),
    (Skip(-1, 2),                   r"does not go forward"),
    (Skip(1, 5),                    r"does not go forward inside a network of 4 layers"),
    (Skip(0, 4, of="z"),            r"does not go forward"),  # there is no z[0]
    (Skip(0, 0, of="z"),            r"does not go forward"),
    (Skip(3, 2, of="z"),            r"does not go forward"),
    (Skip(5, 5, of="z"),            r"does not go forward"),
    (Skip(1, 2, of="w"),            r"a skip is of 'a' or of 'z', got Skip\(.*of='w'\)"),
    (Skip(0, 2),                    r"joins 2 neurons to 3; the numbers must be equal, or the tar"),
    (Skip(3, 4),                    r"joins 1 neurons to 2; .* equal, or the target 1"),
]


@pytest.mark.parametrize(("skip", "message"), WRONG_SKIPS)
def test_wrong_skips(skip, message):
    with pytest.raises(ValueError, match=message):
        random_network((2, 3, 3, 1, 2), "relu", skips=[Skip(1, 2), skip])


@pytest.mark.parametrize(
    "skip", [Skip(0, 4), Skip(1, 2), Skip(1, 3), Skip(3, 3, "z"), Skip(1, 2, "z"), Skip(2, 3, "z")]
)
def test_skips_that_fit(skip):
    network = random_network((2, 3, 3, 1, 2), "relu", skips=[skip])
    assert list(network.skips_into) == [skip.into]


# Numbers.


def test_as_numbers_takes_all_kinds_of_numbers():
    kinds = [[True, 2], (1, 2), range(1, 3), np.array([1, 2], dtype="int8"), [Fraction(1), 2.0]]
    for values in kinds:
        array = as_numbers(values, "x")
        assert array.dtype == float and array.tolist() == [1.0, 2.0]
    assert as_numbers([1 + 2j], "x").dtype == complex
    assert as_numbers(np.float32([0.5]), "x").dtype == float


def test_as_numbers_gives_a_read_only_copy():
    mine = np.array([1.0, 2.0])
    array = as_numbers(mine, "x")
    assert not array.flags.writeable and not np.shares_memory(array, mine)
    mine[0] = 5.0
    assert array[0] == 1.0


def test_what_as_numbers_has_checked_is_taken_as_it_is():
    array = as_numbers([[1.0, 2.0], [3.0, 4.0]], "x")
    assert as_numbers(array, "y") is array
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.setflags(write=True)


def test_what_is_made_from_it_is_checked_anew():
    array = as_numbers([[1.0, 2.0], [3.0, 4.0]], "x")
    with pytest.raises(ValueError, match="y is empty"):
        as_numbers(array[:0], "y")
    with pytest.raises(ValueError, match="y must be finite"):
        as_numbers(array + np.inf, "y")
    assert as_numbers(array.view(np.int64), "y").dtype == float
    frozen = np.array([1.0, np.nan])
    frozen.setflags(write=False)
    with pytest.raises(ValueError, match="y must be finite"):
        as_numbers(frozen, "y")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("12", "x must be numbers in a regular shape, got '12'"),
        (["1", "2"], "x must be numbers"),
        ([b"1"], "x must be numbers"),
        ({"a": 1}, "x must be numbers"),
        ([[1], [1, 2]], "x must be numbers in a regular shape"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "x must be numbers"),
        ([], "x is empty; at least one number is needed"),
        ([1.0, np.nan], "x must be finite; it holds NaN or infinity"),
        ([1.0, np.inf], "x must be finite"),
        ([complex(0, np.inf)], "x must be finite"),
        (None, "x must be finite"),
    ],
)
def test_as_numbers_refuses(values, message):
    with pytest.raises(ValueError, match=message):
        as_numbers(values, "x")


def test_messages_stay_short():
    with pytest.raises(ValueError) as error:
        as_numbers(["word"] * 10_000, "x")
    assert len(str(error.value)) < 120
