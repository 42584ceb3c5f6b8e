"""The proof that the house carries: a lab of a few lines gets all that a lab has.

The lab is in example_lab.py. The tests of test_labs.py, test_lab_descent.py, test_share.py,
test_present.py and others run on it as on the labs of the lectures; what it gets is listed here.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import ipywidgets as widgets
import pytest
from any_state import examples
from example_lab import ExampleLab, ExampleState
from lab_tools import KINDS, find, of_kind, text_of, tree, with_class

from mlp_widgets.fields import PARAMETER, Choice, Number, Place, declared

SOURCE = Path(__file__).with_name("example_lab.py").read_text(encoding="utf-8")
MOST_LINES = 60


@pytest.fixture
def lab(kept):
    return kept("example")


def test_it_is_defined_in_so_few_lines():
    """All of the file counts, its imports too; only empty lines do not."""
    assert sum(bool(line.strip()) for line in SOURCE.splitlines()) <= MOST_LINES
    assert max(map(len, SOURCE.splitlines())) <= 100


def test_it_is_a_lab_of_its_own():
    """Three numbers and a rate, one choice, a small network, one picture; no other method."""
    own = declared(ExampleState)
    numbers = [n for n, of in own.items() if type(of) is Number and n != "learning_rate"]
    assert len(numbers) == 3 and sum(type(of) is Choice for of in own.values()) == 1
    (lab,) = (node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.ClassDef)
              and node.name == "ExampleLab")
    assert [node for node in lab.body if isinstance(node, ast.FunctionDef)] == []
    assert KINDS["example"] is ExampleLab


def test_constructor_attributes_and_documentation():
    assert list(inspect.signature(ExampleLab).parameters) == [*declared(ExampleState), "scale"]
    assert "activation (default 'relu'): one of relu, tanh, sigmoid" in ExampleLab.__doc__
    assert isinstance(ExampleLab.w1, property) and ExampleLab.w1.__doc__


def test_controls_with_names_and_keyboard_steps(lab):
    for name, of in declared(ExampleState).items():
        if type(of) is Number:
            box, slider = find(lab, f"mlp-box-{name}"), find(lab, f"mlp-slider-{name}")
            assert box.description == of.symbol
            slider.set_state({"value": slider.value + 1})  # an arrow key
            assert getattr(lab, name) == slider.number == pytest.approx(box.number, rel=1e-3)
    assert find(lab, "mlp-activation").description == "activation"
    texts = [button.description for button in of_kind(lab, widgets.Button)]
    assert [text for text in texts if text != "Load" and not text.endswith((" up", " down"))] == [
        "Undo", "Reset", "neuron off", "◂ Back", "Next ▸", "▶ Play", "Replay", "Step", "10 steps",
        "▶ Run", "Rewind"]


def test_gradients_beside_the_sliders_and_the_reason_for_a_zero(lab):
    shown = next(w for w in tree(lab.widget) if "mlp-gradients" in w._dom_classes)
    assert "∂J/∂w₁ = +4.80: J falls when w₁ shrinks." in text_of(shown)
    lab.preset("off")
    assert text_of(lab.status) == "Preset off. J = 1. No update for w₁, w₂."
    assert lab.why_zero("w1") == "neuron 1 is off (z₁₁ = −1 < 0)"


def test_stepper_descent_undo_sharing_present_mode(lab):
    find(lab, "mlp-next").click()
    assert "1 of 11, forwardz₁₁ = w₁ · x = 0.6 · 2 = 1.2" in text_of(lab.stepper.words).replace(
        "\u2003", "").replace("x= ", "x = ")
    find(lab, "mlp-step").click()
    assert lab.w1 == pytest.approx(0.6 - 0.01 * 4.8) and len(lab.path) == 2
    find(lab, "mlp-undo").click()
    assert lab.w1 == 0.6
    find(lab, "mlp-share").value = True
    assert find(lab, "mlp-share-call").value == repr(lab) and lab.code.startswith("ExampleLab.1.")
    find(lab, "mlp-present").value = True
    assert "mlp-presenting" in lab.widget._dom_classes


def test_words_and_a_stored_picture(lab):
    data, about = lab._repr_mimebundle_()
    assert about["image/png"]["alt"] == "J = 0.64. The output ŷ over x. At x = 2: ŷ = 1.8."
    assert data["image/png"] and data["text/plain"] == "ExampleLab(scale=0.5)"
    assert with_class(tree(lab.widget), "mlp-picture-curve")


def test_the_examples_of_values_fit_all_fields():
    for name, of in declared(ExampleState).items():
        assert [of.check(value) for value in examples(name, of)]
    assert [n for n, of in declared(ExampleState).items() if of.role is PARAMETER] == ["w1", "w2"]
    assert isinstance(declared(ExampleState)["operation"], Place)
