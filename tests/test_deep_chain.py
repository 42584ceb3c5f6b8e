"""The deep-chain lab: its numbers against complex step, its words, overflow, map and training."""

from __future__ import annotations

import html
import math
import random
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import half_a_digit, read
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import (
    WAIT,
    all_words,
    as_new,
    find,
    live_widgets,
    much_of,
    run_threads,
    text_of,
    wait_until,
)
from oracle import compare, complex_step

from mlp_widgets.core import forward, gradient_descent
from mlp_widgets.explain.operations import lit
from mlp_widgets.lectures.deep_chain import scenes, words
from mlp_widgets.lectures.deep_chain.chain import chain
from mlp_widgets.lectures.deep_chain.depth_map import AXES, changes_to, make_map, map_key, map_point
from mlp_widgets.lectures.deep_chain.lab import BUTTONS, DeepChainLab
from mlp_widgets.lectures.deep_chain.numbers import (
    ACTIVATIONS,
    BELOW,
    MOST_DRAWN,
    OWN,
    PRESETS,
    DeepChainState,
    Numbers,
)
from mlp_widgets.lectures.deep_chain.training import Training
from mlp_widgets.widgets.canvas import in_parts_only
from mlp_widgets.widgets.why_zero import why_in_words

EACH_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS)
EACH_SKIP = pytest.mark.parametrize("skip", [False, True], ids=["plain", "skip"])
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


@pytest.fixture(scope="module")
def made():
    lab = DeepChainLab(scale=0.5)
    lab.appear()  # as in a page
    yield lab
    lab.close()


@pytest.fixture
def lab(made):
    """One lab for many tests, each of which finds it as it was made."""
    return as_new(made)


def solve(**changes) -> Numbers:
    return Numbers(DeepChainState(**changes))


def preset(name: str) -> Numbers:
    return solve(**PRESETS[name])


def weights_each(*values: float) -> dict[str, object]:
    """A chain with these weights."""
    return {"mode": "each", "depth": len(values), **dict(zip(OWN, values, strict=False))}


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def said(lab) -> str:
    return text_of(lab.status)


# --- both passes against complex step ---

CHAINS = {
    "shared": {"mode": "shared", "w": 1.1, "x": 0.8, "y": 0.3},
    "random": {"mode": "random", "seed": 4, "std": 0.9, "x": -0.7, "y": 0.25},
}


@pytest.mark.parametrize("depth", [1, 2, 7, 40])
@EACH_ACTIVATION
@EACH_SKIP
@pytest.mark.parametrize("weights", CHAINS)
def test_every_gradient_is_the_complex_step(depth, activation, skip, weights):
    s = solve(depth=depth, activation=activation, skip=skip, **CHAINS[weights])
    truth = complex_step(s.network, [s.state.x], [s.state.y])
    for name in ("dJ_dw", "dJ_dz", "dJ_da"):
        expected = [truth[f"{name}[{layer}]"].item() for layer in range(1, depth + 1)]
        compare(name, getattr(s.layers, name), expected)
    assert s.gradient == {f"w{k}": v for k, v in enumerate(s.layers.dJ_dw.tolist(), start=1)}
    for layer in range(1, depth + 1):  # the local factor is what dJ/da is multiplied by
        later, earlier = truth[f"dJ_da[{layer}]"].item(), truth[f"dJ_da[{layer - 1}]"].item()
        if later:
            assert math.isclose(s.layers.factor[layer - 1], earlier / later, rel_tol=1e-9,
                                abs_tol=0.0 if earlier else 1e-300)


@EACH_ACTIVATION
@EACH_SKIP
def test_beside_a_chain_with_skips_stands_the_same_without(activation, skip):
    """And none with skips beside a plain one: who has not met them yet is not told of them."""
    s = solve(depth=12, mode="random", activation=activation, skip=skip)
    plain = Numbers(s.state.changed(skip=False))
    for mine, theirs in zip(s.plain, plain.layers, strict=True):
        assert np.array_equal(mine, theirs)
    scene = scenes.profiles(s)
    assert np.array_equal(scene.plain.dJ_dw, plain.layers.dJ_dw)
    assert (scene.skip is not None) == skip and ("kip" in scene.words()) == skip
    if scene.skip is not None:
        assert np.array_equal(scene.skip.dJ_dw, s.layers.dJ_dw)


def test_a_deeper_chain_keeps_its_first_weights():
    short, long = solve(mode="random", depth=7), solve(mode="random", depth=100)
    assert short.w.tolist() == long.w[:7].tolist()
    wide = solve(mode="random", depth=7, std=2.0)
    compare("weights", wide.w, 2 * short.w, 1e-15)
    assert solve(mode="random", depth=7, seed=1).w.tolist() != short.w.tolist()
    assert abs(long.w.mean()) < 0.4 and 0.7 < long.w.std() < 1.3


# --- the presets ---


def test_the_lecture_chain():
    s = preset("lecture chain")
    assert (s.state.depth, s.state.activation, s.state.mode) == (5, "sigmoid", "shared")
    a = s.state.x
    for value in s.layers.a:
        a = 1 / (1 + math.exp(-s.state.w * a))
        assert math.isclose(value, a, rel_tol=1e-14)
    assert math.isclose(s.loss, (a - s.state.y) ** 2, rel_tol=1e-14)


def test_sigmoid_vanishes():
    s = preset("sigmoid vanishes")
    compare("w1", s.gradient["w1"], 1.205e-13, 1e-3)
    # near the fixed point 0.659 of sigmoid every factor is 0.659 (1 - 0.659) = 0.2247
    compare("factor", s.layers.factor[-1], 0.22468, 1e-3)
    assert "∂J/∂a vanishes on its way back" in plain(words.blocked(s))


def test_a_hundred_sigmoid_layers_keep_relative_accuracy():
    s = preset("sigmoid vanishes")
    deep = solve(**{**PRESETS["sigmoid vanishes"], "depth": 100})
    assert 1e-67 < deep.gradient["w1"] < 1e-64
    fixed = 0.659046068407  # sigmoid(v) = v
    further = (fixed * (1 - fixed)) ** 80  # 80 layers more, all at the fixed point
    compare("w1", deep.gradient["w1"], s.gradient["w1"] * further, 1e-6)


def test_identity_explodes():
    s = preset("identity w = 1.5 explodes")
    assert math.isclose(s.output, 1.5**30, rel_tol=1e-13)
    for gradient in s.layers.dJ_dw:  # ŷ = w^30 x, so each gradient is 2 ŷ · ŷ / w
        assert math.isclose(gradient, 2 * 1.5**59, rel_tol=1e-12)
    assert "explodes" in plain(words.blocked(s))


def test_tanh_at_the_edge():
    s = preset("tanh at the edge")
    smaller = solve(**{**PRESETS["tanh at the edge"], "w": 0.7})
    assert abs(s.gradient["w1"]) > 1e-3 and abs(smaller.gradient["w1"]) < 1e-15


def test_relu_dead_in_the_middle():
    s = preset("ReLU dead in the middle")
    assert s.state.depth == 7 and s.layers.z[3] < 0 and not s.layers.dJ_dw.any()
    assert s.states == ("on", "on", "on", "off", "on", "on", "on")
    assert [names for _, names in s.zeros] == [["w7", "w6", "w5"], ["w4", "w3", "w2", "w1"]]
    assert re.findall(r"<div>(.*?)</div>", words.blocked(s)) == [
        "<b>w₅ … w₇</b>: no update, a₄ = 0, because neuron 4 is off (z₄ = −1.188 &lt; 0), and so "
        "is every a after it.",
        "<b>w₁ … w₄</b>: no update, neuron 4 is off (z₄ = −1.188 &lt; 0)."]


def test_skip_saves_it():
    with_skip = preset("skip saves it")
    without = Numbers(with_skip.state.changed(skip=False))
    compare("plain", without.gradient["w1"], 1.11e-17, 1e-2)
    assert all(0.4 < abs(gradient) < 1.5 for gradient in with_skip.gradient.values())
    assert with_skip.loss < without.loss  # and J is no worse for it
    assert (with_skip.layers.factor > 0.8).all() and (with_skip.layers.factor < 1).all()
    assert "arrives" in plain(words.blocked(with_skip))


def test_skip_explodes():
    with_skip, without = preset("skip explodes"), preset("identity w = 1.5 explodes")
    assert with_skip.state.weights == without.state.weights
    for gradient in with_skip.layers.dJ_dw:  # each factor is 1 + 1.5
        assert math.isclose(gradient, 2 * 2.5**59, rel_tol=1e-12)
    assert with_skip.gradient["w1"] > 1e12 * without.gradient["w1"]


RINGS = {"sigmoid vanishes": (-30, -10), "identity w = 1.5 explodes": (3, 30),
         "tanh at the edge": (-3, -1), "ReLU dead in the middle": (-math.inf, -math.inf),
         "skip saves it": (-1, 1), "skip explodes": (10, 30)}
"""Where log10 |∂J/∂w₁| of the cell under the ring is, and of all cells that the ring touches."""


@pytest.mark.parametrize("name", RINGS)
def test_the_ring_stands_where_the_name_of_the_preset_says(name):
    state, (low, high) = preset(name).state, RINGS[name]
    assert state.below == "map"
    found, (scale, depth) = make_map(map_key(state)), map_point(state)
    column, row = int(np.abs(found.scales - scale).argmin()), depth - 1
    touched = found.log10[row, column]  # the edge is thinner than the ring
    if name != "tanh at the edge":
        touched = found.log10[max(row - 2, 0):row + 3, column - 4:column + 5]
    assert (low <= touched).all() and (touched <= high).all()


def test_every_preset_has_a_button_with_a_short_text(lab):
    assert list(BUTTONS) == list(PRESETS) == list(lab.presets)
    texts = [button.description for button in lab.preset_buttons.values()]
    assert len(set(texts)) == len(texts) and sum(map(len, texts)) <= 92
    assert lab.preset_buttons["sigmoid vanishes"].tooltip == (
        "sigmoid vanishes: 20 sigmoid layers, every w = 1")


def test_clipping_tames_it():
    assert preset("clipping tames it").state.below == "clipping"
    assert preset("clipping tames it").norm > 10000
    training = Training(preset("clipping tames it").state)
    training.step(250)
    assert training.ways["plain"].diverged == 3
    assert training.ways["clipping"].diverged is None and training.ways["clipping"].J[-1] < 1e-6


def test_what_the_status_line_says(lab):
    lab.preset("sigmoid vanishes")
    assert said(lab) == ("Preset sigmoid vanishes. 20 sigmoid layers, every w = 1: ŷ = 0.65905, "
                         "J = 0.43434.")
    lab.set(mode="random", std=0.5, skip=True, depth=1, x=0)
    assert lab.describe() == ("1 sigmoid layer, weights drawn with std 0.5, with skips: ŷ = 0.5, "
                              "J = 0.25. 1 of 1 gradients is 0.")


# --- the stepper ---


@pytest.mark.parametrize("depth", [1, 5, 10])
def test_the_operations_are_those_of_the_lecture_in_its_order(depth):
    s = solve(depth=depth, mode="random")
    sub = ["".join(SUBSCRIPTS[int(digit)] for digit in str(k)) for k in range(depth + 1)]
    forward_pass = [f"{name}{sub[k]}" for k in range(1, depth + 1) for name in "za"]
    backward_pass = [f"∂J/∂{name}{sub[k]}" for k in range(depth, 0, -1) for name in "azw"]
    assert [op.symbol for op in s.operations] == [*forward_pass, "J", *backward_pass]
    assert len(s.operations) == 5 * depth + 1


def test_samples_of_the_operations():
    found = {op.symbol: f"{op.formula} = {op.numbers}" for op in
             solve(activation="leaky_relu", skip=True, w=-2.0, depth=2).operations}
    assert found["a₁"] == "x + leaky ReLU(z₁) = 1 + leaky ReLU(−2)"
    assert found["J"] == "(a₂ − y)² = (0.9604 − 0)²"
    assert found["∂J/∂z₂"] == "∂J/∂a₂ · g′(z₂) = 1.9208 · 0.01"
    assert found["∂J/∂a₁"] == "∂J/∂z₂ · w₂ + ∂J/∂a₂ · 1 = 0.019208 · (−2) + 1.9208 · 1"
    assert found["∂J/∂w₁"] == "∂J/∂z₁ · x = 0.018824 · 1"


def test_every_operation_lights_what_it_gives_and_takes():
    state = DeepChainState(depth=2, skip=True)
    halos = [scenes.chain(Numbers(state.changed(operation=k))).lit for k in range(12)]
    assert halos[0] == {}
    assert halos[1] == {"z1": "now", "w1": "now", "x": "reused"}
    assert halos[2] == {"a1": "now", "z1": "reused", "x": "reused"}
    assert halos[5] == {"J": "now", "a2": "reused", "y": "reused"}
    assert halos[8] == {"dw2": "now", "dz2": "reused", "a1": "reused"}
    assert halos[9] == {"da1": "now", "dz2": "reused", "da2": "reused", "w2": "now"}
    assert len({tuple(each) for each in halos}) == 12


def test_deep_chains_have_no_stepper(lab):
    lab.set(depth=10, operation=51)
    assert "51 of 51" in plain(lab.stepper.words.value)
    lab.depth = 4
    assert lab.operation == 21
    lab.depth = 11
    assert lab.operation == 0 and lab.numbers.operations == []
    assert "up to 10 layers" in plain(lab.stepper.words.value)
    with pytest.raises(ValueError, match="operation must be a whole number from 0 to 0"):
        lab.operation = 1


def test_undo_of_a_depth_keeps_the_operation_possible(lab):
    lab.depth = 3
    lab._history.separate()
    lab.set(depth=10)
    lab.operation = 40
    lab.undo()
    assert lab.depth == 3 and lab.operation == 16


# --- why a gradient is exactly 0 ---


def reasons(s: Numbers) -> list[str]:
    """For each layer, from the first on; "" where the gradient is not 0."""
    return [why_in_words(s.why_zero(name), s.notation) for name in s.gradient]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "leaky_relu", "identity"])
def test_a_weight_0_in_the_middle_has_a_gradient_of_its_own(activation):
    s = solve(activation=activation, y=1.0, **weights_each(0.9, 1.1, 0.0, 1.2, 0.8))
    after = [""] * 2  # σ(0) = 0.5 goes on
    if activation != "sigmoid":
        because = "a₃ = 0, because w₃ = 0"
        after = [because, f"{because}, and so is every a after it"]
    assert reasons(s) == ["w₃ = 0", "w₃ = 0", "", *after]
    before = (["w2", "w1"], "w₃ = 0")
    shown = [(names, why_in_words(why, s.notation)) for why, names in s.zeros]
    assert shown == ([before] if activation == "sigmoid" else [(["w5", "w4"], after[1]), before])


@pytest.mark.parametrize(("options", "expected"), [
    ({"activation": "relu", "x": 0.0, "y": 1.0}, ["x = 0"] * 5),
    ({"activation": "sigmoid", "x": 0.0, "y": 1.0}, ["x = 0", *[""] * 4]),
    ({"activation": "identity", "w": 2.0, "y": 32.0},
     ["ŷ = y: the loss is at its minimum"] * 5),
    ({"activation": "identity", "skip": True, "y": 1.0, **weights_each(0.5, 0.5, -1.0, 0.5)},
     [*["layer 3 takes away what its skip brings"] * 2, "",
      "a₃ = 0, because layer 3 takes away what its skip brings"]),
    ({"activation": "relu", "skip": True, "y": 9.0, **weights_each(1.0, 1.0, -1.0, 1.0)},
     ["", "", "neuron 3 is off (z₃ = −4 < 0); the skip goes around this layer", ""]),
    ({"w": 1000.0, "depth": 2}, ["the slope of neuron 2 is 0 (z₂ = 1000)"] * 2),
], ids=str)
def test_reasons_of_special_chains(options, expected):
    assert reasons(solve(**options)) == expected


def test_too_small_for_a_float_is_not_a_factor_0():
    s = solve(depth=100, w=1e-5)
    assert s.gradient["w1"] == 0 and reasons(s)[0] == "the product is too small for a float"
    z = a = 1.0
    logs = []
    for _ in range(100):
        z = 1e-5 * a
        a = 1 / (1 + math.exp(-z))
        logs.append(math.log10(a * (1 - a)))
    expected = math.log10(2 * a) + sum(logs) + 99 * math.log10(1e-5)
    assert math.isclose(s.log10_first, expected, rel_tol=1e-12) and expected < -500
    text = plain(words.about_map(s))
    assert f"|∂J/∂w₁| is about 1e−{abs(expected):.0f}, beyond a float" in text


def test_each_gradient_that_is_0_stands_with_one_reason():
    draw = random.Random(5)
    for _ in range(60):
        values = [draw.choice([0.0, 1.0, -1.0, draw.uniform(-2, 2)]) for _ in range(6)]
        s = solve(activation=draw.choice(list(ACTIVATIONS)), skip=draw.random() < 0.5,
                  x=draw.choice([0.0, 1.0, -1.0]), y=draw.choice([0.0, 0.5]),
                  **weights_each(*values))
        zero = [name for name, gradient in s.gradient.items() if gradient == 0]
        assert [name for name in s.gradient if s.why_zero(name)] == zero
        grouped = {name: why for why, names in s.zeros for name in names}
        assert sorted(grouped) == zero and sum(len(n) for _, n in s.zeros) == len(zero)
        for name, why in grouped.items():  # what later a inherit is told with what began it
            own = why_in_words(s.why_zero(name), s.notation)
            assert why_in_words(why, s.notation).startswith(own.partition(", and so is")[0])


@EACH_SKIP
@EACH_ACTIVATION
def test_a_hundred_layers_are_searched_once(activation, skip, monkeypatch):
    s = solve(depth=100, activation=activation, skip=skip, w=-1.0, x=0.0, y=1.0)
    asked = []
    value = type(s.at).value
    monkeypatch.setattr(type(s.at), "value", lambda p, var: asked.append(var) or value(p, var))
    assert all(s.why_zero(name) for name, gradient in s.gradient.items() if gradient == 0)
    assert len(asked) < 2000  # one search a layer would ask 20 times as often


def test_what_says_the_layers():
    assert words.layers_text(["w3"]) == "w₃" and words.layers_text(["w4", "w3"]) == "w₃, w₄"
    names = [f"w{k}" for k in (1, 2, 3, 5, 7, 8, 10, 9)]
    assert words.layers_text(names) == "w₁ … w₃, w₅, w₇ … w₁₀"


# --- overflow ---


@pytest.mark.parametrize("activation", ["identity", "relu"])
@EACH_SKIP
def test_overflow_names_the_layer(lab, activation, skip):
    lab.set(depth=60, activation=activation, w=1e9, skip=skip)
    size, k = 1.0, 0  # by hand, in whole numbers, which never overflow
    while size * (1e9 + skip) <= sys.float_info.max:
        size, k = size * (1e9 + skip), k + 1
    assert k == 34 and lab.numbers.overflow == 35
    assert words.overflow(lab.numbers).startswith("overflow at layer 35: w₃₅·a₃₄ = 1e9·1")
    assert "overflow at layer 35" in said(lab)
    assert "Overflow at layer 35" in plain(words.blocked(lab.numbers))
    layers = lab.numbers.layers
    assert np.isfinite([layers.z[:34], layers.a[:34]]).all() and math.isinf(layers.z[34])
    for values in (layers.z[35:], layers.a[35:], layers.slope[34:], layers.factor[34:],
                   layers.dJ_dw, layers.dJ_da, lab.loss, lab.numbers.output):
        assert np.isnan(values).all()  # what does not exist is no number
    board = words.board(lab.numbers)
    assert plain(re.search(r'mlp-mse-now">([^<]*)', lab.headline_text.value)[1]) == "overflow"
    assert re.search(r'mlp-value-dJ-dw1[^>]*>([^<]*)', board)[1] == "—"


OVERFLOWS = {
    "first layer": {"activation": "identity", "w": 1e9, "x": 1e9, "depth": 40},
    "short": {"activation": "identity", "mode": "each", "depth": 10, "x": 1e9,
              **dict.fromkeys(OWN, 1e9)},
    "negative": {"activation": "relu", "w": 1e9, "x": -1e9, "depth": 100},
    "skip": {"activation": "identity", "w": 1e9, "skip": True, "depth": 50},
    "cancels": {"activation": "leaky_relu", "w": -1e9, "depth": 100},
    "J only": {"activation": "identity", "w": 1e9, "depth": 17, "x": 100.0},
    "way back": {"activation": "identity", "w": 1e3, "x": 1e-12, "depth": 54},
    "std": {"activation": "identity", "mode": "random", "std": 1e9, "depth": 100},
}


@much_of("deep_chain")
@pytest.mark.parametrize("name", OVERFLOWS)
def test_after_an_overflow_nothing_is_nan_and_nothing_fails(lab, name):
    lab.set(**OVERFLOWS[name])
    for below in BELOW:
        lab.set(below=below, view="chain" if below == "map" else "profiles")
        assert text_of(lab.error) == ""
        assert not re.search(r"\bnan\b|not a number", all_words(lab), re.IGNORECASE)
    lab.step(2)
    assert not re.search(r"\bnan\b|not a number", all_words(lab), re.IGNORECASE)
    assert lab.snapshot().startswith(b"\x89PNG")


def test_the_gradient_may_overflow_alone():
    s = solve(**OVERFLOWS["way back"])
    assert s.overflow is None and math.isfinite(s.loss) and s.layers.lost == 1
    assert words.overflow(s).startswith("overflow at layer 1 on the way back")
    assert np.isfinite(s.layers.dJ_dw[1:]).all() and not s.exists
    assert "largest" in words.board(s) and "—" in words.board(s)
    s = solve(activation="identity", w=1e3, x=1e-30, depth=60)  # ŷ = 1e150, ∂J/∂a₈ = 2e306
    assert s.layers.lost == 7 and np.isnan(s.layers.dJ_dw[:6]).all()
    assert np.isfinite(s.layers.dJ_dw[7:]).all()


def test_J_may_overflow_alone():
    s = solve(**OVERFLOWS["J only"])  # ŷ = 1e155, J = 1e310
    assert s.overflow is None and math.isinf(s.loss) and s.exists
    assert words.loss(s) == "overflow"
    assert words.describe(s).endswith("Overflow: J = (ŷ − y)² is too large for a float "
                                      "(over 1.8e308).")


def test_the_stepper_ends_where_a_number_is_too_large(lab):
    lab.set(activation="identity", x=1e9, y=0.0, **weights_each(*[1e9] * 10))
    assert lab.numbers.overflow is None and math.isclose(lab.loss, 1e198, rel_tol=1e-12)
    assert all(math.isfinite(op.value) for op in lab.numbers.operations)
    state = DeepChainState(activation="identity", x=1e9, **weights_each(*[1e9] * 10))
    for name in OWN:  # more than a lab allows, to have it in ten layers
        object.__setattr__(state, name, 1e40)
    s = Numbers(state)
    assert [math.isfinite(op.value) for op in s.operations] == [True] * 14 + [False]
    assert s.operations[-1].symbol == "z₈" and s.operations[-1].notes == ("overflow",)
    assert lit(s.operations, 51) == lit(s.operations, 15)


# --- the map ---


@EACH_SKIP
@EACH_ACTIVATION
@pytest.mark.parametrize("mode", ["shared", "random", "each"])
def test_the_map_is_what_single_chains_give(mode, activation, skip):
    state = DeepChainState(mode=mode, depth=10, activation=activation, skip=skip, x=0.8, y=0.3,
                           **{name: 0.3 * k - 1.2 for k, name in enumerate(OWN)})
    found = make_map(map_key(state))
    assert found.log10.shape == (len(found.depths), len(found.scales))
    assert found.depths.tolist() == list(range(1, 11 if mode == "each" else 101))
    draw = random.Random(1)
    for _ in range(8):
        row, column = draw.randrange(len(found.depths)), draw.randrange(len(found.scales))
        scale, depth = float(found.scales[column]), int(found.depths[row])
        factor = scale / max(abs(getattr(state, n)) for n in OWN[:depth])
        single = {"shared": {"w": scale}, "random": {"std": scale},
                  "each": {n: factor * getattr(state, n) for n in OWN}}[mode]
        s = Numbers(state.changed(depth=depth, **single))
        gradient = abs(s.gradient["w1"])
        if s.overflow is not None or not 1e-300 < gradient < 1e300:
            assert abs(found.log10[row, column]) > 299
        else:
            assert math.isclose(found.log10[row, column], math.log10(gradient), rel_tol=1e-9,
                                abs_tol=1e-9)


OWN_WEIGHTS = st.lists(st.floats(-3, 3).map(lambda w: round(w, 2)), min_size=10, max_size=10)


@settings(max_examples=60)
@given(mode=st.sampled_from(["shared", "random", "each"]), depth=st.integers(1, 10),
       own=OWN_WEIGHTS, skip=st.booleans(),
       places=st.lists(st.tuples(st.floats(0.05, 3), st.integers(1, 10)), min_size=1, max_size=5))
def test_wherever_one_goes_on_the_map_one_is_there_and_the_map_stays(mode, depth, own, skip,
                                                                     places):
    state = DeepChainState(mode=mode, depth=depth, skip=skip, y=0.3,
                           **dict(zip(OWN, own, strict=True)))
    first = make_map(map_key(state))
    assert first.depths[-1] == (10 if mode == "each" else 100)
    assert (first.scales[0], first.scales[-1]) == (AXES[mode].low, AXES[mode].high)
    flat = mode == "each" and not all(own)  # of weights that are all 0 the first click makes others
    for scale, layers in places:
        state = state.changed(**changes_to(state, scale, layers))
        assert state.mode == mode
        assert map_point(state) == (pytest.approx(round(scale, 2), abs=1e-12), layers)
        now = make_map(map_key(state))
        assert now.log10.shape == first.log10.shape
        if not flat:
            with np.errstate(invalid="ignore"):
                close = np.isclose(now.log10, first.log10, rtol=1e-6, atol=1e-6)
            assert close.mean() > 0.99  # rounding tells where ŷ is y


@pytest.mark.parametrize("mode", ["shared", "random"])
def test_every_step_of_the_slider_is_a_column_of_the_map(lab, mode):
    lab.mode = mode
    slider = lab.control("w" if mode == "shared" else "std").slider
    scales = make_map(map_key(lab.state)).scales.tolist()
    assert all(slider.number_at(count) in scales for count in range(slider.max + 1))


def test_the_map_is_not_computed_again_for_a_move_of_its_point(lab):
    first = make_map(map_key(lab.state))
    lab.set(w=-0.35, depth=33)
    assert make_map(map_key(lab.state)) is first
    scene = scenes.depth_map(lab.numbers)
    assert scene.point == (-0.35, 33) and scene.visible
    lab.set(w=4.0)
    assert not scenes.depth_map(lab.numbers).visible
    assert "outside the map" in plain(words.below(lab.numbers))


# --- a click on the map ---


def place_of(lab, scale: float, depth: int) -> dict[str, float]:
    """A click on a place of the map, in a page that shows the picture at half its size."""
    map_ = make_map(map_key(lab.state))
    box = lab.canvases["map"].picture.map.get_position()
    across = (np.interp(scale, map_.scales, np.arange(len(map_.scales))) + 0.5) / len(map_.scales)
    up = (depth - 0.5) / len(map_.depths)
    return {"relativeX": 245 * (box.x0 + across * box.width),
            "relativeY": 125 * (1 - box.y0 - up * box.height),
            "boundingRectWidth": 245.0, "boundingRectHeight": 125.0}


@pytest.mark.parametrize("mode", ["shared", "random", "each"])
def test_a_click_on_the_map_moves_the_setting(lab, mode):
    lab.set(mode=mode, depth=9)
    before = lab.weights
    lab.clicks.moved(place_of(lab, 0.55, 4))
    assert lab.depth == 4 and text_of(lab.error) == ""
    if mode == "each":
        compare("weights", lab.weights, [0.55 * w for w in before[:4]], 1e-12)
    else:
        assert getattr(lab, "w" if mode == "shared" else "std") == 0.55
    assert map_point(lab.state) == (0.55, 4)
    lab.undo()
    assert lab.depth == 9 and lab.weights == before


def test_a_click_on_a_row_of_the_map_is_that_depth(rests, monkeypatch):
    """A picture of a neighbour, drawn ahead, once stood in place of the one in view."""
    lab = DeepChainLab(mode="each", depth=5, scale=0.5)
    lab.control("depth").slider.value += 1
    assert lab.depth == 6
    wait_until(lambda: "Now at 1, depth 6" in all_words(lab))  # nothing more is to come
    lab.clicks.moved(place_of(lab, 1.0, 5))
    assert lab.depth == 5
    lab.clicks.moved(place_of(lab, 1.0, 2))
    assert lab.depth == 2
    lab.close()


def test_a_click_elsewhere_does_nothing(lab):
    event, before = place_of(lab, 1.0, 50), lab.state
    lab.clicks.moved({**event, "relativeX": 0.0, "relativeY": 0.0})
    assert lab.state is before
    lab.below = "why"
    before = lab.state
    lab.clicks.moved(event)
    assert lab.state is before
    lab.part("map").appear()  # there it can be clicked
    lab.clicks.moved(event)
    assert lab.depth == 50 and lab.below == "why"


def test_clicks_come_from_ipyevents_where_it_is_installed(monkeypatch):
    made = []

    class Event:
        def __init__(self, **options):
            self.options, self.closed = options, False
            made.append(self)

        def on_dom_event(self, action):
            self.action = action

        def close(self):
            self.closed = True

    monkeypatch.setitem(sys.modules, "ipyevents", SimpleNamespace(Event=Event))
    lab = DeepChainLab(scale=0.5)
    lab.appear()
    (event,) = made
    assert event.options == {
        "source": lab.canvases["map"].image, "watched_events": ["mousedown", "mousemove", "click"],
        "prevent_default_action": True, "throttle_or_debounce": "throttle", "wait": 40}
    lab.appear()
    event.action(place_of(lab, -1.5, 40))
    assert (lab.w, lab.depth) == (-1.5, 40)
    for buttons, there in ((0, (-1.5, 40)), (1, (2.0, 70))):  # without a button it passes only
        event.action({**place_of(lab, 2.0, 70), "event": "mousemove", "buttons": buttons})
        assert (lab.w, lab.depth) == there
    click = {name: 2 * pixels for name, pixels in place_of(lab, 0.5, 20).items()
             if name.startswith("relative")}  # as older versions send it
    event.action(click)
    assert (lab.w, lab.depth) == (0.5, 20) and text_of(lab.error) == ""
    event.action({})
    assert "KeyError" in text_of(lab.error)
    lab.close()
    assert event.closed


def test_without_ipyevents_there_are_no_clicks(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipyevents", None)
    lab = DeepChainLab(scale=0.5)
    assert lab.clicks._event is None
    lab.close()


# --- why backwards ---

TOKEN = re.compile(r"∂J/∂ŷ|g′[₀-₉]+|[wa][₀-₉]+|\bx\b")


@pytest.mark.parametrize("depth", [1, 2, 5, 6])
@EACH_SKIP
def test_the_products_written_out_are_the_gradients(depth, skip):
    s = solve(depth=depth, mode="random", seed=2, skip=skip, x=0.6, y=-0.4)
    values = {"x": 0.6, "∂J/∂ŷ": 2 * (s.output + 0.4)}
    for k, sub in enumerate(SUBSCRIPTS[1:depth + 1]):
        values |= {f"g′{sub}": s.layers.slope[k], f"w{sub}": s.w[k], f"a{sub}": s.layers.a[k]}
    previous = None
    for layer in range(depth, 0, -1):
        factors, count = words.factors_of(layer, depth, skip)
        numbers = [eval(TOKEN.sub(lambda found: repr(float(values[found[0]])),
                                  factor.replace(")w", ")*w").replace("w", "*w", skip)))
                   for factor in factors]
        assert math.isclose(math.prod(numbers), s.gradient[f"w{layer}"], rel_tol=1e-10)
        if previous is None:
            assert count == 0
        else:  # marked is what both have from their beginning, and no more could be
            assert factors[:count] == previous[:count]
            assert factors[count] != previous[count]
        previous = factors
    if depth == 5 and not skip:
        assert len(factors) == 1 + 2 * 5  # the lecture's count for ∂J/∂w₁


def test_the_shared_factors_are_marked_not_by_colour_alone():
    text = words.why_backwards(solve(depth=3))
    marked = re.findall(r'<span style="([^"]*)">([^<]*)</span>', text)
    assert [plain(t) for _, t in marked] == ["∂J/∂ŷ · g′₃", "∂J/∂ŷ · g′₃ · w₃ · g′₂", "marked"]
    assert all("underline" in style and "background" in style for style, _ in marked)
    assert "∂J/∂w₁ = ∂J/∂ŷ · g′₃ · w₃ · g′₂ · w₂ · g′₁ · x" in plain(text)


@pytest.mark.parametrize("depth", [1, 5, 6, 7, 20, 21, 100])
def test_the_counts_beside_the_products(depth):
    numbers = solve(depth=depth)
    with_reuse, without = 3 * depth - 1, depth * (depth + 1)
    text = plain(words.why_backwards(numbers))
    assert f"at depth {depth}: {with_reuse} going back" in text and f", {without} with" in text
    assert ("Written out for up to 6 layers" in text) == (depth > 6)
    scene = scenes.counts(numbers)
    assert scene.present == (depth, with_reuse, without)
    assert scene.depths[-1] == (20 if depth <= 20 else 100)
    assert scene.with_reuse.tolist() == [3 * d - 1 for d in scene.depths]
    assert scene.without.tolist() == [d * (d + 1) for d in scene.depths]


# --- clipping ---


def test_clipping_keeps_the_direction():
    s = solve(depth=8, mode="random", seed=1, std=1.6, activation="tanh", max_norm=0.01)
    scene = scenes.clipping(s)
    before = math.sqrt(sum(g * g for g in s.gradient.values()))
    assert math.isclose(scene.norm_before, before, rel_tol=1e-12) and before > 0.01
    assert math.isclose(scene.norm_after, 0.01, rel_tol=1e-12)
    compare("after", scene.after, scene.before * (0.01 / before), 1e-12)
    assert "cosine of the angle between the two = 1." in plain(words.clipping(s))


def test_a_short_gradient_is_not_clipped():
    s = solve(max_norm=1000.0)
    scene = scenes.clipping(s)
    assert (scene.after == scene.before).all() and scene.norm_after == scene.norm_before
    assert "stays as it is" in plain(words.clipping(s))


def test_a_gradient_0_has_nothing_to_clip():
    assert "nothing to clip" in plain(words.clipping(preset("ReLU dead in the middle")))


# --- training ---


def test_training_is_gradient_descent():
    state = DeepChainState(depth=6, mode="random", seed=2, activation="tanh", x=0.9, y=0.4,
                           max_norm=0.02, learning_rate=0.3, steps=40)
    training = Training(state)
    rounds = 0
    while training.advance(7):
        rounds += 1
        assert rounds < 100
    for name, skip, max_norm in (("plain", False, None), ("skip", True, None),
                                 ("clipping", False, 0.02)):
        network, J = chain(state.weights, "tanh", skip), []
        for step in gradient_descent(network, [0.9], [0.4], alpha=0.3, steps=40,
                                     max_norm=max_norm):
            network = step.network
            J.append(step.J)
        way = training.ways[name]
        assert way.J[:-1] == J and len(way.J) == 41 and way.J[-1] < J[0]
        moved = [abs(w.item() - start) for w, start in zip(network.w[1:], state.weights,
                                                          strict=True)]
        assert way.moved.tolist() == moved and any(moved)
    assert training.share == 1.0 and words.results(training).startswith("After 40 steps")


def test_how_training_is_sliced_does_not_matter():
    state = DeepChainState(steps=12, learning_rate=1.0)
    one, other = Training(state), Training(state)
    for taken in range(13):
        one.advance(1) if taken % 3 else one.advance(5, seconds=0.0)
        for way in one.ways.values():  # J, weights and count belong to one step
            assert way.taken == taken and way.J[-1] == forward(way.network, [1.0], [0.0]).J
    assert not one.going
    other.step(12)
    assert not other.going
    for name in one.ways:
        assert one.ways[name].J == other.ways[name].J


def test_what_diverges_stops_and_the_others_go_on(lab):
    lab.preset("clipping tames it")
    lab.training_run.button.click()
    lab.training_run.runner.join(WAIT)
    training = lab.training
    assert not training.going and training.ways["plain"].diverged == 3
    assert len(training.ways["clipping"].J) == 251
    scene = scenes.training(lab.numbers, training)
    assert set(scene.curves) == set(scene.moved) == {"plain", "skip", "clipping"}
    assert [math.isinf(J[-1]) for _, J in scene.curves.values()] == [True, True, False]
    assert said(lab).startswith("After 250 steps from the same start: plain: diverged at step 3; "
                                "skip: diverged at step 3; clipping: J = ")
    assert lab.training_run.bar.value == 1000 and "Train" in lab.training_run.button.description
    assert "After 250 of 250 steps" in all_words(lab)


def test_what_diverges_with_the_last_step():
    training = Training(DeepChainState(activation="identity", depth=10, w=1.5, y=1.0, steps=2,
                                       learning_rate=0.01))
    training.step(2)
    assert not training.going and training.ways["plain"].diverged == 2


def test_training_can_be_stopped(lab):
    lab.set(depth=100, steps=1000)
    button, bar = lab.training_run.button, lab.training_run.bar
    button.click()
    assert lab.below == "training" and "Pause" in button.description
    wait_until(lambda: lab.training.rounds > 0)
    button.click()
    lab.training_run.runner.join(WAIT)
    rounds = lab.training.rounds
    assert 0 < rounds < 1001 and lab.training.going and said(lab).startswith("Training paused. ")
    assert "Train" in button.description and 0 < bar.value < 1000
    assert run_threads() == [] and lab.training.rounds == rounds
    whole = lab.training
    button.click()  # goes on where it was
    assert lab.training is whole and "Pause" in button.description
    lab.training_run.back.click()
    lab.training_run.runner.join(WAIT)
    assert lab.training is None and bar.value == 0 and said(lab) == "Back at the start."
    lab.training_run.back.click()
    assert said(lab) == "Nothing to rewind: no training yet."


@pytest.mark.parametrize("changes", [{"max_norm": 2.0}, {"learning_rate": 1.0}, {"w": 0.5}],
                         ids=str)
def test_a_change_of_the_setting_stops_the_training(lab, changes):
    lab.set(depth=100, steps=1000, below="training")
    lab.run()
    wait_until(lambda: lab.training is not None and lab.training.rounds > 0)
    lab.set(**changes)
    assert not lab.training_run.runner.running and lab.training is None
    assert said(lab).startswith("Training stopped, because the setting has changed. 100 sigmoid")
    lab.training_run.runner.join(WAIT)
    assert lab.training is None and lab.training_run.bar.value == 0
    assert "Train" in lab.training_run.button.description


@pytest.mark.parametrize("changes", [{"below": "why"}, {"view": "profiles"}, {"operation": 3},
                                     {"skip": True}, {"mode": "each"}], ids=str)
def test_a_result_stays_while_its_setting_does(lab, changes):
    lab.set(steps=3)
    training = lab.learn()
    lab.set(**changes)
    assert lab.training is training is not None
    lab.set(w1=1.3)
    assert lab.training is None
    lab.undo()
    assert lab.training is None


def test_a_new_training_is_shown_in_place_of_the_old_one(lab):
    lab.set(steps=2)
    keys = []
    for _ in range(2):
        lab.learn()
        keys.append(lab.progress.key)
    assert keys[0] != keys[1]


def test_learn_trains_to_the_end(lab):
    lab.set(steps=30)
    training = lab.learn()
    assert lab.below == "training" and lab.training is training and not training.going
    assert [way.taken for way in training.ways.values()] == [30, 30, 30]
    assert lab.training_run.bar.value == 1000 and "After 30 steps" in said(lab)
    again = lab.learn()
    assert again is not training
    for name, way in again.ways.items():
        assert way.J == training.ways[name].J and (way.moved == training.ways[name].moved).all()


def test_steps_from_code_are_a_training_in_progress(lab):
    lab.set(steps=10)
    state, whole = lab.state, lab.learn()
    lab.set(w=0.5)
    lab.set(**{"w": state.w})
    lab.step(3)
    assert lab.below == "training" and lab.training.going and lab.training is not whole
    assert said(lab).startswith("After 3 steps from the same start: plain: J = ")
    assert "After 3 of 10 steps" in all_words(lab) and 0 < lab.training_run.bar.value < 1000
    lab.below = "map"
    lab.step()
    lab.step(2)
    assert lab.below == "training"
    for name, way in lab.training.ways.items():
        assert whole.ways[name].J[:7] == way.J
    lab.step(100)
    assert not lab.training.going and said(lab).startswith("After 10 steps")
    lab.step()  # there is nothing to go on with: a new one
    assert lab.training.taken == 1
    assert lab.weights == (1.0,) * 5 and lab.state.steps == 10


def test_a_training_that_fails_is_told(lab, monkeypatch):
    def fails(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(Training, "advance", fails)
    lab.run()
    lab.training_run.runner.join(WAIT)
    assert text_of(lab.error) == "The training did not work (RuntimeError: no)."
    assert "Train" in lab.training_run.button.description


# --- setting and seeing ---


def test_one_weight_a_layer_takes_over_what_was_there(lab):
    lab.set(mode="random", depth=8, seed=7)
    before, J = lab.weights, lab.loss
    lab.mode = "each"
    assert lab.weights == before and lab.loss == J
    assert lab.parameters == dict(zip(OWN, before, strict=False))
    lab.w3 = 0.25
    assert lab.weights == (*before[:2], 0.25, *before[3:])


def test_a_weight_that_is_set_makes_a_weight_of_its_own_for_every_layer(lab):
    lab.set(w=1.5)
    lab.w3 = 0.0
    assert lab.mode == "each" and lab.weights == (1.5, 1.5, 0.0, 1.5, 1.5)
    lab.undo()
    assert lab.mode == "shared" and lab.weights == (1.5,) * 5
    lab.set(mode="random", seed=3)
    drawn = lab.weights
    lab.set(w2=7.0, mode="each")
    assert lab.weights == (drawn[0], 7.0, *drawn[2:])


def test_one_weight_a_layer_in_a_deep_chain_makes_it_shorter(lab):
    lab.set(mode="random", depth=30)
    before = lab.weights
    find(lab, "mlp-mode").value = "each"
    assert lab.depth == MOST_DRAWN and lab.weights == before[:MOST_DRAWN]
    assert said(lab).startswith("Depth set to 10, the most for one weight a layer. 10 sigmoid")
    assert lab.control("depth").slider.ends == (1, MOST_DRAWN, 1)
    with pytest.raises(ValueError, match=r"one weight a layer goes up to depth 10, got depth 11"):
        lab.depth = 11
    with pytest.raises(ValueError, match="goes up to depth 10"):
        DeepChainLab(mode="each", depth=11)
    lab.mode = "shared"
    lab.depth = 11
    lab.w3 = 0.0
    assert lab.depth == 10 and lab.weights == (1.0, 1.0, 0.0, *[1.0] * 7)
    assert "Depth set to 10" in said(lab)


def test_weights_that_are_not_in_use_cannot_be_moved(lab):
    """The style sheet hides them in the lab; in a part they are grey."""
    fields = ("w", *OWN, "seed", "std")
    for changes, used in (({"mode": "shared"}, ("w",)), ({"mode": "random"}, ("seed", "std")),
                          ({"mode": "each", "depth": 4}, OWN[:4]), ({"depth": 10}, OWN),
                          ({"depth": 1}, OWN[:1])):
        lab.set(**changes)
        rows = {name: lab.control(name) for name in fields}
        shown = lab.blocks["weights"].children
        assert set(shown) >= {rows[name].widget for name in used}
        free = [name for name in fields if not rows[name].slider.disabled]
        assert free == [name for name in rows if not rows[name].box.disabled]
        # the first weights can always be moved: then each layer has its own
        assert set(free) == {*used, *OWN[:lab.depth]}


def test_deep_chains_are_shown_as_profiles(lab):
    def shown():
        upper, lower = lab.pictures_in_view
        assert type(lower).__name__ == "MapPicture"
        return [type(upper).__name__]

    assert shown() == ["ChainPicture"]
    lab.depth = MOST_DRAWN + 1
    assert shown() == ["ProfilesPicture"] and lab.view == "chain"
    assert "over 10 layers: profiles" in words.profiles_title(lab.state)
    lab.depth = MOST_DRAWN
    assert shown() == ["ChainPicture"] and "profiles" not in words.profiles_title(lab.state)
    lab.view = "profiles"
    assert shown() == ["ProfilesPicture"]
    sizes = [(c.picture.width, c.picture.height) for c in lab.canvases.values()
             if c.slot.when is not in_parts_only]
    assert sizes == [(828, 250)] * 2 + [(490, 250)] * 4  # at one place, one shape
    assert [name for name, c in lab.canvases.items() if c.slot.when is in_parts_only] == ["forward"]


def test_the_board_shows_the_numbers(lab):
    for seed in range(3):
        lab.set(mode="random", seed=seed, depth=3 + 4 * seed)
        board = lab.headline_text.value + find(lab, "mlp-board").value

        def shown(css, board=board):
            return re.search(rf'{css}[^>]*">([^<]*)<', board)[1]

        sizes = [abs(g) for g in lab.gradient.values()]
        expected = {
            "mlp-mse-now": lab.loss, "mlp-value-output": lab.numbers.output,
            "mlp-value-dJ-dw1": lab.gradient["w1"],
            "mlp-value-largest": max(sizes), "mlp-value-smallest": min(sizes),
        }
        for css, value in expected.items():
            assert abs(read(shown(css)) - value) <= 1.001 * half_a_digit(shown(css)), css


def test_a_closed_lab_leaves_no_widget_and_no_thread_behind():
    before = live_widgets()
    lab = DeepChainLab(scale=0.5, mode="each", depth=7, below="training", steps=1000)
    lab.mode, lab.below = "random", "why"
    lab.run()
    lab.close()
    assert live_widgets() == before and run_threads() == []
