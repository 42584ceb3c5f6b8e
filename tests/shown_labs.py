"""What the cells of a notebook show: no cell moves a lab that stands in the page, a question is
about a lab that stands beside it, no earlier answer uncovers what it asks for, and the numbers of a
text are those of the lab below it.

It is imported in the kernel of the notebook, see ``beside_nbval``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlp_widgets import Lab, Poll
from mlp_widgets.fields import State, declared
from mlp_widgets.widgets.part import Part
from mlp_widgets.widgets.predict import Prediction


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

    def covered_again(self) -> list[str]:
        """Questions that cover a lab which another one has covered: the answer of the first also
        uncovers what the second asks for."""
        covering = [(shown.cell, lab) for shown in self.shown if (lab := covered_by(shown.thing))]
        return [f"cell {cell}: a question above has uncovered {lab!r}"
                for k, (cell, lab) in enumerate(covering)
                if any(lab is other for _, other in covering[:k])]

    def without_reasons(self) -> list[str]:
        """Questions with a wrong choice that is told nothing of its own: a student who chose it
        hears why it is wrong, not only that it is."""
        return [f"cell {shown.cell}: {shown.thing!r} says nothing of its own of {wrong}"
                for shown in self.shown if isinstance(shown.thing, Poll)
                and (wrong := unexplained(shown.thing))]

    def contradictions(self, texts: Sequence[str]) -> list[str]:
        """Numbers that a text gives for a lab, and the next lab below it does not have. Given is
        what is written right above each cell."""
        found, shown = [], {shown.cell: shown.state for shown in self.labs}
        text = ""
        for cell, above in enumerate(texts):
            text += f"{above}\n\n"
            if cell in shown:
                found += [f"{symbol} = {value:g}"
                          for symbol, value, now in claims(text, shown[cell]) if now != value]
                text = ""
        return found

    def wrong(self, texts: Sequence[str] = (), of_others: Sequence[str] = ()) -> list[str]:
        """What is wrong after a cell; with all texts of the notebook, after its last one: what it
        says, asks, and whether it shows a lab."""
        if not texts:
            return self.moved
        found = [*self.moved, *self.lost_questions(), *self.covered_again(),
                 *self.without_reasons()]
        found += [] if self.labs else ["there is no lab"]
        unlike = self.contradictions(texts)
        found += [f"{said} in the text, not in the lab" for said in unlike if said not in of_others]
        return found + [f"no text says {said}" for said in of_others if said not in unlike]


HELD_BACK = re.compile(r"<details>.*?</details>|^\*\*(?:Predict|Try|Then)\b.*?(?:\n\n|\Z)"
                       r"|(?:[^.?!]|\.\d)*\?|\*\*[^*]*\*\*", re.S | re.M)
"""What a text does not say of the lab as it stands: answers, questions, what to try, buttons."""


def unexplained(poll: Poll) -> list[str]:
    """The wrong choices of a question without a reason, or with the reason of another one."""
    right = poll._right_answer()
    said = {letter: poll.reason(letter) for letter in poll.choices if letter not in right}
    return [letter for letter, reason in said.items()
            if not reason or [*said.values()].count(reason) > 1]


def claims(text: str, state: State) -> Iterator[tuple[str, float, object]]:
    """Of each number that a text gives for a field of a lab, as in "w₂¹ = −1": the symbol, the
    number, and what the lab has. "w · x = 4.5" says nothing of x, and "∂L/∂w = 2" nothing of w."""
    said = HELD_BACK.sub("", text)
    for name, declaration in declared(type(state)).items():
        symbol = getattr(declaration, "symbol", "") or name
        equation = rf"(?<!cdot )(?<![·+−/] )(?<![\w∂/]){re.escape(symbol)} = (−?\d+(?:\.\d+)?)"
        for found in re.finditer(equation, said):
            yield symbol, float(found[1].replace("−", "-")), getattr(state, name)


def covered_by(thing: object) -> Lab | None:
    """The lab in which a question covers what it asks for."""
    if isinstance(thing, Prediction):
        return thing._covers
    return thing.about if isinstance(thing, Poll) and thing.covers else None


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
WRONG = "__import__('shown_labs').PAGE.wrong({}, {})"
"""What it evaluates after each cell; after the last one with all texts."""


def begin(shell) -> None:
    """Hear of all that the cells show, and of their ends."""
    formatted: Callable = shell.display_formatter.format

    def format_and_note(thing: object, *given, **named):
        PAGE.display(thing)
        return formatted(thing, *given, **named)

    shell.display_formatter.format = format_and_note
    shell.events.register("post_run_cell", PAGE.after_cell)
