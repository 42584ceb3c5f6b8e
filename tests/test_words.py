"""What pictures say in words: the numbers of the state, found again without the code that wrote."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import EACH_LAB_MUCH, KINDS, SLIDERS, of_kind, text_of

from mlp_widgets.drawing.picture import Scene
from mlp_widgets.lectures.deep_chain import numbers as chain
from mlp_widgets.lectures.deep_chain import scenes as chain_scenes
from mlp_widgets.lectures.deep_chain.training import Training
from mlp_widgets.lectures.one_neuron import numbers as neuron
from mlp_widgets.lectures.one_neuron import scenes as neuron_scenes
from mlp_widgets.lectures.polls import lecture_poll
from mlp_widgets.lectures.three_neuron import numbers as three
from mlp_widgets.lectures.three_neuron import scenes as three_scenes
from mlp_widgets.lectures.two_hidden import numbers as two
from mlp_widgets.lectures.two_hidden import scenes as two_scenes
from mlp_widgets.text import SUBSCRIPTS, SUPERSCRIPTS, number
from mlp_widgets.widgets.look import look

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
READ_AS = {ord("−"): "-", **{small: chr(large) for table in (SUBSCRIPTS, SUPERSCRIPTS)
                             for large, small in table.items()}}
NUMBERS = st.floats(-3, 3).map(lambda v: round(v, 2))
FEW = settings(max_examples=25)


def after(text: str, name: str) -> float:
    """The number that stands behind ``name`` for the first time, small digits as large ones."""
    pattern = re.escape(name.translate(READ_AS)) + r"(?: =)? ([-+]?[\d.]+(?:e-?\d+)?)"
    found = re.search(pattern, text.translate(READ_AS))
    assert found, f"no {name} in {text}"
    return float(found[1].rstrip("."))


def close_to(value: float):
    """Four digits are written."""
    return pytest.approx(value, rel=6e-4, abs=1e-300)


# --- every lab ---


@EACH_LAB_MUCH
def test_words_of_the_pictures_follow_a_move(name, make):
    lab = make(name, scale=0.25)
    assert all("mlp-words" in canvas._words._dom_classes for canvas in lab.canvases.values())
    assert all(len(canvas.image.tooltip) >= 7 for canvas in lab.canvases.values())
    before = {name: canvas._words.value for name, canvas in lab.canvases.items()}
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    after = {name: canvas._words.value for name, canvas in lab.canvases.items()}
    for name, canvas in lab.canvases.items():
        if canvas.slot.is_shown(lab.state):
            assert after[name] == html.escape(canvas.words, quote=True) != "", name
    assert any(before[name] != after[name] for name in before)


def test_every_scene_has_words_of_its_own():
    assert KINDS  # they are loaded, and with them their pictures
    kinds = [kind for kind in Scene.__subclasses__() if kind.__module__.startswith("mlp_widgets")]
    assert len(kinds) >= 17 and all("words" in vars(kind) for kind in kinds)


def test_a_question_is_its_own_words():
    poll = lecture_poll(4)
    assert poll._repr_mimebundle_()[1]["image/png"]["alt"] == poll.words
    assert poll.question in poll.words and all(t in poll.words for t in poll.choices.values())
    poll.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_no_stored_picture_lacks_words(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = output["metadata"].get("image/png", output["metadata"]).get("alt", "")
                a_part = ".part(" in "".join(cell["source"])  # may be a single slider
                assert len(alt) > (20 if a_part else 40), cell["source"]


# --- the deep chain ---


def chain_of(**changes) -> chain.Numbers:
    return chain.Numbers(chain.DeepChainState(**changes))


@FEW
@given(depth=st.integers(1, 10), w=NUMBERS, skip=st.booleans(), name=st.sampled_from(
    ("sigmoid", "tanh", "relu", "identity")))
def test_the_chain_says_its_numbers_layer_by_layer(depth, w, skip, name):
    numbers = chain_of(depth=depth, w=w, skip=skip, activation=name)
    layers = re.findall(r"Layer (\d+)( \(grey\))?: ([^;]*)", chain_scenes.chain(numbers).words())
    assert [int(layer[0]) for layer in layers] == [*range(1, depth + 1)]
    found = numbers.layers
    for k, (_, grey, text) in enumerate(layers):
        assert after(text, "w") == w
        assert after(text, "z") == close_to(found.z[k])
        assert after(text, "a") == close_to(found.a[k])
        assert after(text, "∂J/∂w") == close_to(found.dJ_dw[k])
        assert after(text, "∂J/∂a") == close_to(found.dJ_da[k])
        assert bool(grey) == (found.slope[k] == 0)


def test_a_deep_chain_says_its_profiles_and_an_overflow():
    words = chain_scenes.profiles(chain_of(depth=40, w=1.5, activation="identity",
                                           skip=True)).words()
    assert "The numbers of layer 1, 21, 40. With skips: " in words
    plain = words.split(" The same without: ")[1]
    wanted = ", ".join(number(1.5**k) for k in (1, 21, 40))
    assert f"a {wanted}; local factor 1.5, 1.5, 1.5" in plain
    words = chain_scenes.profiles(chain_of(depth=60, w=1e9, activation="relu")).words()
    assert "none" in words and "not a number" not in words


def test_the_other_pictures_of_the_chain():
    assert "at depth 5: 14 with reuse, 30 without" in chain_scenes.counts(chain_of()).words()
    clipped = chain_of(depth=20, activation="identity", w=1.5, max_norm=2)
    length = np.sqrt(np.sum(np.square(clipped.layers.dJ_dw)))
    words = chain_scenes.clipping(clipped).words()
    assert f"‖∇J‖ = {number(length)} > τ = 2" in words and "Length 2 after" in words
    words = chain_scenes.clipping(chain_of(max_norm=1e8)).words()
    assert "nothing is clipped" in words
    scene = chain_scenes.depth_map(clipped)
    share = 100 * ((scene.log10 < -6) & np.isfinite(scene.log10)).mean()
    assert f"{number(share, 3)} percent of the map is below 1e−6" in scene.words()
    assert "Now at 1.5, depth 20." in scene.words()
    words = chain_scenes.depth_map(chain_of(w=1, skip=True)).words()
    assert "All of the map is between 1e−6 and 1e6." in words


def test_the_training_of_the_chain():
    numbers = chain_of(learning_rate=1e-3, depth=3, steps=5)
    assert "Training: not begun." in chain_scenes.training(numbers, None).words()
    found = Training(numbers.state)
    while found.advance(10):
        pass
    said, J = chain_scenes.training(numbers, found).words(), found.ways["plain"].J
    assert f"with skips: J from {number(found.ways['skip'].J[0])}" in said
    assert f"plain: J from {number(J[0])} in {len(J) - 1} steps to {number(J[-1])}" in said


# --- the other labs ---


@FEW
@given(w=NUMBERS, x=NUMBERS, y=NUMBERS)
def test_one_neuron(w, x, y):
    numbers = neuron.Numbers(neuron.OneNeuronState(w=w, x=x, y=y, activation="relu"))
    words = neuron_scenes.activation(numbers).words()
    assert after(words, "At z =") == close_to(w * x)
    assert after(words, "g") == close_to(max(w * x, 0))
    words = neuron_scenes.loss(numbers, [({"w": w}, numbers.loss)]).words()
    assert after(words, "L") == close_to((max(w * x, 0) - y) ** 2)
    assert after(words, "∂L/∂w") == close_to(2 * (max(w * x, 0) - y) * x * (w * x >= 0))
    assert "The path" not in words
    words = neuron_scenes.loss(numbers, [({"w": w + 1}, 7.0), ({"w": w}, numbers.loss)]).words()
    assert f"w from {number(w + 1)} to {number(w)}, L from 7 to {number(numbers.loss)}" in words


def test_three_neurons():
    numbers = three.Numbers(three.ThreeNeuronState(compare=["line"]))
    fit, points = three_scenes.fit(numbers).words(), numbers.state.data
    worst = points.x[np.argmax(np.abs(numbers.y_hat - points.y))]
    assert f"The largest error is at x = {number(worst)}." in fit and "Also drawn: line" in fit
    assert after(fit, "Neuron 1 switches at x") == close_to(5.9 / 0.4)
    assert after(fit, "Neuron 2 switches at x") == close_to(5.2 / 0.6)
    diagram = three_scenes.diagram(numbers).words()
    assert "z₁₁ = −2.7, a₁₁ = 0 (grey)" in diagram and "w₂₁ = −1 (grey)" in diagram
    numbers = three.Numbers(three.ThreeNeuronState(w11=0, b11=-1))
    assert "a₁₁ = 0 (dead)" in three_scenes.diagram(numbers).words()
    assert "Neuron 1 switches" not in three_scenes.fit(numbers).words()


def test_a_landscape():
    numbers = three.Numbers(three.ThreeNeuronState())
    here = (numbers.state.parameters, numbers.loss)
    words = three_scenes.landscape(numbers, [here]).words()
    assert "No step yet." in words and after(words, "now at w₁₁") == numbers.state.w11
    across, up, J = numbers.landscape()
    row, column = np.unravel_index(np.argmin(J), J.shape)
    assert after(words, "lowest at w₁₁") == close_to(across[column])
    assert f"b₁₁ = {number(up[row])}, J = {number(J.min())};" in words


def test_two_hidden_neurons():
    def said(scene, **changes):
        return scene(two.Numbers(two.TwoHiddenState(**changes))).words()

    diagram = said(two_scenes.diagram)
    assert "∂L/∂z₂¹ = 0 (dead)" in diagram and "skip: +1" not in diagram
    assert "w₂¹ = −1, ∂L/∂w₂¹ = 0 (grey)" in diagram
    assert "from z₂¹ to g: skip: +1" in said(two_scenes.diagram, skip="a")
    beside = said(two_scenes.beside, skip="a")
    assert "The same weights, plain (no skip)." in beside and "∂L/∂z² = " in beside


def test_the_curves_of_a_descent():
    numbers = two.Numbers(two.TwoHiddenState())
    now = numbers.state.parameters
    assert "no step yet" in two_scenes.curves(numbers, [(now, 1.0)]).words()
    path = [({**now, "w1_1": now["w1_1"] - k, "w1_2": now["w1_2"] + k}, 1.0 + k) for k in (4, 2, 0)]
    words = two_scenes.curves(numbers, path).words()
    assert "after 2 steps from 5 to 1" in words and "Never moved: w₂¹, w₂²." in words


@pytest.mark.parametrize(("scene", "numbers", "name"), [
    (neuron_scenes.loss, neuron.Numbers(neuron.OneNeuronState()), "w"),
    (two_scenes.curves, two.Numbers(two.TwoHiddenState()), "w1_1"),
    (three_scenes.landscape, three.Numbers(three.ThreeNeuronState()), "w11"),
])
def test_a_long_descent_is_told_from_its_start(scene, numbers, name):
    now = numbers.state.parameters
    path = [({**now, name: now[name] + k}, 3.0 + k) for k in range(1500, 0, -1)] + [(now, 3.0)]
    words = scene(numbers, path).words()
    assert "from 1503 to 3" in words
    if name == "w":
        assert "w from 1502 to 1.5" in words
    else:
        assert "1500 steps" in words


# --- a minus is a minus ---

HYPHEN = re.compile(r"(?<![\w)\]])-\d")
"""A hyphen as the sign of a number, not in a range or a name such as 784-300-100-10."""
CODE = re.compile(r"\w+Lab\(|\w+Fit\(")
"""What Python is to read back."""


def hyphens(texts) -> list[str]:
    return [text for text in texts if HYPHEN.search(text) and not CODE.match(text)]


def words_of_pictures(lab) -> list[str]:
    """What the pictures in view would say, which nobody draws."""
    slots = [slot for slot in lab.slots if slot.is_shown(lab.state)]
    return [slot.sentence(lab.state) or slot.scene_of(lab.state)(
        lab.numbers, *([lab.progress.value] if slot.progress else [])).words() for slot in slots]


@EACH_LAB_MUCH
def test_no_lab_writes_a_hyphen_for_a_minus(name, unseen):
    lab = unseen(name)
    for preset in (None, *lab.presets):
        if preset is not None:
            lab.preset(preset)
        steps = lab.stepper.steps(lab.numbers) if lab.stepper else []
        boxes = [text_of(box) for box in of_kind(lab, widgets.HTML) if box is not look()]
        rows = [text for row in lab.table_rows() for text in row]
        said = [lab.in_words(), *words_of_pictures(lab), *map(str, steps)]
        assert hyphens([*said, *boxes, *rows]) == [], preset


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_no_stored_output_writes_a_hyphen_for_a_minus(path):
    texts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            texts += [*output.get("text", []), *output.get("data", {}).get("text/plain", [])]
            texts.append(output.get("metadata", {}).get("image/png", {}).get("alt", ""))
    assert hyphens(texts) == []


def test_a_hyphen_before_a_number_is_found():
    assert hyphens(["x = -3", "x = −3", "784-300-100-10", "OneNeuronLab(w=-1.0)", "(-0.5)"]) == [
        "x = -3", "(-0.5)"]
