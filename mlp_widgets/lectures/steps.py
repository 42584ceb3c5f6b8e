"""A pass through a network, one operation a step, with symbols and with the present numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..drawing.numbers import inner, number

DIGITS = 5
"""Significant digits of the numbers that are put in."""


@dataclass(frozen=True)
class Factor:
    """A symbol of a formula and its present value."""

    symbol: str
    value: float

    @property
    def text(self) -> str:
        """The value as it is written."""
        return number(self.value, DIGITS)


@dataclass(frozen=True)
class Step:
    """One operation: ``result = formula = numbers = value``.

    lit: keys of the diagram's nodes and edges that it is about; reused: keys of those whose value
    was found in an earlier step; says: what is reused, or why the value is 0, in words.
    """

    way: str
    result: str
    formula: str
    numbers: str
    value: float
    lit: tuple[str, ...]
    reused: tuple[str, ...] = ()
    says: str = ""


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


def operation(way: str, result: str, terms: Sequence[Sequence[Factor]], lit: Sequence[str],
              reused: Sequence[str] = (), says: str = "") -> Step:
    """A step whose formula is a sum of products."""
    return Step(way, result, *sum_of_products(terms), tuple(lit), tuple(reused), says)


def applied(result: str, name: str, z: Factor, value: float, lit: Sequence[str],
            says: str = "") -> Step:
    """A forward step that applies an activation: a = ReLU(z)."""
    return Step("forward", result, f"{name}({z.symbol})", f"{name}({z.text})", value, tuple(lit),
                says=says)


def squared_error(result: str, g: Factor, y: Factor, value: float, lit: Sequence[str],
                  reused: Sequence[str] = ()) -> Step:
    """The forward step L = (g − y)²."""
    return Step("forward", result, f"({g.symbol} − {y.symbol})²", f"({g.text} − {inner(y.text)})²",
                value, tuple(lit), tuple(reused))


def slope_of_squared_error(result: str, g: Factor, y: Factor, value: float,
                           lit: Sequence[str], reused: Sequence[str] = ()) -> Step:
    """The first backward step ∂L/∂g = 2(g − y)."""
    return Step("backward", result, f"2 · ({g.symbol} − {y.symbol})",
                f"2 · ({g.text} − {inner(y.text)})", value, tuple(lit), tuple(reused),
                f"{g.symbol} is reused from the forward pass.")
