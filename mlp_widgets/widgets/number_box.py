"""A box for a number, as people write it: it shows plain digits, and takes what they type.

A box of the kind ``type=number`` would take the arrow keys, but Chromium makes 15 of "1,5" there
and sends nothing at all of "abc" and of an empty box: so this one sends the text.
"""

from __future__ import annotations

import math

from ..text import number
from . import bare as widgets
from .typed_numbers import read_number

FITS = 8
"""Characters that the box has room for; style.css says how wide it is."""
FINER = 10
"""Fine steps in a step of the slider."""


class NumberBox(widgets.Text):
    """Sends the text when Enter is pressed, or when the keyboard leaves it."""

    value: str

    def __init__(self, name: str) -> None:
        super().__init__(description=name, continuous_update=False)

    @property
    def number(self) -> float:
        """The number that it shows."""
        return read_number(self.value)


def shown_in_box(value: float, digits: int) -> str:
    """At most so many significant digits, and so few that all of them can be seen. The minus sign
    is that of the keyboard, so that a copied number is one in code too."""
    if isinstance(value, int):
        return str(value)
    texts = (number(value, count).replace("−", "-") for count in range(digits, 0, -1))
    return next((text for text in texts if len(text) <= FITS), number(value, 1).replace("−", "-"))


def fine_step_of_log(value: float) -> float:
    """A unit of the second digit: 0.001 for 0.012."""
    return 10.0 ** (math.floor(math.log10(value)) - 1)


def stepped(value: float, step: float, up: bool) -> float:
    """The next multiple of a step above or below a number, without the noise of a float."""
    count = value / step
    count = math.floor(count + 1e-6) + 1 if up else math.ceil(count - 1e-6) - 1
    return round(count * step, max(0, 3 - math.floor(math.log10(step)))) + 0.0
