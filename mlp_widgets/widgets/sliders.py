"""A slider that counts its steps, so that the browser has nothing to round.

The browser's part of an ipywidgets float slider rounds every value it is given to its steps and
sends the rounded value back, as if the student had moved it. A slider of whole numbers sends
nothing back: whatever comes from it is a move. Here the whole number is the count of steps from
the low end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import bare as widgets


class StepSlider(widgets.IntSlider):
    """A slider from ``low`` to ``high`` by ``step``; with ``log`` these are exponents of 10.

    Its ``value`` is the number of steps from the low end; ``number`` is what it stands for. The
    last step may be a shorter one. With ``stops``, numbers in rising order, it goes through these.
    """

    value: int
    max: int

    def __init__(self, low: float, high: float, step: float, *, log: bool = False,
                 stops: Sequence[float] = (), **options: object) -> None:
        super().__init__(min=0, max=1, readout=False, **options)
        self._log, self._stops = log, stops
        self.set_ends(low, high, step)

    def set_ends(self, low: float, high: float, step: float) -> None:
        """Other ends and step; the handle is put anew by the next ``put``."""
        self._ends = low, high, step
        count = len(self._stops) - 1 if self._stops else max(
            1, math.ceil((high - low) / step - 1e-6))
        if self.max != count:
            self.value = min(self.value, count)
            self.max = count

    @property
    def ends(self) -> tuple[float, float, float]:
        """Low and high end, and step."""
        return self._ends

    @property
    def number(self) -> float:
        """The number on which the handle stands."""
        return self.number_at(self.value)

    def number_at(self, count: int) -> float:
        """The number so many steps from the low end, without the noise of a float."""
        if self._stops:
            return self._stops[count]
        low, high, step = self._ends
        place = min(low + count * step, high)
        if self._log:
            return float(f"{10.0 ** place:.6g}")
        return round(place, max(0, 3 - math.floor(math.log10(step)))) + 0.0

    def put(self, number: float) -> None:
        """Move the handle as near to a number as steps and ends allow."""
        if self._stops:
            gaps = [abs(number - stop) for stop in self._stops]
            self.value = gaps.index(min(gaps))
            return
        low, high, step = self._ends
        place = math.log10(max(number, 1e-300)) if self._log else number
        place = min(max(place, low), high)
        before_last = self.max - 1
        near_end = high - place < place - (low + before_last * step)  # the last step may be shorter
        self.value = self.max if near_end else min(round((place - low) / step), before_last)
