"""Columns of numbers that a student brings: a text file, a table as of pandas, lists.

    read_file(Path("my_counts.csv"), ("x", "y"))     # refused by its size before it is read
    parse_columns("hour;count\n0;1,5\n1;2", ("x", "y"))
    as_columns(frame, ("x", "y"))                    # two lists, or a table of two columns

How a file is read: cells stand between semicolons, tabs, commas or spaces. What follows a # is a
comment. A first line that is not numbers is a heading. Between semicolons or tabs a comma is the
decimal sign, as spreadsheets write it in many countries. What of this a student may not have meant
stands in ``note``, for the lab to say.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..text import listed

COUNTS = {2: "two", 3: "three"}
"""Columns of a file, as a sentence counts them."""
MOST = 100_000
"""Rows that are read."""
MOST_BYTES = 5_000_000
"""Of a file: so many rows of 50 characters."""
LONGEST_LINE = 10_000
QUOTED = 30
"""Characters of a line that a sentence quotes."""
DATE = re.compile(r"\d[-/.]\d+[-/.]\d|\d:\d")
GROUPED = re.compile(r"[1-9]\d{0,2},\d{3}")
"""A number whose comma may stand between thousands."""


@dataclass(frozen=True)
class Columns:
    """Columns as lists of the same length; ``note`` says how the file was understood."""

    lists: list[list[float]]
    note: str = ""


# -- a file ---------------------------------------------------------------------------------------


def read_file(path: Path, names: Sequence[str]) -> Columns:
    """The columns of a text file; a ValueError names the file that can't be read."""
    return parse_columns(decode(_content(path), names), names)


def _content(path: Path) -> bytes:
    """What is in a regular file that is not too large. A device or a pipe may never end."""
    if "\0" in str(path):
        raise ValueError("a file name can't hold the character of code 0")
    shown = repr(path.name if len(str(path)) > 80 else str(path))[:80]
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ValueError(f"{shown} is a folder; give the name of a text file")
        if not stat.S_ISREG(about.st_mode):
            raise ValueError(f"{shown} is no regular file; give the name of a text file")
        _check_size(about.st_size)
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ValueError(f"there is no file {shown} beside the notebook") from None
    except OSError as error:
        raise ValueError(f"the file {shown} can't be read: {error.strerror}") from None


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise ValueError(f"the file has {size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB "
                         f"and {MOST} rows are read")


def decode(content: bytes | memoryview, names: Sequence[str]) -> str:
    """Text of a file of such columns; ValueError if it is too large or not a text file."""
    _check_size(len(content))
    try:
        text = bytes(content).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError("the file is not plain text; save it as CSV (UTF-8) with "
                         f"{COUNTS[len(names)]} columns")
    return text


# -- its lines ------------------------------------------------------------------------------------


def parse_columns(text: str, names: Sequence[str]) -> Columns:
    """Columns of numbers, one for each of two or three names; ValueError names the line that does
    not fit."""
    rows: list[list[float]] = []
    heading, commas = "", []
    for number, line in _lines(text):
        cells = _cells(line)
        numbers = _numbers(cells)
        if numbers is None and not rows and not heading:
            heading = line
            continue
        if numbers is None or len(cells) != len(names):
            raise ValueError(_what_is_wrong(number, line, cells, names))
        if len(rows) == MOST:
            raise ValueError(f"at most {MOST} points can be shown, and the file has more")
        commas += [cell for cell in cells if "," in cell]
        rows.append(numbers)
    if not rows:
        raise ValueError(f"the file has no numbers below its heading {_quoted(heading)}" if heading
                         else "the file is empty: it has no line of numbers")
    return Columns([list(column) for column in zip(*rows, strict=True)],
                   _note(heading, commas))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something beside a comment, with their numbers; one after the other,
    since the list of all takes more room than the file."""
    ends = re.finditer(r"([^\r\n]*)(?:\r\n|\r|\n|$)", text)
    for number, found in enumerate(ends, 1):
        if found.end() - found.start() > LONGEST_LINE:
            raise ValueError(f"line {number} has more than {LONGEST_LINE} characters; each line "
                             "must be the numbers of one point")
        if line := found[1].partition("#")[0].strip():
            yield number, line


def _cells(line: str) -> list[str]:
    """The cells of one line, whatever separates them, without quotation marks."""
    separator = next((sign for sign in ";\t," if sign in line), None)
    cells = line.rstrip(separator).split(separator) if separator else line.split()
    return [cell.strip().strip("\"'") for cell in cells]


def _numbers(cells: Sequence[str]) -> list[float] | None:
    """The numbers in the cells; None if one of them is none. A minus may be the real sign."""
    try:
        return [float(cell.replace(",", ".").replace("\N{MINUS SIGN}", "-")) for cell in cells]
    except ValueError:
        return None


def _what_is_wrong(number: int, line: str, cells: Sequence[str], names: Sequence[str]) -> str:
    """Why a line is not as many numbers as there are names."""
    count, needed = len(cells), COUNTS[len(names)]
    if count != len(names):
        return (f"line {number} has {count} column{'s' * (count != 1)} ({_quoted(line)}); "
                f"{needed} are needed: {listed(names)}")
    why = ""
    if any(DATE.search(cell) for cell in cells):
        why = "; dates and times must be written as numbers, such as hours"
    elif any("," in cell and "." in cell for cell in cells):
        why = "; write numbers without a sign between the thousands"
    return f"line {number} is not {needed} numbers: {_quoted(line)}{why}"


def _note(heading: str, commas: Sequence[str]) -> str:
    """What a student may not have meant: a heading; and, where all commas may stand between
    thousands, that they were read as decimal signs."""
    said = [f"Line {_quoted(heading)} was taken as a heading"] if heading else []
    if commas and all(GROUPED.fullmatch(cell.lstrip("+-\N{MINUS SIGN}")) for cell in commas):
        said.append(f"{commas[0]} was read as {commas[0].replace(',', '.')}, "
                    "with a decimal comma")
    return ". ".join(said)


def _quoted(line: str) -> str:
    return repr(line[:QUOTED] + "…" * (len(line) > QUOTED))


# -- lists and tables -----------------------------------------------------------------------------


def as_columns(source: Any, names: Sequence[str]) -> Columns | None:
    """The columns of a table or of as many sequences as there are names; None of all else."""
    if isinstance(source, Columns):
        return source
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):  # as of pandas or polars
        source = _of_table(source, names)
    elif isinstance(source, np.ndarray) and source.shape[1:] == (len(names),) != source.shape[:1]:
        source = source.T  # a row for each point
    try:
        parts = list(islice(source, len(names) + 1))
    except TypeError:
        return None
    if isinstance(source, (str, bytes, dict)) or len(parts) != len(names):
        return None
    lists = [as_list(values, name) for values, name in zip(parts, names, strict=True)]
    counts = [str(len(numbers)) for numbers in lists]
    if len(set(counts)) > 1:
        raise ValueError(f"{listed(names)} must have as many numbers each, got {listed(counts)}")
    return Columns(lists)


def _of_table(table: Any, names: Sequence[str]) -> list[Any]:
    found = list(table.columns)
    if len(found) != len(names):
        raise ValueError(f"the table has {len(found)} column{'s' * (len(found) != 1)}; "
                         f"{COUNTS[len(names)]} are needed: {listed(names)}")
    return [table[name] for name in found]


def as_list(values: Any, what: str) -> list[float]:
    """A flat list of floats from any sequence or array."""
    count = len(values) if isinstance(values, Sized) and getattr(values, "ndim", None) != 0 else 0
    if count > MOST:
        raise ValueError(f"at most {MOST} points can be shown, and {what} has {count}")
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cmM":
            raise TypeError("float() would drop the imaginary part, and make days large numbers")
        array = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be a list of numbers, got {values!r:.60}") from None
    if array.ndim != 1:
        raise ValueError(f"{what} must be a flat list of numbers, got shape {array.shape}")
    return array.tolist()
