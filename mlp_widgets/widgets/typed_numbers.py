"""Numbers as people write them, anywhere: a comma or a point, spaces, a power of ten."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import SupportsFloat

from ..text import number

CLOSE_ENOUGH = 0.01
"""Relative error that counts as right: what rounding on paper makes."""
LONGEST = 40
"""Characters of a number that is typed in."""

_NUMBER = re.compile(r"(?P<sign>[+-]?)\s?(?P<size>[\d.,'’_\s]*\d[.]?)(?P<power>e[+-]?\d{1,4})?",
                     re.ASCII | re.IGNORECASE)
_POINT = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
_COMMA = re.compile(r"\d*,\d+", re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<mark>[ ,.'’_])\d{3}(?:(?P=mark)\d{3})*"
                     r"(?:(?!(?P=mark))[.,]\d+)?", re.ASCII)
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_TIMES_TEN = re.compile(r"(?P<sign>[+-]?)\s?(?:(?P<size>[^*·×x]+?)\s?[*·×x]\s?)?"
                        r"10(?:\s?(?:\^|\*\*)\s?(?P<power>[+-]?\d{1,4})|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,4}))",
                        re.ASCII)


def read_number(text: str) -> float:
    """A number as it is written anywhere: "7", "7.0", "1e3", "0,5", "1.000,5", "7 850", "3·10^-5",
    "10⁻⁵".

    A point alone is a decimal point. What can be read in two ways ("7,850") is not guessed:
    ValueError, in one sentence, as on all that is no finite number.
    """
    return finite(read_float(text), "a number")


def read_float(text: str) -> float:
    """The same, but one that is too large for a float is infinite."""
    plain = re.sub(r"\s", " ", text.strip().replace("−", "-"))
    if not plain:
        raise ValueError("put a number into the box first")
    if times := _TIMES_TEN.fullmatch(plain):
        power = times["power"] or times["raised"].translate(_SUPERSCRIPTS)
        plain = f"{times['sign']}{times['size'] or 1}e{power}"
    found = _NUMBER.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None or (size := _decimal(found["size"])) is None:
        raise ValueError(f"{plain!r:.{LONGEST}} is no number: write one such as 1234.5 or 1.2e3")
    return float(found["sign"] + size + (found["power"] or ""))


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


FAR = 9.5
"""Factor from which a number is said to be so many times too large."""


def how_far_off(given: float, right: float) -> str:
    """How far a given number is from the right one, to stand after it: "is too low by 0.75 (5 %)",
    "is 10 times too large", "is right but for its sign", "has the wrong sign"."""
    size, true = abs(given), abs(right)
    if given == right:
        return "is exactly right"
    if size and true and (given < 0) != (right < 0):
        near = abs(size - true) < 0.01 * true
        return "is right but for its sign" if near else "has the wrong sign"
    if size and true and max(size, true) > FAR * min(size, true):
        large = size > true
        times = size / true if large else true / size  # infinite where it overflows
        return f"is {number(times, 2)} times too {'large' if large else 'small'}"
    share = f" ({number(100 * abs(given - right) / true, 2)} %)" if size and true else ""
    return f"is too {'high' if given > right else 'low'} by {number(abs(given - right))}{share}"


def check_tolerance(tolerance: float) -> None:
    """ValueError unless it is a relative tolerance."""
    if not 0 <= tolerance < 1:
        raise ValueError(f"the tolerance must be a number from 0 up to 1, got {tolerance:g}")


def is_close(given: float, right: float, tolerance: float) -> bool:
    """Whether a given number is right within a relative tolerance: 0 must be given as 0.

    With ``CLOSE_ENOUGH`` or more also if it is the right one rounded to two digits or more: 0.26
    for 0.2626.
    """
    off = abs(given - right)
    if off <= tolerance * abs(right):
        return True
    _, digits, exponent = Decimal(repr(given)).normalize().as_tuple()
    rounded = len(digits) > 1 and off <= 0.5 * 10.0 ** int(exponent) * (1 + 1e-9)
    return rounded and tolerance >= CLOSE_ENOUGH
