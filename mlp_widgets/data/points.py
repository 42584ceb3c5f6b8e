"""Points (x, y): the measured means, or the student's own two columns.

    load_points("weekday")                      # a name of TRAFFIC
    load_points("my_counts.csv")                # a text file with two columns
    load_points(([0, 6, 12, 18], [1, 4, 5, 3])) # two lists, or a table of two columns
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..text import one_way
from .columns import Columns, as_columns, read_file
from .traffic import HOURS, TRAFFIC

XY = ("x", "y")
LEAST = 3
MOST_DIFFERENT = 300
"""Different x the lab accepts; the search for the exact optimum grows with their cube."""


@dataclass(frozen=True, eq=False)
class Points:
    """Points (x[i], y[i]) sorted by x, the name of the data set or file, if they came by a name,
    and what a lab says of how a file was understood."""

    x: np.ndarray
    y: np.ndarray
    given: str = ""
    note: str = ""

    @property
    def source(self) -> object:
        """How they were given, for repr. Lists of them are made when they are asked for: they take
        five times the room of the arrays, and Undo keeps many data sets."""
        return self.given or (self.x.tolist(), self.y.tolist())

    @property
    def own(self) -> bool:
        """True for data that the student brought."""
        return self.given not in TRAFFIC

    @property
    def name(self) -> str:
        """Short name for the status line."""
        return one_way(self.given) or "own data"

    @property
    def contents(self) -> object:
        """The name of a measured data set; of own data both columns as plain lists."""
        return [self.x.tolist(), self.y.tolist()] if self.own else self.given

    def y_at(self, x: float) -> float | None:
        """The y at an x, None if no point is there.

        Points of one x count as one with their mean y: that gives the same gradient.
        """
        here = self.x == x
        return float(self.y[here].mean()) if here.any() else None


def load_points(source: Any) -> Points:
    """Points from a name of TRAFFIC, a path to a two-column text file, a table or two sequences.

    Raises ValueError, in one sentence, for a missing file, text that is not numbers, another
    number of columns, NaN or infinity, fewer than 3 points, more than 100,000 points or 300
    different x.
    """
    if isinstance(source, Points):
        return source
    if isinstance(source, str) and source in TRAFFIC:
        return _measured(source)
    if isinstance(source, (str, PathLike)) and source != "":
        return _checked(read_file(Path(source), XY), str(source))
    columns = as_columns(source, XY)
    if columns is None:
        raise ValueError(f"data must be one of {', '.join(map(repr, TRAFFIC))}, a file name, or "
                         "two lists (x, y)")
    return _checked(columns)


@cache
def _measured(name: str) -> Points:
    """One object for each measured data set, so that what is known of it is kept."""
    return Points(HOURS, np.array(TRAFFIC[name]), name)


def _checked(columns: Columns, given: str = "") -> Points:
    """Points sorted by x, after the checks that concern their values."""
    x, y = columns.lists
    if len(x) < LEAST:
        raise ValueError(f"at least {LEAST} points are needed, got {len(x)}")
    for number, (a, b) in enumerate(zip(x, y, strict=True), 1):
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ValueError(f"point {number} is ({a}, {b}); every number must be finite")
        if max(abs(a), abs(b)) > 1e9:
            raise ValueError(f"point {number} is ({a:g}, {b:g}); at most 1e9 either way")
    if len(set(x)) > MOST_DIFFERENT:
        raise ValueError(f"at most {MOST_DIFFERENT} different x, got {len(set(x))}; round them")
    order = np.argsort(x, kind="stable")
    xs, ys = np.array(x, float)[order], np.array(y, float)[order]
    return Points(xs, ys, given, columns.note)
