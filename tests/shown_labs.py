"""What the cells of a notebook show: no cell moves a lab that stands in the page, and a question
is about a lab that stands beside it.

It is imported in the kernel of the notebook, see ``beside_nbval``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mlp_widgets import Lab, Poll
from mlp_widgets.fields import State, declared
from mlp_widgets.widgets.part import Part


@dataclass
class Shown:
    """What a cell left in the page, and the state that its lab had then."""

    cell: int
    thing: object
    lab: Lab | None
    state: object


@dataclass
class Page:
    """All that stands in a notebook after its cells ran in order, counted from 0."""

    cell: int = 0
    shown: list[Shown] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    """The cells that changed the state of a lab after it was shown."""

    def display(self, *things: object) -> None:
        """Note what is shown, and the state of its lab."""
        for thing in things:
            lab = lab_of(thing)
            self.shown.append(Shown(self.cell, thing, lab, lab and bare(lab.state)))

    def after_cell(self, _result: object = None) -> None:
        """Look whether a lab is another one than it was."""
        self.moved += [
            f"cell {self.cell} moves the lab that cell {shown.cell} shows: {shown.lab!r}"
            for shown in self.labs if bare(shown.lab.state) != shown.state]
        self.cell += 1

    @property
    def labs(self) -> list[Shown]:
        """The labs and parts of labs that were shown."""
        return [shown for shown in self.shown if shown.lab is not None]

    def lost_questions(self) -> list[str]:
        """Questions about a lab that stands neither right before nor right after them, nor in
        their cell."""
        found = []
        for poll in (shown for shown in self.shown if isinstance(shown.thing, Poll)):
            before = [shown.lab for shown in self.labs if shown.cell <= poll.cell][-1:]
            after = [shown.lab for shown in self.labs if shown.cell > poll.cell][:1]
            about = poll.thing.about
            if about is not None and not any(about is lab for lab in before + after):
                found.append(f"cell {poll.cell}: {poll.thing!r}")
        return found

    def wrong(self, is_last: bool) -> list[str]:
        """What is wrong after a cell; questions, and whether there is a lab, after the last one."""
        if not is_last:
            return self.moved
        return [*self.moved, *self.lost_questions(), *([] if self.labs else ["there is no lab"])]


def lab_of(thing: object) -> Lab | None:
    """The lab that is shown, or of which a part is."""
    if isinstance(thing, Part):
        thing = thing._host
    return thing if isinstance(thing, Lab) else None


def bare(state: State) -> State:
    """A state without the cover that a question lays on its lab, and takes away."""
    return state.changed(covered=False) if "covered" in declared(type(state)) else state


# --- in the kernel ---

PAGE = Page()
BEGIN = f"(__import__('sys').path.append({str(Path(__file__).parent)!r}), " \
        "__import__('shown_labs').begin(get_ipython()))"
"""What the kernel evaluates before the first cell."""
WRONG = "__import__('shown_labs').PAGE.wrong({})"
"""What it evaluates after each cell, with whether it is the last one."""


def begin(shell) -> None:
    """Hear of all that the cells show, and of their ends."""
    formatted: Callable = shell.display_formatter.format

    def format_and_note(thing: object, *given, **named):
        PAGE.display(thing)
        return formatted(thing, *given, **named)

    shell.display_formatter.format = format_and_note
    shell.events.register("post_run_cell", PAGE.after_cell)
