"""Every lab in any order: a machine draws what a student, an instructor and a cell may do.

After each action the numbers are those of the state that ``repr`` gives, words and pictures are in
step, and what went wrong is told in a sentence that was foreseen. Every few actions,
and at the end, controls, words and pixels are compared with those of another lab in the same state.
``MLP_WIDGETS_STEPS`` says how many actions a lab gets; ``make soak`` takes 5,000.

Runs, plays and trainings move on when the machine says so, a frame at a time: no thread, no clock.
"""

from __future__ import annotations

import html
import os
import random
from contextlib import suppress

import ipywidgets as widgets
import pytest
from any_state import same, states, values
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from lab_tools import (
    CHOICES,
    EACH_LAB_MUCH,
    KINDS,
    NUMBER_BOXES,
    SLIDERS,
    SMALLER,
    VALUES,
    as_new,
    at_rest,
    check_same,
    find,
    kept_things,
    no_pictures,
    of_kind,
    run_threads,
    runners,
    text_of,
    type_in,
    upload,
)

from mlp_widgets.fields import declared
from mlp_widgets.saved_state import code_of, state_from
from mlp_widgets.widgets import made_again, runner, slices
from mlp_widgets.widgets.blocks import headline_box
from mlp_widgets.widgets.pointer import Pointer

STEPS = int(os.environ.get("MLP_WIDGETS_STEPS", "50"))
"""Actions of a lab."""
AT_ONCE = 25
"""Actions between two beginnings."""
PIXELS_EVERY = 13
"""Actions between two comparisons of all controls and pixels, which take a third of the time; the
last one is at the end, after the beginning and AT_ONCE actions."""
TYPED = ("abc", "", "1e400", "-1e400", "nan", "1,5", "−0.75", "1e30", "0", "2.5", "<b>1</b>",
         "1e-300")
FILES = (b"x,y\n0,1\n1,2.5\n3,0.5\n4,2\n", b"0;1,5\n2;3\n5;1", b"", b"\x00\xff\xfe", b"1,2,3",
         b"0,0,1\n1,0.5,0\n-1,2,1\n", b"a,b\nc,d\n")
NOT_FORESEEN = "did not work"
ANY = st.integers(0, 10**6)


class Cells:
    """Says which cell runs."""

    cell, runs = "", 0

    def running(self) -> tuple[str, str]:
        return self.cell, str(self.runs)


def pointers(lab) -> list[Pointer]:
    return [of for of in kept_things(lab) if isinstance(of, Pointer)]


class AnyOrder(RuleBasedStateMachine):
    """One lab; a subclass names it."""

    name = ""
    lab = mirror = None
    """Of all examples: to make a lab takes as long as a hundred actions."""
    cells = Cells()

    @initialize()
    def begin(self):
        kind = type(self)
        if kind.lab is None:
            kind.lab, kind.mirror = kind.new_lab(), KINDS[self.name](scale=0.5)
        as_new(kind.lab)
        self.count = 0
        self.before, self.seen = self.lab.state, {self.lab.state.of_the_network}
        self.codes = [kind.lab.code]

    @classmethod
    def new_lab(cls):
        """As the cell makes it; it stands in the page."""
        cls.cells.cell, cls.cells.runs = cls.name, cls.cells.runs + 1
        made = KINDS[cls.name](scale=0.5, **SMALLER.get(cls.name, {}))
        cls.cells.cell = ""
        assert made.widget
        return made

    def pick(self, found, which):
        return found[which % len(found)] if found else None

    # -- what a student does ----------------------------------------------------------------------

    @rule(which=ANY, how=ANY, number=st.floats(-20, 20))
    def move(self, which, how, number):
        """Any control in view."""
        control = self.pick(of_kind(self.lab, *VALUES), which)
        if isinstance(control, SLIDERS):
            control.value = control.min + how % (control.max - control.min + 1)
        elif isinstance(control, CHOICES):
            control.value = self.pick(control._options_values, how)
        elif isinstance(control, NUMBER_BOXES):
            type_in(control, round(number, how % 4))
        elif control is not None:
            control.value = not control.value

    @rule(which=ANY, text=st.sampled_from(TYPED))
    def type_anything(self, which, text):
        """Into a box for numbers."""
        boxes = of_kind(self.lab, *NUMBER_BOXES)
        if boxes:
            self.pick(boxes, which).value = text

    @rule(which=ANY)
    def press(self, which):
        """Any button in view."""
        button = self.pick(of_kind(self.lab, widgets.Button), which)
        button.click()

    @rule(which=ANY)
    def open_or_close(self, which):
        """A fold, Share, Present."""
        toggle = self.pick(of_kind(self.lab, widgets.ToggleButton), which)
        toggle.value = not toggle.value

    @rule(which=ANY)
    def choose_a_preset(self, which):
        self.pick(list(self.lab.preset_buttons.values()), which).click()

    @rule()
    def undo(self):
        self.lab.undo_button.click()
        assert text_of(self.lab.error) or self.lab.state.of_the_network in self.seen

    @rule()
    def reset(self):
        self.lab.reset_button.click()

    @precondition(lambda self: pointers(self.lab))
    @rule(which=ANY, kind=st.sampled_from(["mousedown", "mousemove", "click"]),
          x=st.floats(0, 1), y=st.floats(0, 1))
    def point_at_a_picture(self, which, kind, x, y):
        """Press, drag, release anywhere."""
        moved = self.lab.guarded(self.pick(pointers(self.lab), which).moved)
        moved({"event": kind, "buttons": 1, "relativeX": 200 * x, "relativeY": 100 * y,
               "boundingRectWidth": 200, "boundingRectHeight": 100})

    @rule(content=st.sampled_from(FILES))
    def bring_data(self, content):
        if find(self.lab, "mlp-upload") is not None:
            upload(self.lab, content)

    @rule(times=st.integers(1, 3))
    def time_passes(self, times):
        """Frames of what runs."""
        for each in times * runners(self.lab):
            if each.running:
                each._run._once()

    # -- what code and other cells do -------------------------------------------------------------

    @rule(data=st.data(), which=ANY, small=st.booleans())
    def set_by_code(self, data, which, small):
        """Any value that a field allows on its own."""
        own = declared(self.lab.state_type)
        name = self.pick(list(own), which)
        value = data.draw(values(name, own[name], small))
        with suppress(ValueError, ArithmeticError):
            self.lab.set(**{name: value})

    @rule(data=st.data())
    def load_any_state(self, data):
        state = data.draw(states(self.lab.state_type, small=True))
        with suppress(ValueError, ArithmeticError):
            self.lab.load(code_of(type(self.lab).__name__, state))

    @rule(which=ANY)
    def load_an_earlier_code(self, which):
        with suppress(ValueError):  # own data may be too long for a code
            self.codes.append(self.lab.code)
        self.lab.load(self.pick(self.codes, which))

    @rule(count=st.integers(1, 12))
    def step(self, count):
        with suppress(ValueError, ArithmeticError):
            self.lab.step(count)

    @rule(what=st.sampled_from(["run", "pause", "rewind"]))
    def run(self, what):
        with suppress(ValueError):
            getattr(self.lab, what)()

    @rule(covered=st.booleans())
    def cover(self, covered):
        self.lab.cover(covered)

    @rule(which=ANY, count=st.integers(1, 3), shown=st.booleans())
    def make_a_part(self, which, count, shown):
        lab = self.lab
        names = [*lab.views._fields, *lab.canvases, *lab.blocks, "J"]
        found = lab.part(*random.Random(which).sample(names, count))
        if shown:
            assert found.widget

    @rule(which=ANY)
    def close_a_part(self, which):
        part = self.pick(list(self.lab.views.shown.values()), which)
        if part is not None:
            part.close()

    @rule(often=st.integers(0, 9))
    def run_the_cell_again(self, often):
        if often == 9:  # it takes as long as the other actions together
            old = self.lab
            type(self).lab = self.new_lab()
            assert old.closed and old.successor is self.lab
            self.codes = [self.lab.code]

    # -- what holds after each of them ------------------------------------------------------------

    @invariant()
    def numbers_are_those_of_the_state(self):
        lab = self.lab
        state = lab.state
        self.seen.add(state.of_the_network)
        try:
            read = state_from(repr(lab), type(lab).__name__, lab.state_type())
        except ValueError as error:  # own data of a file
            assert "file" in str(error), error
            read = state
        assert same(read, state)
        numbers = lab.compute(read)
        for name in ("parameters", "gradient", "loss"):
            assert repr(getattr(numbers, name)) == repr(getattr(lab.numbers, name)), name
        for field in declared(lab.state_type):
            assert getattr(lab, field) is getattr(state, field)

    @invariant()
    def words_are_in_step(self):
        lab = self.lab
        assert lab.headline_text.value == headline_box(*lab.headline(lab.numbers))
        said = text_of(lab.error)
        assert NOT_FORESEEN not in said, said
        assert len(text_of(lab.status)) > 5
        runs = any(each.running for each in runners(lab))  # words of pictures wait for its end
        for canvas in lab._shown():
            assert runs or canvas._words.value == html.escape(canvas.words), canvas.slot.name
            key = canvas.slot.key(lab.state, lab.progress.key)
            assert runs or canvas._drawn == key, canvas.slot.name  # a slice may be under way
        for part in lab.views.shown.values():
            assert part.words.startswith(lab.title)
        assert not lab._refreshing and not lab._more_to_come

    @invariant()
    def now_and_then_all_is_as_in_another_lab(self):
        self.count += 1
        if self.count % PIXELS_EVERY == 0:
            self.compare()

    def compare(self):
        """With the mirror, which came to the same state by one step, from where it was made."""
        lab, mirror = self.lab, self.mirror
        at_rest(lab)
        with no_pictures(mirror):  # those of where it was made: nobody looks at them
            as_new(mirror)
        mirror.set(**{name: getattr(lab.state, name) for name in declared(lab.state_type)})
        mirror.show_pictures()  # also where nothing was set
        check_same(lab, mirror)

    def teardown(self):
        if hasattr(self, "count"):
            if self.count % PIXELS_EVERY:
                self.compare()
            assert run_threads() == []


@pytest.fixture
def by_hand(monkeypatch):
    """Runs take a step when the machine says so; the machine says which cell runs."""
    monkeypatch.setattr(runner, "on_thread", lambda action, name: None)
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(made_again, "running_cell", AnyOrder.cells.running)
    monkeypatch.setattr(made_again, "_CELLS", {})


@EACH_LAB_MUCH
def test_any_order_of_actions_leaves_every_lab_in_step(name, by_hand):
    machine = type(f"Any_{name}", (AnyOrder,), {"name": name, "cells": AnyOrder.cells})
    try:
        run_state_machine_as_test(machine, settings=settings(
            max_examples=STEPS // AT_ONCE + 1, stateful_step_count=AT_ONCE, database=None,
            phases=[Phase.generate],
            derandomize="MLP_WIDGETS_STEPS" not in os.environ, print_blob=False))
        fresh = KINDS[name](scale=0.5)
        fresh.set(**{field: getattr(machine.lab.state, field)
                     for field in declared(fresh.state_type)})
        check_same(machine.lab, fresh)
    finally:
        for lab in (machine.lab, machine.mirror, locals().get("fresh")):
            if lab is not None:
                lab.close()
