"""How numbers and names are written for people: a real minus sign, few digits, true zeros."""

from __future__ import annotations

import math

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


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
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        if not pad and "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{sign}{mantissa}e{int(exponent)}".replace("-", "−")
    if size >= 10 ** (digits - 1):
        return f"{sign}{size:.0f}"
    return sign + (f"{size:#.{digits}g}" if pad else f"{size:.{digits}g}")


def known(value: float, digits: int = 4) -> str:
    """The same in a sentence; "none" where there is no number, as beyond an overflow."""
    return "none" if math.isnan(value) else number(value, digits)


def counted_steps(count: int) -> str:
    """"1 step", "2 steps"."""
    return f"{count} step{'s' * (count != 1)}"


def inner(text: str) -> str:
    """A written number in parentheses if it is negative, for a place after a sign."""
    return f"({text})" if text.startswith("−") else text


def fixed(value: float, places: int = 4) -> str:
    """``value`` with so many decimal places, as the lectures print MSEs; large ones shorter."""
    return f"{value:.{places}f}".replace("-", "−") if abs(value) < 1e3 else number(value)


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def symbol(name: str) -> str:
    """The lecture's way to write a parameter.

    ``symbol("w11")`` is "w₁₁" (CMU: layer and output below); ``symbol("w1_2")`` is "w₁²" (MIT:
    neuron below, layer above).
    """
    lower, _, upper = name.partition("_")
    return lower.translate(SUBSCRIPTS) + upper.translate(SUPERSCRIPTS)
