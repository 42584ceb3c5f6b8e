"""Questions: what is right is computed from the present state, and nothing a student does is lost.

The right answers are found here by other ways: counted by hand, by finite differences, by a step.
"""

from __future__ import annotations

import base64
import gc
import html
import io
import math
import re
import struct
import threading
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
import pytest
from example_lab import ExampleLab, ExampleNumbers, ExampleState
from helpers import WAIT, live_widgets, text_of, turned
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.image import imread
from shown_labs import unexplained

import mlp_widgets
from mlp_widgets import (
    ComputationalGraphLab,
    DeepChainLab,
    OneNeuronLab,
    Poll,
    ThreeNeuronLab,
    TwoHiddenLab,
    WideNetworkLab,
    lecture_poll,
    predict_gradient,
    will_learn,
    will_move,
)
from mlp_widgets.drawing.quick_artists import QuickText
from mlp_widgets.drawing.widths import WidthsPicture, heights
from mlp_widgets.fields import PARAMETER, RATE, State, number
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.next_step import next_step
from mlp_widgets.widgets.png import composite_png
from mlp_widgets.widgets.poll import question_picture
from mlp_widgets.widgets.predict import predict
from mlp_widgets.widgets.typed_numbers import how_far_off, is_close, read_number

YES_NO = {"A": "yes", "B": "no"}


@dataclass(frozen=True)
class PlainState(State):
    """One that cannot be covered."""

    w1: float = number(0.6, PARAMETER, slider=(-2, 2, 0.05))
    learning_rate: float = number(0.01, RATE, slider=(-4, 0, 0.1), log=True, positive=True)


class PlainLab(Lab[PlainState, ExampleNumbers]):
    """The example without its cover."""

    state_type = PlainState

    def compute(self, state):
        return ExampleNumbers(ExampleState(w1=state.w1))


@pytest.fixture
def keep():
    """``keep(x)`` returns x and closes it at the end."""
    made = []

    def keeper(thing):
        made.append(thing)
        return thing

    yield keeper
    for thing in reversed(made):
        thing.close()


def lab_of(keep, kind, **options):
    return keep(kind(**{"scale": 0.5, **options}))


def of_kind(poll, kind) -> list:
    def walk(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    return [widget for widget in walk(poll.widget) if isinstance(widget, kind)]


def choose(poll, letter: str) -> None:
    """A student presses a radio button."""
    poll._ticks[letter].value = True


def chosen(poll) -> list[str]:
    return [letter for letter, tick in poll._ticks.items() if tick.value]


def said(poll) -> str:
    return text_of(poll.status)


def explained(poll) -> str:
    return text_of(poll.explanation)


def problem(poll) -> str:
    return text_of(poll.error)


def type_in(poll, text: str) -> None:
    """A student types and presses Answer."""
    of_kind(poll, widgets.Text)[0].value = text
    poll.answer_button.click()


# --- a question with choices ---


def test_a_right_and_a_wrong_answer_by_the_controls(keep):
    poll = keep(Poll("Is it so?", "B", YES_NO, explain="Because."))
    assert len(of_kind(poll, widgets.RadioButtons)) == 2 and chosen(poll) == []
    assert (poll.tries, poll.right, said(poll), explained(poll)) == (0, None, "", "")
    choose(poll, "A")
    assert poll.tries == 0  # to choose is not to answer
    poll.answer_button.click()
    assert (poll.tries, poll.right) == (1, False)
    assert said(poll) == "Not yet: A (yes). Tries: 1." and explained(poll) == ""
    choose(poll, "B")
    poll.answer_button.click()
    assert (poll.tries, poll.right) == (2, True)
    assert said(poll) == "Right: B (no). Tries: 2." and explained(poll) == "Because."
    assert problem(poll) == ""


def test_one_radio_button_is_on_at_a_time(keep):
    poll = keep(Poll("Is it so?", "B", {"A": "a", "B": "b", "C": "c"}))
    for letter in "ACB":
        choose(poll, letter)
        assert chosen(poll) == [letter]
    poll.predict("C")
    assert chosen(poll) == ["C"]


def test_the_same_answer_twice_in_a_row_is_one_try(keep):
    poll = keep(Poll("Is it so?", "B", YES_NO, explain="Because."))
    poll.predict("A")
    poll.answer_button.click()
    assert poll.tries == 1 and explained(poll) == ""
    poll.predict("B")
    poll.predict("A")
    assert poll.tries == 3 and poll.right is False
    assert explained(poll) == "Because."  # what was shown once stays


def test_several_choices_may_be_right(keep):
    poll = keep(Poll("Which?", lambda: ["C", "B"], {"A": "a", "B": "b", "C": "c"}, several=True))
    boxes = of_kind(poll, widgets.Checkbox)
    assert [box.description for box in boxes] == ["A. a", "B. b", "C. c"]
    boxes[1].value = True
    poll.answer_button.click()
    assert said(poll) == "Not yet: B. Tries: 1. Still missing: 1."
    boxes[2].value = True
    poll.answer_button.click()
    assert said(poll) == "Right: B and C. Tries: 2."
    boxes[0].value = True
    poll.answer_button.click()
    assert said(poll) == "Not yet: A, B and C. Tries: 3."
    poll.predict(["B", "C"])
    assert [box.value for box in boxes] == [False, True, True] and poll.right


def test_reveal_shows_what_is_right_and_keeps_the_choice(keep):
    poll = keep(Poll("Is it so?", lambda: "B", YES_NO, explain=lambda: "Because."))
    poll.predict("A")
    poll.reveal_button.click()
    assert said(poll) == "The answer: B (no). Tries: 1." and explained(poll) == "Because."
    assert chosen(poll) == ["A"] and poll.right is False
    poll.predict("B")
    assert said(poll) == "Right: B (no). Tries: 2. After Reveal."


def test_reveal_without_an_answer_is_no_try(keep):
    poll = keep(Poll("Is it so?", "B", YES_NO))
    poll.reveal()
    assert said(poll) == "The answer: B (no). Tries: 0."
    assert (poll.tries, poll.right) == (0, None)


def test_reveal_of_what_is_right_keeps_the_verdict(keep):
    poll = keep(Poll("Is it so?", "B", YES_NO))
    poll.predict("B")
    poll.reveal()
    assert said(poll) == "Right: B (no). Tries: 1." and poll.right


def test_a_hint_follows_a_wrong_answer_only(keep):
    poll = keep(Poll("How many?", 7, hint=lambda n: f"{n:g} is {'more' if n > 7 else 'less'}."))
    poll.predict(8)
    assert said(poll) == "Not yet: 8. Tries: 1. 8 is more."
    poll.predict(7)
    assert said(poll) == "Right: 7. Tries: 2."


# --- what cannot be an answer ---


@pytest.mark.parametrize(
    ("choices", "several", "sentence"),
    [
        (YES_NO, False, "choose one of the answers first"),
        (YES_NO, True, "tick at least one choice first"),
        (None, False, "put a number into the box first"),
    ],
)
def test_nothing_chosen_is_said_in_a_sentence(keep, choices, several, sentence):
    poll = keep(Poll("Is it so?", "A" if choices else 1, choices, several=several))
    poll.answer_button.click()
    assert problem(poll) == sentence and poll.tries == 0 and said(poll) == ""


@pytest.mark.parametrize("text", ["seven", "1/2", "nan", "inf", "1e999", "5%", "--1", "1.2.3", "1e",
                                  "<b>1</b>", "٣", "9" * 50, "0x10", "1 2", "12 34", "1,00,000"])
def test_text_that_is_no_number_stays_and_is_no_try(keep, text):
    poll = keep(Poll("How many?", 7))
    poll.predict(6)
    type_in(poll, text)
    assert len(problem(poll)) > 20 and "\n" not in problem(poll)
    assert of_kind(poll, widgets.Text)[0].value == text
    assert poll.tries == 1 and said(poll) == "Not yet: 6 is too low by 1 (14 %). Tries: 1."
    type_in(poll, "7")
    assert problem(poll) == "" and poll.right


@pytest.mark.parametrize("given", ["C", ["A", "B"], [], None, 3, "AB", True])
def test_from_code_only_choices_are_answers(keep, given):
    poll = keep(Poll("Is it so?", "A", YES_NO))
    with pytest.raises(ValueError, match="must be"):
        poll.predict(given)
    assert poll.tries == 0


@pytest.mark.parametrize("given", [None, True, math.nan, math.inf, 10**400, [1], "x"])
def test_from_code_only_numbers_are_answers(keep, given):
    poll = keep(Poll("How many?", 7))
    with pytest.raises(ValueError, match="number"):
        poll.predict(given)
    assert poll.tries == 0


@pytest.mark.parametrize("right", ["Z", ["A", "B"], None, 3])
def test_an_answer_that_no_longer_fits_the_question_is_told(keep, right):
    answers = iter(["A", right])
    poll = keep(Poll("Is it so?", lambda: next(answers), YES_NO))
    choose(poll, "A")
    poll.answer_button.click()
    assert problem(poll).startswith("the right answer must be") and poll.tries == 0


@pytest.mark.parametrize("right", ["Z", ["A", "B"], None, 3])
def test_a_function_that_gives_no_choice_is_refused_when_the_poll_is_made(right):
    with pytest.raises(ValueError, match="the right answer must be"):
        Poll("Is it so?", lambda: right, YES_NO)


def test_a_function_that_cannot_say_yet_what_is_right_is_asked_again(keep):
    known = {}
    poll = keep(Poll("Is it so?", lambda: known["answer"], YES_NO))
    known["answer"] = "B"
    poll.predict("B")
    assert poll.right


def test_an_exception_is_caught_and_shown(keep):
    def broken():
        raise KeyError("oh <b>no</b>")

    poll = keep(Poll("How many?", broken))
    for press in (lambda: type_in(poll, "1"), poll.reveal_button.click):
        press()
        assert problem(poll) == "This did not work (KeyError: 'oh <b>no</b>')."
        assert "<b>" not in poll.error.value and poll.tries == 0


@pytest.mark.parametrize(
    ("answer", "choices", "options", "sentence"),
    [
        ("A", {1: "yes", "A": "no"}, {}, "letters and choices must be texts, as .*, got 1"),
        ("A", {"A": "yes", "B": 2}, {}, "letters and choices must be texts, as .*, got 2"),
        ("C", YES_NO, {}, "the right answer must be of A, B, got 'C'"),
        (["A", "B"], YES_NO, {}, "the right answer must be one of A, B"),
        ([], YES_NO, {"several": True}, "the right answer must be at least one of A, B"),
        ("B", None, {}, "'B' is no number"),
        (None, None, {}, "the right answer must be a number, got None"),
        (math.inf, None, {}, "the right answer must be a finite number"),
        ("A", YES_NO, {"hint": {"C": "no"}}, "there is no choice 'C' for this hint"),
        (1, None, {"hint": {"A": "no"}}, "there is no choice 'A' for this hint"),
        ("A", YES_NO, {"hint": "no"}, "a hint says of each choice .*, got 'no'"),
        ("A", YES_NO, {"covers": True}, "needs the lab that it is about"),
    ],
)
def test_what_does_not_fit_is_told_when_the_question_is_made(answer, choices, options, sentence):
    before = live_widgets()
    with pytest.raises(ValueError, match=sentence):
        Poll("Is it so?", answer, choices, **options)
    assert live_widgets() == before


@pytest.mark.parametrize(
    "arguments",
    [("", 1), (None, 1), ("So?", "A", {"A": "yes"}), ("So?", "A", ["A", "B"]), ("So?", "A", {})],
)
def test_a_question_that_cannot_be_asked_is_refused(arguments):
    with pytest.raises(ValueError, match=r"question|choices"):
        Poll(*arguments)
    with pytest.raises(ValueError, match="choices"):
        Poll("So?", 1, several=True)
    with pytest.raises(ValueError, match="tolerance"):
        Poll("So?", 1, tolerance=-0.1)


# --- numbers as people write them ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7), ("7.0", 7), (" 7. ", 7), (".5", 0.5), (",5", 0.5), ("0,5", 0.5), ("1e3", 1000),
        ("1E-3", 0.001), ("1.000,5", 1000.5), ("1,000.5", 1000.5), ("1.000.000", 1e6),
        ("1,000,000", 1e6), ("7 850", 7850), ("7 850", 7850), ("7'850", 7850), ("7_850", 7850),
        ("7 850,25", 7850.25), ("−0.25", -0.25), ("- 0.25", -0.25), ("+3", 3), ("0,125", 0.125),
        ("1234,567", 1234.567), ("7.850", 7.85), ("-0", 0), ("1,5e2", 150),
        ("10^-20", 1e-20), ("3·10^-5", 3e-5), ("−2,5 * 10^3", -2500), ("10⁻⁵", 1e-5),
        ("1.5 × 10²", 150), ("2x10**3", 2000), ("- 10^2", -100), ("7 850·10^0", 7850),
    ],
)
def test_a_number_is_read_as_it_is_written_anywhere(text, value):
    assert read_number(text) == pytest.approx(value, rel=1e-15)


def test_what_can_be_read_in_two_ways_is_not_guessed():
    with pytest.raises(ValueError, match=r"7,850 can mean 7850 or 7\.850"):
        read_number("7,850")


@pytest.mark.parametrize("text", ["210^2", "10^", "10^x", "2^3", "*10^3", "3·4·10^2", "10^20000",
                                  "1e2·10^3", "10^⁻²", "10²^3", "x10^2", "10 2"])
def test_a_power_of_another_kind_is_no_number(text):
    with pytest.raises(ValueError, match="is no number: write one such as"):
        read_number(text)


@pytest.mark.parametrize(("given", "right", "fits"), [
    (0.26, 0.2626, True), (0.263, 0.2626, True), (0.27, 0.2626, False), (0.25, 0.2626, False),
    (0.3, 0.2626, False), (-9.6, -9.62, True), (-9.6, 9.62, False), (1.5e-05, 1.46e-5, True),
    (2.3, 2.25, True), (2.2, 2.25, True), (10, 9.6, False), (0.0, 1e-9, False), (0.0, 0.0, True),
])
def test_what_is_rounded_to_two_digits_is_right(given, right, fits):
    """But not where a question asks for more digits; one digit is too few."""
    assert is_close(given, right, 0.01) == fits
    assert is_close(given, right, 1e-4) == (given == right)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_whatever_python_writes_is_read_exactly(value):
    assert read_number(repr(value)) == value
    assert read_number(f"{value:.17e}") == value
    assert read_number(repr(value).replace("-", "−")) == value


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_grouping_marks_and_decimal_comma_change_nothing(value):
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, german.replace(".", " "), english.replace(",", "'")):
        assert read_number(text) == float(value), text


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_one_sentence(text):
    try:
        assert math.isfinite(read_number(text))
    except ValueError as error:
        assert 10 < len(str(error)) < 200 and "\n" not in str(error)


@settings(max_examples=25)
@given(st.floats(-1e6, 1e6), st.floats(0, 0.5), st.floats(-1e6, 1e6))
def test_a_number_is_right_within_the_tolerance(right, tolerance, given_number):
    poll = Poll("How many?", right, tolerance=tolerance)
    try:
        poll.predict(given_number)
        gap = abs(given_number - right)
        assert poll.right is (gap == 0 or gap <= tolerance * abs(right))
    finally:
        poll.close()


# --- the lab's state ---


def test_an_answer_belongs_to_the_state_it_was_given_for(keep):
    lab = lab_of(keep, TwoHiddenLab)
    poll = keep(will_move(lab, "w2_2"))
    poll.predict("C")
    right = said(poll), explained(poll)
    assert poll.right
    lab.w2_2 = 1.5  # neuron 2 is off, so the status line of the lab is the same
    assert said(poll).startswith("The lab has changed. Your last answer, C")
    assert explained(poll).startswith("For the state before: ∂L/∂w₂² = 0")
    assert (poll.right, poll.tries) == (None, 0)
    assert chosen(poll) == ["C"]  # nothing is lost
    lab.undo()
    assert (said(poll), explained(poll)) == right and poll.tries == 1
    lab.w2_1 = 1  # neuron 2 is on now
    poll.answer_button.click()
    assert said(poll) == "Not yet: C (it stays exactly as it is). Tries: 1. ∂L/∂w₂² is not 0."


def test_what_does_not_matter_to_the_answer_does_not_disturb_it(keep):
    lab = lab_of(keep, TwoHiddenLab)
    poll = keep(will_move(lab, "w2_2"))
    poll.predict("C")
    lab.below, lab.operation, lab.explain = "beside", 3, "w1_1"
    assert said(poll).startswith("Right")
    lab.learning_rate = 0.02  # the step depends on it
    assert said(poll).startswith("The lab has changed.")


def test_a_revealed_answer_belongs_to_its_state_too(keep):
    lab = lab_of(keep, TwoHiddenLab)
    poll = keep(predict_gradient(lab, "w1_2"))
    poll.reveal()
    lab.step()
    assert said(poll).startswith("The lab has changed. Your last Reveal was")


def test_two_polls_on_one_lab_and_one_closed(keep):
    lab = lab_of(keep, TwoHiddenLab)
    one, other = will_move(lab, "w2_2"), keep(will_move(lab, "w1_2"))
    one.predict("C")
    other.predict("A")
    one.close()
    lab.x = 2
    assert said(other).startswith("The lab has changed.") and said(one).startswith("Right")


def test_a_poll_that_fails_does_not_stop_its_lab(keep):
    lab = lab_of(keep, TwoHiddenLab)

    def depends():
        if lab.x == 2:
            raise KeyError("gone")
        return lab.x

    poll = keep(Poll("Is it so?", "A", YES_NO, about=lab, depends=depends))
    poll.predict("A")
    lab.x = 2
    assert lab.x == 2 and text_of(lab.error) == ""
    assert problem(poll) == "This did not work (KeyError: 'gone')."


def test_presses_and_moves_on_other_threads_end_in_a_state_that_fits(keep):
    lab = lab_of(keep, TwoHiddenLab)
    poll = keep(will_move(lab, "w2_2"))
    choose(poll, "C")

    def move():
        for turn in range(40):
            lab.w2_1 = -1.0 if turn % 2 else 1.0

    def press():
        for _ in range(40):
            poll.answer_button.click()

    threads = [threading.Thread(target=target) for target in (move, press)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert not any(thread.is_alive() for thread in threads) and problem(poll) == ""
    assert lab.w2_1 == -1.0
    poll.answer_button.click()
    assert poll.right and said(poll).startswith("Right: C")


# --- the lectures' polls, by another way ---


def test_poll_1_counts_the_sliders(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    for poll in (keep(lecture_poll(1, lab)), keep(lecture_poll(1))):
        type_in(poll, "6")
        assert poll.right is False
        type_in(poll, "7.0")
        assert poll.right and len(lab.parameters) == 7
        assert explained(poll).startswith("7: 4 weights") and "3 biases" in explained(poll)


def test_poll_2_updates_what_a_step_changes_of_the_state(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    poll = keep(lecture_poll(2, lab))
    before = lab.state
    lab.step()
    changed = {n for n in vars(before) if getattr(before, n) != getattr(lab.state, n)}
    signs = {"A": "hour", "B": "w11", "C": "b11", "F": "data"}
    right = [letter for letter, name in signs.items() if name in changed]
    poll.predict(right)
    assert right == ["B", "C"] and poll.right
    for wrong in (["B"], ["A", "B", "C"], ["B", "C", "D", "E"]):
        poll.predict(wrong)
        assert poll.right is False


def test_poll_3_compares_with_what_no_search_goes_below(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    poll = keep(lecture_poll(3, lab))
    lab.controls["b21"].box.value = "5"
    type_in(poll, f"{lab.loss:.4f}")
    assert poll.right is False
    there_is = f"There is a smaller one. Your best in the lab is {lab.loss:.4f}. "
    assert said(poll).endswith(f"{there_is}Next: what gradient descent from Stuck reaches, 0.3649.")
    type_in(poll, "0.4")
    assert "From your best, move " in said(poll)  # from the second try on
    type_in(poll, "0.1")
    assert said(poll).endswith("No seven parameters reach that on these data.")
    best, mine = lab.baselines.optimum, lab.best[0]
    lab.set(**{name: getattr(best, name) for name in lab.parameters})
    smallest = float(np.mean((lab.numbers.y_hat - lab.state.data.y) ** 2))
    lab.reset()
    type_in(poll, f"{smallest:.3f}")
    assert poll.right and poll.tries == 4  # moving sliders is no new question
    assert f"on these data is {smallest:.4f}" in explained(poll)
    assert mine > smallest


def test_poll_3_says_how_far_the_best_is(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    poll = keep(lecture_poll(3, lab))
    poll.reveal()
    assert "no best in the lab yet" in explained(poll)
    lab.controls["b21"].box.value = "5"
    poll.reveal()
    gap = lab.loss - lab.baselines.optimum.mse
    assert explained(poll).endswith(f"Your best in the lab is {lab.loss:.4f}. "
                                    f"That is {gap:.4f} above it.")


def test_poll_3_is_another_question_with_other_data_and_has_no_answer_without_relu(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    poll = keep(lecture_poll(3, lab))
    poll.predict(lab.baselines.optimum.mse)
    assert poll.right
    lab.data = "weekend"
    assert said(poll).startswith("The lab has changed.")
    poll.answer_button.click()
    assert poll.right is False
    lab.activation = "tanh"
    poll.reveal_button.click()
    assert problem(poll) == "the smallest MSE is known for ReLU only: choose ReLU in the lab"


@pytest.mark.parametrize(
    ("number", "right", "count"),
    [(4, "D", 28 * 28 * 10 + 10), (5, "F", 100 + 1), (6, "F", 28 * 28 + 1)],
)
def test_polls_4_to_6_count_parameters(keep, number, right, count):
    poll = keep(lecture_poll(number))
    for letter in "ABCDEF":
        poll.predict(letter)
        assert poll.right is (letter == right)
    assert explained(poll).replace(",", "").startswith(f"{count}: ")
    text = poll.choices[right]
    assert eval(text.replace("·", "*")) == count


def test_a_poll_that_is_none_is_refused(keep):
    lab = lab_of(keep, TwoHiddenLab)
    for wrong in (0, 7, "1", None, True):
        with pytest.raises(ValueError, match="the polls are 1 to 6"):
            lecture_poll(wrong)
    with pytest.raises(ValueError, match="poll 1 is about ThreeNeuronLab, got TwoHiddenLab"):
        lecture_poll(1, lab)
    with pytest.raises(ValueError, match="belongs to no lab"):
        lecture_poll(4, lab)
    with pytest.raises(ValueError, match="needs the lab"):
        lecture_poll(3)


# --- predictions, against what the step does and against finite differences ---

SITUATIONS = [
    (OneNeuronLab, {}), (OneNeuronLab, {"w": -1.0, "activation": "relu"}),
    (OneNeuronLab, {"w": 2.0}), (TwoHiddenLab, {}), (TwoHiddenLab, {"w2_1": 0.5}),
    (TwoHiddenLab, {"others": [(-1, 4), (2, 5)]}), (TwoHiddenLab, {"others": [(2, 4), (3, 5)]}),
    (TwoHiddenLab, {"w1_2": -1.5, "w2_2": -1.5, "output": "relu", "skip": "a", "w2_1": 1.0}),
    (ThreeNeuronLab, {}), (ThreeNeuronLab, {"b11": -15.0}), (ThreeNeuronLab, {"w21": 0.0}),
]
EACH_SITUATION = pytest.mark.parametrize(("kind", "options"), SITUATIONS)


def moved(before: float, after: float) -> str:
    return "A" if after > before else "B" if after < before else "C"


@EACH_SITUATION
def test_what_moves_is_what_the_step_of_the_lab_moves(keep, kind, options):
    lab = lab_of(keep, kind, **options)
    before = lab.parameters
    polls = {name: keep(will_move(lab, name)) for name in before}
    lab.step()
    after = lab.parameters
    lab.undo()
    assert lab.parameters == before
    for name, poll in polls.items():
        right = moved(before[name], after[name])
        poll.predict("B" if right == "A" else "A")
        assert poll.right is False
        poll.predict(right)
        assert poll.right, (name, right)
        if right == "C":
            assert " = 0, so the step is 0. Why 0: " in explained(poll)
            assert not re.search(r"Why 0: \.", explained(poll))
        assert next_step(lab, name).after == after[name]


@EACH_SITUATION
def test_a_gradient_is_what_finite_differences_say(keep, kind, options):
    lab = lab_of(keep, kind, **options)
    for name, value in lab.parameters.items():
        poll = keep(predict_gradient(lab, name))
        losses = []
        for sign in (1, -1):
            lab.set(**{name: value + sign * 1e-6})
            losses.append(lab.loss)
        lab.set(**{name: value})
        slope = (losses[0] - losses[1]) / 2e-6
        slope = 0 if abs(slope) < 1e-6 else slope
        poll.predict(slope * 1.04)
        assert poll.right, (name, slope)
        poll.predict(slope * 1.06 + 0.001 * (slope == 0))
        assert poll.right is False, (name, slope)
        poll.reveal()
        assert explained(poll).startswith(("∂L/∂", "∂J/∂"))


@pytest.mark.parametrize(
    ("options", "name", "reason"),
    [
        ({}, "w2_2", "a₂¹ = 0, because neuron 2 is off (z₂¹ = −1 < 0)"),
        ({"w2_1": 0.5}, "w1_1", "g = y: the loss is at its minimum"),
        ({"others": [(2, 4), (3, 5)]}, "w2_1", "neuron 2 is off at every point: it is dead"),
    ],
)
def test_why_a_weight_does_not_move(keep, options, name, reason):
    lab = lab_of(keep, TwoHiddenLab, **options)
    assert lab.why_zero(name).startswith(reason)


@pytest.mark.parametrize(
    ("options", "name", "reason"),
    [
        ({"b11": -15.0}, "w11", "neuron 1 is off at every point: it is dead"),
        ({"b11": -15.0}, "w21", "a₁₁ = 0 at every point, because neuron 1 is off"),
        ({"w21": 0.0}, "b11", "w₂₁ = 0"),
        ({"w11": 0.0, "b11": 1e4, "activation": "tanh"}, "w11",
         "neuron 1 is flat at every point: its slope is 0"),
        ({"data": ([0, 1, 2], [0, 0, 0]), "w21": 0.0, "w22": 0.0, "b21": 0.0}, "b21",
         "ŷ = y at every point: the loss is at its minimum"),
        ({"data": ([0, 1, 2], [-1, 0, 1]), "w21": 0.0, "w22": 0.0, "b21": 0.0}, "b21",
         "the gradients of the 3 points add up to 0"),
    ],
)
def test_why_a_parameter_of_the_traffic_network_does_not_move(keep, options, name, reason):
    lab = lab_of(keep, ThreeNeuronLab, **options)
    assert lab.gradient[name] == 0 and lab.why_zero(name) == reason


def test_points_that_cancel_are_told_from_a_dead_neuron(keep):
    # ŷ of both points is off by the same amount, to either side, with the same input
    lab = lab_of(keep, TwoHiddenLab, x=1, y=1, w1_1=1, w1_2=1, others=[(1, 2), (1, 0)])
    assert lab.gradient["w1_2"] == 0
    assert lab.why_zero("w1_2") == "the gradients of the 3 points add up to 0"


def test_a_chain_is_asked_by_its_layers(keep):
    lab = lab_of(keep, DeepChainLab, depth=5, mode="each", w3=0.0)
    for name in ("w1", "w2"):
        poll = keep(will_move(lab, name))
        poll.predict("C")
        assert poll.right and explained(poll).endswith("Why 0: w₃ = 0.")
    sigmoid = [1.0]  # a_0 = x, then each layer by hand
    for w in (1, 1, 0, 1, 1):
        sigmoid.append(1 / (1 + math.exp(-w * sigmoid[-1])))
    a = sigmoid
    slope = 2 * a[5]
    for layer in (5, 4, 3):
        slope *= a[layer] * (1 - a[layer])
        poll = keep(predict_gradient(lab, f"w{layer}"))
        poll.predict(slope * a[layer - 1])
        assert poll.right and f"∂J/∂w{'₃₄₅'[layer - 3]} = ∂J/∂z" in explained(poll)


def test_a_step_too_small_for_a_float_does_not_move_a_weight(keep):
    lab = lab_of(keep, DeepChainLab, depth=80)
    poll = keep(will_move(lab, "w1"))
    poll.predict("B")
    assert poll.right is False and 0 < lab.gradient["w1"] < 1e-40
    poll.predict("C")
    assert poll.right and "is not 0, but the step of" in explained(poll)


def test_where_there_is_no_gradient_there_is_no_answer(keep):
    lab = lab_of(keep, DeepChainLab, depth=5)
    poll, last = keep(will_move(lab, "w1")), keep(predict_gradient(lab, "w5"))
    lab.set(depth=100, activation="identity", w=1e9)
    poll.reveal_button.click()
    assert problem(poll) == "∂J/∂w₁ is too large for a float now: choose smaller weights"
    lab.set(depth=3, w=1)
    last.reveal_button.click()
    assert problem(last) == "there is no w₅ in the lab's present state"


def test_which_parameters_get_an_update_is_asked_of_the_lab(keep):
    lab = lab_of(keep, TwoHiddenLab)  # neuron 2 is off
    poll = keep(will_learn(lab))
    assert list(poll.choices.values()) == ["w₁¹", "w₂¹", "w₁²", "w₂²", "none of them"]
    poll.predict(["A", "B"])
    assert not poll.right and "∂L/∂w₂¹ = ∂L/∂z₂¹ · x = 0 · 1 = 0." in said(poll)
    poll.predict(["A", "C"])
    assert poll.right and explained(poll) == lab.describe()
    lab.set(w1_2=0, w2_2=0, w1_1=-1)  # now the second layer blocks the first, and neuron 1 is off
    poll.predict("E")
    assert poll.right
    long = lab_of(keep, DeepChainLab, depth=13)
    with pytest.raises(ValueError, match="with at most 12 parameters, got 13"):
        will_learn(long)


def test_a_typed_expression_is_asked_too(keep):
    lab = lab_of(keep, ComputationalGraphLab, graph="own", expression="relu(w*x)*w*v", w=-1.0)
    amount, learns = keep(predict_gradient(lab, "w")), keep(will_learn(lab))
    amount.reveal()
    assert explained(amount).startswith("∂L/∂w = ") and explained(amount).endswith(" = 0.")
    learns.predict(["A", "B"])
    assert "∂L/∂v = " in said(learns)
    lab.w = 2.0
    learns.predict(["A", "B"])
    assert learns.right
    x, v = lab.x, lab.v
    amount.predict(2 * 2.0 * x * v)  # d(w² x v) / dw
    assert amount.right and explained(amount).endswith(f" = {2 * 2.0 * x * v:g}.")


def test_a_question_whose_parameters_have_gone_says_so(keep):
    lab = lab_of(keep, ComputationalGraphLab)
    amount, moves, learns = (keep(predict_gradient(lab, "w")), keep(will_move(lab, "w")),
                             keep(will_learn(lab)))
    lab.set(graph="own", expression="u*x-y")
    for poll in (amount, moves, learns):
        poll.reveal_button.click()
    assert problem(amount) == problem(moves) == "there is no w in the lab's present state"
    assert problem(learns) == ("the lab has other parameters than this question now: run the cell "
                               "of the question again")
    lab.expression = "x - y"
    with pytest.raises(ValueError, match="the lab has no parameter now, so there is no gradient"):
        will_learn(lab)
    lab.graph = "linear"
    amount.reveal()
    learns.reveal()
    assert problem(learns) == "" and learns.right is None


def test_a_name_or_lab_without_gradient_is_refused(keep):
    lab, wide = lab_of(keep, TwoHiddenLab), lab_of(keep, WideNetworkLab, depth=2, width=4)
    for make in (will_move, predict_gradient):
        with pytest.raises(ValueError, match="unknown parameter 'w9'"):
            make(lab, "w9")
        with pytest.raises(ValueError, match="got WideNetworkLab"):
            make(wide, "w1")
        with pytest.raises(ValueError, match="got NoneType"):
            make(None, "w1")


# --- why an answer is wrong ---


REASONS = {"A": "A is data.", "B": "never said.", "D": "D is computed."}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("A", "A: A is data. Still missing: 2."), ("B", "Still missing: 1."),
        ("BC", None), ("ABCD", "A: A is data. D: D is computed."), ("BCE", ""),
        ("ABE", "A: A is data. Still missing: 1."),
    ],
)
def test_of_several_choices_the_wrong_ones_have_reasons_and_the_missing_are_counted(keep, given,
                                                                                    words):
    poll = keep(Poll("Which?", ["B", "C"], {letter: "?" for letter in "ABCDE"}, several=True,
                     hint=REASONS))
    poll.predict(list(given))
    assert poll.right is (words is None)
    assert said(poll).partition("Tries: 1.")[2].strip() == (words or "")


def test_a_wrong_choice_has_its_own_reason(keep):
    poll = keep(Poll("Is it so?", "B", {"A": "a", "B": "b", "C": "c"}, hint={"A": "A is data."}))
    for letter, words in (("A", " A is data."), ("C", "")):
        poll.predict(letter)
        assert said(poll).partition(f"Tries: {poll.tries}.")[2] == words


@pytest.mark.parametrize(
    ("given", "right", "words"),
    [
        (14, 14.75, "is too low by 0.75 (5.1 %)"), (-10, -9, "is too low by 1 (11 %)"),
        (-9, -10, "is too high by 1 (10 %)"), (-14.75, 14.75, "is right but for its sign"),
        (-3, 14.75, "has the wrong sign"), (147.5, 14.75, "is 10 times too large"),
        (-0.09, -9, "is 100 times too small"), (0.5, 0, "is too high by 0.5"),
        (0, 3, "is too low by 3"), (1e300, 1e-300, "is ∞ times too large"),
        (1e-300, -1e300, "has the wrong sign"), (3, 3, "is exactly right"),
    ],
)
def test_how_far_off_a_number_is(given, right, words):
    assert how_far_off(given, right) == words


@given(FLOATS, FLOATS)
def test_how_far_off_is_said_of_any_two_numbers_and_tells_the_side(one, other):
    words = how_far_off(one, other)
    assert len(words) < 60 and "nan" not in words and "not a number" not in words
    assert ("exactly" in words) == (one == other)
    assert not (" low " in words and one > other) and not (" high " in words and one < other)
    assert ("sign" in words) == (one < 0 < other or other < 0 < one)


def test_a_number_is_told_how_far_off_it_is_unless_the_question_has_a_hint(keep):
    poll = keep(Poll("How much?", 14.75))
    type_in(poll, "14")
    assert said(poll) == "Not yet: 14 is too low by 0.75 (5.1 %). Tries: 1."
    told = keep(Poll("How much?", 14.75, hint=lambda _: "Look again."))
    type_in(told, "14")
    assert said(told) == "Not yet: 14. Tries: 1. Look again."


@pytest.mark.parametrize("number", [2, 4, 5, 6])
def test_every_wrong_choice_of_a_lecture_poll_has_a_reason_that_is_not_the_answer(keep, number):
    poll = keep(lecture_poll(number))
    right = poll._right_answer()
    assert set(poll._hint) == set(poll.choices) - set(right)
    assert unexplained(poll) == []
    for letter, reason in poll._hint.items():
        assert reason.endswith((".", "?")), letter
        for sure in right:
            assert not re.search(rf"\b{re.escape(poll.choices[sure])}\b(?! ·)", reason), reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [(3, "number of neurons, and of biases"), (4, "number of weights"), (6, "2 hidden neurons"),
     (5, "too few"), (1, "too few"), (8, "too many"), (6.5, "too few")],
)
def test_poll_1_says_what_a_wrong_count_counts(keep, number, reason):
    poll = keep(lecture_poll(1))
    poll.predict(number)
    assert reason in said(poll) and "7" not in said(poll)


def test_a_wrong_move_is_told_where_to_look(keep):
    lab = lab_of(keep, TwoHiddenLab)
    one, other = keep(will_move(lab, "w1_2")), keep(will_move(lab, "w2_2"))
    one.predict("C")
    assert said(one).endswith("∂L/∂w₁² is not 0.")
    one.predict("B")
    assert said(one).endswith("The step goes against the gradient: which sign has ∂L/∂w₁²?")
    other.predict("A")
    assert said(other).endswith("is a factor 0?")


# --- right and wrong look different ---


def kind_of(poll) -> str:
    """The sign that the style sheet gives a verdict; "" if none."""
    found = re.search(r'class="mlp-status(?: mlp-verdict mlp-verdict-(\w+))?" role="status"',
                      poll.status.value)
    return found[1] or ""


def test_right_wrong_and_revealed_have_their_signs_and_another_state_has_none(keep):
    lab = lab_of(keep, TwoHiddenLab)
    poll = keep(will_move(lab, "w2_2"))
    assert kind_of(poll) == ""
    poll.predict("A")
    assert kind_of(poll) == "wrong" and "<b>Not yet:</b>" in poll.status.value
    poll.reveal()
    assert kind_of(poll) == "told"
    poll.predict("B")
    assert kind_of(poll) == "wrong"
    poll.predict("C")
    assert kind_of(poll) == "right" and "<b>Right:</b>" in poll.status.value
    poll.reveal()
    assert kind_of(poll) == "right"
    lab.x = 2
    assert kind_of(poll) == ""
    lab.undo()
    assert kind_of(poll) == "right"


# --- a question that covers its lab ---


def test_the_gradients_are_covered_until_the_answer_is_right_or_revealed(keep):
    lab = lab_of(keep, ExampleLab)
    assert not lab.covered
    poll = keep(predict_gradient(lab, "w1"))
    assert lab.covered
    poll.predict(100)
    assert lab.covered
    poll.predict(lab.gradient["w1"])
    assert not lab.covered and poll.right
    other = keep(will_move(lab, "w2"))
    assert lab.covered
    other.reveal()
    assert not lab.covered
    assert lab._history.last is None  # nothing of it is a change to undo


def test_only_a_question_that_asks_for_it_covers_a_lab_that_can(keep):
    lab, plain = lab_of(keep, ExampleLab), lab_of(keep, PlainLab)
    keep(Poll("How many?", 1, about=lab))
    assert not lab.covered
    poll = keep(predict_gradient(plain, "w1"))
    poll.reveal()
    assert not hasattr(plain, "covered")


# --- the network beside the question ---


@pytest.mark.parametrize(("number", "layers", "marked"), [
    (4, "784 pixels → 10 classes", ""),
    (5, "784 pixels → 300 neurons → 100 neurons → 10 outputs", "from the 100 neurons"),
    (6, "784 pixels → 300 neurons → 100 neurons → 10 outputs", "from the 784 pixels"),
])
def test_polls_4_to_6_show_their_network_in_picture_and_words(keep, number, layers, marked):
    poll = keep(lecture_poll(number))
    (image,) = of_kind(poll, widgets.Image)
    assert bytes(image.value).startswith(b"\x89PNG") and image.tooltip
    (words,) = [w for w in of_kind(poll, widgets.HTML) if "mlp-words" in w._dom_classes]
    assert text_of(words) == poll.picture.words and poll.picture.words in poll.words
    assert layers in poll.picture.words and marked in poll.picture.words
    assert ("marked" in poll.picture.words) == bool(marked)
    assert not re.search(r"785|101|7.?850|bias", poll.picture.words)  # nor is it the answer
    alone = composite_png([question_picture(poll.title, poll._asked(), poll.scale)])
    rows = [imread(io.BytesIO(png)).shape[0] for png in (poll.snapshot(), alone)]
    assert rows[0] == rows[1] + poll.picture.height * poll.scale


@pytest.mark.parametrize("asked", [None, 1, 2])
def test_the_marked_neuron_has_one_line_from_each_circle_of_the_layer_before(asked):
    picture = WidthsPicture((784, 10, 3), ("a", "b", "c"), asked)
    lines = [c for c in picture.figure.findobj(LineCollection)]
    black = [c for c in lines if c.get_linewidth()[0] > 1]
    grey = sum(len(c.get_segments()) for c in lines) - sum(len(c.get_segments()) for c in black)
    assert grey == 8 * 10 + 10 * 3
    assert [len(c.get_segments()) for c in black] == ({None: [], 1: [8], 2: [10]}[asked])
    for collection in black:
        assert len({tuple(segment[1]) for segment in collection.get_segments()}) == 1
    dots = [t for t in picture.figure.findobj(QuickText) if t.text == "⋮"]
    assert len(dots) == 1  # only of the 784 some are left out


def test_a_lone_layer_is_centred_and_a_wide_one_leaves_room_for_dots():
    assert heights(1, 0, 90).tolist() == [45]
    assert heights(3, 0, 90).tolist() == [55, 45, 35]
    assert heights(10, 0, 90).tolist() == [*range(90, -1, -10)]
    assert heights(11, 0, 90).tolist() == [90, 80, 70, 60, 30, 20, 10, 0]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("text", ["$5 and $6", "<b>$x$</b>", r"\(x^2\)"])
def test_no_page_makes_a_formula_of_a_text(keep, text):
    """The page typesets descriptions; that of a box is kept from it where it could be TeX."""
    if not hasattr(widgets.Checkbox, "description_allow_html"):
        pytest.skip("ipywidgets 7 cannot be told so")
    poll = keep(Poll("Which?", ["A"], {"A": text, "B": "plain"}, several=True))
    asked = keep(predict({text: 1.0}))
    box, plain = [w for w in all_widgets(poll.root) if isinstance(w, widgets.Checkbox)]
    for widget, words in ((box, f"A. {text}"), (asked.boxes[text].field, text)):
        assert widget.description_allow_html and widget.description == (
            f'<span class="mathjax_ignore tex2jax_ignore">{html.escape(words)}</span>')
    assert plain.description == "B. plain" and not plain.description_allow_html


@pytest.mark.parametrize("mark", ["\u2066", "\u2067", "\u200b", "\u3000", "\u06c0", "\ud800"])
def test_characters_that_a_font_lacks_do_not_break_the_picture(keep, mark):
    poll = keep(Poll(f"Is {mark}it{mark} so?", 1, title=f"{mark}Poll"))
    plain = keep(Poll("Is it so?", 1, title="Poll"))
    assert poll.snapshot().startswith(b"\x89PNG")
    if mark in "\u2066\u2067":
        assert poll.snapshot() == plain.snapshot()


@pytest.mark.parametrize("mark", ["\u200f", "\u202e", "\u2066", "\u2069"], ids=ascii)
@pytest.mark.parametrize("several", [False, True])
def test_no_text_of_a_question_turns_the_text_after_it(keep, mark, several):
    """After Answer and Reveal too; the picture is that of the texts without the mark."""
    def asked(mark):
        choices = {"A": f"{mark}no", "B": f"y{mark}es", f"C{mark}": "both"}
        return keep(Poll(f"Is {mark}it so?", "A", choices, several=several, title=f"{mark}Poll",
                         hint={"B": f"{mark}never"}, explain=f"{mark}Because."))

    poll = asked(mark)
    assert turned(poll) == []
    for letter, verdict in [("B", "Not yet"), ("A", "Right")]:
        poll.predict(letter)
        assert verdict in poll.status.value and turned(poll) == []
    assert "Because" in poll.explanation.value
    poll.reveal()
    assert turned(poll) == [] and poll.snapshot() == asked("").snapshot()


def test_no_name_of_a_number_turns_the_text_after_it(keep):
    asked = keep(predict({"\u202eslope": 1.0}))
    asked.show()
    assert turned(asked) == [] and asked.in_text() == "slope = 1"


# --- what can be seen, read out and freed ---


@pytest.fixture(params=[1, 2, 4], ids=["number", "checkboxes", "radio buttons"])
def poll(request, keep):
    return keep(lecture_poll(request.param))


def test_every_control_has_a_name_and_the_lines_their_roles(poll):
    kinds = (widgets.Text, widgets.Checkbox, widgets.RadioButtons, widgets.Button)
    controls = [control for kind in kinds for control in of_kind(poll, kind)]
    names = [getattr(control, "description", "") or control.options[0][0] for control in controls]
    assert len(controls) >= 3 and all(name.strip() for name in names)
    assert 'role="status"' in poll.status.value and 'role="alert"' in poll.error.value


def test_the_enter_key_answers(keep):
    poll = keep(lecture_poll(1))
    box = of_kind(poll, widgets.Text)[0]
    box.value = "7"
    box._handle_custom_msg({"event": "submit"}, [])
    assert poll.right


def test_the_enter_key_answers_with_the_text_that_a_page_sends_after_it(keep):
    poll = keep(lecture_poll(1))
    box = of_kind(poll, widgets.Text)[0]
    box._handle_custom_msg({"event": "submit"}, [])
    box.set_state({"value": "7"})
    assert poll.right and poll.tries == 1 and text_of(poll.error) == ""
    box.set_state({"value": "8"})
    assert poll.right and not box.continuous_update


def test_what_is_written_is_escaped(keep):
    bad = "<img src=x onerror=alert(1)> & co"
    poll = keep(Poll(bad, 1, explain=bad, hint=lambda _: f"{bad}: {bad}", title=bad))
    poll.predict(2)
    wrong = poll.status.value
    poll.reveal()
    lines = [w.value for w in of_kind(poll, widgets.HTML) if "<style>" not in w.value] + [wrong]
    assert all("<img" not in value for value in lines)
    assert sum(html.escape(bad) in value for value in lines) >= 3


def test_it_can_be_seen_without_a_kernel(poll):
    before = poll._repr_mimebundle_()
    poll.reveal()
    data, size = poll._repr_mimebundle_()
    assert (data, size) == before  # the answer is not in it
    assert data["text/plain"].startswith(poll.title) and poll.question in data["text/plain"]
    assert data["text/plain"].endswith("Run the notebook to answer.)")
    assert all(text in data["text/plain"] for text in poll.choices.values())
    png = base64.b64decode(data["image/png"])
    width = struct.unpack(">I", png[16:20])[0]
    assert png.startswith(b"\x89PNG") and width == size["image/png"]["width"] * poll.scale
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == poll.widget.model_id


def test_nothing_of_the_picture_is_cut_off(poll):
    pixels = imread(io.BytesIO(poll.snapshot()))[..., :3]
    dark = (pixels < 0.7).any(axis=-1)
    assert dark.any() and not dark[:, -10:].any() and not dark[-10:].any() and not dark[:10].any()


def test_repr_is_short_and_the_same_each_time(poll):
    assert repr(poll) == f"Poll({poll.title!r}, {poll.question!r})"
    assert len(repr(poll)) < 250 and " at 0x" not in repr(poll)


def test_a_closed_poll_leaves_nothing(keep):
    lab = lab_of(keep, ThreeNeuronLab)
    gc.collect()
    before = live_widgets()
    for which in (1, 2, 3):
        poll = lecture_poll(which, lab)
        poll.reveal()
        poll.close()
        poll.close()
    poll = will_move(lab, "w11")
    poll.close()
    assert live_widgets() == before
    assert list(lab.listeners) == []
    lab.b21 = 5.0
    assert lab.b21 == 5.0


def test_the_public_names_lead_here():
    assert {"Poll", "lecture_poll", "predict_gradient", "will_learn", "will_move"} <= set(
        dir(mlp_widgets))
    assert mlp_widgets.Poll is Poll
