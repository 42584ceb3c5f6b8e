"""Numbers to predict: the student types them first, and is told how far off they are.

    predict({"kink of neuron 1, x": 14.75, "kink of neuron 2, x": 8.667})

Each has a box. A verdict stands beside the box once it was checked; the right numbers wait until
somebody asks for them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

from ..text import number, one_way
from . import bare as widgets
from .answer import folded
from .cell import Cell, as_html, described, escaped
from .lab import Lab
from .layout import focus, line, stack
from .look import look
from .made_again import latest
from .typed_numbers import (
    CLOSE_ENOUGH,
    check_tolerance,
    finite,
    how_far_off,
    is_close,
    read_number,
)

SHORT = 5
"""Digits of a right number as it is shown."""


def nearest(value: float, sizes: Mapping[str, float]) -> str:
    """The letter of the size that is nearest to |value| in powers of ten: so a question can offer
    round numbers, and which of them is right is computed. ValueError unless all are numbers, and
    the sizes above 0; to a value of 0 the smallest size is nearest."""
    found = {letter: finite(size, "a size") for letter, size in sizes.items()}
    if not found or min(found.values()) <= 0:
        raise ValueError("the sizes to choose from must be numbers above 0")
    decades = math.log10(max(abs(finite(value, "the value")), sys.float_info.min))
    return min(found, key=lambda letter: abs(math.log10(found[letter]) - decades))


class Box:
    """One number that is asked for: its name, a box, and the verdict on what was typed."""

    def __init__(self, name: str, right: float, tolerance: float) -> None:
        self.name, self.right, self.tolerance = name, right, tolerance
        self.field = widgets.Text(**described(name), placeholder="type a number",
                                  continuous_update=False, style={"description_width": "initial"})
        self.field.add_class("mlp-predict-field")
        self.verdict = widgets.HTML()
        self.verdict.add_class("mlp-judged")
        self.widget = line(self.field, self.verdict)
        self.widget.add_class("mlp-predict-row")

    def check(self) -> bool:
        """Judge what stands in the box; an empty one is passed over."""
        if not self.field.value.strip():
            self._say("", "")
            return False
        try:
            given = read_number(self.field.value)
        except ValueError as error:
            self._say("mlp-judged-wrong", f"⚠ {error}")
            return False
        if is_close(given, self.right, self.tolerance):
            self._say("mlp-judged-right", f"✓ Right: {number(self.right, SHORT)}.")
            return True
        off = how_far_off(given, self.right)
        self._say("mlp-judged-wrong", f"✗ {number(given, 6)} {off}.")
        return False

    def show(self) -> None:
        """Say what is right; what was typed stays."""
        self._say("mlp-judged-shown", f"→ {number(self.right, SHORT)}")

    def _say(self, css: str, words: str) -> None:
        self.verdict.value = escaped(css, words, "status") if words else ""


class Prediction(Cell):
    """Boxes for numbers that are predicted.

    ``numbers``: what each is -> its value. Right within the relative ``tolerance``; a 0 must be
    given as 0. The gradients of the lab ``covers`` are covered until all are right or shown.
    ValueError if there is nothing to predict, or something is no finite number.
    """

    def __init__(self, numbers: Mapping[str, float], *, tolerance: float = CLOSE_ENOUGH,
                 covers: Lab | None = None) -> None:
        if not isinstance(numbers, Mapping) or not numbers:
            raise ValueError("give what is to be predicted as {'J': 0.5}, "
                             f"got {numbers!r:.40}")
        check_tolerance(tolerance)
        right = {str(name): finite(value, f"what is right for {name}")
                 for name, value in numbers.items()}
        super().__init__()
        self.make_messages()
        self._covers = covers
        self.boxes = {name: Box(name, value, tolerance) for name, value in right.items()}
        self._build()
        self._cover(True)

    def _build(self) -> None:
        """A row for each number, and two buttons."""
        for box in self.boxes.values():
            self.on_enter(box.field, self.check)
        self.check_button = self.button("Check", "mlp-check", self.check, primary=True,
                                        tooltip="How far off are these numbers?")
        self.show_button = self.button("Show", "mlp-show", self.show,
                                       tooltip="Show the right numbers")
        rows = stack(*(box.widget for box in self.boxes.values()))
        rows.add_class("mlp-predict-rows")
        self.root = stack(look(), rows,
                          line(self.check_button, self.show_button, self.status, self.error))
        for css in ("mlp-poll", "mlp-predict"):
            self.root.add_class(css)

    # -- from code --------------------------------------------------------------------------

    def check(self) -> None:
        """Judge every number that was typed."""
        with self._lock:
            self.show_error("")
            verdicts = [box.check() for box in self.boxes.values()]
            if not any(box.field.value.strip() for box in self.boxes.values()):
                raise ValueError("type a number into a box first")
            self.show_status(f"{sum(verdicts)} of {len(verdicts)} right.")
            if all(verdicts):
                self._cover(False)

    def show(self) -> None:
        """Show the right numbers."""
        with self._lock:
            self.show_error("")
            for box in self.boxes.values():
                box.show()
            self._cover(False)

    def focus(self) -> None:
        """Put the keyboard into the first box."""
        focus(next(iter(self.boxes.values())).field)

    def _cover(self, covered: bool) -> None:
        if self._covers is not None:
            latest(self._covers).cover(covered)

    # -- notebooks --------------------------------------------------------------------------

    def in_text(self) -> str:
        """The right numbers, for nbval to compare; a page shows the boxes instead."""
        return "\n".join(f"{one_way(name)} = {number(box.right, SHORT)}"
                         for name, box in self.boxes.items())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None
                          ) -> tuple[dict[str, object], dict[str, object]]:
        """The live boxes; for viewers without a kernel what is asked, and the answer folded."""
        asked = "".join(f"<li>{as_html(name)} = ?</li>" for name in self.boxes)
        return {**self.live_view(), "text/plain": self.in_text(),
                "text/html": f"<ul>{asked}</ul>{folded(self.in_text())}"}, {}

    def __repr__(self) -> str:
        return f"Prediction({', '.join(self.boxes)})"


def predict(numbers: Mapping[str, float], *, tolerance: float = CLOSE_ENOUGH,
            covers: Lab | None = None) -> Prediction:
    """Ask for numbers before they are shown: what each is -> its value. See Prediction."""
    return Prediction(numbers, tolerance=tolerance, covers=covers)
