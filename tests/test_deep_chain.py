"""The deep-chain lab: its numbers against complex step, and that every reason it gives is true."""

from __future__ import annotations

import html
import math
import random
import re
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import ipywidgets as widgets
import numpy as np
import pytest
from oracle import compare, complex_step
from test_numbers import half_a_digit, read
from test_panel import live_widgets, text_of
from test_runner import WAIT, run_threads

from mlp_widgets.core import chain, gradient_descent
from mlp_widgets.lectures import deep_chain_model as model
from mlp_widgets.lectures import deep_chain_views as views
from mlp_widgets.lectures.deep_chain import DeepChainLab
from mlp_widgets.lectures.deep_chain_model import (
    ACTIVATIONS,
    BELOW,
    MOST_DRAWN,
    OWN,
    PRESETS,
    DeepChainState,
    Solution,
)
from mlp_widgets.lectures.deep_chain_training import Training

DEPTHS = (1, 2, 5, 20, 60, 100)
EACH_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS)
EACH_SKIP = pytest.mark.parametrize("skip", [False, True], ids=["plain", "skip"])
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


def new_lab():
    return DeepChainLab(scale=0.5)


@pytest.fixture
def lab(shared):
    """One lab for many tests, each of which finds it as it was made."""
    shared.pause()
    shared._run.training = None
    shared.reset()
    shared._undo, shared._group = [], (None, 0.0)
    shared.complain("")
    shared._refresh()
    yield shared
    shared.pause()


@pytest.fixture
def new():
    """A function that makes labs, which are closed at the end."""
    made = []

    def make(**options):
        made.append(DeepChainLab(**{"scale": 0.5, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def solve(**changes) -> Solution:
    return Solution(DeepChainState(**changes))


def preset(name: str) -> Solution:
    return solve(**PRESETS[name])


def weights_each(*values: float) -> dict[str, object]:
    """A chain with these weights."""
    return {"mode": "each", "depth": len(values), **dict(zip(OWN, values, strict=False))}


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def said(lab) -> str:
    return text_of(lab.status)


def wait_for(condition) -> None:
    """Until the condition holds; an error after a long time."""
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.01)


# --- 1. both passes against complex step ---

CHAINS = {
    "shared": {"mode": "shared", "w": 1.1, "x": 0.8, "y": 0.3},
    "random": {"mode": "random", "seed": 4, "spread": 0.9, "x": -0.7, "y": 0.25},
}


@pytest.mark.parametrize("depth", DEPTHS)
@EACH_ACTIVATION
@EACH_SKIP
@pytest.mark.parametrize("weights", CHAINS)
def test_every_gradient_is_the_complex_step(depth, activation, skip, weights):
    s = solve(depth=depth, activation=activation, skip=skip, **CHAINS[weights])
    truth = complex_step(s.network, [s.state.x], [s.state.y])
    for name in ("dJ_dw", "dJ_dz", "dJ_da"):
        expected = [truth[f"{name}[{layer}]"].item() for layer in range(1, depth + 1)]
        compare(name, getattr(s.layers, name), expected)
    assert list(s.gradients.values()) == s.layers.dJ_dw.tolist()
    for layer in range(1, depth + 1):  # the local factor is what dJ/da is multiplied by
        later, earlier = truth[f"dJ_da[{layer}]"].item(), truth[f"dJ_da[{layer - 1}]"].item()
        if later:
            assert math.isclose(s.layers.factor[layer - 1], earlier / later, rel_tol=1e-9,
                                abs_tol=0.0 if earlier else 1e-300)  # fmt: skip


@EACH_ACTIVATION
@EACH_SKIP
def test_the_other_choice_of_skip_has_the_same_weights(activation, skip):
    s = solve(depth=12, mode="random", activation=activation, skip=skip)
    turned = Solution(replace(s.state, skip=not skip))
    for mine, theirs in zip(s.other, turned.layers, strict=True):
        assert np.array_equal(mine, theirs)
    view = views.profiles_view(s)
    assert view.present == ("skip" if skip else "plain")
    assert np.array_equal(getattr(view, view.present).dJ_dw, s.layers.dJ_dw)


def test_a_deeper_chain_keeps_its_first_weights():
    short, long = solve(mode="random", depth=7), solve(mode="random", depth=100)
    assert short.w.tolist() == long.w[:7].tolist()
    wide = solve(mode="random", depth=7, spread=2.0)
    compare("weights", wide.w, 2 * short.w, 1e-15)
    assert solve(mode="random", depth=7, seed=1).w.tolist() != short.w.tolist()
    many = solve(mode="random", depth=100).w
    assert abs(many.mean()) < 0.4 and 0.7 < many.std() < 1.3


# --- 2. the presets ---


def test_the_lecture_chain():
    s = preset("lecture chain")
    assert (s.state.depth, s.state.activation, s.state.mode) == (5, "sigmoid", "shared")
    a = s.state.x
    for value in s.layers.a:
        a = 1 / (1 + math.exp(-s.state.w * a))
        assert math.isclose(value, a, rel_tol=1e-14)
    assert math.isclose(s.J, (a - s.state.y) ** 2, rel_tol=1e-14)


def test_sigmoid_vanishes():
    s = preset("sigmoid vanishes")
    assert 1e-14 < s.gradients["w1"] < 1e-12
    compare("w1", s.gradients["w1"], 1.205e-13, 1e-3)
    # near the fixed point 0.659 of sigmoid every factor is 0.659 (1 - 0.659) = 0.2247
    compare("factor", s.layers.factor[-1], 0.22468, 1e-3)
    assert "vanishes" in plain(views.blocked(s))


def test_a_hundred_sigmoid_layers_keep_relative_accuracy():
    s = preset("sigmoid vanishes")
    deep = solve(**{**PRESETS["sigmoid vanishes"], "depth": 100})
    assert 1e-67 < deep.gradients["w1"] < 1e-64
    fixed = 0.659046068407  # sigmoid(v) = v
    further = (fixed * (1 - fixed)) ** 80  # 80 layers more, all at the fixed point
    compare("w1", deep.gradients["w1"], s.gradients["w1"] * further, 1e-6)


def test_identity_explodes():
    s = preset("identity w = 1.5 explodes")
    assert math.isclose(s.output, 1.5**30, rel_tol=1e-13)
    for gradient in s.layers.dJ_dw:  # ŷ = w^30 x, so each gradient is 2 ŷ · ŷ / w
        assert math.isclose(gradient, 2 * 1.5**59, rel_tol=1e-12)
    assert "explodes" in plain(views.blocked(s))


def test_tanh_at_the_edge():
    s = preset("tanh at the edge")
    found = [abs(solve(**{**PRESETS["tanh at the edge"], "w": w}).gradients["w1"])
             for w in (0.7, 1.0)]  # fmt: skip
    assert abs(s.gradients["w1"]) > 1e-3 and found[0] < 1e-15 and found[1] > 1e-3


def test_relu_dead_in_the_middle():
    s = preset("ReLU dead in the middle")
    assert s.state.depth == 7 and s.layers.z[3] < 0 and not s.layers.dJ_dw.any()
    assert s.states == ("on", "on", "on", "off", "on", "on", "on")
    assert [s.zeros[reason] for reason in s.zeros] == [[7, 6, 5], [4, 3, 2, 1]]
    first, last = s.zeros
    assert first.startswith("a₄ = 0 (neuron 4 is off") and "neuron 4 is off (z₄ = " in last


def test_skip_saves_it():
    with_skip, without = preset("skip saves it"), preset("sigmoid vanishes")
    assert replace(with_skip.state, skip=False).weights == without.state.weights
    assert abs(with_skip.gradients["w1"]) > 1 > 1e12 * abs(without.gradients["w1"])
    words = plain(views.blocked(with_skip))
    assert (with_skip.layers.factor >= 1).all() and "arrives" in words


def test_clipping_tames_it():
    s = preset("clipping tames it")
    training = Training(s.state)
    while training.advance(100):
        pass
    assert training.ways["plain"].note.startswith("diverged")
    assert training.ways["clipping"].note == "" and training.ways["clipping"].J[-1] < 1e-6


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_button(lab, name):
    button = next(b for b in lab.controls.presets if b.description == name)
    button.click()
    assert text_of(lab.error) == "" and said(lab).startswith(f"Preset {name}. ")
    assert all(getattr(lab.state, field) == v for field, v in PRESETS[name].items())
    expected = replace(DeepChainState(), **PRESETS[name]).weights
    assert lab.weights == expected


def test_a_preset_is_one_step_for_undo(lab):
    lab.set(w=0.4, x=1.5)
    lab.preset("ReLU dead in the middle")
    lab.undo()
    assert (lab.w, lab.x, lab.depth, lab.mode) == (0.4, 1.5, 5, "shared")


# --- 3. the stepper ---


def tokens(s: Solution) -> dict[str, float]:
    """Every symbol of the formulas with its value; gradients by complex step."""
    truth = complex_step(s.network, [s.state.x], [s.state.y])
    found = {"x": s.state.x, "y": s.state.y}
    for layer in range(1, s.state.depth + 1):
        sub = "".join(SUBSCRIPTS[int(digit)] for digit in str(layer))
        z = float(s.trace.z[layer].item())
        found |= {f"w{sub}": s.state.weights[layer - 1], f"z{sub}": z,
                  f"a{sub}": float(s.trace.a[layer].item()),
                  f"g′(z{sub})": slope(s.state.activation, z)}
        found |= {f"∂J/∂{n}{sub}": truth[f"dJ_d{n}[{layer}]"].item() for n in "waz"}
    return found


def slope(activation: str, z: float) -> float:
    """g′ as the lecture writes it."""
    sigmoid = 1 / (1 + math.exp(-z))
    return {"sigmoid": sigmoid * (1 - sigmoid), "tanh": 1 - math.tanh(z) ** 2,
            "relu": float(z >= 0), "leaky_relu": 1.0 if z >= 0 else 0.01,
            "identity": 1.0}[activation]  # fmt: skip


FUNCTIONS = {"sigma": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh,
             "relu": lambda z: max(0.0, z), "leaky": lambda z: z if z >= 0 else 0.01 * z}
TOKEN = re.compile(r"∂J/∂[waz][₀-₉]+|g′\(z[₀-₉]+\)|[waz][₀-₉]+|\b[xy]\b")


def evaluate(text: str, values: dict[str, float]) -> float:
    """What a formula comes to, with the values for its symbols."""
    text = TOKEN.sub(lambda found: f"({values[found[0]]!r})", text)
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("leaky ReLU", "leaky"),
                         ("ReLU", "relu"), ("σ", "sigma")):  # fmt: skip
        text = text.replace(sign, python)
    return eval(text, {"__builtins__": {}}, FUNCTIONS)


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
@EACH_ACTIVATION
@EACH_SKIP
def test_every_step_says_what_it_computes(depth, activation, skip):
    s = solve(depth=depth, mode="random", seed=3, spread=1.3, activation=activation, skip=skip,
              x=1.2, y=-0.7)  # fmt: skip
    values = tokens(s)
    assert len(s.steps) == model.most_operations(depth) == 5 * depth + 1
    keys = {"x", "y", "J", *(f"{d}{n}{k}" for d in ("", "d") for n in "waz"
                             for k in range(1, depth + 1))}  # fmt: skip
    known = {"x", "y", *(name for name in values if name[0] == "w")}
    for step in s.steps:
        truth = s.J if step.result == "J" else values[step.result]
        assert math.isclose(step.value, truth, rel_tol=1e-10), step
        assert math.isclose(evaluate(step.formula, values), truth, rel_tol=1e-9), step
        assert math.isclose(evaluate(step.numbers, {}), truth, rel_tol=2e-3), step
        used = {name for name in TOKEN.findall(step.formula) if not name.startswith("g′")}
        assert used <= known, f"{step.result} needs {used - known}, which no earlier step found"
        known.add(step.result)
        assert {*step.lit, *step.reused} <= keys and not {*step.lit} & {*step.reused}
    assert known == {name for name in values if not name.startswith("g′")} | {"J"}
    ways = ["forward"] * (2 * depth + 1) + ["backward"] * 3 * depth
    assert [step.way for step in s.steps] == ways


def test_deep_chains_have_no_stepper(lab):
    lab.set(depth=10, operation=51)
    assert "51 of 51" in plain(lab.controls.stepper.words.value)
    lab.depth = 4
    assert lab.operation == 21
    lab.depth = 11
    assert lab.operation == 0 and lab.solution.steps == []
    assert "up to 10 layers" in plain(lab.controls.stepper.words.value)
    with pytest.raises(ValueError, match="operation must be a whole number from 0 to 0"):
        lab.operation = 1


def test_undo_of_a_depth_keeps_the_operation_possible(lab):
    lab.depth = 3
    lab._group = (None, 0.0)
    lab.set(depth=10)
    lab.operation = 40
    lab.undo()
    assert lab.depth == 3 and lab.operation == 16


# --- 4. why a gradient is exactly 0 ---


def reasons(s: Solution) -> list[str]:
    return [s.blocked_by(layer) for layer in range(1, s.state.depth + 1)]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "leaky_relu", "identity"])
def test_a_weight_0_in_the_middle_has_a_gradient_of_its_own(activation):
    s = solve(activation=activation, y=1.0, **weights_each(0.9, 1.1, 0.0, 1.2, 0.8))
    assert s.gradients["w3"] != 0 and s.blocked_by(3) == ""
    assert s.gradients["w1"] == s.gradients["w2"] == 0
    assert s.blocked_by(1) == s.blocked_by(2) == "w₃ = 0"
    if activation == "sigmoid":  # σ(0) = 0.5 goes on
        assert s.gradients["w4"] != 0 != s.gradients["w5"]
    else:
        later = "a₃ = 0 (w₃ = 0), and so is every a after it"
        assert s.blocked_by(4) == s.blocked_by(5) == later


def test_an_input_0():
    relu, sigmoid = (solve(activation=name, x=0.0, y=1.0) for name in ("relu", "sigmoid"))
    assert reasons(relu) == ["x = 0"] * 5 and reasons(sigmoid) == ["x = 0", *[""] * 4]


def test_at_the_minimum_every_gradient_is_0():
    s = solve(activation="identity", w=2.0, y=32.0)
    assert reasons(s) == ["ŷ = y: J is at its minimum"] * 5


def test_a_skip_that_cancels_its_layer():
    s = solve(activation="identity", skip=True, y=1.0, **weights_each(0.5, 0.5, -1.0, 0.5))
    assert s.layers.factor[2] == 0 and s.layers.a[2] == 0
    reason = "1 + g′(z₃)·w₃ = 0: layer 3 takes away what its skip brings"
    assert s.blocked_by(1) == s.blocked_by(2) == reason and s.blocked_by(3) == ""
    assert s.blocked_by(4) == "a₃ = 0 (the layer takes away what its skip brings)"


def test_a_skip_goes_around_a_layer_that_is_off():
    s = solve(activation="relu", skip=True, y=9.0, **weights_each(1.0, 1.0, -1.0, 1.0))
    assert s.states[2] == "off" and "neuron 3 is off" in s.blocked_by(3)
    assert s.blocked_by(1) == s.blocked_by(2) == s.blocked_by(4) == ""


def test_too_small_for_a_float_is_not_a_factor_0():
    s = solve(depth=100, w=1e-5)
    assert s.gradients["w1"] == 0 and s.blocked_by(1) == "the product is too small for a float"
    z = a = 1.0
    logs = []
    for _ in range(100):
        z = 1e-5 * a
        a = 1 / (1 + math.exp(-z))
        logs.append(math.log10(a * (1 - a)))
    expected = math.log10(2 * a) + sum(logs) + 99 * math.log10(1e-5)
    assert math.isclose(s.log10_first, expected, rel_tol=1e-12) and expected < -500
    words = plain(views.map_words(s))
    assert f"log₁₀ |∂J/∂w₁| = −{abs(expected):.0f}, beyond a float" in words


def test_a_saturated_sigmoid_is_not_off():
    s = solve(w=1000.0)
    assert s.layers.slope[0] == 0
    assert "g′(z₅) is too small for a float (z₅ = 1000)" in s.blocked_by(1)


def test_a_reason_is_given_exactly_where_the_gradient_is_0():
    draw = random.Random(5)
    for _ in range(400):
        values = [draw.choice([0.0, 1.0, -1.0, draw.uniform(-2, 2)]) for _ in range(6)]
        s = solve(activation=draw.choice(list(ACTIVATIONS)), skip=draw.random() < 0.5,
                  x=draw.choice([0.0, 1.0, -1.0]), y=draw.choice([0.0, 0.5]),
                  **weights_each(*values))  # fmt: skip
        for layer, reason in enumerate(reasons(s), start=1):
            assert (reason == "") == (s.layers.dJ_dw[layer - 1] != 0)
            check_reason(s, layer, reason)
        assert sorted(k for layers in s.zeros.values() for k in layers) == [
            k for k in range(1, 7) if s.layers.dJ_dw[k - 1] == 0]  # fmt: skip


def check_reason(s: Solution, layer: int, reason: str) -> None:
    """What a reason names is 0, and lies on the way of this gradient."""
    z, a, g = s.layers.z, s.layers.a, [slope(s.state.activation, z) for z in s.layers.z]
    named = [int("".join(str(SUBSCRIPTS.index(c)) for c in digits))
             for digits in re.findall(r"[zaw]([₀-₉]+)", reason)]  # fmt: skip
    if reason.startswith("ŷ = y"):
        assert s.output == s.state.y
    elif reason.startswith("x = 0"):
        assert s.state.x == 0 and (layer == 1 or a[layer - 2] == 0)
    elif reason.startswith("g′("):
        assert named[0] >= layer and g[named[0] - 1] == 0 and z[named[0] - 1] < 0
        assert named[0] == layer or not s.state.skip  # a skip goes around the layers after it
    elif reason.startswith("1 + g′"):
        assert named[0] > layer and 1 + g[named[0] - 1] * s.w[named[0] - 1] == 0
    elif reason.startswith("w"):
        assert named[0] > layer and s.w[named[0] - 1] == 0
    elif reason.startswith("a"):
        assert named[0] < layer and not a[named[0] - 1 : layer - 1].any()
        assert named[0] == 1 or a[named[0] - 2] != 0 or s.state.x == 0
    else:
        assert reason == ""


# --- 5. overflow ---


@pytest.mark.parametrize("activation", ["identity", "relu", "leaky_relu"])
@EACH_SKIP
def test_overflow_names_the_layer(lab, activation, skip):
    lab.set(depth=60, activation=activation, w=1e9, skip=skip)
    size, k = 1.0, 0  # by hand, in whole numbers, which never overflow
    while size * (1e9 + skip) <= sys.float_info.max:
        size, k = size * (1e9 + skip), k + 1
    assert k == 34 and lab.solution.overflow == 35
    words = lab.solution.overflow_words
    assert words.startswith("overflow at layer 35: w₃₅·a₃₄ = 1e9·1")
    assert "overflow at layer 35" in said(lab)
    assert "overflow at layer 35" in plain(lab.controls.blocked.value).lower()
    layers = lab.solution.layers
    assert np.isfinite([layers.z[:34], layers.a[:34]]).all() and math.isinf(layers.z[34])
    for values in (layers.z[35:], layers.a[35:], layers.factor[34:], layers.dJ_dw, layers.dJ_da):
        assert np.isnan(values).all()  # what does not exist is no number
    board = lab.controls.board.value
    assert plain(re.search(r'mlp-mse-now">([^<]*)', board)[1]) == "overflow"
    assert re.search(r'mlp-value-dJ-dw1[^>]*>([^<]*)', board)[1] == "—"


def every_word(lab) -> str:
    parts = [lab.status, lab.error, *(part for part in tree(lab.widget)
                                      if isinstance(part, widgets.HTML))]  # fmt: skip
    return plain(" ".join(part.value for part in parts if "<style>" not in part.value))


def tree(widget) -> list:
    return [widget, *(w for child in getattr(widget, "children", ()) for w in tree(child))]


OVERFLOWS = {
    "first layer": {"activation": "identity", "w": 1e9, "x": 1e9, "depth": 40},
    "short": {"activation": "identity", "mode": "each", "depth": 10, "x": 1e9,
              **dict.fromkeys(OWN, 1e9)},
    "relu": {"activation": "relu", "w": 1e9, "x": 1e9, "depth": 100},
    "negative": {"activation": "relu", "w": 1e9, "x": -1e9, "depth": 100},
    "skip": {"activation": "identity", "w": 1e9, "skip": True, "depth": 50},
    "cancels": {"activation": "leaky_relu", "w": -1e9, "depth": 100},
    "J only": {"activation": "identity", "w": 1e9, "depth": 18},
    "way back": {"activation": "identity", "w": 1e3, "x": 1e-12, "depth": 54},
    "spread": {"activation": "identity", "mode": "random", "spread": 1e9, "depth": 100},
}


@pytest.mark.parametrize("name", OVERFLOWS)
def test_after_an_overflow_nothing_is_nan_and_nothing_fails(new, name):
    lab = new(**OVERFLOWS[name])
    for below in BELOW:
        for view in ("chain", "profiles"):
            lab.set(below=below, view=view)
            assert text_of(lab.error) == ""
            assert not re.search(r"\bnan\b|not a number", every_word(lab), re.IGNORECASE)
    base64_picture = lab.snapshot()
    assert base64_picture.startswith(b"\x89PNG")


def test_the_gradient_may_overflow_alone():
    s = solve(**OVERFLOWS["way back"])
    assert s.overflow is None and math.isfinite(s.J) and s.layers.lost == 1
    assert s.overflow_words.startswith("overflow at layer 1 on the way back")
    assert np.isfinite(s.layers.dJ_dw[1:]).all() and not s.exists
    assert "largest" in views.board(s) and "—" in views.board(s)


def test_J_may_overflow_alone():
    s = solve(activation="identity", w=1e9, depth=18, x=1.0)  # ŷ = 1e162, J = 1e324
    assert s.overflow is None and math.isinf(s.J)
    assert re.search('mlp-mse-now">overflow<', views.board(s))


def test_the_stepper_ends_where_a_number_is_too_large(lab):
    lab.set(activation="identity", x=1e9, y=0.0, **weights_each(*[1e9] * 10))
    assert lab.solution.overflow is None and math.isclose(lab.loss, 1e198, rel_tol=1e-12)
    assert all(math.isfinite(step.value) for step in lab.solution.steps)
    w = dict.fromkeys(OWN, 1e40)  # more than a lab allows, to have it in ten layers
    steps = Solution(replace(lab.state, **w)).steps
    assert [math.isfinite(step.value) for step in steps] == [True] * (len(steps) - 1) + [False]
    assert steps[-1].result == "z₈" and "too large for a float" in steps[-1].says


# --- 6. the map ---


@pytest.mark.parametrize("changes", [
    {"activation": name, "skip": skip, "x": 0.8, "y": 0.3}
    for name in ACTIVATIONS for skip in (False, True)
], ids=str)  # fmt: skip
@pytest.mark.parametrize("mode", ["shared", "random", "each"])
def test_the_map_is_what_single_chains_give(changes, mode):
    state = DeepChainState(mode=mode, depth=10, **{**changes, **{
        name: 0.3 * k - 1.2 for k, name in enumerate(OWN)}})  # fmt: skip
    found = model.make_map(model.map_key(state))
    assert found.log10.shape == (len(found.depths), len(found.scales))
    assert found.depths.tolist() == list(range(1, 11 if mode == "each" else 101))
    draw = random.Random(1)
    for _ in range(25):
        row, column = draw.randrange(len(found.depths)), draw.randrange(len(found.scales))
        scale, depth = float(found.scales[column]), int(found.depths[row])
        single = {"shared": {"w": scale}, "random": {"spread": scale},
                  "each": {n: scale * getattr(state, n) for n in OWN}}[mode]  # fmt: skip
        s = Solution(replace(state, depth=depth, **single))
        gradient = abs(s.gradients["w1"])
        if s.overflow is not None or not 1e-300 < gradient < 1e300:
            assert abs(found.log10[row, column]) > 299
        else:
            assert math.isclose(found.log10[row, column], math.log10(gradient), rel_tol=1e-9,
                                abs_tol=1e-9)  # fmt: skip


@pytest.mark.parametrize("mode", ["shared", "random"])
def test_every_step_of_the_slider_is_a_column_of_the_map(lab, mode):
    lab.mode = mode
    slider = lab.controls.rows["w" if mode == "shared" else "spread"].slider
    scales = model.make_map(model.map_key(lab.state)).scales.tolist()
    steps = np.arange(slider.min, slider.max + slider.step / 2, slider.step)
    assert all(slider.on_step(value) in scales for value in steps)


def test_the_map_is_not_computed_again_for_a_move_of_its_point(lab, monkeypatch):
    first = model.make_map(model.map_key(lab.state))
    lab.set(w=-0.35, depth=33)
    assert model.make_map(model.map_key(lab.state)) is first
    view = views.map_view(lab.state)
    assert view.point == (-0.35, 33) and view.visible
    lab.set(w=4.0)
    assert not views.map_view(lab.state).visible
    assert "outside the map" in plain(lab.controls.words.value)


# --- 7. a click on the map ---


def a_click_inside(lab) -> tuple[dict[str, float], tuple[float, int]]:
    """An event on the map in a page that shows the picture at half its size, and its setting."""
    for share in ((0.4, 0.35), (0.5, 0.5), (0.3, 0.6)):
        found = lab.pictures["map"].share_to_setting(*share)
        if found is not None:
            return {"relativeX": 245 * share[0], "relativeY": 125 * share[1],
                    "boundingRectWidth": 245.0, "boundingRectHeight": 125.0}, found
    raise AssertionError("no place of the picture is on the map")


@pytest.mark.parametrize("mode", ["shared", "random", "each"])
def test_a_click_on_the_map_moves_the_setting(lab, mode):
    lab.set(mode=mode, depth=9)
    before = lab.weights
    event, (scale, depth) = a_click_inside(lab)
    lab.on_map_click(event)
    assert lab.depth == depth and text_of(lab.error) == ""
    scale = round(scale, 2)
    if mode == "each":
        compare("weights", lab.weights, [scale * w for w in before[:depth]], 1e-12)
    else:
        assert getattr(lab, "w" if mode == "shared" else "spread") == scale
    lab.undo()
    assert lab.depth == 9 and lab.weights == before


def test_a_click_elsewhere_does_nothing(lab):
    event, _ = a_click_inside(lab)
    before = lab.state
    lab.on_map_click({**event, "relativeX": 0.0, "relativeY": 0.0})
    assert lab.state is before
    lab.below = "why"
    before = lab.state
    lab.on_map_click(event)
    assert lab.state is before


def test_clicks_come_from_ipyevents_where_it_is_installed(new, monkeypatch):
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
    lab = new()
    (event,) = made
    assert event.options == {"source": lab.lower.image, "watched_events": ["click"]}
    click, (scale, depth) = a_click_inside(lab)
    event.action(click)
    assert (lab.w, lab.depth) == (round(scale, 2), depth)
    del click["boundingRectWidth"], click["boundingRectHeight"]  # as older versions send it
    event.action({name: 2 * pixels for name, pixels in click.items()})
    assert (lab.w, lab.depth) == (round(scale, 2), depth) and text_of(lab.error) == ""
    event.action({})
    assert "KeyError" in text_of(lab.error)
    lab.close()
    assert event.closed


def test_without_ipyevents_there_are_no_clicks(new, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipyevents", None)
    assert new().clicks is None


# --- 8. why backwards ---


@pytest.mark.parametrize("depth", range(1, 7))
@EACH_SKIP
def test_the_products_written_out_are_the_gradients(depth, skip):
    s = solve(depth=depth, mode="random", seed=2, skip=skip, x=0.6, y=-0.4)
    values = tokens(s)
    last = "".join(SUBSCRIPTS[int(c)] for c in str(depth))
    values["∂J/∂ŷ"] = values[f"∂J/∂a{last}"]
    previous = None
    for layer in range(depth, 0, -1):
        factors, count = views.factors_of(layer, depth, skip)
        product = math.prod(value_of(factor, values) for factor in factors)
        assert math.isclose(product, s.gradients[f"w{layer}"], rel_tol=1e-10)
        if previous is None:
            assert count == 0
        else:  # marked is what both have from their beginning, and no more could be
            assert factors[:count] == previous[:count]
            assert factors[count] != previous[count]
        previous = factors
    if depth == 5 and not skip:
        assert len(factors) == 1 + 2 * 5  # the lecture's count for ∂J/∂w₁


def value_of(factor: str, values: dict[str, float]) -> float:
    """A factor of the written products."""
    text = re.sub(r"g′([₀-₉]+)", r"g′(z\1)", factor).replace(")w", ")·w")
    text = text.replace("∂J/∂ŷ", repr(values["∂J/∂ŷ"]))
    return evaluate(text, values)


def test_the_shared_factors_are_marked_not_by_colour_alone():
    text = views.why(DeepChainState(depth=3))
    marked = re.findall(r'<span style="([^"]*)">([^<]*)</span>', text)
    assert [plain(t) for _, t in marked[:2]] == ["∂J/∂ŷ · g′₃", "∂J/∂ŷ · g′₃ · w₃ · g′₂"]
    assert all("underline" in style and "background" in style for style, _ in marked)


@pytest.mark.parametrize("depth", [1, 5, 6, 7, 20, 21, 100])
def test_the_counts_beside_the_products(depth):
    state = DeepChainState(depth=depth)
    with_reuse, without = 3 * depth - 1, depth * (depth + 1)
    text = plain(views.why(state))
    assert f"at depth {depth}: {with_reuse} going back" in text and f", {without} with" in text
    view = views.counts_view(depth, False)
    assert view.present == (depth, with_reuse, without)
    assert view.depths[-1] == (20 if depth <= 20 else 100)
    assert view.with_reuse.tolist() == [3 * d - 1 for d in view.depths]
    assert view.without.tolist() == [d * (d + 1) for d in view.depths]


# --- 9. clipping ---


def test_clipping_keeps_the_direction():
    s = solve(depth=8, mode="random", seed=1, spread=1.6, activation="tanh", tau=0.01)
    view = views.clipping_view(s)
    before = math.sqrt(sum(g * g for g in s.gradients.values()))
    assert math.isclose(view.norm_before, before, rel_tol=1e-12) and before > 0.01
    assert math.isclose(view.norm_after, 0.01, rel_tol=1e-12)
    compare("after", view.after, view.before * (0.01 / before), 1e-12)
    text = plain(views.clipping_words(s))
    assert "cosine of the angle between the two = 1." in text


def test_a_short_gradient_is_not_clipped():
    s = solve(tau=1000.0)
    view = views.clipping_view(s)
    assert (view.after == view.before).all() and view.norm_after == view.norm_before
    assert "stays as it is" in plain(views.clipping_words(s))


def test_a_gradient_0_has_nothing_to_clip():
    assert "nothing to clip" in plain(views.clipping_words(preset("ReLU dead in the middle")))


# --- 10. training ---


def test_training_is_gradient_descent():
    state = DeepChainState(depth=6, mode="random", seed=2, activation="tanh", x=0.9, y=0.4,
                           tau=0.02, learning_rate=0.3, steps=40)  # fmt: skip
    training = Training(state)
    rounds = 0
    while training.advance(7):
        rounds += 1
        assert rounds < 100
    for name, skip, tau in (("plain", False, None), ("skip", True, None),
                            ("clipping", False, 0.02)):  # fmt: skip
        network, J = chain(state.weights, "tanh", skip), []
        for step in gradient_descent(network, [0.9], [0.4], alpha=0.3, steps=40, tau=tau):
            network = step.network
            J.append(step.J)
        way = training.ways[name]
        assert way.J[:-1] == J and len(way.J) == 41 and way.J[-1] < J[0]
        moved = [abs(w.item() - start) for w, start in zip(network.w[1:], state.weights,
                                                          strict=True)]  # fmt: skip
        assert way.moved.tolist() == moved and any(moved)
    assert training.share == 1.0 and "After 40 steps" in training.describe()


def test_how_training_is_sliced_does_not_matter():
    state = DeepChainState(steps=30)
    one, other = Training(state), Training(state)
    while one.advance(1, seconds=0.0):
        pass
    while other.advance(1000):
        pass
    for name in one.ways:
        assert one.ways[name].J == other.ways[name].J


def test_what_diverges_stops_and_the_others_go_on(lab):
    lab.preset("clipping tames it")
    lab.controls.train.click()
    lab.runner.join(WAIT)
    training = lab.training
    assert not training.going and training.ways["plain"].note == "diverged at step 3"
    assert len(training.ways["clipping"].J) == 251
    view = views.training_view(training)
    assert set(view.curves) == set(view.moved) == {"plain", "skip", "clipping"}
    assert "plain: diverged at step 3" in said(lab) and "clipping: J = " in said(lab)
    assert lab.controls.progress.value == 1000 and "Train" in lab.controls.train.description


def test_training_can_be_stopped(lab):
    lab.set(depth=100, steps=1000)
    lab.controls.train.click()
    assert lab.below == "training" and lab.runner.running
    assert "Stop" in lab.controls.train.description
    wait_for(lambda: lab.training.rounds > 0)
    lab.controls.train.click()
    lab.runner.join(WAIT)
    training = lab.training
    rounds = training.rounds
    assert 0 < rounds < 1001 and training.going and said(lab).startswith("Training stopped.")
    assert "Train" in lab.controls.train.description and 0 < lab.controls.progress.value < 1000
    assert lab.training.rounds == rounds


def test_a_change_of_the_setting_stops_the_training(lab):
    lab.set(depth=100, steps=1000, below="training")
    lab.run()
    wait_for(lambda: lab.training is not None and lab.training.rounds > 0)
    lab.set(tau=2.0)
    assert not lab.runner.running and lab.training is None
    assert said(lab).startswith("Training stopped, because the setting has changed.")
    lab.runner.join(WAIT)
    assert lab.training is None and lab.controls.progress.value == 0


@pytest.mark.parametrize("changes", [{"below": "why"}, {"view": "profiles"}, {"operation": 3},
                                     {"skip": True}], ids=str)  # fmt: skip
def test_a_result_stays_while_its_setting_does(lab, changes):
    lab.set(steps=3)
    lab.run()
    lab.runner.join(WAIT)
    training = lab.training
    lab.set(**changes)
    assert lab.training is training is not None
    lab.set(w=1.3)
    assert lab.training is None
    lab.undo()
    assert lab.training is None


def test_a_new_training_is_shown_in_place_of_the_old_one(lab):
    lab.set(steps=2)
    keys = []
    for _ in range(2):
        lab.run()
        lab.runner.join(WAIT)
        ((_, _), (_, (drawing,))) = lab.frames(lab.state, lab.solution)
        keys.append(drawing.key)
    assert keys[0] != keys[1]


# --- 11. setting and seeing ---


def test_one_weight_a_layer_takes_over_what_was_there(lab):
    lab.set(mode="random", depth=8, seed=7)
    before, J = lab.weights, lab.loss
    lab.mode = "each"
    assert lab.weights == before and lab.loss == J
    lab.w3 = 0.25
    assert lab.weights == (*before[:2], 0.25, *before[3:])


def test_one_weight_a_layer_in_a_deep_chain_makes_it_shorter(lab):
    lab.set(mode="random", depth=30)
    before = lab.weights
    lab.controls.choices["mode"].value = "each"
    assert lab.depth == MOST_DRAWN and lab.weights == before[:MOST_DRAWN]
    assert said(lab).startswith("Depth set to 10, the most for one weight a layer.")
    assert lab.controls.rows["depth"].slider.max == MOST_DRAWN
    with pytest.raises(ValueError, match=r"one weight a layer goes up to depth 10, got depth 11"):
        lab.depth = 11
    with pytest.raises(ValueError, match="goes up to depth 10"):
        lab.set(mode="each", depth=11)
    lab.mode = "shared"
    lab.depth = 11


def test_rows_beyond_the_depth_cannot_be_moved(lab):
    lab.set(mode="each", depth=4)
    disabled = [lab.controls.rows[name].slider.disabled for name in OWN]
    assert disabled == [False] * 4 + [True] * 6


def test_deep_chains_are_shown_as_profiles(lab):
    assert lab.canvas.pictures == [lab.chain]
    lab.depth = MOST_DRAWN + 1
    assert lab.canvas.pictures == [lab.profiles] and lab.view == "chain"
    assert "over 10 layers: profiles" in views.profiles_title(lab.state)
    lab.depth = MOST_DRAWN
    assert lab.canvas.pictures == [lab.chain] and "profiles" not in views.profiles_title(lab.state)
    lab.view = "profiles"
    assert lab.canvas.pictures == [lab.profiles]
    sizes = {(p.width, p.height) for p in (lab.chain, lab.profiles)}
    assert sizes == {(828, 250)}
    assert {(p.width, p.height) for p in lab.pictures.values()} == {(490, 250)}


@pytest.mark.parametrize(("name", "bad", "words"), [
    ("depth", 0, "depth must be a whole number from 1 to 100, got 0"),
    ("depth", 2.5, "depth must be a whole number from 1 to 100, got 2.5"),
    ("depth", math.nan, "depth must be a number"), ("depth", True, "depth must be a number"),
    ("seed", 1000, "seed must be a whole number from 0 to 999"),
    ("steps", 0, "steps must be a whole number from 1 to 1000"),
    ("spread", -0.1, "the spread must not be negative"), ("tau", 0.0, "must be positive"),
    ("learning_rate", 0.0, "must be positive"), ("w", 2e9, "w must be a number from −1e9 to 1e9"),
    ("w10", math.inf, "w10 must be a number"), ("x", "1", "x must be a number"),
    ("activation", "softmax", "unknown activation"), ("mode", "none", "unknown way"),
    ("view", "map", "unknown view"), ("below", "chain", "unknown picture"),
    ("skip", 1, "skip must be True or False"), ("operation", 27, "from 0 to 26"),
])  # fmt: skip
def test_what_is_not_allowed_is_said_in_one_sentence(lab, name, bad, words):
    before = lab.state
    with pytest.raises(ValueError, match=re.escape(words)):
        setattr(lab, name, bad)
    with pytest.raises(ValueError, match=re.escape(words)):
        DeepChainLab(**{name: bad})
    assert lab.state is before


def test_an_unknown_name_is_refused(lab):
    with pytest.raises(ValueError, match="unknown field 'weight'"):
        lab.set(weight=1.0)
    with pytest.raises(AttributeError):
        lab.weigth = 1.0
    with pytest.raises(ValueError, match="unknown preset"):
        lab.preset("nothing")


def test_the_board_shows_the_numbers(lab):
    for seed in range(5):
        lab.set(mode="random", seed=seed, depth=3 + 4 * seed)
        board = lab.controls.board.value

        def shown(css, board=board):
            return re.search(rf'{css}[^>]*">([^<]*)<', board)[1]

        sizes = [abs(g) for g in lab.gradients.values()]
        expected = {
            "mlp-mse-now": lab.loss, "mlp-value-output": lab.solution.output,
            "mlp-value-dJ-dw1": lab.gradients["w1"],
            "mlp-value-largest": max(sizes), "mlp-value-smallest": min(sizes),
        }  # fmt: skip
        for css, value in expected.items():
            assert abs(read(shown(css)) - value) <= 1.001 * half_a_digit(shown(css)), css


def test_repr_rebuilds_the_lab(new):
    draw = random.Random(2)
    for _ in range(6):
        mode = draw.choice(["shared", "each", "random"])
        lab = new(
            mode=mode, depth=draw.randint(1, 10 if mode == "each" else 100),
            activation=draw.choice(list(ACTIVATIONS)), w=draw.uniform(-2, 2), x=draw.uniform(-2, 2),
            w4=draw.uniform(-2, 2), seed=draw.randint(0, 999), spread=draw.uniform(0, 2),
            y=draw.uniform(-2, 2), skip=draw.random() < 0.5, tau=draw.uniform(0.1, 2),
            below=draw.choice(list(BELOW)), steps=draw.randint(1, 1000),
        )  # fmt: skip
        again = eval(repr(lab), {"DeepChainLab": DeepChainLab})
        assert again.state == lab.state and again.snapshot() == lab.snapshot()
        again.close()


def test_numbers_of_numpy_are_taken_as_plain_ones(new):
    lab = new(depth=np.int64(4), w=np.float32(0.5), steps=7.0)
    assert type(lab.depth) is int and type(lab.steps) is int
    assert "np." not in repr(lab) and "w=0.5" in repr(lab)


def test_what_says_the_layers():
    assert views.layers_text([3]) == "w₃" and views.layers_text([4, 3]) == "w₃, w₄"
    assert views.layers_text([1, 2, 3, 5, 7, 8, 10, 9]) == "w₁ … w₃, w₅, w₇ … w₁₀"


def test_a_closed_lab_leaves_no_widget_behind(monkeypatch):
    before = live_widgets()
    lab = DeepChainLab(scale=0.5, mode="each", depth=7, below="training")
    lab.mode, lab.below = "random", "why"
    lab.run()
    lab.close()
    lab.runner.join(WAIT)
    assert live_widgets() == before and run_threads() == []


# --- 12. from code ---


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


def test_a_deep_chain_is_shortened_for_weights_of_their_own(lab):
    lab.set(depth=20, w=0.5)
    lab.w3 = 0.0
    assert lab.depth == 10 and lab.weights == (0.5, 0.5, 0.0, *[0.5] * 7)
    assert "Depth set to 10" in text_of(lab.status)


def test_learn_trains_to_the_end(lab):
    lab.set(steps=30)
    training = lab.learn()
    assert lab.below == "training" and lab.training is training and not training.going
    assert [way.taken for way in training.ways.values()] == [30, 30, 30]
    assert lab.controls.progress.value == 1000 and "After 30 steps" in text_of(lab.status)
    again = lab.learn()
    assert again is not training
    for name, way in again.ways.items():
        assert way.J == training.ways[name].J and (way.moved == training.ways[name].moved).all()
