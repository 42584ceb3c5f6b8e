"""No text of a picture is cut or lies on another one, wherever the sliders are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from drawn_texts import Box, Recorder, faults
from lab_tools import SMALLER, may_show, these_labs

from mlp_widgets import LABS
from mlp_widgets.drawing.diagram import DiagramPicture, DiagramScene, Edge, Node
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.drawing.style import LARGE, NORMAL, SMALL
from mlp_widgets.drawing.table import TablePicture
from mlp_widgets.fields import (
    DATA,
    PARAMETER,
    VIEW,
    Choice,
    Number,
    Place,
    Several,
    State,
    Switch,
    Whole,
    declared,
)
from mlp_widgets.lectures.digits.numbers import Numbers as DigitsNumbers
from mlp_widgets.widgets.canvas import Slot
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.look import style_sheet

RANDOM = 16
"""States of each lab in which all is random, beside those at the ends of the sliders."""
MOST = {"epochs": 4}
"""Up to where a whole number is drawn at random, beside its ends: a training takes long."""


@pytest.fixture
def recorder(monkeypatch) -> Recorder:
    return Recorder(monkeypatch)


# -- states ---------------------------------------------------------------------------------------


def ends_of(state: State, of: Number) -> tuple[float, float]:
    low, high, _ = of.ends(state) or (0.5, 2.0, 0)
    return (10.0**low, 10.0**high) if of.log else (low, high)


def numbers_of(state: State) -> dict[str, Number]:
    """The fields of numbers that the network depends on."""
    return {name: of for name, of in declared(type(state)).items()
            if isinstance(of, Number) and of.role in (PARAMETER, DATA)
            and not isinstance(of, Place)}


def extremes(state: State) -> Iterator[dict[str, object]]:
    """Each number at both ends of its slider, all together there, and all at small odd numbers."""
    own = numbers_of(state)
    parameters = {name: of for name, of in own.items() if of.role is PARAMETER}
    for name, of in own.items():
        yield from ({name: end} for end in ends_of(state, of))
    for which in (0, 1):
        yield {name: ends_of(state, of)[which] for name, of in parameters.items()}
    for value in (0.0, -1.234e-5, 12345.67, -0.6994, -135.2):
        yield dict.fromkeys(parameters, value)


def at_random(state: State, random: np.random.Generator) -> dict[str, object]:
    """All fields at random: numbers on their sliders, or one in three of any size."""
    changes: dict[str, object] = {}
    wild = random.random() < 1 / 3
    for name, of in declared(type(state)).items():
        if isinstance(of, Place):
            continue
        if isinstance(of, Whole):
            changes[name] = int(random.integers(of.low, min(of.high, MOST.get(name, 60)) + 1))
        elif isinstance(of, Number):
            low, high = ends_of(state, of)
            value = random.uniform(low, high)
            if wild and of.role is PARAMETER:
                value = float(random.choice([-1, 1]) * 10 ** random.uniform(-12, 6))
            changes[name] = round(value, 4) or 0.5
        elif isinstance(of, Choice):
            changes[name] = str(random.choice(list(of.options)))
        elif isinstance(of, Several):
            changes[name] = tuple(of.options)
        elif isinstance(of, Switch):
            changes[name] = bool(random.random() < 0.5)
    return changes


def states_of(kind: type[Lab], start: dict[str, object]) -> Iterator[State]:
    """The states in which texts are checked, with every choice that a picture shows."""
    random, first = np.random.default_rng(7), kind.state_type(**start)
    choices = [{name: option} for name, of in declared(kind.state_type).items()
               if isinstance(of, Choice) for option in of.options]
    for changes in [{}, *extremes(first), *(at_random(first, random) for _ in range(RANDOM)),
                    *choices]:
        state = with_changes(first, changes)
        yield state.changed(**{name: min(int(random.integers(0, 40)), of.last(state))
                               for name, of in declared(kind.state_type).items()
                               if isinstance(of, Place)})


def with_changes(state: State, changes: dict[str, object]) -> State:
    """Another state; left out is what does not go together with the others."""
    for name, value in changes.items():
        with suppress(ValueError):
            state = state.changed(**{name: value})
    return state


def showing(slot: Slot, state: State) -> State | None:
    """The state, with another view if the slot needs one; None if it is not shown there."""
    views = [{}, *({name: option} for name, of in declared(type(state)).items()
                   if isinstance(of, Choice) and of.role is VIEW for option in of.options)]
    states = (with_changes(state, view) for view in views)
    return next((other for other in states if may_show(slot, other)), None)


def progress(lab: Lab, state: State, numbers: object) -> object:
    """What a run gives to the pictures that show one: a path of two steps, a training, or how many
    epochs are left."""
    if lab.descent:
        first = lab.initial.parameters
        return [(first, lab.loss), (dict(state.parameters), numbers.loss)]
    if isinstance(numbers, DigitsNumbers):
        numbers.train_others(-1.0)  # one of its epochs is done
        return numbers.epochs_left
    few = {"steps": 3} if hasattr(state, "steps") else {}
    training = lab.training_run.make(state.changed(**few))
    training.step(3)
    return training


def torn(slot: Slot, picture: Picture, boxes: list[Box]) -> Iterator[str]:
    """Texts that are whole neither in the left nor in the right half of a picture that is cut."""
    if slot.halves:
        to, start = (int(part) / 100 * picture.width for part in slot.halves.split("-"))
        yield from (f"{box.text!r} is in no half" for box in boxes
                    if box.ends[1][0] > to and box.ends[0][0] < start)


# -- the test -------------------------------------------------------------------------------------


@these_labs(*LABS)
def test_no_text_is_cut_or_lies_on_another(name, make, recorder):
    lab, wrong, seen = make(name, scale=1.0, **SMALLER.get(name, {})), Counter(), Counter()
    for state in states_of(type(lab), SMALLER.get(name, {})):
        for slot in lab.slots:
            shown = showing(slot, state)
            try:
                numbers = shown and lab.compute(shown)
            except (ValueError, ArithmeticError):  # a state that the lab refuses
                continue
            if shown:
                also = (progress(lab, shown, numbers),) if slot.progress else ()
                picture = lab.canvases[slot.name].picture
                picture.update(slot.scene(numbers, *also))
                boxes = recorder.texts_of(picture)
                seen[slot.name] += 1
                wrong.update((slot.name, fault) for fault in faults(picture, boxes))
                wrong.update((slot.name, fault) for fault in torn(slot, picture, boxes))
                wrong.update((slot.name, f"{box.text!r} has size {box.size}") for box in boxes
                             if box.size not in (SMALL, NORMAL, LARGE))
    assert set(seen) == {slot.name for slot in lab.slots} and min(seen.values()) > RANDOM / 2
    assert not wrong, "\n".join(f"{count} x {picture}: {fault}" for (picture, fault), count
                                in wrong.most_common(40))


def test_a_picture_is_cut_on_pages_where_its_texts_are_whole():
    cuts = {slot.halves for kind in LABS.values() for slot in kind.slots if slot.halves}
    rules = {f"{round(100 * float(to))}-{round(100 * float(start))}": name for name, to, start in
             re.findall(r"\.mlp-halves-(\S+) { --to: ([\d.]+); --from: ([\d.]+);", style_sheet())}
    assert rules == {cut: cut for cut in cuts}


@pytest.mark.parametrize("title", ["A deep chain", "Wider networks: the size of the first weights"])
def test_long_titles_and_notes_of_a_table_go_on_in_the_next_line(title, recorder):
    notes = ("40 leaky ReLU layers, weights drawn with std 0.05, with skips", "Run this notebook.")
    rows = [("", "", "value"), ("J", "0.25", "−1.234e−123"), ("∂J/∂w₁", "", "0")]
    picture = TablePicture(title, rows, notes, 338, 420, 1.0)
    boxes = recorder.texts_of(picture)
    assert not list(faults(picture, boxes))
    assert " ".join(box.text for box in boxes if box.text.split(" ")[0] in (
        notes[0].split(" ")[0], "with", "std")).startswith(notes[0][:30])
    assert {box.size for box in boxes} <= {SMALL, NORMAL, LARGE}


def test_the_check_sees_what_is_wrong(recorder):
    nodes = (Node("a", 0.1, 0.5, "a"), Node("b", 0.9, 0.5, "much too long for it"),
             Node("c", 0.11, 0.5), Node("d", 0.89, 0.5))
    picture = DiagramPicture(scale=1.0)
    picture.update(DiagramScene(nodes, (Edge("a", "b", "w = 1", 1.0),
                                        Edge("c", "d", "v = 2", 2.0))))
    found = list(faults(picture, recorder.texts_of(picture)))
    assert "'v = 2' on 'w = 1'" in found
    assert "'much too long for it' is cut" in found
    assert "'much too long for it' crosses a circle" in found
