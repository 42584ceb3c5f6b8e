"""A question of a lecture: predict, answer, reveal. What is right is asked for at that moment.

    Poll("How many weights?", number_of_weights, explain="One for each line.")
    Poll("Does it grow?", lambda: "A" if grows() else "B", {"A": "yes", "B": "no"}, about=lab)

An answer belongs to the state of the lab ``about`` in which it was given: if that changes, the
poll says so, and if it comes back (Undo), so does the verdict. When the cell of that lab is run
again, the question is about the lab that stands there now.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, replace

from traitlets import Int

from ..drawing.picture import StillPicture
from ..drawing.table import TablePicture
from ..text import number, one_way
from . import bare as widgets
from .canvas import NamedImage
from .cell import Cell, as_html, described, escaped
from .lab import Lab
from .layout import focus, line, stack, styled
from .look import look
from .png import PngEncoder, composite_png
from .present import Present
from .typed_numbers import check_tolerance, finite, how_far_off, is_close, read_number

WIDTH = 828
"""Of the picture, in CSS pixels: that of the labs."""

CLOSED = "the lab of this question is closed: run its cell again, then this one"

Letters = tuple[str, ...]
Given = float | Letters
Hint = Callable[[Given], str] | Mapping[str, str]
"""What is said after a wrong answer: of the answer, or of each choice that is wrong."""

RIGHT, WRONG, TOLD = "right", "wrong", "told"
"""Kinds of verdicts: they have their signs in style.css."""


@dataclass(frozen=True)
class Verdict:
    """The last answer, and the state (``key``) for which it was given; None: only revealed."""

    key: Hashable
    given: Given | None = None
    tries: int = 0
    right: bool = False
    revealed: bool = False
    kind: str = TOLD
    words: str = ""
    explanation: str = ""


class Poll(Cell):
    """A question with choices, or for a number.

    ``answer`` is what is right, or a function without arguments that computes it: a letter of
    ``choices`` (letter -> text), all right letters if ``several`` may be chosen, or, without
    choices, a number, which is right within the relative ``tolerance``. ``explain``, a text or a
    function, is shown when the answer is right or revealed. ``hint`` is said after a wrong answer:
    for each choice that is wrong its reason (letter -> sentence), or a function of the answer;
    without it, it is said of a number how far off it is. ``about`` is the lab (any :class:`Lab`)
    that an answer depends on, and ``depends()`` what of it: all that its Undo brings back, unless
    given. With ``covers``, what the lab can cover, its gradients, is covered until the answer is
    right or revealed. ``picture(scale=...)`` makes a picture that stands beside the choices,
    ``title`` stands above the question.

    Raises ValueError on a question without text, on choices or hints that do not fit, and on an
    ``answer`` that is none; what is wrong with the answer of a student is said in the poll, in one
    sentence.
    """

    def __init__(
        self,
        question: str,
        answer: object,
        choices: Mapping[str, str] | None = None,
        *,
        explain: str | Callable[[], str] = "",
        several: bool = False,
        tolerance: float = 0.0,
        hint: Hint | None = None,
        about: Lab | None = None,
        depends: Callable[[], Hashable] | None = None,
        covers: bool = False,
        picture: Callable[..., StillPicture] | None = None,
        title: str = "Question",
        scale: float = 2.0,
    ) -> None:
        _check_question(question, choices, several, tolerance)
        _check_hint(hint, choices)
        if covers and about is None:
            raise ValueError("a poll that covers gradients needs the lab that it is about")
        self.question, self.title, self.scale = question, title, scale
        self.choices, self.several, self.tolerance = dict(choices or {}), several, tolerance
        self.about, self.covers = about, covers
        self._answer, self._explain, self._hint = answer, explain, hint
        self._depends = depends or (lambda: self.about and self.about.state.of_the_network)
        self._check_lab()
        self._check_answer()
        super().__init__()  # now: a question that is refused leaves no widget behind
        self.make_messages()
        self.picture = picture(scale=scale) if picture else None
        self._verdict: Verdict | None = None
        self._build()
        if about is not None:
            self._lock = about.locked()  # the lab stays as it is while an answer is judged
            about.listeners.add(self)
            self._cover(True)

    # -- from code --------------------------------------------------------------------------

    @property
    def tries(self) -> int:
        """Answers given for the present state; the same one twice in a row counts once."""
        return self._present.tries if self._present else 0

    @property
    def right(self) -> bool | None:
        """Whether the last answer for the present state is right; None if there is none."""
        return self._present.right if self._present and self._present.tries else None

    def predict(self, given: object) -> None:
        """Answer as with the button: a letter, a list of letters, or a number.

        Raises ValueError if it is none of the choices, or no number.
        """
        with self._lock:
            given = self._checked(given)
            self._put(given)
            self._judge(given)

    def reveal(self) -> None:
        """Show the right answer and the explanation; what the student chose stays."""
        with self._lock:
            self._check_lab()
            key, right = self._depends(), self._right_answer()
            last = self._last_for(key) or Verdict(key)
            kind, words = (RIGHT, last.words) if last.right else (
                TOLD, f"The answer: {self._written(right)}. {_tries(last.tries)}")
            self._take(replace(last, revealed=True, kind=kind, words=words,
                               explanation=self._explained()))

    # -- judging ----------------------------------------------------------------------------

    def _judge(self, given: Given) -> None:
        """Take over an answer; if what is right cannot be said, nothing changes."""
        self._check_lab()
        key, right = self._depends(), self._right_answer()
        last = self._last_for(key) or Verdict(key)
        fits = self._fits(given, right)
        tries = last.tries + (given != last.given)
        shown = last.revealed or fits or last.explanation
        words = self._praise(given, tries, last.revealed) if fits else (
            self._reproof(given, right, tries))
        self._take(Verdict(key, given, tries, fits, last.revealed, RIGHT if fits else WRONG, words,
                           self._explained() if shown else ""))

    def _praise(self, given: Given, tries: int, revealed: bool) -> str:
        """The verdict on a right answer."""
        return f"Right: {self._written(given)}. {_tries(tries)}{' After Reveal.' * revealed}"

    def _reproof(self, given: Given, right: Given, tries: int) -> str:
        """The verdict on a wrong answer, and why it is wrong."""
        words = f"Not yet: {self._written(given)}"
        if self._hint is None and not isinstance(given, tuple) and not isinstance(right, tuple):
            return f"{words} {how_far_off(given, right)}. {_tries(tries)}"
        hint = self._hint(given) if callable(self._hint) else self._reasons(given, right)
        return f"{words}. {_tries(tries)} {hint}".rstrip()

    def _reasons(self, given: Given, right: Given) -> str:
        """Why the chosen letters that are wrong are so, and how many are missing, not which."""
        if not isinstance(given, tuple) or not isinstance(right, tuple):
            return ""
        wrong = [letter for letter in given if letter not in right and self.reason(letter)]
        if not self.several:
            return " ".join(map(self.reason, wrong))
        missing = len(set(right) - set(given))
        return " ".join([*(f"{letter}: {self.reason(letter)}" for letter in wrong),
                         *([f"Still missing: {missing}."] if missing else [])])

    def reason(self, letter: str) -> str:
        """What is said of a choice where it is wrong; "" if nothing is."""
        if callable(self._hint):
            return self._hint((letter,))
        return (self._hint or {}).get(letter, "")

    def _fits(self, given: Given, right: Given) -> bool:
        if isinstance(given, tuple) or isinstance(right, tuple):
            return given == right
        return is_close(given, right, self.tolerance)

    def _right_answer(self) -> Given:
        """What is right now; ValueError if that is no answer to this question."""
        right = self._answer() if callable(self._answer) else self._answer
        return self._checked(right, "the right answer")

    def _check_answer(self) -> None:
        """ValueError if what is right now is none of the choices, or no number. A function that
        cannot say it yet, or not yet give a number, is asked again when somebody answers."""
        right = self._answer
        if callable(right) and self.choices:
            try:
                right = right()
            except Exception:
                return
        if not callable(right):
            self._checked(right, "the right answer")

    def _explained(self) -> str:
        return self._explain() if callable(self._explain) else self._explain

    def _checked(self, given: object, what: str = "an answer") -> Given:
        """The answer as a number, or its letters in order; ValueError if it cannot be one."""
        if not self.choices:
            return finite(read_number(given) if isinstance(given, str) else given, what)
        letters = [given] if isinstance(given, str) else given
        if not isinstance(letters, Collection) or not set(letters) <= set(self.choices):
            raise ValueError(f"{what} must be of {', '.join(self.choices)}, got {given!r:.40}")
        if not letters or (len(letters) > 1 and not self.several):
            many = "at least one" if self.several else "one"
            raise ValueError(f"{what} must be {many} of {', '.join(self.choices)}, "
                             f"got {given!r:.40}")
        return tuple(letter for letter in self.choices if letter in letters)

    def _written(self, given: Given) -> str:
        """An answer as it is shown: the number, the letters, or the letter with its text."""
        if not isinstance(given, tuple):
            return number(given, 6)
        if self.several:
            *first, last = given
            return f"{', '.join(first)} and {last}" if first else last
        return f"{given[0]} ({self.choices[given[0]]})"

    # -- the state of the lab ---------------------------------------------------------------

    def _last_for(self, key: Hashable) -> Verdict | None:
        return self._verdict if self._verdict and self._verdict.key == key else None

    @property
    def _present(self) -> Verdict | None:
        """The verdict, if it is for the present state."""
        with self._lock:
            return self._last_for(self._depends()) if self._verdict else None

    def lab_changed(self) -> None:
        """The lab shows a state: say whether the last answer was for this one."""
        self.guarded(self._look)()

    def lab_made_again(self, lab: Lab) -> None:
        """Another lab stands in the place of the one that was asked about: ask this one."""
        if self.about is not None:
            self.about.listeners.discard(self)
        self.about, self._lock = lab, lab.locked()
        lab.listeners.add(self)
        self.guarded(self._look_anew)()

    def _look_anew(self) -> None:
        self.show_error("")
        if not (self._present and (self._present.right or self._present.revealed)):
            self._cover(True)
        self._show()

    def _look(self) -> None:
        self._check_lab()
        self._show()

    def _check_lab(self) -> None:
        """ValueError if the lab is gone."""
        if self.about is not None and self.about.closed:
            raise ValueError(CLOSED)

    def _cover(self, covered: bool) -> None:
        """Cover or uncover what the question asks for, in a lab that can."""
        if self.covers and self.about is not None:
            self.about.cover(covered)

    # -- showing ----------------------------------------------------------------------------

    def _take(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self.show_error("")
        if verdict.right or verdict.revealed:
            self._cover(False)
        self._show()

    def _show(self) -> None:
        """Verdict and explanation; if they are for another state, that too."""
        verdict = self._verdict
        if verdict is None:
            return
        kind, words, note = verdict.kind, verdict.words, verdict.explanation
        if self._present is None:
            what = "Reveal" if verdict.given is None else f"answer, {self._written(verdict.given)},"
            words = (f"The lab has changed. Your last {what} was for the state before: "
                     "answer for the present one.")
            kind, note = "", f"For the state before: {note}" if note else ""
        self.status.value = verdict_html(kind, words)
        self.explanation.value = escaped("mlp-poll-explanation", note)

    # -- controls ---------------------------------------------------------------------------

    def _build(self) -> None:
        """Question, controls, and the lines below them."""
        self.present = Present(self)
        title = widgets.HTML(escaped("mlp-poll-title", self.title))
        self.controls = self._make_controls()
        self.answer_button = self.button("Answer", "mlp-answer", self._pressed,
                                         tooltip="Is this right? Counts as a try", primary=True)
        self.reveal_button = self.button("Reveal", "mlp-reveal", self.reveal,
                                         tooltip="Show the right answer and why")
        self.explanation = widgets.HTML(escaped("mlp-poll-explanation", ""))
        self.root = widgets.VBox([
            look(), line(title, self.present.widget, self.present.toggle),
            widgets.HTML(escaped("mlp-poll-question", self.question)), *self._body(),
            line(self.answer_button, self.reveal_button, self.error),
            self.status, self.explanation,
        ])
        self.root.add_class("mlp-poll")
        self.present.begin()

    def _body(self) -> list[widgets.Widget]:
        """The controls; beside them the picture, if there is one."""
        picture = self.picture
        if picture is None:
            return self.controls
        image = NamedImage(value=PngEncoder().encode(picture.render()), format="png",
                           tooltip="The picture of the question",
                           width=str(picture.width), height=str(picture.height))
        words = widgets.HTML(escaped("", picture.words))
        words.add_class("mlp-words")
        body = widgets.Box([stack(*self.controls), styled("mlp-canvas", image, words)])
        body.add_class("mlp-poll-body")
        return [body]

    def focus(self) -> None:
        """Put the keyboard to the first choice or the box, so that the text above is in view; where
        that is a radio button, which cannot be asked for it, to the button that answers."""
        focus(self.answer_button if self.choices and not self.several else self.controls[0])

    def _make_controls(self) -> list[widgets.Widget]:
        """A radio button or a checkbox for each choice, or a box for a number."""
        if not self.choices:
            # text, because a box for numbers drops what it cannot read and says nothing
            self._field = widgets.Text(description="your number", placeholder="such as 1234.5",
                                       continuous_update=False)
            self.on_enter(self._field, self._pressed)
            return [self._field]
        make = _checkbox if self.several else _radio_button
        self._ticks = {letter: make(f"{letter}. {text}") for letter, text in self.choices.items()}
        if not self.several:
            for tick in self._ticks.values():
                tick.observe(self._only, names="value")
        return [*self._ticks.values()]

    def _only(self, change: Mapping[str, object]) -> None:
        """One radio button is on: the others go off."""
        if change["new"]:
            for tick in self._ticks.values():
                if tick is not change["owner"]:
                    tick.value = None

    def _pressed(self) -> None:
        """What the button Answer does."""
        self._judge(self._chosen())

    def _chosen(self) -> Given:
        """What stands in the controls; ValueError if that is nothing, or no number."""
        if not self.choices:
            return read_number(self._field.value)
        chosen = tuple(letter for letter, tick in self._ticks.items() if tick.value)
        if not chosen:
            raise ValueError("tick at least one choice first" if self.several else
                             "choose one of the answers first")
        return chosen

    def _put(self, given: Given) -> None:
        """An answer from code into the controls."""
        if not isinstance(given, tuple):
            self._field.value = f"{given:.12g}"
            return
        off = False if self.several else None
        for letter, tick in self._ticks.items():
            tick.value = True if letter in given else off

    # -- notebooks --------------------------------------------------------------------------

    @property
    def words(self) -> str:
        """Title, question, what the picture shows, and the choices."""
        asked = self._asked(self.picture.words if self.picture else "")
        return one_way(f"{self.title}. {asked}")

    def _asked(self, *shown: str) -> str:
        """Question, what is shown with it, and choices, a line each."""
        choices = [f"{letter}. {text}" for letter, text in self.choices.items()]
        many = "Several may be right. " if self.several else ""
        return "\n".join([self.question, *filter(None, shown), *choices,
                          f"({many}Run the notebook to answer.)"])

    def snapshot(self) -> bytes:
        """A PNG of the question; answers are not in it, so it is the same at each run."""
        page = question_picture(self.title, self._asked(), self.scale)
        return composite_png([page], *([[self.picture]] if self.picture else []))

    def close(self) -> None:
        """Remove the poll from the page and free its widgets."""
        if self.about is not None:
            self.about.listeners.discard(self)
        super().close()

    def __repr__(self) -> str:
        return f"Poll({self.title!r}, {self.question!r})"

    def in_text(self) -> str:
        """The question and its choices."""
        return self.words


# -- controls -----------------------------------------------------------------------------------


def _checkbox(label: str) -> widgets.Checkbox:
    return widgets.Checkbox(indent=False, **described(label))


class _RadioButton(widgets.RadioButtons):
    """A group of one: Jupyter keeps the arrow keys, with which one goes from radio to radio, so
    that all but the first of a larger group could not be reached by keyboard.

    Off is None here and -1 in the page: the kernel of the browser (JupyterLite) sends no None.
    """

    index = Int(None, allow_none=True).tag(
        sync=True,
        to_json=lambda index, _widget: -1 if index is None else index,
        from_json=lambda index, _widget: None if index == -1 else index,
    )


def _radio_button(label: str) -> widgets.RadioButtons:
    return _RadioButton(options=[(one_way(label), True)], value=None)


# -- words --------------------------------------------------------------------------------------


def verdict_html(kind: str, words: str) -> str:
    """A verdict as HTML: a sign of its kind, what stands before its colon in bold, and the rest."""
    if not kind:
        return escaped("mlp-status", words, "status")
    head, colon, rest = words.partition(":")
    return (f'<div class="mlp-status mlp-verdict mlp-verdict-{kind}" role="status">'
            f"<b>{as_html(head)}{colon}</b>{as_html(rest)}</div>")


def question_picture(title: str, text: str, scale: float) -> TablePicture:
    """A question as a picture, for viewers without a kernel."""
    notes = [part for row in text.splitlines() for part in textwrap.wrap(row, 95)]
    height = 30 + TablePicture.line * (len(notes) + 1) + 16
    return TablePicture(title, [], notes, WIDTH, height, scale)


def _check_question(question: object, choices: object, several: bool, tolerance: float) -> None:
    """ValueError unless it is a question with at least two choices, or for a number."""
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f"a poll needs a question, got {question!r:.40}")
    if choices is None and several:
        raise ValueError("several answers need choices")
    if choices is not None and not (isinstance(choices, Mapping) and len(choices) > 1):
        raise ValueError("choices must be at least two, as {'A': 'yes', 'B': 'no'}, "
                         f"got {choices!r:.40}")
    if isinstance(choices, Mapping) and (wrong := [
            part for pair in choices.items() for part in pair if not isinstance(part, str)]):
        raise ValueError("letters and choices must be texts, as {'A': 'yes', 'B': 'no'}, "
                         f"got {wrong[0]!r:.40}")
    check_tolerance(tolerance)


def _check_hint(hint: object, choices: object) -> None:
    """ValueError unless reasons are those of choices, or a function gives them."""
    if hint is not None and not callable(hint) and not isinstance(hint, Mapping):
        raise ValueError("a hint says of each choice why it is wrong, as {'A': 'too small'}, or is "
                         f"a function of the answer, got {hint!r:.40}")
    if isinstance(hint, Mapping):
        letters = choices if isinstance(choices, Mapping) else {}
        if unknown := [letter for letter in hint if letter not in letters]:
            raise ValueError(f"there is no choice {unknown[0]!r:.40} for this hint")


def _tries(count: int) -> str:
    return f"Tries: {count}."
