"""Points of a plane in two classes: sets by name, the student's own three columns, point by point.

    load_labelled("XOR", sets)                              # a name of the sets
    load_labelled("my_points.csv", sets)                    # a text file with three columns
    load_labelled(([0, 1, 0], [0, 0, 1], [0, 1, 1]), sets)  # three lists: x1, x2, class
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from .columns import as_columns, read_file

COLUMNS = ("x1", "x2", "class")
MOST = 300
LARGEST = 1e9


@dataclass(frozen=True, eq=False)
class LabelledPoints:
    """Points ``x``, shape (2, N), with classes ``label``, 0 or 1, shape (N,); their name if
    they are a set that has one, and what a lab says of how a file was understood."""

    x: np.ndarray
    label: np.ndarray
    set_name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for array in (self.x, self.label):
            array.setflags(write=False)

    @property
    def own(self) -> bool:
        """True for points that the student brought or placed."""
        return not self.set_name

    @property
    def name(self) -> str:
        """Short name for the status line."""
        return self.set_name or "own points"

    @property
    def count(self) -> int:
        """N."""
        return len(self.label)

    @property
    def contents(self) -> object:
        """The name of a set; of own points the three columns as plain lists."""
        return self.set_name or [*self.x.tolist(), self.label.astype(int).tolist()]

    def with_point(self, x1: float, x2: float, label: int) -> LabelledPoints:
        """These and one more; they are own points then. ValueError if there are too many."""
        return _checked([*self.x[0], x1], [*self.x[1], x2], [*self.label, label])

    def nearest(self, x1: float, x2: float) -> int:
        """The number of the point that is nearest to a place."""
        return int(np.argmin(np.hypot(self.x[0] - x1, self.x[1] - x2)))

    def without(self, index: int) -> LabelledPoints:
        """These without one. ValueError if none would be left."""
        kept = np.arange(self.count) != index
        (x1, x2), label = self.x[:, kept].tolist(), self.label[kept].tolist()
        return _checked(x1, x2, label)


def load_labelled(source: object, sets: Mapping[str, LabelledPoints]) -> LabelledPoints:
    """Points from a name of ``sets``, a path to a text file of three columns, or three sequences.

    Raises ValueError, in one sentence, for a missing file, text that is not numbers, another
    number of columns, NaN or infinity, a class that is not 0 or 1, no point, more than 300 points.
    """
    if isinstance(source, LabelledPoints):
        return source
    if isinstance(source, str) and source in sets:
        return sets[source]
    if isinstance(source, (str, PathLike)) and source != "":
        columns = read_file(Path(source), COLUMNS)
    else:
        found = as_columns(source, COLUMNS)
        if found is None:
            raise ValueError(f"points must be one of {', '.join(map(repr, sets))}, a file name, or "
                             f"three lists (x1, x2, class), got {source!r:.40}")
        columns = found
    x1, x2, label = columns.lists
    return _checked(x1, x2, label, columns.note)


def _checked(x1: list[float], x2: list[float], label: list[float],
             note: str = "") -> LabelledPoints:
    """Own points, after the checks that concern their values."""
    if not label:
        raise ValueError("at least 1 point is needed, got 0")
    if len(label) > MOST:
        raise ValueError(f"at most {MOST} points can be shown, got {len(label)}")
    for number, (a, b, c) in enumerate(zip(x1, x2, label, strict=True), 1):
        if not max(abs(a), abs(b)) <= LARGEST:
            raise ValueError(f"point {number} is ({a:g}, {b:g}); x1 and x2 must be numbers of at "
                             "most 1e9 either way")
        if c not in (0, 1):
            raise ValueError(f"the class of point {number} is {c:g}; it must be 0 or 1")
    return LabelledPoints(np.array([x1, x2], float), np.array(label, float), note=note)
