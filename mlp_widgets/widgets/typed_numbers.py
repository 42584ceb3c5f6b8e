"""Numbers as people write them, anywhere: a comma or a point, spaces, a power of ten."""

from __future__ import annotations

import math
import re
from typing import SupportsFloat

from ..text import number

LONGEST = 40
"""Characters of a number that is typed in."""

_NUMBER = re.compile(r"(?P<sign>[+-]?)\s?(?P<size>[\d.,'’_\s]*\d[.]?)(?P<power>e[+-]?\d{1,4})?",
                     re.ASCII | re.IGNORECASE)  # fmt: skip
_POINT = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
_COMMA = re.compile(r"\d*,\d+", re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<mark>[ ,.'’_])\d{3}(?:(?P=mark)\d{3})*"
                     r"(?:(?!(?P=mark))[.,]\d+)?", re.ASCII)  # fmt: skip


def read_number(text: str) -> float:
    """A number as it is written anywhere: "7", "7.0", "1e3", "0,5", "1.000,5", "7 850".

    A point alone is a decimal point. What can be read in two ways ("7,850") is not guessed:
    ValueError, in one sentence, as on all that is no finite number.
    """
    plain = re.sub(r"\s", " ", text.strip().replace("−", "-"))
    if not plain:
        raise ValueError("put a number into the box first")
    found = _NUMBER.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None or (size := _decimal(found["size"])) is None:
        raise ValueError(f"{plain!r:.{LONGEST}} is no number: write one such as 1234.5 or 1.2e3")
    return finite(float(found["sign"] + size + (found["power"] or "")), "a number")


def _decimal(size: str) -> str | None:
    """Digits with at most a decimal point; None if they are no number."""
    if _POINT.fullmatch(size):
        return size
    if _EITHER.fullmatch(size):
        whole, point = size.replace(",", ""), size.replace(",", ".")
        raise ValueError(f"{size} can mean {whole} or {point}: write one of these two")
    if _COMMA.fullmatch(size):
        return size.replace(",", ".")
    groups = _GROUPS.fullmatch(size)
    return size.replace(groups["mark"], "").replace(",", ".") if groups else None


def finite(value: object, what: str) -> float:
    """The value as a float; ValueError unless it is a finite number."""
    try:
        if isinstance(value, (bool, str)) or not isinstance(value, SupportsFloat):
            raise TypeError
        found = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be a number, got {value!r:.40}") from None
    except OverflowError:  # an int of hundreds of digits
        found = math.inf
    if not math.isfinite(found):
        raise ValueError(f"{what} must be a finite number, got {number(found)}")
    return found
