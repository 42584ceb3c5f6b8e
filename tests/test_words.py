"""What pictures say in words: the numbers of the state, found again without the code that wrote."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_labs import EACH_LAB, SLIDERS, canvases, of_kind
from test_panel import text_of

from mlp_widgets import LABS, DeepChainLab, OneNeuronLab, ThreeNeuronLab, TwoHiddenLab
from mlp_widgets.drawing.numbers import SUBSCRIPTS, number
from mlp_widgets.drawing.picture import View
from mlp_widgets.lectures.polls import lecture_poll

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
READ_AS = str.maketrans("−∞₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "-i01234567890123456789")


def after(text: str, name: str) -> float:
    """The number that stands behind ``name`` for the first time, small digits as large ones."""
    number = r"(?: =)? ([-+]?[\d.]+(?:e-?\d+)?)"
    found = re.search(re.escape(name) + number, text.translate(READ_AS))
    assert found, f"no {name} in {text}"
    return float(found[1].rstrip("."))


def close_to(value: float):
    """Four digits are written."""
    return pytest.approx(value, rel=6e-4, abs=1e-300)


@EACH_LAB
def test_every_picture_has_a_name_and_words_that_follow(name, make):
    lab = make(name)
    for canvas in canvases(lab):
        assert len(canvas.image.tooltip) > 10 and canvas.image.description == ""
        assert "mlp-words" in canvas.words._dom_classes
        assert canvas.widget.children == (canvas.image, canvas.words)
    before = [canvas.words.value for canvas in canvases(lab)]
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    assert [canvas.words.value for canvas in canvases(lab)] != before
    assert text_of(lab.error) == ""


@EACH_LAB
def test_a_stored_picture_has_its_words_beside_it(name, make):
    lab = make(name)
    alt = lab._repr_mimebundle_()[1]["image/png"]["alt"]
    assert alt == lab.words and alt.startswith(lab.describe())
    assert all(text_of(canvas.words) in alt for canvas in canvases(lab))


def test_a_question_is_its_own_words():
    poll = lecture_poll(4)
    assert poll._repr_mimebundle_()[1]["image/png"]["alt"] == poll.words
    assert poll.question in poll.words and all(t in poll.words for t in poll.choices.values())
    poll.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_no_stored_picture_lacks_words(path):
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = output["metadata"].get("image/png", output["metadata"]).get("alt", "")
                assert len(alt) > 40, cell["source"]


def test_every_view_has_words_of_its_own():
    kinds = [kind for kind in View.__subclasses__() if kind.__module__.startswith("mlp_widgets")]
    assert len(kinds) == 14 and all("words" in vars(kind) for kind in kinds)


NUMBERS = st.floats(-3, 3).map(lambda v: round(v, 2))


@pytest.fixture(scope="module")
def chain():
    lab = DeepChainLab(scale=0.25)
    yield lab
    lab.close()


@given(depth=st.integers(1, 10), w=NUMBERS, skip=st.booleans(), name=st.sampled_from(
    ("sigmoid", "tanh", "relu", "identity")))
def test_the_chain_says_its_numbers_layer_by_layer(chain, depth, w, skip, name):
    chain.set(depth=depth, w=w, skip=skip, activation=name)
    layers = re.findall(r"Layer (\d+)( \(grey\))?: ([^;]*)", chain.words)
    assert [int(layer[0]) for layer in layers] == [*range(1, depth + 1)]
    found = chain.solution.layers
    for k, (_, grey, text) in enumerate(layers):
        assert after(text, "w") == w
        assert after(text, "z") == close_to(found.z[k])
        assert after(text, "a") == close_to(found.a[k])
        assert after(text, "∂J/∂w") == close_to(chain.gradients[f"w{k + 1}"])
        assert after(text, "∂J/∂a") == close_to(found.dJ_da[k])
        assert bool(grey) == (found.slope[k] == 0)


def test_a_deep_chain_says_its_profiles_and_an_overflow(chain):
    chain.set(depth=40, w=1.5, skip=False, activation="identity")
    words = chain.words
    assert "The numbers of layer 1, 21, 40." in words and "without skips" in words
    plain = re.search(r"Without skips: (.*?)\. With", words)[1]
    assert after(plain, "a") == close_to(1.5)
    wanted = ", ".join(number(1.5**k) for k in (1, 21, 40))
    assert f"a {wanted}; local factor 1.5, 1.5, 1.5" in plain
    chain.set(depth=60, w=1e9, activation="relu")
    assert "none" in chain.words and "not a number" not in chain.words
    chain.reset()


def test_the_other_pictures_of_the_chain(chain):
    chain.set(depth=5, below="why")
    assert "at depth 5: 14 with reuse, 30 without" in chain.words
    chain.set(depth=20, activation="identity", w=1.5, below="clipping", tau=2)
    length = np.sqrt(np.sum(np.square([*chain.gradients.values()])))
    assert f"‖∇J‖ = {number(length)} > τ = 2" in chain.words and "Length 2 after" in chain.words
    chain.set(tau=1e8)
    assert "nothing is clipped" in chain.words
    chain.set(below="map")
    log10 = chain._below(chain.state, chain.solution).view().log10
    share = 100 * ((log10 < -6) & np.isfinite(log10)).mean()
    assert f"{number(share, 3)} percent of the map is below 1e−6" in chain.words
    assert "Now at 1.5, depth 20." in chain.words
    chain.set(below="training", learning_rate=1e-3, depth=3, steps=5)
    assert "Training: not begun." in chain.words
    chain.learn()
    chain.runner.join(60)
    J = chain.training.ways["plain"].J
    said = text_of(chain.lower.words)
    assert f"with skips: J from {number(chain.training.ways['skip'].J[0])}" in said
    assert f"plain: J from {number(J[0])} in {len(J) - 1} steps to {number(J[-1])}" in said
    chain.reset()


@pytest.fixture(scope="module")
def neuron():
    lab = OneNeuronLab(scale=0.25)
    yield lab
    lab.close()


@given(w=NUMBERS, x=NUMBERS, y=NUMBERS)
def test_one_neuron(neuron, w, x, y):
    lab = neuron
    lab.set(w=w, x=x, y=y, activation="relu")
    lab.rewind()
    words = lab.words.split("The activation")[1]
    assert after(words, "At z =") == close_to(w * x)
    assert after(words, "g") == close_to(max(w * x, 0))
    assert after(words, "L") == close_to((max(w * x, 0) - y) ** 2)
    assert after(words, "∂L/∂w") == close_to(2 * (max(w * x, 0) - y) * x * (w * x >= 0))
    assert "The path" not in words
    lab.step(3)
    assert lab.w == w or f"w from {number(w)} to {number(lab.w)}" in lab.words


def test_three_neurons():
    lab = ThreeNeuronLab(scale=0.25, rivals=["line"])
    points = lab.state.data
    worst = points.x[np.argmax(np.abs(lab.solution.y_hat - points.y))]
    fit = lab.words.split("The fit")[1]
    assert f"The largest error is at x = {number(worst)}." in fit and "Also drawn: line" in fit
    assert after(fit, "Neuron 1 switches at x") == close_to(5.9 / 0.4)
    assert after(fit, "Neuron 2 switches at x") == close_to(5.2 / 0.6)
    assert "z₁₁ = −2.7, a₁₁ = 0 (grey)" in fit and "w₂₁ = −1 (grey)" in fit
    lab.set(w11=0, b11=-1)
    assert "a₁₁ = 0 (dead)" in lab.words and "Neuron 1 switches" not in lab.words
    lab.set(view="landscape")
    lab.step(5)
    words = lab.words.split("J over")[1]
    assert after(words, "lowest at w₁₁".translate(SUBSCRIPTS).translate(READ_AS)) <= 2
    start, end = (number(lab.path[k][1]) for k in (0, -1))
    assert f"The path: 5 steps, J from {start} to {end}." in words
    lab.close()


def test_two_hidden_neurons():
    lab = TwoHiddenLab(scale=0.25)
    assert "∂L/∂z₂¹ = 0 (dead)" in lab.words and "no step yet" in lab.words
    assert "w₂¹ = −1, ∂L/∂w₂¹ = 0 (grey)" in lab.words and "skip: +1" not in lab.words
    lab.step(4)
    assert "after 4 steps from 1 to" in lab.words and "Never moved: w₂¹, w₂²." in lab.words
    lab.set(skip="a", below="beside")
    assert "from z₂¹ to g: skip: +1" in lab.words
    assert "The same weights, plain (no skip)." in lab.words and "∂L/∂z² = " in lab.words
    lab.close()


def test_a_long_descent_is_told_from_its_start():
    lab = OneNeuronLab(w=1.5, learning_rate=1e-4, scale=0.25)
    lab.step(1001)
    assert f"w from 1.5 to {number(lab.w)}" in lab.words
    lab.close()
    lab = TwoHiddenLab(learning_rate=1e-4, scale=0.25)
    start = number(lab.loss)
    lab.step(1001)
    assert f"after 1001 steps from {start} to {number(lab.loss)}" in lab.words
    lab.close()


def test_after_a_run_the_words_are_those_of_its_end():
    lab = TwoHiddenLab(scale=0.25)
    before = lab.canvas.words.value
    with lab.moving():
        lab.step(3)
    assert lab.canvas.words.value == before
    lab.run()
    lab.pause()
    lab.runner.join(20)
    lab.pause()
    assert text_of(lab.canvas.words) in lab.words and lab.canvas.words.value != before
    lab.close()


def test_a_map_without_extremes_is_told_too(chain):
    chain.set(depth=5, w=1, activation="sigmoid", skip=True, below="map")
    assert "All of the map is between 1e−6 and 1e6." in chain.words
    chain.reset()


def test_a_wide_network():
    lab = LABS["wide_network"](scale=0.25, depth=4, width=9, seeds=3)
    words = lab.words.split("Mean of")[1]
    assert words.startswith(" 3 draws.")
    assert f"He: {number(lab.variance[0], 3)} in layer 0, {number(lab.variance[-1], 3)} in" in words
    gradient = lab.gradient_norms
    assert f"{number(gradient[0], 3)} in layer 1, {number(gradient[-1], 3)} in layer 5" in words
    assert "a in layer 4 of 4, first draw" in words
    lab.set(init="zeros", compare="none")
    assert "Length of the gradient, zeros: 0 in layer 1, 0 in layer 5" in lab.words
    lab.set(depth=50, width=200, init="large", large=1e30)
    assert "overflow in layer 50" in lab.words
    lab.close()
