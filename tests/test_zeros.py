"""Why a gradient is 0, for small networks: the factor that is named is 0, and it is the reason.

The ways from the loss to a parameter are listed here one by one, and their factors are computed in
plain Python: nothing is taken from the search that is tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from any_network import FEW, networks, notation_of, skips_of
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.explain.notation import Notation, Var
from mlp_widgets.explain.operations import Passes
from mlp_widgets.explain.zeros import Why, Zero, why_zero, zeros_of, zeros_of_each
from mlp_widgets.widgets.why_zero import why_in_words

SLOPES = {"identity": lambda z: 1.0, "relu": lambda z: float(z >= 0), "threshold": lambda z: 0.0,
          "leaky_relu": lambda z: 1.0 if z >= 0 else 0.01,
          # not 1 - tanh(z)², which is 0 from |z| = 19 on
          "tanh": lambda z: 4 * math.exp(-2 * abs(z)) / (1 + math.exp(-2 * abs(z))) ** 2,
          "sigmoid": lambda z: 1 / (2 + 2 * math.cosh(z))}
NOT_A_FACTOR = {"cancel", "skip", "underflow"}


class Point:
    """The numbers of the forward pass at one point, and every way from the loss to a number."""

    def __init__(self, network: Network, x, y) -> None:
        self.network, self.y, trace = network, y[0], forward(network, x)
        self.z, self.a = ([None if v is None else v[:, 0].tolist() for v in values]
                          for values in (trace.z, trace.a))

    def value(self, var: Var) -> float:
        """Of a factor: an error, a slope, a weight, an input."""
        kind, layer, neuron, place = var
        if kind == "da":
            return self.a[-1][neuron] - self.y
        if kind == "slope":
            return SLOPES[self.network.activations[layer]](self.z[layer][neuron])
        if kind == "w":
            return float(self.network.w[layer][neuron, place])
        return self.a[layer][neuron]

    def ways(self, layer: int, neuron: int) -> Iterator[list[Var]]:
        """The factors of each way from the loss to z of a neuron, in order."""
        for way in self._to_a(layer, neuron):
            yield [*way, Var("slope", layer, neuron)]
        for skip in self.network.skips:
            if (skip.of, skip.start) == ("z", layer):
                yield from self._to_a(skip.into, 0)

    def _to_a(self, layer: int, neuron: int) -> Iterator[list[Var]]:
        if layer == self.network.depth:
            yield [Var("da", layer, neuron)]
            return
        for above in range(self.network.widths[layer + 1]):
            for way in self.ways(layer + 1, above):
                yield [*way, Var("w", layer + 1, above, neuron)]
        for skip in self.network.skips:
            if (skip.of, skip.start) == ("a", layer):
                yield from self._to_a(skip.into, 0)


def passes(network, x, y) -> Passes:
    trace = forward(network, x, y)
    return Passes(trace, backward(trace), notation_of(network))


def check_reasons(point: Point, zeros: tuple[Zero, ...], layer: int, neuron: int) -> None:
    """The zeros cut every way to z of this neuron, and each of them is needed."""
    ways = list(point.ways(layer, neuron))
    named = {zero.factor for zero in zeros if zero.cause not in NOT_A_FACTOR}
    assert all(point.value(factor) == 0 for factor in named), zeros
    open_ways = [way for way in ways if not named & set(way)]
    if not NOT_A_FACTOR & {zero.cause for zero in zeros}:
        assert open_ways == [], zeros
    else:
        assert any(point.value(way[0]) != 0 for way in open_ways), zeros
    for factor in named:  # some way is open down to it, and nothing else closes that way
        assert any(named & set(way) == {factor} and
                   all(point.value(f) != 0 for f in way[:way.index(factor)])
                   for way in ways if factor in way), factor
    for zero in zeros:
        check_cause(point, zero)


def check_cause(point: Point, zero: Zero) -> None:
    """What is said of the factor holds."""
    if zero.factor is None:
        assert zero.cause in NOT_A_FACTOR
        return
    kind, layer, neuron, _ = zero.factor
    activation = point.network.activations[layer] if layer else ""
    expected = {"da": {"minimum"}, "w": {"weight"},
                "slope": {"off" if activation == "relu" else "flat"},
                "a": {"input", "off", "weight", "kink", "zero", "skip"}}[kind]
    assert zero.cause in expected, zero
    if kind == "slope" or (kind == "a" and zero.cause in ("off", "kink", "zero")):
        assert zero.z == point.z[layer][neuron]
        assert (zero.z < 0) if zero.cause == "off" else True
    assert zero.around == (kind == "slope" and any(
        skip.of == "a" and skip.into == layer for skip in point.network.skips))


def check_a(point: Point, zeros: tuple[Zero, ...], layer: int, neuron: int) -> None:
    """Why a (or x) of a neuron is 0: each reason is met there or before."""
    assert zeros and point.a[layer][neuron] == 0
    for zero in zeros:
        assert zero.factor.kind == "a" and point.value(zero.factor) == 0
        assert zero.factor.layer <= layer
        assert zero.later == (zero.factor.layer < layer and zero.cause != "input")
        check_cause(point, zero)
        first, place = zero.factor.layer, zero.factor.neuron
        activation = point.network.activations[first] if first else ""
        if zero.cause == "input":
            assert first == 0
        elif zero.cause == "off":
            assert activation in ("relu", "threshold") and point.z[first][place] < 0
            assert point.value(zero.of) == 0
        elif zero.cause == "weight":
            assert zero.of.kind == "w" and point.value(zero.of) == 0 == point.z[first][place]
        elif zero.cause in ("kink", "zero"):
            assert point.z[first][place] == 0
            assert (zero.cause == "kink") == (activation in ("relu", "leaky_relu"))
        else:
            assert zero.cause == "skip" and point.network.skips_into[first]


@st.composite
def situations(draw):
    """A network, an input and a target, chosen so that gradients are often exactly 0."""
    network = draw(networks(FEW, depth=4, activations=(
        "identity", "relu", "relu", "leaky_relu", "tanh", "threshold")))
    x = [draw(FEW) for _ in range(network.widths[0])]
    output = forward(network, x).output[0, 0]
    return network, x, [float(output) if draw(st.integers(0, 3)) == 0 else draw(FEW)]


@settings(max_examples=150)
@given(situation=situations())
def test_the_reason_is_right_at_one_point(situation):
    network, x, y = situation
    p, point = passes(network, x, y), Point(network, x, y)
    for var in p.notation.parameters.values():
        found = zeros_of(p, var._replace(kind=f"d{var.kind}"))
        gradient = p.value(var._replace(kind=f"d{var.kind}"))
        assert bool(found) == (gradient == 0), var
        if not found:
            continue
        if p.value(Var("dz", var.layer, var.neuron)) == 0:
            check_reasons(point, found, var.layer, var.neuron)
        else:
            check_a(point, found, var.layer - 1, var.input)
        assert why_in_words(Why(found), p.notation)


@settings(max_examples=30)
@given(situation=situations())
def test_one_search_for_many_finds_the_same(situation):
    p = passes(*situation)
    variables = [var._replace(kind=f"d{var.kind}") for var in p.notation.parameters.values()]
    assert zeros_of_each(p, variables[::-1]) == {var: zeros_of(p, var) for var in variables}


@settings(max_examples=60)
@given(network=networks(FEW, depth=2, activations=("identity", "relu", "relu")), data=st.data())
def test_the_reason_is_right_over_several_points(network, data):
    x = np.array([[data.draw(FEW) for _ in range(3)] for _ in range(network.widths[0])])
    y = np.array([[data.draw(FEW) for _ in range(3)]])
    trace = forward(network, x, y)
    back, notation = backward(trace), notation_of(network)
    points = [Point(network, x[:, k], y[:, k]) for k in range(3)]
    for name, var in notation.parameters.items():
        why, gradient = why_zero(trace, back, notation, name), notation.gradients(back)[name]
        assert (why is not None) == (gradient == 0)
        if why is None:
            continue
        shares = back.dJ_dz[var.layer][var.neuron] * (
            trace.a[var.layer - 1][var.input] if var.kind == "w" else 1)
        assert why.points == 3 and why.cancel == bool(np.any(shares))
        if why.cancel:
            assert why.zeros == ()
            continue
        worst = why.point - 1
        assert abs(back.dJ_da[-1][0, worst]) == abs(back.dJ_da[-1]).max()
        there = zeros_of(passes(network, x[:, worst], y[:, worst]),
                         var._replace(kind=f"d{var.kind}"))
        assert why.zeros == there != ()
        factors = [zero.factor for zero in why.zeros]
        assert why.everywhere == all(
            factor is not None and point.value(factor) == 0
            for factor in factors for point in points)


# --- samples: facts and words ---

NAMES = {f"w{k}": Var("w", k) for k in range(1, 7)}


def chain(weights, activation="relu", skip=False, x=1.0, y=0.0) -> tuple[Passes, Notation]:
    """A chain of one neuron a layer."""
    depth = len(weights)
    network = Network([[[w]] for w in weights], None, [activation] * depth,
                      skips_of((1,) * (depth + 1), "chain" if skip else "none"))
    notation = Notation(dict(list(NAMES.items())[:depth]), depth,
                        lambda layer, _: "₀₁₂₃₄₅₆"[layer], output="",
                        neuron=lambda layer, _: f"layer {layer}")
    trace = forward(network, [x], [y])
    return Passes(trace, backward(trace), notation), notation


def reasons(p: Passes, notation: Notation) -> list[str]:
    """Why each gradient is 0, in words; "" where it is not."""
    return [why_in_words(why_zero(p.trace, p.back, notation, name), notation)
            for name in notation.parameters]


@pytest.mark.parametrize(("options", "words"), [
    ({"weights": [1, -1, 2], "y": 1.0}, [*["layer 2 is off (z₂ = −1 < 0)"] * 2,
                             "a₂ = 0, because layer 2 is off (z₂ = −1 < 0)"]),
    ({"weights": [-1, 1, 2], "y": 1.0}, [
        "layer 1 is off (z₁ = −1 < 0)",
        "a₁ = 0, because layer 1 is off (z₁ = −1 < 0)",
        "a₁ = 0, because layer 1 is off (z₁ = −1 < 0), and so is every a after it"]),
    ({"weights": [1, 0, 2], "y": 1.0}, ["w₂ = 0", "", "a₂ = 0, because w₂ = 0"]),
    ({"weights": [1, 1], "x": 0.0, "y": 1.0}, ["x = 0"] * 2),
    ({"weights": [1, 2], "y": 2.0}, ["ŷ = y: the loss is at its minimum"] * 2),
    ({"weights": [1, 2], "activation": "threshold"}, [
        "the slope of layer 2 is 0 (z₂ = 2)"] * 2),
    ({"weights": [1, -1, 1], "skip": True, "activation": "identity", "y": 1.0}, [
        "layer 2 takes away what its skip brings", "",
        "a₂ = 0, because layer 2 takes away what its skip brings"]),
    ({"weights": [1, -1, 1], "skip": True, "y": -1.0}, [
        "", "layer 2 is off (z₂ = −2 < 0); the skip goes around this layer", ""]),
    ({"weights": [1e-200, 1, 1e-200], "activation": "identity", "y": 1.0}, [
        "", "the product is too small for a float", ""]),
    ({"weights": [1, 1], "activation": "tanh", "x": 800.0, "y": 3.0}, [
        "the product is too small for a float", ""]),
], ids=str)
def test_reasons_in_a_chain(options, words):
    if options.get("activation") == "tanh":
        words = ["the slope of layer 1 is 0 (z₁ = 800)", ""]
    assert reasons(*chain(**options)) == words


TWO = Notation({"w1_1": Var("w", 1), "w2_1": Var("w", 1, 1), "w1_2": Var("w", 2),
                "w2_2": Var("w", 2, 0, 1)}, 2,
               lambda layer, neuron: "²" if layer == 2 else f"{'₁₂'[neuron]}¹",
               neuron=lambda layer, neuron: f"neuron {neuron + 1}" if layer == 1 else "the output",
               output="g", loss="L")


def two(first, last, x, y, output="identity", biases=None) -> list[str]:
    network = Network([np.reshape(first, (2, 1)), [last]], biases, ["relu", output])
    trace = forward(network, np.atleast_2d(x), np.atleast_2d(y))
    return reasons(Passes(trace, backward(trace), TWO), TWO)


def test_reasons_with_two_hidden_neurons():
    assert two([2, -1], [1, 2], 1, 3) == ["", "neuron 2 is off (z₂¹ = −1 < 0)", "",
                                          "a₂¹ = 0, because neuron 2 is off (z₂¹ = −1 < 0)"]
    assert two([2, 1], [-1, -2], 1, 3, "relu") == ["the output is off (z² = −4 < 0)"] * 4


def test_reasons_over_several_points():
    assert two([2, -1], [1, 2], [1, 2], [3, 4])[1:] == [
        "neuron 2 is off at every point: it is dead", "",
        "a₂¹ = 0 at every point, because neuron 2 is off"]
    assert two([1, 1], [1, 1], [1, 1], [1, 3]) == ["the gradients of the 2 points add up to 0"] * 4
    assert two([1, -1], [1, 1], [0, 1], [0, 1])[0] == (
        "g = y at every point: the loss is at its minimum")
    assert two([1, -1], [2, 1], [1, -1], [2, 5])[0] == (
        "each of the 2 points adds 0: point 2 because neuron 1 is off (z₁¹ = −1 < 0)")


def test_ways_that_cancel():
    network = Network([[[1.0]], [[1.0], [-1.0]], [[1.0, 1.0]]], None, ["identity"] * 3)
    p = passes(network, [1.0], [1.0])
    assert why_in_words(Why(zeros_of(p, Var("dw", 1))), p.notation) == "the paths cancel"


def test_on_the_kink_or_at_zero():
    """A bias brings z to exactly 0: only an activation with a kink is on it."""
    for activation, words in (("relu", "a₁₁ = 0, because neuron 1 is on the kink"),
                              ("tanh", "a₁₁ = 0, because z₁₁ = 0")):
        network = Network([[[1.0]], [[1.0]]], [[-1.0], [0.0]], [activation, "identity"])
        p = passes(network, [1.0], [1.0])
        assert why_in_words(Why(zeros_of(p, Var("dw", 2))), p.notation) == words


def test_no_reason_where_there_is_none():
    p, notation = chain([1.0, 1.0], y=3.0)
    assert reasons(p, notation) == ["", ""]
    assert why_in_words(None, notation) == ""
