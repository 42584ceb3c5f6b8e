"""Numbers to predict and answers that wait: nothing is told before somebody asks."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest
from helpers import live_widgets, text_of

from mlp_widgets import OneNeuronLab, answer, nearest, predict
from mlp_widgets.widgets.answer import Folded, folded

KINKS = {"kink of neuron 1, x": 14.75, "kink of neuron 2, x": 26 / 3}


@pytest.fixture
def asked():
    made = predict(KINKS)
    yield made
    made.close()


def verdicts(asked) -> list[str]:
    return [text_of(box.verdict) for box in asked.boxes.values()]


def type_in(asked, *texts: str) -> None:
    for box, text in zip(asked.boxes.values(), texts, strict=True):
        box.field.value = text


# --- predict ---


def test_nothing_is_told_before_it_is_asked_for(asked):
    assert verdicts(asked) == ["", ""]
    data, _ = asked._repr_mimebundle_()
    before, _, after = str(data["text/html"]).partition("<details>")
    assert "14.75" not in before and "14.75" in after
    asked.check_button.click()
    assert verdicts(asked) == ["", ""]
    assert text_of(asked.error) == "type a number into a box first"


@pytest.mark.parametrize("typed, said", [
    ("14.75", "✓ Right: 14.75."), ("14,75", "✓ Right: 14.75."), ("14.7", "✓ Right: 14.75."),
    ("14", "✗ 14 is too low by 0.75 (5.1 %)."), ("−14.75", "✗ −14.75 is right but for its sign."),
    ("abc", "'abc' is no number: write one such as 1234.5 or 1.2e3"),
])
def test_a_number_is_judged_beside_its_box(asked, typed, said):
    type_in(asked, typed, "")
    asked.check_button.click()
    assert verdicts(asked) == [said, ""]
    assert asked.boxes["kink of neuron 1, x"].field.value == typed, "what was typed stays"


def test_enter_checks(asked):
    type_in(asked, "1", "8.667")
    box = asked.boxes["kink of neuron 2, x"]
    box.field._handle_custom_msg({"event": "submit"}, [])
    assert verdicts(asked) == ["✗ 1 is 15 times too small.", "✓ Right: 8.6667."]


def test_what_a_page_sends_after_enter_is_what_enter_checks(asked):
    """It says that Enter was pressed before it sends the text; of a box that the keyboard only
    leaves nothing is said."""
    field = asked.boxes["kink of neuron 2, x"].field
    field._handle_custom_msg({"event": "submit"}, [])
    field.set_state({"value": "8.667"})
    assert verdicts(asked) == ["", "✓ Right: 8.6667."] and text_of(asked.error) == ""
    field.set_state({"value": "9"})
    assert verdicts(asked) == ["", "✓ Right: 8.6667."]
    assert not any(box.field.continuous_update for box in asked.boxes.values())


def test_a_text_that_is_typed_after_enter_on_an_old_one_is_not_judged_when_the_box_is_left(
        asked, monkeypatch):
    now = 100.0
    monkeypatch.setattr("mlp_widgets.widgets.cell.monotonic", lambda: now)
    field = asked.boxes["kink of neuron 2, x"].field
    field.set_state({"value": "9"})
    field._handle_custom_msg({"event": "submit"}, [])  # the text is known: none follows
    said = verdicts(asked)
    assert said[1].startswith("✗ 9")
    now += 3
    field.set_state({"value": "8.667"})  # by Tab, without Enter
    assert verdicts(asked) == said
    field._handle_custom_msg({"event": "submit"}, [])
    assert verdicts(asked) == ["", "✓ Right: 8.6667."]


def test_show_tells_all_and_keeps_what_was_typed(asked):
    type_in(asked, "3", "")
    asked.show_button.click()
    assert verdicts(asked) == ["→ 14.75", "→ 8.6667"]
    assert asked.boxes["kink of neuron 1, x"].field.value == "3"


def test_a_zero_must_be_given_as_zero():
    asked = predict({"∂J/∂w₁₁": 0})
    for typed, right in (("0", True), ("0.0001", False)):
        type_in(asked, typed)
        asked.check_button.click()
        assert verdicts(asked)[0].startswith("✓") == right
    asked.close()


def test_nbval_compares_the_numbers(asked):
    assert asked._repr_mimebundle_()[0]["text/plain"] == (
        "kink of neuron 1, x = 14.75\nkink of neuron 2, x = 8.6667")


def test_the_gradients_of_a_lab_are_covered_until_all_is_right_or_shown():
    lab = OneNeuronLab(w=1.5)
    asked = predict({"∂L/∂w": lab.gradient["w"], "L": lab.loss}, covers=lab)
    assert lab.covered and "?" in lab.table.widget.children[1].value
    type_in(asked, "-9", "7")
    asked.check_button.click()
    assert lab.covered, "one of them is wrong"
    type_in(asked, "-9", "2.25")
    asked.check_button.click()
    assert not lab.covered and "−9" in lab.table.widget.children[1].value
    again = predict({"L": lab.loss}, covers=lab)
    assert lab.covered
    again.show_button.click()
    assert not lab.covered
    for made in (asked, again, lab):
        made.close()


@pytest.mark.parametrize("numbers, said", [
    ({}, "give what is to be predicted as"), ([1.0], "give what is to be predicted as"),
    ({"J": "high"}, "what is right for J must be a number"),
    ({"J": float("nan")}, "what is right for J must be a finite number"),
])
def test_what_cannot_be_predicted_is_refused_in_a_sentence(numbers, said):
    before = live_widgets()
    with pytest.raises(ValueError, match=said):
        predict(numbers)
    assert live_widgets() == before


def test_a_closed_prediction_leaves_nothing():
    before = live_widgets()
    predict(KINKS).close()
    assert live_widgets() == before


# --- answer ---


def test_the_nearest_of_some_sizes_is_found_in_powers_of_ten():
    sizes = {"A": 1.0, "B": 0.01, "C": 1e-5}
    assert [nearest(value, sizes) for value in (7, -0.2, 0.05, 4e-4, 2e-5, 0)] == list("AABBCC")
    for wrong in ({}, {"A": 0.0}, {"A": -1.0}):
        with pytest.raises(ValueError, match="must be numbers above 0"):
            nearest(1.0, wrong)
    with pytest.raises(ValueError, match="the value must be a finite number, got ∞"):
        nearest(float("inf"), sizes)


def test_what_is_printed_waits_behind_a_line(monkeypatch):
    shown: list[Folded] = []
    monkeypatch.setattr("mlp_widgets.widgets.answer.display", shown.append)
    seen = io.StringIO()
    with redirect_stdout(seen), answer("Show J"):
        print("J = 0.5 < 1")
    assert seen.getvalue() == ""
    data = shown[0]._repr_mimebundle_()
    assert data["text/plain"] == "J = 0.5 < 1"
    assert data["text/html"] == ("<details><summary>Show J</summary>"
                                 "<pre>J = 0.5 &lt; 1</pre></details>")


def test_an_error_is_not_folded(monkeypatch):
    shown: list[Folded] = []
    monkeypatch.setattr("mlp_widgets.widgets.answer.display", shown.append)
    with pytest.raises(ZeroDivisionError), answer():
        print(1 / 0)
    assert shown == []


def test_what_is_folded_is_text():
    assert "<script" not in folded("<script>", "<script>")


def test_what_it_covers_is_the_lab_that_stands_there_now():
    """The cell of the lab was run again: another one stands in its place."""
    before, now = OneNeuronLab(), OneNeuronLab(covered=True)
    question = predict({"z": 4.5}, covers=before)
    before.successor = now
    question.show()
    assert before.covered and not now.covered
