"""The smallest J by hand, and by descent: the student's own fit first, then the machine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Path = Sequence[tuple[Mapping[str, float], float]]
"""(parameters, J) at every step of a descent."""
HAND, DESCENT = "hand", "descent"


class Attempts:
    """The smallest J that was found on one set of points with one loss.

    ``best``: "hand" or "descent" -> J and how many points were right. By hand counts what comes
    from a start that was given by moving one parameter after the other, without a descent between.
    """

    def __init__(self) -> None:
        self.best: dict[str, tuple[float, int]] = {}
        self._before: Mapping[str, float] = {}
        self._by_hand = True

    def note(self, parameters: Mapping[str, float], J: float, right: int, *, given: bool,
             asked_by_hand: bool, descended: bool) -> None:
        """Take over the present parameters: whether a start was given, whether the change was
        asked for in the page, and whether they are the end of a descent."""
        moved = [name for name, value in parameters.items() if self._before.get(name) != value]
        self._before = dict(parameters)
        if given:
            self._by_hand = True
        elif descended or len(moved) > 1:
            self._by_hand = False
        way = DESCENT if descended else HAND
        counts = asked_by_hand and moved and not given and (descended or self._by_hand)
        if counts and (way not in self.best or self.best[way][0] > J):
            self.best[way] = J, right
