"""How numbers, symbols and factors are written: a real minus sign, few digits, true zeros.

Imports nothing of the project.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SUBSCRIPTS = str.maketrans("0123456789j", "₀₁₂₃₄₅₆₇₈₉ⱼ")
TURNS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Invisible marks of the direction of writing, all that Unicode has; see :func:`one_way`."""


def number(value: float, digits: int = 4, *, plus: bool = False, pad: bool = False) -> str:
    """``value`` with so many significant digits; exactly 0 is "0", and nothing else is.

    ``plus`` writes the sign of positive numbers too; ``pad`` keeps zeros at the end, so that a
    number does not change its length while it moves. Not finite: "∞", "−∞", "not a number".
    """
    if math.isnan(value):
        return "not a number"
    sign = "−" if value < 0 else ("+" if plus and value > 0 else "")
    size = abs(value)
    if math.isinf(size):
        return sign + "∞"
    if size == 0:
        return "0"
    if not 1e-3 <= size < 1e6:
        return scientific(value, digits, plus=plus, pad=pad)
    if size >= 10 ** (digits - 1):
        return f"{sign}{size:.0f}"
    return sign + (f"{size:#.{digits}g}" if pad else f"{size:.{digits}g}")


def scientific(value: float, digits: int, *, plus: bool = False, pad: bool = False) -> str:
    """A finite number as "1.25e4"; ``plus`` and ``pad`` as for :func:`number`."""
    mantissa, exponent = f"{value:{'+' if plus else '-'}.{digits - 1}e}".split("e")
    if not pad and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def one_way(text: str) -> str:
    """A student's text without marks of the direction of writing: after one of them a browser
    would write the rest of the sentence backwards too."""
    return text.translate(TURNS)


def known(value: float, digits: int = 4) -> str:
    """The same in a sentence; "none" where there is no number, as beyond an overflow."""
    return "none" if math.isnan(value) else number(value, digits)


def whole(value: float, digits: int = 4) -> str:
    """The same, and all of a number that ends with the next digit, such as 380.25: a lecture's
    number is not rounded to 380.2."""
    ends = float(f"{value:.{digits + 1}g}") == value
    return number(value, digits + ends)


def counted(count: int, noun: str) -> str:
    """"1 layer", "2 layers"."""
    return f"{count} {noun}{'s' * (count != 1)}"


def counted_steps(count: int) -> str:
    """"1 step", "2 steps"."""
    return counted(count, "step")


def inner(text: str) -> str:
    """A written number in parentheses if it is negative, for a place after a sign."""
    return f"({text})" if text.startswith("−") else text


def fixed(value: float, places: int = 4) -> str:
    """``value`` with so many decimal places, as the lectures print MSEs; large ones shorter."""
    return f"{value:.{places}f}".replace("-", "−") if abs(value) < 1e3 else number(value)


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(maxsize=1000)
def symbol(name: str) -> str:
    """The lecture's way to write a parameter.

    ``symbol("w11")`` is "w₁₁" (CMU: layer and output below); ``symbol("w1_2")`` is "w₁²" (MIT:
    neuron below, layer above). ``symbol("w1j")`` is "w₁ⱼ", that of any neuron j.
    """
    lower, _, upper = name.partition("_")
    return lower.translate(SUBSCRIPTS) + upper.translate(SUPERSCRIPTS)


def indexed(letter: str, *indices: int) -> str:
    """A letter with its indices below, layer first (CMU): ``indexed("w", 2, 1, 3)`` is "w₂,₁,₃"."""
    return letter + ",".join(str(index).translate(SUBSCRIPTS) for index in indices)


def layer_name(letter: str, layer: int) -> str:
    """A letter with the number of its layer above: "W²¹"."""
    return f"{letter}{str(layer).translate(SUPERSCRIPTS)}"


LETTERS = {"identity": "identity", "relu": "ReLU", "leaky_relu": "leaky ReLU", "sigmoid": "σ",
           "tanh": "tanh", "threshold": "threshold", "softmax": "softmax"}
"""Name of an activation in code -> how a formula writes it."""
TITLES = {**LETTERS, "sigmoid": "sigmoid"}
"""Name of an activation in code -> how a sentence calls it."""

FACTOR_DIGITS = 5
"""Significant digits of the numbers that are put into a formula."""


@dataclass(frozen=True)
class Factor:
    """A symbol of a formula and its present value."""

    symbol: str
    value: float

    @property
    def text(self) -> str:
        """The value as it is written."""
        return number(self.value, FACTOR_DIGITS)


ONE = Factor("1", 1.0)


def product(factors: Sequence[Factor]) -> tuple[str, str, float]:
    """(symbols, numbers, value): ("w₁¹ · x", "2 · (−1)", -2.0)."""
    value = 1.0
    for factor in factors:
        value *= factor.value
    texts = [inner(f.text) if place else f.text for place, f in enumerate(factors)]
    return " · ".join(f.symbol for f in factors), " · ".join(texts), value


def sum_of_products(terms: Sequence[Sequence[Factor]]) -> tuple[str, str, float]:
    """The same for a sum: ("w₁² · a₁¹ + w₂² · a₂¹", "1 · 2 + 2 · 0", 2.0)."""
    parts = [product(term) for term in terms]
    numbers = [inner(text) if place else text for place, (_, text, _) in enumerate(parts)]
    return (" + ".join(symbols for symbols, _, _ in parts), " + ".join(numbers),
            sum(value for _, _, value in parts))


def round_limit(value: float) -> float:
    """The smallest of 1, 2, 3, 5, 10, 20, ... (times a power of ten) that is at least value: an
    end of an axis or a slider that is easily read."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 3, 5, 10, 20) if m * power >= value * 0.999999)


def listed(words: Sequence[str]) -> str:
    """"a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
