"""Points (x, y): the measured means, or the student's own two columns; and how columns are read.

    load_points("weekday")                      # a name of TRAFFIC
    load_points("my_counts.csv")                # a text file with two columns
    load_points(([0, 6, 12, 18], [1, 4, 5, 3])) # two lists
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..text import counted, listed
from .traffic import HOURS, TRAFFIC

XY = ("x", "y")
COUNTS = {2: "two", 3: "three"}
"""Columns of a file, as a sentence counts them."""
LEAST = 3
MOST = 100_000
MOST_DIFFERENT = 300
"""Different x the lab accepts; the search for the exact optimum grows with their square."""


@dataclass(frozen=True, eq=False)
class Points:
    """Points (x[i], y[i]) sorted by x, and how they were given (for repr)."""

    x: np.ndarray
    y: np.ndarray
    source: object

    @property
    def own(self) -> bool:
        """True for data that the student brought."""
        return self.source not in TRAFFIC if isinstance(self.source, str) else True

    @property
    def name(self) -> str:
        """Short name for the status line."""
        return self.source if isinstance(self.source, str) else "own data"

    @property
    def contents(self) -> object:
        """The name of a measured data set; of own data both columns as plain lists."""
        return [self.x.tolist(), self.y.tolist()] if self.own else self.source

    def y_at(self, x: float) -> float | None:
        """The y at an x, None if no point is there.

        Points of one x count as one with their mean y: that gives the same gradient.
        """
        here = self.x == x
        return float(self.y[here].mean()) if here.any() else None


def load_points(source: Any) -> Points:
    """Points from a name of TRAFFIC, a path to a two-column text file, or two sequences.

    Raises ValueError, in one sentence, for a missing file, text that is not numbers, another
    number of columns, NaN or infinity, fewer than 3 points, more than 100,000 points or 300
    different x.
    """
    if isinstance(source, Points):
        return source
    if isinstance(source, str) and source in TRAFFIC:
        return _measured(source)
    if isinstance(source, (str, PathLike)):
        x, y = parse_columns(read_text(Path(source)))
        return _checked(x, y, str(source))
    try:
        x, y = source
    except (TypeError, ValueError):
        raise ValueError(
            f"data must be one of {', '.join(map(repr, TRAFFIC))}, a file name, or two lists (x, y)"
        ) from None
    x, y = as_list(x, "x"), as_list(y, "y")
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} numbers and y has {len(y)}; give as many of each")
    return _checked(x, y, None)


@cache
def _measured(name: str) -> Points:
    """One object for each measured data set, so that what is known of it is kept."""
    return Points(HOURS, np.array(TRAFFIC[name]), name)


def parse_columns(text: str, names: Sequence[str] = XY) -> list[list[float]]:
    """Columns of numbers, one for each of two or three names, separated by comma, semicolon, tab or
    spaces; a heading is skipped.

    With semicolons or tabs a comma is read as the decimal sign, as spreadsheets write it in many
    countries.
    """
    rows = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    found: list[list[float]] = []
    for position, (line_number, line) in enumerate(rows):
        cells = _cells(line)
        numbers = [number for cell in cells if (number := _number(cell)) is not None]
        if len(numbers) < len(cells) and position == 0 and len(rows) > 1:
            continue  # names of the columns
        if len(cells) != len(names):
            raise ValueError(
                f"line {line_number} has {counted(len(cells), 'column')} "
                f"({line[:30]!r}); {COUNTS[len(names)]} are needed: {listed(names)}"
            )
        if len(numbers) < len(cells):
            raise ValueError(
                f"line {line_number} is not {COUNTS[len(names)]} numbers: {line[:30]!r}")
        found.append(numbers)
    return [[row[column] for row in found] for column in range(len(names))]


def decode(content: bytes, names: Sequence[str] = XY) -> str:
    """Text of a file of such columns; ValueError if it is not a text file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError("the file is not plain text; save it as CSV (UTF-8) with "
                         f"{COUNTS[len(names)]} columns")
    return text


def _cells(line: str) -> list[str]:
    """The cells of one line, whatever separates them."""
    for separator in (";", "\t"):
        if separator in line:
            return [cell.replace(",", ".") for cell in line.rstrip(separator).split(separator)]
    return line.rstrip(",").split(",") if "," in line else line.split()


def _number(cell: str) -> float | None:
    """The number in a cell, None if there is none."""
    try:
        return float(cell)
    except ValueError:
        return None


def read_text(path: Path, names: Sequence[str] = XY) -> str:
    """The text of a file of such columns, or a ValueError that names it."""
    try:
        return decode(path.read_bytes(), names)
    except FileNotFoundError:
        raise ValueError(f"there is no file {str(path)!r} beside the notebook") from None
    except OSError as error:
        raise ValueError(f"the file {str(path)!r} can't be read: {error.strerror}") from None


def as_list(values: object, what: str) -> list[float]:
    """A flat list of floats from any sequence or array."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("float() would drop the imaginary part")
        array = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be a list of numbers, got {values!r:.60}") from None
    if array.ndim != 1:
        raise ValueError(f"{what} must be a flat list of numbers, got shape {array.shape}")
    return array.tolist()


def _checked(x: Sequence[float], y: Sequence[float], source: object) -> Points:
    """Points sorted by x, after the checks that concern their values."""
    if len(x) < LEAST:
        raise ValueError(f"at least {LEAST} points are needed, got {len(x)}")
    if len(x) > MOST:
        raise ValueError(f"at most {MOST} points can be shown, got {len(x)}")
    for number, (a, b) in enumerate(zip(x, y, strict=True), 1):
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ValueError(f"point {number} is ({a}, {b}); every number must be finite")
        if max(abs(a), abs(b)) > 1e9:
            raise ValueError(f"point {number} is ({a:g}, {b:g}); at most 1e9 either way")
    if len(set(x)) > MOST_DIFFERENT:
        raise ValueError(f"at most {MOST_DIFFERENT} different x, got {len(set(x))}; round them")
    order = np.argsort(x, kind="stable")
    xs, ys = np.array(x, float)[order], np.array(y, float)[order]
    return Points(xs, ys, source if source is not None else (xs.tolist(), ys.tolist()))
