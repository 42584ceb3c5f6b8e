"""Both passes as operations, for any small network: order, symbols, numbers, and what is lit."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from any_network import EIGHTHS, networks, notation_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle import complex_step, reference_pass

from mlp_widgets.core import Network, Skip, backward, forward
from mlp_widgets.explain.notation import Notation, Var
from mlp_widgets.explain.operations import Passes, lit, most_operations, operations
from mlp_widgets.text import number
from mlp_widgets.widgets.why_zero import operation_in_words

GIVEN = ("w", "b", "y", "skip")
CHAIN = Notation({"w1": Var("w", 1), "w2": Var("w", 2)}, 2, lambda layer, _: "₁₂"[layer - 1])


def passes(network, x, y, notation=None) -> Passes:
    trace = forward(network, x, y)
    return Passes(trace, backward(trace), notation or notation_of(network))


def truth(network, x, y) -> dict[Var, float]:
    """Every variable of both passes, by the oracle; no example where rounding decides on a side."""
    z, a, J = reference_pass(network, x, y)
    assume(all(v == 0 or abs(v) > 1e-9 for layer in z[1:] for v in layer[0]))
    found = {Var("loss"): J.real}
    for kind, layers in (("z", z), ("a", a)):
        for layer, columns in enumerate(layers):
            for neuron, value in enumerate(columns[0] or ()):
                found[Var(kind, layer, neuron)] = complex(value).real
    for name, values in complex_step(network, x, y).items():
        kind, layer = re.fullmatch(r"dJ_(\w+)\[(\d+)\]", name).groups()
        values = values[..., 0] if kind in ("da", "dz") else values
        for index, value in np.ndenumerate(values):
            found[Var(kind, int(layer), *index)] = value
    return found


FUNCTIONS = {"ReLU": lambda z: max(z, 0.0), "leaky": lambda z: z if z >= 0 else 0.01 * z,
             "σ": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh,
             "threshold": lambda z: float(z >= 0)}


def evaluate(text: str) -> float:
    """What numbers put into a formula come to."""
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("leaky ReLU", "leaky")):
        text = text.replace(sign, python)
    return eval(text, {"__builtins__": {}}, FUNCTIONS)


def size(text: str) -> float:
    """How large the parts of a formula are: what its rounded numbers may be off by."""
    inside = [evaluate(part) for part in text.split(" + ")]
    numbers = [abs(float(n.replace("−", "-"))) for n in re.findall(r"−?\d[\d.]*(?:e−?\d+)?", text)]
    return sum(map(abs, inside)) + max(numbers) + max(numbers) ** 2 * ("²" in text)


@settings(max_examples=60)
@given(network=networks(), data=st.data(), plain=st.booleans())
def test_operations_are_both_passes(network, data, plain):
    x, y = [data.draw(EIGHTHS) for _ in range(network.widths[0])], [data.draw(EIGHTHS)]
    plain = plain and network.activations[-1] == "identity" and not network.skips
    notation = notation_of(network, plain_output=plain)
    found, true = operations(passes(network, x, y, notation)), truth(network, x, y)
    known = {var for var in true if var.kind == "a" and not var.layer}
    for op in found:
        assert all(var.kind in GIVEN or var in known for var in op.used), op
        known.add(op.result)
        assert math.isclose(op.value, true[op.result], rel_tol=1e-9, abs_tol=1e-12), op
        check_texts(op, notation, network)
    last = network.depth
    left_out = {Var(kind, last) for kind in ("z", "dz")} if plain else set()
    assert [op.result for op in found].count(Var("loss")) == 1
    assert known == set(true) - left_out - {var for var in true if var[:2] == ("da", 0)}
    assert len(found) == most_operations(network.widths, network.b is not None, plain)
    ways = [op.way for op in found]
    assert ways == sorted(ways, reverse=True) and found[ways.index("backward") - 1].symbol == "J"


def check_texts(op, notation, network) -> None:
    """Formula and numbers name all that is used, and come to the value."""
    p_symbols = [notation.symbol(var) for var in op.used if var.kind != "skip"]
    slope = op.result.kind == "dz" and op.used and op.used[0].kind == "da"
    for var, symbol in zip([v for v in op.used if v.kind != "skip"], p_symbols, strict=True):
        # the z of a slope stands in f′(z), and in no formula where f is the identity
        assert symbol in op.formula or (slope and var.kind == "z"), op
    assert op.symbol == notation.symbol(op.result)
    assert abs(evaluate(op.numbers) - op.value) <= 3e-4 * size(op.numbers) + 1e-12, op


def test_every_number_put_in_is_the_number_of_the_variable():
    network = Network([[[1.25]], [[-0.5]]], [[0.75], [2.0]], ["tanh", "identity"])
    p = passes(network, [2.0], [0.5], notation_of(network))
    for op in operations(p):
        for var in op.used:
            if not (op.result.kind == "dz" and var.kind == "z"):
                assert number(p.value(var), 5) in op.numbers, op


# --- samples, as a student reads them ---


def lines(network, x, y, notation) -> list[str]:
    return [f"{op.symbol} = {op.formula} = {op.numbers} = {number(op.value)}"
            for op in operations(passes(network, x, y, notation))]


def test_a_chain_as_it_is_read():
    network = Network([[[2.0]], [[-1.0]]], None, ["relu", "identity"])
    assert lines(network, [1.5], [1.0], CHAIN) == [
        "z₁ = w₁ · x = 2 · 1.5 = 3", "a₁ = ReLU(z₁) = ReLU(3) = 3", "z₂ = w₂ · a₁ = −1 · 3 = −3",
        "ŷ = z₂ = −3 = −3", "J = (ŷ − y)² = (−3 − 1)² = 16",
        "∂J/∂ŷ = 2 · (ŷ − y) = 2 · (−3 − 1) = −8", "∂J/∂z₂ = ∂J/∂ŷ = −8 = −8",
        "∂J/∂w₂ = ∂J/∂z₂ · a₁ = −8 · 3 = −24", "∂J/∂a₁ = ∂J/∂z₂ · w₂ = −8 · (−1) = 8",
        "∂J/∂z₁ = ∂J/∂a₁ · 𝟙[z₁ > 0] = 8 · 1 = 8", "∂J/∂w₁ = ∂J/∂z₁ · x = 8 · 1.5 = 12"]


@pytest.mark.parametrize(("y", "loss", "slope"), [
    (1, "−log 0.73106 = 0.3133", "−1 / 0.73106 = −1.368"),
    (0, "−log(1 − 0.73106) = 1.313", "1 / (1 − 0.73106) = 3.718"),
])
def test_the_negative_log_likelihood_as_it_is_read(y, loss, slope):
    network = Network([[[1.0]]], [[0.0]], ["sigmoid"])
    trace = forward(network, [1.0], [y], loss="nll")
    notation = Notation({"w": Var("w", 1), "b": Var("b", 1)}, 1, lambda layer, neuron: "")
    found = {op.symbol: op for op in operations(Passes(trace, backward(trace), notation))}
    shown = {symbol: f"{op.numbers} = {number(op.value)}" for symbol, op in found.items()}
    assert (shown["J"], shown["∂J/∂ŷ"]) == (loss, slope)
    assert found["J"].formula == ("−log ŷ" if y else "−log(1 − ŷ)")
    assert found["∂J/∂z"].value == pytest.approx(0.7310585786 - y)


def test_hidden_neurons_may_have_a_letter_of_their_own():
    notation = Notation({}, 2, lambda layer, neuron: "₁₂"[neuron] * (layer == 1), hidden="σ")
    symbols = [notation.symbol(Var(kind, layer)) for layer in (1, 2) for kind in ("z", "a", "da")]
    assert symbols == ["z₁", "σ₁", "∂J/∂σ₁", "z", "ŷ", "∂J/∂ŷ"]


def test_a_skip_as_it_is_read():
    network = Network([[[2.0]], [[-1.0]]], None, ["relu", "relu"], [Skip(1, 2)])
    read = lines(network, [1.5], [1.0], CHAIN)
    assert read[3] == "ŷ = a₁ + ReLU(z₂) = 3 + ReLU(−3) = 3"
    assert read[8] == "∂J/∂a₁ = ∂J/∂z₂ · w₂ + ∂J/∂ŷ · 1 = 0 · (−1) + 4 · 1 = 4"
    said = [operation_in_words(op, CHAIN)
            for op in operations(passes(network, [1.5], [1.0], CHAIN))]
    assert said[3] == "The skip adds a₁. Off: the ReLU gives 0."
    assert said[8] == "∂J/∂z₂ is reused. The skip gives the last term, its +1."


def test_what_is_special_is_said():
    network = Network([[[0.0]], [[-1.0]]], None, ["leaky_relu", "relu"])
    said = [operation_in_words(op, CHAIN)
            for op in operations(passes(network, [1.5], [1.0], CHAIN))]
    assert said[1] == "z₁ = 0: exactly on the kink. The slope there counts as 1."
    network = Network([[[-1.0]], [[-1.0]]], None, ["leaky_relu", "threshold"])
    said = [operation_in_words(op, CHAIN)
            for op in operations(passes(network, [1.5], [1.0], CHAIN))]
    assert said[1] == "z < 0: the leaky ReLU passes a hundredth."
    assert said[5:8] == ["ŷ is reused from the forward pass.",
                         "∂J/∂ŷ is reused. Neuron 1 has slope 0 here.",
                         "∂J/∂z₂ and, from the forward pass, a₁ are reused."]


def test_the_way_back_may_go_down_to_the_inputs():
    """The other way to ask for it is the same list, and one operation an input after it."""
    network = Network([[[2.0], [-1.0]], [[1.0, 3.0]]], None, ["identity", "identity"])
    p = passes(network, [1.5], [1.0], notation_of(network))
    plain, found = operations(p), operations(p, inputs=True)
    assert found[:-1] == plain and found[-1].result == Var("da")
    assert f"{found[-1].formula} = {found[-1].numbers} = {number(found[-1].value)}" == (
        "∂J/∂z₁₁ · w₁₁₁ + ∂J/∂z₁₂ · w₁₂₁ = −5 · 2 + (−15 · (−1)) = 5")
    assert len(found) == most_operations((1, 2, 1), False, inputs=True)


def test_the_log_loss_as_it_is_read():
    network = Network([[[1.0]]], None, ["sigmoid"])
    trace = forward(network, [0.0], [1.0], loss="nll")
    found = operations(Passes(trace, backward(trace), notation_of(network)))
    assert [f"{op.symbol} = {op.formula} = {op.numbers} = {number(op.value)}"
            for op in found[2:4]] == [
        "J = −log ŷ = −log 0.5 = 0.6931", "∂J/∂ŷ = −1 / ŷ = −1 / 0.5 = −2"]


def test_without_a_target_there_is_no_way_back():
    network = Network([[[2.0]], [[-1.0]]], None, ["relu", "identity"])
    found = operations(Passes(forward(network, [1.0]), None, CHAIN))
    assert [op.way for op in found] == ["forward"] * 4
    with pytest.raises(ValueError, match="without a target there is no backward pass"):
        Passes(forward(network, [1.0]), None, CHAIN).value(Var("dw", 1))


@pytest.mark.parametrize(("w", "shown"), [
    ([1e200, 1e200], ["z₂"]), ([1e160, 1.0], ["J", "∂J/∂w₂"])], ids=str)
def test_what_is_too_large_for_a_float_ends_the_pass(w, shown):
    network = Network([[[value]] for value in w], None, ["identity", "identity"])
    found = operations(passes(network, [1.0], [0.0], CHAIN))
    endless = [op for op in found if not math.isfinite(op.value)]
    assert [op.symbol for op in endless] == shown and found[-1] == endless[-1]
    assert all(op.value == math.inf and op.notes == ("overflow",) for op in endless)
    assert operation_in_words(endless[0], CHAIN).startswith("Overflow: too large for a float")


def test_what_is_lit():
    network = Network([[[2.0]], [[-1.0]]], None, ["relu", "relu"], [Skip(1, 2)])
    found = operations(passes(network, [1.5], [1.0], CHAIN))
    assert lit(found, 0) == lit([], 3) == {}
    assert lit(found, 3) == {Var("w", 2): "now", Var("a", 1): "reused", Var("z", 2): "now"}
    assert lit(found, 4) == {Var("z", 2): "reused", Var("a", 1): "reused", Var("skip", 1): "now",
                             Var("a", 2): "now"}
    assert lit(found, 99) == lit(found, len(found))


@settings(max_examples=20)
@given(network=networks())
def test_what_is_lit_is_the_operation(network):
    found = operations(passes(network, [1.0] * network.widths[0], [1.0]))
    for place, op in enumerate(found, start=1):
        shown = lit(found, place)
        assert set(shown) == {*op.used, op.result} and shown[op.result] == "now"
        assert {v for v in shown if shown[v] == "now"} - {op.result} == {
            v for v in op.used if v.kind in ("w", "b", "skip")}


@settings(max_examples=20)
@given(network=networks())
def test_the_notation_finds_every_parameter_and_its_gradient(network):
    notation, y = notation_of(network), [0.5]
    x = [1.5] * network.widths[0]
    true, back = truth(network, x, y), backward(forward(network, x, y))
    values, gradients = notation.values(network), notation.gradients(back)
    assert list(values) == list(gradients) == list(notation.parameters)
    for name, var in notation.parameters.items():
        place = (var.neuron, var.input) if var.kind == "w" else (var.neuron,)
        assert values[name] == getattr(network, var.kind)[var.layer][place]
        expected = true[var._replace(kind=f"d{var.kind}")]
        assert math.isclose(gradients[name], expected, rel_tol=1e-9, abs_tol=1e-12)
        assert math.copysign(1, gradients[name]) == (-1 if gradients[name] < 0 else 1)
