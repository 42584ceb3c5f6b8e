"""What the sum of ReLUs is to become: a sine, a step, the traffic means, a student's own curve.

Every x is put onto -1..1 before the network sees it, so that one range of sliders and one learning
rate do for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from os import PathLike

import numpy as np

from ...core.activations import Array
from ...data.columns import as_columns
from ...data.points import XY, load_points
from ...data.traffic import HOURS, TRAFFIC
from ...text import number

NAMES = {"sine": "sine", "step": "step", **{name: f"traffic, {name}" for name in TRAFFIC},
         "flat": "flat: draw on it"}
"""Name -> what the control says."""
MOST_POINTS = 60
"""Of a student's own; the exact search for two hinges takes 0.1 s with so many."""


@dataclass(frozen=True)
class Target:
    """N points in the order of x, each x once; ``name`` is one of NAMES, or "" for own ones;
    ``note`` is what the lab says of how a file was understood."""

    name: str
    at: tuple[float, ...]
    values: tuple[float, ...]
    note: str = field(default="", compare=False)

    @cached_property
    def x(self) -> Array:
        """Where the points are, put onto -1..1, shape (N,)."""
        at = np.array(self.at)
        return 2.0 * (at - at[0]) / (at[-1] - at[0]) - 1.0

    @cached_property
    def y(self) -> Array:
        """Their heights, shape (N,)."""
        return np.array(self.values)

    @property
    def count(self) -> int:
        """N."""
        return len(self.at)

    def height(self, point: int) -> float:
        """The y of a point, counted from 1; ValueError if there is none."""
        if point > self.count:
            raise ValueError(f"this target has {self.count} points, and point is {point}")
        return self.values[point - 1]

    @property
    def span(self) -> float:
        """From the lowest to the highest point; 1 if they are on one level."""
        return float(np.ptp(self.y)) or 1.0

    @property
    def says(self) -> str:
        """Its name in a sentence."""
        return NAMES.get(self.name, "own curve").split(":")[0]

    @property
    def x_label(self) -> str:
        """What x is."""
        if (self.at[0], self.at[-1]) == (-1.0, 1.0):
            return "x"
        what = "hour " if self.name in TRAFFIC else ""
        return f"x: −1 is {what}{number(self.at[0])}, 1 is {what}{number(self.at[-1])}"

    @property
    def plain(self) -> object:
        """What ``as_target`` reads to the same: the name, or two lists."""
        return self.name or [list(self.at), list(self.values)]

    def with_values(self, heights: dict[int, float]) -> Target:
        """An own curve: the same points, some of them (counted from 0) at other heights."""
        values = tuple(heights.get(k, y) for k, y in enumerate(self.values))
        return Target("", self.at, values)


def as_target(source: object) -> Target:
    """A target from one of NAMES, a path to a two-column text file, or two lists (x, y).

    Raises ValueError, in one sentence, on all else, and on an x that stands twice.
    """
    if isinstance(source, Target):
        return source
    if isinstance(source, str) and source in NAMES:
        return _named(source)
    is_file = isinstance(source, (str, PathLike)) and source != ""
    columns = source if is_file else as_columns(source, XY)
    if columns is None:
        raise ValueError(f"target must be one of {', '.join(map(repr, NAMES))}, a file name, or "
                         f"two lists (x, y), got {source!r:.40}")
    points = load_points(columns)
    if len(points.x) > MOST_POINTS:
        raise ValueError(f"a target has at most {MOST_POINTS} points, got {len(points.x)}")
    if twice := points.x[1:][np.diff(points.x) == 0].tolist():
        raise ValueError(f"a target has one y for each x, and x = {number(twice[0])} stands twice")
    return Target("", tuple(points.x.tolist()), tuple(points.y.tolist()), points.note)


@lru_cache(maxsize=len(NAMES))
def _named(name: str) -> Target:
    """One object for each name, so that what is known of it is kept."""
    if name in TRAFFIC:
        return Target(name, tuple(HOURS.tolist()), TRAFFIC[name])
    count, curve = CURVES[name]
    x = np.linspace(-1.0, 1.0, count)
    return Target(name, tuple(x.tolist()), tuple((curve(x).round(12) + 0.0).tolist()))


CURVES: dict[str, tuple[int, Callable[[Array], Array]]] = {
    "sine": (31, lambda x: np.sin(np.pi * x)),
    "step": (33, lambda x: (x >= 0) * 1.0),
    "flat": (31, np.zeros_like),
}
"""Name -> how many points, and the curve. Those of the step are sixteenths, which floats hold."""
